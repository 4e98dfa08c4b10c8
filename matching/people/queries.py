"""Reading people, always within a :class:`Scope` and masked.

What a person's page shows of ID number, telephone and name is what :mod:`masking` leaves; one field at a time
is opened by :func:`matching.people.service.unmask`, which audits it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, exists, false, func, select
from sqlalchemy.orm import Session

from matching.accounts.models import Role
from matching.accounts.scope import Scope
from matching.crypto import KeyMissing, Keyring
from matching.errors import NotFound
from matching.people.facts import (
    HOUSEHOLD,
    INDEX_LAST4,
    INDEX_PHONE,
    JOBSEEKER,
    MEMBER,
    SEAL_HOUSEHOLD,
    SEAL_MEMBER,
    Facts,
    stored_facts,
)
from matching.people.masking import mask_id, mask_name, mask_phone
from matching.people.models import (
    Household,
    ImportConflict,
    Jobseeker,
    Member,
)
from matching.people.person_rows import age_on
from matching.places.models import Settlement

#: More hits than this help nobody who looks for one person.
MOST_FOUND = 50
#: Facts that are never handed to a page in clear.
CLOSED = ("name", "id_number", "phone", "household_phone", "health", "disability", "difficulty", "birth_date")
OPEN = tuple(name for name in (*MEMBER, *HOUSEHOLD, *JOBSEEKER, "willingness") if name not in CLOSED)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of people is narrowed to; None leaves a fact open.

    Args:
        settlement: public id, or ``none`` for those without one.
        missing: a mandatory field that is not stated.
        eligible: True for jobseekers, False for members who are none.
    """

    settlement: str | None = None
    willingness: str | None = None
    work: str | None = None
    capacity: str | None = None
    missing: str | None = None
    eligible: bool | None = None

    def named(self) -> dict[str, Any]:
        """The filters that are set, for an audit."""
        return {name: getattr(self, name) for name in self.__slots__ if getattr(self, name) is not None}


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in a list, masked."""

    public_id: str
    name: str
    sex: str | None
    age: int | None
    phone: str | None
    relation: str | None
    capacity: str | None
    settlement: str | None
    county: str
    jobseeker: bool
    willingness: str | None
    work: str | None
    missing: int


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person, masked.

    Args:
        facts: plain facts by the names of ``words.FIELDS``; closed ones are left out.
        masked: name, id_number, phone, household_phone as they may be shown; None: not stated.
        stated: closed facts without a masked form of which something is stated.
        jobseeker_id: row of the jobseeker; None for a member who is none.
        by_hand: fields corrected by hand → day.
        sources: (family@organisation, fields that it stated).
    """

    member_id: int
    public_id: str
    version: int
    county: str
    age: int | None
    facts: Mapping[str, Any]
    masked: Mapping[str, str | None]
    stated: frozenset[str]
    eligible: bool
    jobseeker_id: int | None
    demo: bool
    classes: Mapping[str, bool]
    missing: tuple[str, ...]
    by_hand: Mapping[str, str]
    household: str
    household_code: str | None
    provisional: bool
    settlement: str | None
    settlement_name: str | None
    created_at: datetime
    touched_at: datetime


def people_in(scope: Scope) -> ColumnElement[bool]:
    """The condition under which a member is within a scope: a jobseeker's own, nobody for employers."""
    if scope.role is Role.JOBSEEKER:
        return Member.id.in_(scope.member_ids)
    if not scope.sees_people:
        return false()
    conditions = []
    if scope.tenant_id is not None:
        conditions.append(Member.tenant_id == scope.tenant_id)
    if scope.county is not None:
        conditions.append(Member.county == scope.county)
    return and_(*conditions) if conditions else Member.id.is_not(None)


def member_in_scope(session: Session, scope: Scope, public_id: str, *, lock: bool = False) -> Member:
    """A member that this actor may see.

    Raises:
        NotFound: ``person_unknown``, also for one of another county or tenant.
    """
    statement = select(Member).where(Member.public_id == public_id, people_in(scope))
    found = session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound("person_unknown")
    return found


