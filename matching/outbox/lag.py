"""How long it takes from a commit until its work is done: counted, so that it can be shown to everybody.

For the index that is the time until a post can be found (R6).  Counts stand in the database, because many
processes finish work; a span is counted under the smallest bound that it does not exceed, so what is shown is
never better than what was.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matching.outbox.models import LagCount

#: Topics that are measured: what makes posts and people findable.
MEASURED = frozenset({"search.vacancy", "search.jobseeker"})
#: Bounds in seconds; what took longer than the last one stands under 0, which means "longer".
BOUNDS = (0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 3600)
LONGER = 0.0
KEPT = timedelta(days=35)
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True, slots=True)
class Lag:
    """What share was done how soon.

    Args:
        count: things done.
        p95, p99: seconds within which 95 and 99 of 100 were done; None where it took longer than the last
            bound, or where nothing was done.
    """

    count: int
    p95: float | None
    p99: float | None


def note(session: Session, topic: str, started: Iterable[datetime], now: datetime) -> None:
    """Count finished work, in the transaction that finishes it.

    Args:
        started: when each thing was committed.
    """
    if topic not in MEASURED:
        return
    counts = Counter(_bound((now - moment).total_seconds()) for moment in started)
    hour = now.replace(minute=0, second=0, microsecond=0)
    insert = _INSERTS[session.get_bind().dialect.name]
    for bound, count in sorted(counts.items()):  # in order, so that two workers cannot wait for each other
        statement = insert(LagCount).values(topic=topic, hour=hour, bound=bound, count=count)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=[LagCount.topic, LagCount.hour, LagCount.bound],
                set_={"count": LagCount.count + statement.excluded.count},
            )
        )


def _bound(seconds: float) -> float:
    place = bisect_left(BOUNDS, seconds)
    return BOUNDS[place] if place < len(BOUNDS) else LONGER


def lag(session: Session, topics: Sequence[str], since: datetime) -> Lag:
    """How soon work of these topics was done from the hour of ``since`` on."""
    hour = since.replace(minute=0, second=0, microsecond=0)
    counts = {
        row.bound: row.done
        for row in session.execute(
            select(LagCount.bound, func.sum(LagCount.count).label("done"))
            .where(LagCount.topic.in_(topics), LagCount.hour >= hour)
            .group_by(LagCount.bound)
        )
    }
    return Lag(sum(counts.values()), _within(counts, 0.95), _within(counts, 0.99))


def _within(counts: dict[float, int], share: float) -> float | None:
    needed, reached = share * sum(counts.values()), 0
    for bound in BOUNDS:
        reached += counts.get(bound, 0)
        if reached and reached >= needed:
            return bound
    return None


def forget(session: Session, now: datetime) -> int:
    """Delete counts that are older than anybody looks."""
    old = session.execute(delete(LagCount).where(LagCount.hour < now - KEPT))
    return int(old.rowcount)  # type: ignore[attr-defined]
