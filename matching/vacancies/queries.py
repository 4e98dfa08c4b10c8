"""What the public may read of vacancies.

A vacancy is open while its state is ``open`` and its last day has not passed in China; list, page, counts and
similar posts all ask for the same two facts, so they change at the same instant, whether or not the nightly
expiry has run.  Only the columns that are shown are read, and only shown rows' contacts are opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from matching.accounts.models import Organisation
from matching.clock import local_day
from matching.crypto import KeyMissing, Keyring
from matching.errors import DomainError, NotFound
from matching.places import regions
from matching.vacancies.codes import State
from matching.vacancies.employers import VOUCHERS
from matching.vacancies.facts import SEAL_CONTACT
from matching.vacancies.models import Vacancy

log = structlog.get_logger()

ESCAPE = "\\"


class VacancyOver(DomainError):
    """``vacancy_over``: the post was public and is filled, closed or past its last day."""


@dataclass(frozen=True, slots=True)
class VacancyCard:
    """What a card in a list shows; ``None`` and empty tuples mean not stated, money is in integer cents.

    Args:
        place: as written by the employer.
        county: 6 digits of the work place.
        destination: adcode for labour cooperation, else None.
        longitude, latitude: degrees of the place itself, never of a county's point.
        verified: the employer's papers were looked at, or an office vouched.
        contact, phone: whom to ask; opened for shown rows only.
    """

    id: int
    public_id: str
    title: str
    kind: str
    demo: bool
    headcount: int | None
    place: str | None
    county: str
    destination: str | None
    longitude: float | None
    latitude: float | None
    pay_text: str | None
    pay_low_cents: int | None
    pay_high_cents: int | None
    pay_unit: str | None
    month_low_cents: int | None
    month_high_cents: int | None
    hours_per_day: float | None
    days_per_week: float | None
    shifts: tuple[str, ...]
    load: str | None
    required_skills: tuple[str, ...]
    preferred_skills: tuple[str, ...]
    benefits: tuple[str, ...]
    tags: tuple[str, ...]
    start_on: date | None
    valid_until: date
    employer: str
    verified: bool
    contact: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class VacancyDetail:
    """One vacancy's page: its card and what only the page shows.

    Args:
        region_code: adcode of the work place, as fine as it is known.
        occupations: CSCO-2022 codes, best first.
    """

    card: VacancyCard
    version: int
    posted_at: datetime
    touched_at: datetime
    region_code: str
    occupations: tuple[str, ...]
    content: str | None
    certificates: tuple[str, ...]
    education: str | None
    min_age: int | None
    max_age: int | None
    age_reason: str | None
    targets: tuple[str, ...]
    season: str | None
    source: str | None
    posted_by: str
    employer_phone: str | None

    @property
    def posted_on(self) -> date:
        """The day in China on which it was put up."""
        return local_day(self.posted_at)


# Plain columns, not mapped attributes: a list is read often and needs no identity map.
_V = Vacancy.__table__.c
_EMPLOYER = Organisation.__table__.alias("employer")
_POSTER = Organisation.__table__.alias("poster")
_LISTS = ("shifts", "required_skills", "preferred_skills", "benefits", "tags")
#: Fields of a card that are not a column of the same name.
_MADE = ("longitude", "latitude", "employer", "verified", "contact", "phone")
_PLAIN = tuple(field.name for field in fields(VacancyCard) if field.name not in (*_LISTS, *_MADE))
_CARD = (
    *(_V[name] for name in (*_PLAIN, *_LISTS)),
    _V.longitude,
    _V.latitude,
    _V.point_exact,
    _V.contact,
    _EMPLOYER.c.name.label("employer"),
    # The same as ``employers.is_verified``: an office or labour company needs nobody to vouch for it.
    or_(_EMPLOYER.c.verified_at.is_not(None), _EMPLOYER.c.kind.in_(VOUCHERS)).label("verified"),
)
_DETAIL = (
    *(_V[name] for name in ("content", "education", "min_age", "max_age", "age_reason", "season", "source")),
    *(_V[name] for name in ("certificates", "targets", "state", "posted_at", "touched_at", "version")),
    *(_V[name] for name in ("region_code", "occupations")),
    _POSTER.c.name.label("posted_by"),
    _EMPLOYER.c.phone.label("employer_phone"),
)


# Made once: putting so many columns into a statement costs more than running it.  State and day are looked
# at afterwards: named here, they lead SQLite to read all open rows by an index, not twenty by their key.
_CARDS: Select[Any] = (
    select(*_CARD, _V.state)
    .join(_EMPLOYER, _EMPLOYER.c.id == _V.employer_id, isouter=True)
    .where(_V.id.in_(bindparam("ids", expanding=True)))
)

_DETAILS: Select[Any] = (
    select(*_CARD, *_DETAIL)
    .join(_EMPLOYER, _EMPLOYER.c.id == _V.employer_id)
    .join(_POSTER, _POSTER.c.id == _V.organisation_id)
)


def in_force(today: date) -> ColumnElement[bool]:
    """The condition under which a vacancy is public on a day in China."""
    return and_(Vacancy.state == State.OPEN, Vacancy.valid_until >= today)


def _is_in_force(row: Row[Any], today: date) -> bool:
    return bool(row.state == State.OPEN and row.valid_until >= today)


def cards(session: Session, ids: Sequence[int], today: date, keyring: Keyring) -> list[VacancyCard]:
    """Cards of those of ``ids`` that are in force, in the order of ``ids``."""
    if not ids:
        return []
    rows = session.execute(_CARDS, {"ids": list(ids)})
    found = {row.id: _card(row, keyring) for row in rows if _is_in_force(row, today)}
    return [found[key] for key in ids if key in found]


def by_public_id(session: Session, public_id: str, today: date, keyring: Keyring) -> VacancyDetail:
    """One vacancy that is in force.

    Raises:
        VacancyOver: it was public once.
        NotFound: there is none, or it never was (draft, held, paused).
    """
    row = session.execute(_DETAILS.where(Vacancy.public_id == public_id)).one_or_none()
    if row is None or row.state not in (State.OPEN, State.CLOSED, State.EXPIRED):
        raise NotFound("vacancy_unknown")
    if not _is_in_force(row, today):
        raise VacancyOver("vacancy_over")
    return _detail(row, keyring)


def details(session: Session, ids: Sequence[int], today: date, keyring: Keyring) -> list[VacancyDetail]:
    """All that is public of those of ``ids`` that are in force, in the order of ``ids``."""
    rows = session.execute(_DETAILS.where(Vacancy.id.in_(ids)))
    found = {row.id: _detail(row, keyring) for row in rows if _is_in_force(row, today)}
    return [found[key] for key in ids if key in found]


def _detail(row: Row[Any], keyring: Keyring) -> VacancyDetail:
    return VacancyDetail(
        card=_card(row, keyring),
        version=row.version,
        posted_at=row.posted_at,
        touched_at=row.touched_at,
        region_code=row.region_code,
        occupations=tuple(row.occupations or ()),
        content=row.content,
        certificates=tuple(row.certificates or ()),
        education=row.education,
        min_age=row.min_age,
        max_age=row.max_age,
        age_reason=row.age_reason,
        targets=tuple(row.targets or ()),
        season=row.season,
        source=row.source,
        posted_by=row.posted_by,
        employer_phone=row.employer_phone,
    )


def _card(row: Row[Any], keyring: Keyring) -> VacancyCard:
    plain = len(_PLAIN)
    values = tuple(row)
    facts: dict[str, Any] = dict(zip(_PLAIN, values, strict=False))
    facts |= {name: tuple(found or ()) for name, found in zip(_LISTS, values[plain:], strict=False)}
    reachable = _contact(row, keyring)
    return VacancyCard(
        **facts,
        longitude=row.longitude if row.point_exact else None,
        latitude=row.latitude if row.point_exact else None,
        employer=row.employer,
        verified=bool(row.verified),
        contact=reachable.get("contact"),
        phone=reachable.get("phone"),
    )


def _contact(row: Row[Any], keyring: Keyring) -> dict[str, Any]:
    try:
        return keyring.open_facts(row.contact, SEAL_CONTACT)
    except KeyMissing as error:
        # One damaged contact must not take the whole list down; the card then says to ask us.
        log.error("contact_unreadable", vacancy=row.id, code=error.code)
        return {}


def in_force_rows(
    session: Session, today: date, words: Sequence[str], *, firmly: bool = False
) -> Sequence[Row[Any]]:
    """What filters need of every vacancy in force, newest first: the way without a search engine.

    Args:
        words: each has to stand in title, employer, place or content (letter case of ASCII ignored).
        firmly: the content does not count.
    """
    columns: tuple[Any, ...] = (
        *(Vacancy.id, Vacancy.demo, Vacancy.kind, Vacancy.county, Vacancy.region_code, Vacancy.destination),
        *(Vacancy.longitude, Vacancy.latitude, Vacancy.point_exact, Vacancy.month_low_cents),
        *(Vacancy.month_high_cents, Vacancy.shifts, Vacancy.load, Vacancy.benefits, Vacancy.tags),
        *(Vacancy.valid_until, Vacancy.posted_at, Vacancy.occupations),
    )
    statement = select(*columns).where(in_force(today))
    if words:
        statement = statement.join(_EMPLOYER, _EMPLOYER.c.id == Vacancy.employer_id)
    texts = (Vacancy.title, _EMPLOYER.c.name, Vacancy.place, *(() if firmly else (Vacancy.content,)))
    for word in words:
        pattern = f"%{_literal(word)}%"
        statement = statement.where(or_(*(text.ilike(pattern, escape=ESCAPE) for text in texts)))
    return session.execute(statement.order_by(Vacancy.posted_at.desc(), Vacancy.id.desc())).all()


def occupations_of(session: Session, ids: Sequence[int]) -> list[tuple[str, ...]]:
    """Occupation codes of each of the vacancies, in no order."""
    found = session.scalars(select(Vacancy.occupations).where(Vacancy.id.in_(ids)))
    return [tuple(codes or ()) for codes in found]


def _literal(word: str) -> str:
    for sign in (ESCAPE, "%", "_"):
        word = word.replace(sign, ESCAPE + sign)
    return word


def destination_provinces(session: Session, today: date, limit: int = 4) -> list[str]:
    """Provinces (6 digits) to which open posts lead, most posts first."""
    rows = session.execute(
        select(Vacancy.destination, func.count())
        .where(in_force(today), Vacancy.destination.is_not(None))
        .group_by(Vacancy.destination)
    )
    posts: Counter[str] = Counter()
    for destination, count in rows:
        province = regions.province_of(destination or "")
        if province is not None:
            posts[province] += count
    return [province for province, _count in posts.most_common(limit)]
