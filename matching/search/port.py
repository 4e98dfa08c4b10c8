"""What the rest of the project may ask of a search engine, and how it may fail.

Two engines stand behind this port: :mod:`matching.search.embedded` and :mod:`matching.search.elastic`.  One
contract suite runs on both; they agree on sets, counts, facets and explicit sort orders.  Relevance scores
and their ties are each engine's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from matching.errors import DependencyDown, DomainError
from matching.search.documents import Collection, Document, Erasure
from matching.search.queries import RecallJobseekers, RecallVacancies, VacancyQuery


class SearchUnavailable(DependencyDown):
    """The engine did not answer in time, is not there, or its writer is taken; try again later.

    Codes: ``search_down``, ``search_busy`` (another process writes), ``rebuild_running``.
    """


class RebuildFailed(DomainError):
    """The index built aside is not what was read (``rebuild_mismatch``), or there is none to go back to
    (``no_previous_index``).  The old index serves on."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One document that the engine or its shape refused; the others of the batch went through."""

    id: int
    reason: str


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What became of a batch.

    Args:
        applied: documents written or erased.
        stale: ids for which the index already held a newer version; nothing to do, not a failure.
        failures: documents that cannot be indexed as they are.
    """

    applied: int = 0
    stale: tuple[int, ...] = ()
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found.  ``score`` compares hits of one page only; 0 where the order is explicit."""

    id: int
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """Hits in order, how many there are in all (exact), and where the next page starts (or ``None``)."""

    hits: tuple[Hit, ...]
    total: int
    cursor: int | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """Counts of one filter.

    Args:
        values: code → documents that state it.
        unstated: documents that state nothing; choosing a code shows ``values[code] + unstated`` of them,
            because what is not stated passes (not for benefits and tags, which are claims).
    """

    values: dict[str, int] = field(default_factory=dict)
    unstated: int = 0


@dataclass(frozen=True, slots=True)
class Recalled:
    """Ids that pass the hard limits, newest first, and how many there are in all."""

    ids: tuple[int, ...]
    total: int

    @property
    def complete(self) -> bool:
        """Whether every id that passes came back."""
        return self.total == len(self.ids)


class Build(Protocol):
    """An index that is being built aside; nobody sees it before :meth:`publish`."""

    name: str

    def add(self, documents: Iterable[Document]) -> ApplyReport:
        """Write documents that are not in it yet (memory bounded, any number)."""
        ...

    def seal(self) -> None:
        """Make everything added so far readable."""
        ...

    def apply(self, upserts: Sequence[Document], erase: Sequence[Erasure] = ()) -> ApplyReport:
        """As :meth:`SearchEngine.apply`, for what changed since the reading began."""
        ...

    def all_versions(self) -> Iterator[tuple[int, int]]:
        """(id, version) by rising id."""
        ...

    def publish(self) -> None:
        """Let readers see it, atomically; what they saw before is kept for one roll-back."""
        ...

    def discard(self) -> None:
        """Leave no trace of it (nothing happens after a publish)."""
        ...


class SearchEngine(Protocol):
    """The port.  Every method may raise :class:`SearchUnavailable`."""

    def prepare(self) -> None:
        """Make empty indexes where there are none yet; safe to repeat, from any process."""
        ...

    def ping(self) -> None:
        """Return if reading and writing are possible now."""
        ...

    def apply(
        self, collection: Collection, upserts: Sequence[Document], erase: Sequence[Erasure] = ()
    ) -> ApplyReport:
        """Write and erase; the newest version wins in whatever order messages come (``external_gte``: the
        same version may be written again).  A document that cannot be indexed is reported, no more."""
        ...

    def search(self, query: VacancyQuery) -> Page:
        """One page of vacancies.  Raises ``QueryRejected`` for what may not be asked."""
        ...

    def facets(self, query: VacancyQuery) -> dict[str, Facet]:
        """Exact counts beside the same query for every field of ``queries.FACETS``; a filter that takes any
        of several codes does not narrow its own counts."""
        ...

    def suggest(self, prefix: str, *, demo: bool | None = None, limit: int = 10) -> list[tuple[str, int]]:
        """Titles of open vacancies that begin so (folded), with their numbers, most frequent first."""
        ...

    def recall(self, query: RecallVacancies | RecallJobseekers) -> Recalled:
        """Up to ``query.limit`` ids that pass the hard limits."""
        ...

    def versions(self, collection: Collection, ids: Sequence[int]) -> dict[int, int]:
        """Versions of those of ``ids`` that are there."""
        ...

    def all_versions(self, collection: Collection) -> Iterator[tuple[int, int]]:
        """(id, version) of everything, by rising id, in bounded memory."""
        ...

    def read(self, collection: Collection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        """The shaped fields as stored, to compare an index with the rows field by field."""
        ...

    def start_build(self, collection: Collection) -> Build:
        """Begin an index aside and sweep away what an earlier build left when it was killed."""
        ...

    def roll_back(self, collection: Collection) -> str:
        """Serve the previous index again and return its name; drift since then needs ``verify --repair``."""
        ...

    def generations(self, collection: Collection) -> list[str]:
        """Names of all that exist for this collection, the one that serves first."""
        ...
