"""The wiring for a benchmark, on the embedded half or on the services that run beside it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import create_engine, text

from config import load
from config.logs import configure
from matching import schema
from matching.bootstrap import Services
from matching.clock import SystemClock
from matching.crypto import load_keyring
from matching.search.documents import Collection

VARIABLE = "ANYE_TEST_SERVICES"
OWN_CONNECTIONS_END = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND usename = current_user"
)
ENV = Path(__file__).parents[1] / "var" / "services" / "services.env"
#: Nobody listens there: rings fail fast, as they may.
NO_REDIS = "redis://127.0.0.1:1/0"
#: A file in a data directory whose index holds everything: another row may take it.
FILLED = "filled"
EMBEDDED, PRODUCTION = "embedded", "production"


class NotRunning(Exception):
    """The services of the production half are not there."""


def service(setting: str) -> str:
    """URL of one service, from the ``services.env`` that ``tools/services start`` wrote.

    Raises:
        NotRunning: there is no such file or no such line.
    """
    path = Path(os.environ.get(VARIABLE) or ENV)
    if path.exists():
        for line in path.read_text().splitlines():
            name, _, url = line.partition("=")
            if name == setting and url:
                return url
    raise NotRunning(f"{setting}: start tools/services")


def settings_of(data: Path, **more: str) -> dict[str, str]:
    """Environment of a benchmark's processes."""
    return {
        "ANYE_DATA": str(data),
        "ANYE_REDIS_URL": NO_REDIS,
        "ANYE_LOG_LEVEL": "error",
        "ANYE_SEARCH_PREFIX": f"bench-{secrets.token_hex(6)}",
        **more,
    }


@contextmanager
def scratch_postgres() -> Iterator[str]:
    """An empty PostgreSQL database, as a URL; dropped at the end."""
    url = service("ANYE_DATABASE_URL")
    name = f"bench_{secrets.token_hex(6)}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        with admin.connect() as connection:
            # Not WITH (FORCE): that may not end an autovacuum that happens to be there, a plain DROP does.
            connection.execute(text(OWN_CONNECTIONS_END), {"name": name})
            connection.execute(text(f"DROP DATABASE {name}"))
        admin.dispose()


@contextmanager
def services(data: Path, *, tables: bool = True, **more: str) -> Iterator[Services]:
    """Services with these settings.

    Args:
        data: the data directory.
        tables: make them.
        more: settings by name.
    """
    data.mkdir(parents=True, exist_ok=True)
    environment = settings_of(data, **more)
    if more.get("ANYE_DATABASE_URL", "").startswith("postgresql"):
        load_keyring(data / "keys.json", create=True)
        environment["ANYE_KEYS_FILE"] = str(data / "keys.json")
    settings = load(environment)
    configure(settings.log_level, settings.log_format)
    made = Services(settings, SystemClock())
    if tables:
        schema.upgrade(made.engine)
    try:
        yield made
    finally:
        if made.settings.search_url and "search" in made.__dict__:
            engine: Any = made.search
            for collection in Collection:
                engine.delete(engine.generations(collection))
        made.dispose()


@contextmanager
def half(mode: str, data: Path) -> Iterator[Services]:
    """Services with an empty database of one half.

    Raises:
        NotRunning: the production half is asked for and not there.
    """
    if mode == EMBEDDED:
        with services(data) as made:
            yield made
        return
    with (
        scratch_postgres() as url,
        services(data, ANYE_DATABASE_URL=url, ANYE_SEARCH_URL=service("ANYE_SEARCH_URL")) as made,
    ):
        yield made
