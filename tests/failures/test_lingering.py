"""A job that waits for more work of its topic (``workers/lingering.py``).

What would go wrong: it keeps its worker from another topic; a worker that was told to end does not; it never
ends; every change that it takes up leaves an idle job behind.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from doorbell import queue, ring, work
from matching.db import transaction
from matching.outbox.events import QUEUES, VacancyChanged
from matching.outbox.service import emit
from tests.failures.plant import Plant, until
from workers import lingering

pytestmark = pytest.mark.processes
TOPIC = "pair.vacancy"


def change(plant: Plant, *, bell: bool = False) -> None:
    """One event of a vacancy that is not there, which is little work."""
    services = plant.services
    with work(services) if bell else transaction(services.sessions) as session:
        emit(session, VacancyChanged(1), services.clock.now())


def more_comes(plant: Plant, since: float | None = None) -> bool:
    return lingering.more_comes(plant.services, TOPIC, time.monotonic() if since is None else since)


def test_a_job_takes_up_what_comes_a_moment_later(
    small_plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lingering, "LINGER", 30.0)
    writer = threading.Timer(0.1, change, [small_plant])
    writer.start()
    assert more_comes(small_plant)
    writer.join()


def test_a_job_waits_no_longer_than_a_moment(small_plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lingering, "LINGER", 0.1)
    assert not more_comes(small_plant)


@pytest.mark.parametrize("other", [topic for topic in QUEUES if topic != TOPIC])
def test_a_job_gives_way_to_another_topic_of_its_queue_only(small_plant: Plant, other: str) -> None:
    change(small_plant)
    ring(small_plant.services, [TOPIC])
    assert more_comes(small_plant), "a ring of its own topic is no reason"
    ring(small_plant.services, [other])
    assert more_comes(small_plant) == (QUEUES[other] != QUEUES[TOPIC])


def test_a_job_ends_at_last(small_plant: Plant) -> None:
    change(small_plant)
    assert not more_comes(small_plant, time.monotonic() - lingering.LONGEST - 1)


def test_a_job_ends_when_the_queue_does_not_answer(small_plant: Plant) -> None:
    change(small_plant)
    small_plant.queue.kill()
    assert not more_comes(small_plant)


@contextmanager
def writing(plant: Plant) -> Iterator[list[int]]:
    """Somebody changes vacancies all the time; gives how often so far."""
    plant.services.search.prepare()
    over, written = threading.Event(), []

    def write() -> None:
        while not over.wait(0.05):
            change(plant, bell=True)
            written.append(1)

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        yield written
    finally:
        over.set()
        writer.join()


def test_a_worker_of_several_queues_serves_them_all(small_plant: Plant) -> None:
    small_plant.worker("one", ANYE_DRAIN_SECONDS="1")
    with writing(small_plant):
        first = until(lambda: small_plant.outbox(TOPIC, "search.vacancy"), 10, "something is written")[0].id
        until(lambda: all(row.id > first + 100 for row in small_plant.outbox()), 60, "both topics get on")


def test_a_worker_that_is_told_to_end_does_so_though_work_keeps_coming(small_plant: Plant) -> None:
    """R17; and what comes while a job lingers is rung for once."""
    worker = small_plant.worker("one", "fast", ANYE_DRAIN_SECONDS="1")
    with writing(small_plant) as written:
        until(lambda: small_plant.horses() and len(written) > 40, 60, "a job is at work")
        assert queue(small_plant.settings.redis, "fast").count <= 2, "jobs pile up"
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
    assert small_plant.outbox(), "work was left"
