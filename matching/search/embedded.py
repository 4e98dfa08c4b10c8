"""The embedded engine: tantivy in a directory under the data directory.

Workers write, one at a time (tantivy's own lock; a second writer gets ``search_busy`` and tries again); web
processes read.  A reader looks at one ``stat`` per question and reloads after a commit or a swap, so a commit
is searchable at once.

**Versions.** Every document carries its version; a batch reads the versions that are there and leaves out
what is older, which is ``external_gte``.  An erased document leaves a tombstone (id, version, state ``gone``,
no content) that no question finds, so an older message cannot bring it back; rebuilding drops tombstones.

**Distances.** tantivy has no geographic type: a box narrows by two ranges, then the exact distance of all
that lies in the box is computed in one NumPy expression, so counts are exact.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from tantivy import FieldType, Occur, Query, Searcher, SearchResult

from matching.search.documents import Collection, Document, Erasure
from matching.search.embedded_index import EmbeddedBuild, Generation
from matching.search.embedded_store import Store
from matching.search.geometry import distances
from matching.search.port import ApplyReport, Facet, Hit, Page, Recalled
from matching.search.queries import (
    FACETS,
    Near,
    Plan,
    RecallJobseekers,
    RecallVacancies,
    Sort,
    VacancyQuery,
    facet_plans,
    plan,
    recall_condition,
    suggestible,
)
from matching.search.shaping import GONE, UNSTATED, fold, id_of

#: More values than any facet has (China has about 2,900 counties).
MOST_VALUES = 5_000
NOTHING = Page((), 0)


class EmbeddedEngine:
    """The port on tantivy.

    Args:
        root: directory of the indexes, usually ``<data>/search``; made by :meth:`prepare`.
    """

    def __init__(self, root: Path) -> None:
        self._stores = {collection: Store(Path(root), collection) for collection in Collection}
        self._open: dict[Collection, tuple[tuple[int, int], Generation, Searcher]] = {}
        self._lock = threading.Lock()

    def prepare(self) -> None:
        for store in self._stores.values():
            store.prepare()

    def ping(self) -> None:
        for collection in Collection:
            _ = self._view(collection)[1].num_docs

    def apply(
        self, collection: Collection, upserts: Sequence[Document], erase: Sequence[Erasure] = ()
    ) -> ApplyReport:
        store = self._stores[collection]
        store.prepare()
        while True:
            name = store.serving()
            report = Generation(store, name).apply(upserts, erase)
            if store.serving() == name:
                return report

    def search(self, query: VacancyQuery) -> Page:
        checked = plan(query)
        if checked.hopeless:
            return NOTHING
        generation, searcher = self._view(Collection.VACANCIES)
        question = generation.translator.question(checked)
        if checked.near is not None:
            return _search_around(searcher, question, checked, checked.near)
        if checked.order_field is None:
            found = searcher.search(question, checked.limit, offset=checked.offset)
            return _page(searcher, found.hits, _count(found), scored=True)
        return _search_ordered(generation, searcher, question, checked)

    def facets(self, query: VacancyQuery) -> dict[str, Facet]:
        counted: dict[str, Facet] = {}
        for names, checked in facet_plans(query):
            generation, searcher = self._view(Collection.VACANCIES)
            question = generation.translator.question(checked)
            if checked.near is not None:
                question = _exclude_corners(generation, searcher, question, checked.near)
            wanted = {name: {"terms": {"field": name, "size": MOST_VALUES}} for name in names}
            answer = searcher.aggregate(question, wanted)
            counted |= {name: _facet(answer[name]["buckets"]) for name in names}
        return {name: counted[name] for name in FACETS}

    def suggest(self, prefix: str, *, demo: bool | None = None, limit: int = 10) -> list[tuple[str, int]]:
        start = fold(prefix)[:100]
        if not start:
            return []
        generation, searcher = self._view(Collection.VACANCIES)
        only = generation.translator.filter(suggestible(demo))
        titles = searcher.terms_with_prefix("exact_title", start, only)
        return sorted(titles, key=lambda title: (-title[1], title[0]))[:limit]

    def recall(self, query: RecallVacancies | RecallJobseekers) -> Recalled:
        collection, condition = recall_condition(query)
        generation, searcher = self._view(collection)
        found = searcher.search(generation.translator.filter(condition), query.limit, order_by_field="newest")
        return Recalled(tuple(id_of(key) for key, _ in found.hits), _count(found))

    def versions(self, collection: Collection, ids: Sequence[int]) -> dict[int, int]:
        generation, searcher = self._view(collection)
        return generation.versions(searcher, ids, gone=False)

    def all_versions(self, collection: Collection) -> Iterator[tuple[int, int]]:
        return self._view(collection)[0].all_versions()

    def read(self, collection: Collection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        generation, searcher = self._view(collection)
        query = Query.term_set_query(generation.index.schema, "id", list(ids))
        addresses = [address for _, address in searcher.search(query, max(1, len(ids)), count=False).hits]
        keys = searcher.fast_field_values("id", addresses) if addresses else []
        sources = (json.loads(searcher.doc(address)["source"][0]) for address in addresses)
        read = zip(map(int, keys), sources, strict=True)  # type: ignore[arg-type]
        return {key: fields for key, fields in read if fields["state"] != GONE}

    def start_build(self, collection: Collection) -> EmbeddedBuild:
        self._stores[collection].prepare()
        return EmbeddedBuild(self._stores[collection])

    def roll_back(self, collection: Collection) -> str:
        return self._stores[collection].roll_back()

    def generations(self, collection: Collection) -> list[str]:
        return self._stores[collection].everything()

    def _view(self, collection: Collection) -> tuple[Generation, Searcher]:
        """The serving generation and a searcher that sees its last commit."""
        store = self._stores[collection]
        signature = store.signature()
        known = self._open.get(collection)
        if known is not None and known[0] == signature:
            return known[1], known[2]
        with self._lock:
            name = store.serving()
            generation = known[1] if known is not None and known[1].name == name else Generation(store, name)
            searcher = generation.searcher()
            self._open[collection] = (signature, generation, searcher)
            return generation, searcher


def _count(found: SearchResult) -> int:
    """How many there are in all; the stubs of the library leave the attribute out."""
    return int(found.count)  # type: ignore[attr-defined]


def _page(searcher: Searcher, hits: list[Any], total: int, scored: bool) -> Page:
    if not hits:
        return Page((), total)
    ids = searcher.fast_field_values("id", [address for _, address in hits])
    scores = (score for score, _ in hits) if scored else (0.0 for _ in hits)
    return Page(tuple(map(Hit, ids, scores)), total)  # type: ignore[arg-type]


def _search_ordered(generation: Generation, searcher: Searcher, question: Query, checked: Plan) -> Page:
    """By a key field; the key of the last hit is the cursor, and the total stays that of the whole list."""
    field = checked.order_field
    total, part = None, question
    if checked.cursor is not None:
        total = _count(searcher.search(question, 1))
        before = Query.range_query(
            generation.index.schema, str(field), FieldType.Integer, None, checked.cursor, include_upper=False
        )
        part = Query.boolean_query([(Occur.Must, question), (Occur.Must, before)])
    found = searcher.search(part, checked.limit, offset=checked.offset, order_by_field=field)
    hits = found.hits
    total = _count(found) if total is None else total
    cursor = hits[-1][0] if len(hits) == checked.limit else None
    return Page(tuple(Hit(id_of(key)) for key, _ in hits), total, cursor)


def _around(searcher: Searcher, question: Query, near: Near, order: str | None) -> tuple[list[Any], Any, Any]:
    """(hits in the box, their kilometres with NaN for no position, which of them are within reach)."""
    hits = searcher.search(question, max(1, searcher.num_docs), count=False, order_by_field=order).hits
    addresses = [address for _, address in hits]
    if not addresses:
        return [], np.empty(0), np.empty(0, dtype=bool)
    lons = np.array(searcher.fast_field_values("lon", addresses), dtype=float)
    lats = np.array(searcher.fast_field_values("lat", addresses), dtype=float)
    km = distances(near.lon, near.lat, lons, lats)
    return hits, km, np.isnan(km) | (km <= near.km)


def _search_around(searcher: Searcher, question: Query, checked: Plan, near: Near) -> Page:
    order = {Sort.RELEVANCE: None, Sort.PAY: "pay_order"}.get(checked.sort, "newest")
    hits, km, within = _around(searcher, question, near, order)
    kept = np.flatnonzero(within)
    if checked.sort is Sort.NEAREST:
        kept = kept[np.argsort(np.where(np.isnan(km[kept]), np.inf, km[kept]), kind="stable")]
    total, start = len(kept), checked.offset
    if checked.cursor is not None:
        start = next((n for n, at in enumerate(kept) if hits[at][0] < checked.cursor), total)
    chosen = [hits[at] for at in islice(kept, start, start + checked.limit)]
    page = _page(searcher, chosen, total, scored=checked.sort is Sort.RELEVANCE)
    if checked.order_field is None or len(chosen) < checked.limit:
        return page
    return Page(page.hits, total, chosen[-1][0])


def _exclude_corners(generation: Generation, searcher: Searcher, question: Query, near: Near) -> Query:
    """The question without what lies in the box but not in the circle."""
    hits, _, within = _around(searcher, question, near, "newest")
    corners = [id_of(hits[at][0]) for at in np.flatnonzero(~within)]
    if not corners:
        return question
    outside = Query.term_set_query(generation.index.schema, "id", corners)
    return Query.boolean_query([(Occur.Must, question), (Occur.MustNot, outside)])


def _facet(buckets: list[dict[str, Any]]) -> Facet:
    counts = {bucket["key"]: bucket["doc_count"] for bucket in buckets}
    return Facet({key: n for key, n in counts.items() if key != UNSTATED}, counts.get(UNSTATED, 0))
