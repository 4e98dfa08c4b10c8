"""Workers, their jobs and the queue server die at any moment.

What would go wrong: a job dies with its worker and nobody notices (RQ alone needs minutes); its orphan
finishes beside its own heir, and everything is applied twice; a message is lost with the queue server and the
row waits for ever; a connection that was opened before the fork is shared by two processes.
"""

from __future__ import annotations

import random
import signal
import threading
import time
from datetime import UTC, datetime, timedelta

import psutil
import pytest
from sqlalchemy import text, update

from doorbell import JOB, queue
from matching.bootstrap import Services
from matching.db import transaction
from matching.outbox.events import VacancyErased
from matching.outbox.models import OutboxRow, TimetableRun
from matching.outbox.queries import buried_rows
from matching.outbox.service import MAX_TRIES, emit_many
from matching.search.documents import Collection
from matching.sheets.models import LedgerState
from tests.failures.plant import Plant, say, until
from tests.failures.writes import Writer, assert_index_equals_rows, hand_in, settled_office, somebody
from tests.stack import ledger_of
from workers.context import Work
from workers.drain import drain_topic
from workers.handlers import HANDLERS
from workers.index import rebuilding
from workers.sweep import Sweep

pytestmark = pytest.mark.processes


class Chaos:
    """Kills workers, their jobs and the queue server at random until it is told to stop."""

    def __init__(self, plant: Plant, chance: random.Random, kills: int, pause: float) -> None:
        self.plant, self.chance, self.kills, self.pause = plant, chance, kills, pause
        self.killed: list[str] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Chaos:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while len(self.killed) < self.kills and not self._over.wait(self.chance.uniform(0, 2 * self.pause)):
            victim = self.chance.choice(["worker", "horse", "horse", "queue"])
            if victim == "queue":
                self.plant.queue.kill()
                self._over.wait(self.chance.uniform(0, self.pause))
                self.plant.queue.start()
            elif victim == "worker":
                name = self.chance.choice([name for name in self.plant.processes if name != "sweep"])
                self.plant.processes[name].kill()
                self.plant.processes[name].wait()
                self.plant.keep()
            else:
                victim = self._kill_horse() or "horse (none)"
            self.killed.append(victim)

    def _kill_horse(self) -> str:
        for horse in self.plant.horses():
            try:
                horse.kill()
                return "horse"
            except psutil.NoSuchProcess:
                continue
        return ""

    def wait(self) -> None:
        self._thread.join()


def survive(plant: Plant, *, writes: int, kills: int, pause: float, seed: int, patience: float) -> None:
    writer = Writer(plant.services, settled_office(plant.services), random.Random(seed))
    plant.worker("one")
    plant.worker("two")
    plant.sweep()
    started = time.monotonic()
    with Chaos(plant, random.Random(seed + 1), kills, pause) as chaos:
        for _ in range(writes):
            writer.write()
        written = time.monotonic() - started
        chaos.wait()
    until(lambda: plant.empty(), patience, f"the outbox runs empty: {len(plant.outbox())} rows")
    say(
        writes=writes,
        kills=len(chaos.killed),
        of=",".join(sorted(set(chaos.killed))),
        written_s=round(written, 1),
        drained_s=round(time.monotonic() - started, 1),
    )
    writer.check()
    assert len(chaos.killed) == kills


def test_mixed_writes_survive_kills_of_workers_jobs_and_queue(plant: Plant) -> None:
    """R1: nothing lost, nothing applied twice, and the outbox runs empty by itself."""
    survive(plant, writes=120, kills=8, pause=0.4, seed=1, patience=60)


@pytest.mark.long
def test_five_thousand_mixed_writes_survive_twenty_kills(plant: Plant) -> None:
    """R1 as written."""
    survive(plant, writes=5_000, kills=20, pause=3, seed=2, patience=300)


def begun(plant: Plant, topic: str) -> psutil.Process:
    """The job that holds a row of this topic."""

    def held() -> psutil.Process | None:
        rows = plant.outbox(topic)
        if not rows or rows[0].token is None:
            return None
        horses = plant.horses()
        return horses[0] if horses else None

    found = until(held, 20, f"a job works on {topic}")
    assert isinstance(found, psutil.Process)
    return found


