"""Rebuilding the index from SQL and comparing it with SQL: nightly, and for the commands of these names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from matching.bootstrap import Services
from matching.db import transaction
from matching.people.models import Jobseeker
from matching.search import rows
from matching.search.documents import Collection, Document, Erasure
from matching.search.drift import DriftReport, verify
from matching.search.port import SearchUnavailable
from matching.search.rebuild import Rebuilt, rebuild
from matching.vacancies.models import Vacancy
from workers.locks import LockTaken, exclusive

#: Transactions that were open when the reading began may commit rows stamped this much earlier.
MARGIN = timedelta(seconds=120)
TABLES: dict[Collection, type[Vacancy] | type[Jobseeker]] = {
    Collection.VACANCIES: Vacancy,
    Collection.JOBSEEKERS: Jobseeker,
}
_log = structlog.get_logger("index")


@contextmanager
def writing(services: Services, *, wait: float = 30.0) -> Iterator[None]:
    """Hold the embedded engine's single writer; other engines need no such thing.

    Raises:
        SearchUnavailable: ``search_busy``.
    """
    if not services.settings.embedded_search:
        with nullcontext():
            yield
        return
    try:
        with exclusive(services.settings.data_dir / "search" / "writer.lock", wait=wait):
            yield
    except LockTaken:
        raise SearchUnavailable("search_busy") from None


def rebuild_collection(services: Services, collection: Collection) -> Rebuilt:
    """Build one index anew from SQL and let it serve."""
    since = services.clock.now() - MARGIN
    with writing(services), transaction(services.sessions, writes=False) as session:
        return rebuild(
            services.search,
            collection,
            rows.all_documents(session, collection),
            lambda: _changed(services, collection, since),
        )


def roll_back(services: Services, collection: Collection) -> str:
    """Let the index before the last rebuild serve again, and put right in it what was written since.

    Returns:
        Its name.

    Raises:
        RebuildFailed: ``no_previous_index``.
    """
    with writing(services):
        name = services.search.roll_back(collection)
    verify_collection(services, collection, repair=True)
    return name


def _changed(services: Services, collection: Collection, since: datetime) -> Iterator[Document | Erasure]:
    table = TABLES[collection]
    with transaction(services.sessions, writes=False) as session:
        ids = list(session.scalars(select(table.id).where(table.touched_at >= since)))
        for start in range(0, len(ids), rows.BATCH):
            upserts, erasures = rows.documents(session, collection, ids[start : start + rows.BATCH])
            yield from upserts
            yield from erasures


def verify_collection(services: Services, collection: Collection, *, repair: bool) -> DriftReport:
    """Compare every id and version with SQL; put right what differs where asked to."""

    def versions() -> Iterator[tuple[int, int]]:
        with transaction(services.sessions, writes=False) as session:
            yield from rows.all_versions(session, collection)

    def look_again(ids: Sequence[int]) -> dict[int, int]:
        table = TABLES[collection]
        with transaction(services.sessions, writes=False) as session:
            return dict(session.execute(select(table.id, table.version).where(table.id.in_(ids))).all())

    def documents(ids: Sequence[int]) -> list[Document]:
        with transaction(services.sessions, writes=False) as session:
            return rows.documents(session, collection, ids)[0]

    if not repair:
        return verify(services.search, collection, versions(), look_again)
    with writing(services):
        return verify(services.search, collection, versions(), look_again, documents)


def rebuild_all(services: Services) -> None:
    """Nightly: both indexes anew."""
    for collection in Collection:
        done = rebuild_collection(services, collection)
        _log.info(
            "index_rebuilt", collection=collection, documents=done.documents, failures=len(done.failures)
        )


def repair_all(services: Services) -> None:
    """Nightly: find drift, repair it, say so loudly."""
    for collection in Collection:
        report = verify_collection(services, collection, repair=True)
        log = _log.error if report.drift else _log.info
        log("index_verified", collection=collection, drift=report.drift, repaired=report.repaired)
