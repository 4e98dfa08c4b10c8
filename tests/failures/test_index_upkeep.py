"""Rebuilding while people write, faults at any moment, the way back, and drift found and repaired.

What would go wrong: a rebuild that is killed leaves half an index serving, or one that nobody ever deletes;
what was written meanwhile is missing; drift is found by nobody.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from matching.db import new_public_id, transaction
from matching.search import rows
from matching.search.documents import Collection
from matching.search.port import SearchUnavailable
from matching.search.queries import VacancyQuery
from matching.vacancies.models import Vacancy
from tests import factories
from tests.failures.plant import ROOT, Plant, say, until
from tests.failures.writes import Writer, assert_index_equals_rows, settled_office

pytestmark = pytest.mark.processes
V = Collection.VACANCIES


def fill(plant: Plant, count: int) -> list[int]:
    """Open vacancies, committed and indexed as a rebuild does it."""
    with transaction(plant.services.sessions) as session:
        last_day = plant.services.clock.today() + timedelta(days=60)
        one = factories.vacancy(session, employer=factories.employer(session), valid_until=last_day)
        facts = {column.key: getattr(one, column.key) for column in Vacancy.__table__.c if column.key != "id"}
        # A hundred thousand one by one would take longer than what is tested.
        own = ({"public_id": new_public_id(), "key_digest": f"x{number:063}"} for number in range(1, count))
        session.execute(insert(Vacancy), [facts | mine for mine in own])
        ids = list(session.scalars(select(Vacancy.id).order_by(Vacancy.id)))
    assert json.loads(plant.command("rebuild-index", "--json").stdout)["documents"] == count
    return ids


class Load:
    """Somebody who writes, and somebody who searches, until told to stop."""

    def __init__(self, plant: Plant, writer: Writer, least: int, every: float) -> None:
        self.plant, self.writer, self.least, self.every = plant, writer, least, every
        self.errors: list[str] = []
        self.searches = 0
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._write), threading.Thread(target=self._search)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _write(self) -> None:
        while not self._over.wait(self.every):
            self.writer.post()

    def _search(self) -> None:
        while not self._over.wait(0.02):
            try:
                total = self.plant.services.search.search(VacancyQuery(words="缝纫工")).total
            except SearchUnavailable as error:
                self.errors.append(error.code)
            else:
                self.searches += 1
                if total < self.least:
                    self.errors.append(f"{total} of {self.least}")


def rebuild_under_writes(plant: Plant, count: int, kills: int, every: float) -> None:
    chance = random.Random(11)
    fill(plant, count)
    writer = Writer(plant.services, settled_office(plant.services), random.Random(8))
    plant.worker("one")
    plant.sweep()
    until(plant.timetable_kept, 600, "the first rebuild of the sweep is over")
    serving = plant.services.search.generations(V)[0]
    with Load(plant, writer, count, every) as load:
        started = time.monotonic()
        plant.command("rebuild-index")
        took = time.monotonic() - started
        for _ in range(kills):
            process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", "rebuild-index"],
                env=plant.environ,
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                process.wait(chance.uniform(0.3, 1.1) * took)
            except subprocess.TimeoutExpired:
                process.kill()
            process.wait()
        plant.command("rebuild-index")
    assert plant.services.search.generations(V)[0] != serving
    until(lambda: plant.empty(), 60, "the outbox runs empty")
    say(documents=count, took_s=round(took, 1), kills=kills, searches=load.searches, written=writer.number)
    assert load.errors == []
    assert len(plant.services.search.generations(V)) == 2
    assert_index_equals_rows(plant.services)
    assert plant.command("verify-index", "--json").returncode == 0


def test_a_rebuild_under_writes_loses_nothing_however_often_it_is_killed(small_plant: Plant) -> None:
    """R8: 0 failed searches, 0 missing, 0 stale; of the killed ones no index is left."""
    rebuild_under_writes(small_plant, 2_000, kills=2, every=0.3)


@pytest.mark.long
def test_a_rebuild_of_a_hundred_thousand_under_writes(plant: Plant) -> None:
    """R8 as written."""
    rebuild_under_writes(plant, 100_000, kills=5, every=0.05)


@pytest.mark.production
def test_one_command_brings_the_index_before_the_rebuild_back(large_plant: Plant) -> None:
    """R8: it serves again, and what was written since is put right in it at once."""
    plant = large_plant
    ids = fill(plant, 50)
    first = plant.services.search.generations(V)[0]
    plant.command("rebuild-index")
    second = plant.services.search.generations(V)[0]
    with transaction(plant.services.sessions) as session:
        session.execute(update(Vacancy).where(Vacancy.id == ids[0]).values(title="电焊工", version=2))
    result = json.loads(plant.command("rebuild-index", "--back", "--json").stdout)
    assert result["index"]["vacancies"] == first != second
    assert plant.services.search.generations(V)[0] == first
    assert_index_equals_rows(plant.services)


def test_there_is_nothing_to_go_back_to_before_the_first_rebuild(small_plant: Plant) -> None:
    """R8: a sentence and exit 1, no traceback."""
    done = small_plant.command("rebuild-index", "--back", check=False)
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (1, "", False)


def plant_drift(plant: Plant, ids: list[int]) -> None:
    """20 rows that the index never heard of, 20 documents of an old version, 20 without a row."""
    drawn = random.Random(12).sample(ids, 20)
    with transaction(plant.services.sessions) as session:
        session.execute(update(Vacancy).where(Vacancy.id.in_(drawn)).values(version=5, title="护林员"))
        boss = factories.employer(session)
        new = [factories.vacancy(session, employer=boss).id for _ in range(20)]
    with transaction(plant.services.sessions, writes=False) as session:
        (sample,), _ = rows.documents(session, V, ids[:1])
    beyond = max(new) + 1_000
    plant.services.search.apply(V, [replace(sample, id=beyond + n) for n in range(20)])


def find_drift(plant: Plant, count: int, seconds: float) -> None:
    plant_drift(plant, fill(plant, count))
    started = time.monotonic()
    found = plant.command("verify-index", "--json", check=False)
    took = time.monotonic() - started
    say(documents=count, verify_s=round(took, 1))
    assert found.returncode == 1
    kinds = {key: value for key, value in json.loads(found.stdout).items() if key != "checked"}
    assert kinds == {"missing": 20, "extra": 20, "stale": 20, "repaired": 0}
    repaired = plant.command("verify-index", "--repair", "--json")
    assert json.loads(repaired.stdout)["repaired"] == 60
    assert json.loads(plant.command("verify-index", "--json").stdout)["repaired"] == 0
    assert_index_equals_rows(plant.services)
    assert took <= seconds


def test_sixty_planted_drifts_are_found_and_repaired_by_one_command(small_plant: Plant) -> None:
    """R10 at 3,000 documents."""
    find_drift(small_plant, 3_000, 60)


@pytest.mark.long
def test_sixty_planted_drifts_in_a_hundred_thousand(plant: Plant) -> None:
    """R10 as written: within a minute."""
    find_drift(plant, 100_000, 60)
