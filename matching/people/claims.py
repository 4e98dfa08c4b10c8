"""Whose data an account may see: linked by ID number and the ledger's telephone, or by a helper's code.

A link is worth what it was made of.  One made with the ledger's telephone holds only as long as the ledger
names that telephone; any link holds only if it was proved after the account last stood unused for long, so a
number that went to somebody else shows nothing of its old owner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from matching.accounts import audit, phones
from matching.accounts.models import PhoneAccount
from matching.accounts.scope import Scope
from matching.accounts.service import digest, note_failure, too_many
from matching.crypto import Keyring
from matching.errors import DomainError, Forbidden, NotFound
from matching.people.codes import LinkedBy
from matching.people.facts import INDEX_ID, INDEX_PHONE
from matching.people.models import AccountLink, HelperCode, Household, Jobseeker, Member, Registration
from matching.people.queries import household_phone, member_in_scope
from matching.people.rules import is_paused
from matching.sheets.identity import parse_identity
from matching.sheets.problems import CellProblem

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Wrong ID numbers and wrong helpers' codes, together: of one account and from one address.
WRONG_ALLOWED = ((5, HOUR), (10, DAY))
WRONG_FROM_ADDRESS = ((20, HOUR),)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom an account may choose.

    Args:
        tenant_id: whose person it is.
        settlement_id: row of the settlement, for where distances start.
        seeker: public id of the jobseeker; None for somebody who is none (a child, a pupil).
        paused: found work, so nothing is chosen for her until she looks again.
        waiting: registered alone and not confirmed yet.
    """

    member_id: int
    public_id: str
    name: str
    tenant_id: int
    county: str
    settlement_id: int | None
    seeker: str | None
    matching_on: bool
    paused: bool
    waiting: bool


def people_of(session: Session, keyring: Keyring, account: PhoneAccount) -> list[Person]:
    """Everybody whose link to an account holds now."""
    rows = session.execute(
        select(AccountLink, Member, Household, Jobseeker, Registration)
        .join(Member, Member.id == AccountLink.member_id)
        .join(Household, Household.id == Member.household_id)
        .outerjoin(Jobseeker, Jobseeker.id == Member.id)
        .outerjoin(Registration, Registration.member_id == Member.id)
        .where(AccountLink.account_id == account.id, AccountLink.ended_at.is_(None))
        .order_by(AccountLink.id)
    ).all()
    return [
        Person(
            member_id=member.id,
            public_id=member.public_id,
            name=member.name,
            tenant_id=member.tenant_id,
            county=member.county,
            settlement_id=household.settlement_id,
            seeker=seeker.public_id if seeker is not None and seeker.eligible else None,
            matching_on=bool(seeker and seeker.matching_on),
            paused=bool(seeker and is_paused(seeker.paused_on, seeker.work)),
            waiting=registration is not None and registration.confirmed_at is None,
        )
        for link, member, household, seeker, registration in rows
        if _is_proved(link, account)
        and (link.how != LinkedBy.LEDGER or _has_phone(keyring, account, member, household))
    ]


def sleeping(session: Session, account: PhoneAccount) -> bool:
    """Whether somebody was linked whose ID number has to be typed once more."""
    links = select(AccountLink).where(AccountLink.account_id == account.id, AccountLink.ended_at.is_(None))
    return any(not _is_proved(link, account) for link in session.scalars(links))


def _is_proved(link: AccountLink, account: PhoneAccount) -> bool:
    return account.prove_after is None or link.proved_at >= account.prove_after


def _has_phone(keyring: Keyring, account: PhoneAccount, member: Member, household: Household) -> bool:
    number = phones.number_of(keyring, account)
    if number is None:
        return False
    own = member.phone_index == keyring.blind(number, INDEX_PHONE)
    return own or household_phone(keyring, household) == number


def choose(
    session: Session, keyring: Keyring, account: PhoneAccount, token: str, public_id: str, now: datetime
) -> Person:
    """Say for whom this browser asks from now on.

    Raises:
        NotFound: ``person_unknown``: not one of the account's people.
    """
    for person in people_of(session, keyring, account):
        if person.public_id == public_id:
            phones.remember_choice(session, token, person.member_id)
            scope = scope_of(account, person)
            fields = {"member": person.member_id}
            audit.record(session, scope, "person.chosen", "phone_account", account.id, now, fields=fields)
            return person
    raise NotFound("person_unknown")


def scope_of(account: PhoneAccount, person: Person | None) -> Scope:
    """What an account may see for the person chosen; without one nothing of anybody."""
    if person is None:
        return phones.scope_of(account)
    return phones.scope_of(account, tenant_id=person.tenant_id, member_ids=frozenset({person.member_id}))


