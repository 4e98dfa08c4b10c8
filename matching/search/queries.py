"""What may be asked, as frozen dataclasses, and what each question means as conditions.

Everything here is pure: an engine gets a :class:`Condition`, the words and an order, never the text of a
user.  What a document does not state passes (``shaping.UNSTATED`` stands beside the wanted codes); benefits
and tags are claims and must be made.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from matching.people.codes import Shift
from matching.search.conditions import All, AnyOf, Between, Circle, Condition, Not, Says, Some
from matching.search.documents import Collection
from matching.search.geometry import EVERYWHERE, box
from matching.search.shaping import CLOSED, GONE, MOST_REQUIRED, NO, OPEN, UNSTATED, YES
from matching.search.text import QueryRejected, Words, read_words
from matching.vacancies.codes import Benefit, Kind, Load, Tag

#: Hits that can be reached by offset; what lies deeper is read by cursor.
DEPTH = 10_000
PAGE_SIZE = 1_000
RECALL_LIMIT = 10_000

#: Filters with counts, and the filter of a question that does not narrow the counts of its own field.
FACETS: dict[str, str | None] = {
    "kind": "kinds",
    "county": None,
    "load": "loads",
    "shifts": "shifts",
    "benefits": None,
    "tags": None,
}

_CODES = {"kinds": Kind, "shifts": Shift, "loads": Load, "benefits": Benefit, "tags": Tag}


class Sort(StrEnum):
    """Orders of a list; ties of the last three are broken by posting time and id"""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    NEAREST = "nearest"
    PAY = "pay"


@dataclass(frozen=True, slots=True)
class Near:
    """Within ``km`` straight kilometres of (``lon``, ``lat``) degrees.

    A vacancy without a position of its own passes if its county is ``county`` or not stated, or none asked.
    """

    lon: float
    lat: float
    km: float
    county: str | None = None


@dataclass(frozen=True, slots=True)
class Others:
    """What else the words of a question may have meant.

    Args:
        occupations: CSCO codes of any level, one of which suffices.
        kept: words of the question that have to be found beside them, such as a place.
    """

    occupations: tuple[str, ...] = ()
    kept: str = ""


@dataclass(frozen=True, slots=True)
class VacancyQuery:
    """A list of vacancies as a visitor asks for it.

    Args:
        words: at most 100 characters; every word must be found.
        firmly: a word that stands only in the description does not count.
        others: not what the words find, but what they may have meant beside that; relevance is newest then.
        kinds, shifts, loads: any of these codes.
        benefits, tags: all of these codes.
        regions: adcodes of any level; work place or destination lies in one of them.
        near: only around a point.
        pay_at_least: cents a month that the upper end of the pay reaches.
        open_only: leave out what is not open.
        today: day since 1970-01-01; leaves out what was valid until an earlier day.
        demo: ``True`` only, ``False`` no vacancies of the demo city, ``None`` both.
        sort: ``None`` chooses relevance with words, nearest with a place, else newest.
        offset, limit: the page, at most :data:`PAGE_SIZE` hits, none beyond :data:`DEPTH`.
        cursor: ``Page.cursor`` of the page before, for any depth with the orders newest and pay (no offset).
    """

    words: str = ""
    firmly: bool = False
    others: Others | None = None
    kinds: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    near: Near | None = None
    pay_at_least: int | None = None
    shifts: tuple[str, ...] = ()
    loads: tuple[str, ...] = ()
    benefits: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    open_only: bool = True
    today: int | None = None
    demo: bool | None = None
    sort: Sort | None = None
    offset: int = 0
    limit: int = 20
    cursor: int | None = None


@dataclass(frozen=True, slots=True)
class RecallVacancies:
    """The hard limits of one jobseeker: which vacancies are worth scoring.

    ``None`` means not known of this person and excludes nothing.  The answer may hold more than passes
    exactly (a box around a circle, at most eight required skills are counted), never less.

    Args:
        demo: the person belongs to the demo city.
        today: day since 1970-01-01.
        near: how far the daily way may be; with ``regions`` either suffices.
        regions: adcodes where the person would go to; ``None``: anywhere.
        origin_county: county from which the person would be sent.
        loads: loads the person can bear.
        skills, certificates: what the person has.
        education: ``EDUCATION_RANK``.
        shifts: shifts that suit; empty: all.
        wage_floor: cents a month.
        classes: ``Target`` classes that hold.
        occupations: cut to these CSCO branches, if the whole is more than ``limit``.
    """

    demo: bool
    today: int
    near: Near | None = None
    regions: tuple[str, ...] | None = None
    origin_county: str | None = None
    loads: tuple[str, ...] | None = None
    skills: tuple[str, ...] | None = None
    certificates: tuple[str, ...] | None = None
    education: int | None = None
    shifts: tuple[str, ...] = ()
    wage_floor: int | None = None
    classes: tuple[str, ...] | None = None
    occupations: tuple[str, ...] = ()
    limit: int = RECALL_LIMIT


@dataclass(frozen=True, slots=True)
class RecallJobseekers:
    """The hard limits of one vacancy: who is worth scoring.  Unknown facts of a person exclude nobody.

    Args:
        demo: the vacancy belongs to the demo city.
        tenant_id: only people of this prefecture; ``None``: all.
        lon, lat: degrees of the place itself, if known.
        county: adcode of the work place.
        commuting: counties of the work place's prefecture: who states no limit may come from all of them, and
            where ``county`` is not known everybody may; empty: no such way.
        regions: adcodes of work place and destination from the province down.
        origin_counties: only people settled there; empty: anywhere.
        capacities: ``Capacity`` values that can bear the load; ``None``: all.
        skills, certificates: all required ones.
        min_education: ``EDUCATION_RANK`` from which on.
        shifts: shifts of the post; empty: not stated.
        pay: upper end in cents a month.
        targets: classes it is for; empty: everybody.
        occupations: cut to these CSCO branches, if the whole is more than ``limit``.
    """

    demo: bool
    tenant_id: int | None = None
    lon: float | None = None
    lat: float | None = None
    county: str | None = None
    commuting: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    origin_counties: tuple[str, ...] = ()
    capacities: tuple[str, ...] | None = None
    skills: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    min_education: int | None = None
    shifts: tuple[str, ...] = ()
    pay: int | None = None
    targets: tuple[str, ...] = ()
    occupations: tuple[str, ...] = ()
    limit: int = RECALL_LIMIT


@dataclass(frozen=True, slots=True)
class Plan:
    """A question that was checked: what must hold, which words count, in which order, which part of it."""

    condition: All
    words: Words | None
    sort: Sort
    near: Near | None
    offset: int
    limit: int
    cursor: int | None

    @property
    def hopeless(self) -> bool:
        """Words were given but none of them can be looked for."""
        return self.words is not None and not self.words.groups

    @property
    def order_field(self) -> str | None:
        """The field behind an order by key; its value is the cursor."""
        return {Sort.NEWEST: "newest", Sort.PAY: "pay_order"}.get(self.sort)


def plan(query: VacancyQuery) -> Plan:
    """Check a question and say what it means.

    Raises:
        QueryRejected: unknown codes, too long, too deep, not on the globe …
    """
    said = read_words(query.words, firmly=query.firmly)
    words = said if query.others is None else None
    _check_codes(query)
    _check_page(query)
    if query.pay_at_least is not None and not 0 <= query.pay_at_least < 2**40:
        raise QueryRejected("bad_amount", field="pay_at_least")
    sort = query.sort or (Sort.RELEVANCE if words else Sort.NEAREST if query.near else Sort.NEWEST)
    if sort is Sort.RELEVANCE and not words:
        sort = Sort.NEWEST
    if sort is Sort.NEAREST and not query.near:
        raise QueryRejected("bad_place")
    if query.cursor is not None and (sort not in (Sort.NEWEST, Sort.PAY) or query.offset):
        raise QueryRejected("bad_cursor")
    parts = [*_visitor_filters(query), *_meant(query.others, said)]
    condition = All(tuple(parts))
    return Plan(condition, words, sort, query.near, query.offset, query.limit, query.cursor)


def facet_plans(query: VacancyQuery) -> list[tuple[tuple[str, ...], Plan]]:
    """(fields to count, plan to count them in), one plan for all fields whose own filter is not in use."""
    free = replace(query, sort=None, offset=0, limit=1, cursor=None)
    busy = [f for f, own in FACETS.items() if own is not None and getattr(query, own)]
    plans = [(tuple(f for f in FACETS if f not in busy), plan(free))]
    for name in busy:
        without: dict[str, Any] = {str(FACETS[name]): ()}
        plans.append(((name,), plan(replace(free, **without))))
    return plans


def _check_codes(query: VacancyQuery) -> None:
    for name, codes in _CODES.items():
        for value in getattr(query, name):
            if value not in list(codes):
                raise QueryRejected("unknown_code", field=name)
    for region in query.regions:
        if not (2 <= len(region) <= 12 and region.isascii() and region.isdigit()):
            raise QueryRejected("bad_region")
    if query.near is not None:
        _check_near(query.near)


def _meant(others: Others | None, said: Words | None) -> Iterable[Condition]:
    """What the words may have meant, without what they find."""
    if others is None:
        return
    kept = read_words(others.kept)
    if kept and kept.groups:
        yield Says(kept.groups)
    yield AnyOf("occupations", others.occupations)
    if said and said.groups:
        yield Not(Says(said.groups))


def _check_near(near: Near) -> None:
    numbers = (near.lon, near.lat, near.km)
    if not all(map(math.isfinite, numbers)) or abs(near.lon) > 180 or abs(near.lat) > 90:
        raise QueryRejected("bad_place")
    if not 0 < near.km <= 10_000:
        raise QueryRejected("bad_place")


def _check_page(query: VacancyQuery) -> None:
    if not 1 <= query.limit <= PAGE_SIZE:
        raise QueryRejected("page_size", limit=PAGE_SIZE)
    if query.offset < 0 or query.offset + query.limit > DEPTH:
        raise QueryRejected("page_too_deep", limit=DEPTH)
    if query.cursor is not None and not 0 <= query.cursor < 2**63:
        raise QueryRejected("bad_cursor")


def _visitor_filters(query: VacancyQuery) -> Iterable[Condition]:
    yield AnyOf("state", (OPEN,) if query.open_only else (OPEN, CLOSED))
    if query.demo is not None:
        yield _demo(query.demo)
    if query.today is not None:
        yield Between("valid_until", low=query.today)
    if query.kinds:
        yield AnyOf("kind", tuple(map(str, query.kinds)))
    for name, codes in (("regions", query.regions), ("shifts", query.shifts), ("load", query.loads)):
        yield from _any_or_unstated(name, codes)
    for code in query.benefits:
        yield AnyOf("benefits", (str(code),))
    for code in query.tags:
        yield AnyOf("tags", (str(code),))
    if query.pay_at_least is not None:
        yield Between("pay", low=query.pay_at_least)
    if query.near is not None:
        yield Circle(query.near.lon, query.near.lat, query.near.km, _unplaced(query.near.county))


def vacancies_for(query: RecallVacancies) -> All:
    """The condition behind :class:`RecallVacancies`."""
    parts: list[Condition] = [
        AnyOf("state", (OPEN,)),
        _demo(query.demo),
        Between("valid_until", low=query.today),
    ]
    parts += _any_or_unstated("origin_counties", [query.origin_county] if query.origin_county else [])
    parts += _any_or_unstated("shifts", query.shifts)
    parts += _any_or_unstated("occupations", query.occupations)
    if query.loads is not None:
        parts.append(AnyOf("load", (*map(str, query.loads), UNSTATED)))
    if query.classes is not None:
        parts.append(AnyOf("targets", (*map(str, query.classes), UNSTATED)))
    for name, has in (("skills", query.skills), ("certificates", query.certificates)):
        if has is not None:
            parts.append(_covered(name, tuple(map(str, has))))
    if query.education is not None:
        parts.append(Between("min_education", high=query.education))
    if query.wage_floor is not None:
        parts.append(Between("pay", low=query.wage_floor))
    if query.regions is not None:
        parts.append(Some(tuple(_ways_to_a_vacancy(query.near, query.regions))))
    return All(tuple(parts))


def _ways_to_a_vacancy(near: Near | None, regions: tuple[str, ...]) -> Iterable[Condition]:
    yield AnyOf("regions", (*regions, UNSTATED))
    if near is not None:
        _check_near(near)
        west, east, south, north = box(near.lon, near.lat, near.km)
        yield All((Between("lon", west, east), Between("lat", south, north)))
        yield _unplaced(near.county)


def jobseekers_for(query: RecallJobseekers) -> All:
    """The condition behind :class:`RecallJobseekers`."""
    parts: list[Condition] = [AnyOf("state", (OPEN,)), _demo(query.demo)]
    if query.tenant_id is not None:
        parts.append(AnyOf("tenant", (str(query.tenant_id),)))
    parts += _any_or_unstated("county", query.origin_counties)
    parts += _any_or_unstated("shifts", query.shifts)
    parts += _any_or_unstated("classes", query.targets)
    parts += _any_or_unstated("occupations", query.occupations)
    if query.capacities is not None:
        parts.append(AnyOf("capacity", (*map(str, query.capacities), UNSTATED)))
    parts += [AnyOf("skills", (str(code), UNSTATED)) for code in query.skills]
    parts += [AnyOf("certificates", (str(code), UNSTATED)) for code in query.certificates]
    if query.min_education is not None:
        parts.append(Between("education", low=query.min_education))
    if query.pay is not None:
        parts.append(Between("wage_floor", high=query.pay))
    parts.append(Some(tuple(_ways_from_home(query))))
    return All(tuple(parts))


def _ways_from_home(query: RecallJobseekers) -> Iterable[Condition]:
    """Leaving for a wanted region, or a daily way within reach; where one of two positions is missing the
    county decides, and where that is missing too the scorer asks."""
    leaves = AnyOf("will_leave", ("yes", "unknown"))
    yield All((leaves, AnyOf("wanted_regions", (*query.regions, UNSTATED)))) if query.regions else leaves
    near = (query.county,) if query.county else query.commuting
    same_county = AnyOf("county", (*near, UNSTATED)) if near else Not(AnyOf("state", (GONE,)))
    if query.commuting:
        west, east, _, _ = EVERYWHERE
        yield All((AnyOf("county", (*query.commuting, UNSTATED)),
                   Between("west", high=west), Between("east", low=east)))  # fmt: skip
    if query.lon is None or query.lat is None:
        yield same_county
    else:
        yield All((AnyOf("placed", (NO,)), same_county))
        yield All((Between("west", high=query.lon), Between("east", low=query.lon),
                   Between("south", high=query.lat), Between("north", low=query.lat)))  # fmt: skip


def _demo(demo: bool) -> Condition:
    return AnyOf("demo", (YES if demo else NO,))


def _any_or_unstated(name: str, codes: Iterable[str]) -> list[Condition]:
    wanted = tuple(str(code) for code in codes)
    return [AnyOf(name, (*wanted, UNSTATED))] if wanted else []


def _unplaced(county: str | None) -> Condition:
    nowhere = AnyOf("placed", (NO,))
    return nowhere if county is None else All((nowhere, AnyOf("county", (county, UNSTATED))))


def _covered(name: str, has: tuple[str, ...]) -> Condition:
    """Every required code of ``name`` is among ``has``, without scripts: as many found as are required."""
    count = f"{name}_count"
    ways: list[Condition] = [AnyOf(count, ("0",))]
    for number in range(1, min(len(has), MOST_REQUIRED) + 1):
        ways.append(All((AnyOf(count, (str(number),)), AnyOf(name, has, least=number))))
    return Some(tuple(ways))


def recall_condition(query: RecallVacancies | RecallJobseekers) -> tuple[Collection, All]:
    """Where to look and for what."""
    if not 1 <= query.limit <= RECALL_LIMIT:
        raise QueryRejected("page_size", limit=RECALL_LIMIT)
    if isinstance(query, RecallVacancies):
        return Collection.VACANCIES, vacancies_for(query)
    return Collection.JOBSEEKERS, jobseekers_for(query)


def suggestible(demo: bool | None) -> All:
    """Whose titles are suggested while somebody types: open vacancies only."""
    parts: list[Condition] = [AnyOf("state", (OPEN,))]
    return All((*parts, _demo(demo)) if demo is not None else tuple(parts))
