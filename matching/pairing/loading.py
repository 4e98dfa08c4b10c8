"""From rows to columns.

Lists stand in SQL as JSON text; most texts repeat, so each is decoded once (50,000 rows hold a few hundred
different ones).  No ORM object is made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, Text, cast, select
from sqlalchemy.orm import Session

from matching.clock import local_day
from matching.errors import DomainError
from matching.occupations.catalogue import pack
from matching.occupations.skills import certificates, skills
from matching.pairing import bits
from matching.pairing.columns import (
    REACH_AREA,
    REACH_COMMUTE,
    REACH_UNKNOWN,
    JobseekerColumns,
    VacancyColumns,
)
from matching.pairing.weights import Weights
from matching.people.codes import EDUCATION_RANK, REACH_KM, Reach, Target, Willingness
from matching.people.models import Jobseeker
from matching.people.rules import AT_WORK, is_paused
from matching.places import regions
from matching.places.distance import detour_factor
from matching.vacancies.codes import LOAD_RANK, Kind, State
from matching.vacancies.models import Vacancy

#: Ids of one IN list; SQLite takes at most 32,766 variables.
IDS = 10_000
LARGEST_CENTS = np.iinfo(np.int32).max

_POST_FACTS = (
    "id version demo kind state county destination longitude latitude point_exact month_low_cents "
    "month_high_cents load education hazardous start_on valid_until posted_at",
    (
        *("occupations", "required_skills", "preferred_skills", "certificates"),
        *("shifts", "benefits", "tags", "targets"),
    ),
)
_LOOKING = {Willingness.YES: 1, Willingness.NO: 0, Willingness.UNKNOWN: -1}


class _Once:
    """Remembers what a function said of each value."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function
        self.known: dict[Any, Any] = {}

    def __call__(self, value: Any) -> Any:
        if value not in self.known:
            self.known[value] = self.function(value)
        return self.known[value]


def load_jobseekers(
    session: Session, day: date, *, ids: Iterable[int] | None = None, where: ColumnElement[bool] | None = None
) -> JobseekerColumns:
    """People as columns, by id.

    Args:
        day: today; age classes are those of this day.
        ids: only these (those that are gone are left out).
        where: only those for which this holds.
    """
    rows = list(_rows(session, _people(), Jobseeker.id, ids, where))
    table = JobseekerColumns.blank(len(rows))
    if not rows:
        return table
    c: dict[str, Any] = dict(zip(rows[0]._fields, zip(*rows, strict=True), strict=True))
    for name in ("id", "version", "demo"):
        getattr(table, name)[:] = c[name]
    table.tenant[:] = c["tenant_id"]
    may = zip(c["matching_on"], c["eligible"], c["willingness"], c["paused_on"], c["work"], strict=True)
    table.looking[:] = [
        _LOOKING.get(will, -1) if on and able and not is_paused(since, work) else 0
        for on, able, will, since, work in may
    ]
    table.employed[:] = [-1 if work is None else int(work in AT_WORK) for work in c["work"]]
    table.capacity[:] = [bits.HEAVIEST.get(capacity, -1) for capacity in c["capacity"]]
    table.education[:] = [EDUCATION_RANK.get(level, -1) for level in c["education"]]
    _ages_and_classes(table, c, day)
    _homes(table, c)
    _wishes(table, c)
    _abilities(table, c)
    return table


def load_vacancies(
    session: Session, day: date, weights: Weights, *, ids: Iterable[int] | None = None, where: Any = None
) -> VacancyColumns:
    """Vacancies as columns, by id: those of ``ids`` in any state, else all that are open and in date."""
    if ids is None:
        in_date = (Vacancy.state == State.OPEN) & (Vacancy.valid_until >= day)
        where = in_date if where is None else in_date & where
    rows = list(_rows(session, _posts(), Vacancy.id, ids, where))
    if not rows:
        return VacancyColumns.blank(0)
    return _vacancies(dict(zip(rows[0]._fields, zip(*rows, strict=True), strict=True)), weights)


def post_columns(facts: Mapping[str, Any], *, demo: bool, day: date, weights: Weights) -> VacancyColumns:
    """One vacancy that is not stored, as if it were open from today on.

    Args:
        facts: its columns in SQL, as :func:`matching.vacancies.facts.columns` makes them.
    """
    plain, lists = _POST_FACTS
    standing = {"id": 0, "version": 0, "demo": demo, "state": State.OPEN, "posted_at": _noon(day)}
    c = {name: [{**facts, **standing}[name]] for name in plain.split()}
    return _vacancies(c | {name: [json.dumps(facts[name])] for name in lists}, weights)


def _noon(day: date) -> datetime:
    """Noon of a day in China: a moment of which the local day is that day."""
    return datetime.combine(day, time(4), UTC)


