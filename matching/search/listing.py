"""The list of vacancies for everybody: hits from the engine, rows from the database, always an answer.

The engine finds and counts; what a card shows is read from the rows, and a row that closed a moment ago is
left out whatever the index still says.  When the engine does not answer, the same conditions are evaluated on
the open rows themselves (:class:`_Reading`), so filters and counts keep their meaning.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
import structlog
from sqlalchemy import Row
from sqlalchemy.orm import Session

from matching.crypto import Keyring
from matching.places import regions
from matching.search.conditions import All, AnyOf, Between, Circle, Condition, Not, Says, Some
from matching.search.forgiving import Meant, firmly, in_other_words, is_few
from matching.search.geometry import distances
from matching.search.port import Facet, Page, SearchEngine, SearchUnavailable
from matching.search.queries import FACETS, Others, Plan, Sort, VacancyQuery, facet_plans, plan
from matching.search.rows import occupation_levels
from matching.search.shaping import NO, OPEN, UNLIMITED, UNSTATED, YES
from matching.search.text import word_tokens
from matching.vacancies import queries as vacancies
from matching.vacancies.queries import VacancyCard

log = structlog.get_logger()

INDEX, DATABASE = "index", "database"
EPOCH = date(1970, 1, 1)
#: A radius that leaves nothing out: the place then only orders.
FARTHEST_KM = 10_000.0
#: Where to look first for the nearest ones.
CLOSE_KM = (8.0, 40.0)
NOWHERE = "000000"


@dataclass(frozen=True, slots=True)
class Beyond:
    """Vacancies that the words do not find but may have meant; they stand after those that the words find.

    Args:
        names: occupations that were looked at too.
        cards: those of this page.
        total: how many there are in all.
    """

    names: tuple[str, ...]
    cards: list[VacancyCard]
    total: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list.

    Args:
        cards: at most ``query.limit``; fewer where a row closed after it was indexed.
        total: how many the words and filters find.
        facets: counts for every field of ``queries.FACETS``; empty when not asked for.  Where the words find
            nothing, of what they may have meant.
        source: ``index``, or ``database`` when the engine did not answer.
        beyond: where the words find few: what else was looked at, and what that found.
    """

    cards: list[VacancyCard]
    total: int
    facets: dict[str, Facet]
    source: str
    beyond: Beyond | None = None


def day_number(day: date) -> int:
    """Days since 1970-01-01, as documents and queries count them."""
    return (day - EPOCH).days


def list_open(
    session: Session,
    engine: SearchEngine,
    query: VacancyQuery,
    *,
    today: date,
    keyring: Keyring,
    counts: bool = True,
) -> Listing:
    """One page of the vacancies that are in force.

    Args:
        query: what is asked; ``open_only`` and ``today`` are set here.
        today: the day in China.
        counts: also count for the filters.

    Raises:
        QueryRejected: the question may not be asked as it is.
    """
    asked = replace(query, open_only=True, today=day_number(today))
    plan(asked)
    found = _found(session, engine, asked, today, counts)
    cards = vacancies.cards(session, [*found.ids, *found.other_ids], today, keyring)
    others = set(found.other_ids)
    beyond = None
    if found.meant is not None and found.others:
        later = [card for card in cards if card.id in others]
        beyond = Beyond(found.meant.names, later, found.others)
    exact = [card for card in cards if card.id not in others]
    return Listing(exact, found.total, found.facets, found.source, beyond)


@dataclass(slots=True)
class Found:
    """Ids of one page in order, how many there are, and the same of what the words may have meant."""

    ids: list[int]
    total: int
    facets: dict[str, Facet]
    source: str
    meant: Meant | None = None
    other_ids: Sequence[int] = ()
    others: int = 0


def find(engine: SearchEngine, asked: VacancyQuery, *, counts: bool = False) -> Found:
    """What the index holds for a question, and where that is little, for what its words may have meant.

    Raises:
        QueryRejected: the question may not be asked as it is.
        SearchUnavailable: the engine does not answer.
    """

    def ask(query: VacancyQuery, counts: bool) -> Found:
        page = _search(engine, query)
        facets = engine.facets(_without_order(query)) if counts else {}
        return Found([hit.id for hit in page.hits], page.total, facets, INDEX)

    return _widened(ask, asked, counts)


