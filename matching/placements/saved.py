"""Vacancies that a person keeps to look at again."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.scope import Scope
from matching.errors import DomainError, NotFound
from matching.people.consents import member_spoken_for
from matching.placements.models import SavedVacancy
from matching.vacancies.models import Vacancy
from matching.vacancies.queries import in_force

MOST = 50


def save(
    session: Session, scope: Scope, person: str, vacancy: str, *, me: int, today: date, now: datetime
) -> None:
    """Keep a vacancy; kept twice it is kept once.

    Args:
        person: public id of the member, ``me`` its row.
        vacancy: public id.

    Raises:
        NotFound: ``person_unknown``, ``vacancy_unknown``. DomainError: ``saved_enough``.
    """
    member = member_spoken_for(session, scope, person, me, lock=True)
    found = session.scalar(select(Vacancy.id).where(Vacancy.public_id == vacancy, in_force(today)))
    if found is None:
        raise NotFound("vacancy_unknown")
    kept = saved(session, member.id)
    if found in kept:
        return
    if len(kept) >= MOST:
        raise DomainError("saved_enough")
    session.add(SavedVacancy(member_id=member.id, vacancy_id=found, saved_at=now))
    session.flush()
    audit.record(session, scope, "vacancy.saved", "member", member.id, now)


def drop(session: Session, scope: Scope, person: str, vacancy: str, *, me: int, now: datetime) -> None:
    """Keep a vacancy no longer.

    Raises:
        NotFound: ``person_unknown``.
    """
    member = member_spoken_for(session, scope, person, me, lock=True)
    which = select(Vacancy.id).where(Vacancy.public_id == vacancy).scalar_subquery()
    session.execute(
        delete(SavedVacancy).where(SavedVacancy.member_id == member.id, SavedVacancy.vacancy_id == which)
    )
    audit.record(session, scope, "vacancy.dropped", "member", member.id, now)


def saved(session: Session, me: int) -> list[int]:
    """Rows of the vacancies that a person keeps, the newest first; the doorstep has proved who it is."""
    rows = select(SavedVacancy.vacancy_id).where(SavedVacancy.member_id == me)
    return list(session.scalars(rows.order_by(SavedVacancy.saved_at.desc(), SavedVacancy.vacancy_id)))
