"""An imported sheet: the file, its rows in chunks, what was wrong with them, and what they changed.

Everything that may hold a cell's value is sealed; problems carry line, column and code only.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from matching.db import Base, BigId, HasId, UtcDateTime


class SheetKind(StrEnum):
    """What a sheet holds"""

    SETTLEMENTS = "settlements"
    LEDGER = "ledger"
    VACANCIES = "vacancies"


class LedgerState(StrEnum):
    """Where an import stands"""

    RECEIVED = "received"  # stored, waits to be read
    READING = "reading"
    CHECKED = "checked"  # preview is there, waits for a yes
    QUEUED = "queued"  # confirmed
    APPLYING = "applying"
    DONE = "done"
    CANCELLED = "cancelled"
    REFUSED = "refused"  # the file as a whole
    TAKEN_BACK = "taken_back"


#: States in which the same file may not be brought in a second time.
ACTIVE = (
    LedgerState.RECEIVED,
    LedgerState.READING,
    LedgerState.CHECKED,
    LedgerState.QUEUED,
    LedgerState.APPLYING,
)


class Ledger(HasId, Base):
    """One import of one file."""

    __tablename__ = "ledgers"

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(20))
    filename: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(BigInteger)
    #: Set while the import is active, so that the same file at the same time is one import.
    active_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(20), index=True)
    #: mapping, new_settlements, replace, vouch, confirm (apply without asking again).
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    family: Mapped[str | None] = mapped_column(String(60))
    header: Mapped[list[str]] = mapped_column(JSON, default=list)
    chunks: Mapped[int] = mapped_column(Integer, default=0)
    #: Chunks applied so far; moves in the chunk's own transaction.
    checkpoint: Mapped[int] = mapped_column(Integer, default=0)
    rows: Mapped[int] = mapped_column(Integer, default=0)
    created: Mapped[int] = mapped_column(Integer, default=0)
    updated: Mapped[int] = mapped_column(Integer, default=0)
    unchanged: Mapped[int] = mapped_column(Integer, default=0)
    rejected: Mapped[int] = mapped_column(Integer, default=0)
    warnings: Mapped[int] = mapped_column(Integer, default=0)
    #: Preview figures and lists that name no person: new settlements, closings, ignored sheets and columns.
    findings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    refusal: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)


class LedgerPiece(Base):
    """The uploaded file itself, sealed, in pieces that fit one short transaction each."""

    __tablename__ = "ledger_pieces"

    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerChunk(Base):
    """Up to 1,000 rows: as checked (for applying) and as they stood in the file (for the error workbook)."""

    __tablename__ = "ledger_chunks"

    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    checked: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    raw: Mapped[bytes] = deferred(mapped_column(LargeBinary))


class LedgerProblem(Base):
    """One finding about one row: never the value, but the words that an offer of work must not use."""

    __tablename__ = "ledger_problems"
    __table_args__ = (Index("ix_ledger_problems_ledger_line", "ledger_id", "line"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))
    line: Mapped[int] = mapped_column(Integer)
    column: Mapped[str | None] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(10))  # rejected | left_out | held | warning
    words: Mapped[str | None] = mapped_column(String(60))


class LedgerChange(Base):
    """What one row of a sheet did to one thing, with what stood there before: for taking an import back."""

    __tablename__ = "ledger_changes"
    __table_args__ = (
        UniqueConstraint("ledger_id", "entity", "entity_id"),
        Index("ix_ledger_changes_entity", "entity", "entity_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))
    line: Mapped[int] = mapped_column(Integer)
    entity: Mapped[str] = mapped_column(String(20))  # household | member | vacancy | settlement
    entity_id: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(10))  # created | updated
    #: Version that this change made: any later version means that somebody changed the thing since.
    version: Mapped[int] = mapped_column(Integer)
    #: Sealed values of the columns that were replaced.
    before: Mapped[bytes | None] = mapped_column(LargeBinary)
