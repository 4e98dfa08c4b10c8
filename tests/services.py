"""Where the real PostgreSQL, Redis and Elasticsearch of the production half are.

``ANYE_TEST_SERVICES`` names the ``services.env`` that ``tools/services start`` wrote.  Without it those tests
are skipped, loudly; with ``CI=true`` they fail instead.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from sqlalchemy import create_engine, text

VARIABLE = "ANYE_TEST_SERVICES"
OWN_CONNECTIONS_END = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND usename = current_user"
)


def service_urls() -> dict[str, str]:
    """Setting → URL of the services that run, as in ``services.env``."""
    named = os.environ.get(VARIABLE)
    if not named:
        return {}
    lines = Path(named).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def service_url(setting: str) -> str:
    """The URL of one service; the test ends here when it does not run."""
    url = service_urls().get(setting)
    if url:
        return url
    sentence = f"{setting} is not there: start tools/services and name its services.env in {VARIABLE}"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


@contextmanager
def scratch_postgres(template: str = "template1") -> Iterator[str]:
    """A PostgreSQL database of one's own (empty, or a copy of ``template``), as a URL; dropped at the end."""
    url = service_url("ANYE_DATABASE_URL")
    name = f"test_{secrets.token_hex(6)}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        with admin.connect() as connection:
            # Not WITH (FORCE): that may not end an autovacuum that happens to be there, a plain DROP does.
            connection.execute(text(OWN_CONNECTIONS_END), {"name": name})
            connection.execute(text(f"DROP DATABASE {name}"))
        admin.dispose()
