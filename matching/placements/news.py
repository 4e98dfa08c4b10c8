"""What either side has yet to see on its page: written once for each step, from the history itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, insert, select, update
from sqlalchemy.orm import Session

from matching.placements.codes import Event, Party, Side
from matching.placements.models import Application, ApplicationNews, ApplicationStep

#: Who hears of a step, by who took it.  What a helper did for a person, that person hears too (P14).
HEARS = {
    Party.JOBSEEKER: (Side.EMPLOYER,),
    Party.HELPER: (Side.JOBSEEKER, Side.EMPLOYER),
    Party.EMPLOYER: (Side.JOBSEEKER,),
    Party.DESK: (Side.JOBSEEKER, Side.EMPLOYER),
    Party.SYSTEM: (Side.JOBSEEKER,),
}
#: Steps of which an employer hears nothing: it asked itself, or it may not know of the person yet.
NOT_FOR_EMPLOYERS = frozenset({Event.ASK, Event.REFUSE, Event.FILL})


def sides_told(event: str, party: str) -> tuple[Side, ...]:
    """Who hears of a step."""
    return tuple(
        side
        for side in HEARS[Party(party)]
        if side is Side.JOBSEEKER or Event(event) not in NOT_FOR_EMPLOYERS
    )


@dataclass(frozen=True, slots=True)
class Fresh:
    """A step of which one side hears for the first time."""

    application_id: int
    number: int
    event: Event
    party: Party
    user_id: int | None
    side: Side


def write_news(session: Session, application_ids: Collection[int], now: datetime) -> list[Fresh]:
    """Write what is new about these applications; what was written before stays as it is.

    Returns:
        The lines that are new, oldest step first.
    """
    written = session.execute(
        select(ApplicationNews.application_id, ApplicationNews.side, ApplicationNews.number).where(
            ApplicationNews.application_id.in_(application_ids)
        )
    )
    known = {(row.application_id, row.side, row.number) for row in written}
    steps = session.execute(
        select(
            ApplicationStep.application_id,
            ApplicationStep.number,
            ApplicationStep.event,
            ApplicationStep.party,
            ApplicationStep.user_id,
        )
        .where(ApplicationStep.application_id.in_(application_ids))
        .order_by(ApplicationStep.id)
    )
    fresh = [
        Fresh(step.application_id, step.number, Event(step.event), Party(step.party), step.user_id, side)
        for step in steps
        for side in sides_told(step.event, step.party)
        if (step.application_id, side.value, step.number) not in known
    ]
    if fresh:
        rows = [
            {
                "application_id": one.application_id,
                "side": one.side.value,
                "number": one.number,
                "created_at": now,
            }
            for one in fresh
        ]
        session.execute(insert(ApplicationNews), rows)
    return fresh


def mark_seen(session: Session, application: Application, side: Side, now: datetime) -> None:
    """One side has looked at an application that the caller found within its scope."""
    session.execute(
        update(ApplicationNews)
        .where(
            and_(
                ApplicationNews.application_id == application.id,
                ApplicationNews.side == side,
                ApplicationNews.seen_at.is_(None),
            )
        )
        .values(seen_at=now)
    )


def mark_all_seen(session: Session, public_ids: Collection[str], side: Side, now: datetime) -> None:
    """One side has looked at a list of applications that the caller found within its scope."""
    shown = select(Application.id).where(Application.public_id.in_(public_ids))
    session.execute(
        update(ApplicationNews)
        .where(
            ApplicationNews.application_id.in_(shown),
            ApplicationNews.side == side,
            ApplicationNews.seen_at.is_(None),
        )
        .values(seen_at=now)
    )
