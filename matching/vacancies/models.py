"""Vacancies of the seven kinds."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from matching.db import Base, HasId, UtcDateTime


class Vacancy(HasId, Base):
    """An offer of work.  Money in integer cents; None means not stated."""

    __tablename__ = "vacancies"
    __table_args__ = (
        UniqueConstraint("organisation_id", "key_digest"),
        Index("ix_vacancies_state_posted", "state", "posted_at"),
        Index("ix_vacancies_organisation_ref", "organisation_id", "ref"),
        # An id that was erased must not come back: the index remembers it.
        {"sqlite_autoincrement": True},
    )

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    demo: Mapped[bool] = mapped_column(Boolean, default=False)
    #: Who posted it (an office, a company, the employer itself).
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    ref: Mapped[str | None] = mapped_column(String(60))  # 岗位编号
    #: Digest of organisation + 岗位编号, else employer + title + place.
    key_digest: Mapped[str] = mapped_column(String(64))
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(30), index=True)
    state: Mapped[str] = mapped_column(String(10))
    #: Who closed or paused it: a sheet that left it out (``sheet``) may open it again, a person's no stays.
    stopped_by: Mapped[str | None] = mapped_column(String(10))
    held: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Key of a doubtful finding → ``approved``, or the code of a reviewer's refusal.
    reviewed: Mapped[dict[str, str] | None] = mapped_column(JSON)
    #: CSCO-2022 codes, best first, and how sure the coding is (0 to 100).
    occupations: Mapped[list[str]] = mapped_column(JSON, default=list)
    occupation_confidence: Mapped[int] = mapped_column(Integer, default=0)
    headcount: Mapped[int | None] = mapped_column(Integer)
    content: Mapped[str | None] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(String(200))
    region_code: Mapped[str] = mapped_column(String(12))
    county: Mapped[str] = mapped_column(String(6), index=True)
    #: 输入地区划: where a labour-cooperation post is; else None.
    destination: Mapped[str | None] = mapped_column(String(12))
    longitude: Mapped[float | None] = mapped_column(Float)
    latitude: Mapped[float | None] = mapped_column(Float)
    point_exact: Mapped[bool] = mapped_column(Boolean, default=False)
    pay_text: Mapped[str | None] = mapped_column(String(60))
    pay_low_cents: Mapped[int | None] = mapped_column(BigInteger)
    pay_high_cents: Mapped[int | None] = mapped_column(BigInteger)
    pay_unit: Mapped[str | None] = mapped_column(String(10))
    #: The same pay by the month, for comparing.
    month_low_cents: Mapped[int | None] = mapped_column(BigInteger)
    month_high_cents: Mapped[int | None] = mapped_column(BigInteger)
    hours_per_day: Mapped[float | None] = mapped_column(Float)
    days_per_week: Mapped[float | None] = mapped_column(Float)
    #: 特殊工时批准号: an office allowed other hours (劳动法 art. 39).
    hours_permit: Mapped[str | None] = mapped_column(String(60))
    #: What one person makes in a day, for pay by the piece.
    pieces_per_day: Mapped[int | None] = mapped_column(Integer)
    #: 实际用工单位 of dispatched workers (L16).
    using_unit: Mapped[str | None] = mapped_column(String(120))
    term_months: Mapped[int | None] = mapped_column(Integer)
    probation_months: Mapped[int | None] = mapped_column(Integer)
    probation_cents: Mapped[int | None] = mapped_column(BigInteger)
    shifts: Mapped[list[str] | None] = mapped_column(JSON)
    load: Mapped[str | None] = mapped_column(String(20))
    required_skills: Mapped[list[str] | None] = mapped_column(JSON)
    preferred_skills: Mapped[list[str] | None] = mapped_column(JSON)
    certificates: Mapped[list[str] | None] = mapped_column(JSON)
    education: Mapped[str | None] = mapped_column(String(20))
    #: Shown as a suggestion with its reason; the upper limit never hides a post (L5).
    min_age: Mapped[int | None] = mapped_column(Integer)
    max_age: Mapped[int | None] = mapped_column(Integer)
    age_reason: Mapped[str | None] = mapped_column(String(200))
    #: Mines, toxic or grade-IV heavy work: not for 16- and 17-year-olds (L6).
    hazardous: Mapped[bool] = mapped_column(Boolean, default=False)
    benefits: Mapped[list[str] | None] = mapped_column(JSON)
    tags: Mapped[list[str] | None] = mapped_column(JSON)
    #: 面向人群 (codes.Target): any one of them suffices; None or empty: open to all.
    targets: Mapped[list[str] | None] = mapped_column(JSON)
    start_on: Mapped[date | None] = mapped_column(Date)
    season: Mapped[str | None] = mapped_column(String(60))
    valid_until: Mapped[date] = mapped_column(Date, index=True)
    source: Mapped[str | None] = mapped_column(String(120))
    #: contact, phone
    contact: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: The newest sheet that named it, where that sheet replaces what it does not name.
    last_sheet_id: Mapped[int | None] = mapped_column(BigInteger)
    row_digest: Mapped[str | None] = mapped_column(String(32))
    #: Fields corrected by hand, with the day: an import does not overwrite them.
    by_hand: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    #: Per field, keyed digest of what the sheet last said.
    imported: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(Integer, default=1)
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class PostDraft(HasId, Base):
    """A post that an employer is writing: what stands in its form, also where it cannot be so yet."""

    __tablename__ = "post_drafts"

    employer_account_id: Mapped[int] = mapped_column(
        ForeignKey("employer_accounts.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(30))
    title: Mapped[str] = mapped_column(String(120), default="")
    #: form: every field as typed, the contact's telephone among them
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    #: facts: what is to be posted once the employer is verified; None as long as nobody sent it off.
    waiting: Mapped[bytes | None] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(Integer, default=1)
    #: Estimates asked for since the hour began: answers in small steps could be put together (P10).
    estimates: Mapped[int] = mapped_column(Integer, default=0)
    estimates_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)
