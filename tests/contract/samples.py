"""Seeded documents and questions, and a plain model of what the questions mean.

The model is written from the meaning alone: it knows nothing of shaped fields or conditions.
"""

from __future__ import annotations

import math
import random
from functools import cache
from typing import Any

from matching.occupations import tokens
from matching.people.codes import Capacity, Shift
from matching.search.documents import Collection, JobseekerDocument, VacancyDocument
from matching.search.port import SearchEngine
from matching.search.queries import Near, RecallJobseekers, RecallVacancies, Sort, VacancyQuery
from matching.search.shaping import FIELDS
from matching.vacancies.codes import Benefit, Kind, Load, Tag, Target

TITLES = [
    "电焊工",
    "保洁员",
    "缝纫工",
    "缝纫工 计件",
    "普工",
    "护林员",
    "服务员(夜班)",
    "帮扶车间 缝纫工",
    "CNC操作员",
]
EMPLOYERS = ["怀化某服装厂", "溆浦县工艺品合作社", "Sunny 电子", ""]
PLACES = ["鹤城区 工业园", "溆浦县 卢峰镇", "深圳 宝安", ""]
CONTENTS = ["负责车间缝纫,不会可以教", "打扫卫生 接送孩子的时间之内", "焊接钢结构,要有焊工证", "", "巡山护林"]
COUNTIES = ["431202", "431224", "440306", None]
SKILLS = ["welding", "sewing", "driving", "cooking"]
CODES = ["6-18-02-04", "4-09-08-01", "6-05-01-02"]
DAY = 20_000


def _some(chance: random.Random, codes: Any, most: int) -> tuple[str, ...]:
    return tuple(str(code) for code in chance.sample(list(codes), chance.randint(0, most)))


def _levels(code: str) -> tuple[str, ...]:
    parts = code.split("-")
    return tuple("-".join(parts[:n]) for n in range(1, len(parts) + 1))


def _point(chance: random.Random) -> tuple[float | None, float | None]:
    if chance.random() < 0.25:
        return None, None
    return round(chance.uniform(109.8, 110.6), 5), round(chance.uniform(27.3, 28.0), 5)


def vacancy(chance: random.Random, key: int) -> VacancyDocument:
    """One random vacancy; every fact is missing now and then."""
    lon, lat = _point(chance)
    county = chance.choice(COUNTIES)
    low = chance.choice([None, 180_000, 300_000, 450_000])
    return VacancyDocument(
        id=key,
        version=chance.randint(1, 9),
        open=chance.random() < 0.8,
        demo=chance.random() < 0.3,
        title=chance.choice(TITLES),
        employer=chance.choice(EMPLOYERS),
        place=chance.choice(PLACES),
        content=chance.choice(CONTENTS),
        kind=chance.choice(list(Kind)),
        posted_at=1_700_000_000 + chance.randint(0, 30) * 86_400,
        county=county,
        regions=(county[:2] + "0000", county[:4] + "00", county) if county else (),
        destination=("440306", "440300") if chance.random() < 0.2 else (),
        origin_counties=_some(chance, COUNTIES[:3], 2) if chance.random() < 0.3 else (),
        occupations=_levels(chance.choice(CODES)) if chance.random() < 0.9 else (),
        lon=lon,
        lat=lat,
        pay_low=low,
        pay_high=low + 100_000 if low and chance.random() < 0.7 else None,
        hours=chance.choice([None, 8, 9.5]),
        shifts=_some(chance, Shift, 2),
        load=chance.choice([None, *Load]),
        skills=_some(chance, SKILLS, 3),
        certificates=_some(chance, ["c1", "c2"], 1),
        min_education=chance.choice([None, 2, 3, 4]),
        benefits=_some(chance, Benefit, 3),
        tags=_some(chance, Tag, 2),
        targets=_some(chance, Target, 2) if chance.random() < 0.4 else (),
        headcount=chance.choice([None, 1, 20]),
        posted_on=DAY - 5,
        valid_until=chance.choice([None, DAY - 1, DAY, DAY + 30]),
    )


