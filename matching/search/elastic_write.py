"""Writing to Elasticsearch with external versions, and reading all versions back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from matching.search import elastic_mapping as mapping
from matching.search.documents import Document, Erasure
from matching.search.elastic_link import CONFLICT, Action, Link
from matching.search.port import ApplyReport, Failure
from matching.search.shaping import Refused, shape

STREAM = 10_000
KEEP_ALIVE = "2m"


def write(link: Link, target: str, upserts: Iterable[Document], erase: Iterable[Erasure]) -> ApplyReport:
    """Write and erase through an alias; see :meth:`matching.search.port.SearchEngine.apply`."""
    failures: list[Failure] = []
    applied, stale = 0, list[int]()
    for outcome in link.bulk(target, _actions(upserts, erase, failures)):
        document_id, status = int(outcome["_id"]), outcome["status"]
        if status == CONFLICT:
            stale.append(document_id)
        elif "error" in outcome:
            failures.append(Failure(document_id, str(outcome["error"].get("type"))))
        else:
            applied += 1
    return ApplyReport(applied, tuple(stale), tuple(failures))


def _actions(
    upserts: Iterable[Document], erase: Iterable[Erasure], failures: list[Failure]
) -> Iterator[tuple[Action, Action | None]]:
    for document in upserts:
        try:
            source = mapping.source_of(document.id, shape(document))
        except Refused as refused:
            failures.append(Failure(document.id, str(refused)))
            continue
        yield {"index": _header(document)}, source
    for gone in erase:
        yield {"delete": _header(gone)}, None


def _header(item: Document | Erasure) -> Action:
    return {"_id": str(item.id), "version": item.version, "version_type": "external_gte"}


def stream_versions(link: Link, index: str) -> Iterator[tuple[int, int]]:
    """(id, version) by rising id, from one point in time."""
    with link.working() as client:
        client.indices.refresh(index=index)
        pit = client.open_point_in_time(index=index, keep_alive=KEEP_ALIVE)["id"]
    try:
        after: list[Any] | None = None
        while True:
            with link.working() as client:
                answer = client.search(
                    pit={"id": pit, "keep_alive": KEEP_ALIVE},
                    sort=[{"id": "asc"}],
                    search_after=after,
                    size=STREAM,
                    source=False,
                    docvalue_fields=[{"field": "version"}],
                    track_total_hits=False,
                    allow_partial_search_results=False,
                )
            hits = answer["hits"]["hits"]
            pit = answer["pit_id"]
            for hit in hits:
                yield hit["sort"][0], hit["fields"]["version"][0]
            if len(hits) < STREAM:
                return
            after = [hits[-1]["sort"][0]]
    finally:
        with link.working() as client:
            client.options(ignore_status=404).close_point_in_time(id=pit)
