"""Who may look and act: tenants, organisations (employers too), users, telephone accounts, the audit."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from matching.db import Base, BigId, HasId, UtcDateTime


class Role(StrEnum):
    """Who somebody is here; only staff roles sign in with a password"""

    JOBSEEKER = "jobseeker"
    EMPLOYER = "employer"
    COMPANY = "company"  # 劳务服务公司
    COORDINATOR = "coordinator"  # 协管员
    COUNTY = "county"
    PREFECTURE = "prefecture"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class OrganisationKind(StrEnum):
    """组织类型"""

    OFFICE = "office"
    COMPANY = "company"
    EMPLOYER = "employer"


class Tenant(Base):
    """One prefecture: people belong to it.  The demo is a tenant of its own and never mixes with others."""

    __tablename__ = "tenants"
    __table_args__ = (UniqueConstraint("prefecture", "demo"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    prefecture: Mapped[str] = mapped_column(String(6))
    name: Mapped[str] = mapped_column(String(60))
    demo: Mapped[bool] = mapped_column(Boolean, default=False)


class Organisation(HasId, Base):
    """An office, a labour service company or an employer."""

    __tablename__ = "organisations"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name"),
        Index("ix_organisations_credit_code", "credit_code"),
    )

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    region_code: Mapped[str] = mapped_column(String(12))
    #: 6-digit county, or the prefecture for an office of the whole prefecture.
    county: Mapped[str] = mapped_column(String(6), index=True)
    credit_code: Mapped[str | None] = mapped_column(String(18))
    phone: Mapped[str | None] = mapped_column(String(20))  # an office's public number, shown in the footer
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Name of the office or company that vouched for an employer at import, and of the user who did it.
    verified_by: Mapped[str | None] = mapped_column(String(200))
    #: Last day on which that holds: every six months the papers are looked at again (L10).
    verify_due: Mapped[date | None] = mapped_column(Date)
    demo: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class User(HasId, Base):
    """A person who signs in."""

    __tablename__ = "users"

    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(20))
    #: County or settlement area the user is limited to; empty means the organisation's.
    county: Mapped[str | None] = mapped_column(String(6))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    #: The first password is good for one sign-in and has to be changed there.
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    demo: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UserSession(Base):
    """A signed-in browser, known by the digest of its token, so it can be ended from the server."""

    __tablename__ = "user_sessions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    device: Mapped[str] = mapped_column(String(120), default="")


class SignInFailure(Base):
    """Failed sign-ins by login and by address digest: the limits survive a restart."""

    __tablename__ = "sign_in_failures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PhoneAccount(HasId, Base):
    """The account of somebody who looks for work: a telephone, or none (signs in with a helper's codes).

    It belongs to no tenant and holds nothing about a person; ``people.models.AccountLink`` says whose data it
    may see.  Closing an account takes its number away, so that the number can begin anew.
    """

    __tablename__ = "phone_accounts"

    phone_index: Mapped[str | None] = mapped_column(String(32), unique=True)
    #: phone
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: What was proved before this moment holds no more: nobody had signed in for so long that the number may
    #: belong to somebody else by now.
    prove_after: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EmployerAccount(HasId, Base):
    """A telephone account's standing for an employer: who may act for whom, from registration to its end.

    It opens nothing of an organisation before staff approved it: until then ``organisation_id`` is empty, so
    whoever types a stranger's credit code learns nothing and reaches nothing.
    """

    __tablename__ = "employer_accounts"

    account_id: Mapped[int] = mapped_column(ForeignKey("phone_accounts.id", ondelete="CASCADE"), index=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(120))
    credit_code: Mapped[str | None] = mapped_column(String(18))
    #: Why there is no credit code.
    no_code: Mapped[str | None] = mapped_column(String(20))
    county: Mapped[str] = mapped_column(String(6))
    #: Class of the account (L11): the employer itself, or an agency that it commissioned.
    account_class: Mapped[str] = mapped_column(String(20))
    agency: Mapped[str | None] = mapped_column(String(120))
    #: 人力资源服务许可证号 of the agency.
    agency_licence: Mapped[str | None] = mapped_column(String(60))
    #: contact, phone
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    refusal: Mapped[str | None] = mapped_column(String(30))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(200))
    #: It holds only if it was stated or approved after the account last stood unused for long.
    proved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EmployerPaper(HasId, Base):
    """Evidence for a registration, sealed: a licence, a commission."""

    __tablename__ = "employer_papers"

    employer_account_id: Mapped[int] = mapped_column(
        ForeignKey("employer_accounts.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(20))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AccountSession(Base):
    """A browser signed in to a :class:`PhoneAccount`.

    A table of its own beside :class:`UserSession`: both keep their owner mandatory, and no query about staff
    can meet a jobseeker's session.
    """

    __tablename__ = "account_sessions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("phone_accounts.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    #: Who of the family was chosen: a row of ``people``, which checks at each request that it still may be.
    member_id: Mapped[int | None] = mapped_column(BigInteger)
    #: For which employer the account acts: a row of ``employer_accounts``, looked at again at each request.
    employer_account_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    device: Mapped[str] = mapped_column(String(120), default="")


class OneTimeCode(Base):
    """A code sent to a telephone, bound to the browser that asked for it; limits count these rows.

    It is compared by a keyed digest: six digits under a plain digest would be found by trying them all.  The
    code itself is kept sealed until it is used or over, because it is put into its message when that is sent.
    """

    __tablename__ = "one_time_codes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    phone_index: Mapped[str] = mapped_column(String(32), index=True)
    #: phone
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    #: code
    sealed_code: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_digest: Mapped[str] = mapped_column(String(32))
    address_digest: Mapped[str] = mapped_column(String(32), index=True)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SetupToken(Base):
    """One-time link for the first administrator and organisation; only its digest is kept."""

    __tablename__ = "setup_tokens"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuditEvent(Base):
    """Who did what to which row, in one hash chain per installation.

    ``fields`` names columns, never values.
    """

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))  # user's public id, "operator" or "system"
    organisation_id: Mapped[int | None] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """Digest of the newest audit event; its row is the lock that keeps the chain a chain."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    #: Audit events so far: a chain that lost its end is found too.
    length: Mapped[int] = mapped_column(BigInteger, default=0)
