"""Comparing an index with the rows finds every planted difference and puts it right."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace

from matching.search.documents import Collection, Document, VacancyDocument
from matching.search.drift import verify
from matching.search.port import SearchEngine
from tests.contract import samples

V = Collection.VACANCIES


def rows_of(count: int) -> dict[int, VacancyDocument]:
    return {
        key: VacancyDocument(id=key, version=5, open=True, title="普工", kind="enterprise", posted_at=key)
        for key in range(1, count + 1)
    }


def plant(engine: SearchEngine, rows: dict[int, VacancyDocument]) -> dict[str, set[int]]:
    """60 differences: 20 rows the index never heard of, 20 documents without a row, 20 of an old version."""
    drawn = random.Random(5).sample(sorted(rows), 40)
    missing, stale, extra = set(drawn[:20]), set(drawn[20:]), set(range(10_001, 10_021))
    documents = [
        replace(row, version=3) if key in stale else row for key, row in rows.items() if key not in missing
    ]
    engine.apply(V, documents + [replace(rows[1], id=key) for key in sorted(extra)])
    samples.settle(engine)
    return {"missing": missing, "stale": stale, "extra": extra}


def pairs(rows: dict[int, VacancyDocument]) -> Iterable[tuple[int, int]]:
    return ((key, row.version) for key, row in sorted(rows.items()))


def test_sixty_planted_drifts_are_found_each_by_its_kind_and_repaired(engine: SearchEngine) -> None:
    rows = rows_of(2_000)
    planted = plant(engine, rows)

    def look_again(ids: Sequence[int]) -> dict[int, int]:
        return {key: rows[key].version for key in ids if key in rows}

    def documents(ids: Sequence[int]) -> list[Document]:
        return [rows[key] for key in ids]

    report = verify(engine, V, pairs(rows), look_again)
    assert {kind: set(found) for kind, found in report.examples.items()} == planted
    assert (report.missing, report.extra, report.stale, report.repaired) == (20, 20, 20, 0)
    assert report.checked == 2_020
    repaired = verify(engine, V, pairs(rows), look_again, documents)
    assert repaired.drift == repaired.repaired == 60
    assert not repaired.needs_rebuild
    samples.settle(engine)
    assert verify(engine, V, pairs(rows), look_again).drift == 0


def test_a_write_that_falls_between_two_looks_is_no_drift(engine: SearchEngine) -> None:
    rows = rows_of(50)
    engine.apply(V, list(rows.values()))
    samples.settle(engine)
    behind = [(key, version - 1) for key, version in pairs(rows)]
    assert verify(engine, V, behind, lambda ids: {key: rows[key].version for key in ids}).drift == 0


def test_an_index_newer_than_a_restored_table_asks_for_a_rebuild(engine: SearchEngine) -> None:
    rows = rows_of(3)
    engine.apply(V, [replace(row, version=9) for row in list(rows.values())[:2]])
    samples.settle(engine)
    versions = {key: row.version for key, row in rows.items()}
    report = verify(engine, V, pairs(rows), lambda ids: versions, lambda ids: [rows[key] for key in ids])
    assert (report.stale, report.missing, report.repaired, report.needs_rebuild) == (2, 1, 1, True)


def test_empty_against_empty_is_no_drift(engine: SearchEngine) -> None:
    report = verify(engine, V, [], lambda ids: {})
    assert (report.checked, report.drift, report.needs_rebuild) == (0, 0, False)
