"""A person takes back what she agreed to: from one employer, or from all at once."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from matching.accounts.scope import Scope
from matching.clock import Clock
from matching.people import consents
from matching.people.codes import ConsentKind
from matching.placements.codes import Event, Party, State
from matching.placements.lifecycle import PENDING
from matching.placements.models import Application, SavedVacancy
from matching.placements.moves import Moves, lock_applications


def take_back_from(
    session: Session, scope: Scope, clock: Clock, person: str, employer_id: int, *, me: int
) -> int:
    """Take back the yes to one employer: applications there are withdrawn, name and telephone are closed.

    Args:
        person: public id of the member, ``me`` its row.
        employer_id: the organisation that was named.

    Returns:
        How many applications ended by it.

    Raises:
        NotFound: ``person_unknown``.
    """
    consents.member_spoken_for(session, scope, person, me)
    living = lock_applications(session, people=[me])
    moves = Moves(session, scope, clock.now())
    ended = _leave(moves, [one for one in living if one.employer_id == employer_id])
    member = consents.member_spoken_for(session, scope, person, me, lock=True)
    kind = ConsentKind.PASS_TO_EMPLOYER
    consents.withdraw(session, scope, member, kind, now=clock.now(), receiver_id=employer_id)
    moves.finish()
    return ended


def leave_all(session: Session, scope: Scope, clock: Clock, person: str, *, me: int) -> int:
    """Withdraw everything that still waits, forget what was kept; work that has begun stays as it is.

    Returns:
        How many applications ended by it.

    Raises:
        NotFound: ``person_unknown``.
    """
    consents.member_spoken_for(session, scope, person, me)
    living = lock_applications(session, people=[me])
    consents.member_spoken_for(session, scope, person, me, lock=True)
    session.execute(delete(SavedVacancy).where(SavedVacancy.member_id == me))
    moves = Moves(session, scope, clock.now())
    ended = _leave(moves, living)
    moves.finish()
    return ended


def _leave(moves: Moves, applications: list[Application]) -> int:
    waiting = [one for one in applications if one.state in PENDING]
    for application in waiting:
        event = Event.REFUSE if application.state == State.ASKED else Event.WITHDRAW
        moves.move(application, event, Party.JOBSEEKER)
    return len(waiting)
