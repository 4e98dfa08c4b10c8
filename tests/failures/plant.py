"""An installation with real processes: a queue server of its own, forking workers, a sweep, two databases.

Nothing here sleeps for a fixed time: :func:`until` looks again and again until something is so or the time is
up.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select

from commands import register
from config import load
from config.settings import Settings
from matching.bootstrap import Services, open_services
from matching.crypto import load_keyring
from matching.db import transaction
from matching.outbox.models import OutboxRow, TimetableRun
from tests.patience import patient
from tests.services import scratch_postgres, service_url
from tools.launcher import valkey
from web import create_app
from workers.timetable import TASKS

ROOT = Path(__file__).resolve().parents[2]
LOOK = 0.02
#: Short, so that a test sees within seconds what an installation shows within a minute.
QUICK = {"ANYE_LEASE_SECONDS": "2", "ANYE_SWEEP_SECONDS": "1", "ANYE_DRAIN_SECONDS": "5"}


def until(true: Callable[[], Any], seconds: float, what: str) -> Any:
    """Wait until something is so; gives what ``true`` gave.

    Raises:
        AssertionError: it was not within ``seconds``, and not with patience either.
    """
    deadline = time.monotonic() + patient(seconds)
    while True:
        found = true()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {patient(seconds)} s: {what}"
        time.sleep(LOOK)


def lives(process: psutil.Process) -> bool:
    """Whether a process runs (or sleeps, or is stopped)."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def say(**figures: Any) -> None:
    """Print what was measured; `pytest -s` (and every failure) shows it."""
    print("measured:", ", ".join(f"{name}={value}" for name, value in figures.items()))


class Queue:
    """A queue server of the test's own; what it holds stays when it is killed, as far as it was on disk.

    Args:
        directory: a short path, because the socket is in it.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.path = directory / "s" / "queue.sock"
        self.url = f"unix://{self.path}"
        self.client = Redis.from_url(self.url, socket_timeout=5, socket_connect_timeout=5)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.directory / "queue.log").open("ab") as log:
            self._process = subprocess.Popen(
                valkey.command(self.directory, self.path), stdout=log, stderr=log, start_new_session=True
            )
        until(lambda: self._alive() and valkey.answers(self.path), 20, "the queue server answers")

    def _alive(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.directory / "queue.log").read_text()
        return True

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """The end of the test."""
        self.kill()
        self.client.close()


@dataclass(frozen=True)
class Answer:
    """What a command came to."""

    returncode: int
    stdout: str
    stderr: str


@dataclass
class Plant:
    """An installation: what it is set to, its processes, and what a test asks of it."""

    environ: dict[str, str]
    data: Path
    queue: Queue
    services: Services
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    #: Dead processes are started again by :meth:`keep`, as a service manager does.
    commands: dict[str, list[str]] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return self.services.settings

    def worker(self, name: str, *queues: str, **environ: str) -> subprocess.Popen[bytes]:
        """Start a worker and wait until it has told the queue server that it is there."""
        before = self._heartbeats()
        process = self._start(name, ["--queues", ",".join(queues or ("fast", "pair", "bulk"))], environ)
        until(lambda: self._heartbeats() - before, 30, f"{name} lives, see {self.log(name)}")
        return process

    def sweep(self) -> subprocess.Popen[bytes]:
        """Start the sweep."""
        return self._start("sweep", ["--sweep"], {})

    def timetable_kept(self) -> bool:
        """Whether the sweep has done all that was due today."""
        with transaction(self.services.sessions, writes=False) as session:
            return session.scalar(select(func.count()).select_from(TimetableRun)) == len(TASKS)

    def _start(self, name: str, arguments: list[str], environ: dict[str, str]) -> subprocess.Popen[bytes]:
        self.commands[name] = arguments
        with self.log(name).open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "workers", *arguments],
                env={**self.environ, **environ},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self.processes[name]

    def keep(self) -> None:
        """Start again what died."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self._start(name, self.commands[name], {})

    def kill(self, name: str) -> None:
        """SIGKILL one process for good."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def log(self, name: str) -> Path:
        """Where a process speaks."""
        return self.data / "log" / f"{name}.log"

    def _heartbeats(self) -> set[bytes]:
        try:
            return set(self.queue.client.keys(f"{self.settings.search_prefix}:heartbeat:*"))
        except RedisError:
            return set()

    def horses(self) -> list[psutil.Process]:
        """Forked jobs that live."""
        found = []
        for process in list(self.processes.values()):
            with contextlib.suppress(psutil.NoSuchProcess):
                found += [one for one in psutil.Process(process.pid).children() if lives(one)]
        return found

    def outbox(self, *topics: str) -> list[OutboxRow]:
        """Rows that wait, buried ones included."""
        statement = select(OutboxRow).order_by(OutboxRow.id)
        if topics:
            statement = statement.where(OutboxRow.topic.in_(topics))
        with transaction(self.services.sessions, writes=False) as session:
            return list(session.scalars(statement))

    def empty(self, *topics: str) -> bool:
        """Whether nothing waits."""
        heads = self.heads()
        return not heads.keys() & set(topics) if topics else not heads

    def heads(self) -> dict[str, int]:
        """Topic → the oldest row that waits there, buried ones included; dead processes are started again."""
        self.keep()
        statement = select(OutboxRow.topic, func.min(OutboxRow.id).label("oldest")).group_by(OutboxRow.topic)
        with transaction(self.services.sessions, writes=False) as session:
            return {row.topic: row.oldest for row in session.execute(statement)}

    def command(self, *words: str, check: bool = True) -> Answer:
        """Run a ``flask`` command in this process, which saves its start."""
        app = create_app(self.settings)
        register(app)
        done = app.test_cli_runner().invoke(args=list(words))
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert not check or done.exit_code == 0, done.stderr
        return Answer(done.exit_code, done.stdout, done.stderr)

    def command_outside(self, *words: str) -> Answer:
        """Run a ``flask`` command as a user would, in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *words],
            env=self.environ,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=180,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def close(self) -> None:
        """End everything that was started."""
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGCONT)
            process.kill()
            process.wait()
        self.services.dispose()
        self.queue.close()


