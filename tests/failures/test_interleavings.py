"""R7: rows in SQL are the model; whatever comes in whatever order, index and rows are equal in the end.

What would go wrong: an old message overwrites a newer document, a deleted one comes back, a rebuild swallows
what was written meanwhile.  Changes go through the real tables, the outbox and the real handlers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from matching.bootstrap import Services
from matching.db import transaction
from matching.outbox.events import JobseekerChanged, JobseekerErased, VacancyChanged, VacancyErased
from matching.outbox.models import OutboxRow
from matching.outbox.service import ERASE_AGAIN, claim, emit, emit_erased
from matching.people.models import Jobseeker
from matching.search import rows
from matching.search.documents import Collection, Document, Erasure
from matching.search.shaping import shape
from matching.vacancies.models import Vacancy
from tests import factories
from workers.drain import drain_topic
from workers.index import rebuild_collection, verify_collection

pytestmark = pytest.mark.processes
TOPICS = {Collection.VACANCIES: "search.vacancy", Collection.JOBSEEKERS: "search.jobseeker"}
EVENTS: dict[Collection, tuple[Any, Any]] = {
    Collection.VACANCIES: (VacancyChanged, VacancyErased),
    Collection.JOBSEEKERS: (JobseekerChanged, JobseekerErased),
}
TABLES: dict[Collection, Any] = {Collection.VACANCIES: Vacancy, Collection.JOBSEEKERS: Jobseeker}
STEPS = ("create", "edit", "close", "delete", "again", "drain", "look", "late", "stuck", "rebuild", "repair")
#: Histories of different rows that are settled at once, which saves time.
TOGETHER = 5
#: (what, which of the rows, of which collection)
Step = tuple[str, int, Collection]
histories = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 3), st.sampled_from(list(Collection))),
    min_size=4,
    max_size=10,
)


@dataclass
class World:
    """The rows of one history, and the orphans that still hold old documents in their hands."""

    services: Services
    ids: dict[Collection, list[int]] = field(default_factory=lambda: {one: [] for one in Collection})
    held: list[tuple[Collection, list[Document], list[Erasure]]] = field(default_factory=list)

    def run(self, steps: list[Step]) -> None:
        for what, which, collection in steps:
            ids = self.ids[collection]
            if what in ("edit", "close", "delete", "again", "look") and not ids:
                what = "create"
            getattr(self, what)(collection, ids[which % len(ids)] if ids else 0)

    def create(self, collection: Collection, _key: int) -> None:
        with transaction(self.services.sessions) as session:
            make = factories.vacancy if collection is Collection.VACANCIES else factories.jobseeker
            key = make(session).id
            emit(session, EVENTS[collection][0](key), self.services.clock.now())
        self.ids[collection].append(key)

    def edit(self, collection: Collection, key: int, **values: Any) -> None:
        with transaction(self.services.sessions) as session:
            row = session.get(TABLES[collection], key)
            if row is None:
                return
            row.version += 1
            row.touched_at = self.services.clock.now()
            if collection is Collection.VACANCIES:
                row.title = f"电焊工{row.version}"
            else:
                row.wage_floor_cents = 100_000 + row.version
            for name, value in values.items():
                setattr(row, name, value)
            emit(session, EVENTS[collection][0](key), row.touched_at)

    def close(self, collection: Collection, key: int) -> None:
        closed = {"state": "closed"} if collection is Collection.VACANCIES else {"matching_on": False}
        self.edit(collection, key, **closed)

    def delete(self, collection: Collection, key: int) -> None:
        with transaction(self.services.sessions) as session:
            session.execute(delete(TABLES[collection]).where(TABLES[collection].id == key))
            emit_erased(session, EVENTS[collection][1], [key], self.services.clock.now())

    def again(self, collection: Collection, key: int) -> None:
        """The same message twice more."""
        now = self.services.clock.now()
        row = {"topic": TOPICS[collection], "key": key, "created_at": now, "due_at": now, "tries": 0}
        with transaction(self.services.sessions) as session:
            session.execute(insert(OutboxRow), [row, row])

    def drain(self, collection: Collection, _key: int) -> None:
        assert not drain_topic(self.services, TOPICS[collection]).failed

    def look(self, collection: Collection, key: int) -> None:
        """An orphan reads a row and falls asleep."""
        with transaction(self.services.sessions, writes=False) as session:
            self.held.append((collection, *rows.documents(session, collection, [key])))

    def late(self, _collection: Collection, _key: int) -> None:
        """An orphan wakes up and writes what it holds; its lease cannot be older than the longest one."""
        if self.held:
            collection, upserts, erasures = self.held.pop(0)
            self.services.search.apply(collection, upserts, erasures)

    def stuck(self, collection: Collection, _key: int) -> None:
        """A worker claims rows and dies."""
        with transaction(self.services.sessions) as session:
            claim(session, TOPICS[collection], 2, self.services.clock.now(), timedelta(seconds=60))

    def rebuild(self, collection: Collection, _key: int) -> None:
        rebuild_collection(self.services, collection)

    def repair(self, collection: Collection, _key: int) -> None:
        verify_collection(self.services, collection, repair=True)

    def wake(self) -> None:
        """Orphans wake up before their time is over."""
        while self.held:
            self.late(Collection.VACANCIES, 0)

    def check(self) -> None:
        for collection, ids in self.ids.items():
            with transaction(self.services.sessions, writes=False) as session:
                documents, _ = rows.documents(session, collection, ids)
                left = session.scalars(
                    select(OutboxRow).where(
                        OutboxRow.topic == TOPICS[collection], OutboxRow.buried_at.is_(None)
                    )
                ).all()
            assert left == []
            assert self.services.search.read(collection, ids) == {one.id: shape(one) for one in documents}
            versions = {one.id: one.version for one in documents}
            assert self.services.search.versions(collection, ids) == versions


def try_histories(services: Services, examples: int, start: int = 0) -> None:
    services.search.prepare()

    @seed(start)
    @settings(
        max_examples=-(-examples // TOGETHER),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(histories, min_size=TOGETHER, max_size=TOGETHER))
    def holds(several: list[list[Step]]) -> None:
        worlds = [World(services) for _ in several]
        for world, steps in zip(worlds, several, strict=True):
            world.run(steps)
        for world in worlds:
            world.wake()
        for _ in range(2):
            # The longest lease runs out; erasures are told a second time.
            services.clock.advance(ERASE_AGAIN + timedelta(seconds=61))
            for topic in TOPICS.values():
                while drain_topic(services, topic).done:
                    pass
        for world in worlds:
            world.check()

    holds()


@pytest.mark.parametrize("start", range(4))
def test_index_and_rows_are_equal_after_any_history(embedded: Services, start: int) -> None:
    """R7: 200 histories of 4 to 10 steps, in four parts that run side by side."""
    try_histories(embedded, 50, start)


@pytest.mark.production
@pytest.mark.parametrize("stack", ["production"], indirect=True)
def test_index_and_rows_are_equal_after_any_history_on_services(stack: Services) -> None:
    """R7 over the wire, fewer of them."""
    try_histories(stack, 25)


@pytest.mark.long
def test_index_and_rows_are_equal_after_a_thousand_histories(stack: Services) -> None:
    """R7 as written."""
    try_histories(stack, 1_000)
