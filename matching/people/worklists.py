"""What waits for somebody to look at it, and how complete the ledger is per settlement; always in a scope."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from matching.accounts.scope import Scope
from matching.crypto import KeyMissing, Keyring
from matching.people.ledger_update import SEAL_OFFER
from matching.people.masking import mask_id, mask_name, mask_phone
from matching.people.models import Household, ImportConflict, Member, ToldApart, TransferRequest
from matching.people.queries import CLOSED, people_in
from matching.places.models import Settlement

#: Closed facts that have a masked form.
MASKS = {"name": mask_name, "id_number": mask_id, "phone": mask_phone, "household_phone": mask_phone}


def sites_in(scope: Scope) -> ColumnElement[bool]:
    """The condition under which a settlement is within a scope."""
    conditions: list[ColumnElement[bool]] = [Settlement.id.is_not(None)]
    if scope.tenant_id is not None:
        conditions.append(Settlement.tenant_id == scope.tenant_id)
    if scope.county is not None:
        conditions.append(Settlement.county == scope.county)
    return and_(*conditions)


def households_in(scope: Scope) -> ColumnElement[bool]:
    """The condition under which a household is within a scope."""
    conditions: list[ColumnElement[bool]] = [
        Household.id.is_not(None) if scope.sees_people else Household.id < 0
    ]
    if scope.tenant_id is not None:
        conditions.append(Household.tenant_id == scope.tenant_id)
    if scope.county is not None:
        conditions.append(Household.county == scope.county)
    return and_(*conditions)


@dataclass(frozen=True, slots=True)
class HouseholdLine:
    """A household in a worklist: its head (or first member) masked."""

    public_id: str
    code: str | None
    version: int
    county: str
    region_code: str
    settlement: str | None
    person: str | None
    name: str | None
    members: int


def provisional_households(
    session: Session, scope: Scope, *, limit: int, offset: int
) -> tuple[int, list[HouseholdLine]]:
    """Households without a household key: they wait to be linked, or to get a key of their own."""
    return _households(session, and_(households_in(scope), Household.provisional), limit, offset)


def unplaced_households(
    session: Session, scope: Scope, *, limit: int, offset: int
) -> tuple[int, list[HouseholdLine]]:
    """Households of which no settlement is stated."""
    return _households(session, and_(households_in(scope), Household.settlement_id.is_(None)), limit, offset)


def household_line(session: Session, scope: Scope, public_id: str) -> HouseholdLine | None:
    """One household of the scope."""
    _total, lines = _households(session, and_(households_in(scope), Household.public_id == public_id), 1, 0)
    return lines[0] if lines else None


def _households(
    session: Session, condition: ColumnElement[bool], limit: int, offset: int
) -> tuple[int, list[HouseholdLine]]:
    total = session.scalar(select(func.count()).select_from(Household).where(condition)) or 0
    found = session.execute(
        select(Household, Settlement.name)
        .outerjoin(Settlement, Settlement.id == Household.settlement_id)
        .where(condition)
        .order_by(Household.id)
        .limit(limit)
        .offset(offset)
    ).all()
    members: dict[int, list[Any]] = {}
    ids = [household.id for household, _site in found]
    for member in session.execute(
        select(Member.household_id, Member.public_id, Member.name)
        .where(Member.household_id.in_(ids))
        .order_by(Member.is_head.desc(), Member.id)
    ):
        members.setdefault(member.household_id, []).append(member)
    return int(total), [
        _household(household, site, members.get(household.id, [])) for household, site in found
    ]


def _household(household: Household, site: str | None, members: list[Any]) -> HouseholdLine:
    first = members[0] if members else None
    return HouseholdLine(
        household.public_id,
        household.code,
        household.version,
        household.county,
        household.region_code,
        site,
        first.public_id if first else None,
        mask_name(first.name) if first else None,
        len(members),
    )


@dataclass(frozen=True, slots=True)
class Double:
    """People of one name and birth date: perhaps one person twice, perhaps not.

    Args:
        people: public ids.
        pairs: those two of them of whom nobody has said that they are two people.
    """

    name: str
    people: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]


def likely_doubles(session: Session, scope: Scope, *, limit: int, offset: int) -> tuple[int, list[Double]]:
    """Groups of people with the same name and birth date, shown to somebody, never merged by themselves."""
    same = _doubles(scope)
    total = session.scalar(select(func.count()).select_from(same.subquery())) or 0
    groups = session.execute(same.order_by("first").limit(limit).offset(offset)).all()
    return int(total), [_double(session, scope, group) for group in groups]


def _double(session: Session, scope: Scope, group: Any) -> Double:
    rows = session.execute(
        select(Member.id, Member.public_id)
        .where(
            people_in(scope),
            Member.tenant_id == group.tenant_id,
            Member.name == group.name,
            Member.birth_date == group.birth_date,
        )
        .order_by(Member.id)
    ).all()
    ids = [row.id for row in rows]
    told = select(ToldApart.first_id, ToldApart.second_id).where(
        ToldApart.first_id.in_(ids), ToldApart.second_id.in_(ids)
    )
    apart = {tuple(row) for row in session.execute(told)}
    pairs = [(a.public_id, b.public_id) for a, b in combinations(rows, 2) if (a.id, b.id) not in apart]
    return Double(mask_name(group.name), tuple(row.public_id for row in rows), tuple(pairs))


def _doubles(scope: Scope) -> Any:
    """Groups with at least one pair of which nobody has said that they are two people."""
    by = (Member.tenant_id, Member.name, Member.birth_date)
    same = (
        select(*by, func.count().label("people"), func.min(Member.id).label("first"))
        .where(people_in(scope), Member.birth_date.is_not(None), Member.name != "")
        .group_by(*by)
        .having(func.count() > 1)
        .subquery()
    )
    one, other = aliased(Member), aliased(Member)
    alike = [
        getattr(member, name) == same.c[name]
        for member in (one, other)
        for name in ("tenant_id", "name", "birth_date")
    ]
    if scope.county is not None:
        alike += [one.county == scope.county, other.county == scope.county]
    told = (
        select(func.count())
        .select_from(ToldApart)
        .join(one, one.id == ToldApart.first_id)
        .join(other, other.id == ToldApart.second_id)
        .where(*alike)
        .correlate(same)
        .scalar_subquery()
    )
    return select(same).where(same.c.people * (same.c.people - 1) > 2 * told)


@dataclass(frozen=True, slots=True)
class Transfer:
    """A ledger of one county named a person whom another keeps; no fact of the person."""

    id: int
    from_county: str | None
    to_county: str
    created_at: datetime


def transfers_in(scope: Scope) -> ColumnElement[bool]:
    """The condition under which an open transfer request concerns a scope."""
    conditions: list[ColumnElement[bool]] = [TransferRequest.settled_at.is_(None)]
    if not scope.sees_people:
        conditions.append(TransferRequest.id < 0)
    if scope.tenant_id is not None:
        conditions.append(TransferRequest.tenant_id == scope.tenant_id)
    if scope.county is not None:
        conditions.append(
            (TransferRequest.from_county == scope.county) | (TransferRequest.to_county == scope.county)
        )
    return and_(*conditions)


def transfers(session: Session, scope: Scope, *, limit: int, offset: int) -> tuple[int, list[Transfer]]:
    """Open transfer requests between counties of which the scope is one."""
    condition = transfers_in(scope)
    total = session.scalar(select(func.count()).select_from(TransferRequest).where(condition)) or 0
    rows = session.scalars(
        select(TransferRequest).where(condition).order_by(TransferRequest.id).limit(limit).offset(offset)
    )
    return int(total), [Transfer(row.id, row.from_county, row.to_county, row.created_at) for row in rows]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A sheet offers another value for a field that was corrected by hand.

    Args:
        offered: the value, None for a field whose values stay closed.
    """

    id: int
    person: str
    name: str
    field: str
    source: str
    offered: Any
    created_at: datetime


