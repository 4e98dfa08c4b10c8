"""Recall: which rows of the other side the index gives for one row, to be scored exactly.

The hard limits that the index knows go along as filters, each never narrower than the criterion of
:mod:`matching.pairing.limits` that decides in the end; unknown facts and classes pass.  What is more than one
answer holds is asked for in parts: by county of origin, then by branch of occupation.  A distance never cuts,
since for posts away it says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.occupations.catalogue import catalogue
from matching.pairing import bits
from matching.people.codes import Capacity, Shift
from matching.people.models import Jobseeker
from matching.places import regions
from matching.search import rows
from matching.search.documents import Collection, JobseekerDocument, VacancyDocument
from matching.search.port import SearchEngine
from matching.search.queries import Near, RecallJobseekers, RecallVacancies
from matching.vacancies.codes import LOAD_RANK, Load

Recall = Callable[[int], Sequence[int]]
_Query = TypeVar("_Query", RecallVacancies, RecallJobseekers)


def recall_of_jobseeker(session: Session, engine: SearchEngine, today: date) -> Recall:
    """For the id of a person: ids of the vacancies worth scoring.

    Raises (when called):
        SearchUnavailable: the engine does not answer.
    """

    def recall(row_id: int) -> Sequence[int]:
        found, _ = rows.documents(session, Collection.JOBSEEKERS, [row_id])
        query = vacancies_for(found[0], today) if found else None  # type: ignore[arg-type]
        return () if query is None else _all_of(engine, query, _by_branch)

    return recall


def recall_of_vacancy(session: Session, engine: SearchEngine) -> Recall:
    """For the id of a vacancy: ids of the people worth scoring.

    Raises (when called):
        SearchUnavailable: the engine does not answer.
    """

    def by_county(query: RecallJobseekers) -> Iterable[RecallJobseekers]:
        if query.origin_counties:
            return _by_branch(query)
        counties = session.scalars(select(Jobseeker.county).distinct().order_by(Jobseeker.county))
        return [replace(query, origin_counties=(county,)) for county in counties]

    def recall(row_id: int) -> Sequence[int]:
        found, _ = rows.documents(session, Collection.VACANCIES, [row_id])
        return _all_of(engine, jobseekers_for(found[0]), by_county) if found else ()  # type: ignore[arg-type]

    return recall


def vacancies_for(person: JobseekerDocument, today: date) -> RecallVacancies | None:
    """The limits of a person as a question; ``None`` for somebody who looks for nothing or can do nothing."""
    heaviest = bits.HEAVIEST.get(person.capacity, -1)
    if not person.open or heaviest == 0:
        return None
    return RecallVacancies(
        demo=person.demo,
        today=(today - rows.EPOCH).days,
        near=_daily_way(person),
        regions=_destinations(person),
        loads=None if heaviest < 0 else tuple(load for load in Load if LOAD_RANK[load] <= heaviest),
        skills=person.skills,
        certificates=person.certificates,
        education=person.education,
        shifts=_shifts_taken(person.shifts),
        wage_floor=person.wage_floor,
        classes=person.classes,
    )


def jobseekers_for(vacancy: VacancyDocument) -> RecallJobseekers:
    """The limits of a vacancy as a question."""
    at = vacancy.destination[-1] if vacancy.destination else vacancy.county or ""
    prefecture = regions.prefecture_of(at)
    load = LOAD_RANK[Load(vacancy.load)] if vacancy.load else 0
    able = tuple(each for each in Capacity if bits.HEAVIEST[each] >= max(load, 1))
    return RecallJobseekers(
        demo=vacancy.demo,
        lon=vacancy.lon,
        lat=vacancy.lat,
        county=regions.county_of(at),
        commuting=tuple(each.code for each in regions.children(prefecture)) if prefecture else (),
        regions=tuple(dict.fromkeys((*vacancy.regions, *vacancy.destination))),
        capacities=able,
        skills=vacancy.skills,
        certificates=vacancy.certificates,
        min_education=vacancy.min_education,
        shifts=tuple(bits.from_bits(bits.shifts_served(vacancy.shifts), bits.SHIFT)),
        pay=vacancy.pay_high or vacancy.pay_low or None,
        targets=vacancy.targets,
    )


def _daily_way(person: JobseekerDocument) -> Near | None:
    """A stated limit around a known position; what has no position of its own is judged by the county."""
    if person.reach_km is None or person.lon is None or person.lat is None:
        return None
    return Near(person.lon, person.lat, person.reach_km, person.county)


def _destinations(person: JobseekerDocument) -> tuple[str, ...] | None:
    """Where the person may work beside the daily way; ``None``: anywhere."""
    leaves = person.will_leave != "no"
    if leaves and not person.wanted_regions:
        return None
    home = person.county if person.reach_km is not None else regions.prefecture_of(person.county or "")
    if not home:
        return None  # it is not known where the person lives: the scorer asks
    return (*(person.wanted_regions if leaves else ()), home)


def _shifts_taken(own: tuple[str, ...]) -> tuple[str, ...]:
    """Shifts of a post that somebody with these could fill: ``bits.shifts_served``, the other way round."""
    wanted = bits.to_bits(own, bits.SHIFT)
    return tuple(shift for shift in Shift if wanted and wanted & bits.shifts_served([shift]))


# -- more than one answer holds


def _all_of(engine: SearchEngine, query: _Query, cut: Callable[[_Query], Iterable[_Query]]) -> list[int]:
    """Everything that passes, in as many questions as it takes."""
    answer = engine.recall(query)
    found = dict.fromkeys(answer.ids)
    if not answer.complete:
        for part in cut(query):
            found |= dict.fromkeys(_all_of(engine, part, cut))
    return list(found)


def _by_branch(query: _Query) -> Iterable[_Query]:
    """One question for each branch below the one asked for, down to single occupations."""
    above = query.occupations[0] if query.occupations else None
    return [replace(query, occupations=(branch,)) for branch in catalogue().children(above)]
