"""What a person (or her helper) reads of her applications, with what she can do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matching.accounts.models import Organisation, Role, User
from matching.accounts.scope import Scope
from matching.people import consents
from matching.people.models import Member
from matching.placements.codes import Event, Party, Side, State
from matching.placements.lifecycle import possible
from matching.placements.models import (
    Application,
    ApplicationNews,
    ApplicationStep,
    InterviewQuestion,
    Referral,
)
from matching.placements.parties import find, for_person
from matching.vacancies.models import Vacancy
from matching.vacancies.queries import in_force


@dataclass(frozen=True, slots=True)
class MyApplication:
    """One of a person's applications.

    Args:
        vacancy_open: whether the vacancy's page can still be opened.
        company: the labour company that asked for the employer; None where the employer itself did.
        next: what the person (or her helper) may do now.
        asked: an interview is over and the person has not said what came of it.
        new: steps that she has not seen.
    """

    public_id: str
    version: int
    state: str
    origin: str
    reason: str | None
    interview_at: datetime | None
    interview_place: str | None
    vacancy: str
    title: str
    employer: str
    company: str | None
    place: str | None
    vacancy_open: bool
    next: tuple[Event, ...]
    asked: bool
    new: int
    created_at: datetime
    touched_at: datetime


_COMPANY = Organisation.__table__.alias("company")
_MINE = (
    *(Application.id, Application.public_id, Application.version, Application.state, Application.origin),
    *(Application.reason, Application.interview_at, Application.interview_place),
    *(Application.created_at, Application.touched_at, _COMPANY.c.name.label("company")),
    *(Vacancy.public_id.label("vacancy"), Vacancy.title, Vacancy.place, Organisation.name.label("employer")),
)


def my_applications(
    session: Session, scope: Scope, person: str, today: date, *, me: int | None = None
) -> list[MyApplication]:
    """A person's applications, the newest move first.

    Args:
        person: public id of the member.
        me: row of the member as whom a jobseeker is signed in.

    Raises:
        NotFound: ``person_unknown``.
    """
    member = consents.member_spoken_for(session, scope, person, me)
    columns: Any = (*_MINE, in_force(today).label("vacancy_open"))
    rows = session.execute(
        select(*columns)
        .join(Member, Member.id == Application.jobseeker_id)
        .join(Vacancy, Vacancy.id == Application.vacancy_id)
        .join(Organisation, Organisation.id == Application.employer_id)
        .outerjoin(Referral, Referral.id == Application.referral_id)
        .outerjoin(_COMPANY, _COMPANY.c.id == Referral.company_id)
        .where(Application.jobseeker_id == member.id, for_person(scope, me))
        .order_by(Application.touched_at.desc(), Application.id.desc())
    ).all()
    ids = [row.id for row in rows]
    asked, news = open_questions(session, ids, Side.JOBSEEKER), unseen(session, ids, Side.JOBSEEKER)
    hand = _hand(scope)
    return [
        MyApplication(
            public_id=row.public_id,
            version=row.version,
            state=row.state,
            origin=row.origin,
            reason=row.reason,
            interview_at=row.interview_at,
            interview_place=row.interview_place,
            vacancy=row.vacancy,
            title=row.title,
            employer=row.employer,
            company=row.company,
            place=row.place,
            vacancy_open=bool(row.vacancy_open),
            next=next_steps(row.state, hand),
            asked=row.id in asked,
            new=news.get(row.id, 0),
            created_at=row.created_at,
            touched_at=row.touched_at,
        )
        for row in rows
    ]


def _hand(scope: Scope) -> frozenset[Party]:
    if scope.role == Role.JOBSEEKER:
        return frozenset({Party.JOBSEEKER})
    return frozenset({Party.HELPER} if scope.changes else ())


#: An asked person agrees; "apply" would say the same a second time.
_ONCE = frozenset({Event.APPLY, Event.LEAVE})


def next_steps(state: str, parties: frozenset[Party]) -> tuple[Event, ...]:
    """What these parties may do now."""
    return tuple(event for event in possible(State(state), parties) if event not in _ONCE)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an application's history.

    Args:
        who: name of the helper or clerk who acted; None for the person, the employer and the system.
    """

    number: int
    event: str
    state: str
    party: str
    who: str | None
    reason: str | None
    at: datetime


def steps(session: Session, scope: Scope, public_id: str, *, me: int | None = None) -> list[Step]:
    """The history of an application within reach, oldest first.

    Raises:
        NotFound: ``application_unknown``.
    """
    application = find(session, scope, public_id, me)
    rows = session.execute(
        select(ApplicationStep, User.name)
        .outerjoin(User, User.id == ApplicationStep.user_id)
        .where(ApplicationStep.application_id == application.id)
        .order_by(ApplicationStep.number)
    )
    acting = (Party.HELPER, Party.DESK)
    return [
        Step(
            row.number,
            row.event,
            row.state,
            row.party,
            name if row.party in acting else None,
            row.reason,
            row.at,
        )
        for row, name in rows
    ]


def open_questions(session: Session, ids: Sequence[int], side: Side) -> set[int]:
    """Which of these applications have a question after an interview that a side has not answered."""
    rows = session.scalars(
        select(InterviewQuestion.application_id)
        .join(Application, Application.id == InterviewQuestion.application_id)
        .where(
            InterviewQuestion.application_id.in_(ids),
            InterviewQuestion.interview == Application.interviews,
            InterviewQuestion.side == side,
            InterviewQuestion.answer.is_(None),
        )
    )
    return set(rows)


def unseen(session: Session, ids: Sequence[int], side: Side) -> dict[int, int]:
    """How many steps of these applications a side has not seen; none is left out."""
    rows = session.execute(
        select(ApplicationNews.application_id, func.count())
        .where(
            ApplicationNews.application_id.in_(ids),
            ApplicationNews.side == side,
            ApplicationNews.seen_at.is_(None),
        )
        .group_by(ApplicationNews.application_id)
    )
    return dict(rows.all())
