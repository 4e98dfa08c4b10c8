"""Comparing the index with the truth, id by id and version by version, and putting it right.

Two streams by rising id are merged, so memory does not grow with their length.  Workers write meanwhile, so a
difference is looked at a second time before it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from matching.search.documents import Collection, Document, Erasure
from matching.search.port import SearchEngine

#: Differences that are looked at again (and repaired) together.
BATCH = 500

#: Ids kept as examples of each kind of drift.
EXAMPLES = 100

_MISSING, _EXTRA, _STALE = "missing", "extra", "stale"


@dataclass(slots=True)
class DriftReport:
    """What was found.

    Args:
        checked: ids compared, of both sides together.
        missing: in SQL, not in the index.
        extra: in the index, not in SQL.
        stale: in both, of different versions.
        repaired: of these, put right.
        examples: kind → ids, the first 100 of each.
    """

    checked: int = 0
    missing: int = 0
    extra: int = 0
    stale: int = 0
    repaired: int = 0
    examples: dict[str, list[int]] = field(default_factory=dict)

    @property
    def drift(self) -> int:
        """All differences."""
        return self.missing + self.extra + self.stale

    @property
    def needs_rebuild(self) -> bool:
        """Repair was not enough: an index that is *newer* than SQL (a restored backup) is only put right by a
        rebuild, because no older version overwrites a newer one."""
        return 0 < self.repaired < self.drift

    def note(self, kind: str, document_id: int) -> None:
        """Count one difference."""
        setattr(self, kind, getattr(self, kind) + 1)
        examples = self.examples.setdefault(kind, [])
        if len(examples) < EXAMPLES:
            examples.append(document_id)


def verify(
    engine: SearchEngine,
    collection: Collection,
    rows: Iterable[tuple[int, int]],
    look_again: Callable[[Sequence[int]], Mapping[int, int]],
    documents: Callable[[Sequence[int]], Iterable[Document]] | None = None,
) -> DriftReport:
    """Compare the whole index with the rows.

    Args:
        rows: (id, version) of every row that belongs into the index, by rising id, streamed.
        look_again: versions of some ids as they are now in SQL (an id that is gone is left out).
        documents: shapes the rows of some ids; given, drift is repaired, else only reported.

    Raises:
        ValueError: ``rows`` does not rise.
        SearchUnavailable: the engine did not answer.
    """
    report = DriftReport()
    suspects: list[int] = []
    for document_id, row, stored in _merged(rows, engine.all_versions(collection)):
        report.checked += 1
        if row != stored:
            suspects.append(document_id)
        if len(suspects) >= BATCH:
            _settle(engine, collection, suspects, look_again, documents, report)
            suspects = []
    if suspects:
        _settle(engine, collection, suspects, look_again, documents, report)
    return report


def _merged(
    rows: Iterable[tuple[int, int]], stored: Iterator[tuple[int, int]]
) -> Iterator[tuple[int, int | None, int | None]]:
    """(id, version in SQL, version in the index), ``None`` where one side does not have it."""
    left, right = iter(rows), stored
    row, found = next(left, None), next(right, None)
    while row is not None or found is not None:
        if found is None or (row is not None and row[0] < found[0]):
            assert row is not None
            yield row[0], row[1], None
            row = _rising(left, row)
        elif row is None or found[0] < row[0]:
            yield found[0], None, found[1]
            found = next(right, None)
        else:
            yield row[0], row[1], found[1]
            row, found = _rising(left, row), next(right, None)


def _rising(rows: Iterator[tuple[int, int]], last: tuple[int, int]) -> tuple[int, int] | None:
    row = next(rows, None)
    if row is not None and row[0] <= last[0]:
        raise ValueError("rows must come by rising id")
    return row


def _settle(
    engine: SearchEngine,
    collection: Collection,
    suspects: list[int],
    look_again: Callable[[Sequence[int]], Mapping[int, int]],
    documents: Callable[[Sequence[int]], Iterable[Document]] | None,
    report: DriftReport,
) -> None:
    """Look again at what differed, count what still does, and repair it if that was asked for.

    The index is read before SQL: a write that falls between the two reads shows as stale, and repair is
    harmless then; read the other way round, a new row would show as extra and be erased.
    """
    indexed = engine.versions(collection, suspects)
    rows = look_again(suspects)
    kinds = {key: kind for key in suspects if (kind := _kind(rows.get(key), indexed.get(key)))}
    for key, kind in kinds.items():
        report.note(kind, key)
    if documents is None or not kinds:
        return
    extra = [Erasure(key, indexed[key]) for key, kind in kinds.items() if kind == _EXTRA]
    fresh = list(documents([key for key, kind in kinds.items() if kind != _EXTRA]))
    done = engine.apply(collection, fresh, extra)
    report.repaired += done.applied


def _kind(row: int | None, stored: int | None) -> str | None:
    if row == stored:
        return None
    if stored is None:
        return _MISSING
    return _EXTRA if row is None else _STALE
