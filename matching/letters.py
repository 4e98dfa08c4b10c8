"""Whose phone, which words: what the rooms above know for the notices below them.

Each room that has notices of its own adds a row here; a kind of recipient or a placeholder without a row
parks its notices, it never sends half a text.
"""

from __future__ import annotations

from sqlalchemy import select

from matching.accounts import phones
from matching.accounts.models import Organisation, User
from matching.notices.kinds import Kind
from matching.notices.letters import Desk, Letters
from matching.notices.models import Notice
from matching.people.facts import SEAL_HOUSEHOLD, SEAL_MEMBER
from matching.people.models import Household, Member
from matching.vacancies.facts import SEAL_CONTACT
from matching.vacancies.models import Vacancy


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
    checks={Kind.SIGN_IN_CODE: code_holds},
    fills={
        "code": code,
        "title": title,
        "employer": employer,
        "helper": helper,
        "phone": help_line,
        "count": lambda desk, notice: _counted(desk, notice, "count"),
        "days": lambda desk, notice: _counted(desk, notice, "days"),
        "minutes": lambda desk, notice: _counted(desk, notice, "minutes"),
    },
)