def a_long_import(plant: Plant, rows: int = 3_000) -> int:
    office_id = settled_office(plant.services)
    return hand_in(plant.services, office_id, "ledger", [somebody(n) for n in range(1, rows + 1)])


def done(plant: Plant, ledger_id: int) -> bool:
    plant.keep()
    return ledger_of(plant.services, ledger_id).state == LedgerState.DONE


@pytest.mark.production
def test_the_work_of_a_dead_worker_is_taken_over_after_its_lease(large_plant: Plant) -> None:
    """R2: its job dies with it, and another begins anew within the lease and one round of the sweep."""
    plant = large_plant
    plant.sweep()
    plant.worker("one")
    ledger_id = a_long_import(plant)
    horse = begun(plant, "sheet.read")
    plant.kill("one")
    until(lambda: not horse.is_running(), 5, "the job ends with its worker")
    assert ledger_of(plant.services, ledger_id).state != LedgerState.DONE, "it was too quick"
    plant.worker("two")
    token = plant.outbox("sheet.read")[0].token
    killed = time.monotonic()
    until(lambda: [row.token for row in plant.outbox("sheet.read")] != [token], 6, "another takes the row")
    say(taken_over_after_s=round(time.monotonic() - killed, 2))
    until(lambda: done(plant, ledger_id), 60, "the import ends")
    assert ledger_of(plant.services, ledger_id).created == 3_000


def test_what_was_stuck_while_the_sweep_was_off_for_an_hour_is_found(small_plant: Plant) -> None:
    """R2: the question is open-ended, so there is no window to fall out of; the queue knows nothing of it."""
    plant = small_plant
    office_id = settled_office(plant.services)
    ledger_id = hand_in(plant.services, office_id, "ledger", [somebody(1)])
    plant.queue.client.flushall()
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    with transaction(plant.services.sessions) as session:
        session.execute(
            update(OutboxRow).values(
                token=1, tries=1, lease_until=hour_ago, created_at=hour_ago, due_at=hour_ago
            )
        )
    plant.worker("one")
    plant.sweep()
    until(lambda: done(plant, ledger_id), 30, "the import ends")


def stop_outside_a_transaction(plant: Plant, horse: psutil.Process) -> None:
    """SIGSTOP at a moment at which it holds no lock of the database."""

    def stopped() -> bool:
        horse.suspend()
        try:
            with transaction(plant.services.sessions) as session:
                session.execute(text("SELECT 1"))
                for row in session.query(OutboxRow).with_for_update(nowait=True):
                    assert row.id
                return True
        except Exception:
            horse.resume()
            return False

    until(stopped, 20, "a moment between two transactions")


@pytest.mark.production
def test_an_orphan_that_wakes_up_commits_nothing(large_plant: Plant) -> None:
    """R3: the orphan is kept alive on purpose, and wakes up when its heir is halfway."""
    plant = large_plant
    plant.sweep()
    plant.worker("one", ANYE_TEST_ORPHAN="1")
    ledger_id = a_long_import(plant, 8_000)
    orphan = begun(plant, "sheet.read")
    until(lambda: ledger_of(plant.services, ledger_id).state == LedgerState.READING, 20, "it is being read")
    # First killed, then stopped: the kernel ends what is stopped when it becomes an orphan.
    plant.kill("one")
    stop_outside_a_transaction(plant, orphan)
    assert ledger_of(plant.services, ledger_id).state == LedgerState.READING, "it was too quick"
    plant.worker("two")
    until(lambda: ledger_of(plant.services, ledger_id).state != LedgerState.READING, 60, "the heir has read")
    orphan.resume()
    until(lambda: not orphan.is_running(), 30, "the orphan ends")
    until(lambda: done(plant, ledger_id) and plant.empty(), 60, "the import ends")
    ledger = ledger_of(plant.services, ledger_id)
    assert (ledger.rows, ledger.created, ledger.chunks) == (8_000, 8_000, 8)
    assert "lease_lost" in plant.log("one").read_text()
    assert_index_equals_rows(plant.services)