def jobseeker(chance: random.Random, key: int) -> JobseekerDocument:
    """One random jobseeker; every fact is missing now and then."""
    lon, lat = _point(chance)
    return JobseekerDocument(
        id=key,
        version=chance.randint(1, 9),
        tenant_id=chance.choice([1, 2]),
        open=chance.random() < 0.8,
        demo=chance.random() < 0.3,
        county=chance.choice(COUNTIES),
        settlement_id=chance.choice([None, 1, 2]),
        lon=lon,
        lat=lat,
        reach_km=chance.choice([None, 2.0, 8.0, 40.0]),
        will_leave=chance.choice(["yes", "no", "no", "unknown"]),
        wanted_regions=_some(chance, ["440000", "431202", "430000"], 2),
        capacity=chance.choice([None, *Capacity]),
        occupations=_levels(chance.choice(CODES)) if chance.random() < 0.6 else (),
        skills=None if chance.random() < 0.4 else _some(chance, SKILLS, 3),
        certificates=None if chance.random() < 0.4 else _some(chance, ["c1", "c2"], 2),
        education=chance.choice([None, 1, 2, 3, 5]),
        shifts=_some(chance, Shift, 2),
        wage_floor=chance.choice([None, 200_000, 350_000]),
        classes=None if chance.random() < 0.3 else _some(chance, Target, 2),
    )


_chance = random.Random(20261122)
VACANCIES = [vacancy(_chance, key) for key in range(1, 401)]
JOBSEEKERS = [jobseeker(_chance, key) for key in range(1, 401)]
WORDS = [
    "缝纫工",
    "缝纫",
    "电焊",
    "保洁员",
    "溆浦",
    "怀化 缝纫",
    "sunny",
    "CNC",
    "夜班",
    "baojieyuan",
    "dhg",
    "工",
]


def question(chance: random.Random) -> VacancyQuery:
    """One random question with some of all filters."""

    def now_and_then(value: Any, empty: Any = ()) -> Any:
        return value if chance.random() < 0.3 else empty

    near = Near(110.2, 27.65, chance.choice([5, 20, 60, 3000]), chance.choice([None, "431202"]))
    return VacancyQuery(
        words=now_and_then(chance.choice(WORDS), ""),
        kinds=now_and_then(_some(chance, Kind, 3)),
        regions=now_and_then(tuple(chance.sample(["430000", "431200", "431224", "440306"], 2))),
        near=now_and_then(near, None),
        pay_at_least=now_and_then(chance.choice([200_000, 400_000]), None),
        shifts=now_and_then(_some(chance, Shift, 2)),
        loads=now_and_then(_some(chance, Load, 2)),
        benefits=now_and_then(_some(chance, Benefit, 1)),
        tags=now_and_then(_some(chance, Tag, 1)),
        open_only=chance.random() < 0.7,
        today=now_and_then(DAY, None),
        demo=chance.choice([None, True, False]),
        limit=1_000,
    )


