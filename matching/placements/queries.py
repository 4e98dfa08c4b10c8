"""Reading applications from both sides.

The person sees her own, with what she can do next.  The employer sees candidates masked; name and telephone
are opened one at a time by :func:`matching.placements.service.contact`, which audits the look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, select
from sqlalchemy.orm import Session

from matching.accounts.models import Organisation, Role, User
from matching.accounts.scope import Scope
from matching.errors import Forbidden
from matching.people import consents
from matching.people.masking import mask_name
from matching.people.models import Jobseeker, Member
from matching.people.queries import people_in
from matching.placements.codes import Event, Party, ReferralState, Side, State
from matching.placements.hiring import places_taken
from matching.placements.lifecycle import AGREED, possible
from matching.placements.models import (
    Application,
    ApplicationNews,
    ApplicationStep,
    InterviewQuestion,
    Referral,
)
from matching.placements.parties import find, for_employer, for_person, own_vacancy
from matching.placements.words import FEW
from matching.vacancies.models import Vacancy
from matching.vacancies.queries import in_force

#: Counts below this are not told (small cells point at people).
SMALL = 5


@dataclass(frozen=True, slots=True)
class MyApplication:
    """One of a person's applications.

    Args:
        vacancy_open: whether the vacancy's page can still be opened.
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
    vacancy: str
    title: str
    employer: str
    place: str | None
    vacancy_open: bool
    next: tuple[Event, ...]
    asked: bool
    new: int
    created_at: datetime
    touched_at: datetime


