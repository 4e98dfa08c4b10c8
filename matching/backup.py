"""A backup of every table in one file, for both databases and across them.

The file is gzip over JSON lines: a header, then for each table its name, its rows in the order of their keys,
and their number and SHA-256; last a line that says the file is whole.  Sealed values stay sealed: the header
only says which keys they were sealed with, so that a restore without them is refused before it starts.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    Integer,
    LargeBinary,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.orm import Session

from matching.crypto import Keyring
from matching.db import UtcDateTime
from matching.errors import DomainError, FileRefused
from matching.schema import head, metadata

FORMAT, VERSION = "anye-backup", 1
#: Rows held in memory at once; pieces of uploaded files and papers are megabytes each.
ROWS, LARGE_ROWS = 2_000, 8
LARGE = frozenset({"ledger_pieces", "ledger_chunks", "employer_papers"})
#: Speed over size: what is sealed does not shrink.
LEVEL = 1
ABOUT = b"anye backup key"


@dataclass
class Contents:
    """What is in a backup.

    Args:
        revision: of the database.
        keys: key id → fingerprint; ``index`` for the key of the blind indexes.
        counts, digests: table → rows, SHA-256 of their lines.
    """

    revision: str
    keys: dict[str, str]
    made_at: str
    counts: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(self.counts.values())


Progress = Callable[[str, int], None]


def fingerprints(keyring: Keyring) -> dict[str, str]:
    """What tells keys apart without giving them away."""
    keys = {**keyring.keys, "index": keyring.index_key}
    return {name: hmac.new(key, ABOUT, hashlib.sha256).hexdigest()[:32] for name, key in keys.items()}


def consistent(session: Session) -> None:
    """Let everything this session reads be of one moment; to be called before it reads anything."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def write(
    session: Session,
    keyring: Keyring,
    file: BinaryIO,
    now: datetime,
    progress: Progress = lambda _table, _rows: None,
) -> Contents:
    """Write the whole database.

    Args:
        session: one that reads consistently (:func:`consistent`).
        file: where to; it holds personal facts that are not sealed, so only its owner may read it.
        progress: told of each table that is written.
    """
    made = Contents(head(), fingerprints(keyring), now.isoformat())
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=LEVEL, mtime=0) as out:
        header = {"format": FORMAT, "version": VERSION, "revision": made.revision, "keys": made.keys}
        out.write(_line({**header, "made_at": made.made_at}))
        for table in metadata().sorted_tables:
            out.write(_line({"table": table.name, "columns": [column.name for column in table.columns]}))
            count, digest = 0, hashlib.sha256()
            for line in _lines(session, table):
                out.write(line)
                digest.update(line)
                count += 1
            made.counts[table.name], made.digests[table.name] = count, digest.hexdigest()
            out.write(_line({"end": table.name, "rows": count, "sha256": digest.hexdigest()}))
            progress(table.name, count)
        out.write(_line({"whole": made.rows}))
    return made


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _lines(session: Session, table: Table) -> Iterator[bytes]:
    # JSON is copied as it is written, so that "nothing" and the JSON value null stay two things.
    columns = [
        cast(column, Text).label(column.name) if _is_json(column) else column for column in table.columns
    ]
    at_once = LARGE_ROWS if table.name in LARGE else ROWS
    rows = session.execute(select(*columns).order_by(*table.primary_key).execution_options(yield_per=at_once))
    for row in rows:
        yield _line([_plain(value) for value in row])


def _is_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


def check(path: Path, keyring: Keyring) -> Contents:
    """Read a backup to its end and compare every table with its count and digest.

    Raises:
        FileRefused: ``backup_not_ours``, ``backup_damaged``.
        DomainError: ``backup_key_differs``, ``backup_schema_differs``.
    """
    reader = _Reader(path)
    found = reader.header()
    here = fingerprints(keyring)
    if any(here.get(name) != mark for name, mark in found.keys.items()):
        raise DomainError("backup_key_differs")
    if found.revision != head():
        raise DomainError("backup_schema_differs", backup=found.revision, here=head())
    for _ in reader.rows(found):
        pass
    return found


def restore(
    session: Session, path: Path, found: Contents, progress: Progress = lambda _table, _rows: None
) -> None:
    """Replace everything in the database by a backup that was checked, in the caller's transaction.

    Raises:
        FileRefused: ``backup_damaged``: the file changed meanwhile, or the database keeps it otherwise.
    """
    tables = metadata().sorted_tables
    for table in reversed(tables):
        session.execute(delete(table))
    by_name = {table.name: table for table in tables}
    again = Contents(found.revision, found.keys, found.made_at)
    for name, batch in _batches(_Reader(path), again):
        _insert(session, by_name[name], batch)
    for table in tables:
        _continue_numbers(session, table)
        digest = hashlib.sha256()
        for line in _lines(session, table):
            digest.update(line)
        if not digest.hexdigest() == again.digests[table.name] == found.digests[table.name]:
            raise FileRefused("backup_damaged", file=path.name, where=table.name)
        progress(table.name, found.counts[table.name])


