"""The outbox: what still has to be done, in the same database as the facts it is about."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ColumnElement, Date, Float, Index, Integer, String, and_, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from matching.db import Base, BigId, UtcDateTime


class OutboxRow(Base):
    """One thing to look at again, for one topic."""

    __tablename__ = "outbox"
    # The oldest of a topic come first, without sorting a backlog for every claim.
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "topic",
            "id",
            sqlite_where=text("buried_at IS NULL"),
            postgresql_where=text("buried_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    topic: Mapped[str] = mapped_column(String(40))
    key: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Fencing token of the claim that holds the row; whoever does not know it may not finish.
    token: Mapped[int | None] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    buried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Code and class of the last failure, never a value from the row.
    reason: Mapped[str | None] = mapped_column(String(300))


def claimable(now: datetime) -> ColumnElement[bool]:
    """Rows that anybody may claim: due, not buried, and not held by a lease that still runs."""
    free = or_(OutboxRow.lease_until.is_(None), OutboxRow.lease_until < now)
    return and_(OutboxRow.buried_at.is_(None), OutboxRow.due_at <= now, free)


class TimetableRun(Base):
    """The last day on which a daily task was done, so that a sweep that was off catches up."""

    __tablename__ = "timetable_runs"

    task: Mapped[str] = mapped_column(String(40), primary_key=True)
    done_for: Mapped[date] = mapped_column(Date)


class LagCount(Base):
    """How often work of a topic was done within a bound, by hour."""

    __tablename__ = "lag_counts"

    topic: Mapped[str] = mapped_column(String(40), primary_key=True)
    hour: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    #: Seconds; 0 for longer than the last bound.
    bound: Mapped[float] = mapped_column(Float, primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
