"""Importing a sheet: received, read into checked chunks, previewed, confirmed, applied chunk by chunk.

Written against: killed anywhere (reading starts again from the stored file, applying goes on from the
checkpoint that moved in the last chunk's own transaction); the same file twice at once (one active import per
content and organisation); a file changed under us (it is stored sealed before anything reads it); a preview
that is old when it is confirmed (everything that needs the database is decided again when applied).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from matching.clock import Clock
from matching.crypto import Keyring
from matching.errors import DomainError, FileRefused, NotFound
from matching.outbox.events import LedgerConfirmed, LedgerReceived
from matching.outbox.service import emit
from matching.sheets.chunks import from_list, unpack
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
from matching.sheets.room import Applied, Outcome, Room

PIECE_BYTES = 2 * 1024 * 1024
#: Findings are lists for people: longer ones say how many more there are.
FINDINGS_LISTED = 200
PIECE, RAW, CHECKED, BEFORE = "ledger.piece", "ledger.raw", "ledger.checked", "ledger.before"

Rooms = Mapping[str, Room]


class SameImportRunning(DomainError):
    """This very file is being imported for this organisation right now."""


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


def store_problems(session: Session, ledger_id: int, problems: list[Problem]) -> None:
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
                    "words": problem.words or None,
                }
                for problem in problems
            ],
        )


def merge_findings(into: dict[str, Any], more: dict[str, Any]) -> None:
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
    # What happens is counted anew; the preview's own figures are a dictionary and stay.
    ledger.findings = {name: found for name, found in ledger.findings.items() if not isinstance(found, int)}
    emit(session, LedgerConfirmed(ledger.id), now)


def cancel(session: Session, ledger: Ledger, now: datetime) -> None:
    """Stop: what was not applied stays out; chunks that were applied stay in (they can be taken back).

    Raises:
        DomainError: ``import_already_over``.
    """
    if ledger.state not in ACTIVE:
        raise DomainError("import_already_over", state=ledger.state)
    end(session, ledger.id, LedgerState.CANCELLED, now)


def apply_next(session: Session, keyring: Keyring, clock: Clock, rooms: Rooms, ledger_id: int) -> None:
    """Apply the next chunk and move the checkpoint in the caller's transaction; ask for the one after."""
    ledger = locked(session, ledger_id)
    if ledger.state not in {LedgerState.QUEUED, LedgerState.APPLYING}:
        return
    room = rooms[ledger.kind]
    ledger.state = LedgerState.APPLYING
    if ledger.checkpoint < ledger.chunks:
        applied = apply_chunk(session, keyring, clock, room, ledger, ledger.checkpoint)
        store_problems(session, ledger.id, applied.problems)
        outcomes = list(applied.outcomes.values())
        ledger.created += outcomes.count(Outcome.CREATED)
        ledger.updated += outcomes.count(Outcome.UPDATED)
        ledger.unchanged += outcomes.count(Outcome.UNCHANGED)
        ledger.rejected += outcomes.count(Outcome.REJECTED)
        findings = dict(ledger.findings)
        merge_findings(findings, applied.findings)
        ledger.findings = findings
        ledger.checkpoint += 1
    if ledger.checkpoint >= ledger.chunks:
        ledger.findings = {**ledger.findings, **room.finished(session, keyring, clock, ledger)}
        ledger.warnings = _warnings(session, ledger.id)
        session.flush()
        end(session, ledger.id, LedgerState.DONE, clock.now())
    else:
        emit(session, LedgerConfirmed(ledger.id), clock.now())


def apply_chunk(
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
    end(session, ledger.id, LedgerState.TAKEN_BACK, clock.now())


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


def locked(session: Session, ledger_id: int) -> Ledger:
    ledger = session.scalar(select(Ledger).where(Ledger.id == ledger_id).with_for_update())
    if ledger is None:
        raise NotFound("import_unknown")
    return ledger


def end(
    session: Session,
    ledger_id: int,
    state: LedgerState,
    now: datetime,
    *,
    refusal: dict[str, Any] | None = None,
) -> None:
    ledger = locked(session, ledger_id)
    ledger.state = state
    ledger.active_key = None
    ledger.finished_at = now
    if refusal is not None:
        ledger.refusal = refusal
    ledger.version += 1
