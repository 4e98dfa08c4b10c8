"""What the index knows: ids and matching facts, never a person's name, ID number, telephone or address.

A document is a picture of one row at one ``version``.  ``None`` (and an empty tuple where the text says so)
means *not stated*, and what is not stated passes every filter that needs it.  Codes are those of
``people.codes`` and ``vacancies.codes``, regions are adcodes, occupations CSCO-2022 codes of all four levels.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Collection(StrEnum):
    """The two indexes"""

    VACANCIES = "vacancies"
    JOBSEEKERS = "jobseekers"


@dataclass(frozen=True, slots=True)
class VacancyDocument:
    """One vacancy.

    Args:
        id: primary key, below 2**32.
        version: row version, rising.
        open: in public lists and pairing; a closed vacancy stays as a document with ``open=False``.
        demo: belongs to the demo city.
        title, employer, place, content: texts that are searched.
        kind: ``vacancies.codes.Kind``.
        county: adcode of 6 digits, of the work place.
        regions: adcodes of the work place from the province down.
        destination: county and prefecture where labour goes (labour cooperation).
        origin_counties: counties whose people it is for; empty: everybody's.
        occupations: CSCO codes from the major group down.
        lon, lat: degrees (WGS 84) of the place itself, never of a county's point.
        pay_low, pay_high: cents a month.
        hours: hours a day.
        shifts: ``people.codes.Shift``; empty: not stated.
        load: ``vacancies.codes.Load``.
        skills, certificates: all of these are required; empty: none is.
        min_education: ``EDUCATION_RANK`` from which on.
        benefits, tags: ``vacancies.codes.Benefit``, ``Tag``; a claim that is not made is not held.
        targets: ``vacancies.codes.Target``; empty: open to everybody.
        headcount: places.
        posted_on, valid_until: days since 1970-01-01 in China.
        posted_at: seconds since 1970-01-01 UTC.
    """

    id: int
    version: int
    open: bool
    title: str
    kind: str
    posted_at: int
    demo: bool = False
    employer: str = ""
    place: str = ""
    content: str = ""
    county: str | None = None
    regions: tuple[str, ...] = ()
    destination: tuple[str, ...] = ()
    origin_counties: tuple[str, ...] = ()
    occupations: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    pay_low: int | None = None
    pay_high: int | None = None
    hours: float | None = None
    shifts: tuple[str, ...] = ()
    load: str | None = None
    skills: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    min_education: int | None = None
    benefits: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    headcount: int | None = None
    posted_on: int | None = None
    valid_until: int | None = None


@dataclass(frozen=True, slots=True)
class JobseekerDocument:
    """One jobseeker, as far as a vacancy's hard limits need it.

    Args:
        id: primary key, below 2**32.
        version: row version, rising.
        tenant_id: the prefecture the person belongs to.
        open: looking: matching is on, willingness is not ``no``, not employed.
        demo: belongs to the demo city.
        county: adcode of 6 digits, of the settlement.
        settlement_id: primary key of the settlement.
        lon, lat: degrees (WGS 84) of the settlement itself.
        reach_km: farthest commute in straight kilometres; ``None``: not stated, or no limit.
        will_leave: ``yes``, ``no`` or ``unknown``.
        wanted_regions: adcodes of any level the person would go to; empty: not stated.
        capacity: ``people.codes.Capacity``.
        occupations: CSCO codes from the major group down, of past and wished work.
        skills, certificates: what the person has; ``None``: never asked, empty: has none.
        education: ``EDUCATION_RANK``.
        shifts: shifts that suit; empty: not stated.
        wage_floor: cents a month.
        classes: ``vacancies.codes.Target`` classes that hold; ``None``: not assessed.
    """

    id: int
    version: int
    tenant_id: int
    open: bool
    demo: bool = False
    county: str | None = None
    settlement_id: int | None = None
    lon: float | None = None
    lat: float | None = None
    reach_km: float | None = None
    will_leave: str = "unknown"
    wanted_regions: tuple[str, ...] = ()
    capacity: str | None = None
    occupations: tuple[str, ...] = ()
    skills: tuple[str, ...] | None = None
    certificates: tuple[str, ...] | None = None
    education: int | None = None
    shifts: tuple[str, ...] = ()
    wage_floor: int | None = None
    classes: tuple[str, ...] | None = None


Document = VacancyDocument | JobseekerDocument


@dataclass(frozen=True, slots=True)
class Erasure:
    """Forget a document: it must not come back by a message older than ``version``."""

    id: int
    version: int
