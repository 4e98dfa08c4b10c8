"""Households by hand: found or made for a new person, linked, given a key, put into a settlement."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.scope import Scope
from matching.crypto import Keyring
from matching.errors import DomainError, Forbidden, NotFound, StaleVersion
from matching.people.models import Household, Member, TransferRequest
from matching.people.person_writer import FactRefused, finish, rewrite
from matching.people.worklists import households_in, sites_in, transfers_in
from matching.places import regions
from matching.places.models import Settlement


def household_in_scope(session: Session, scope: Scope, public_id: str, *, lock: bool = False) -> Household:
    """A household that this actor may see.

    Raises:
        NotFound: ``household_unknown``, also for one of another county or tenant.
    """
    statement = select(Household).where(Household.public_id == public_id, households_in(scope))
    found = session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound("household_unknown")
    return found


def household_for(
    session: Session,
    scope: Scope,
    *,
    code: str | None,
    settlement: str | None,
    region_code: str | None,
    now: datetime,
) -> Household:
    """The household of a new person: the known one of that key, else a new one.

    Args:
        code: 户编号; None makes a provisional household.
        settlement: public id.
        region_code: where the household lives; may be left out with a settlement or for a user of one county.

    Raises:
        Forbidden: ``not_allowed``, ``import_needs_organisation``. NotFound: ``settlement_missing``.
        FactRefused: ``household_elsewhere``, ``region_needed``, ``other_county``.
    """
    if not scope.changes:
        raise Forbidden("not_allowed")
    if scope.tenant_id is None:
        raise Forbidden("import_needs_organisation")
    known = _by_code(session, scope, code) if code else None
    if known is not None:
        if scope.county not in (None, known.county):
            raise FactRefused("household_elsewhere", "household_code")
        return known
    site = _site(session, scope, settlement) if settlement else None
    where = region_code or (site.region_code if site else None) or scope.county
    if where is None:
        raise FactRefused("region_needed", "region_code")
    county = site.county if site else regions.county_of(regions.get(where).code)
    if county is None:
        raise FactRefused("region_needed", "region_code")
    if scope.county not in (None, county):
        raise FactRefused("other_county", "region_code")
    made = Household(
        tenant_id=scope.tenant_id,
        code=code,
        provisional=code is None,
        settlement_id=site.id if site else None,
        region_code=regions.get(where).code,
        county=county,
        version=1,
        created_at=now,
        touched_at=now,
    )
    session.add(made)
    session.flush()
    audit.record(session, scope, "household.added", "household", made.id, now)
    return made


def _by_code(session: Session, scope: Scope, code: str) -> Household | None:
    return session.scalar(
        select(Household).where(Household.tenant_id == scope.tenant_id, Household.code == code)
    )


def _site(session: Session, scope: Scope, public_id: str) -> Settlement:
    site = session.scalar(select(Settlement).where(Settlement.public_id == public_id, sites_in(scope)))
    if site is None:
        raise NotFound("settlement_missing")
    return site


def place_household(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    public_id: str,
    version: int,
    settlement: str,
    *,
    today: date,
    now: datetime,
) -> Household:
    """Say in which settlement a household lives.

    Raises:
        NotFound, Forbidden; StaleVersion: ``changed_meanwhile``.
    """
    household = _to_change(session, scope, public_id, version)
    site = _site(session, scope, settlement)
    if site.tenant_id != household.tenant_id:
        raise NotFound("settlement_missing")
    household.settlement_id, household.county, household.region_code = site.id, site.county, site.region_code
    _rewrite_all(session, keyring, household, today, now)
    audit.record(session, scope, "household.placed", "household", household.id, now)
    return household


def link_household(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    public_id: str,
    version: int,
    code: str,
    *,
    new: bool,
    today: date,
    now: datetime,
) -> Household:
    """Link a provisional household: its people move to the one of that key, or it gets that key itself.

    Args:
        code: 户编号.
        new: the key is this household's own and must not be in use.

    Raises:
        DomainError: ``household_linked``: it is not provisional; FactRefused: ``household_code_needed``,
            ``household_code_taken``, ``household_code_unknown``, ``household_elsewhere``.
    """
    household = _to_change(session, scope, public_id, version)
    if not household.provisional:
        raise DomainError("household_linked")
    if not code:
        raise FactRefused("household_code_needed", "code")
    target = session.scalar(
        select(Household).where(Household.tenant_id == household.tenant_id, Household.code == code)
    )
    if new:
        return _give_code(session, scope, household, target, code, now)
    if target is None:
        raise FactRefused("household_code_unknown", "code")
    if scope.county not in (None, target.county):
        raise FactRefused("household_elsewhere", "code")
    return _move(session, scope, keyring, household, target, today, now)


def _give_code(
    session: Session, scope: Scope, household: Household, target: Household | None, code: str, now: datetime
) -> Household:
    if target is not None:
        raise FactRefused("household_code_taken", "code")
    household.code, household.provisional = code, False
    household.version += 1
    household.touched_at = now
    audit.record(session, scope, "household.keyed", "household", household.id, now)
    return household


def _move(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    household: Household,
    target: Household,
    today: date,
    now: datetime,
) -> Household:
    taken = set(session.scalars(select(Member.code).where(Member.household_id == target.id)))
    headed = session.scalar(select(func.count()).where(Member.household_id == target.id, Member.is_head))
    for member in session.scalars(select(Member).where(Member.household_id == household.id)).all():
        member.household_id = target.id
        if member.code in taken:
            member.code = None
        if headed and member.is_head:
            member.is_head, member.relation = False, "other"
    session.flush()
    session.delete(household)
    target.version += 1
    _rewrite_all(session, keyring, target, today, now)
    audit.record(session, scope, "household.linked", "household", target.id, now)
    return target


def _rewrite_all(
    session: Session, keyring: Keyring, household: Household, today: date, now: datetime
) -> None:
    household.version += 1
    household.touched_at = now
    session.flush()
    touched: set[int] = set()
    for member in session.scalars(select(Member).where(Member.household_id == household.id)).all():
        touched |= rewrite(session, keyring, member, today, now)
    finish(session, {household.id}, touched, now)


def _to_change(session: Session, scope: Scope, public_id: str, version: int) -> Household:
    if not scope.changes:
        raise Forbidden("not_allowed")
    household = household_in_scope(session, scope, public_id, lock=True)
    if household.version != version:
        raise StaleVersion("changed_meanwhile")
    return household


def settle_transfer(session: Session, scope: Scope, transfer_id: int, now: datetime) -> None:
    """Note that the two counties settled a transfer request between them.

    Raises:
        NotFound: ``transfer_unknown``.
    """
    if not scope.changes:
        raise Forbidden("not_allowed")
    found = session.scalar(
        select(TransferRequest)
        .where(TransferRequest.id == transfer_id, transfers_in(scope))
        .with_for_update()
    )
    if found is None:
        raise NotFound("transfer_unknown")
    found.settled_at = now
    audit.record(session, scope, "transfer.settled", "transfer", found.id, now)