_LINE = (
    *(Member.public_id, Member.name, Member.sex, Member.birth_date, Member.sealed, Member.relation),
    *(Member.capacity, Member.county, Member.missing, Settlement.name.label("settlement")),
    *(Jobseeker.eligible, Jobseeker.willingness, Jobseeker.work),
)


def _lines(scope: Scope) -> Select[Any]:
    columns: Any = _LINE
    return (
        select(*columns)
        .join(Household, Household.id == Member.household_id)
        .outerjoin(Settlement, Settlement.id == Household.settlement_id)
        .outerjoin(Jobseeker, Jobseeker.id == Member.id)
        .where(people_in(scope))
    )


def _narrowed(statement: Select[Any], filters: Filters) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = []
    if filters.settlement == "none":
        conditions.append(Household.settlement_id.is_(None))
    elif filters.settlement is not None:
        conditions.append(Settlement.public_id == filters.settlement)
    for column, value in (
        (Jobseeker.willingness, filters.willingness),
        (Jobseeker.work, filters.work),
        (Member.capacity, filters.capacity),
    ):
        if value is not None:
            conditions.append(column == value)
    if filters.missing is not None:
        conditions.append(lacks(filters.missing))
    if filters.eligible is not None:
        able = func.coalesce(Jobseeker.eligible, False)
        conditions.append(able.is_(True) if filters.eligible else able.is_(False))
    return statement.where(*conditions)


def lacks(field: str) -> ColumnElement[bool]:
    """The condition under which a mandatory field of a member is not stated."""
    return cast(Member.missing, Text).contains(f'"{field}"', autoescape=True)


