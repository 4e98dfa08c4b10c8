"""One vacancy changed until it stands on both sides' first page, at 20 writes a second, real workers at work.

The installation is the launcher's: a queue server of its own, a worker for index and notices and one for
pairing.  Shown means: the vacancy's own list and the lists of the people it concerns were made from the
version that was written (both are one transaction).  Writes are due on the clock, whether or not those before
them are through, and a change counts from the moment it was due.  The floor is the commit of the same change
without its event, and one drain of an empty topic by the same workers.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from bench import city
from bench.harness import Result, exponent, quantile
from bench.recall import indexed
from bench.stack import services, settings_of
from config import load
from doorbell import JOB, work
from matching.bootstrap import Services
from matching.clock import SystemClock
from matching.db import transaction
from matching.outbox.events import VacancyChanged
from matching.outbox.models import TimetableRun
from matching.outbox.service import emit
from matching.pairing.models import VacancyMatches
from matching.pairing.service import Pairing
from matching.pairing.store import ColumnStore
from matching.vacancies.models import Vacancy
from tools.launcher import valkey
from tools.launcher.main import WORKERS
from workers.sweep import due_day
from workers.timetable import TASKS

FULL, QUICK, TINY = 50_000, 2_500, 60
MORE = {"quick": {"seconds": 6.0, "floors": 10}, "tiny": {"seconds": 1.0, "floors": 3}}
WRITES_A_SECOND = 20
WRITERS = 8
CHANGED = ("shifts", "load", "tags", "month_low_cents", "month_high_cents")
ROOT = Path(__file__).parents[1]
LONGEST = 60.0


@contextmanager
def installed(folder: Path, people: int, vacancies: int) -> Iterator[Services]:
    """A city whose lists are stored, and its processes."""
    data = folder / f"change-{people}-{vacancies}"
    url = city.own(folder, data / "anye.db", people, vacancies)
    with ExitStack() as stack:
        # A socket's path is short, whatever the folder is called.
        short = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="b")))
        path = short / "s" / "queue.sock"
        queue = subprocess.Popen(valkey.command(short, path), stdout=subprocess.DEVNULL)
        stack.callback(_end, queue)
        _until(lambda: valkey.answers(path), "the queue server answers")
        redis = f"unix://{path}"
        with services(data, tables=False, ANYE_DATABASE_URL=url) as made:
            indexed(made.search, made.sessions)
            Pairing(ColumnStore(data / "columns")).pair_all(made.sessions, made.clock)
            _timetable_done(made)
        environment = settings_of(data, ANYE_REDIS_URL=redis, ANYE_DATABASE_URL=url)
        for arguments in WORKERS.values():
            command = [sys.executable, "-m", "workers", *arguments]
            process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment)
            stack.callback(_end, process)
        made = Services(load(environment), SystemClock())
        stack.callback(made.dispose)
        _until(lambda: _empty_drain(made) < LONGEST, "a worker works")
        yield made


def _timetable_done(services: Services) -> None:
    """The nightly tasks are not what is measured: say that they were done."""
    with transaction(services.sessions) as session:
        for task in TASKS:
            session.add(TimetableRun(task=task.name, done_for=due_day(services.clock.now(), task.at)))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _until(true: object, what: str) -> None:
    end = time.monotonic() + LONGEST
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, what
        time.sleep(0.02)


def write(services: Services, rng: random.Random, row: int, *, told: bool = True) -> int:
    """Change one vacancy and, if ``told``, emit its event; returns its new version."""
    changed = {name: value for name, value in city.post(rng, row).items() if name in CHANGED}
    now = services.clock.now()
    with work(services) as session:
        newer = (
            update(Vacancy)
            .where(Vacancy.id == row)
            .values(**changed, version=Vacancy.version + 1, touched_at=now)
        )
        version = session.scalar(newer.returning(Vacancy.version))
        if told:
            emit(session, VacancyChanged(row), now)
    return int(version or 0)


def _empty_drain(services: Services) -> float:
    """Seconds until a worker has drained a topic that holds nothing."""
    line = Queue("pair", connection=Redis.from_url(services.settings.redis), serializer=JSONSerializer)
    started = time.perf_counter()
    job = line.enqueue(JOB, "pair.jobseeker", result_ttl=60)
    _until(lambda: job.get_status(refresh=True) in {"finished", "failed"}, "the drain ends")
    return time.perf_counter() - started


class Watch:
    """Looks which changes stand in the stored lists."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.waiting: dict[int, list[tuple[int, float]]] = {}
        self.taken: list[float] = []
        self.lock = threading.Lock()

    def expect(self, row: int, version: int, since: float) -> None:
        """A write of ``row`` was made; ``since`` is when it began."""
        with self.lock:
            self.waiting.setdefault(row, []).append((version, since))

    def look(self) -> bool:
        """Note what is there; whether nothing is waited for."""
        with self.lock:
            rows = list(self.waiting)
        if not rows:
            return True
        with transaction(self.services.sessions, writes=False) as session:
            found = session.execute(
                select(VacancyMatches.vacancy_id, VacancyMatches.source_version).where(
                    VacancyMatches.vacancy_id.in_(rows)
                )
            ).all()
        now = time.perf_counter()
        with self.lock:
            for row, version in found:
                self.taken += [now - since for wanted, since in self.waiting[row] if wanted <= version]
                left = [each for each in self.waiting[row] if each[0] > version]
                self.waiting[row] = left
                if not left:
                    del self.waiting[row]
        return False


