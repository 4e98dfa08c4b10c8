"""Whose phone, which words: what the rooms above know for the notices below them.

Each room that has notices of its own adds a row here; a kind of recipient or a placeholder without a row
parks its notices, it never sends half a text.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from matching.accounts import phones
from matching.accounts.models import Organisation, User
from matching.accounts.scope import SYSTEM
from matching.clock import LOCAL
from matching.notices.kinds import Channel, Kind
from matching.notices.letters import Desk, Letters
from matching.notices.models import Notice
from matching.people import consents
from matching.people.codes import ConsentKind, ToldBy
from matching.people.facts import SEAL_HOUSEHOLD, SEAL_MEMBER
from matching.people.models import Consent, Household, Member
from matching.people.words import CONSENT_TOLD
from matching.placements.codes import Side
from matching.placements.codes import State as ApplicationState
from matching.placements.models import Application, InterviewQuestion
from matching.vacancies.facts import SEAL_CONTACT
from matching.vacancies.models import Vacancy

#: Not told any more once the next step was taken.  What a helper did for a person is told in any case.
STEPS = (
    Kind.INVITED,
    Kind.REFERRAL_ASKED,
    Kind.ASKED_TO_TALK,
    Kind.OFFERED,
    Kind.HIRED,
    Kind.DECLINED,
    Kind.VACANCY_CLOSED,
    Kind.OFFER_TAKEN,
    Kind.APPLICATION_WITHDRAWN,
)


def member_phone(desk: Desk, member_id: int) -> str | None:
    """The person's own phone, else the household's (PIPL 49: whoever was registered by a helper is told)."""
    member = desk.session.get(Member, member_id)
    if member is None:
        return None
    own = desk.keyring.open_facts(member.sealed, SEAL_MEMBER).get("phone")
    return _mobile(own) or household_phone(desk, member.household_id)


def household_phone(desk: Desk, household_id: int) -> str | None:
    """The household's phone."""
    household = desk.session.get(Household, household_id)
    return (
        _mobile(desk.keyring.open_facts(household.sealed, SEAL_HOUSEHOLD).get("phone")) if household else None
    )


def organisation_phone(desk: Desk, organisation_id: int) -> str | None:
    """An organisation's number, else the contact of its newest vacancy."""
    organisation = desk.session.get(Organisation, organisation_id)
    if organisation is None:
        return None
    newest = select(Vacancy.id).where(Vacancy.employer_id == organisation_id).order_by(Vacancy.id.desc())
    return _mobile(organisation.phone) or vacancy_phone(desk, desk.session.scalar(newest.limit(1)) or 0)


def vacancy_phone(desk: Desk, vacancy_id: int) -> str | None:
    """The number of a vacancy's contact."""
    vacancy = desk.session.get(Vacancy, vacancy_id)
    return _mobile(desk.keyring.open_facts(vacancy.contact, SEAL_CONTACT).get("phone")) if vacancy else None


def code_phone(desk: Desk, code_id: int) -> str | None:
    """The telephone that asked for a code."""
    return phones.phone_of_code(desk.session, desk.keyring, code_id)


def code(desk: Desk, notice: Notice) -> str | None:
    """The six digits."""
    return phones.text_of_code(desk.session, desk.keyring, notice.subject_id)


def code_holds(desk: Desk, notice: Notice) -> bool:
    """A code that is used or over is not sent any more."""
    return phones.is_worth_sending(desk.session, notice.subject_id, desk.now)


def step_stands(desk: Desk, notice: Notice) -> bool:
    """Nothing has happened to the application since the step that is told."""
    application = _application(desk, notice)
    return application is not None and application.version == notice.facts.get("number")


def interview_ahead(desk: Desk, notice: Notice) -> bool:
    """The day that was set still stands and is not over."""
    application = _application(desk, notice)
    moment = application.interview_at if application else None
    return step_stands(desk, notice) and moment is not None and moment > desk.now


def somebody_waits(desk: Desk, notice: Notice) -> bool:
    """Somebody who applied for the vacancy has not been answered."""
    waiting = select(Application.id).where(
        Application.vacancy_id == notice.facts.get("vacancy", 0),
        Application.state == ApplicationState.APPLIED,
    )
    return desk.session.scalar(waiting.limit(1)) is not None


def question_open(desk: Desk, notice: Notice) -> bool:
    """This side has not said what came of that interview, and nothing else decided about it."""
    application = _application(desk, notice)
    if application is None or application.state != ApplicationState.INTERVIEW:
        return False
    side = Side.JOBSEEKER if notice.recipient_kind == "member" else Side.EMPLOYER
    unanswered = select(InterviewQuestion.id).where(
        InterviewQuestion.application_id == application.id,
        InterviewQuestion.interview == application.interviews,
        InterviewQuestion.interview == notice.facts.get("interview"),
        InterviewQuestion.side == side,
        InterviewQuestion.answer.is_(None),
    )
    return desk.session.scalar(unanswered) is not None


