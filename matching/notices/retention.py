"""What is kept of a notice once it is over: that it was told, to whom and when, and no more."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Text, cast, or_, select, update
from sqlalchemy.orm import Session

from matching.notices.kinds import Kind, State
from matching.notices.models import Notice

#: A sign-in code that got stuck is of no use to anybody after so long, and no desk looks after it.
CODES_PARKED = timedelta(days=1)
#: Rows of one transaction: a write stays below a second.
ROWS = 2_000


def forget_ended(session: Session, before: datetime, *, limit: int = ROWS) -> int:
    """Erase what notices that ended before a moment were about: the facts and the carrier's name for them.

    The row stays, because it is what keeps the same event from being told twice.

    Returns:
        How many were emptied; fewer than ``limit`` when none is left.
    """
    told = or_(cast(Notice.facts, Text) != "{}", Notice.message_id.is_not(None))
    over = (
        select(Notice.id)
        .where(Notice.state.in_([State.SENT, State.CANCELLED]), Notice.ended_at < before, told)
        .order_by(Notice.id)
        .limit(limit)
    )
    ids = session.scalars(over).all()
    session.execute(update(Notice).where(Notice.id.in_(ids)).values(facts={}, message_id=None))
    return len(ids)


def drop_parked_codes(session: Session, now: datetime) -> int:
    """Give up sign-in codes that got stuck: nobody waits for them any more.

    Returns:
        How many were.
    """
    stuck = update(Notice).where(
        Notice.state == State.PARKED,
        Notice.kind == Kind.SIGN_IN_CODE,
        Notice.created_at < now - CODES_PARKED,
    )
    given_up = session.execute(
        stuck.values(state=State.CANCELLED, reason="outdated", token=None, ended_at=now)
    )
    return int(given_up.rowcount)  # type: ignore[attr-defined]
