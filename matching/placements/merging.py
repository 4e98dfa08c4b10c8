"""When two records turn out to be one person: her applications and places move to the record that stays."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from matching.accounts.scope import Scope
from matching.people.models import EmploymentSpell
from matching.people.spells import open_spell
from matching.placements.codes import Event, Party, State
from matching.placements.models import Application, Placement, SavedVacancy
from matching.placements.moves import Moves, lock_applications


def carry_over(session: Session, scope: Scope, kept: int, closed: int, now: datetime) -> None:
    """Move the applications and places of one jobseeker to another one.

    Where both records applied for the same vacancy the one that got further stays.

    Args:
        kept, closed: rows of the two jobseekers.
    """
    living = lock_applications(session, people=[kept, closed])
    moves = Moves(session, scope, now)
    mine = {one.vacancy_id: one for one in living if one.jobseeker_id == kept}
    for application in living:
        if application.jobseeker_id == closed and application.vacancy_id in mine:
            other = mine[application.vacancy_id]
            hired = application.state == State.HIRED and other.state != State.HIRED
            spare = other if hired else application
            session.execute(delete(Placement).where(Placement.application_id == spare.id))
            moves.move(spare, Event.MERGE, Party.SYSTEM)
    session.flush()
    _move_places(session, kept, closed)
    kept_too = select(SavedVacancy.vacancy_id).where(SavedVacancy.member_id == kept)
    saved = session.scalars(kept_too).all()
    session.execute(
        update(SavedVacancy)
        .where(SavedVacancy.member_id == closed, SavedVacancy.vacancy_id.not_in(saved))
        .values(member_id=kept)
    )
    session.execute(update(Application).where(Application.jobseeker_id == closed).values(jobseeker_id=kept))
    moves.finish()


def _move_places(session: Session, kept: int, closed: int) -> None:
    present = open_spell(session, kept)
    if present is not None:
        # The closed record's own word on the present work is not taken over.
        gone = select(EmploymentSpell.id).where(
            EmploymentSpell.jobseeker_id == closed, EmploymentSpell.ended_on.is_(None)
        )
        session.execute(update(Placement).where(Placement.spell_id.in_(gone)).values(spell_id=present.id))
    session.execute(update(Placement).where(Placement.jobseeker_id == closed).values(jobseeker_id=kept))
