"""Resettlement sites (安置点)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Float, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matching.db import Base, HasId, UtcDateTime


class Settlement(HasId, Base):
    """A resettlement site: where people live now and from where distances count."""

    __tablename__ = "settlements"
    __table_args__ = (UniqueConstraint("tenant_id", "county", "name"),)

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    region_code: Mapped[str] = mapped_column(String(12))
    county: Mapped[str] = mapped_column(String(6), index=True)
    resettlement: Mapped[str | None] = mapped_column(String(20))
    persons: Mapped[int | None] = mapped_column(Integer)
    longitude: Mapped[float | None] = mapped_column(Float)
    latitude: Mapped[float | None] = mapped_column(Float)
    #: False when the point is only the county's: then no kilometres are said.
    point_exact: Mapped[bool] = mapped_column(Boolean, default=True)
    #: Made from a ledger's mention; a person has still to confirm it.
    unconfirmed: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)