def _found(session: Session, engine: SearchEngine, asked: VacancyQuery, today: date, counts: bool) -> Found:
    try:
        return find(engine, asked, counts=counts)
    except SearchUnavailable as error:
        log.warning("search_unavailable", code=error.code)

    def read(query: VacancyQuery, counts: bool) -> Found:
        return _from_database(session, query, today, counts)

    return _widened(read, asked, counts)


def _widened(ask: Callable[[VacancyQuery, bool], Found], asked: VacancyQuery, counts: bool) -> Found:
    """What the words find; where that is little, followed by what they may have meant."""
    firm = firmly(asked)
    if firm is not None:
        found = _followed(ask, firm, counts)
        if found.total or found.others:
            return found
    return _followed(ask, asked, counts)


def _followed(ask: Callable[[VacancyQuery, bool], Found], asked: VacancyQuery, counts: bool) -> Found:
    found = ask(asked, counts)
    if not is_few(asked, found.total):
        return found
    meant = in_other_words(asked)
    if meant is None:
        return found
    room = asked.limit - len(found.ids)
    later = replace(meant.query, offset=max(0, asked.offset - found.total), limit=max(1, room))
    others = ask(later, counts and not found.total)
    found.meant, found.others = meant, others.total
    found.other_ids = others.ids[:room]
    found.facets = found.facets if found.total else others.facets
    return found


def _search(engine: SearchEngine, query: VacancyQuery) -> Page:
    """The page; the first nearest ones are looked for close by, so that not everything has to be measured."""
    if query.sort is not Sort.NEAREST or query.near is None or not _only_orders(query):
        return engine.search(query)
    for km in CLOSE_KM:
        # Every vacancy states its county, so with this one none without a point of its own comes in.
        page = engine.search(replace(query, near=replace(query.near, km=km, county=NOWHERE)))
        if page.total >= query.offset + query.limit:
            everything = engine.search(replace(_without_order(query), offset=0, limit=1))
            return replace(page, total=everything.total)
    return engine.search(query)


def _only_orders(query: VacancyQuery) -> bool:
    return query.near is not None and query.near.km >= FARTHEST_KM and query.near.county is None


def _without_order(query: VacancyQuery) -> VacancyQuery:
    """The same set: a place that only orders need not be measured from again to count."""
    return replace(query, near=None, sort=None) if _only_orders(query) else query


def count_open(session: Session, engine: SearchEngine, query: VacancyQuery, *, today: date) -> int:
    """How many vacancies a question would find, or if none, how many its words may have meant."""
    asked = replace(query, open_only=True, today=day_number(today), sort=None, offset=0, limit=1)
    found = _found(session, engine, _without_order(asked), today, counts=False)
    return found.total or found.others


def _from_database(session: Session, query: VacancyQuery, today: date, counts: bool) -> Found:
    started = time.perf_counter()
    known: set[int] = set()
    words = _distinct(query.words)
    if query.others is not None:
        # What the words find is left out by its ids; the words that are kept take their place.
        if words:
            known = {row.id for row in vacancies.in_force_rows(session, today, words, firmly=query.firmly)}
        words = _distinct(query.others.kept)
        query = replace(query, words="", others=Others(query.others.occupations), firmly=False)
    checked = plan(query)
    rows = [] if checked.hopeless else vacancies.in_force_rows(session, today, words, firmly=query.firmly)
    rows = [row for row in rows if row.id not in known] if known else rows
    reading = _Reading(rows)
    kept = np.flatnonzero(reading.holds(checked.condition))
    ordered = _ordered(reading, kept, checked)
    part = ordered[checked.offset : checked.offset + checked.limit]
    ids = [reading.rows[at].id for at in part]
    facets = reading.facets(query) if counts else {}
    log.info("listed_from_database", rows=len(rows), ms=round((time.perf_counter() - started) * 1000))
    return Found(ids, len(kept), facets, DATABASE)


def _distinct(text: str) -> list[str]:
    return list(dict.fromkeys(word_tokens(text)))


def _ordered(reading: _Reading, kept: Any, checked: Plan) -> Any:
    if checked.sort is Sort.NEAREST and checked.near is not None:
        km = reading.kilometres(checked.near.lon, checked.near.lat)[kept]
        return kept[np.argsort(np.where(np.isnan(km), np.inf, km), kind="stable")]
    if checked.sort is Sort.PAY:
        pay = [-(reading.rows[at].month_high_cents or reading.rows[at].month_low_cents or 0) for at in kept]
        return kept[np.argsort(pay, kind="stable")]
    return kept  # newest first, as read; relevance cannot be had without the engine