def day(desk: Desk, notice: Notice) -> str | None:
    """The day of the interview, in China."""
    moment = _interview(desk, notice)
    return f"{moment.month}月{moment.day}日" if moment else None


def time(desk: Desk, notice: Notice) -> str | None:
    """The time of day of the interview, in China."""
    moment = _interview(desk, notice)
    return f"{moment:%H:%M}" if moment else None


def _interview(desk: Desk, notice: Notice) -> datetime | None:
    application = _application(desk, notice)
    moment = application.interview_at if application else None
    return moment.astimezone(LOCAL) if moment else None


def _application(desk: Desk, notice: Notice) -> Application | None:
    return desk.session.get(Application, notice.facts.get("application", 0))


def consent_untold(desk: Desk, notice: Notice) -> bool:
    """The answer still stands in the person's name, and she has not been told."""
    consent = _consent(desk, notice)
    return consent is not None and consent.told_at is None


def consent_told(desk: Desk, notice: Notice) -> None:
    """The person knows what a helper answered for her."""
    consent = _consent(desk, notice)
    if consent is not None:
        consents.mark_told(desk.session, SYSTEM, consent.id, _told_by(notice), desk.now)


def application_told(desk: Desk, notice: Notice) -> None:
    """The person knows that a helper applied for her, and so that her telephone was passed on."""
    employer_id = notice.facts.get("employer", 0)
    for consent_id in consents.passing_untold(desk.session, notice.recipient_id, employer_id):
        consents.mark_told(desk.session, SYSTEM, consent_id, _told_by(notice), desk.now)


def answer(desk: Desk, notice: Notice) -> str | None:
    """What the helper noted: yes or no."""
    consent = _consent(desk, notice)
    return ("同意" if consent.agreed else "不同意") if consent else None


def question(desk: Desk, notice: Notice) -> str | None:
    """What was asked."""
    consent = _consent(desk, notice)
    return CONSENT_TOLD[ConsentKind(consent.kind)] if consent else None


def _consent(desk: Desk, notice: Notice) -> Consent | None:
    return desk.session.get(Consent, notice.facts.get("consent", 0))


def _told_by(notice: Notice) -> ToldBy:
    return ToldBy.SLIP if notice.channel == Channel.SLIP else ToldBy.SMS


def title(desk: Desk, notice: Notice) -> str | None:
    """Title of the vacancy in the facts."""
    vacancy = desk.session.get(Vacancy, notice.facts.get("vacancy", 0))
    return vacancy.title if vacancy else None


def employer(desk: Desk, notice: Notice) -> str | None:
    """Name of the employer in the facts, else of the vacancy's."""
    vacancy = desk.session.get(Vacancy, notice.facts.get("vacancy", 0))
    organisation_id = notice.facts.get("employer") or (vacancy.employer_id if vacancy else 0)
    organisation = desk.session.get(Organisation, organisation_id)
    return organisation.name if organisation else None


def helper(desk: Desk, notice: Notice) -> str | None:
    """Name of the helper in the facts."""
    user = desk.session.get(User, notice.facts.get("user", 0))
    return user.name if user else None


def help_line(desk: Desk, _notice: Notice) -> str | None:
    """The number to ring with questions."""
    return desk.help_line or None


def _counted(desk: Desk, notice: Notice, name: str) -> str | None:
    return str(notice.facts[name]) if name in notice.facts else None


def _mobile(phone: str | None) -> str | None:
    """A number that can take a message: mobile numbers in China are 1 and ten more digits."""
    return phone if phone and len(phone) == 11 and phone.isdigit() and phone[0] == "1" else None


LETTERS = Letters(
    addresses={
        "member": member_phone,
        "household": household_phone,
        "organisation": organisation_phone,
        "vacancy": vacancy_phone,
        phones.RECIPIENT: code_phone,
    },
    checks={
        Kind.SIGN_IN_CODE: code_holds,
        Kind.CONSENT_GIVEN: consent_untold,
        Kind.APPLICATION_RECEIVED: somebody_waits,
        Kind.INTERVIEW_ASKED: interview_ahead,
        Kind.INTERVIEW_OVER: question_open,
        **dict.fromkeys(STEPS, step_stands),
    },
    told={Kind.CONSENT_GIVEN: consent_told, Kind.APPLIED_BY_HELPER: application_told},
    otherwise={"member": Channel.SLIP, "organisation": Channel.PAGE},
    fills={
        "code": code,
        "answer": answer,
        "question": question,
        "day": day,
        "time": time,
        "title": title,
        "employer": employer,
        "helper": helper,
        "phone": help_line,
        "count": lambda desk, notice: _counted(desk, notice, "count"),
        "days": lambda desk, notice: _counted(desk, notice, "days"),
        "minutes": lambda desk, notice: _counted(desk, notice, "minutes"),
    },
)
