"""How long a job goes on: as long as its topic has work and nobody else wants its worker.

A new process reads the columns and all stored lists first, which takes a second; the next change, a moment
later, should find one that has done so.  A job that lingers must hold up neither another topic of its queue
nor the end of its worker.
"""

from __future__ import annotations

import time

from redis.exceptions import RedisError
from rq import Worker, get_current_job
from rq.utils import as_text

from doorbell import connect, others_wait
from matching.bootstrap import Services
from matching.db import transaction
from matching.outbox.events import QUEUES
from matching.outbox.queries import anything_due

#: After work a job waits so long for more of its topic, and looks so often (seconds).
LINGER = 0.5
LOOK_EVERY = 0.05
#: A job that nobody waits for ends after this long all the same (seconds): what leaks goes with its process.
LONGEST = 300.0


def may_go_on(services: Services, topic: str, since: float) -> bool:
    """Whether a job that began at ``since`` (``time.monotonic()``) may do more."""
    if time.monotonic() - since > LONGEST:
        return False
    try:
        ending, names = _worker(services)
    except (RedisError, OSError):
        return False
    return not ending and not others_wait(services, topic, names or {QUEUES[topic]})


def more_comes(services: Services, topic: str, since: float) -> bool:
    """Wait a moment for more work of the topic; whether it came and may be done."""
    until = time.monotonic() + LINGER
    while time.monotonic() < until and may_go_on(services, topic, since):
        with transaction(services.sessions, writes=False) as session:
            if anything_due(session, topic, services.clock.now()):
                return True
        time.sleep(LOOK_EVERY)
    return False


def _worker(services: Services) -> tuple[bool, set[str]]:
    """Whether the worker of this job was told to end, and the queues that it serves (without one, none)."""
    job = get_current_job()
    if job is None or not job.worker_name:
        return False, set()
    key = Worker.redis_worker_namespace_prefix + job.worker_name
    told, names = connect(services.settings.redis).hmget(key, "shutdown_requested_date", "queues")
    return told is not None, set(as_text(names or b"").split(",")) - {""}
