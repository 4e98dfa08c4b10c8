"""Who registered alone and waits, masked, beside those of the ledger who may be the same person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from matching.accounts.scope import Scope
from matching.crypto import Keyring
from matching.errors import NotFound
from matching.people.masking import mask_id, mask_name
from matching.people.models import Household, Member, Registration
from matching.people.queries import member_in_scope, people_in
from matching.places.models import Settlement

SEAL_REGISTRATION = "registration.sealed"
#: More than these look alike only by a common name.
MOST_LIKELY = 5


@dataclass(frozen=True, slots=True)
class RegistrationLine:
    """A registration in the coordinator's list, masked.

    Args:
        public_id: of the person.
        number: ID number, masked; None when none was given.
        known: somebody of the tenant has that ID number already.
    """

    public_id: str
    name: str
    number: str | None
    settlement: str | None
    county: str
    known: bool
    registered_at: datetime


def unconfirmed(
    session: Session, keyring: Keyring, scope: Scope, *, limit: int, offset: int
) -> tuple[int, list[RegistrationLine]]:
    """Who registered alone and waits, the oldest first.

    Returns:
        How many there are in all, and the page.
    """
    ordered = _lines(scope).order_by(Registration.registered_at, Registration.member_id)
    rows = session.execute(ordered.limit(limit).offset(offset))
    return count_unconfirmed(session, scope), [_line(keyring, row) for row in rows]


def _lines(scope: Scope) -> Select[Any]:
    double = aliased(Member)
    known = exists().where(double.tenant_id == Member.tenant_id, double.id_index == Registration.id_index)
    columns: Any = (Registration, Member, Settlement.name.label("settlement"), known.label("known"))
    return (
        select(*columns)
        .join(Member, Member.id == Registration.member_id)
        .join(Household, Household.id == Member.household_id)
        .outerjoin(Settlement, Settlement.id == Household.settlement_id)
        .where(waits(scope))
    )


def _line(keyring: Keyring, row: Any) -> RegistrationLine:
    return RegistrationLine(
        public_id=row.Member.public_id,
        name=mask_name(row.Member.name),
        number=mask_id(number_of(keyring, row.Registration)),
        settlement=row.settlement,
        county=row.Member.county,
        known=bool(row.known),
        registered_at=row.Registration.registered_at,
    )


def waits(scope: Scope) -> ColumnElement[bool]:
    """The condition under which a registration is within a scope and not decided."""
    return people_in(scope) & Registration.confirmed_at.is_(None)


def number_of(keyring: Keyring, row: Registration) -> str | None:
    """The ID number that was typed, in clear."""
    return keyring.open(row.sealed, SEAL_REGISTRATION).decode() if row.sealed else None


@dataclass(frozen=True, slots=True)
class RegistrationPage:
    """One registration with what helps to decide about it.

    Args:
        likely: public ids of people of the scope with the same ID number, or the same name and birth date.
        doubles: those of them who can be merged with it: name and birth date are the same.
        elsewhere: somebody outside the scope has that ID number; nothing more is said of them.
    """

    line: RegistrationLine
    likely: tuple[str, ...]
    doubles: frozenset[str]
    elsewhere: bool


def one(session: Session, keyring: Keyring, scope: Scope, public_id: str) -> RegistrationPage:
    """One registration that waits.

    Raises:
        NotFound: ``person_unknown``, ``registration_unknown``.
    """
    member = member_in_scope(session, scope, public_id)
    found = session.execute(_lines(scope).where(Registration.member_id == member.id)).one_or_none()
    if found is None:
        raise NotFound("registration_unknown")
    typed = found.Registration.id_index
    same_number = Member.id_index == typed if typed is not None else false()
    alike = and_(Member.name == member.name, Member.birth_date == member.birth_date)
    others = and_(Member.tenant_id == member.tenant_id, Member.id != member.id, or_(same_number, alike))
    rows = session.execute(
        select(Member.public_id, Member.name, Member.birth_date)
        .where(others, people_in(scope))
        .order_by(case((same_number, 0), else_=1), Member.id)
        .limit(MOST_LIKELY)
    ).all()
    inside = select(Member.id).where(others, same_number, people_in(scope))
    return RegistrationPage(
        line=_line(keyring, found),
        likely=tuple(row.public_id for row in rows),
        doubles=frozenset(
            row.public_id
            for row in rows
            if member.birth_date and (row.name, row.birth_date) == (member.name, member.birth_date)
        ),
        elsewhere=bool(found.known) and session.scalar(inside.limit(1)) is None,
    )


def count_unconfirmed(session: Session, scope: Scope) -> int:
    """How many wait."""
    counted = select(func.count()).select_from(Registration).join(Member).where(waits(scope))
    return session.scalar(counted) or 0
