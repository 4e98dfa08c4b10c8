"""The rows of an import that stayed out, as they stood in the file, for the error workbook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from matching.crypto import Keyring
from matching.sheets.chunks import unpack
from matching.sheets.errors_workbook import RejectedRow
from matching.sheets.models import Ledger, LedgerChunk, LedgerProblem
from matching.sheets.problems import Level, Problem

RAW = "ledger.raw"
#: The gravest first.
_RANK = case({level.value: rank for rank, level in enumerate(Level)}, value=LedgerProblem.level)


def problems(session: Session, ledger_id: int, limit: int) -> Sequence[LedgerProblem]:
    """Problems of an import, rejected rows first, then in the order of the sheet."""
    return session.scalars(
        select(LedgerProblem)
        .where(LedgerProblem.ledger_id == ledger_id)
        .order_by(_RANK, LedgerProblem.line, LedgerProblem.id)
        .limit(limit)
    ).all()


def rejected_rows(session: Session, keyring: Keyring, ledger: Ledger) -> list[RejectedRow]:
    """The rejected rows in the order of the sheet; empty when the file's rows were deleted in time."""
    found: dict[int, list[Problem]] = defaultdict(list)
    for one in session.scalars(
        select(LedgerProblem).where(
            LedgerProblem.ledger_id == ledger.id, LedgerProblem.level == Level.REJECTED
        )
    ):
        found[one.line].append(Problem(Level.REJECTED, one.code, one.column or "", one.line))
    rows: list[RejectedRow] = []
    numbers = session.scalars(
        select(LedgerChunk.number).where(LedgerChunk.ledger_id == ledger.id).order_by(LedgerChunk.number)
    ).all()
    for number in numbers if found else ():
        sealed = session.scalar(
            select(LedgerChunk.raw).where(LedgerChunk.ledger_id == ledger.id, LedgerChunk.number == number)
        )
        if sealed is not None:
            for line, cells in unpack(keyring, sealed, RAW):
                if line in found:
                    rows.append(RejectedRow(line, cells, found[line]))
    return rows
