"""Stored lists: one row a person, one row a vacancy.  Reasons are worked out when they are shown."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from matching.db import Base, UtcDateTime


class _Stored:
    #: ``packed.py``: (id, total, version) of the other side, best first.
    packed: Mapped[bytes] = mapped_column(LargeBinary)
    count: Mapped[int] = mapped_column(Integer)
    #: Total of the last entry: a newcomer to a full list has to reach it.
    worst: Mapped[int] = mapped_column(Integer)
    #: Holds everything that passes; a list that was cut off does not.
    complete: Mapped[bool] = mapped_column(Boolean)
    scoring_version: Mapped[str] = mapped_column(String(40))
    #: Version of the row itself that was scored.
    source_version: Mapped[int] = mapped_column(Integer)
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: :class:`PairingTurn` of the transaction that wrote it.
    turn: Mapped[int] = mapped_column(BigInteger, index=True, server_default="0")


class JobseekerMatches(_Stored, Base):
    """The best vacancies of a person."""

    __tablename__ = "jobseeker_matches"

    jobseeker_id: Mapped[int] = mapped_column(
        ForeignKey("jobseekers.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class VacancyMatches(_Stored, Base):
    """The best people of a vacancy."""

    __tablename__ = "vacancy_matches"

    vacancy_id: Mapped[int] = mapped_column(
        ForeignKey("vacancies.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class PairingTurn(Base):
    """One row with the last number.  Whoever writes lists takes the next one first and holds it until the
    commit, so numbers rise in the order of commits: what is new since a number is all that was written since.
    """

    __tablename__ = "pairing_turns"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
