"""Which rows an actor may reach, and in whose name.

A jobseeker reaches her own applications; an employer those of its own vacancies; a helper those of people in
her area (for the person) and of vacancies that she manages, as far as they are of such people (for the
employer).  Whatever is out of reach is ``NotFound``: it is not told apart from what does not exist.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import Session

from matching.accounts.models import Role
from matching.accounts.scope import SYSTEM, Scope
from matching.errors import Forbidden, NotFound
from matching.people.models import Member
from matching.people.queries import people_in
from matching.placements.codes import Event, Origin, Party
from matching.placements.lifecycle import MAY
from matching.placements.models import Application
from matching.vacancies.desk_queries import posts_in
from matching.vacancies.models import Vacancy

_SAME_PERSON = Member.id == Application.jobseeker_id


def own_vacancies(scope: Scope) -> ColumnElement[bool]:
    """The condition under which a vacancy is the actor's to hire for; nothing for jobseekers."""
    if scope.role == Role.EMPLOYER:
        return and_(Vacancy.employer_id == scope.organisation_id, Vacancy.tenant_id == scope.tenant_id)
    return posts_in(scope) if scope.sees_people else false()


def for_person(scope: Scope, me: int | None) -> ColumnElement[bool]:
    """Applications in which the actor speaks for the person (``Member`` is joined)."""
    if scope.role == Role.JOBSEEKER:
        return Application.jobseeker_id == me if me is not None else false()
    return people_in(scope)


def for_employer(scope: Scope) -> ColumnElement[bool]:
    """Applications in which the actor speaks for the employer (``Vacancy`` and ``Member`` are joined)."""
    # Of people whom the labour company asked the employer knows nothing before they agreed.
    known = or_(Application.agreed_at.is_not(None), Application.origin != Origin.REFERRAL)
    mine = and_(own_vacancies(scope), known)
    if scope.role == Role.EMPLOYER:
        return mine
    # Who receives the person's name and telephone is the employer: an office sees its own people only.
    return and_(mine, or_(people_in(scope), Vacancy.employer_id == (scope.organisation_id or 0)))


def askable(scope: Scope) -> ColumnElement[bool]:
    """The people who may be offered to the actor as new (``Member`` is joined).

    An employer asks by masked lines; an office or company asks, for an employer, its own people only.
    """
    return true() if scope.role == Role.EMPLOYER else people_in(scope)


def reachable(scope: Scope, me: int | None = None) -> Select[Application]:
    """Applications that an actor may see from either side."""
    return (
        select(Application)
        .join(Member, _SAME_PERSON)
        .join(Vacancy, Vacancy.id == Application.vacancy_id)
        .where(or_(for_person(scope, me), for_employer(scope)))
    )


def own_vacancy(session: Session, scope: Scope, public_id: str, *, lock: bool = False) -> Vacancy:
    """A vacancy for which the actor may hire.

    Raises:
        NotFound: ``vacancy_unknown``.
    """
    statement = select(Vacancy).where(Vacancy.public_id == public_id, own_vacancies(scope))
    found = session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound("vacancy_unknown")
    return found


def find(session: Session, scope: Scope, public_id: str, me: int | None = None) -> Application:
    """An application that the actor may see.

    Raises:
        NotFound: ``application_unknown``.
    """
    found = session.scalar(reachable(scope, me).where(Application.public_id == public_id))
    if found is None:
        raise NotFound("application_unknown")
    return found


def parties_of(
    session: Session, scope: Scope, application: Application, me: int | None = None
) -> frozenset[Party]:
    """In whose names the actor may act on an application that is within reach."""
    if scope == SYSTEM:
        return frozenset({Party.SYSTEM})
    if scope.role == Role.JOBSEEKER:
        return frozenset({Party.JOBSEEKER} if application.jobseeker_id == me else ())
    if scope.role == Role.EMPLOYER:
        return frozenset({Party.EMPLOYER} if application.employer_id == scope.organisation_id else ())
    if not scope.changes:
        return frozenset()
    return frozenset(_staff_parties(session, scope, application))


def _staff_parties(session: Session, scope: Scope, application: Application) -> list[Party]:
    parties = []
    if session.scalar(select(Member.id).where(Member.id == application.jobseeker_id, people_in(scope))):
        parties.append(Party.HELPER)
    managed = select(Vacancy.id).where(Vacancy.id == application.vacancy_id, own_vacancies(scope))
    if session.scalar(managed):
        parties.append(Party.EMPLOYER if application.employer_id == scope.organisation_id else Party.DESK)
    return parties


def party_for(
    session: Session, scope: Scope, application: Application, event: Event, me: int | None = None
) -> Party:
    """In whose name the actor causes an event.

    Raises:
        Forbidden: ``not_allowed``.
    """
    fitting = parties_of(session, scope, application, me) & MAY[event]
    if not fitting:
        raise Forbidden("not_allowed")
    return min(fitting)
