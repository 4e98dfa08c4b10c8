"""The production engine: Elasticsearch 9 by its official client.

**Names.** ``<prefix>-<collection>`` is the alias that everybody asks and writes to; the indexes behind it
are ``<prefix>-<collection>-g<time>-<random>``; ``…-previous`` points at the one that served before.  A swap
is one ``update_aliases`` call.  Bulk requests demand an alias, so a missing one is an error and never a new
index with guessed types.

**Versions** are external (``external_gte``); versions of deletes are remembered for an hour (``gc_deletes``).

**Two rebuilds at once:** the later one sweeps the earlier one's index away, and the earlier one stops with
``search_down`` at its next write; so nothing a killed rebuild left can block the next.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from matching.search import elastic_mapping as mapping
from matching.search.documents import Collection, Document, Erasure
from matching.search.elastic_link import SEARCH_SECONDS, Link
from matching.search.elastic_write import stream_versions, write
from matching.search.port import (
    ApplyReport,
    Facet,
    Hit,
    Page,
    RebuildFailed,
    Recalled,
    SearchUnavailable,
)
from matching.search.queries import (
    FACETS,
    RecallJobseekers,
    RecallVacancies,
    VacancyQuery,
    facet_plans,
    plan,
    recall_condition,
    suggestible,
)
from matching.search.shaping import UNSTATED, fold, id_of

MOST_VALUES = 5_000
#: The client speaks to this version; mappings and versions of deletes were tried on it.
MAJOR = "9"
HITS = ["hits.total.value", "hits.hits._id", "hits.hits._score", "hits.hits.sort"]


class ElasticEngine:
    """The port on Elasticsearch.

    Args:
        url: ``http(s)://[user:password@]host:port``.
        prefix: begins every index name; tests and tenants of one cluster are kept apart by it.
        search_seconds: how long a page waits at most.
        link: the wire (a test passes its own).
    """

    def __init__(
        self,
        url: str,
        prefix: str = "anye",
        search_seconds: float = SEARCH_SECONDS,
        link: Link | None = None,
    ) -> None:
        self._prefix = prefix
        self.link = link or Link(url, search_seconds)

    def alias(self, collection: Collection) -> str:
        """The name that everybody asks and writes to."""
        return f"{self._prefix}-{collection.value}"

    def prepare(self) -> None:
        with self.link.working() as client:
            for collection in Collection:
                alias = self.alias(collection)
                if client.indices.exists_alias(name=alias):
                    continue
                first = f"{alias}-g{0:020d}-000000"  # a fixed name: of two processes at once one wins
                made = client.options(ignore_status=400).indices.create(
                    index=first, **mapping.index_body(collection), aliases={alias: {"is_write_index": True}}
                )
                if "error" in made and made["error"]["type"] != "resource_already_exists_exception":
                    raise SearchUnavailable("search_down")

    def ping(self) -> None:
        with self.link.working() as client:
            number = str(client.options(request_timeout=SEARCH_SECONDS).info()["version"]["number"])
            if number.split(".")[0] != MAJOR:
                raise SearchUnavailable("search_version")
            health = client.options(request_timeout=SEARCH_SECONDS).cluster.health(
                index=",".join(self.alias(collection) for collection in Collection), level="cluster"
            )
        if health["status"] == "red":
            raise SearchUnavailable("search_down")
        self.link.breaker.succeeded()

    def apply(
        self, collection: Collection, upserts: Sequence[Document], erase: Sequence[Erasure] = ()
    ) -> ApplyReport:
        return write(self.link, self.alias(collection), upserts, erase)

    def search(self, query: VacancyQuery) -> Page:
        checked = plan(query)
        if checked.hopeless:
            return Page((), 0)
        body: dict[str, Any] = {"query": mapping.question_of(checked), "sort": mapping.sort_of(checked)}
        if checked.cursor is not None:
            body["search_after"] = [checked.cursor]
        found = self._ask(
            Collection.VACANCIES, **body, size=checked.limit, from_=checked.offset, filter_path=HITS
        )
        hits = found.get("hits", [])
        full = checked.order_field is not None and len(hits) == checked.limit
        return Page(
            tuple(Hit(int(hit["_id"]), hit.get("_score") or 0.0) for hit in hits),
            found["total"]["value"],
            hits[-1]["sort"][0] if full else None,
        )

    def facets(self, query: VacancyQuery) -> dict[str, Facet]:
        counted: dict[str, Facet] = {}
        for names, checked in facet_plans(query):
            wanted = {name: {"terms": {"field": name, "size": MOST_VALUES}} for name in names}
            with self.link.reading() as client:
                answer = client.search(
                    index=self.alias(Collection.VACANCIES),
                    query=mapping.question_of(checked),
                    aggregations=wanted,
                    size=0,
                    allow_partial_search_results=False,
                )
            counted |= {name: _facet(answer["aggregations"][name]["buckets"]) for name in names}
        return {name: counted[name] for name in FACETS}

    def suggest(self, prefix: str, *, demo: bool | None = None, limit: int = 10) -> list[tuple[str, int]]:
        start = fold(prefix)[:100]
        if not start:
            return []
        begins = {"prefix": {"exact_title": {"value": start}}}
        order = [{"_count": "desc"}, {"_key": "asc"}]
        with self.link.reading() as client:
            answer = client.search(
                index=self.alias(Collection.VACANCIES),
                query={"bool": {"filter": [begins, mapping.filter_of(suggestible(demo))]}},
                aggregations={"titles": {"terms": {"field": "exact_title", "size": limit, "order": order}}},
                size=0,
                allow_partial_search_results=False,
            )
        return [
            (bucket["key"], bucket["doc_count"]) for bucket in answer["aggregations"]["titles"]["buckets"]
        ]

    def recall(self, query: RecallVacancies | RecallJobseekers) -> Recalled:
        collection, condition = recall_condition(query)
        with self.link.working() as client:
            answer = client.search(
                index=self.alias(collection),
                query=mapping.filter_of(condition),
                sort=[{"newest": "desc"}],
                size=query.limit,
                source=False,
                stored_fields=["_none_"],
                track_total_hits=True,
                allow_partial_search_results=False,
                filter_path=["hits.total.value", "hits.hits.sort"],
            )
        hits = answer["hits"].get("hits", [])
        return Recalled(tuple(id_of(hit["sort"][0]) for hit in hits), answer["hits"]["total"]["value"])

    def versions(self, collection: Collection, ids: Sequence[int]) -> dict[int, int]:
        return {int(doc["_id"]): doc["_version"] for doc in self._get(collection, ids, source=False)}

    def all_versions(self, collection: Collection) -> Iterator[tuple[int, int]]:
        return stream_versions(self.link, self.alias(collection))

    def read(self, collection: Collection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        docs = self._get(collection, ids, source=True)
        return {int(doc["_id"]): mapping.fields_of(doc["_source"]) for doc in docs}

    def start_build(self, collection: Collection) -> ElasticBuild:
        self.prepare()
        self._sweep(collection)
        return ElasticBuild(self, collection)

    def roll_back(self, collection: Collection) -> str:
        served = self._behind(self.alias(collection))
        before = self._behind(f"{self.alias(collection)}-previous")
        if not before:
            raise RebuildFailed("no_previous_index")
        self.point(collection, before[0], served)
        return before[0]

    def generations(self, collection: Collection) -> list[str]:
        serving = self._behind(self.alias(collection))
        return [*serving, *sorted(set(self._all(collection)) - set(serving))]

    def publish(self, collection: Collection, name: str) -> None:
        """Let ``name`` serve, keep what served as the previous one, delete the rest."""
        self.point(collection, name, self._behind(self.alias(collection)))
        self._sweep(collection)

    def point(self, collection: Collection, name: str, before: list[str]) -> None:
        """Move both aliases in one step."""
        alias, previous = self.alias(collection), f"{self.alias(collection)}-previous"
        actions: list[dict[str, Any]] = [
            {"remove": {"index": f"{alias}-g*", "alias": previous, "must_exist": False}},
            *({"remove": {"index": old, "alias": alias}} for old in before),
            *({"add": {"index": old, "alias": previous}} for old in before),
            {"add": {"index": name, "alias": alias, "is_write_index": True}},
        ]
        with self.link.working() as client:
            client.indices.update_aliases(actions=actions)

    def delete(self, names: Sequence[str]) -> None:
        """Delete indexes by name; one that is gone already is fine."""
        with self.link.working() as client:
            for name in names:
                client.options(ignore_status=404).indices.delete(index=name)

    def _sweep(self, collection: Collection) -> None:
        """Delete every generation that neither serves nor served last."""
        kept = {*self._behind(self.alias(collection)), *self._behind(f"{self.alias(collection)}-previous")}
        self.delete([name for name in self._all(collection) if name not in kept])

    def _all(self, collection: Collection) -> list[str]:
        with self.link.working() as client:
            return sorted(client.indices.get(index=f"{self.alias(collection)}-g*", filter_path="*.aliases"))

    def _behind(self, alias: str) -> list[str]:
        with self.link.working() as client:
            answer = client.options(ignore_status=404).indices.get_alias(name=alias)
        return [] if "error" in answer else sorted(answer)

    def _get(self, collection: Collection, ids: Sequence[int], source: bool) -> list[dict[str, Any]]:
        if not ids:
            return []
        with self.link.working() as client:
            answer = client.mget(
                index=self.alias(collection), ids=[str(key) for key in dict.fromkeys(ids)], source=source
            )
        return [doc for doc in answer["docs"] if doc.get("found")]

    def _ask(self, collection: Collection, **body: Any) -> dict[str, Any]:
        with self.link.reading() as client:
            answer = client.search(
                index=self.alias(collection),
                source=False,
                track_total_hits=True,
                allow_partial_search_results=False,
                **body,
            )
        return dict(answer["hits"])


class ElasticBuild:
    """An index that grows aside; see :class:`matching.search.port.Build`."""

    def __init__(self, engine: ElasticEngine, collection: Collection) -> None:
        self._engine, self._collection = engine, collection
        self.name = f"{engine.alias(collection)}-g{time.time_ns():020d}-{secrets.token_hex(3)}"
        self._writing = f"{self.name}-w"
        self._published = False
        body = mapping.index_body(collection)
        body["settings"]["refresh_interval"] = "-1"
        with engine.link.working() as client:
            client.indices.create(index=self.name, **body, aliases={self._writing: {}})

    def add(self, documents: Iterable[Document]) -> ApplyReport:
        return write(self._engine.link, self._writing, documents, ())

    def seal(self) -> None:
        with self._engine.link.working() as client:
            client.indices.put_settings(index=self.name, settings={"refresh_interval": "1s"})
            client.indices.refresh(index=self.name)

    def apply(self, upserts: Sequence[Document], erase: Sequence[Erasure] = ()) -> ApplyReport:
        return write(self._engine.link, self._writing, upserts, erase)

    def all_versions(self) -> Iterator[tuple[int, int]]:
        return stream_versions(self._engine.link, self.name)

    def publish(self) -> None:
        self._engine.publish(self._collection, self.name)
        self._published = True

    def discard(self) -> None:
        if not self._published:
            self._engine.delete([self.name])


def _facet(buckets: list[dict[str, Any]]) -> Facet:
    counts = {bucket["key"]: bucket["doc_count"] for bucket in buckets}
    return Facet({key: n for key, n in counts.items() if key != UNSTATED}, counts.get(UNSTATED, 0))
