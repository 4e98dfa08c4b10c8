"""Complaints about posts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from matching.db import Base, HasId, UtcDateTime


class Complaint(HasId, Base):
    """Somebody says that a post is wrong; the public id is the case number that they get."""

    __tablename__ = "complaints"
    __table_args__ = (Index("ix_complaints_reporter_created", "reporter", "created_at"),)

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    vacancy_id: Mapped[int] = mapped_column(ForeignKey("vacancies.id", ondelete="CASCADE"), index=True)
    #: Who asks for her wages; nobody is named by the other complaints.
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), index=True)
    outcome: Mapped[str | None] = mapped_column(String(20))
    #: What the person who asked is told; never names anybody.
    answer: Mapped[str | None] = mapped_column(String(300))
    #: The post as it stood when the complaint came, whatever is changed in it later.
    evidence: Mapped[bytes] = mapped_column(LargeBinary)
    vacancy_version: Mapped[int] = mapped_column(Integer)
    #: Blind index of the address it came from, against floods; emptied when the case is settled.
    reporter: Mapped[str | None] = mapped_column(String(32))
    #: The button pressed twice is one complaint.
    form_token: Mapped[str] = mapped_column(String(64), unique=True)
    acknowledge_by: Mapped[datetime] = mapped_column(UtcDateTime)
    settle_by: Mapped[datetime] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