@contextlib.contextmanager
def embedded_plant(data: Path, blank: Path, **more: str) -> Iterator[Plant]:
    """On SQLite and tantivy.

    Args:
        blank: a migrated database file, to be copied.
    """
    data.mkdir(exist_ok=True)
    shutil.copy(blank, data / "anye.db")
    with _plant(data, more) as made:
        yield made


@contextlib.contextmanager
def production_plant(data: Path, blank: str, **more: str) -> Iterator[Plant]:
    """On PostgreSQL and Elasticsearch.

    Args:
        blank: name of a migrated database, used as a template.
    """
    data.mkdir(exist_ok=True)
    keys = data / "keys.json"
    load_keyring(keys, create=True)
    with scratch_postgres(template=blank) as url:
        urls = {"ANYE_DATABASE_URL": url, "ANYE_KEYS_FILE": str(keys)}
        urls["ANYE_SEARCH_URL"] = more.get("ANYE_SEARCH_URL") or service_url("ANYE_SEARCH_URL")
        with _plant(data, {**urls, **more}) as made:
            try:
                yield made
            finally:
                _drop_indexes(made.services)


def _drop_indexes(services: Services) -> None:
    from matching.search.documents import Collection
    from matching.search.port import SearchUnavailable

    for collection in Collection:
        with contextlib.suppress(SearchUnavailable):
            services.search.delete(services.search.generations(collection))  # type: ignore[attr-defined]


@contextlib.contextmanager
def _plant(data: Path, more: dict[str, str]) -> Iterator[Plant]:
    (data / "log").mkdir(exist_ok=True)
    # The path of a unix socket is short by nature, so not below the test's own long directory.
    with tempfile.TemporaryDirectory(prefix="anye-") as short:
        queue = Queue(Path(short))
        queue.start()
        environ = {name: value for name, value in os.environ.items() if not name.startswith("ANYE_")}
        environ |= {
            "ANYE_DATA": str(data),
            "ANYE_REDIS_URL": queue.url,
            "ANYE_SEARCH_PREFIX": f"test-{secrets.token_hex(6)}",
            "ANYE_LOG_LEVEL": "info",
            "ANYE_SEARCH_SECONDS": str(patient(1.5)),
            **QUICK,
            **more,
        }
        settings = load({name: value for name, value in environ.items() if name.startswith("ANYE_")})
        made = Plant(environ, data, queue, open_services(settings))
        try:
            made.services.keyring  # noqa: B018 (made here, so that no two processes make it at once)
            made.services.search.prepare()
            yield made
        finally:
            made.close()
