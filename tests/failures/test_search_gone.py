"""The search engine is gone, locked or unreadable.

What would go wrong: a page waits for it or fails; a post is refused because it cannot be indexed; afterwards
index and rows differ and nobody notices.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from matching.bootstrap import open_services
from matching.db import transaction
from matching.search.documents import Collection
from matching.search.queries import VacancyQuery
from matching.vacancies.models import Vacancy
from tests.failures.engines import Node
from tests.failures.plant import Plant, production_plant, say, until
from tests.failures.writes import Writer, settled_office
from tests.patience import patient
from tests.webapp import compile_catalogues
from web import create_app
from workers.index import verify_collection, writing

pytestmark = pytest.mark.processes
Step = Callable[[], None]


@contextmanager
def browsing(plant: Plant) -> Iterator[FlaskClient]:
    """A browser on a web process of its own."""
    compile_catalogues()
    services = open_services(plant.settings, web=True)
    try:
        yield create_app(plant.settings, services=services).test_client()
    finally:
        services.dispose()


def page(client: FlaskClient, path: str = "/") -> tuple[float, bool]:
    """Seconds, and whether it says that the engine is away."""
    started = time.monotonic()
    answer = client.get(path)
    seconds = time.monotonic() - started
    assert answer.status_code == 200
    return seconds, "快速搜索" in answer.get_data(as_text=True)


def drift(plant: Plant) -> int:
    plant.keep()
    return sum(verify_collection(plant.services, one, repair=False).drift for one in Collection)


def live_through(plant: Plant, take_away: Step, bring_back: Step, *, seconds: float, within: float) -> None:
    writer = Writer(plant.services, settled_office(plant.services), random.Random(5))
    plant.worker("one")
    plant.sweep()
    for _ in range(10):
        writer.post()
    until(lambda: plant.empty(), 60, "the first posts are indexed")
    with browsing(plant) as client:
        assert not page(client)[1]
        _outage(plant, writer, client, take_away, bring_back, seconds, within)


def _outage(
    plant: Plant,
    writer: Writer,
    client: FlaskClient,
    take_away: Step,
    bring_back: Step,
    seconds: float,
    within: float,
) -> None:
    take_away()
    first, said = page(client)
    assert said
    times: list[float] = []
    gone = time.monotonic()
    while time.monotonic() - gone < seconds or len(times) < 20:
        writer.write()
        took, said = page(client, "/?q=缝纫工" if len(times) % 2 else "/")
        assert said
        times.append(took)
    p95 = quantiles(times, n=20)[-1]
    assert page(client)[0] < patient(1.5)
    bring_back()
    back = time.monotonic()
    until(lambda: plant.empty() and not drift(plant), within, "index and rows are equal")
    healed = time.monotonic() - back
    until(lambda: not page(client)[1], 40, "the pages use the engine again")
    say(first_s=round(first, 2), p95_s=round(p95, 2), healed_s=round(healed, 1), pages=len(times))
    writer.check()
    assert first <= 2.5
    assert p95 <= 1.5


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = Node(tmp_path / "node")
    made.start()
    try:
        yield made
    finally:
        made.kill()


@pytest.fixture
def own_engine(tmp_path: Path, migrated_postgres: str, node: Node) -> Iterator[Plant]:
    """The production half on an engine of its own."""
    with production_plant(tmp_path / "var", migrated_postgres, ANYE_SEARCH_URL=node.url) as made:
        yield made


@pytest.mark.production
def test_pages_and_posts_go_on_without_elasticsearch(own_engine: Plant, node: Node) -> None:
    """R5: killed, and started again on the same directory."""
    live_through(own_engine, node.kill, node.start, seconds=3, within=90)


@pytest.mark.production
@pytest.mark.long
def test_ten_minutes_without_elasticsearch(own_engine: Plant, node: Node) -> None:
    """R5 as written."""
    live_through(own_engine, node.kill, node.start, seconds=600, within=60)


def test_pages_and_posts_go_on_while_the_embedded_index_cannot_be_read(small_plant: Plant) -> None:
    """R5: its files are damaged, and come back."""
    root = small_plant.data / "search" / "vacancies"
    kept: dict[Path, bytes] = {}

    def damage() -> None:
        # The first thing that a sweep does is to rebuild, which takes directories away.
        until(small_plant.timetable_kept, 30, "the sweep has caught up with its daily tasks")
        for path in root.glob("g*/meta.json"):
            kept[path] = path.read_bytes()
            path.write_bytes(b"{")

    def mend() -> None:
        for path, content in kept.items():
            path.write_bytes(content)

    live_through(small_plant, damage, mend, seconds=2, within=60)


def test_posts_wait_while_somebody_else_writes_the_embedded_index(small_plant: Plant) -> None:
    """R5: the single writer is taken for long; lists go on from the index as it was."""
    plant = small_plant
    writer = Writer(plant.services, settled_office(plant.services), random.Random(6))
    plant.worker("one")
    plant.sweep()
    with writing(plant.services):
        for _ in range(5):
            writer.post()
        with browsing(plant) as client:
            assert page(client)[0] < patient(1.5)
        assert plant.outbox("search.vacancy")
    until(lambda: plant.empty() and not drift(plant), 40, "index and rows are equal")
    writer.check()


def lags(plant: Plant, *, writes: int, every: float) -> list[float]:
    """Seconds from the commit until the post is found, for each write."""
    writer = Writer(plant.services, settled_office(plant.services), random.Random(7))
    plant.worker("fast", "fast")
    plant.worker("pair", "pair", "bulk")
    plant.sweep()
    until(plant.timetable_kept, 60, "the sweep has caught up with its daily tasks")
    waiting: dict[int, float] = {}
    found: list[float] = []
    started = time.monotonic()
    deadline = started + writes * every + patient(60)
    while len(found) < writes:
        assert time.monotonic() < deadline, f"{len(waiting)} posts are not found"
        if writer.number < writes and time.monotonic() >= started + writer.number * every:
            writer.post()
            waiting[newest(plant)] = time.monotonic()
        hits = plant.services.search.search(VacancyQuery(limit=1_000, open_only=False)).hits
        for hit in hits:
            if hit.id in waiting:
                found.append(time.monotonic() - waiting.pop(hit.id))
    return found


def newest(plant: Plant) -> int:
    with transaction(plant.services.sessions, writes=False) as session:
        return int(session.scalar(select(func.max(Vacancy.id))))


def test_a_post_is_found_soon_after_its_commit(plant: Plant) -> None:
    """R6 at a small scale, on a machine that does much else beside it: the bound is a generous one."""
    found = lags(plant, writes=30, every=0.1)
    cut = quantiles(found, n=100)
    say(writes=len(found), p50_s=round(cut[49], 2), p95_s=round(cut[94], 2), p99_s=round(cut[98], 2))
    assert cut[94] <= patient(2)


@pytest.mark.long
def test_a_post_is_found_within_two_seconds_at_twenty_writes_a_second(plant: Plant) -> None:
    """R6 as written."""
    cut = quantiles(lags(plant, writes=900, every=0.05), n=100)
    say(p50_s=round(cut[49], 2), p95_s=round(cut[94], 2), p99_s=round(cut[98], 2))
    assert cut[94] <= 2
    assert cut[98] <= 10