class _Reading:
    """Conditions evaluated on rows, with the field names and the meaning of "not stated" of ``shaping``."""

    def __init__(self, rows: Sequence[Row[Any]]) -> None:
        self.rows = rows
        self._columns: dict[str, list[tuple[str, ...]]] = {}
        self._all = np.ones(len(rows), dtype=bool)

    def kilometres(self, lon: float, lat: float) -> Any:
        """Straight kilometres to each row's own point; NaN where it has none."""
        lons = [row.longitude if row.point_exact else None for row in self.rows]
        lats = [row.latitude if row.point_exact else None for row in self.rows]
        return distances(lon, lat, np.array(lons, dtype=float), np.array(lats, dtype=float))

    def holds(self, condition: Condition) -> Any:
        """One truth value per row."""
        match condition:
            case All(parts):
                return np.logical_and.reduce([self._all, *map(self.holds, parts)])
            case Some(parts):
                return np.logical_or.reduce([~self._all, *map(self.holds, parts)])
            case Not(part):
                return ~self.holds(part)
            case AnyOf(field, values, least):
                wanted = set(values)
                return np.array([len(wanted & set(has)) >= least for has in self.keywords(field)], dtype=bool)
            case Between(field, low, high):
                numbers = np.array([_NUMBERS[field](row) for row in self.rows], dtype=float)
                above = self._all if low is None else numbers >= low
                return above if high is None else above & (numbers <= high)
            case Circle(lon, lat, km, unplaced):
                far = self.kilometres(lon, lat)
                return (far <= km) | (np.isnan(far) & self.holds(unplaced))
            case Says():
                return self._all  # words are looked for by the statement that read the rows

    def keywords(self, field: str) -> list[tuple[str, ...]]:
        """Values of a keyword field, row by row."""
        if field not in self._columns:
            self._columns[field] = [_KEYWORDS[field](row) for row in self.rows]
        return self._columns[field]

    def facets(self, query: VacancyQuery) -> dict[str, Facet]:
        """Counts as the engines make them."""
        counted: dict[str, Facet] = {}
        for names, checked in facet_plans(query):
            kept = np.flatnonzero(self.holds(checked.condition))
            counted |= {name: self._counted(name, kept) for name in names}
        return {name: counted[name] for name in FACETS}

    def _counted(self, field: str, kept: Any) -> Facet:
        values: dict[str, int] = {}
        column = self.keywords(field)
        for code in chain.from_iterable(column[at] for at in kept):
            values[code] = values.get(code, 0) + 1
        unstated = values.pop(UNSTATED, 0)
        return Facet(values, unstated)


@lru_cache(maxsize=20_000)
def _adcodes(code: str | None) -> tuple[str, ...]:
    """Province, prefecture and county of a division in six digits, then the smaller division itself."""
    if not code:
        return ()
    upper = (regions.province_of(code), regions.prefecture_of(code), regions.county_of(code))
    return tuple(
        dict.fromkeys(found for found in (*upper, regions.get(code).code) if found and len(found) >= 6)
    )


def _stated(values: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values or ())) or (UNSTATED,)


_KEYWORDS: dict[str, Callable[[Row[Any]], tuple[str, ...]]] = {
    "state": lambda row: (OPEN,),
    "demo": lambda row: (YES if row.demo else NO,),
    "placed": lambda row: (YES if row.point_exact and row.longitude is not None else NO,),
    "county": lambda row: (row.county or UNSTATED,),
    "kind": lambda row: (row.kind,),
    "regions": lambda row: _stated((*_adcodes(row.region_code), *_adcodes(row.destination))),
    "load": lambda row: (row.load or UNSTATED,),
    "occupations": lambda row: _stated(occupation_levels(tuple(row.occupations or ()))),
    "shifts": lambda row: _stated(row.shifts),
    "benefits": lambda row: tuple(row.benefits or ()),
    "tags": lambda row: tuple(row.tags or ()),
}

_NUMBERS: dict[str, Callable[[Row[Any]], float]] = {
    "valid_until": lambda row: day_number(row.valid_until),
    "pay": lambda row: row.month_high_cents or row.month_low_cents or UNLIMITED,
}