def _vacancies(c: dict[str, Any], weights: Weights) -> VacancyColumns:
    table = VacancyColumns.blank(len(c["id"]))
    for name in ("id", "version", "demo", "hazardous"):
        getattr(table, name)[:] = c[name]
    table.kind[:] = [bits.KIND.get(kind, 0) for kind in c["kind"]]
    table.excludes_employed[:] = [kind == Kind.PUBLIC_WELFARE for kind in c["kind"]]
    table.open[:] = [state == State.OPEN for state in c["state"]]
    table.valid_until[:] = [until.toordinal() for until in c["valid_until"]]
    table.posted[:] = [local_day(moment).toordinal() for moment in c["posted_at"]]
    table.start[:] = [start.toordinal() if start else 0 for start in c["start_on"]]
    table.load[:] = [LOAD_RANK.get(load, 0) for load in c["load"]]
    table.education[:] = [EDUCATION_RANK.get(level, -1) for level in c["education"]]
    table.occupation[:] = _each(lambda codes: _occupations(codes)[0], c["occupations"])
    table.required_skills[:] = _each(_skill_bits, c["required_skills"])
    table.preferred_skills[:] = _each(_skill_bits, c["preferred_skills"])
    table.certificates[:] = _each(_certificate_bits, c["certificates"])
    table.shifts[:] = _each(bits.shifts_served, c["shifts"])
    table.benefits[:] = _each(lambda words: bits.to_bits(words, bits.BENEFIT), c["benefits"])
    table.tags[:] = _each(lambda words: bits.to_bits(words, bits.TAG), c["tags"])
    table.targets[:] = _each(lambda words: bits.to_bits(words, bits.TARGET), c["targets"])
    _pay(table, c)
    _work_places(table, c, weights)
    return table


def _people() -> Select[Any]:
    lists = ("shifts", "wanted_regions", "care", "skills", "certificates", "occupations", "classes")
    plain = (
        "id version tenant_id demo county longitude latitude point_exact capacity education willingness work "
        "reach wage_floor_cents will_leave working_age_from adult_from older_from retires_on eligible "
        "matching_on paused_on"
    )
    return _select(Jobseeker, plain.split(), lists)


def _posts() -> Select[Any]:
    plain, lists = _POST_FACTS
    return _select(Vacancy, plain.split(), lists)


def _select(model: Any, plain: Sequence[str], lists: Sequence[str]) -> Select[Any]:
    texts = [cast(getattr(model, name), Text).label(name) for name in lists]
    return select(*(getattr(model, name) for name in plain), *texts).order_by(model.id)


def _rows(
    session: Session, wanted: Select[Any], key: Any, ids: Iterable[int] | None, where: Any
) -> Iterator[Any]:
    if where is not None:
        wanted = wanted.where(where)
    session.flush()
    connection = session.connection()
    if ids is None:
        yield from connection.execute(wanted)
        return
    known = sorted(set(ids))
    for start in range(0, len(known), IDS):
        yield from connection.execute(wanted.where(key.in_(known[start : start + IDS])))


def _each(function: Callable[[Any], Any], texts: Sequence[str | None]) -> list[Any]:
    """A function of lists, of JSON texts; each different text is decoded once."""
    once = _Once(lambda text: function(json.loads(text) if text else None))
    return [once(text) for text in texts]


def _ages_and_classes(table: JobseekerColumns, c: dict[str, Any], day: date) -> None:
    once = _Once(lambda days: _age_bits(days, day))
    table.ages[:] = [
        once(days) for days in zip(c["working_age_from"], c["adult_from"], c["retires_on"], strict=True)
    ]
    older = bits.TARGET[Target.OLDER]
    table.classes[:] = _each(_held, c["classes"])
    table.classes_known[:] = _each(lambda known: bits.to_bits(known, bits.TARGET), c["classes"])
    for row, start in enumerate(c["older_from"]):
        if start is not None:
            table.classes_known[row] |= older
            table.classes[row] |= older if start <= day else 0


def _age_bits(days: tuple[date | None, date | None, date | None], day: date) -> int:
    working, adult, retires = days
    if working is None or adult is None:
        return 0
    if day < working:
        return bits.UNDER_16
    if day < adult:
        return bits.AGE_16_17
    return bits.ADULT | (bits.RETIRED if retires and retires <= day else 0)


def _held(known: dict[str, bool] | None) -> int:
    return bits.to_bits((name for name, holds in (known or {}).items() if holds), bits.TARGET)


