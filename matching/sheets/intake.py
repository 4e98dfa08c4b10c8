"""From a stored file to checked chunks and a preview: the part of an import that reads.

Written against: killed anywhere (reading starts again from the stored file); an orphan that reads on (each of
its transactions renews the lease or fails); a file that is taken back while it is read (its state is looked
at in every transaction).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from matching.clock import Clock
from matching.crypto import Keyring
from matching.db import transaction
from matching.errors import DomainError, FileRefused
from matching.sheets.chunks import pack, to_list
from matching.sheets.headers import Ignored, matched_sheets
from matching.sheets.limits import Limits
from matching.sheets.models import Ledger, LedgerChunk, LedgerPiece, LedgerProblem, LedgerState
from matching.sheets.problems import Problem
from matching.sheets.reading import Line, read_workbook
from matching.sheets.room import Outcome, Room
from matching.sheets.service import (
    CHECKED,
    FINDINGS_LISTED,
    PIECE,
    RAW,
    Rooms,
    apply_chunk,
    confirm,
    end,
    locked,
    merge_findings,
    rejected_when_read,
    store_problems,
)

CHUNK_ROWS = 1_000
#: Called in each of a reader's transactions: renews the lease, raises LeaseLost when it is gone.
Beat = Callable[[Session], None]


class Superseded(DomainError):
    """The import was cancelled while it was being read."""


def read(
    sessions: sessionmaker[Session],
    keyring: Keyring,
    clock: Clock,
    rooms: Rooms,
    ledger_id: int,
    limits: Limits,
    beat: Beat,
) -> None:
    """Read a received file into checked chunks, then preview it or (``options.confirm``) confirm it.

    Safe to run again after being killed anywhere: what an earlier try stored is dropped first.
    """
    with transaction(sessions) as session:
        ledger = session.get(Ledger, ledger_id)
        if ledger is None or ledger.state not in {LedgerState.RECEIVED, LedgerState.READING}:
            return
        ledger.state, ledger.started_at = LedgerState.READING, ledger.started_at or clock.now()
        _forget_rows(session, ledger_id)
        beat(session)
    room = rooms[ledger.kind]
    try:
        counts = _store_chunks(sessions, keyring, clock, room, ledger, limits, beat)
        preview = (
            {} if ledger.options.get("confirm") else _preview(sessions, keyring, clock, room, ledger_id, beat)
        )
    except Superseded:
        return
    except FileRefused as refusal:
        with transaction(sessions) as session:
            beat(session)
            end(
                session,
                ledger_id,
                LedgerState.REFUSED,
                clock.now(),
                refusal={"code": refusal.code, **refusal.facts},
            )
        return
    with transaction(sessions) as session:
        # An orphan must not confirm what its heir has only half read.
        beat(session)
        ledger = locked(session, ledger_id)
        if ledger.state != LedgerState.READING:
            return
        ledger.findings = {**counts, **preview}
        ledger.state = LedgerState.CHECKED
        if ledger.options.get("confirm"):
            confirm(session, ledger, clock.now())


def _store_chunks(
    sessions: sessionmaker[Session],
    keyring: Keyring,
    clock: Clock,
    room: Room,
    ledger: Ledger,
    limits: Limits,
    beat: Beat,
) -> dict[str, Any]:
    """Check every line and store it; returns findings about the file."""
    ignored: list[Ignored] = []
    unknown: list[str] = []
    families: list[str] = []
    header: list[str] = []
    total = number = 0
    matcher = room.checker(clock.today())
    mappings = room.mappings(ledger.options.get("mapping"))
    with _file(sessions, keyring, ledger.id) as path, read_workbook(path, limits) as book:
        for sheet, match in matched_sheets(book, mappings, ignored):
            check = matcher(match)
            families.append(match.mapping.name)
            unknown.extend(match.unknown)
            header = header or list(match.names)
            for lines in _batches(_below(sheet, match.header_line), CHUNK_ROWS):
                checked = [(line.number, check(line)) for line in lines]
                accepted = [(line, result.row) for line, result in checked if result.row is not None]
                prepared = room.prepare([row for _, row in accepted])
                rows = [[line, to_list(row)] for (line, _), row in zip(accepted, prepared, strict=True)]
                problems = [problem for _, result in checked for problem in result.problems]
                with transaction(sessions) as session:
                    _store_chunk(session, keyring, ledger.id, number, lines, rows, problems)
                    beat(session)
                number += 1
                total += len(lines)
    with transaction(sessions) as session:
        session.execute(
            update(Ledger)
            .where(Ledger.id == ledger.id)
            .values(chunks=number, rows=total, header=header, family=",".join(dict.fromkeys(families))[:60])
        )
        beat(session)
    return {
        "ignored_sheets": [{"sheet": one.sheet, "code": one.code} for one in ignored][:FINDINGS_LISTED],
        "unknown_columns": list(dict.fromkeys(unknown))[:FINDINGS_LISTED],
    }


def _below(sheet: Any, header_line: int) -> Iterator[Line]:
    return (line for line in sheet if line.number > header_line)


def _batches(lines: Iterator[Line], size: int) -> Iterator[list[Line]]:
    batch: list[Line] = []
    for line in lines:
        batch.append(line)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _store_chunk(
    session: Session,
    keyring: Keyring,
    ledger_id: int,
    number: int,
    lines: list[Line],
    rows: list[list[Any]],
    problems: list[Problem],
) -> None:
    if session.scalar(select(Ledger.state).where(Ledger.id == ledger_id)) != LedgerState.READING:
        raise Superseded("import_cancelled")
    raw = [[line.number, line.cells] for line in lines]
    session.add(
        LedgerChunk(
            ledger_id=ledger_id,
            number=number,
            checked=pack(keyring, rows, CHECKED),
            raw=pack(keyring, raw, RAW),
        )
    )
    store_problems(session, ledger_id, problems)


class _Rollback(Exception):
    """Ends a transaction that only asked what would happen."""


def _preview(
    sessions: sessionmaker[Session], keyring: Keyring, clock: Clock, room: Room, ledger_id: int, beat: Beat
) -> dict[str, Any]:
    """Apply every chunk and roll it back: the figures are those that a confirmation would give now."""
    counts = dict.fromkeys(Outcome, 0)
    findings: dict[str, Any] = {}
    problems: list[Problem] = []
    with transaction(sessions, writes=False) as session:
        ledger = session.get(Ledger, ledger_id)
        chunks = ledger.chunks if ledger else 0
    for number in range(chunks):
        try:
            with transaction(sessions) as session:
                applied = apply_chunk(session, keyring, clock, room, locked(session, ledger_id), number)
                raise _Rollback
        except _Rollback:
            pass
        for outcome in applied.outcomes.values():
            counts[outcome] += 1
        problems += applied.problems
        merge_findings(findings, applied.findings)
        with transaction(sessions) as session:
            beat(session)
    with transaction(sessions, writes=False) as session:
        counts[Outcome.REJECTED] += rejected_when_read(session, ledger_id)
        findings |= room.foresee(session, session.get_one(Ledger, ledger_id), findings)
    listed = [
        {"line": p.line, "column": p.column, "code": p.code, "level": p.level.value}
        for p in problems[:FINDINGS_LISTED]
    ]
    return {"preview": {key.value: value for key, value in counts.items()}, "problems": listed, **findings}


def _forget_rows(session: Session, ledger_id: int) -> None:
    session.execute(delete(LedgerChunk).where(LedgerChunk.ledger_id == ledger_id))
    session.execute(delete(LedgerProblem).where(LedgerProblem.ledger_id == ledger_id))


@contextmanager
def _file(sessions: sessionmaker[Session], keyring: Keyring, ledger_id: int) -> Iterator[Path]:
    """The uploaded file in clear, in memory only: it never touches a disk unsealed."""
    handle = os.memfd_create("sheet", 0)
    try:
        with os.fdopen(handle, "wb", closefd=False) as out, transaction(sessions, writes=False) as session:
            numbers = session.scalars(
                select(LedgerPiece.number)
                .where(LedgerPiece.ledger_id == ledger_id)
                .order_by(LedgerPiece.number)
            ).all()
            for number in numbers:
                piece = session.get(LedgerPiece, (ledger_id, number))
                if piece is not None:
                    out.write(keyring.open(piece.sealed, PIECE))
                    session.expunge(piece)
        yield Path(f"/proc/{os.getpid()}/fd/{handle}")
    finally:
        os.close(handle)
