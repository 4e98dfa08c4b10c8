"""``python -m workers --queues fast,pair,bulk``: one forking worker; ``--sweep``: sweep and timetable."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from rq.serializers import JSONSerializer
from rq.worker import DequeueStrategy
from sqlalchemy.exc import SQLAlchemyError

from config import SettingsError, load
from config.logs import configure
from config.settings import Settings
from doorbell import QUEUE_NAMES, connect, dangers, queue
from matching import schema
from matching.bootstrap import open_services
from matching.notices.kinds import Kind
from workers.drain import die_with
from workers.sweep import Sweep

#: A worker that has not been heard of for this long is not ready (R13), in seconds.
HEARTBEAT_TTL = 90
HEARTBEAT_EVERY = 15
#: RQ forgets a worker that was not heard of for this long, in seconds.
WORKER_TTL = 60
#: A dependency is down, or not as it has to be.
DOWN = 4
_log = structlog.get_logger("workers")


def heartbeat_key(prefix: str, name: str) -> str:
    """Key under which a process says that it lives."""
    return f"{prefix}:heartbeat:{name}"


def beat(settings: Settings, name: str, stop: threading.Event) -> None:
    """Say every quarter of a minute that this process lives, until told to stop."""
    while True:
        try:
            connect(settings.redis).set(heartbeat_key(settings.search_prefix, name), 1, ex=HEARTBEAT_TTL)
        except (RedisError, OSError) as error:
            _log.warning("heartbeat_failed", error=type(error).__name__)
        if stop.wait(HEARTBEAT_EVERY):
            return


def run_worker(settings: Settings, names: list[str]) -> None:
    """One worker; each job is a forked child, so this process opens no database."""
    _warm_up(settings)
    worker = Worker(
        [queue(settings.redis, name) for name in names],
        # Not the pool of the doorbell and the heartbeat: its tight time limit would break off the long wait
        # for a job, and the worker would go deaf for up to a minute.
        connection=Redis.from_url(settings.redis, socket_connect_timeout=5, socket_timeout=WORKER_TTL + 15),
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL,
        maintenance_interval=60,
        job_monitoring_interval=10,
    )
    # In turn: with the first queue first, the others would wait as long as somebody keeps writing.
    worker.work(with_scheduler=False, logging_level="WARNING", dequeue_strategy=DequeueStrategy.ROUND_ROBIN)


def _warm_up(settings: Settings) -> None:
    """Load before the fork what every job needs, so that none of them waits a second for dictionaries.

    Drivers, clients, word lists and the tables of occupations and regions; nothing is connected to.
    """
    import workers.handlers  # noqa: F401
    from matching.occupations.titles import code_titles
    from matching.search.documents import VacancyDocument
    from matching.search.shaping import shape

    services = open_services(settings)
    _ = services.sessions, services.search, services.sender
    code_titles(["缝纫工"], 1)
    shape(VacancyDocument(id=1, version=1, open=True, title="缝纫工", kind="enterprise", posted_at=1))


def unsafe(settings: Settings) -> list[str]:
    """Why this process had better not start (R12), as sentences; what does not answer is waited for."""
    found: list[str] = []
    try:
        found += [REFUSALS[code] for code in dangers(settings.redis)]
    except (RedisError, OSError) as error:
        _log.warning("queue_not_checked", error=type(error).__name__)
    if set(dict(settings.sms_templates)) - set(Kind):
        found.append(REFUSALS["template_unknown"])
    services = open_services(settings)
    try:
        if schema.pending(services.engine):
            found.append(REFUSALS["database_not_migrated"])
    except SQLAlchemyError as error:
        _log.warning("database_not_checked", error=type(error).__name__)
    finally:
        services.dispose()
    return found


REFUSALS = {
    "queue_evicts": "队列服务会丢掉工作:请把 Redis 的 maxmemory-policy 设为 noeviction。",
    "queue_not_on_disk": "队列服务不存盘:请把 Redis 的 appendonly 设为 yes。",
    "template_unknown": "ANYE_SMS_TEMPLATES 里有不认识的通知种类,请对照 docs/operations.md。",
    "database_not_migrated": "数据库还没有更新到这个版本。请先运行 make run,或 flask migrate。",
}


def main(arguments: list[str]) -> int:
    """Entry of the process."""
    parser = argparse.ArgumentParser(prog="python -m workers")
    parser.add_argument("--queues", default=",".join(QUEUE_NAMES))
    parser.add_argument("--sweep", action="store_true")
    options = parser.parse_args(arguments)
    names = [name for name in options.queues.split(",") if name]
    if unknown := set(names) - set(QUEUE_NAMES):
        parser.error(f"unknown queue: {', '.join(sorted(unknown))}")
    try:
        settings = load()
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    configure(settings.log_level, settings.log_format)
    if refusals := unsafe(settings):
        print("".join(f"{sentence}\n" for sentence in refusals), end="", file=sys.stderr)  # noqa: T201
        return DOWN
    stop = threading.Event()
    name = f"{'sweep' if options.sweep else '-'.join(names)}:{os.getpid()}"
    threading.Thread(target=beat, args=(settings, name, stop), daemon=True).start()
    if options.sweep:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        Sweep(open_services(settings)).run(stop)
    else:
        run_worker(settings, names)
    stop.set()
    return 0


if __name__ == "__main__":
    if not os.environ.get("ANYE_TEST_ORPHAN"):
        die_with(os.getppid())
    sys.exit(main(sys.argv[1:]))
