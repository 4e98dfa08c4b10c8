"""The sweep: rings for work nobody was told of, and keeps the timetable.

It asks open-ended questions ("which lease has run out?"), so it finds everything after any time of being off.
Only one process keeps the timetable at a time; a day's task that was missed is done when it comes back.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from doorbell import connect, ring
from matching.bootstrap import Services
from matching.clock import LOCAL
from matching.db import transaction
from matching.errors import DomainError
from matching.outbox.models import TimetableRun
from matching.outbox.service import topics_with_work
from workers.timetable import TASKS, Task

LOCK_SECONDS = 600
_log = structlog.get_logger("sweep")


class Sweep:
    """One sweep process: two rounds side by side, because a nightly rebuild takes minutes.

    Args:
        services: its services.
    """

    def __init__(self, services: Services) -> None:
        self.services = services
        self.token = uuid.uuid4().hex

    def run(self, stop: threading.Event) -> None:
        """Sweep and keep the timetable until told to stop; a task that runs then is begun again later."""
        _ = self.services.sessions  # made before there are two threads
        threading.Thread(target=self._repeat, args=(self.keep_timetable, stop), daemon=True).start()
        self._repeat(self.once, stop)

    def _repeat(self, step: Callable[[], object], stop: threading.Event) -> None:
        """Do it every few seconds; a failure of one round is logged and the next round comes."""
        while True:
            try:
                step()
            except (SQLAlchemyError, RedisError, DomainError, OSError) as error:
                _log.error("sweep_failed", error=type(error).__name__)
            if stop.wait(self.services.settings.sweep_seconds):
                return

    def once(self) -> list[str]:
        """One round of the sweep.

        Returns:
            The topics that were rung.
        """
        with transaction(self.services.sessions, writes=False) as session:
            topics = topics_with_work(session, self.services.clock.now())
        if topics:
            ring(self.services, topics, doubting=True)
        return topics

    def keep_timetable(self) -> None:
        """One look at the timetable: what is due is done, by one process at a time."""
        if self._holds_timetable():
            for task in TASKS:
                self._run_if_due(task)

    def _holds_timetable(self) -> bool:
        redis = connect(self.services.settings.redis)
        key = f"{self.services.settings.search_prefix}:timetable"
        try:
            if redis.set(key, self.token, nx=True, ex=LOCK_SECONDS):
                return True
            if redis.get(key) == self.token.encode():
                redis.expire(key, LOCK_SECONDS)
                return True
        except (RedisError, OSError):
            # Without the lock's keeper the tasks wait: each of them may be late, none may run twice at once.
            return False
        return False

    def _run_if_due(self, task: Task) -> None:
        day = due_day(self.services.clock.now(), task.at)
        with transaction(self.services.sessions, writes=False) as session:
            row = session.get(TimetableRun, task.name)
            if row is not None and row.done_for >= day:
                return
        try:
            task.run(self.services)
        except (SQLAlchemyError, DomainError, OSError) as error:
            _log.error("timetable_failed", task=task.name, error=type(error).__name__)
            return
        with transaction(self.services.sessions) as session:
            session.merge(TimetableRun(task=task.name, done_for=day))


def due_day(now: datetime, at: time) -> date:
    """The last day (in China) whose ``at`` has passed."""

    local = now.astimezone(LOCAL)
    return local.date() if local.time() >= at else local.date() - timedelta(days=1)
