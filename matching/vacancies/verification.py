"""Staff looks at an employer's papers: who may act for it, and for how long that holds.

To approve a registration verifies the employer (L10) and lets the account act for it; posts that waited for
nothing else are public at once.  After half a year the papers are looked at again; where nobody does, the
employer's posts are held from the day after (notice of five ministries of 2025-12-25).
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.employer_codes import RegistrationRefusal, Standing
from matching.accounts.models import (
    EmployerAccount,
    EmployerPaper,
    Organisation,
    OrganisationKind,
    PhoneAccount,
    Role,
    User,
)
from matching.accounts.papers import SEAL_PAPER
from matching.accounts.scope import SYSTEM, Scope
from matching.crypto import Keyring
from matching.errors import DomainError, Forbidden, InvalidTransition, NotFound, StaleVersion
from matching.vacancies.codes import State
from matching.vacancies.drafts import release
from matching.vacancies.employers import verify
from matching.vacancies.service import rejudge

#: Who decides: those who may vouch, and no helper.
VERIFIERS = frozenset({Role.COMPANY, Role.COUNTY, Role.PREFECTURE, Role.ADMINISTRATOR})


def may_verify(scope: Scope) -> None:
    """Refuse whoever does not decide about employers.

    Raises:
        Forbidden: ``not_allowed``.
    """
    if scope.role not in VERIFIERS:
        raise Forbidden("not_allowed")


def within(scope: Scope) -> ColumnElement[bool]:
    """The condition under which a registration is this scope's to decide."""
    conditions: list[ColumnElement[bool]] = [EmployerAccount.state != Standing.ENDED]
    if scope.tenant_id is not None:
        conditions.append(EmployerAccount.tenant_id == scope.tenant_id)
    if scope.county is not None:
        conditions.append(EmployerAccount.county == scope.county)
    return and_(*conditions)


def registration(session: Session, scope: Scope, public_id: str, *, lock: bool = False) -> EmployerAccount:
    """A registration of the scope.

    Raises:
        Forbidden: ``not_allowed``; NotFound: ``employer_registration_unknown``.
    """
    may_verify(scope)
    statement = select(EmployerAccount).where(EmployerAccount.public_id == public_id, within(scope))
    row = session.scalar(statement.with_for_update() if lock else statement)
    if row is None:
        raise NotFound("employer_registration_unknown")
    return row


def paper(
    session: Session, keyring: Keyring, scope: Scope, public_id: str, paper_id: str, now: datetime
) -> tuple[bytes, str]:
    """A paper of a registration, opened; the look is audited.

    Returns:
        The content and its media type.

    Raises:
        Forbidden: ``not_allowed``; NotFound: ``employer_registration_unknown``.
    """
    row = registration(session, scope, public_id)
    found = session.scalar(
        select(EmployerPaper).where(
            EmployerPaper.public_id == paper_id, EmployerPaper.employer_account_id == row.id
        )
    )
    if found is None:
        raise NotFound("employer_registration_unknown")
    fields = {"kind": found.kind}
    audit.record(session, scope, "employer.paper_opened", "employer_account", row.id, now, fields=fields)
    return keyring.open(found.sealed, SEAL_PAPER), found.media_type


def _decided(session: Session, scope: Scope, public_id: str, version: int, now: datetime) -> EmployerAccount:
    row = registration(session, scope, public_id, lock=True)
    if row.version != version:
        raise StaleVersion("changed_meanwhile")
    if row.state != Standing.WAITING:
        raise InvalidTransition("registration_decided")
    row.version, row.touched_at, row.decided_at = row.version + 1, now, now
    row.decided_by = _name_of(session, scope)
    return row


def _name_of(session: Session, scope: Scope) -> str:
    office = session.get(Organisation, scope.organisation_id) if scope.organisation_id else None
    user = session.get(User, scope.user_id) if scope.user_id else None
    return " / ".join(one.name for one in (office, user) if one is not None)[:200] or scope.actor


