"""Importing a sheet: received, read into checked chunks, previewed, confirmed, applied chunk by chunk.

Written against: killed anywhere (reading starts again from the stored file, applying goes on from the
checkpoint that moved in the last chunk's own transaction); the same file twice at once (one active import per
content and organisation); a file changed under us (it is stored sealed before anything reads it); a preview
that is old when it is confirmed (everything that needs the database is decided again when applied).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from matching.clock import Clock
from matching.crypto import Keyring
from matching.db import transaction
from matching.errors import DomainError, FileRefused, NotFound
from matching.outbox.events import LedgerConfirmed, LedgerReceived
from matching.outbox.service import emit
from matching.sheets.chunks import from_list, pack, to_list, unpack
from matching.sheets.headers import Ignored, matched_sheets
from matching.sheets.limits import Limits
from matching.sheets.models import (
    ACTIVE,
    Ledger,
    LedgerChange,
    LedgerChunk,
    LedgerPiece,
    LedgerProblem,
    LedgerState,
)
from matching.sheets.problems import Level, Problem
from matching.sheets.reading import Line, read_workbook
from matching.sheets.room import Applied, Outcome, Room

PIECE_BYTES = 2 * 1024 * 1024
CHUNK_ROWS = 1_000
#: Findings are lists for people: longer ones say how many more there are.
FINDINGS_LISTED = 200
PIECE, RAW, CHECKED, BEFORE = "ledger.piece", "ledger.raw", "ledger.checked", "ledger.before"

Rooms = Mapping[str, Room]
#: Called in each of a reader's transactions: renews the lease, raises LeaseLost when it is gone.
Beat = Callable[[Session], None]


class SameImportRunning(DomainError):
    """This very file is being imported for this organisation right now."""


class Superseded(DomainError):
    """The import was cancelled while it was being read."""


def receive(
    session: Session,
    keyring: Keyring,
    file: IO[bytes],
    *,
    kind: str,
    filename: str,
    tenant_id: int,
    organisation_id: int,
    user_id: int | None,
    options: dict[str, Any],
    now: datetime,
    most_bytes: int,
) -> Ledger:
    """Store an uploaded file, sealed, and ask for it to be read.

    Args:
        options: ``mapping``, ``new_settlements``, ``replace``, ``vouch``; ``confirm`` applies without asking.

    Raises:
        FileRefused: ``file_empty`` or ``file_too_large``.
        SameImportRunning: ``same_import_running``.
    """
    digest = hashlib.sha256()
    pieces: list[bytes] = []
    size = 0
    while piece := file.read(PIECE_BYTES):
        size += len(piece)
        if size > most_bytes:
            raise FileRefused("file_too_large", megabytes=most_bytes // 1024**2)
        digest.update(piece)
        pieces.append(keyring.seal(piece, PIECE))
    if not size:
        raise FileRefused("file_empty")
    key = keyring.blind(f"{digest.hexdigest()} {organisation_id} {kind}", "ledger.active")
    running = session.scalar(select(Ledger.public_id).where(Ledger.active_key == key))
    if running:
        raise SameImportRunning("same_import_running", ledger=running)
    ledger = Ledger(
        tenant_id=tenant_id,
        organisation_id=organisation_id,
        user_id=user_id,
        kind=kind,
        filename=Path(filename).name[:200] or kind,
        size=size,
        active_key=key,
        state=LedgerState.RECEIVED,
        options=options,
        created_at=now,
    )
    session.add(ledger)
    session.flush()
    session.execute(
        insert(LedgerPiece),
        [{"ledger_id": ledger.id, "number": n, "sealed": piece} for n, piece in enumerate(pieces)],
    )
    emit(session, LedgerReceived(ledger.id), now)
    return ledger


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
            _end(
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
        ledger = _locked(session, ledger_id)
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
    _store_problems(session, ledger_id, problems)


def _store_problems(session: Session, ledger_id: int, problems: list[Problem]) -> None:
    if problems:
        session.execute(
            insert(LedgerProblem),
            [
                {
                    "ledger_id": ledger_id,
                    "line": problem.line,
                    "column": problem.column[:60],
                    "code": problem.code,
                    "level": problem.level.value,
                }
                for problem in problems
            ],
        )


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
                applied = _apply_chunk(session, keyring, clock, room, _locked(session, ledger_id), number)
                raise _Rollback
        except _Rollback:
            pass
        for outcome in applied.outcomes.values():
            counts[outcome] += 1
        problems += applied.problems
        _merge_findings(findings, applied.findings)
        with transaction(sessions) as session:
            beat(session)
    with transaction(sessions, writes=False) as session:
        counts[Outcome.REJECTED] += rejected_when_read(session, ledger_id)
        findings |= room.foresee(session, session.get_one(Ledger, ledger_id), findings)
    listed = [{"line": p.line, "column": p.column, "code": p.code} for p in problems[:FINDINGS_LISTED]]
    return {"preview": {key.value: value for key, value in counts.items()}, "problems": listed, **findings}


def _merge_findings(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, list):
            merged = [*into.get(key, []), *value]
            into[key] = [one for n, one in enumerate(merged) if one not in merged[:n]][:FINDINGS_LISTED]
        elif isinstance(value, int):
            into[key] = into.get(key, 0) + value


def rejected_when_read(session: Session, ledger_id: int) -> int:
    """Rows that were rejected before any database was asked."""
    found = session.scalar(
        select(func.count(func.distinct(LedgerProblem.line))).where(
            LedgerProblem.ledger_id == ledger_id, LedgerProblem.level == Level.REJECTED
        )
    )
    return int(found or 0)


def confirm(session: Session, ledger: Ledger, now: datetime) -> None:
    """Yes: apply it.

    Raises:
        DomainError: ``import_not_waiting``.
    """
    if ledger.state != LedgerState.CHECKED:
        raise DomainError("import_not_waiting", state=ledger.state)
    ledger.state = LedgerState.QUEUED
    ledger.rejected = rejected_when_read(session, ledger.id)
    emit(session, LedgerConfirmed(ledger.id), now)


def cancel(session: Session, ledger: Ledger, now: datetime) -> None:
    """Stop: what was not applied stays out; chunks that were applied stay in (they can be taken back).

    Raises:
        DomainError: ``import_already_over``.
    """
    if ledger.state not in ACTIVE:
        raise DomainError("import_already_over", state=ledger.state)
    _end(session, ledger.id, LedgerState.CANCELLED, now)


def apply_next(session: Session, keyring: Keyring, clock: Clock, rooms: Rooms, ledger_id: int) -> None:
    """Apply the next chunk and move the checkpoint in the caller's transaction; ask for the one after."""
    ledger = _locked(session, ledger_id)
    if ledger.state not in {LedgerState.QUEUED, LedgerState.APPLYING}:
        return
    room = rooms[ledger.kind]
    ledger.state = LedgerState.APPLYING
    if ledger.checkpoint < ledger.chunks:
        applied = _apply_chunk(session, keyring, clock, room, ledger, ledger.checkpoint)
        _store_problems(session, ledger.id, applied.problems)
        outcomes = list(applied.outcomes.values())
        ledger.created += outcomes.count(Outcome.CREATED)
        ledger.updated += outcomes.count(Outcome.UPDATED)
        ledger.unchanged += outcomes.count(Outcome.UNCHANGED)
        ledger.rejected += outcomes.count(Outcome.REJECTED)
        findings = dict(ledger.findings)
        _merge_findings(findings, applied.findings)
        ledger.findings = findings
        ledger.checkpoint += 1
    if ledger.checkpoint >= ledger.chunks:
        ledger.findings = {**ledger.findings, **room.finished(session, keyring, clock, ledger)}
        ledger.warnings = _warnings(session, ledger.id)
        session.flush()
        _end(session, ledger.id, LedgerState.DONE, clock.now())
    else:
        emit(session, LedgerConfirmed(ledger.id), clock.now())


