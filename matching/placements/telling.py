"""Which step of an application is worth a message, and to whom.

A notice is written together with the line of news it belongs to, so a step is told once however often the
job runs.  What stands in no table here is read on the page only: a message costs money and attention.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts.models import Role, User
from matching.clock import local_day
from matching.notices.kinds import Kind
from matching.notices.kinds import Party as Recipient
from matching.notices.service import notify
from matching.placements.codes import Event, Origin, Party, Side, State
from matching.placements.models import Application, ApplicationStep, InterviewQuestion
from matching.placements.news import Fresh, write_news
from matching.vacancies.models import Vacancy

#: What a person hears of steps that an employer, an office for it, or the system took.
TO_PERSON = {
    Event.ASK: Kind.INVITED,
    Event.INVITE: Kind.ASKED_TO_TALK,
    Event.SET_INTERVIEW: Kind.INTERVIEW_ASKED,
    Event.OFFER: Kind.OFFERED,
    Event.HIRE: Kind.HIRED,
    Event.DECLINE: Kind.DECLINED,
    Event.FILL: Kind.VACANCY_CLOSED,
}
#: What a person hears of steps that a helper took in her name (PIPL 49).
FROM_HELPER = {
    Event.ASK: Kind.REFERRAL_ASKED,
    Event.APPLY: Kind.APPLIED_BY_HELPER,
    Event.AGREE: Kind.APPLIED_BY_HELPER,
    Event.ACCEPT: Kind.HIRED,
    Event.REFUSE: Kind.ANSWERED_BY_HELPER,
    Event.WITHDRAW: Kind.ANSWERED_BY_HELPER,
    Event.DENY: Kind.ANSWERED_BY_HELPER,
}
#: What an employer hears of steps that a person, or a helper in her name, took.
TO_EMPLOYER = {
    Event.APPLY: Kind.APPLICATION_RECEIVED,
    Event.AGREE: Kind.APPLICATION_RECEIVED,
    Event.ACCEPT: Kind.OFFER_TAKEN,
    Event.WITHDRAW: Kind.APPLICATION_WITHDRAWN,
    Event.DENY: Kind.APPLICATION_WITHDRAWN,
}
#: An employer that had not answered yet is sent no word when the person takes an application back.
ANSWERED = frozenset({State.INVITED, State.INTERVIEW, State.OFFERED, State.HIRED})


def tell_of_applications(session: Session, application_ids: Collection[int], now: datetime) -> None:
    """Write what is new about these applications, and the notices that go with it; safe to run twice."""
    fresh = write_news(session, application_ids, now)
    asked = _asked_now(session, application_ids)
    ids = {one.application_id for one in fresh} | {one.application_id for one in asked}
    known = {row.id: row for row in session.scalars(select(Application).where(Application.id.in_(ids)))}
    signed_in = _employers_with_account(session, {row.employer_id for row in known.values()})
    for one in fresh:
        application = known[one.application_id]
        if one.side is Side.JOBSEEKER:
            _tell_person(session, application, one, now)
        elif application.employer_id in signed_in:
            _tell_employer(session, application, one, now)
    for question in asked:
        application = known[question.application_id]
        if question.side == Side.JOBSEEKER or application.employer_id in signed_in:
            _tell_question(session, application, question, now)


def kind_for_person(origin: str, event: Event, party: Party) -> Kind | None:
    """What a person is sent about a step; None: it stands on her page."""
    if event is Event.ASK and origin == Origin.REFERRAL:
        return Kind.REFERRAL_ASKED
    return (FROM_HELPER if party is Party.HELPER else TO_PERSON).get(event)


def _tell_person(session: Session, application: Application, step: Fresh, now: datetime) -> None:
    kind = kind_for_person(application.origin, step.event, step.party)
    if kind is None:
        return
    notify(
        session,
        kind=kind,
        event_key=f"application:{application.id}:{step.number}",
        recipient=Recipient("member", application.jobseeker_id),
        subject=Recipient("application", application.id),
        facts=_facts(application, step),
        now=now,
        tenant_id=application.tenant_id,
    )


def _tell_employer(session: Session, application: Application, step: Fresh, now: datetime) -> None:
    kind = TO_EMPLOYER.get(step.event)
    if kind is None or (step.event is Event.WITHDRAW and not _had_answered(session, application, step)):
        return
    # Thirty who apply on one day are one message: the page has them all.
    daily = f"vacancy:{application.vacancy_id}:{local_day(now).isoformat()}"
    own = f"application:{application.id}:{step.number}"
    notify(
        session,
        kind=kind,
        event_key=daily if kind is Kind.APPLICATION_RECEIVED else own,
        recipient=Recipient("organisation", application.employer_id),
        subject=Recipient("application", application.id),
        facts=_facts(application, step),
        now=now,
        tenant_id=session.get_one(Vacancy, application.vacancy_id).tenant_id,
    )


def _tell_question(
    session: Session, application: Application, question: InterviewQuestion, now: datetime
) -> None:
    person = question.side == Side.JOBSEEKER
    side = ("member", application.jobseeker_id) if person else ("organisation", application.employer_id)
    notify(
        session,
        kind=Kind.INTERVIEW_OVER,
        event_key=f"application:{application.id}:interview:{question.interview}",
        recipient=Recipient(*side),
        subject=Recipient("application", application.id),
        facts={
            "application": application.id,
            "vacancy": application.vacancy_id,
            "employer": application.employer_id,
            "interview": question.interview,
        },
        now=now,
        tenant_id=application.tenant_id,
    )


def _facts(application: Application, step: Fresh) -> dict[str, int]:
    facts = {
        "application": application.id,
        "number": step.number,
        "vacancy": application.vacancy_id,
        "employer": application.employer_id,
    }
    return {**facts, "user": step.user_id} if step.user_id is not None else facts


def _had_answered(session: Session, application: Application, step: Fresh) -> bool:
    before = select(ApplicationStep.state).where(
        ApplicationStep.application_id == application.id, ApplicationStep.number == step.number - 1
    )
    return session.scalar(before) in ANSWERED


def _asked_now(session: Session, application_ids: Collection[int]) -> list[InterviewQuestion]:
    """Questions about the last interview that wait for an answer."""
    statement = (
        select(InterviewQuestion)
        .join(Application, Application.id == InterviewQuestion.application_id)
        .where(
            InterviewQuestion.application_id.in_(application_ids),
            InterviewQuestion.interview == Application.interviews,
            InterviewQuestion.answer.is_(None),
            Application.state == State.INTERVIEW,
        )
        .order_by(InterviewQuestion.id)
    )
    return list(session.scalars(statement))


def _employers_with_account(session: Session, ids: Collection[int]) -> set[int]:
    """Employers somebody can sign in for: to the others a message that says "sign in" is of no use."""
    statement = select(User.organisation_id).where(
        User.organisation_id.in_(ids), User.role == Role.EMPLOYER, User.active
    )
    return {found for found in session.scalars(statement) if found is not None}
