"""One tantivy index: its versions, its writer, and its building aside."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence

from tantivy import Document as TantivyDocument
from tantivy import FieldType, Index, IndexWriter, Occur, Order, Query, Searcher

from matching.search.conditions import AnyOf
from matching.search.documents import Document, Erasure
from matching.search.embedded_schema import Translator, document_of
from matching.search.embedded_store import Store
from matching.search.port import ApplyReport, Failure, SearchUnavailable
from matching.search.shaping import CLOSED, OPEN, Refused, shape, tombstone

#: Bytes that a writer may gather before it writes a segment.
WRITER_HEAP = 32_000_000
BUILD_HEAP = 128_000_000

#: Versions read at a time.
STREAM = 10_000


class Generation:
    """One tantivy index: reads, and writes by whoever holds the writer."""

    def __init__(self, store: Store, name: str) -> None:
        self.name = name
        self.collection = store.collection
        self.index: Index = store.open(name)
        self.translator = Translator(store.collection, self.index.schema)

    @contextlib.contextmanager
    def writer(self, heap: int = WRITER_HEAP) -> Iterator[IndexWriter]:
        """The writer, for as long as the block lasts; merges are finished at its end.

        Raises:
            SearchUnavailable: ``search_busy`` if somebody else writes.
        """
        try:
            writer = self.index.writer(heap, 1)
        except ValueError as error:
            raise SearchUnavailable("search_busy") from error
        try:
            yield writer
        except BaseException:
            writer.rollback()
            raise
        finally:
            writer.wait_merging_threads()

    def searcher(self) -> Searcher:
        """A fresh view of the last commit.

        Raises:
            SearchUnavailable: ``search_down`` if it cannot be read.
        """
        try:
            self.index.reload()
        except (ValueError, OSError) as error:
            raise SearchUnavailable("search_down") from error
        return self.index.searcher()

    def versions(self, searcher: Searcher, ids: Sequence[int], gone: bool) -> dict[int, int]:
        """Versions of ``ids`` that are there, tombstones included if ``gone``."""
        query = Query.term_set_query(self.index.schema, "id", list(ids))
        if not gone:
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, self._living())])
        found = [address for _, address in searcher.search(query, max(1, len(ids)), count=False).hits]
        if not found:
            return {}
        keys = searcher.fast_field_values("id", found)
        return dict(zip(map(int, keys), searcher.fast_field_values("version", found), strict=True))  # type: ignore[arg-type]

    def all_versions(self) -> Iterator[tuple[int, int]]:
        """(id, version) of what is not erased, by rising id, from one view."""
        searcher, after = self.searcher(), -1
        while True:
            later = Query.range_query(self.index.schema, "id", FieldType.Integer, after + 1)
            query = Query.boolean_query([(Occur.Must, later), (Occur.Must, self._living())])
            hits = searcher.search(query, STREAM, count=False, order_by_field="id", order=Order.Asc).hits
            if not hits:
                return
            versions = searcher.fast_field_values("version", [address for _, address in hits])
            yield from zip((int(key) for key, _ in hits), map(int, versions), strict=True)  # type: ignore[arg-type]
            after = hits[-1][0]

    def apply(self, upserts: Sequence[Document], erase: Sequence[Erasure]) -> ApplyReport:
        """Write what is not older than what is there."""
        failures: list[Failure] = []
        changes: list[tuple[int, int, TantivyDocument]] = []
        for document in upserts:
            made = self._make(document, failures)
            if made is not None:
                changes.append((document.id, document.version, made))
        for gone in erase:
            made = document_of(self.collection, gone.id, tombstone(gone.version))
            changes.append((gone.id, gone.version, made))
        if not changes:
            return ApplyReport(0, (), tuple(failures))
        with self.writer() as writer:
            known = self.versions(self.searcher(), [change[0] for change in changes], gone=True)
            stale, newest = _newest(changes, known)
            for key, (_, made) in newest.items():
                if key in known:
                    writer.delete_documents_by_term("id", key)
                writer.add_document(made)
            writer.commit()
        return ApplyReport(len(changes) - len(stale), tuple(stale), tuple(failures))

    def add(self, writer: IndexWriter, documents: Iterable[Document]) -> ApplyReport:
        """Write documents that are not there yet, without looking."""
        added, failures = 0, list[Failure]()
        for document in documents:
            made = self._make(document, failures)
            if made is not None:
                writer.add_document(made)
                added += 1
        return ApplyReport(added, (), tuple(failures))

    def _make(self, document: Document, failures: list[Failure]) -> TantivyDocument | None:
        try:
            return document_of(self.collection, document.id, shape(document))
        except Refused as refused:
            failures.append(Failure(document.id, str(refused)))
            return None

    def _living(self) -> Query:
        return self.translator.filter(AnyOf("state", (OPEN, CLOSED)))


def _newest(
    changes: list[tuple[int, int, TantivyDocument]], known: dict[int, int]
) -> tuple[list[int], dict[int, tuple[int, TantivyDocument]]]:
    """Ids of changes that come too late, and per id the last of the newest version."""
    stale: list[int] = []
    newest: dict[int, tuple[int, TantivyDocument]] = {}
    for key, version, made in changes:
        last = newest[key][0] if key in newest else known.get(key, -1)
        if version < last:
            stale.append(key)
        else:
            newest[key] = (version, made)
    return stale, newest


class EmbeddedBuild:
    """A generation that grows aside; see :class:`matching.search.port.Build`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held = contextlib.ExitStack()
        self._held.enter_context(store.rebuild_lock())
        try:
            store.sweep()
            self.name = store.create()
        except BaseException:
            self._held.close()
            raise
        self._generation = Generation(store, self.name)
        self._writing: contextlib.ExitStack | None = None
        self._writer: IndexWriter | None = None
        self._published = False

    def add(self, documents: Iterable[Document]) -> ApplyReport:
        if self._writer is None:
            self._writing = contextlib.ExitStack()
            self._writer = self._writing.enter_context(self._generation.writer(BUILD_HEAP))
        return self._generation.add(self._writer, documents)

    def seal(self) -> None:
        if self._writer is not None and self._writing is not None:
            self._writer.commit()
            self._writing.close()
        self._writer = self._writing = None

    def apply(self, upserts: Sequence[Document], erase: Sequence[Erasure] = ()) -> ApplyReport:
        return self._generation.apply(upserts, erase)

    def all_versions(self) -> Iterator[tuple[int, int]]:
        return self._generation.all_versions()

    def publish(self) -> None:
        self._store.publish(self.name)
        self._published = True
        self._held.close()

    def discard(self) -> None:
        if self._published:
            return
        if self._writing is not None:
            self._writing.close()
        self._writer = self._writing = None
        self._store.sweep()
        self._held.close()
