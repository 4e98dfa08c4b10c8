"""The employer of a vacancy: found by credit code, else by name, else made (and not yet verified)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.models import Organisation, OrganisationKind, User
from matching.accounts.scope import Scope
from matching.clock import local_day
from matching.errors import DomainError

#: Kinds that may vouch for an employer at import.
VOUCHERS = frozenset({OrganisationKind.OFFICE, OrganisationKind.COMPANY})
#: An employer's papers are looked at every six months; the posts of day 181 are held (L10).
VERIFIED_FOR = timedelta(days=180)


def employer_of(
    session: Session,
    poster: Organisation,
    *,
    name: str | None,
    credit_code: str | None,
    region_code: str,
    county: str,
    now: datetime,
) -> Organisation:
    """The organisation that employs.

    Args:
        poster: who posts; it is the employer itself where no name is stated.
        region_code, county: where a new employer is noted down.
    """
    if not name or (name == poster.name):
        return poster
    conditions = [Organisation.name == name]
    if credit_code:
        conditions.append(Organisation.credit_code == credit_code)
    found = session.scalars(
        select(Organisation).where(Organisation.tenant_id == poster.tenant_id, or_(*conditions))
    ).all()
    # The credit code is the law's key; a name may be written in two ways.
    by_code = next((one for one in found if credit_code and one.credit_code == credit_code), None)
    employer = by_code or next((one for one in found if one.name == name), None)
    if employer is None:
        employer = Organisation(
            tenant_id=poster.tenant_id,
            kind=OrganisationKind.EMPLOYER,
            name=name,
            region_code=region_code,
            county=county,
            credit_code=credit_code,
            demo=poster.demo,
            version=1,
            created_at=now,
        )
        session.add(employer)
        session.flush()
    elif credit_code and employer.credit_code is None:
        employer.credit_code = credit_code
    return employer


def vouch(
    session: Session, scope: Scope, voucher: Organisation, employer: Organisation, now: datetime
) -> None:
    """Vouch for an employer, recorded by name.

    Raises:
        DomainError: ``may_not_vouch``.
    """
    if voucher.kind not in VOUCHERS:
        raise DomainError("may_not_vouch", organisation=voucher.name)
    if employer.verified_at is not None:
        return
    user = session.get(User, scope.user_id) if scope.user_id else None
    _hold_for_half_a_year(employer, f"{voucher.name} / {user.name}" if user else voucher.name, now)
    audit.record(session, scope, "employer.vouched", "organisation", employer.id, now)


def verify(session: Session, scope: Scope, employer: Organisation, by: str, now: datetime) -> None:
    """Note that an employer's papers were looked at; the caller has seen that the actor may say so.

    Args:
        by: names of the office and of the user.
    """
    _hold_for_half_a_year(employer, by, now)
    audit.record(session, scope, "employer.verified", "organisation", employer.id, now)


def _hold_for_half_a_year(employer: Organisation, by: str, now: datetime) -> None:
    employer.verified_at, employer.verified_by = now, by[:200]
    employer.verify_due = local_day(now) + VERIFIED_FOR
    employer.version += 1


def is_verified(employer: Organisation) -> bool:
    """Verified, or an office or company that posts for itself."""
    return employer.verified_at is not None or employer.kind in VOUCHERS