def kilometres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Great-circle distance by the law of cosines in three dimensions."""

    def vector(x: float, y: float) -> tuple[float, float, float]:
        a, b = math.radians(x), math.radians(y)
        return math.cos(b) * math.cos(a), math.cos(b) * math.sin(a), math.sin(b)

    one, two = vector(lon, lat), vector(other_lon, other_lat)
    return 6371.0087714 * 2 * math.asin(min(1.0, math.dist(one, two) / 2))


def overlap(stated: Any, wanted: Any) -> bool:
    """Nothing stated, nothing wanted, or something in common."""
    return not stated or not wanted or bool({str(s) for s in stated} & {str(w) for w in wanted})


def within(near: Near, v: VacancyDocument) -> bool:
    if v.lon is not None and v.lat is not None:
        return kilometres(near.lon, near.lat, v.lon, v.lat) <= near.km
    return near.county is None or v.county in (None, near.county)


def says(v: VacancyDocument, words: str, firmly: bool = False) -> bool:
    """Each word is a word of the texts, a run of characters, or how the title or one of its words sounds."""
    known, runs, sounds = _heard(v.title, v.employer, v.place, "" if firmly else v.content)

    def found(word: str) -> bool:
        pairs = [run for run in tokens.characters(word) if len(run) > 1] or tokens.characters(word)
        sound = (tokens.pinyin(word) or [word])[0]
        return word in known or set(pairs) <= runs or (len(word) > 1 and sound in sounds)

    return all(found(word) for word in tokens.words(words))


@cache
def _heard(*texts: str) -> tuple[set[str], set[str], set[str]]:
    title = texts[0]
    known = {word for text in texts for word in tokens.words(text)}
    sounds = {s for part in (title, *tokens.words(title)) for s in tokens.pinyin(part)}
    return known, set(tokens.characters(" ".join(texts[:3]))), sounds


def meant(q: VacancyQuery, v: VacancyDocument) -> bool:
    """What the words find, or of what else they may have meant the rest."""
    found = says(v, q.words, q.firmly)
    if q.others is None:
        return found
    kept = not q.others.kept or says(v, q.others.kept)
    return kept and bool({*q.others.occupations} & {*v.occupations}) and not (found and q.words)


def passes(q: VacancyQuery, v: VacancyDocument) -> bool:
    """Whether a vacancy belongs into the answer."""
    pay = v.pay_high if v.pay_high is not None else v.pay_low
    return all(
        (
            v.open or not q.open_only,
            q.demo is None or v.demo == q.demo,
            q.today is None or v.valid_until is None or v.valid_until >= q.today,
            not q.kinds or v.kind in q.kinds,
            overlap((*v.regions, *v.destination), q.regions),
            q.near is None or within(q.near, v),
            q.pay_at_least is None or pay is None or pay >= q.pay_at_least,
            overlap(v.shifts, q.shifts),
            overlap([v.load] if v.load else [], q.loads),
            set(q.benefits) <= set(v.benefits),
            set(q.tags) <= set(v.tags),
            meant(q, v),
        )
    )


def in_order(q: VacancyQuery, sort: Sort, found: list[VacancyDocument]) -> list[int]:
    """Ids in an explicit order."""

    def rank(v: VacancyDocument) -> tuple[float, ...]:
        if sort is Sort.PAY:
            return (-((v.pay_high if v.pay_high is not None else v.pay_low) or 0), -v.id)
        far = 0.0
        if sort is Sort.NEAREST:
            assert q.near is not None
            placed = v.lon is not None and v.lat is not None
            far = kilometres(q.near.lon, q.near.lat, v.lon, v.lat) if placed else math.inf
        return (far, -v.posted_at, -v.id)

    return [v.id for v in sorted(found, key=rank)]


def recall_question(chance: random.Random) -> RecallVacancies:
    """The hard limits of one random person."""
    near = Near(110.2, 27.65, chance.choice([2, 8, 40]), chance.choice([None, "431202", "431224"]))
    return RecallVacancies(
        demo=chance.random() < 0.5,
        today=DAY,
        near=chance.choice([None, near]),
        regions=chance.choice([None, (), ("440000", "440306"), ("431224",)]),
        origin_county=chance.choice([None, "431202"]),
        loads=chance.choice([None, ("light",), ("light", "medium", "heavy")]),
        skills=chance.choice([None, (), ("welding", "sewing"), tuple(SKILLS)]),
        certificates=chance.choice([None, (), ("c1",)]),
        education=chance.choice([None, 2, 3]),
        shifts=_some(chance, Shift, 2),
        wage_floor=chance.choice([None, 250_000]),
        classes=chance.choice([None, (), ("relocated", "older")]),
        occupations=chance.choice([(), (), ("6",), ("4-09",)]),
    )


def recalls(q: RecallVacancies, v: VacancyDocument) -> bool:
    """Whether a vacancy passes the hard limits; distances are left to the caller's margin."""
    pay = v.pay_high if v.pay_high is not None else v.pay_low
    return all(
        (
            v.open and v.demo == q.demo,
            v.valid_until is None or v.valid_until >= q.today,
            overlap(v.origin_counties, [q.origin_county] if q.origin_county else []),
            overlap(v.shifts, q.shifts),
            overlap(v.occupations, q.occupations),
            q.loads is None or v.load is None or v.load in q.loads,
            q.classes is None or not v.targets or set(v.targets) & set(q.classes),
            q.skills is None or set(v.skills) <= set(q.skills),
            q.certificates is None or set(v.certificates) <= set(q.certificates),
            q.education is None or (v.min_education or 0) <= q.education,
            q.wage_floor is None or pay is None or pay >= q.wage_floor,
        )
    )