def _batches(reader: _Reader, found: Contents) -> Iterator[tuple[str, list[list[Any]]]]:
    reader.header()
    current = ""
    batch: list[list[Any]] = []
    for name, row in reader.rows(found):
        if batch and (name != current or len(batch) >= (LARGE_ROWS if name in LARGE else ROWS)):
            yield current, batch
            batch = []
        current = name
        batch.append(row)
    if batch:
        yield current, batch


class _Reader:
    """Reads a backup; every line that does not fit refuses the file."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._stream = self._read(path)

    def header(self) -> Contents:
        """The first line."""
        try:
            first = json.loads(next(self._stream, b""))
            if first["format"] != FORMAT or first["version"] != VERSION:
                raise KeyError
            return Contents(first["revision"], dict(first["keys"]), first["made_at"])
        except (ValueError, KeyError, TypeError):
            raise FileRefused("backup_not_ours", file=self.name) from None

    def rows(self, found: Contents) -> Iterator[tuple[str, list[Any]]]:
        """(table, row) of every row; counts and digests are noted in ``found``."""
        table, digest, count = "", hashlib.sha256(), 0
        for line in self._stream:
            value = self._value(line)
            if isinstance(value, list):
                digest.update(line)
                count += 1
                yield table, value
            elif "table" in value:
                table, digest, count = value["table"], hashlib.sha256(), 0
            elif "end" in value:
                if (value["end"], value["rows"], value["sha256"]) != (table, count, digest.hexdigest()):
                    raise self._damaged(table)
                found.counts[table], found.digests[table] = count, digest.hexdigest()
            elif value.get("whole") == found.rows and set(found.counts) == set(metadata().tables):
                return
            else:
                raise self._damaged("end")
        raise self._damaged(table)

    def _value(self, line: bytes) -> Any:
        try:
            value = json.loads(line)
        except ValueError:
            raise self._damaged("line") from None
        if not isinstance(value, list | dict):
            raise self._damaged("line")
        return value

    def _damaged(self, where: str) -> FileRefused:
        return FileRefused("backup_damaged", file=self.name, where=where)

    def _read(self, path: Path) -> Iterator[bytes]:
        started = False
        try:
            with gzip.open(path, "rb") as file:
                for line in file:
                    started = True
                    yield line
        except (EOFError, gzip.BadGzipFile, ValueError) as error:
            if started or isinstance(error, EOFError):
                raise self._damaged("gzip") from None
            raise FileRefused("backup_not_ours", file=self.name) from None


def _insert(session: Session, table: Table, rows: list[list[Any]]) -> None:
    columns = list(table.columns)
    native = session.get_bind().dialect.name == "postgresql"
    # A bound parameter may not have the name of its column here.
    values = {column.name: _bound(column, native) for column in columns}
    names = [f"_{column.name}" for column in columns]
    restored = [_restorer(column) for column in columns]
    session.execute(
        insert(table).values(values),
        [{name: make(value) for name, make, value in zip(names, restored, row, strict=True)} for row in rows],
    )


def _bound(column: Column[Any], native: bool) -> Any:
    if _is_json(column):
        value = bindparam(f"_{column.name}", type_=Text())
        return cast(value, column.type) if native else value
    return bindparam(f"_{column.name}", type_=column.type)


def _restorer(column: Column[Any]) -> Callable[[Any], Any]:
    kind = column.type
    if isinstance(kind, LargeBinary):
        return lambda value: None if value is None else base64.b64decode(value)
    if isinstance(kind, UtcDateTime):
        return lambda value: None if value is None else datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return lambda value: None if value is None else date.fromisoformat(value)
    return lambda value: value


def _continue_numbers(session: Session, table: Table) -> None:
    """Let the next new row get a number after the restored ones (SQLite does so by itself)."""
    if session.get_bind().dialect.name != "postgresql":
        return
    column = table.autoincrement_column
    if column is not None and isinstance(column.type, BigInteger | Integer):
        highest = session.scalar(select(func.max(column)))
        sequence = session.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        if sequence and highest:
            session.execute(text("SELECT setval(:name, :value)"), {"name": sequence, "value": highest})
