"""What only the embedded engine has: a directory, processes that share it, one writer."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from matching.search.documents import Collection, VacancyDocument
from matching.search.drift import verify
from matching.search.embedded import EmbeddedEngine
from matching.search.port import SearchUnavailable
from matching.search.queries import VacancyQuery
from matching.search.rebuild import rebuild

V = Collection.VACANCIES
ROW = VacancyDocument(id=1, version=1, open=True, title="普工", kind="enterprise", posted_at=1)


@pytest.fixture
def engine(tmp_path: Path) -> EmbeddedEngine:
    made = EmbeddedEngine(tmp_path)
    made.prepare()
    return made


def test_a_reader_sees_a_commit_and_a_swap_of_another_at_once(engine: EmbeddedEngine, tmp_path: Path) -> None:
    reader = EmbeddedEngine(tmp_path)
    assert reader.search(VacancyQuery()).total == 0
    engine.apply(V, [ROW])
    assert reader.search(VacancyQuery()).total == 1
    rebuild(engine, V, [replace(ROW, id=key) for key in (1, 2, 3)], list)
    assert reader.search(VacancyQuery()).total == 3
    engine.roll_back(V)
    assert reader.search(VacancyQuery()).total == 1


def test_preparing_twice_or_from_two_places_makes_one_index(engine: EmbeddedEngine, tmp_path: Path) -> None:
    engine.apply(V, [ROW])
    for other in (engine, EmbeddedEngine(tmp_path)):
        other.prepare()
        assert other.search(VacancyQuery()).total == 1
        assert len(other.generations(V)) == 1


def test_a_directory_that_is_not_there_is_an_engine_that_is_down(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "nowhere")
    for ask in (engine.ping, lambda: engine.search(VacancyQuery()), lambda: engine.versions(V, [1])):
        with pytest.raises(SearchUnavailable) as caught:
            ask()
        assert caught.value.code == "search_down"


def test_a_deleted_directory_is_noticed_and_made_anew(engine: EmbeddedEngine, tmp_path: Path) -> None:
    engine.apply(V, [ROW])
    shutil.rmtree(tmp_path / "vacancies")
    with pytest.raises(SearchUnavailable):
        engine.search(VacancyQuery())
    engine.prepare()
    assert engine.search(VacancyQuery()).total == 0


HOLD = """
import sys
from pathlib import Path
from matching.search.documents import Collection
from matching.search.embedded_index import Generation
from matching.search.embedded_store import Store
store = Store(Path(sys.argv[1]), Collection.VACANCIES)
with store.rebuild_lock(), Generation(store, store.serving()).writer():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.processes
def test_the_writer_and_the_rebuild_of_a_killed_process_are_free_again(
    engine: EmbeddedEngine, tmp_path: Path
) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(SearchUnavailable, match="search_busy"):
            engine.apply(V, [ROW])
        with pytest.raises(SearchUnavailable, match="rebuild_running"):
            rebuild(engine, V, [ROW], list)
    finally:
        holder.kill()
        holder.communicate()
    assert engine.apply(V, [ROW]).applied == 1
    assert rebuild(engine, V, [ROW], list).documents == 1


@pytest.mark.long
def test_a_hundred_thousand_documents_are_compared_within_a_minute(engine: EmbeddedEngine) -> None:
    rows = dict.fromkeys(range(1, 100001), 1)
    rebuild(engine, V, (replace(ROW, id=key, posted_at=key) for key in rows if key % 5_000), list)
    engine.apply(V, [replace(ROW, id=key) for key in range(200_000, 200_020)])
    engine.apply(V, [replace(ROW, id=key, version=2) for key in range(1, 21)])
    start = time.monotonic()
    report = verify(engine, V, iter(rows.items()), lambda ids: {key: rows[key] for key in ids if key in rows})
    assert (report.missing, report.extra, report.stale) == (20, 20, 20)
    assert time.monotonic() - start <= 60
