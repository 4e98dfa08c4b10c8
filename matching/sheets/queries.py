"""Reading imports: lists, what was wrong with the rows, and the rejected rows themselves.

This room knows no scopes; the caller says whose imports may be seen (``matching.imports`` does).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from matching.crypto import Keyring
from matching.sheets.chunks import unpack
from matching.sheets.errors_workbook import RejectedRow
from matching.sheets.intake import CHUNK_ROWS
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
from matching.sheets.service import RAW, rejected_when_read

#: Lines that are named beside a finding; the error workbook has all of them.
LINES_LISTED = 12


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One import in a list."""

    public_id: str
    kind: str
    filename: str
    state: str
    organisation_id: int
    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    warnings: int
    created_at: datetime

    @property
    def active(self) -> bool:
        """Whether it still runs or waits for a yes."""
        return self.state in ACTIVE


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """Equal findings of one import.

    Args:
        level: ``rejected``, ``left_out`` or ``warning``.
        count: rows that have it.
        lines: line numbers of the first of them.
    """

    level: str
    code: str
    column: str
    count: int
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is.

    Args:
        done, total: rows; ``total`` is None while the file is being read for the first time.
        errors: rows rejected so far.
        left: estimated time; None where nothing can be said yet.
    """

    done: int
    total: int | None
    errors: int
    left: timedelta | None

    @property
    def percent(self) -> int:
        """0 to 100."""
        return min(100, self.done * 100 // self.total) if self.total else 0


def ledger_lines(
    session: Session,
    organisation_ids: Sequence[int],
    *,
    kind: str | None = None,
    states: Sequence[str] | None = None,
    limit: int,
    offset: int,
) -> tuple[int, list[LedgerLine]]:
    """Imports of these organisations, newest first.

    Args:
        kind, states: None for all.

    Returns:
        How many there are, and one page of them.
    """
    chosen = _of(organisation_ids, kind)
    if states is not None:
        chosen = chosen.where(Ledger.state.in_(states))
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    rows = session.scalars(chosen.order_by(Ledger.id.desc()).limit(limit).offset(offset))
    return int(total), [_line(row) for row in rows]


def count_by_state(session: Session, organisation_ids: Sequence[int]) -> dict[str, int]:
    """State → imports of these organisations."""
    rows = session.execute(
        select(Ledger.state, func.count())
        .where(Ledger.organisation_id.in_(organisation_ids))
        .group_by(Ledger.state)
    )
    return dict(rows.all())


def _of(organisation_ids: Sequence[int], kind: str | None) -> Select[Any]:
    chosen = select(Ledger).where(Ledger.organisation_id.in_(organisation_ids))
    return chosen.where(Ledger.kind == kind) if kind else chosen


def _line(row: Ledger) -> LedgerLine:
    return LedgerLine(
        public_id=row.public_id,
        kind=row.kind,
        filename=row.filename,
        state=row.state,
        organisation_id=row.organisation_id,
        rows=row.rows,
        created=row.created,
        updated=row.updated,
        unchanged=row.unchanged,
        rejected=row.rejected,
        warnings=row.warnings,
        created_at=row.created_at,
    )


def progress(session: Session, ledger: Ledger, now: datetime) -> Progress:
    """How far reading or applying is, and how long it may still take at the speed so far."""
    if ledger.state in {LedgerState.RECEIVED, LedgerState.READING}:
        chunks = session.scalar(
            select(func.count()).select_from(LedgerChunk).where(LedgerChunk.ledger_id == ledger.id)
        )
        done = min(int(chunks or 0) * CHUNK_ROWS, ledger.rows or int(chunks or 0) * CHUNK_ROWS)
        return Progress(done, None, rejected_when_read(session, ledger.id), None)
    done = min(ledger.rows, ledger.checkpoint * CHUNK_ROWS)
    if ledger.state not in ACTIVE:
        return Progress(done, ledger.rows, ledger.rejected, None)
    return Progress(done, ledger.rows, ledger.rejected, _left(ledger, done, now))


def _left(ledger: Ledger, done: int, now: datetime) -> timedelta | None:
    confirmed = ledger.options.get("confirmed_at")
    if not confirmed or not done:
        return None
    spent = now - datetime.fromisoformat(confirmed)
    return spent * ((ledger.rows - done) / done)


def problem_groups(session: Session, ledger: Ledger) -> list[ProblemGroup]:
    """What was found, equal findings together, the gravest and most frequent first."""
    by = (LedgerProblem.level, LedgerProblem.code, LedgerProblem.column)
    numbered = (
        select(
            *by,
            LedgerProblem.line,
            func.row_number().over(partition_by=by, order_by=LedgerProblem.line).label("place"),
            func.count().over(partition_by=by).label("equal"),
        )
        .where(LedgerProblem.ledger_id == ledger.id)
        .subquery()
    )
    found: dict[tuple[str, str, str], ProblemGroup] = {}
    rows = session.execute(
        select(numbered).where(numbered.c.place <= LINES_LISTED).order_by(numbered.c.place)
    )
    for row in rows:
        _add(found, row.level, row.code, row.column or "", row.line, row.equal)
    if ledger.state == LedgerState.CHECKED:  # what only the database knew stands in the preview until then
        for one in ledger.findings.get("problems", []):
            _add(found, one.get("level", Level.REJECTED.value), one["code"], one["column"], one["line"], None)
    order = {level.value: place for place, level in enumerate(Level)}
    return sorted(found.values(), key=lambda group: (order.get(group.level, 9), -group.count, group.code))


def _add(
    found: dict[tuple[str, str, str], ProblemGroup],
    level: str,
    code: str,
    column: str,
    line: int,
    count: int | None,
) -> None:
    group = found.get((level, code, column), ProblemGroup(level, code, column, count or 0, ()))
    found[level, code, column] = replace(
        group,
        lines=(*group.lines, line)[:LINES_LISTED],
        count=group.count if count is not None else group.count + 1,
    )


def has_rows(session: Session, ledger_id: int) -> bool:
    """Whether the rows as they stood in the file are still kept."""
    kept = select(LedgerChunk.ledger_id).where(LedgerChunk.ledger_id == ledger_id).limit(1)
    return session.scalar(kept) is not None


def was_kept(session: Session, ledger_id: int) -> bool:
    """Whether the uploaded file is still kept."""
    kept = select(LedgerPiece.ledger_id).where(LedgerPiece.ledger_id == ledger_id).limit(1)
    return session.scalar(kept) is not None


def lines_held(session: Session, ledger_id: int) -> int:
    """Rows that are in and wait until something is put right."""
    lines = select(func.count(LedgerProblem.line.distinct())).where(
        LedgerProblem.ledger_id == ledger_id, LedgerProblem.level == Level.HELD
    )
    return int(session.scalar(lines) or 0)


def rejected_rows(
    session: Session, keyring: Keyring, ledger_id: int, level: Level = Level.REJECTED
) -> Iterator[RejectedRow]:
    """The rows that stayed out, as they stood in the file, each with everything found in it.

    Args:
        level: those with a finding of this level; ``Level.HELD`` gives the rows that are in and wait.
    """
    problems: dict[int, list[Problem]] = {}
    rejected = select(LedgerProblem.line).where(
        and_(LedgerProblem.ledger_id == ledger_id, LedgerProblem.level == level)
    )
    for row in session.scalars(
        select(LedgerProblem)
        .where(LedgerProblem.ledger_id == ledger_id, LedgerProblem.line.in_(rejected))
        .order_by(LedgerProblem.line, LedgerProblem.id)
    ):
        found = Problem(Level(row.level), row.code, row.column or "", row.line, row.words or "")
        problems.setdefault(row.line, []).append(found)
    if not problems:
        return
    numbers = session.scalars(
        select(LedgerChunk.number).where(LedgerChunk.ledger_id == ledger_id).order_by(LedgerChunk.number)
    ).all()
    for number in numbers:
        sealed = session.scalar(
            select(LedgerChunk.raw).where(LedgerChunk.ledger_id == ledger_id, LedgerChunk.number == number)
        )
        for line, cells in unpack(keyring, sealed, RAW) if sealed else ():
            if line in problems:
                yield RejectedRow(line, cells, problems[line])


@dataclass(frozen=True, slots=True)
class Touch:
    """One import that touched one thing."""

    ledger: str
    filename: str
    line: int
    action: str
    at: datetime
    organisation_id: int


def touches(session: Session, entity: str, entity_id: int) -> list[Touch]:
    """Imports that made or changed a thing, newest first.

    Args:
        entity: ``member``, ``household``, ``vacancy`` or ``settlement``.
    """
    columns: tuple[Any, ...] = (
        Ledger.public_id,
        Ledger.filename,
        LedgerChange.line,
        LedgerChange.action,
        Ledger.created_at,
        Ledger.organisation_id,
    )
    rows = session.execute(
        select(*columns)
        .join(Ledger, Ledger.id == LedgerChange.ledger_id)
        .where(LedgerChange.entity == entity, LedgerChange.entity_id == entity_id)
        .order_by(LedgerChange.id.desc())
    )
    return [Touch(*row) for row in rows]
