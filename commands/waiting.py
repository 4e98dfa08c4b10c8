"""Waiting for background work: running workers do it, else the command does it in its own process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from redis.exceptions import RedisError
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from doorbell import QUEUE_NAMES, connect
from matching.bootstrap import Services
from matching.db import transaction
from matching.errors import DependencyDown
from matching.outbox.models import OutboxRow
from workers.drain import drain_topic

#: How often a waiting command looks, and how long it drains before it looks, in seconds.
LOOK_SECONDS, PART_SECONDS = 0.2, 3.0
#: Workers that do nothing for so long get help, in seconds.
PATIENCE_SECONDS = 20.0
#: Rows that only ever fail because a dependency is down are given up after so many seconds.
DOWN_SECONDS = 15.0
#: Failures that are the database's, whatever was to be done.
OF_DATABASE = frozenset({"disk_full", "database_busy", "database_down"})
#: The longest back-off of a row that is tried again; what is due later is not waited for.
LATER = timedelta(minutes=2)


@dataclass(frozen=True)
class View:
    """What a look at the database showed.

    Args:
        settled: nothing is left to wait for.
        sign: anything that differs when there was progress.
        blocked: every row that is left was given back by a dependency that is down.
        reason: why, of one of them.
    """

    settled: bool
    sign: Any
    blocked: bool = False
    reason: str | None = None


def workers_run(services: Services) -> bool:
    """Whether live worker processes serve all queues, by their heartbeats."""
    settings = services.settings
    prefix = f"{settings.search_prefix}:heartbeat:"
    try:
        names = [key.decode().removeprefix(prefix) for key in connect(settings.redis).scan_iter(f"{prefix}*")]
    except (RedisError, OSError):
        return False
    served = {queue for name in names for queue in name.rsplit(":", 1)[0].split("-")}
    return served >= set(QUEUE_NAMES)


def follow(
    services: Services,
    topics: Sequence[str],
    look: Callable[[Session], View],
    progress: Callable[[Any], None] = lambda _sign: None,
) -> None:
    """Wait until ``look`` says that all is settled.

    Raises:
        DependencyDown: ``index_behind``, ``import_stalled`` or the database's own code: nothing moves any
            more; what is stored stays.
    """
    helpers = workers_run(services)
    stalled = services.settings.lease_seconds + 2 * PATIENCE_SECONDS
    sign, since = None, time.monotonic()
    while True:
        with transaction(services.sessions, writes=False) as session:
            view = look(session)
        if view.settled:
            return
        if view.sign != sign:
            sign, since = view.sign, time.monotonic()
            progress(sign)
        idle = time.monotonic() - since
        if view.blocked and idle > DOWN_SECONDS:
            raise DependencyDown(view.reason if view.reason in OF_DATABASE else "index_behind")
        if idle > stalled:
            raise DependencyDown("import_stalled")
        trusts_workers = helpers and idle < PATIENCE_SECONDS
        if trusts_workers or not _drained(services, topics):
            time.sleep(LOOK_SECONDS)


def _drained(services: Services, topics: Sequence[str]) -> int:
    return sum(drain_topic(services, topic, seconds=PART_SECONDS).done for topic in topics)


def waiting_rows(topics: Sequence[str], until: datetime, now: datetime) -> ColumnElement[bool]:
    """Condition for rows that still have to be done: emitted by ``until``, due now or after a back-off."""
    return and_(
        OutboxRow.topic.in_(topics),
        OutboxRow.buried_at.is_(None),
        OutboxRow.created_at <= until,
        OutboxRow.due_at <= now + LATER,
    )


def look_at(session: Session, which: ColumnElement[bool]) -> View:
    """How far some outbox rows are."""
    row = session.execute(
        select(
            func.count().label("left"),
            func.max(OutboxRow.lease_until).label("lease"),
            func.sum(OutboxRow.tries).label("tries"),
            func.count(OutboxRow.lease_until).label("held"),
            func.count(OutboxRow.reason).label("failed"),
            func.min(OutboxRow.reason).label("reason"),
        ).where(which)
    ).one()
    return View(
        settled=row.left == 0,
        sign=(row.left, row.lease, row.tries),
        blocked=row.held == 0 and row.failed == row.left > 0,
        reason=row.reason,
    )


def buried(session: Session, topics: Sequence[str], since: datetime) -> int:
    """Rows of these topics that were buried since a moment."""
    count = session.scalar(
        select(func.count())
        .select_from(OutboxRow)
        .where(OutboxRow.topic.in_(topics), OutboxRow.buried_at >= since)
    )
    return int(count or 0)
