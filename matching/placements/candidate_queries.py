"""What an employer, or the desk for it, reads of the people of a vacancy.

Names are masked; name and telephone are opened one at a time by :func:`matching.placements.service.contact`,
which audits the look.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from matching.accounts.models import Organisation, Role
from matching.accounts.scope import Scope
from matching.errors import NotFound
from matching.people.masking import mask_name
from matching.people.models import Jobseeker, Member
from matching.people.rules import AT_WORK
from matching.placements.codes import Event, Party, Side, State
from matching.placements.hiring import places_taken
from matching.placements.lifecycle import AGREED
from matching.placements.models import Application
from matching.placements.parties import askable, for_employer, own_vacancy
from matching.placements.queries import next_steps, open_questions, unseen
from matching.placements.words import FEW
from matching.vacancies.codes import State as VacancyState
from matching.vacancies.models import Vacancy

#: Counts below this are not told (small cells point at people).
SMALL = 5


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
    interview_place: str | None
    open_contact: bool
    next: tuple[Event, ...]
    asked: bool
    new: int
    created_at: datetime
    touched_at: datetime


_CANDIDATE = (
    *(Application.id, Application.public_id, Application.jobseeker_id, Application.version),
    *(Application.state, Application.origin, Application.reason),
    *(Application.interview_at, Application.interview_place),
    *(Application.created_at, Application.touched_at, Application.employer_id, Member.name),
    *(Jobseeker.county, Jobseeker.skills, Jobseeker.certificates, Jobseeker.shifts),
)


def candidates(
    session: Session,
    scope: Scope,
    vacancy: str,
    *,
    states: Sequence[State] | None = None,
    only: Collection[str] | None = None,
) -> list[Candidate]:
    """The people in a vacancy's pipeline, those who wait longest first.

    Args:
        vacancy: public id of a vacancy of the actor's.
        states: only these.
        only: public ids of applications; others are left out.

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
    if only is not None:
        statement = statement.where(Application.public_id.in_(only))
    rows = session.execute(statement).all()
    ids = [row.id for row in rows]
    asked, news = open_questions(session, ids, Side.EMPLOYER), unseen(session, ids, Side.EMPLOYER)
    return [_candidate(scope, row, row.id in asked, news.get(row.id, 0)) for row in rows]


def candidate(session: Session, scope: Scope, vacancy: str, public_id: str) -> Candidate:
    """One of the people in a vacancy's pipeline.

    Raises:
        NotFound: ``vacancy_unknown``, ``application_unknown`` (also where it is of another vacancy).
    """
    found = candidates(session, scope, vacancy, only=[public_id])
    if not found:
        raise NotFound("application_unknown")
    return found[0]


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
        interview_place=row.interview_place,
        open_contact=row.state in AGREED,
        next=next_steps(row.state, _boss(scope, row.employer_id)),
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
        .where(_new_to(target), askable(scope), Jobseeker.id.in_(ids), Jobseeker.findable)
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
        .join(Member, Member.id == Jobseeker.id)
        .where(_new_to(target), askable(scope), Jobseeker.id.in_(ids), not_(Jobseeker.findable))
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
        or_(Jobseeker.paused_on.is_(None), Jobseeker.work.is_(None), Jobseeker.work.not_in(AT_WORK)),
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
class Post:
    """What a page about a vacancy's people says of the vacancy itself.

    Args:
        open: whether people may still be asked and hired as a matter of course.
    """

    public_id: str
    title: str
    employer: str
    state: str
    open: bool
    place: str | None
    places: Places


def post(session: Session, scope: Scope, vacancy: str, today: date) -> Post:
    """A vacancy of the actor's, for a page about its people.

    Raises:
        NotFound: ``vacancy_unknown``.
    """
    target = own_vacancy(session, scope, vacancy)
    return Post(
        public_id=target.public_id,
        title=target.title,
        employer=session.get_one(Organisation, target.employer_id).name,
        state=target.state,
        open=target.state == VacancyState.OPEN and target.valid_until >= today,
        place=target.place,
        places=Places(target.headcount, places_taken(session, target.id)),
    )
