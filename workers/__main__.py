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

from config import SettingsError, load
from config.logs import configure
from config.settings import Settings
from doorbell import QUEUE_NAMES, connect, queue
from matching.bootstrap import open_services
from workers.drain import die_with
from workers.sweep import Sweep

#: A worker that has not been heard of for this long is not ready (R13), in seconds.
HEARTBEAT_TTL = 90
HEARTBEAT_EVERY = 15
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
    # Imported before the fork, so that no child pays for it; nothing is opened by importing.
    import workers.handlers  # noqa: F401

    worker = Worker(
        [queue(settings.redis, name) for name in names],
        # Not the pool of the doorbell and the heartbeat: its tight time limit would break off the long wait
        # for a job, and the worker would go deaf for up to a minute.
        connection=Redis.from_url(settings.redis),
        serializer=JSONSerializer,
        worker_ttl=60,
        maintenance_interval=60,
        job_monitoring_interval=10,
    )
    worker.work(with_scheduler=False, logging_level="WARNING")


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