def _homes(table: JobseekerColumns, c: dict[str, Any]) -> None:
    number, prefecture = _Once(_number), _Once(lambda code: _number(regions.prefecture_of(code or "")))
    table.county[:] = [number(code) for code in c["county"]]
    table.prefecture[:] = [prefecture(code) for code in c["county"]]
    detour = _Once(detour_factor)
    table.detour[:] = [detour(code) for code in c["county"]]
    _points(table, c, c["county"])


def _points(table: Any, c: dict[str, Any], codes: Sequence[str | None]) -> None:
    """Points as stored; where there is none, the county's."""
    centre = _Once(_centre)
    stored = zip(c["longitude"], c["latitude"], c["point_exact"], codes, strict=True)
    for row, (lon, lat, exact, code) in enumerate(stored):
        known = lon is not None and lat is not None
        table.lon[row], table.lat[row] = (lon, lat) if known else centre(code)
        table.exact[row] = bool(exact) and known


def _centre(code: str | None) -> tuple[float, float]:
    try:
        return regions.point(code or "") or (np.nan, np.nan)
    except DomainError:
        return np.nan, np.nan


def _wishes(table: JobseekerColumns, c: dict[str, Any]) -> None:
    table.reach[:] = [_reach_kind(reach) for reach in c["reach"]]
    table.reach_m[:] = [-1 if (km := REACH_KM.get(reach)) is None else int(km * 1000) for reach in c["reach"]]
    leaves = zip(c["will_leave"], c["reach"], strict=True)
    # 不限 answers the question whether somebody would leave; a plain no beside it stays a no.
    table.leaves[:] = [
        int(will) if will is not None else 1 if reach == Reach.ANYWHERE else -1 for will, reach in leaves
    ]
    table.wanted[:] = np.array(_each(_wanted, c["wanted_regions"])).T
    table.shifts[:] = _each(lambda words: bits.to_bits(words, bits.SHIFT), c["shifts"])
    table.care[:] = _each(lambda words: bits.to_bits(words, bits.CARE), c["care"])
    table.wage_floor[:] = [min(cents or 0, LARGEST_CENTS) for cents in c["wage_floor_cents"]]


def _reach_kind(reach: str | None) -> int:
    if reach not in REACH_KM:
        return REACH_UNKNOWN
    return REACH_AREA if REACH_KM[Reach(reach)] is None else REACH_COMMUTE


def _wanted(codes: list[str] | None) -> list[int]:
    """At most four destinations: prefectures, or provinces where no prefecture is named."""
    places = [_number(regions.prefecture_of(code) or regions.province_of(code)) for code in codes or ()]
    return _filled([place for place in dict.fromkeys(places) if place], 4)


def _abilities(table: JobseekerColumns, c: dict[str, Any]) -> None:
    table.skills[:] = _each(_skill_bits, c["skills"])
    table.skills_known[:] = _each(lambda codes: codes is not None, c["skills"])
    table.certificates[:] = _each(_certificate_bits, c["certificates"])
    table.certificates_known[:] = _each(lambda codes: codes is not None, c["certificates"])
    table.occupations[:] = np.array(_each(lambda codes: _filled(_occupations(codes), 3), c["occupations"])).T


def _occupations(codes: list[str] | None) -> list[int]:
    found = []
    for code in codes or ():
        try:
            found.append(pack(code))
        except DomainError:
            continue  # a code of an older classification is close to nothing
    return found or [0]


def _filled(values: list[int], slots: int) -> list[int]:
    return (values + [0] * slots)[:slots]


def _skill_bits(codes: list[str] | None) -> int:
    return skills().mask(code for code in codes or () if code in skills().terms)


def _certificate_bits(codes: list[str] | None) -> int:
    return certificates().mask(code for code in codes or () if code in certificates().terms)


def _pay(table: VacancyColumns, c: dict[str, Any]) -> None:
    for row, (low, high) in enumerate(zip(c["month_low_cents"], c["month_high_cents"], strict=True)):
        table.pay_low[row] = min(low or 0, LARGEST_CENTS)
        table.pay_high[row] = min(high or low or 0, LARGEST_CENTS)


def _work_places(table: VacancyColumns, c: dict[str, Any], weights: Weights) -> None:
    at = [away or county for away, county in zip(c["destination"], c["county"], strict=True)]
    county = _Once(lambda code: _number(regions.county_of(code)))
    prefecture = _Once(lambda code: _number(regions.prefecture_of(code)))
    province = _Once(lambda code: _number(regions.province_of(code)))
    table.county[:] = [county(code) for code in at]
    table.prefecture[:] = [prefecture(code) for code in at]
    table.province[:] = [province(code) for code in at]
    median = _Once(weights.median_pay)
    table.median[:] = [median(code) for code in at]
    _points(table, c, at)


def _number(code: str | None) -> int:
    return int(code) if code else 0
