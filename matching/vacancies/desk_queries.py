"""What the desk reads of vacancies: all states, within a scope, with what the public does not see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, select
from sqlalchemy.orm import Session

from matching.accounts.models import Organisation
from matching.accounts.scope import Scope
from matching.crypto import KeyMissing, Keyring
from matching.vacancies.codes import Held
from matching.vacancies.employers import is_verified
from matching.vacancies.facts import SEAL_CONTACT
from matching.vacancies.models import Vacancy
from matching.vacancies.service import vacancy_in_scope

_EMPLOYER = Organisation.__table__.alias("employer")


@dataclass(frozen=True, slots=True)
class PostFilters:
    """What a list of vacancies is narrowed to; None leaves a fact open.

    Args:
        text: has to stand in title, employer or number.
        doubtful: only those whose title code is doubtful.
    """

    state: str | None = None
    held: str | None = None
    kind: str | None = None
    text: str | None = None

    def named(self) -> dict[str, Any]:
        """The filters that are set, for an audit; the words themselves stay out."""
        chosen = {name: getattr(self, name) for name in ("state", "held", "kind") if getattr(self, name)}
        return {**chosen, **({"text": True} if self.text else {})}


@dataclass(frozen=True, slots=True)
class PostLine:
    """A vacancy in a list."""

    public_id: str
    ref: str | None
    title: str
    kind: str
    state: str
    held: tuple[str, ...]
    employer: str
    headcount: int | None
    pay_text: str | None
    pay_low_cents: int | None
    pay_high_cents: int | None
    pay_unit: str | None
    place: str | None
    county: str
    valid_until: date
    occupation_confidence: int


@dataclass(frozen=True, slots=True)
class PostPage:
    """One vacancy as the desk sees it.

    Args:
        facts: columns by name.
        confidence: of the title's first code, 0 to 100.
    """

    id: int
    public_id: str
    version: int
    state: str
    held: tuple[str, ...]
    facts: Mapping[str, Any]
    contact: str | None
    phone: str | None
    employer: str
    employer_id: str
    credit_code: str | None
    verified: bool
    verified_by: str | None
    posted_by: str
    occupations: tuple[str, ...]
    confidence: int
    posted_at: datetime
    touched_at: datetime
    demo: bool


def posts_in(scope: Scope) -> ColumnElement[bool]:
    """The condition under which a vacancy is managed within a scope; the same as ``vacancy_in_scope``."""
    conditions: list[ColumnElement[bool]] = [Vacancy.id.is_not(None)]
    if scope.tenant_id is not None:
        conditions.append(Vacancy.tenant_id == scope.tenant_id)
    if scope.county is not None:
        ours = select(Organisation.id).where(Organisation.county == scope.county)
        conditions.append((Vacancy.county == scope.county) | Vacancy.organisation_id.in_(ours))
    return and_(*conditions)


def _lines(scope: Scope, filters: PostFilters) -> Select[Any]:
    names = ("public_id", "ref", "title", "kind", "state", "held", "headcount", "pay_text", "pay_low_cents")
    more = ("pay_high_cents", "pay_unit", "place", "county", "valid_until", "occupation_confidence")
    columns: list[Any] = [getattr(Vacancy, name) for name in (*names, *more)]
    statement = (
        select(*columns, _EMPLOYER.c.name.label("employer"))
        .join(_EMPLOYER, _EMPLOYER.c.id == Vacancy.employer_id)
        .where(posts_in(scope))
    )
    if filters.state:
        statement = statement.where(Vacancy.state == filters.state)
    if filters.kind:
        statement = statement.where(Vacancy.kind == filters.kind)
    if filters.held:
        statement = statement.where(_held_for(filters.held))
    if filters.text:
        words = filters.text[:60]
        columns = [Vacancy.title, _EMPLOYER.c.name, Vacancy.ref]
        found = [column.contains(words, autoescape=True) for column in columns]
        statement = statement.where(found[0] | found[1] | found[2])
    return statement


def _held_for(reason: str) -> ColumnElement[bool]:
    return and_(Vacancy.state == "held", cast(Vacancy.held, Text).contains(f'"{reason}"', autoescape=True))


def posts_page(
    session: Session, scope: Scope, filters: PostFilters, *, limit: int, offset: int
) -> tuple[int, list[PostLine]]:
    """One page of vacancies, newest first.

    Returns:
        How many there are in all, and the page.
    """
    chosen = _lines(scope, filters)
    total = session.scalar(chosen.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    ordered = chosen.order_by(Vacancy.posted_at.desc(), Vacancy.id.desc()).limit(limit).offset(offset)
    return int(total), [_line(row) for row in session.execute(ordered)]


def every_post(session: Session, scope: Scope, filters: PostFilters) -> Iterator[PostLine]:
    """All vacancies of a list, for an export."""
    chosen = _lines(scope, filters).order_by(Vacancy.id)
    for row in session.execute(chosen.execution_options(yield_per=1000)):
        yield _line(row)


def _line(row: Any) -> PostLine:
    facts = {name: row._mapping[name] for name in PostLine.__slots__}
    return PostLine(**{**facts, "held": tuple(row.held or ())})


def count_by_state(session: Session, scope: Scope) -> dict[str, int]:
    """State → vacancies of the scope."""
    rows = session.execute(select(Vacancy.state, func.count()).where(posts_in(scope)).group_by(Vacancy.state))
    return {row[0]: row[1] for row in rows}


def held_counts(session: Session, scope: Scope) -> dict[str, int]:
    """Reason → vacancies that wait for it (one may wait for several)."""
    counts = [func.count().filter(_held_for(reason)) for reason in Held]
    row = session.execute(select(*counts).where(posts_in(scope))).one()
    return {reason.value: int(count) for reason, count in zip(Held, row, strict=True)}


def held_for(session: Session, scope: Scope, reason: Held) -> int:
    """How many vacancies wait for one reason."""
    counted = select(func.count()).select_from(Vacancy).where(posts_in(scope), _held_for(reason))
    return session.scalar(counted) or 0


def post_page(session: Session, keyring: Keyring, scope: Scope, public_id: str) -> PostPage:
    """One vacancy of the scope.

    Raises:
        NotFound: ``vacancy_unknown``.
    """
    row = vacancy_in_scope(session, scope, public_id)
    employer = session.get_one(Organisation, row.employer_id)
    poster = session.get_one(Organisation, row.organisation_id)
    reachable = contact_of(keyring, row)
    return PostPage(
        id=row.id,
        public_id=row.public_id,
        version=row.version,
        state=row.state,
        held=tuple(row.held),
        facts={column.key: getattr(row, column.key) for column in Vacancy.__table__.columns},
        contact=reachable.get("contact"),
        phone=reachable.get("phone"),
        employer=employer.name,
        employer_id=employer.public_id,
        credit_code=employer.credit_code,
        verified=is_verified(employer),
        verified_by=employer.verified_by,
        posted_by=poster.name,
        occupations=tuple(row.occupations),
        confidence=row.occupation_confidence,
        posted_at=row.posted_at,
        touched_at=row.touched_at,
        demo=row.demo,
    )


def contact_of(keyring: Keyring, row: Vacancy) -> dict[str, Any]:
    """Whom to ask; a damaged record shows as none."""
    try:
        return keyring.open_facts(row.contact, SEAL_CONTACT)
    except KeyMissing:
        return {}