def written_at_last(services: Services, rng: random.Random, row: int) -> int:
    """As people do who are told that the database is busy: once more."""
    end = time.monotonic() + LONGEST
    while True:
        try:
            return write(services, rng, row)
        except OperationalError:
            if time.monotonic() > end:
                raise


def written(services: Services, watch: Watch, vacancies: int, seconds: float) -> float:
    """Write on the clock, from as many threads as a web process has; the writes a second that were made."""
    count = int(seconds * WRITES_A_SECOND)
    start = time.perf_counter()

    def due(number: int) -> None:
        since = start + number / WRITES_A_SECOND
        time.sleep(max(0.0, since - time.perf_counter()))
        rng = random.Random(number)
        row = rng.randrange(1, vacancies + 1)
        watch.expect(row, written_at_last(services, rng, row), since)

    with ThreadPoolExecutor(WRITERS) as pool:
        for _ in pool.map(due, range(count)):
            pass
    return count / max(seconds, time.perf_counter() - start)


def floors_of(services: Services, vacancies: int, tries: int) -> list[float]:
    """Seconds of a commit that concerns nobody and one drain of nothing, again and again."""
    taken = []
    for row in range(1, min(tries, vacancies) + 1):
        started = time.perf_counter()
        write(services, random.Random(row), row, told=False)
        committed = time.perf_counter() - started
        taken.append(committed + _empty_drain(services))
    return taken


def measure(
    folder: Path, people: int, vacancies: int, seconds: float, floors: int = 0
) -> tuple[list[float], list[float], float]:
    """Seconds of each change, of each floor, and the writes a second that were made."""
    with installed(folder, people, vacancies) as made:
        least = floors_of(made, vacancies, floors)
        watch, over = Watch(made), threading.Event()

        def look() -> None:
            while not (watch.look() and over.is_set()):
                time.sleep(0.02)

        watcher = threading.Thread(target=look, daemon=True)
        watcher.start()
        rate = written(made, watch, vacancies, seconds)
        over.set()
        watcher.join(LONGEST)
        assert not watch.waiting, f"{len(watch.waiting)} changes never came"
    return watch.taken, least, rate


def run(
    folder: Path, size: int, growth: bool = True, seconds: float = 30.0, floors: int = 20
) -> list[Result]:
    """p95 of a change, and how it grows."""
    posts = size * 2 // 5
    taken, least, rate = measure(folder, size, posts, seconds, floors)
    grown = {}
    if growth:
        people, vacancies = size // 4, posts // 4

        def p95(*at: int) -> float:
            return quantile(measure(folder, *at, seconds / 2)[0], 0.95)

        base = p95(people, vacancies)
        for name, sizes in (
            ("people", [(people * 2, vacancies), (people * 4, vacancies)]),
            ("vacancies", [(people, vacancies * 2), (people, vacancies * 4)]),
        ):
            grown[name] = exponent([1, 2, 4], [base, *(p95(*each) for each in sizes)])
    return [
        Result(
            "one change shown on both sides, p95",
            f"{size:,} people, {posts:,} vacancies, {rate:.0f} writes/s",
            quantile(least, 0.95),
            quantile(taken, 0.95),
            "s",
            2,
            absolute=True,
            growth=grown,
            notes=[f"{len(taken)} changes, p50 {median(taken):.2f} s, worst {max(taken):.2f} s"],
        )
    ]