def reaches(q: RecallVacancies, v: VacancyDocument, slack: float) -> bool:
    """By region, or by distance stretched by ``slack``."""
    if q.regions is None or not (v.regions or v.destination) or {*v.regions, *v.destination} & {*q.regions}:
        return True
    if q.near is None:
        return False
    return within(Near(q.near.lon, q.near.lat, q.near.km * slack, q.near.county), v)


def vacancy_limits(chance: random.Random) -> RecallJobseekers:
    """The hard limits of one random vacancy."""
    v = vacancy(chance, 1)
    return RecallJobseekers(
        demo=v.demo,
        tenant_id=chance.choice([None, 1]),
        lon=v.lon,
        lat=v.lat,
        county=v.county,
        regions=(*v.regions, *v.destination),
        origin_counties=v.origin_counties,
        capacities=chance.choice([None, ("skilled", "ordinary")]),
        skills=v.skills,
        certificates=v.certificates,
        min_education=v.min_education,
        shifts=v.shifts,
        pay=v.pay_high,
        targets=v.targets,
        occupations=chance.choice([(), (), ("6",)]),
    )


def may_do(q: RecallJobseekers, j: JobseekerDocument) -> bool:
    """Whether a person passes the hard limits, the way to the place apart."""
    return all(
        (
            j.open and j.demo == q.demo,
            q.tenant_id is None or j.tenant_id == q.tenant_id,
            j.county is None or overlap([j.county], q.origin_counties),
            q.capacities is None or j.capacity is None or j.capacity in q.capacities,
            j.skills is None or set(q.skills) <= set(j.skills),
            j.certificates is None or set(q.certificates) <= set(j.certificates),
            q.min_education is None or j.education is None or j.education >= q.min_education,
            overlap(j.shifts, q.shifts),
            q.pay is None or j.wage_floor is None or j.wage_floor <= q.pay,
            not q.targets or j.classes is None or set(j.classes) & set(q.targets),
            overlap(j.occupations, q.occupations),
        )
    )


def gets_there(q: RecallJobseekers, j: JobseekerDocument, slack: float) -> bool:
    """Leaves for a wanted region, or goes there daily (``slack`` stretches the way)."""
    if j.will_leave != "no" and overlap(j.wanted_regions, q.regions):
        return True
    same_county = q.county is None or j.county in (None, q.county)
    if q.lon is None or q.lat is None:
        return same_county
    if j.lon is None or j.lat is None:
        return same_county or j.reach_km is None
    return j.reach_km is None or kilometres(j.lon, j.lat, q.lon, q.lat) <= j.reach_km * slack


def settle(engine: SearchEngine) -> None:
    """Make what was written searchable now instead of within a second."""
    link = getattr(engine, "link", None)
    if link is not None:
        link.client().indices.refresh(index=[engine.alias(collection) for collection in Collection])


def ids(page: Any) -> list[int]:
    return [hit.id for hit in page.hits]


def index_fields() -> list[set[str]]:
    """Names of the indexed fields of each collection."""
    return [set(FIELDS[collection]) for collection in Collection]
