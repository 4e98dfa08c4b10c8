"""Units of work that ring when they are committed.

Rows in the outbox are the truth; a ring only spares the sweep's wait.  So a ring that fails is logged and
forgotten, and a ring too many costs one query.  Web, commands and workers all ring; none of them imports the
workers for it, the job is named by its path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from uuid import uuid4

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy.orm import Session

from matching.bootstrap import Services
from matching.db import transaction
from matching.outbox.events import QUEUES
from matching.outbox.service import EMITTED

JOB = "workers.drain.drain"
QUEUE_NAMES = ("fast", "pair", "bulk")
#: A topic that has been rung is not rung again until a drain answers, at most this long (seconds).
RUNG_SECONDS = 15
#: A job is killed after this many seconds; a drain stops by itself long before.
JOB_SECONDS = 600

_log = structlog.get_logger("doorbell")


@cache
def connect(url: str) -> Redis:
    """A connection pool with tight limits: nobody waits for the bell."""
    return Redis.from_url(
        url,
        socket_connect_timeout=0.5,
        socket_timeout=2.0,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=30,
    )


def dangers(url: str) -> list[str]:
    """Settings of the queue server that would lose work in silence (R12), as codes; usually none.

    Raises:
        RedisError: it does not answer.
    """
    info = connect(url).info()
    found = []
    if info.get("maxmemory_policy", "noeviction") != "noeviction":
        found.append("queue_evicts")
    if not info.get("aof_enabled"):
        found.append("queue_not_on_disk")
    return found


def queue(url: str, name: str) -> Queue:
    """One of the three queues; arguments travel as JSON, never as pickles."""
    return Queue(name, connection=connect(url), serializer=JSONSerializer, default_timeout=JOB_SECONDS)


def rung_key(prefix: str, topic: str) -> str:
    """Key that says a ring for this topic waits to be answered."""
    return f"{prefix}:rung:{topic}"


def ring(services: Services, topics: Iterable[str], *, doubting: bool = False) -> bool:
    """Tell the workers that there is work in these topics.

    Args:
        doubting: ring even where an unanswered ring is noted, if its queue is empty (the sweep does: the ring
            may be lost).  Where something waits it is not rung again: after an hour without workers a bell
            for every round of the sweep would keep them from everything else.

    Returns:
        False when the queue server did not answer.
    """
    url, prefix = services.settings.redis, services.settings.search_prefix
    try:
        for topic in sorted(topics):
            line = queue(url, QUEUES[topic])
            fresh = connect(url).set(rung_key(prefix, topic), 1, nx=True, ex=RUNG_SECONDS)
            if fresh or (doubting and not line.count):
                name = _job_prefix(topic) + uuid4().hex
                line.enqueue(JOB, topic, job_id=name, result_ttl=0, failure_ttl=3600)
    except (RedisError, OSError) as error:
        _log.warning("ring_failed", topics=sorted(topics), error=type(error).__name__)
        return False
    return True


def answered(services: Services, topic: str) -> None:
    """A drain begins: whoever writes from now on has to ring again."""
    try:
        connect(services.settings.redis).delete(rung_key(services.settings.search_prefix, topic))
    except (RedisError, OSError) as error:
        _log.warning("ring_failed", topics=[topic], error=type(error).__name__)


def others_wait(services: Services, topic: str, names: Iterable[str]) -> bool:
    """Whether a job of another topic waits in one of these queues; also when nobody can tell."""
    own = _job_prefix(topic)
    try:
        waiting = [each for name in names for each in queue(services.settings.redis, name).get_job_ids()]
    except (RedisError, OSError):
        return True
    return any(not each.startswith(own) for each in waiting)


def _job_prefix(topic: str) -> str:
    # Letters, digits, dashes and underscores are what an id of a job may hold.
    return topic.replace(".", "-") + "_"


@contextmanager
def work(services: Services) -> Iterator[Session]:
    """One writing transaction; after its commit, the topics it emitted to are rung."""
    with transaction(services.sessions) as session:
        yield session
    topics = session.info.pop(EMITTED, set())
    if topics:
        ring(services, topics)