def approve(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    public_id: str,
    version: int,
    *,
    today: date,
    now: datetime,
    valid_days: int,
) -> EmployerAccount:
    """Let an account act for the employer that it registered, verify the employer, post what waited for it.

    Args:
        version: of the registration as it was read.

    Raises:
        Forbidden, NotFound, StaleVersion; InvalidTransition: ``registration_decided``; DomainError:
        ``organisation_name_taken``.
    """
    row = _decided(session, scope, public_id, version, now)
    employer = _organisation(session, row, now)
    verify(session, scope, employer, row.decided_by or "", now)
    row.state, row.organisation_id, row.proved_at = Standing.APPROVED, employer.id, now
    audit.record(session, scope, "employer.approved", "employer_account", row.id, now)
    rejudge(session, scope, employer, State.HELD, today=today, now=now, valid_days=valid_days)
    account = session.get_one(PhoneAccount, row.account_id)
    theirs = Scope(Role.EMPLOYER, account.public_id, row.tenant_id, None, employer.id)
    release(session, theirs, keyring, row.id, today=today, now=now, valid_days=valid_days)
    return row


def _organisation(session: Session, row: EmployerAccount, now: datetime) -> Organisation:
    """The employer of this credit code, else of this name and without another code, else a new one."""
    ours = Organisation.tenant_id == row.tenant_id
    found = None
    if row.credit_code:
        found = session.scalar(select(Organisation).where(ours, Organisation.credit_code == row.credit_code))
    if found is None:
        found = session.scalar(select(Organisation).where(ours, Organisation.name == row.name))
        if found is not None and found.credit_code not in (None, row.credit_code):
            raise DomainError("organisation_name_taken")
    if found is not None and found.kind != OrganisationKind.EMPLOYER:
        raise DomainError("organisation_name_taken")
    if found is None:
        found = Organisation(
            tenant_id=row.tenant_id,
            kind=OrganisationKind.EMPLOYER,
            name=row.name,
            region_code=row.county,
            county=row.county,
            version=1,
            created_at=now,
        )
        session.add(found)
    found.credit_code = found.credit_code or row.credit_code
    session.flush()
    return found


def refuse(
    session: Session,
    scope: Scope,
    public_id: str,
    version: int,
    *,
    reason: RegistrationRefusal,
    now: datetime,
) -> EmployerAccount:
    """Say no, with a reason that the employer reads; it may state everything anew.

    Raises:
        As :func:`approve`.
    """
    row = _decided(session, scope, public_id, version, now)
    row.state, row.refusal = Standing.REFUSED, reason.value
    audit.record(session, scope, "employer.refused", "employer_account", row.id, now, reason=reason.value)
    return row


def renew(
    session: Session,
    scope: Scope,
    public_id: str,
    version: int,
    *,
    today: date,
    now: datetime,
    valid_days: int,
) -> EmployerAccount:
    """Verify for another half year, after the newest papers were looked at.

    Raises:
        As :func:`approve`.
    """
    row = _approved(session, scope, public_id, version, now)
    employer = session.get_one(Organisation, row.organisation_id)
    verify(session, scope, employer, _name_of(session, scope), now)
    rejudge(session, scope, employer, State.HELD, today=today, now=now, valid_days=valid_days)
    return row


def end(session: Session, scope: Scope, public_id: str, version: int, *, now: datetime) -> EmployerAccount:
    """An account acts for this employer no more, from its next request on (S11).

    Raises:
        As :func:`approve`.
    """
    row = _approved(session, scope, public_id, version, now)
    row.state = Standing.ENDED
    audit.record(session, scope, "employer.ended", "employer_account", row.id, now)
    return row


def _approved(session: Session, scope: Scope, public_id: str, version: int, now: datetime) -> EmployerAccount:
    row = registration(session, scope, public_id, lock=True)
    if row.version != version:
        raise StaleVersion("changed_meanwhile")
    if row.state != Standing.APPROVED:
        raise InvalidTransition("registration_decided")
    row.version, row.touched_at = row.version + 1, now
    return row


def lapse(session: Session, *, today: date, now: datetime, valid_days: int) -> int:
    """Verifications whose half year is over hold no more; returns how many employers that were."""
    over = session.scalars(
        select(Organisation).where(Organisation.verify_due < today, Organisation.verified_at.is_not(None))
    ).all()
    for employer in over:
        employer.verified_at = None
        employer.version += 1
        audit.record(session, SYSTEM, "employer.lapsed", "organisation", employer.id, now)
        rejudge(session, SYSTEM, employer, State.OPEN, today=today, now=now, valid_days=valid_days)
    return len(over)