def claim(
    session: Session, keyring: Keyring, account: PhoneAccount, *, number: str, address: str, now: datetime
) -> int:
    """Link a person by ID number and the telephone that the ledger names, or prove an old link anew.

    A number that nobody has and one with another telephone are answered alike.  A miss is counted here, so
    the caller commits in either case.

    Args:
        number: ID number as typed.
        address: the caller's address; only its digest is kept.

    Returns:
        Row of the member; 0 for a miss.

    Raises:
        DomainError: ``id_number_form``, ``too_many_wrong``.
    """
    subjects = checked_tries(session, account, address, now)
    index = keyring.blind(id_number(number), INDEX_ID)
    found = session.execute(
        select(Member, Household, AccountLink)
        .join(Household, Household.id == Member.household_id)
        .outerjoin(AccountLink, (AccountLink.member_id == Member.id) & (AccountLink.account_id == account.id))
        .where(Member.id_index == index)
        .order_by(Member.id)
    ).all()
    linked = [row.Member for row in found if _may_claim(keyring, account, *row)]
    if not linked:
        note_failure(session, subjects, now)
        audit.record(session, phones.scope_of(account), "link.refused", "phone_account", account.id, now)
        return 0
    for member in linked:
        held = next(row.AccountLink for row in found if row.Member is member)
        make_link(session, account, member, held.how if _is_open(held) else LinkedBy.LEDGER, now)
    return linked[0].id


def _may_claim(
    keyring: Keyring, account: PhoneAccount, member: Member, household: Household, link: AccountLink | None
) -> bool:
    fits = _has_phone(keyring, account, member, household)
    return fits or (_is_open(link) and link is not None and link.how != LinkedBy.LEDGER)


def _is_open(link: AccountLink | None) -> bool:
    return link is not None and link.ended_at is None


def id_number(text: str) -> str:
    """An ID number as it is stored.

    Raises:
        DomainError: ``id_number_form``.
    """
    try:
        identity = parse_identity(phones.typed(text))
    except CellProblem:
        identity = None
    if identity is None:
        raise DomainError("id_number_form")
    return identity.number


def checked_tries(
    session: Session, account: PhoneAccount | None, address: str, now: datetime
) -> Sequence[str]:
    """Digests under which a miss is to be counted.

    Raises:
        DomainError: ``too_many_wrong``.
    """
    by_address = digest(f"claim address {address}")
    by_account = digest(f"claim account {account.id}") if account is not None else None
    limits = [(by_address, *limit) for limit in WRONG_FROM_ADDRESS]
    limits += [(by_account, *limit) for limit in WRONG_ALLOWED if by_account is not None]
    if any(too_many(session, [subject], now, most, within) for subject, most, within in limits):
        raise DomainError("too_many_wrong")
    return [by_address, *([by_account] if by_account else [])]


def make_link(session: Session, account: PhoneAccount, member: Member, how: str, now: datetime) -> None:
    """Link a person to an account, or prove the link anew; the caller has seen that it may be."""
    held = session.scalar(
        select(AccountLink).where(AccountLink.account_id == account.id, AccountLink.member_id == member.id)
    )
    if held is None:
        held = AccountLink(account_id=account.id, member_id=member.id, linked_at=now)
        session.add(held)
    elif held.ended_at is not None:
        held.linked_at, held.ended_at = now, None
    held.how, held.proved_at = how, now
    session.flush()
    scope = phones.scope_of(account, tenant_id=member.tenant_id, member_ids=frozenset({member.id}))
    audit.record(session, scope, "link.made", "member", member.id, now, fields={"how": how})


def unlink(session: Session, account: PhoneAccount, member_id: int, now: datetime) -> None:
    """Take a person off an account; their data stay where they are."""
    held = session.scalar(
        select(AccountLink).where(AccountLink.account_id == account.id, AccountLink.member_id == member_id)
    )
    if held is not None and held.ended_at is None:
        held.ended_at = now
        audit.record(session, phones.scope_of(account), "link.ended", "member", member_id, now)


def count_links(session: Session, scope: Scope, public_id: str) -> int:
    """How many accounts see a person of the scope now.

    Raises:
        NotFound: ``person_unknown``.
    """
    member = member_in_scope(session, scope, public_id)
    counted = select(func.count()).where(AccountLink.member_id == member.id, AccountLink.ended_at.is_(None))
    return session.scalar(counted) or 0


def end_links(session: Session, scope: Scope, public_id: str, now: datetime) -> int:
    """Take a person off every account at once, for an office that was told of a lost telephone.

    Returns:
        How many accounts saw the person until now.

    Raises:
        Forbidden: ``not_allowed``. NotFound: ``person_unknown``.
    """
    if not scope.changes:
        raise Forbidden("not_allowed")
    member = member_in_scope(session, scope, public_id)
    session.execute(delete(HelperCode).where(HelperCode.member_id == member.id))
    open_ones = select(AccountLink).where(AccountLink.member_id == member.id, AccountLink.ended_at.is_(None))
    links = session.scalars(open_ones).all()
    for link in links:
        link.ended_at = now
    audit.record(session, scope, "links.ended", "member", member.id, now, fields={"links": len(links)})
    return len(links)
