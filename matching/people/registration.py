"""Who is in no ledger registers alone, and a coordinator confirms it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matching.accounts import audit, phones
from matching.accounts.models import PhoneAccount, Tenant
from matching.accounts.scope import Scope
from matching.crypto import Keyring
from matching.errors import DomainError, Forbidden, NotFound
from matching.people.claims import id_number, make_link
from matching.people.codes import LinkedBy, Sex, Willingness
from matching.people.erasure import erase_member
from matching.people.facts import INDEX_ID
from matching.people.models import AccountLink, Household, Member, Registration
from matching.people.person_writer import PersonWriter
from matching.people.queries import member_in_scope
from matching.people.registration_queries import SEAL_REGISTRATION, number_of
from matching.people.rules import WORKING_AGE, birthday
from matching.places import regions
from matching.places.models import Settlement
from matching.sheets.identity import parse_identity

#: People one account may register: a family, not a village.
MOST_REGISTERED = 6


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What somebody says who registers.

    Args:
        public_id: made with the form: the same form sent twice gives the same person.
        number: ID number, or None.
        settlement: public id, or None for somebody who lives elsewhere in the county.
        county: 6 digits; not needed with a settlement.
    """

    public_id: str
    name: str
    number: str | None
    settlement: str | None
    county: str | None


def register(
    session: Session,
    keyring: Keyring,
    account: PhoneAccount,
    newcomer: Newcomer,
    *,
    today: date,
    now: datetime,
) -> Member:
    """Make an unconfirmed jobseeker and link it to the account.

    Raises:
        DomainError: ``place_needed``, ``id_number_form``, ``under_16``, ``registered_enough``; FactRefused: a
            fact cannot be so.
    """
    again = _made_before(session, account, newcomer.public_id)
    if again is not None:
        return again
    if _registered(session, account) >= MOST_REGISTERED:
        raise DomainError("registered_enough", most=MOST_REGISTERED)
    number = id_number(newcomer.number) if newcomer.number else None
    facts = _facts(newcomer, number, phones.number_of(keyring, account), today)
    household = _household(session, newcomer, now)
    scope = phones.scope_of(account, tenant_id=household.tenant_id)
    member = Member(
        public_id=newcomer.public_id,
        tenant_id=household.tenant_id,
        household_id=household.id,
        county=household.county,
        name=newcomer.name,
        by_hand={name: today.isoformat() for name in facts},
        missing=[],
        version=0,
        created_at=now,
        touched_at=now,
    )
    person = PersonWriter(session, keyring, member, today, now, scope)
    person.apply(facts)
    person.finish()
    session.add(
        Registration(
            member_id=member.id,
            account_id=account.id,
            id_index=keyring.blind(number, INDEX_ID) if number else None,
            sealed=keyring.seal(number.encode(), SEAL_REGISTRATION) if number else None,
            registered_at=now,
        )
    )
    audit.record(session, scope, "member.registered", "member", member.id, now)
    make_link(session, account, member, LinkedBy.REGISTERED, now)
    return member


def _made_before(session: Session, account: PhoneAccount, public_id: str) -> Member | None:
    return session.scalar(
        select(Member)
        .join(Registration, Registration.member_id == Member.id)
        .where(Member.public_id == public_id, Registration.account_id == account.id)
    )


def _registered(session: Session, account: PhoneAccount) -> int:
    own = select(func.count()).where(
        AccountLink.account_id == account.id, AccountLink.how == LinkedBy.REGISTERED
    )
    return session.scalar(own) or 0


def _facts(newcomer: Newcomer, number: str | None, phone: str | None, today: date) -> dict[str, Any]:
    facts: dict[str, Any] = {"name": newcomer.name, "willingness": Willingness.YES.value}
    if phone is not None:
        facts["phone"] = phone
    identity = parse_identity(number) if number else None
    if identity is not None and identity.birth_date is not None:
        if birthday(identity.birth_date, WORKING_AGE) > today:
            raise DomainError("under_16")
        facts["birth_date"] = identity.birth_date
        facts["sex"] = (Sex.MALE if identity.male else Sex.FEMALE).value
    return facts


def _household(session: Session, newcomer: Newcomer, now: datetime) -> Household:
    """A provisional household of one's own."""
    site = None
    if newcomer.settlement:
        site = session.scalar(select(Settlement).where(Settlement.public_id == newcomer.settlement))
    county = site.county if site is not None else newcomer.county
    tenant_id = site.tenant_id if site is not None else _tenant_of(session, county)
    if tenant_id is None or county is None:
        raise DomainError("place_needed")
    made = Household(
        tenant_id=tenant_id,
        provisional=True,
        settlement_id=site.id if site is not None else None,
        region_code=site.region_code if site is not None else county,
        county=county,
        version=1,
        created_at=now,
        touched_at=now,
    )
    session.add(made)
    session.flush()
    return made


def _tenant_of(session: Session, county: str | None) -> int | None:
    """The tenant that serves a county, the real one before the demo's."""
    try:
        prefecture = regions.prefecture_of(regions.get(county).code) if county else None
    except DomainError:
        return None
    served = select(Tenant.id).where(Tenant.prefecture == prefecture).order_by(Tenant.demo, Tenant.id)
    return session.scalar(served.limit(1)) if prefecture else None


def confirm(
    session: Session, scope: Scope, keyring: Keyring, public_id: str, *, today: date, now: datetime
) -> Member:
    """Confirm a registration: the ID number that was given becomes the person's own.

    Raises:
        Forbidden: ``not_allowed``. NotFound: ``person_unknown``, ``registration_unknown``.
        FactRefused: ``person_exists`` or ``person_elsewhere``: the ID number is somebody's already, so the
            two are merged as doubles, or this one is dismissed.
    """
    member, row = _to_decide(session, scope, public_id)
    number = number_of(keyring, row)
    if number is not None:
        person = PersonWriter(session, keyring, member, today, now, scope)
        person.apply({"id_number": number})
        member.by_hand = {**member.by_hand, "id_number": today.isoformat()}
        person.finish()
    row.confirmed_at, row.confirmed_by = now, scope.actor
    row.id_index = row.sealed = None
    audit.record(session, scope, "registration.confirmed", "member", member.id, now)
    return member


def dismiss(session: Session, scope: Scope, public_id: str, now: datetime) -> None:
    """Take out a registration that is nobody's, with the person it made.

    Raises:
        Forbidden: ``not_allowed``. NotFound: ``person_unknown``, ``registration_unknown``.
    """
    member, row = _to_decide(session, scope, public_id)
    audit.record(session, scope, "registration.dismissed", "member", member.id, now)
    session.delete(row)
    erase_member(session, member, now)


def _to_decide(session: Session, scope: Scope, public_id: str) -> tuple[Member, Registration]:
    if not scope.changes:
        raise Forbidden("not_allowed")
    member = member_in_scope(session, scope, public_id, lock=True)
    row = session.get(Registration, member.id)
    if row is None or row.confirmed_at is not None:
        raise NotFound("registration_unknown")
    return member, row
