"""Building an index anew beside the one that serves, one algorithm for both engines.

read everything → seal → compare with what was read → catch up what changed meanwhile → publish → catch up
once more.  The last step closes the gap in which a worker still wrote into the old index: whatever it wrote
was committed in SQL before, so reading the changes *after* the swap finds it.  A fault anywhere before the
swap leaves the old index serving and no trace of the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from matching.search.documents import Collection, Document, Erasure
from matching.search.port import ApplyReport, Build, Failure, RebuildFailed, SearchEngine

_T = TypeVar("_T")

#: Documents in one batch of changes.
BATCH = 500

#: What changed since the reading began: documents as they are now, and ids that are gone.
Changes = Callable[[], Iterable[Document | Erasure]]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did.

    Args:
        name: the index that serves now.
        documents: how many it holds.
        caught_up: changes that were applied on top.
        failures: documents that cannot be indexed as they are (at most the first 1,000).
    """

    name: str
    documents: int
    caught_up: int
    failures: tuple[Failure, ...]


class Fingerprint:
    """Tells two streams of (id, version) apart in constant memory, whatever their order."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0

    def add(self, document_id: int, version: int) -> None:
        """Take one pair in."""
        self.count += 1
        self._sum = (self._sum + hash((document_id, version))) & (2**64 - 1)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fingerprint) and (self.count, self._sum) == (other.count, other._sum)

    def __hash__(self) -> int:
        return hash((self.count, self._sum))


def rebuild(
    engine: SearchEngine, collection: Collection, source: Iterable[Document], changed_since: Changes
) -> Rebuilt:
    """Build ``collection`` from ``source`` and let it serve.

    Args:
        source: every document, streamed.
        changed_since: called several times; each time everything that changed since *before* ``source`` began
            to be read (with a margin for transactions that were open then).  Versions make repeats harmless.

    Raises:
        RebuildFailed: ``rebuild_mismatch`` if the new index does not hold what was read.
        SearchUnavailable: the engine failed; the old index serves on.
    """
    build = engine.start_build(collection)
    try:
        failures: list[Failure] = []
        read = _fill(build, source, failures)
        build.seal()
        stored = _stored(build)
        if stored != read:
            raise RebuildFailed("rebuild_mismatch", read=read.count, stored=stored.count)
        caught_up = _catch_up(build.apply, changed_since, failures)
        documents = _stored(build).count
        build.publish()
    finally:
        build.discard()

    def apply(upserts: Sequence[Document], erase: Sequence[Erasure]) -> ApplyReport:
        return engine.apply(collection, upserts, erase)

    caught_up += _catch_up(apply, changed_since, failures)
    return Rebuilt(build.name, documents, caught_up, tuple(failures[:1_000]))


def _fill(build: Build, source: Iterable[Document], failures: list[Failure]) -> Fingerprint:
    """Write everything and remember what was read, without what was refused."""
    read = Fingerprint()
    for batch in _batches(source):
        report = build.add(batch)
        failures += report.failures
        refused = {failure.id for failure in report.failures}
        for document in batch:
            if document.id not in refused:
                read.add(document.id, document.version)
    return read


def _stored(build: Build) -> Fingerprint:
    found = Fingerprint()
    for document_id, version in build.all_versions():
        found.add(document_id, version)
    return found


def _catch_up(
    apply: Callable[[Sequence[Document], Sequence[Erasure]], ApplyReport],
    changed_since: Changes,
    failures: list[Failure],
) -> int:
    applied = 0
    for batch in _batches(changed_since()):
        erase = [change for change in batch if isinstance(change, Erasure)]
        report = apply([change for change in batch if not isinstance(change, Erasure)], erase)
        applied += report.applied
        failures += report.failures
    return applied


def _batches(items: Iterable[_T]) -> Iterator[list[_T]]:
    stream = iter(items)
    while batch := list(islice(stream, BATCH)):
        yield batch