_MINE = (
    *(Application.id, Application.public_id, Application.version, Application.state, Application.origin),
    *(Application.reason, Application.interview_at, Application.created_at, Application.touched_at),
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
        .where(Application.jobseeker_id == member.id, for_person(scope, me))
        .order_by(Application.touched_at.desc(), Application.id.desc())
    ).all()
    ids = [row.id for row in rows]
    asked, news = _asked(session, ids, Side.JOBSEEKER), _news(session, ids, Side.JOBSEEKER)
    hand = _hand(scope)
    return [
        MyApplication(
            public_id=row.public_id,
            version=row.version,
            state=row.state,
            origin=row.origin,
            reason=row.reason,
            interview_at=row.interview_at,
            vacancy=row.vacancy,
            title=row.title,
            employer=row.employer,
            place=row.place,
            vacancy_open=bool(row.vacancy_open),
            next=_next(row.state, hand),
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


def _next(state: str, parties: frozenset[Party]) -> tuple[Event, ...]:
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


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody in a vacancy's pipeline, masked.

    Args:
        open_contact: whether name and telephone may be opened.
        next: what the employer (or the desk for it) may do now.
    """

    public_id: str
    jobseeker_id: int
    version: int
    state: str
    origin: str
    reason: str | None
    name: str
    county: str
    skills: tuple[str, ...]
    certificates: tuple[str, ...]
    shifts: tuple[str, ...]
    interview_at: datetime | None
    open_contact: bool
    next: tuple[Event, ...]
    asked: bool
    new: int
    created_at: datetime
    touched_at: datetime


_CANDIDATE = (
    *(Application.id, Application.public_id, Application.jobseeker_id, Application.version),
    *(Application.state, Application.origin, Application.reason, Application.interview_at),
    *(Application.created_at, Application.touched_at, Application.employer_id, Member.name),
    *(Jobseeker.county, Jobseeker.skills, Jobseeker.certificates, Jobseeker.shifts),
)


def candidates(
    session: Session, scope: Scope, vacancy: str, *, states: Sequence[State] | None = None
) -> list[Candidate]:
    """The people in a vacancy's pipeline, those who wait longest first.

    Args:
        vacancy: public id of a vacancy of the actor's.
        states: only these.

    Raises:
        NotFound: ``vacancy_unknown``.
    """
    target = own_vacancy(session, scope, vacancy)
    columns: Any = _CANDIDATE
    statement = (
        select(*columns)
        .join(Member, Member.id == Application.jobseeker_id)
        .join(Jobseeker, Jobseeker.id == Application.jobseeker_id)
        .join(Vacancy, Vacancy.id == Application.vacancy_id)
        .where(Application.vacancy_id == target.id, for_employer(scope))
        .order_by(Application.touched_at, Application.id)
    )
    if states is not None:
        statement = statement.where(Application.state.in_(states))
    rows = session.execute(statement).all()
    ids = [row.id for row in rows]
    asked, news = _asked(session, ids, Side.EMPLOYER), _news(session, ids, Side.EMPLOYER)
    return [_candidate(scope, row, row.id in asked, news.get(row.id, 0)) for row in rows]


def _candidate(scope: Scope, row: Any, asked: bool, new: int) -> Candidate:
    return Candidate(
        public_id=row.public_id,
        jobseeker_id=row.jobseeker_id,
        version=row.version,
        state=row.state,
        origin=row.origin,
        reason=row.reason,
        name=mask_name(row.name),
        county=row.county,
        skills=tuple(row.skills or ()),
        certificates=tuple(row.certificates or ()),
        shifts=tuple(row.shifts or ()),
        interview_at=row.interview_at,
        open_contact=row.state in AGREED,
        next=_next(row.state, _boss(scope, row.employer_id)),
        asked=asked,
        new=new,
        created_at=row.created_at,
        touched_at=row.touched_at,
    )


def _boss(scope: Scope, employer_id: int) -> frozenset[Party]:
    if scope.role == Role.EMPLOYER or (scope.changes and scope.organisation_id == employer_id):
        return frozenset({Party.EMPLOYER})
    return frozenset({Party.DESK} if scope.changes else ())


@dataclass(frozen=True, slots=True)
class Face:
    """Somebody who agreed to be found, as an employer sees her before she agreed to this employer.

    Args:
        public_id: of the jobseeker, for :func:`matching.placements.asking.approach`.
    """

    public_id: str
    jobseeker_id: int
    name: str
    county: str
    skills: tuple[str, ...]
    certificates: tuple[str, ...]
    shifts: tuple[str, ...]


def new_faces(
    session: Session, scope: Scope, vacancy: str, ids: Sequence[int], *, limit: int = 20
) -> list[Face]:
    """Of fitting people those who agreed to be found and are not in this vacancy's pipeline.

    Args:
        vacancy: public id of a vacancy of the actor's.
        ids: jobseekers that fit, best first (the stored list of the vacancy).

    Raises:
        NotFound: ``vacancy_unknown``.
    """
    target = own_vacancy(session, scope, vacancy)
    columns: Any = (
        *(Jobseeker.id, Jobseeker.public_id, Jobseeker.county, Jobseeker.skills, Jobseeker.certificates),
        *(Jobseeker.shifts, Member.name),
    )
    rows = session.execute(
        select(*columns)
        .join(Member, Member.id == Jobseeker.id)
        .where(_new_to(target), Jobseeker.id.in_(ids), Jobseeker.findable)
    )
    found = {
        row.id: Face(
            row.public_id,
            row.id,
            mask_name(row.name),
            row.county,
            tuple(row.skills or ()),
            tuple(row.certificates or ()),
            tuple(row.shifts or ()),
        )
        for row in rows
    }
    return [found[one] for one in ids if one in found][:limit]


def count_of_others(session: Session, scope: Scope, vacancy: str, ids: Sequence[int]) -> str:
    """How many fitting people did not agree to be found and are not in the pipeline, fit to be shown.

    Args:
        vacancy, ids: as for :func:`new_faces`.

    Returns:
        A number, or 少于 5.

    Raises:
        NotFound: ``vacancy_unknown``.
    """
    target = own_vacancy(session, scope, vacancy)
    statement = (
        select(func.count())
        .select_from(Jobseeker)
        .where(_new_to(target), Jobseeker.id.in_(ids), not_(Jobseeker.findable))
    )
    return few(session.scalar(statement) or 0)


def few(count: int) -> str:
    """A count as it may be shown: under five only that."""
    return FEW if count < SMALL else str(count)


def _new_to(vacancy: Vacancy) -> ColumnElement[bool]:
    """People of the vacancy's tenant who may be matched and have nothing to do with it yet."""
    known = select(Application.id).where(
        Application.jobseeker_id == Jobseeker.id, Application.vacancy_id == vacancy.id
    )
    return and_(
        Jobseeker.tenant_id == vacancy.tenant_id,
        Jobseeker.matching_on,
        Jobseeker.eligible,
        ~known.exists(),
    )


@dataclass(frozen=True, slots=True)
class Places:
    """How full a vacancy is; ``wanted`` is None where no head count is stated."""

    wanted: int | None
    taken: int


def places(session: Session, scope: Scope, vacancy: str) -> Places:
    """How full a vacancy of the actor's is.

    Raises:
        NotFound: ``vacancy_unknown``.
    """
    target = own_vacancy(session, scope, vacancy)
    return Places(target.headcount, places_taken(session, target.id))


@dataclass(frozen=True, slots=True)
class ReferralLine:
    """A request to a labour company.

    Args:
        asked, agreed: people asked and people who said yes; ``asked`` is None for the employer's eyes.
    """

    public_id: str
    vacancy: str
    title: str
    employer: str
    company: str
    wanted: int
    state: str
    asked: int | None
    agreed: int
    created_at: datetime


def referrals(session: Session, scope: Scope, *, state: ReferralState | None = None) -> list[ReferralLine]:
    """Requests that the actor made (employers) or has to work on (companies and offices), oldest first.

    Raises:
        Forbidden: ``not_allowed``.
    """
    company = Organisation.__table__.alias("company")
    statement = (
        select(Referral, Vacancy.public_id, Vacancy.title, Organisation.name, company.c.name)
        .join(Vacancy, Vacancy.id == Referral.vacancy_id)
        .join(Organisation, Organisation.id == Vacancy.employer_id)
        .join(company, company.c.id == Referral.company_id)
        .where(_whose_referrals(scope, company.c.county))
        .order_by(Referral.id)
    )
    if state is not None:
        statement = statement.where(Referral.state == state)
    rows = session.execute(statement).all()
    counted = _answers(session, [row[0].id for row in rows])
    lines = []
    for referral, vacancy, title, employer, name in rows:
        asked, agreed = counted.get(referral.id, (0, 0))
        lines.append(
            ReferralLine(
                public_id=referral.public_id,
                vacancy=vacancy,
                title=title,
                employer=employer,
                company=name,
                wanted=referral.wanted,
                state=referral.state,
                asked=None if scope.role == Role.EMPLOYER else asked,
                agreed=agreed,
                created_at=referral.created_at,
            )
        )
    return lines


def _whose_referrals(scope: Scope, company_county: ColumnElement[str]) -> ColumnElement[bool]:
    if scope.role == Role.EMPLOYER:
        return Vacancy.employer_id == scope.organisation_id
    if not scope.sees_people:
        raise Forbidden("not_allowed")
    conditions: list[ColumnElement[bool]] = [Referral.id.is_not(None)]
    if scope.tenant_id is not None:
        conditions.append(Referral.tenant_id == scope.tenant_id)
    if scope.county is not None:
        conditions.append((Referral.company_id == scope.organisation_id) | (company_county == scope.county))
    return and_(*conditions)


def _answers(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    rows = session.execute(
        select(Application.referral_id, func.count(), func.count(Application.agreed_at))
        .where(Application.referral_id.in_(ids))
        .group_by(Application.referral_id)
    )
    return {referral: (asked, agreed) for referral, asked, agreed in rows if referral is not None}


def waiting_for_people(session: Session, scope: Scope) -> int:
    """How many people of the scope were asked and have not answered."""
    statement = (
        select(func.count())
        .select_from(Application)
        .join(Member, Member.id == Application.jobseeker_id)
        .where(people_in(scope), Application.state == State.ASKED)
    )
    return session.scalar(statement) or 0


def _asked(session: Session, ids: Sequence[int], side: Side) -> set[int]:
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


def _news(session: Session, ids: Sequence[int], side: Side) -> dict[int, int]:
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
