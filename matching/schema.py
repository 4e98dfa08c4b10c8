"""The database's shape: which tables the models want, and bringing a database up to them.

The steps stand in ``migrations/versions``; both modes take the same ones.  Two processes that start at once
do not disturb each other: PostgreSQL is asked for an advisory lock, SQLite for its write lock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, text

import matching
from matching.db import Base

SCRIPTS = Path(__file__).resolve().parents[1] / "migrations"

#: One number for "somebody is migrating an Anye database" in PostgreSQL's space of advisory locks.
MIGRATION_LOCK = 0x616E7965
#: A step waits this long for a table that a running process uses, then gives up and can be tried again.
LOCK_WAIT = "10s"
STEP_LIMIT = "30min"


def metadata() -> MetaData:
    """The tables of all rooms' models, whether or not anything imported them yet."""
    for room in iter_modules(matching.__path__):
        name = f"matching.{room.name}.models"
        if room.ispkg and find_spec(name):
            import_module(name)
    return Base.metadata


def config(connection: Connection | None = None) -> Config:
    """Alembic's view of the steps, on a connection or on none."""
    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return made


def head() -> str:
    """The newest revision.

    Raises:
        alembic.util.CommandError: there are two newest ones.
    """
    revision = ScriptDirectory.from_config(config()).get_current_head()
    if revision is None:
        raise RuntimeError("migrations/versions is empty")
    return revision


def current(engine: Engine) -> str | None:
    """The revision a database is at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def pending(engine: Engine) -> bool:
    """Whether a database is not at the newest revision."""
    return current(engine) != head()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database up to a revision, in one transaction; nothing to do is nothing done."""
    with migrating(engine) as connection:
        command.upgrade(config(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take a database down to an older revision; what the steps added is lost."""
    with migrating(engine) as connection:
        command.downgrade(config(connection), revision)


@contextmanager
def migrating(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that holds the migration lock."""
    with engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:
            # A table that is rebuilt is dropped on the way, and that must not empty those that point to it.
            # Inside a transaction SQLite ignores the pragma, so it comes before BEGIN.
            raw.execute("PRAGMA foreign_keys=OFF")
            connection = connection.execution_options(writes=True)
        try:
            with connection.begin():
                if not sqlite:
                    connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'"))
                    connection.execute(text(f"SET LOCAL statement_timeout = '{STEP_LIMIT}'"))
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
                yield connection
                if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise RuntimeError("a migration left rows that point to nothing")
        finally:
            if sqlite:
                raw.execute("PRAGMA foreign_keys=ON")
