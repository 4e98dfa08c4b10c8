"""Rows → documents: what the index is a view of.

A row that is gone becomes an erasure; its version is above any a row can reach, so a message that was late
cannot bring the document back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from matching.accounts.models import Organisation
from matching.clock import local_day
from matching.occupations.catalogue import catalogue
from matching.occupations.skills import Vocabulary, certificates, skills
from matching.people.codes import EDUCATION_RANK, REACH_KM, Education, Reach, Willingness
from matching.people.models import Jobseeker
from matching.people.rules import is_paused
from matching.places import regions
from matching.search.documents import Collection, Document, Erasure, JobseekerDocument, VacancyDocument
from matching.vacancies.codes import State, Target
from matching.vacancies.models import Vacancy

ERASED_VERSION = 2**31 - 1
EPOCH = date(1970, 1, 1)
#: Rows read at once.
BATCH = 2_000

_EMPLOYER = Organisation.__table__.alias("employer")


def documents(
    session: Session, collection: Collection, ids: Sequence[int]
) -> tuple[list[Document], list[Erasure]]:
    """Documents of the rows that exist, erasures for those that do not.

    Args:
        ids: primary keys, at most a few thousand.
    """
    found: list[Document]
    if collection == Collection.VACANCIES:
        found = [_vacancy(row) for row in session.execute(_vacancies().where(Vacancy.id.in_(ids)))]
    else:
        found = [_jobseeker(row) for row in session.execute(_jobseekers().where(Jobseeker.id.in_(ids)))]
    missing = set(ids) - {document.id for document in found}
    return found, [Erasure(key, ERASED_VERSION) for key in sorted(missing)]


def all_documents(session: Session, collection: Collection) -> Iterator[Document]:
    """Every row's document by rising id, in bounded memory."""
    after = 0
    while True:
        if collection == Collection.VACANCIES:
            statement = _vacancies().where(Vacancy.id > after).order_by(Vacancy.id)
            batch: list[Document] = [_vacancy(row) for row in session.execute(statement.limit(BATCH))]
        else:
            statement = _jobseekers().where(Jobseeker.id > after).order_by(Jobseeker.id)
            batch = [_jobseeker(row) for row in session.execute(statement.limit(BATCH))]
        if not batch:
            return
        yield from batch
        after = batch[-1].id


def all_versions(session: Session, collection: Collection) -> Iterator[tuple[int, int]]:
    """(id, version) of every row by rising id."""
    table = Vacancy if collection == Collection.VACANCIES else Jobseeker
    statement = select(table.id, table.version).order_by(table.id).execution_options(yield_per=10_000)
    for row in session.execute(statement):
        yield row.id, row.version


def _vacancies() -> Any:
    return select(Vacancy.__table__, _EMPLOYER.c.name.label("employer_name")).join(
        _EMPLOYER, _EMPLOYER.c.id == Vacancy.employer_id
    )


def _jobseekers() -> Any:
    return select(Jobseeker.__table__)


def _vacancy(row: Row[Any]) -> VacancyDocument:
    exact = row.point_exact
    return VacancyDocument(
        id=row.id,
        version=row.version,
        open=row.state == State.OPEN,
        demo=row.demo,
        title=row.title,
        employer=row.employer_name,
        place=row.place or "",
        content=row.content or "",
        kind=row.kind,
        county=row.county,
        regions=_adcodes(row.region_code),
        destination=_adcodes(row.destination),
        occupations=occupation_levels(tuple(row.occupations)),
        lon=row.longitude if exact else None,
        lat=row.latitude if exact else None,
        pay_low=row.month_low_cents,
        pay_high=row.month_high_cents,
        hours=row.hours_per_day,
        shifts=tuple(row.shifts or ()),
        load=row.load,
        # As scoring sees them: a code that no list knows excludes nobody.
        skills=_known(tuple(row.required_skills or ()), skills()),
        certificates=_known(tuple(row.certificates or ()), certificates()),
        min_education=EDUCATION_RANK[Education(row.education)] if row.education else None,
        benefits=tuple(row.benefits or ()),
        tags=tuple(row.tags or ()),
        targets=tuple(row.targets or ()),
        headcount=row.headcount,
        posted_on=_days(local_day(row.posted_at)),
        valid_until=_days(row.valid_until),
        posted_at=int(row.posted_at.timestamp()),
    )


def _jobseeker(row: Row[Any]) -> JobseekerDocument:
    return JobseekerDocument(
        id=row.id,
        version=row.version,
        tenant_id=row.tenant_id,
        open=row.eligible
        and row.matching_on
        and row.willingness != Willingness.NO
        and not is_paused(row.paused_on, row.work),
        demo=row.demo,
        county=row.county,
        settlement_id=row.settlement_id,
        lon=row.longitude if row.point_exact else None,
        lat=row.latitude if row.point_exact else None,
        reach_km=REACH_KM[Reach(row.reach)] if row.reach else None,
        will_leave={True: "yes", False: "no", None: "unknown"}[row.will_leave],
        wanted_regions=_destinations(tuple(row.wanted_regions or ())),
        capacity=row.capacity,
        occupations=occupation_levels(tuple(row.occupations or ())),
        skills=None if row.skills is None else tuple(row.skills),
        certificates=None if row.certificates is None else tuple(row.certificates),
        education=EDUCATION_RANK[Education(row.education)] if row.education else None,
        shifts=tuple(row.shifts or ()),
        wage_floor=row.wage_floor_cents,
        classes=tuple(sorted(t for t in Target if row.classes.get(t, True))),
    )


@lru_cache(maxsize=20_000)
def _adcodes(code: str | None) -> tuple[str, ...]:
    """Province, prefecture and county in six digits, then the division itself where it is smaller."""
    if not code:
        return ()
    upper = (regions.province_of(code), regions.prefecture_of(code), regions.county_of(code))
    own = regions.get(code).code
    return tuple(dict.fromkeys([*(found for found in upper if found), *([own] if len(own) > 6 else [])]))


@lru_cache(maxsize=20_000)
def _destinations(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Prefectures, or provinces where no prefecture is named: as scoring reads them."""
    places = (regions.prefecture_of(code) or regions.province_of(code) for code in codes)
    return tuple(dict.fromkeys(place for place in places if place))


def _known(codes: tuple[str, ...], listed: Vocabulary) -> tuple[str, ...]:
    return tuple(code for code in codes if code in listed.terms)


@lru_cache(maxsize=20_000)
def occupation_levels(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The known ones of the codes with all levels above them."""
    known = catalogue()
    return tuple(sorted({level for code in codes if code in known for level in (*known.parents(code), code)}))


def _days(day: date) -> int:
    return (day - EPOCH).days
