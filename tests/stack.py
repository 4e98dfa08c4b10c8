"""The whole wiring: ``stack`` runs a test on SQLite and tantivy, then on PostgreSQL and Elasticsearch."""

from __future__ import annotations

import csv
import io
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import pytest

from config import load
from config.settings import Settings
from matching.accounts.models import Organisation
from matching.bootstrap import Services
from matching.clock import FixedClock
from matching.crypto import load_keyring
from matching.db import make_engine, transaction
from matching.schema import metadata
from matching.search.documents import Collection
from matching.sheets import service as sheets
from matching.sheets.models import Ledger
from tests import factories
from tests.patience import patient
from tests.services import scratch_postgres, service_url
from workers.drain import drain_topic

TOPICS = (
    "sheet.read",
    "sheet.apply",
    "search.vacancy",
    "search.jobseeker",
    "pair.all",
    "pair.vacancy",
    "pair.jobseeker",
    "notice.application",
    "notice.send",
)
#: Nobody listens there: rings fail fast, as they may.
NO_REDIS = "redis://127.0.0.1:1/0"


@pytest.fixture(scope="session")
def blank_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables and no rows, to be copied."""
    path = tmp_path_factory.mktemp("blank") / "anye.db"
    engine = make_engine(f"sqlite:///{path}")
    metadata().create_all(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def blank_postgres() -> Iterator[str]:
    """Name of a database with all tables and no rows, to be used as a template."""
    with scratch_postgres() as url:
        engine = make_engine(url)
        metadata().create_all(engine)
        engine.dispose()
        yield urlsplit(url).path[1:]


@pytest.fixture(params=["embedded", pytest.param("production", marks=pytest.mark.production)])
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Services]:
    """Services with a schema, and a clock that stands still."""
    if request.param == "embedded":
        yield from _embedded(tmp_path, request.getfixturevalue("blank_sqlite"))
    else:
        yield from _production(tmp_path, request.getfixturevalue("blank_postgres"))


@pytest.fixture
def embedded(tmp_path: Path, blank_sqlite: Path) -> Iterator[Services]:
    """The embedded half alone, for what does not depend on the engines."""
    yield from _embedded(tmp_path, blank_sqlite)


def _embedded(tmp_path: Path, blank: Path) -> Iterator[Services]:
    data = tmp_path / "var"
    data.mkdir()
    shutil.copy(blank, data / "anye.db")
    made = Services(_settings(data, {}), FixedClock())
    yield made
    made.dispose()


def _production(tmp_path: Path, blank: str) -> Iterator[Services]:
    search_url = service_url("ANYE_SEARCH_URL")
    keys = tmp_path / "keys.json"
    load_keyring(keys, create=True)
    with scratch_postgres(template=blank) as url:
        urls = {"ANYE_DATABASE_URL": url, "ANYE_SEARCH_URL": search_url, "ANYE_KEYS_FILE": str(keys)}
        made = Services(_settings(tmp_path / "var", urls), FixedClock())
        yield made
        if "search" in made.__dict__:
            for collection in Collection:
                made.search.delete(made.search.generations(collection))  # type: ignore[attr-defined]
        made.dispose()


def _settings(data: Path, more: dict[str, str]) -> Settings:
    return load(
        {
            "ANYE_DATA": str(data),
            "ANYE_REDIS_URL": NO_REDIS,
            "ANYE_LOG_LEVEL": "error",
            "ANYE_SEARCH_PREFIX": f"test-{secrets.token_hex(6)}",
            "ANYE_SEARCH_SECONDS": str(patient(1.5)),
            **more,
        }
    )


def drain_all(services: Services, *, limit: int = 200) -> None:
    """Work until nothing is due, as running workers would; fails when that does not end."""
    services.search.prepare()
    for _ in range(limit):
        drained = [drain_topic(services, topic) for topic in TOPICS]
        assert not any(one.failed for one in drained), "rows were given back, see the log above"
        if not any(one.done for one in drained):
            return
    raise AssertionError("the outbox does not run empty")


def office(services: Services, county: str = "431222", **facts: Any) -> int:
    """An office of one county (``431200``: of the prefecture); returns its id."""
    with transaction(services.sessions) as session:
        return int(factories.organisation(session, county=county, **facts).id)


def sheet(rows: list[dict[str, Any]]) -> IO[bytes]:
    """A CSV sheet of these rows, the header being the union of their keys in order."""
    header = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, header)
    writer.writeheader()
    writer.writerows(rows)
    return io.BytesIO(text.getvalue().encode())


def receive(services: Services, office_id: int, kind: str, file: IO[bytes], **options: Any) -> int:
    """Hand a sheet in; returns the import's id."""
    with transaction(services.sessions) as session:
        organisation = session.get_one(Organisation, office_id)
        ledger = sheets.receive(
            session,
            services.keyring,
            file,
            kind=kind,
            filename=f"{kind}.csv",
            tenant_id=organisation.tenant_id,
            organisation_id=organisation.id,
            user_id=None,
            options={"confirm": True, **options},
            now=services.clock.now(),
            most_bytes=30 * 1024 * 1024,
        )
        return ledger.id


def bring_in(
    services: Services, office_id: int, kind: str, rows: list[dict[str, Any]], **options: Any
) -> Ledger:
    """Import these rows to the end, index and matches included."""
    ledger_id = receive(services, office_id, kind, sheet(rows), **options)
    drain_all(services)
    return ledger_of(services, ledger_id)


def ledger_of(services: Services, ledger_id: int) -> Ledger:
    """An import as it stands."""
    with transaction(services.sessions, writes=False) as session:
        return session.get_one(Ledger, ledger_id)


def counts(ledger: Ledger) -> tuple[int, int, int, int]:
    """created, updated, unchanged, rejected"""
    assert ledger.rows == ledger.created + ledger.updated + ledger.unchanged + ledger.rejected
    return ledger.created, ledger.updated, ledger.unchanged, ledger.rejected


def id_number(serial: int, *, birth: str = "19800615", male: bool = True, region: str = "431222") -> str:
    """A number that passes GB 11643; serials of one birth date differ."""
    order = serial * 2 + (1 if male else 0)
    body = f"{region}{birth}{order:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def person(serial: int, **facts: Any) -> dict[str, Any]:
    """A row of the base ledger."""
    return {
        "安置点名称": "青云安置区",
        "户编号": f"H{serial:05}",
        "姓名": f"测试{serial}",
        "身份证号": id_number(serial),
        "户主关系": "户主",
        "电话": f"1990000{serial:04}",
        "劳动技能": "普通劳动力",
        "文化": "初中",
        "就业意愿": "有",
        "就业状况": "未就业",
        **facts,
    }


SITE = {
    "安置点名称": "青云安置区",
    "区划代码": "431222",
    "安置方式": "集中安置",
    "搬迁人数": "800",
    "经度": "110.39",
    "纬度": "28.45",
}


def with_site(services: Services, county: str = "431222") -> int:
    """An office and its one settlement 青云安置区, stored without a sheet, which takes longer."""
    office_id = office(services, county)
    with transaction(services.sessions) as session:
        known = {"name": SITE["安置点名称"], "persons": 800}
        factories.settlement(session, county=county, longitude=110.39, latitude=28.45, **known)
    return office_id