def test_a_row_that_kills_its_worker_is_buried_and_no_other_with_it(stack: Services) -> None:
    """R9: memory runs out, or a library crashes: nobody comes back to give the row back."""
    poison, finished = 7, set[int]()
    with transaction(stack.sessions) as session:
        emit_many(session, VacancyErased, range(1, 401), stack.clock.now())
    original = HANDLERS["search.vacancy"]
    deaths = 0

    class Death(BaseException):
        """Nothing catches it, as nothing catches a SIGKILL."""

    def handle(work: Work) -> None:
        if poison in work.keys:
            raise Death
        finished.update(work.keys)

    HANDLERS["search.vacancy"] = handle
    try:
        while len(finished) < 399 or not buried(stack):
            try:
                drain_topic(stack, "search.vacancy")
            except Death:
                deaths += 1
            assert deaths <= MAX_TRIES
            stack.clock.advance(timedelta(seconds=61))
    finally:
        HANDLERS["search.vacancy"] = original
    assert buried(stack) == [(poison, "WorkerDied")]


def buried(services: Services) -> list[tuple[int, str]]:
    with transaction(services.sessions, writes=False) as session:
        return [(row.key, row.reason) for row in buried_rows(session)]


@pytest.mark.production
def test_three_hundred_jobs_share_no_connection_with_their_worker(large_plant: Plant) -> None:
    """R15: each forked job opens its own connection and closes it."""
    plant = large_plant
    plant.worker("one", "fast")
    plant.worker("two", "fast")
    with transaction(plant.services.sessions) as session:
        emit_many(session, VacancyErased, range(1, 301), plant.services.clock.now())
    most = 0
    line = queue(plant.queue.url, "fast")
    for _ in range(300):
        line.enqueue(JOB, "search.vacancy", result_ttl=0)

    def over() -> bool:
        nonlocal most
        with plant.services.engine.connect() as connection:
            most = max(most, connection.scalar(text(CONNECTIONS)))
        return line.count == 0 and not plant.horses()

    started = time.monotonic()
    until(over, 200, "300 jobs are done")
    say(jobs=300, most_connections=most, ms_each=round((time.monotonic() - started) / 0.3))
    assert most <= 6
    assert not plant.outbox()
    assert line.failed_job_registry.count == 0
    assert "rror" not in plant.log("one").read_text()


CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"


def test_a_worker_that_is_asked_to_end_finishes_its_job_first(small_plant: Plant) -> None:
    """R17: SIGTERM during a job; what it has begun is finished, what is left waits for the next worker."""
    plant = small_plant
    process = plant.worker("one")
    ledger_id = a_long_import(plant, 3_000)
    horse = begun(plant, "sheet.read")
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert not horse.is_running()
    assert [row.topic for row in plant.outbox() if row.token is not None] == []
    assert ledger_of(plant.services, ledger_id).state != LedgerState.READING
    plant.processes.pop("one")
    plant.worker("two")
    plant.sweep()
    until(lambda: done(plant, ledger_id), 60, "the import ends")
    assert ledger_of(plant.services, ledger_id).created == 3_000


def test_the_sweep_rings_while_a_rebuild_keeps_the_timetable_busy(plant: Plant) -> None:
    """R2: at night too, and however long the rebuild takes."""
    hand_in(plant.services, settled_office(plant.services), "ledger", [somebody(1)])
    plant.queue.client.flushall()
    line = queue(plant.queue.url, "bulk")
    with (
        transaction(plant.services.sessions, writes=False) as session,
        rebuilding(plant.services, session, Collection.VACANCIES),
    ):
        plant.sweep()
        for _ in range(2):
            until(lambda: line.count == 1, 20, "the sweep rings")
            line.empty()
        assert session.get(TimetableRun, "rebuild") is None


def test_a_sweep_that_was_long_without_workers_rings_once(small_plant: Plant) -> None:
    """R2: the queue must not fill with bells while nobody hears them; when one is lost, it rings again."""
    plant = small_plant
    hand_in(plant.services, settled_office(plant.services), "ledger", [somebody(1)])
    plant.queue.client.flushall()
    line = queue(plant.queue.url, "bulk")
    sweep = Sweep(plant.services)
    for _ in range(20):
        assert sweep.once() == ["sheet.read"]
    assert line.count == 1
    line.empty()
    sweep.once()
    assert line.count == 1
