"""Whether the installation can work: each part asked in a thread of its own.

Every dependency may be a black hole (a firewall that drops packets), so the answer never waits for all of
them in turn: after :data:`LONGEST` seconds whoever has not answered is reported as ``timeout``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import redis
import structlog
from sqlalchemy import func, select

from doorbell import dangers
from matching import schema
from matching.bootstrap import Services
from matching.db import transaction
from matching.notices import queries as notices
from matching.outbox.queries import topic_states
from matching.sheets.models import Ledger, LedgerState

log = structlog.get_logger()

#: Seconds for all checks together; the promise is two.
LONGEST = 1.6
#: A worker that was not heard of for this long counts as gone (its key expires).
HEARTBEAT_SECONDS = 90
#: Work that nobody took for this long is a fault even when every process claims to live.
OUTBOX_SECONDS = 300
WORKING = (LedgerState.RECEIVED, LedgerState.READING, LedgerState.QUEUED, LedgerState.APPLYING)
#: A running check is not started again: a black hole must not gather threads.
_running: dict[int, dict[str, threading.Thread]] = {}
_lock = threading.Lock()

State = dict[str, Any]
Check = Callable[[Services], State]


def examine(services: Services) -> dict[str, Any]:
    """Ask everything at once.

    Returns:
        ``{"ready": bool, "checks": {name: {"ok": bool, …figures or "reason"}}}``
    """
    found: dict[str, State] = {}
    threads = {name: _start(name, check, services, found) for name, check in CHECKS.items()}
    deadline = time.monotonic() + LONGEST
    for thread in threads.values():
        thread.join(max(0.0, deadline - time.monotonic()))
    checks = {name: found.get(name, {"ok": False, "reason": "timeout"}) for name in CHECKS}
    return {"ready": all(state["ok"] for state in checks.values()), "checks": checks}


def _start(name: str, check: Check, services: Services, found: dict[str, State]) -> threading.Thread:
    def run() -> None:
        try:
            found[name] = check(services)
        except Exception as error:
            # The class says what is wrong; the text may hold an address with a password.
            found[name] = {"ok": False, "reason": type(error).__name__}

    with _lock:
        running = _running.setdefault(id(services), {})
        before = running.get(name)
        if before is not None and before.is_alive():
            return before
        thread = threading.Thread(target=run, name=f"readiness-{name}", daemon=True)
        running[name] = thread
        thread.start()
        return thread


def _database(services: Services) -> State:
    with services.engine.connect() as connection:
        connection.execute(select(1))
    return {"ok": True}


def _migrations(services: Services) -> State:
    at, newest = schema.current(services.engine), schema.head()
    return {"ok": at == newest, "at": at, "newest": newest}


def _queue(services: Services) -> State:
    found = dangers(services.settings.redis)
    return {"ok": not found, "dangers": found}


def _secrets(services: Services) -> State:
    # Sessions and tickets are signed with it; a key file that was written by hand may hold a short one.
    return {"ok": len(services.keyring.secret_key) >= SECRET_BYTES}


def _workers(services: Services) -> State:
    pattern = f"{services.settings.search_prefix}:heartbeat:*"
    with _redis(services) as client:
        alive = sum(1 for _ in client.scan_iter(match=pattern, count=1000))
    return {"ok": alive > 0, "alive": alive, "within_seconds": HEARTBEAT_SECONDS}


def _redis(services: Services) -> redis.Redis:
    return redis.Redis.from_url(
        services.settings.redis, socket_timeout=LONGEST, socket_connect_timeout=LONGEST
    )


def _search(services: Services) -> State:
    services.search.ping()
    return {"ok": True}


def _outbox(services: Services) -> State:
    with transaction(services.sessions, writes=False) as session:
        topics = topic_states(session, services.clock.now())
    oldest = max((state.oldest_seconds for state in topics.values()), default=0.0)
    return {
        "ok": oldest <= OUTBOX_SECONDS,
        "depth": sum(state.depth for state in topics.values()),
        "oldest_seconds": round(oldest, 1),
        # Buried work waits for an administrator; the installation itself can work.
        "buried": sum(state.buried for state in topics.values()),
    }


def _notices(services: Services) -> State:
    with transaction(services.sessions, writes=False) as session:
        stuck = notices.parked_since(session)
        budget = notices.budget_of(session, services.clock.now(), services.settings.sms_day_budget)
    waited = services.clock.now() - stuck.since if stuck.since else timedelta()
    return {
        # A message that got stuck waits for a person; the installation itself can work.
        "ok": True,
        "parked": stuck.count,
        "oldest_parked_seconds": round(waited.total_seconds(), 1),
        "budget_alarm": budget.alarm,
    }


def _imports(services: Services) -> State:
    working = [state.value for state in WORKING]
    with transaction(services.sessions, writes=False) as session:
        started = session.scalar(select(func.min(Ledger.created_at)).where(Ledger.state.in_(working)))
    waited = services.clock.now() - started if started else timedelta()
    return {"ok": True, "oldest_unfinished_seconds": round(waited.total_seconds(), 1)}


#: The shortest secret that is believed, in bytes.
SECRET_BYTES = 32

CHECKS: dict[str, Check] = {
    "database": _database,
    "migrations": _migrations,
    "queue": _queue,
    "secrets": _secrets,
    "workers": _workers,
    "search": _search,
    "outbox": _outbox,
    "imports": _imports,
    "notices": _notices,
}