def _apply_chunk(
    session: Session, keyring: Keyring, clock: Clock, room: Room, ledger: Ledger, number: int
) -> Applied:
    sealed = session.scalar(
        select(LedgerChunk.checked).where(LedgerChunk.ledger_id == ledger.id, LedgerChunk.number == number)
    )
    if sealed is None:
        raise NotFound("import_chunk_missing")
    rows = [(line, from_list(room.row, values)) for line, values in unpack(keyring, sealed, CHECKED)]
    return room.apply(session, keyring, clock, ledger, rows)


def _warnings(session: Session, ledger_id: int) -> int:
    rejected = select(LedgerProblem.line).where(
        LedgerProblem.ledger_id == ledger_id, LedgerProblem.level == Level.REJECTED
    )
    found = session.scalar(
        select(func.count()).where(
            LedgerProblem.ledger_id == ledger_id,
            LedgerProblem.level != Level.REJECTED,
            LedgerProblem.line.not_in(rejected),
        )
    )
    return int(found or 0)


def take_back(session: Session, keyring: Keyring, clock: Clock, rooms: Rooms, ledger: Ledger) -> None:
    """Undo a finished (or cancelled) import whose rows nobody changed since.

    Raises:
        DomainError: ``import_not_over``, ``import_rows_changed_since``.
    """
    if ledger.state not in {LedgerState.DONE, LedgerState.CANCELLED}:
        raise DomainError("import_not_over", state=ledger.state)
    changes = session.scalars(
        select(LedgerChange).where(LedgerChange.ledger_id == ledger.id).order_by(LedgerChange.id.desc())
    ).all()
    rooms[ledger.kind].take_back(session, keyring, clock, ledger, changes)
    session.execute(delete(LedgerChange).where(LedgerChange.ledger_id == ledger.id))
    _end(session, ledger.id, LedgerState.TAKEN_BACK, clock.now())


def forget_old(session: Session, before: datetime) -> int:
    """Delete files, rows and undo records of imports that ended before ``before``; problems and counts stay.

    Returns:
        The number of imports emptied.
    """
    old = list(
        session.scalars(
            select(Ledger.id).where(
                Ledger.finished_at < before,
                Ledger.id.in_(select(LedgerPiece.ledger_id).union(select(LedgerChunk.ledger_id))),
            )
        )
    )
    for ledger_id in old:
        for table in (LedgerPiece, LedgerChunk):
            session.execute(delete(table).where(table.ledger_id == ledger_id))
        session.execute(update(LedgerChange).where(LedgerChange.ledger_id == ledger_id).values(before=None))
    return len(old)


def cancel_abandoned(session: Session, before: datetime, now: datetime) -> int:
    """Cancel imports that have waited for a yes since before ``before``; returns how many."""
    waiting = session.scalars(
        select(Ledger).where(Ledger.state == LedgerState.CHECKED, Ledger.created_at < before)
    ).all()
    for ledger in waiting:
        cancel(session, ledger, now)
    return len(waiting)


def _locked(session: Session, ledger_id: int) -> Ledger:
    ledger = session.scalar(select(Ledger).where(Ledger.id == ledger_id).with_for_update())
    if ledger is None:
        raise NotFound("import_unknown")
    return ledger


def _end(
    session: Session,
    ledger_id: int,
    state: LedgerState,
    now: datetime,
    *,
    refusal: dict[str, Any] | None = None,
) -> None:
    ledger = _locked(session, ledger_id)
    ledger.state = state
    ledger.active_key = None
    ledger.finished_at = now
    if refusal is not None:
        ledger.refusal = refusal
    ledger.version += 1


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
