"""What an import found, row by row, for those who read it as data."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from matching.sheets.models import LedgerProblem
from matching.sheets.problems import Level

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
