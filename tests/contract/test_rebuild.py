"""Building anew while people write, faults at every step, and the way back."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from matching.search.documents import Collection, Document, Erasure, VacancyDocument
from matching.search.port import ApplyReport, Build, RebuildFailed, SearchEngine, SearchUnavailable
from matching.search.queries import VacancyQuery
from matching.search.rebuild import rebuild
from tests.contract import samples
from tests.contract.samples import ids

V = Collection.VACANCIES
OLD = [
    VacancyDocument(id=key, version=1, open=True, title="普工", kind="enterprise", posted_at=key)
    for key in range(1, 6)
]
NEW = [replace(document, version=2, title="电焊工") for document in OLD]


def unchanged() -> list[Document | Erasure]:
    return []


def fill(engine: SearchEngine) -> str:
    engine.apply(V, OLD)
    samples.settle(engine)
    return engine.generations(V)[0]


def test_a_rebuild_replaces_everything_and_keeps_one_way_back(engine: SearchEngine) -> None:
    first = fill(engine)
    done = rebuild(engine, V, NEW[:3], unchanged)
    assert (done.documents, done.caught_up, done.failures) == (3, 0, ())
    assert engine.generations(V) == [done.name, first]
    assert set(ids(engine.search(VacancyQuery(words="电焊工")))) == {1, 2, 3}
    second = rebuild(engine, V, NEW, unchanged)
    assert engine.generations(V) == [second.name, done.name]
    assert engine.search(VacancyQuery()).total == 5


def test_one_command_brings_the_previous_index_back(engine: SearchEngine) -> None:
    first = fill(engine)
    done = rebuild(engine, V, NEW, unchanged)
    assert engine.roll_back(V) == first
    assert engine.search(VacancyQuery(words="普工")).total == 5
    engine.apply(V, [replace(OLD[0], version=3, title="护林员")])
    samples.settle(engine)
    assert ids(engine.search(VacancyQuery(words="护林员"))) == [1]
    assert engine.roll_back(V) == done.name
    assert engine.search(VacancyQuery(words="电焊工")).total == 5


def test_there_is_no_way_back_before_the_first_rebuild(engine: SearchEngine) -> None:
    with pytest.raises(RebuildFailed) as caught:
        engine.roll_back(V)
    assert caught.value.code == "no_previous_index"


def test_poisoned_documents_are_listed_and_the_rest_is_served(engine: SearchEngine) -> None:
    done = rebuild(engine, V, [*OLD, replace(OLD[0], id=9, kind="")], unchanged)
    assert done.documents == 5
    assert [failure.id for failure in done.failures] == [9]


def test_what_changed_meanwhile_is_caught_up_before_and_after_the_swap(engine: SearchEngine) -> None:
    """A writer that still met the old index before the swap committed before it: the last look finds it."""
    fill(engine)
    looks: list[str] = []

    def changed() -> Iterable[Document | Erasure]:
        looks.append(engine.generations(V)[0])
        if len(looks) == 1:
            return [replace(OLD[1], version=2, title="护林员"), Erasure(3, 2)]
        return [
            replace(OLD[1], version=2, title="护林员"),
            replace(OLD[3], version=2, title="护林员"),
            Erasure(3, 2),
        ]

    done = rebuild(engine, V, OLD, changed)
    samples.settle(engine)
    assert looks == [looks[0], done.name]
    assert set(ids(engine.search(VacancyQuery(words="护林员")))) == {2, 4}
    assert dict(engine.all_versions(V)) == {1: 1, 2: 2, 4: 2, 5: 1}


def test_concurrent_writers_lose_nothing_by_a_rebuild(engine: SearchEngine) -> None:
    """A table changes while the index is rebuilt three times; index and table are equal in the end."""
    table = {document.id: document for document in OLD}
    lock, stop, errors = threading.Lock(), threading.Event(), list[BaseException]()
    begun, searched = threading.Event(), 0

    def write() -> None:
        version = 1
        while not stop.is_set():
            version += 1
            key = version % 7 + 1
            row = VacancyDocument(
                id=key, version=version, open=True, title="普工", kind="enterprise", posted_at=1
            )
            with lock:
                table[key] = row
            while True:
                try:
                    engine.apply(V, [row])
                    break
                except SearchUnavailable as busy:  # the outbox tries again
                    if busy.code != "search_busy":
                        errors.append(busy)
                        return
            begun.set()

    def source() -> Iterator[Document]:
        with lock:
            rows = list(table.values())
        yield from rows

    fill(engine)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(30)
        for _ in range(3):
            retry(lambda: rebuild(engine, V, source(), lambda: list(table.values())))
            searched += engine.search(VacancyQuery()).total > 0
    finally:
        stop.set()
        writer.join()
    assert not errors
    assert searched == 3
    assert dict(engine.all_versions(V)) == {key: row.version for key, row in table.items()}


def retry(step: Any) -> None:
    while True:
        try:
            return step()
        except SearchUnavailable as busy:
            if busy.code != "search_busy":
                raise


class Faulty:
    """A real build that fails at one step."""

    def __init__(self, build: Build, step: str) -> None:
        self._build, self._step, self.name = build, step, build.name

    def __getattr__(self, name: str) -> Any:
        if name == self._step:
            raise SearchUnavailable("search_down")
        return getattr(self._build, name)


class Losing(Faulty):
    """A real build that loses a document on the way."""

    def add(self, documents: Sequence[Document]) -> ApplyReport:
        return self._build.add(list(documents)[1:])


def broken_source() -> Iterator[Document]:
    yield from NEW[:2]
    raise OSError("the database went away")


@pytest.mark.parametrize("step", ["add", "seal", "all_versions", "apply", "publish"])
def test_a_fault_at_any_step_leaves_the_old_index_serving_and_no_other(
    engine: SearchEngine, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fill(engine)
    start = engine.start_build
    monkeypatch.setattr(engine, "start_build", lambda collection: Faulty(start(collection), step))
    with pytest.raises(SearchUnavailable):
        rebuild(engine, V, NEW, lambda: [NEW[0]])
    assert engine.generations(V) == [first]
    assert engine.search(VacancyQuery(words="普工")).total == 5
    monkeypatch.undo()
    assert rebuild(engine, V, NEW, unchanged).documents == 5


def test_a_source_that_breaks_leaves_the_old_index_serving_and_no_other(engine: SearchEngine) -> None:
    first = fill(engine)
    with pytest.raises(OSError, match="went away"):
        rebuild(engine, V, broken_source(), unchanged)
    assert engine.generations(V) == [first]
    assert engine.search(VacancyQuery()).total == 5


def test_an_index_that_is_not_what_was_read_never_serves(
    engine: SearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fill(engine)
    start = engine.start_build
    monkeypatch.setattr(engine, "start_build", lambda collection: Losing(start(collection), ""))
    with pytest.raises(RebuildFailed) as caught:
        rebuild(engine, V, NEW, unchanged)
    assert caught.value.code == "rebuild_mismatch"
    assert engine.generations(V) == [first]


def test_what_a_killed_rebuild_left_is_swept_by_the_next(engine: SearchEngine) -> None:
    first = fill(engine)
    orphan = engine.start_build(V)
    orphan.add(NEW)
    orphan.seal()
    assert set(engine.generations(V)) == {first, orphan.name}
    held = getattr(orphan, "_held", None)
    if held is not None:
        held.close()  # the kernel does this when a process is killed
    done = rebuild(engine, V, NEW, unchanged)
    assert set(engine.generations(V)) == {first, done.name}
