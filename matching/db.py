"""The declarative base, column types that behave alike on SQLite and PostgreSQL, and engines.

Only a doorstep (a view, a command, a job handler) opens :func:`transaction`; services get the session and
never commit.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import BigInteger, DateTime, Engine, Integer, MetaData, String, Table, create_engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: SQLite gives automatic row ids only to INTEGER primary keys.
BigId = BigInteger().with_variant(Integer, "sqlite")

#: Letters and digits that cannot be taken for one another when read over a telephone.
PUBLIC_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
PUBLIC_LENGTH = 12
#: Letter of each random byte; the last few bytes are passed over, or the first letters would come more often.
_LETTERS = bytes(ord(PUBLIC_ALPHABET[byte % len(PUBLIC_ALPHABET)]) for byte in range(256))
_UNEVEN = bytes(range(256 - 256 % len(PUBLIC_ALPHABET), 256))


def new_public_id() -> str:
    """A random id for URLs and slips: 12 characters of 31, about 59 bits, not guessable."""
    while True:
        letters = os.urandom(2 * PUBLIC_LENGTH).translate(_LETTERS, _UNEVEN)
        if len(letters) >= PUBLIC_LENGTH:
            return letters[:PUBLIC_LENGTH].decode()


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC.  A naive one is a programming error and raises ``ValueError``."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment must be aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING)


class HasId:
    """A row that is known inside by a number and outside by a random public id."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_LENGTH), unique=True, default=new_public_id)


def table_of(model: type[Base]) -> Table:
    """The table of a model, for bulk inserts that need no objects."""
    return cast(Table, model.__table__)


#: JSON as the database stores it: compact, Chinese readable.  One encoder for all rows.
to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def make_engine(url: str, *, statement_timeout_ms: int = 5_000) -> Engine:
    """An engine for either database.

    Args:
        url: ``sqlite:///PATH`` or ``postgresql://…`` (psycopg 3).
        statement_timeout_ms: upper bound of one statement on PostgreSQL, in milliseconds.

    The text of its errors quotes no values, so that a log may hold it.
    """
    if url.startswith("sqlite"):
        engine = create_engine(
            url, json_serializer=to_json, hide_parameters=True, connect_args={"timeout": 10}
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    options = f"-c statement_timeout={statement_timeout_ms} -c lock_timeout=5000 -c timezone=UTC"
    return create_engine(
        url,
        json_serializer=to_json,
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5, "options": options},
    )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN comes late and is deferred; _begin_sqlite says it instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # A read that turns into a write fails at once when another writer came between, whatever busy_timeout
    # says; so a transaction that will write says so first.
    immediate = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


#: What a database says, in whatever version → our code for it.
_FAILURES = (
    ("no such table", "database_not_migrated"),
    ("no such column", "database_not_migrated"),
    ("does not exist", "database_not_migrated"),
    ("disk is full", "disk_full"),
    ("no space left", "disk_full"),
    ("locked", "database_busy"),
    ("lock timeout", "database_busy"),
)


def failure_of(error: Exception) -> str | None:
    """The code of a failure that is the database's own and no row's fault; None for any other."""
    if not isinstance(error, DBAPIError | PoolTimeout):
        return None
    said = str(getattr(error, "orig", error)).lower()
    if isinstance(error, OperationalError | ProgrammingError):
        known = next((code for sign, code in _FAILURES if sign in said), None)
        if known is not None:
            return known
    return "database_down" if isinstance(error, OperationalError | InterfaceError | PoolTimeout) else None


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions whose objects stay readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def transaction(sessions: sessionmaker[Session], *, writes: bool = True) -> Iterator[Session]:
    """One unit of work: committed when the block ends, rolled back when it raises.

    Args:
        sessions: where sessions come from.
        writes: False for a block that only reads (on SQLite it then takes no write lock).
    """
    with sessions() as session:
        if writes:
            session.connection(execution_options={"writes": True})
        try:
            yield session
        except BaseException:
            session.rollback()
            raise
        session.commit()
