"""Rebuilding the index from SQL and comparing it with SQL: nightly, and for the commands of these names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

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
#: Name of the database's lock for rebuilds, before the number of the collection ("ANYE" in ASCII).
REBUILD = 0x414E5945
#: Seconds that a rebuild waits for another one.
WAIT = 30.0
_log = structlog.get_logger("index")


@contextmanager
def writing(services: Services, *, wait: float = WAIT) -> Iterator[None]:
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


@contextmanager
def rebuilding(
    services: Services, session: Session, collection: Collection, *, wait: float = WAIT
) -> Iterator[None]:
    """Be the only rebuild of a collection, on whatever machine: each begins by clearing away unfinished ones.

    Whoever dies frees the lock: it is the transaction's on PostgreSQL, the file's beside SQLite.

    Raises:
        SearchUnavailable: ``rebuild_running``.
    """
    postgres = session.get_bind().dialect.name == "postgresql"
    with ExitStack() as held:
        try:
            if postgres:
                session.execute(select(func.set_config("lock_timeout", f"{wait * 1000:.0f}ms", True)))
                number = list(Collection).index(collection)
                session.execute(select(func.pg_advisory_xact_lock(REBUILD, number)))
            else:
                file = services.settings.data_dir / "search" / f"{collection}.rebuild"
                held.enter_context(exclusive(file, wait=wait))
        except (LockTaken, OperationalError) as error:
            raise SearchUnavailable("rebuild_running") from error
        yield


def rebuild_collection(services: Services, collection: Collection, *, wait: float = WAIT) -> Rebuilt:
    """Build one index anew from SQL and let it serve.

    Args:
        wait: seconds to wait for a rebuild that runs already.

    Raises:
        SearchUnavailable, RebuildFailed: the old index serves on.
    """
    since = services.clock.now() - MARGIN
    with (
        writing(services, wait=wait),
        transaction(services.sessions, writes=False) as session,
        rebuilding(services, session, collection, wait=wait),
    ):
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
