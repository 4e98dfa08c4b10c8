"""The only function the queue ever runs: drain one topic of the outbox.

Written against: killed anywhere (the lease runs out, another drain takes over); two drains at once (rows are
claimed, not read); an orphan that wakes up late (its token no longer fits); a dependency that is down or
busy, the database too (rows go back unblamed); one bad row, even one that kills its worker (tried alone,
buried after five tries); a topic that never empties (after twenty seconds others have their turn).
"""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from config import load
from config.logs import configure
from doorbell import answered, ring
from matching.bootstrap import Services, open_services
from matching.db import failure_of, transaction
from matching.errors import DependencyDown, DomainError
from matching.outbox.service import MAX_TRIES, Claim, LeaseLost, claim, give_back
from workers.context import Work
from workers.handlers import BATCH, EXCLUSIVE, HANDLERS
from workers.lingering import may_go_on, more_comes
from workers.locks import LockTaken, exclusive

PR_SET_PDEATHSIG = 1
#: The process that imported this file: of a forked job, its worker.
IMPORTER = os.getpid()
_log = structlog.get_logger("drain")


@dataclass(frozen=True)
class Drained:
    """What one drain did: rows finished, rows given back, and whether there may be more."""

    done: int
    failed: int
    more: bool


class WorkerDied(Exception):
    """Whoever took the row never came back, each time."""


def drain(topic: str) -> int:
    """Job of the queue: drain ``topic``, and let others have their turn every ``ANYE_DRAIN_SECONDS``.

    Returns:
        Rows finished.
    """
    if os.getpid() != IMPORTER and not os.environ.get("ANYE_TEST_ORPHAN"):
        die_with(IMPORTER)
    settings = load()
    configure(settings.log_level, settings.log_format)
    services = open_services(settings)
    try:
        # Once: rings while this job lingers stay unanswered, so that they add one job and not one each.
        answered(services, topic)
        return _drain_patiently(services, topic)
    except OperationalError as error:
        # Nobody could even say that it failed; the lease runs out and the sweep rings again.
        _log.error("database_unavailable", topic=topic, error=type(error.orig).__name__)
        return 0
    finally:
        services.dispose()


def _drain_patiently(services: Services, topic: str) -> int:
    since, done = time.monotonic(), 0
    while True:
        result = drain_topic(services, topic)
        done += result.done
        if result.more and not may_go_on(services, topic, since):
            ring(services, [topic])
            return done
        if not result.more and not (result.done and more_comes(services, topic, since)):
            return done


def die_with(parent: int) -> None:
    """Ask the kernel to end this process with its parent: an orphan would keep the index's writer lock."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # It may have died before we asked.  In a container the parent may well be number 1.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def drain_topic(services: Services, topic: str, *, seconds: float | None = None) -> Drained:
    """Work through what is due in one topic.

    Args:
        seconds: stop claiming after this long (default: the setting).
    """
    end = time.monotonic() + (seconds or services.settings.drain_seconds)
    done = failed = 0
    with _alone(services, topic) as mine:
        while mine:
            batch = _claim(services, topic)
            if not batch.rows:
                return Drained(done, failed, more=False)
            lost = _run(services, batch)
            done, failed = done + len(batch.rows) - lost, failed + lost
            if lost == len(batch.rows):
                return Drained(done, failed, more=False)  # back-off is set; the sweep rings when it is due
            if time.monotonic() > end:
                break
    return Drained(done, failed, more=True)


@contextmanager
def _alone(services: Services, topic: str) -> Iterator[bool]:
    """Topics of the embedded index have one writer: wait for it, else leave the rows to whoever holds it."""
    if topic not in EXCLUSIVE or not services.settings.embedded_search:
        yield True
        return
    path = services.settings.data_dir / "search" / "writer.lock"
    try:
        with exclusive(path, wait=services.settings.drain_seconds):
            yield True
    except LockTaken:
        yield False


def _claim(services: Services, topic: str) -> Claim:
    lease = timedelta(seconds=services.settings.lease_seconds)
    with transaction(services.sessions) as session:
        return claim(session, topic, BATCH.get(topic, 1), services.clock.now(), lease)


def _run(services: Services, batch: Claim) -> int:
    """Handle a batch; if it fails, each key alone.  Returns the number of rows that were not finished."""
    if batch.rows[0][2] > MAX_TRIES:  # these are claimed alone
        return _back(services, batch, WorkerDied(), countable=True)
    try:
        _handle(services, batch)
        return 0
    except LeaseLost:
        _log.warning("lease_lost", topic=batch.topic, rows=len(batch.rows))
        return len(batch.rows)
    except DependencyDown as error:
        return _back(services, batch, error, countable=False)
    except OperationalError as error:
        # Gone, locked or out of space: not the row's fault.  A statement that takes too long may be.
        return _back(services, batch, error, countable="statement timeout" in str(error.orig))
    except Exception as error:
        if len(batch.keys) == 1:
            return _back(services, batch, error, countable=True)
        _log.warning("batch_failed", topic=batch.topic, rows=len(batch.rows), error=type(error).__name__)
    return sum(_run(services, batch.part(key)) for key in batch.keys)


def _handle(services: Services, batch: Claim) -> None:
    work = Work(services, batch)
    with _kept_alive(work):
        HANDLERS[batch.topic](work)
        if not work.finished:
            with work.finishing():
                pass


@contextmanager
def _kept_alive(work: Work) -> Iterator[None]:
    """Renew the lease while a handler works longer than a third of it.

    The thread dies with the process, so a killed worker's lease still runs out; a handler that hangs is ended
    by the queue's own limit on a job.
    """
    over = threading.Event()

    def renew() -> None:
        while not over.wait(work.services.settings.lease_seconds / 3):
            try:
                with transaction(work.services.sessions) as session:
                    work.beat(session)
            except LeaseLost:
                return  # the handler learns it when it finishes
            except SQLAlchemyError as error:
                _log.warning("lease_not_renewed", topic=work.claim.topic, error=type(error).__name__)

    keeper = threading.Thread(target=renew, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _back(services: Services, batch: Claim, error: Exception, *, countable: bool) -> int:
    reason = error.code if isinstance(error, DomainError) else failure_of(error) or type(error).__name__
    with transaction(services.sessions) as session:
        buried = give_back(session, batch, reason, services.clock.now(), countable=countable)
    _log.error(
        "row_buried" if buried else "row_given_back",
        topic=batch.topic,
        keys=batch.keys[:20],
        reason=reason,
        exc_info=error,
    )
    return len(batch.rows)
