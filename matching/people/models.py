"""Households, their members, the jobseekers among them, and where their facts came from.

ID number, phones, health and disability stand only in ``sealed``; what must be found again has a blind index.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

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
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from matching.db import PUBLIC_LENGTH, Base, BigId, HasId, UtcDateTime, new_public_id


class Household(HasId, Base):
    """A relocated household (户)."""

    __tablename__ = "households"
    __table_args__ = (UniqueConstraint("tenant_id", "code"),)

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    code: Mapped[str | None] = mapped_column(String(40))
    #: No household key in the ledger: left out of household figures until linked.
    provisional: Mapped[bool] = mapped_column(Boolean, default=False, index=True)
    settlement_id: Mapped[int | None] = mapped_column(ForeignKey("settlements.id"), index=True)
    region_code: Mapped[str] = mapped_column(String(12))
    county: Mapped[str] = mapped_column(String(6), index=True)
    #: 家庭人员: as stated, not as counted.
    size_stated: Mapped[int | None] = mapped_column(Integer)
    relocated: Mapped[bool | None] = mapped_column(Boolean)
    resettlement: Mapped[str | None] = mapped_column(String(20))
    #: 脱贫户
    lifted: Mapped[bool | None] = mapped_column(Boolean)
    monitored: Mapped[str | None] = mapped_column(String(20))
    low_income: Mapped[bool | None] = mapped_column(Boolean)
    destitute: Mapped[bool | None] = mapped_column(Boolean)
    #: phone
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Member(HasId, Base):
    """A person in a household, child or grown up."""

    __tablename__ = "members"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id_index"),
        UniqueConstraint("household_id", "code"),
        Index("ix_members_tenant_name", "tenant_id", "name"),
        # An id that was erased must not come back: the index remembers it.
        {"sqlite_autoincrement": True},
    )

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)
    county: Mapped[str] = mapped_column(String(6), index=True)
    code: Mapped[str | None] = mapped_column(String(40))  # 人编号
    name: Mapped[str] = mapped_column(String(60))
    id_type: Mapped[str] = mapped_column(String(20), default="resident")
    #: Blind indexes: whole ID number (unique within the tenant), its last four, the phone.
    id_index: Mapped[str | None] = mapped_column(String(32))
    id_last4_index: Mapped[str | None] = mapped_column(String(32), index=True)
    phone_index: Mapped[str | None] = mapped_column(String(32), index=True)
    #: id_number, phone, health, disability
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sex: Mapped[str | None] = mapped_column(String(10))
    birth_date: Mapped[date | None] = mapped_column(Date)
    relation: Mapped[str | None] = mapped_column(String(20))
    is_head: Mapped[bool] = mapped_column(Boolean, default=False)
    education: Mapped[str | None] = mapped_column(String(20))
    school: Mapped[str | None] = mapped_column(String(20))
    capacity: Mapped[str | None] = mapped_column(String(20))
    #: Fields that a person corrected by hand, with the day: an import does not overwrite them.
    by_hand: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    #: Mandatory fields still missing, for completeness per settlement.
    missing: Mapped[list[str]] = mapped_column(JSON, default=list)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Jobseeker(Base):
    """A member of working age who can and may work: what matching knows of them.

    None means not stated; an empty list means asked and none.
    """

    __tablename__ = "jobseekers"

    id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_LENGTH), unique=True, default=new_public_id)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    demo: Mapped[bool] = mapped_column(Boolean, default=False)
    county: Mapped[str] = mapped_column(String(6), index=True)
    settlement_id: Mapped[int | None] = mapped_column(ForeignKey("settlements.id"), index=True)
    #: Where distances start: the settlement's point, else nothing known.
    longitude: Mapped[float | None] = mapped_column(Float)
    latitude: Mapped[float | None] = mapped_column(Float)
    point_exact: Mapped[bool] = mapped_column(Boolean, default=False)
    capacity: Mapped[str | None] = mapped_column(String(20))
    education: Mapped[str | None] = mapped_column(String(20))
    willingness: Mapped[str] = mapped_column(String(10), default="unknown")
    work: Mapped[str | None] = mapped_column(String(20))
    work_place: Mapped[str | None] = mapped_column(String(120))
    training_wish: Mapped[str | None] = mapped_column(String(60))
    reach: Mapped[str | None] = mapped_column(String(20))
    shifts: Mapped[list[str] | None] = mapped_column(JSON)
    wage_floor_cents: Mapped[int | None] = mapped_column(BigInteger)
    will_leave: Mapped[bool | None] = mapped_column(Boolean)
    wanted_regions: Mapped[list[str] | None] = mapped_column(JSON)
    care: Mapped[list[str] | None] = mapped_column(JSON)
    skills: Mapped[list[str] | None] = mapped_column(JSON)
    certificates: Mapped[list[str] | None] = mapped_column(JSON)
    #: CSCO-2022 codes of past work and wishes, at most three.
    occupations: Mapped[list[str] | None] = mapped_column(JSON)
    #: Eligibility classes (vacancies.codes.Target) that do not change with the day and of which it is known
    #: whether they hold; one that is not named is unknown, which is not no.
    classes: Mapped[dict[str, bool]] = mapped_column(JSON, default=dict)
    #: Days from which an age class holds, computed from birth date and sex so that matching needs neither:
    #: 16 and 18 years, 大龄 (女满45, 男满50), legal retirement.
    working_age_from: Mapped[date | None] = mapped_column(Date)
    adult_from: Mapped[date | None] = mapped_column(Date)
    older_from: Mapped[date | None] = mapped_column(Date)
    retires_on: Mapped[date | None] = mapped_column(Date)
    #: Still of working age, out of school and able: a row that stops being so stays, out of matching.
    eligible: Mapped[bool] = mapped_column(Boolean, default=True)
    #: P7: matching switched off by the person.
    matching_on: Mapped[bool] = mapped_column(Boolean, default=True)
    #: Since when the person looks for nothing because she found work; empty again as soon as she looks.
    paused_on: Mapped[date | None] = mapped_column(Date)
    #: P5: agreed to be found by employers.
    findable: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class EmploymentSpell(Base):
    """A period of work; open while ``ended_on`` is empty."""

    __tablename__ = "employment_spells"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    jobseeker_id: Mapped[int] = mapped_column(ForeignKey("jobseekers.id", ondelete="CASCADE"), index=True)
    employer_name: Mapped[str | None] = mapped_column(String(120))
    place: Mapped[str | None] = mapped_column(String(120))
    channel: Mapped[str | None] = mapped_column(String(20))
    started_on: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    monthly_income_cents: Mapped[int | None] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WillingnessRecord(Base):
    """What a person said about wanting work, with its day: the history behind ``Jobseeker.willingness``."""

    __tablename__ = "willingness_records"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    jobseeker_id: Mapped[int] = mapped_column(ForeignKey("jobseekers.id", ondelete="CASCADE"), index=True)
    value: Mapped[str] = mapped_column(String(10))
    stated_on: Mapped[date] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(60))


class Consent(Base):
    """One answer of a person to one question of consent, kept as history; the newest one counts.

    A receiver is named where data goes to somebody (P5); the version says which text was shown (P2).
    """

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_member_kind", "member_id", "kind"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    #: The employer that gets name and telephone; only for ``pass_to_employer``.
    receiver_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    agreed: Mapped[bool] = mapped_column(Boolean)
    text_version: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    given_by: Mapped[str] = mapped_column(String(10))
    #: The helper who answered in the person's name.
    helper_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: When and how the person learned of a helper's answer; empty for their own.
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_by: Mapped[str | None] = mapped_column(String(10))


class OwnStatement(Base):
    """A question that a person answered herself, or a helper in her name; the facts stand where all do."""

    __tablename__ = "own_statements"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(String(20), primary_key=True)
    #: False: she cannot say.
    known: Mapped[bool] = mapped_column(Boolean)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    given_by: Mapped[str] = mapped_column(String(10))
    #: Mark of the facts as she stated them: where they differ by now, somebody else had the last word.
    mark: Mapped[str] = mapped_column(String(16))


class CorrectionRequest(HasId, Base):
    """A person says that something an office wrote down is wrong; the office looks and answers."""

    __tablename__ = "correction_requests"
    __table_args__ = (Index("ix_correction_requests_member_field", "member_id", "field"),)

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    field: Mapped[str] = mapped_column(String(40))
    #: said: what is right, in the person's words.
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Whether the fact was put right.
    granted: Mapped[bool | None] = mapped_column(Boolean)
    #: What the person is told.
    answer: Mapped[str | None] = mapped_column(String(200))


class ImportedFacts(Base):
    """What each source last said of a person, as keyed digests per field.

    A field is written only when its source's value changed since that source's last import.
    """

    __tablename__ = "imported_facts"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    source: Mapped[str] = mapped_column(String(60), primary_key=True)  # family @ organisation
    row_digest: Mapped[str] = mapped_column(String(32))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: Settles how the row was read, so that a newer reading of the same file is not "unchanged".
    reading: Mapped[int] = mapped_column(Integer, default=1)


class ImportConflict(Base):
    """A source offers another value for a field that somebody corrected by hand: a person decides."""

    __tablename__ = "import_conflicts"
    __table_args__ = (UniqueConstraint("member_id", "field", "source"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    field: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(60))
    offered: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ToldApart(Base):
    """Two likely doubles of whom somebody said that they are two people."""

    __tablename__ = "told_apart"

    first_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    second_id: Mapped[int] = mapped_column(
        ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MergedPerson(Base):
    """A record that was merged into another: where its public id leads now."""

    __tablename__ = "merged_people"

    public_id: Mapped[str] = mapped_column(String(PUBLIC_LENGTH), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), index=True)
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AccountLink(Base):
    """A person whose data an account may see: one telephone may hold several of a family."""

    __tablename__ = "account_links"
    __table_args__ = (UniqueConstraint("account_id", "member_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("phone_accounts.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), index=True)
    how: Mapped[str] = mapped_column(String(20))  # codes.LinkedBy
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Last time that the ID number or a helper's code proved who it is.
    proved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HelperCode(Base):
    """A one-time code that a helper made for one person, good for a day; only its keyed digest is stored."""

    __tablename__ = "helper_codes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), index=True)
    code_digest: Mapped[str] = mapped_column(String(32), unique=True)
    made_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Registration(Base):
    """Somebody in no ledger who registered alone and waits for a coordinator.

    The ID number that was typed stands here and not with the member until it is confirmed: otherwise whoever
    types somebody's number first would be given the facts that the next ledger brings for it.
    """

    __tablename__ = "registrations"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("phone_accounts.id", ondelete="CASCADE"), index=True)
    id_index: Mapped[str | None] = mapped_column(String(32))
    #: id_number
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    confirmed_by: Mapped[str | None] = mapped_column(String(80))


class TransferRequest(Base):
    """A ledger named a person whom another county keeps: the offices settle it, no fact is passed on."""

    __tablename__ = "transfer_requests"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    #: Blind index of the ID number, so that neither side learns who it is from this row.
    id_index: Mapped[str | None] = mapped_column(String(32))
    from_county: Mapped[str | None] = mapped_column(String(6))
    to_county: Mapped[str] = mapped_column(String(6))
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