def people_page(
    session: Session,
    keyring: Keyring,
    scope: Scope,
    filters: Filters,
    today: date,
    *,
    limit: int,
    offset: int,
) -> tuple[int, list[PersonLine]]:
    """One page of people, by settlement and household.

    Returns:
        How many there are in all, and the page.
    """
    chosen = _narrowed(_lines(scope), filters)
    total = session.scalar(chosen.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    ordered = chosen.order_by(Household.settlement_id, Household.id, Member.id).limit(limit).offset(offset)
    return int(total), [_line(row, keyring, today) for row in session.execute(ordered)]


def every_person(
    session: Session, keyring: Keyring, scope: Scope, filters: Filters, today: date
) -> Iterator[PersonLine]:
    """All people of a list, for an export: memory does not grow with their number."""
    chosen = _narrowed(_lines(scope), filters).order_by(Household.settlement_id, Household.id, Member.id)
    for row in session.execute(chosen.execution_options(yield_per=1000)):
        yield _line(row, keyring, today)


def people_by_ids(
    session: Session, keyring: Keyring, scope: Scope, ids: Sequence[int], today: date
) -> dict[int, PersonLine]:
    """The people of these rows whom the scope sees, masked, by row."""
    columns: Any = (Member.id, *_LINE)
    statement = _lines(scope).with_only_columns(*columns).where(Member.id.in_(ids))
    return {row.id: _line(row, keyring, today) for row in session.execute(statement)}


def find_people(
    session: Session, keyring: Keyring, scope: Scope, text: str, today: date
) -> tuple[str, list[PersonLine]]:
    """People by telephone (11 digits), last four of the document number, or the beginning of the name.

    Returns:
        By what was looked (``phone``, ``last4`` or ``name``), and at most :data:`MOST_FOUND` people.
    """
    by, condition = _asked(keyring, "".join(text.split()))
    statement = _lines(scope).where(condition).order_by(Member.name, Member.id).limit(MOST_FOUND)
    return by, [_line(row, keyring, today) for row in session.execute(statement)]


def _asked(keyring: Keyring, text: str) -> tuple[str, ColumnElement[bool]]:
    bare = text.upper()
    if bare.isascii() and bare.isdigit() and len(bare) > 6:
        return "phone", Member.phone_index == keyring.blind(bare, INDEX_PHONE)
    if len(bare) == 4 and bare.isascii() and bare[:3].isdigit() and (bare[3].isdigit() or bare[3] == "X"):
        return "last4", Member.id_last4_index == keyring.blind(bare, INDEX_LAST4)
    if not text:
        return "name", false()
    return "name", Member.name.startswith(text[:60], autoescape=True)


def _line(row: Any, keyring: Keyring, today: date) -> PersonLine:
    return PersonLine(
        public_id=row.public_id,
        name=mask_name(row.name),
        sex=row.sex,
        age=age_on(today, row.birth_date) if row.birth_date else None,
        phone=mask_phone(opened(keyring, row.sealed).get("phone")),
        relation=row.relation,
        capacity=row.capacity,
        settlement=row.settlement,
        county=row.county,
        jobseeker=bool(row.eligible),
        willingness=row.willingness,
        work=row.work,
        missing=len(row.missing),
    )


def opened(keyring: Keyring, sealed: bytes | None) -> Facts:
    """The sealed facts of a member; a damaged record shows as none and does not take a list down."""
    try:
        return keyring.open_facts(sealed, SEAL_MEMBER)
    except KeyMissing:
        return {}


def person(session: Session, keyring: Keyring, scope: Scope, public_id: str, today: date) -> PersonPage:
    """One person's page.

    Raises:
        NotFound: ``person_unknown``.
    """
    member = member_in_scope(session, scope, public_id)
    household = session.get_one(Household, member.household_id)
    seeker = session.get(Jobseeker, member.id)
    site = session.get(Settlement, household.settlement_id) if household.settlement_id else None
    facts = stored_facts(keyring, household, member, seeker)
    return PersonPage(
        member_id=member.id,
        public_id=member.public_id,
        version=member.version,
        county=member.county,
        age=age_on(today, member.birth_date) if member.birth_date else None,
        facts={name: facts.get(name) for name in OPEN},
        masked={
            "name": mask_name(member.name),
            "id_number": mask_id(facts.get("id_number")),
            "phone": mask_phone(facts.get("phone")),
            "household_phone": mask_phone(facts.get("household_phone")),
        },
        stated=frozenset(name for name in ("health", "disability", "difficulty") if facts.get(name)),
        eligible=bool(seeker and seeker.eligible),
        jobseeker_id=seeker.id if seeker else None,
        demo=bool(seeker and seeker.demo),
        classes=seeker.classes if seeker else {},
        missing=tuple(member.missing),
        by_hand=member.by_hand,
        household=household.public_id,
        household_code=household.code,
        provisional=household.provisional,
        settlement=site.public_id if site else None,
        settlement_name=site.name if site else None,
        created_at=member.created_at,
        touched_at=member.touched_at,
    )


def members_of(
    session: Session, keyring: Keyring, scope: Scope, household: str, today: date
) -> list[PersonLine]:
    """Everybody of a household (public id) whom the scope sees, the head first."""
    chosen = _lines(scope).where(Household.public_id == household)
    ordered = chosen.order_by(Member.is_head.desc(), Member.id)
    return [_line(row, keyring, today) for row in session.execute(ordered)]


def has_conflicts(session: Session, scope: Scope, member_id: int) -> bool:
    """Whether a sheet offers something else for a field that was corrected by hand."""
    open_ones = select(ImportConflict.id).where(
        ImportConflict.member_id == member_id, ImportConflict.resolved_at.is_(None)
    )
    return bool(session.scalar(select(exists(open_ones))))


def settlement_choices(session: Session, scope: Scope) -> Sequence[tuple[str, str]]:
    """(public id, name) of the settlements of a scope, by name."""
    statement = select(Settlement.public_id, Settlement.name).order_by(Settlement.county, Settlement.name)
    if scope.tenant_id is not None:
        statement = statement.where(Settlement.tenant_id == scope.tenant_id)
    if scope.county is not None:
        statement = statement.where(Settlement.county == scope.county)
    return list(session.execute(statement).all())


def household_phone(keyring: Keyring, household: Household) -> str | None:
    """The household's telephone in clear: for :func:`service.unmask` only."""
    phone: str | None = keyring.open_facts(household.sealed, SEAL_HOUSEHOLD).get("phone")
    return phone