def _conflicts(scope: Scope) -> Any:
    return (
        select(ImportConflict, Member)
        .join(Member, Member.id == ImportConflict.member_id)
        .where(people_in(scope), ImportConflict.resolved_at.is_(None))
    )


def conflicts(
    session: Session, keyring: Keyring, scope: Scope, *, member_id: int | None = None, limit: int, offset: int
) -> tuple[int, list[Conflict]]:
    """Open conflicts, oldest first."""
    chosen = _conflicts(scope)
    if member_id is not None:
        chosen = chosen.where(Member.id == member_id)
    total = session.scalar(chosen.with_only_columns(func.count())) or 0
    rows = session.execute(chosen.order_by(ImportConflict.id).limit(limit).offset(offset)).all()
    return int(total), [
        Conflict(
            row.id,
            member.public_id,
            mask_name(member.name),
            row.field,
            row.source.partition("@")[0],
            _shown(row.field, offered_value(keyring, row.offered)),
            row.created_at,
        )
        for row, member in rows
    ]


def _shown(field: str, value: Any) -> Any:
    if field in MASKS:
        return MASKS[field](value)
    return None if field in CLOSED else value


def offered_value(keyring: Keyring, sealed: bytes) -> Any:
    """What a sheet offers, as JSON holds it."""
    try:
        return json.loads(keyring.open(sealed, SEAL_OFFER))
    except KeyMissing:
        return None


def counts(session: Session, scope: Scope) -> dict[str, int]:
    """How many rows each worklist has, and how many people there are."""
    doubles = session.scalar(select(func.count()).select_from(_doubles(scope).subquery())) or 0
    people = session.scalar(select(func.count()).select_from(Member).where(people_in(scope))) or 0
    return {**quick_counts(session, scope), "doubles": int(doubles), "people": int(people)}


def quick_counts(session: Session, scope: Scope) -> dict[str, int]:
    """How many rows those worklists have that are counted without reading every person."""

    def rows(table: Any, *conditions: Any) -> int:
        return int(session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0)

    households = households_in(scope)
    return {
        "unplaced": rows(Household, households, Household.settlement_id.is_(None)),
        "provisional": rows(Household, households, Household.provisional),
        "unconfirmed": rows(Settlement, sites_in(scope), Settlement.unconfirmed),
        "transfers": rows(TransferRequest, transfers_in(scope)),
        "conflicts": int(session.scalar(_conflicts(scope).with_only_columns(func.count())) or 0),
    }
