"""Recall keeps everybody whom the hard limits keep, and little more (a box around a circle)."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from matching.search.documents import Collection, JobseekerDocument, VacancyDocument
from matching.search.port import Recalled, SearchEngine
from matching.search.queries import Near, QueryRejected, RecallJobseekers, RecallVacancies
from tests.contract import samples
from tests.contract.samples import JOBSEEKERS, VACANCIES

#: The corner of a box lies 1.42 times as far away as its side.
CORNER = 1.42


def test_vacancies_for_a_jobseeker_equal_the_model(filled: SearchEngine) -> None:
    chance, found = random.Random(11), 0
    for _ in range(120):
        query = samples.recall_question(chance)
        passing = [v for v in VACANCIES if samples.recalls(query, v)]
        recalled = set(filled.recall(query).ids)
        assert {v.id for v in passing if samples.reaches(query, v, 1.0)} <= recalled, query
        assert recalled <= {v.id for v in passing if samples.reaches(query, v, CORNER)}, query
        found += len(recalled)
    assert found > 200


def test_jobseekers_for_a_vacancy_equal_the_model(filled: SearchEngine) -> None:
    chance, found = random.Random(12), 0
    for _ in range(120):
        query = samples.vacancy_limits(chance)
        passing = [j for j in JOBSEEKERS if samples.may_do(query, j)]
        recalled = set(filled.recall(query).ids)
        assert {j.id for j in passing if samples.gets_there(query, j, 1.0)} <= recalled, query
        assert recalled <= {j.id for j in passing if samples.gets_there(query, j, CORNER)}, query
        found += len(recalled)
    assert found > 200


def test_a_jobseeker_of_whom_nothing_is_known_passes_every_limit(engine: SearchEngine) -> None:
    nobody = JobseekerDocument(id=1, version=1, tenant_id=1, open=True)
    refuses = replace(nobody, id=2, will_leave="no", county="431224", reach_km=2.0)
    engine.apply(Collection.JOBSEEKERS, [nobody, refuses])
    samples.settle(engine)
    everything = RecallJobseekers(
        demo=False, tenant_id=1, lon=110.0, lat=27.5, county="431202", regions=("430000", "431202"),
        origin_counties=("431202",), capacities=("skilled",), skills=("welding",), certificates=("c1",),
        min_education=6, shifts=("night",), pay=100, targets=("disabled",), occupations=("6",),
    )  # fmt: skip
    assert engine.recall(everything) == Recalled((1,), 1)


def test_a_vacancy_that_states_nothing_passes_every_limit(engine: SearchEngine) -> None:
    vague = VacancyDocument(id=1, version=1, open=True, title="普工", kind="enterprise", posted_at=1)
    engine.apply(
        Collection.VACANCIES, [vague, replace(vague, id=2, open=False), replace(vague, id=3, demo=True)]
    )
    samples.settle(engine)
    strict = RecallVacancies(
        demo=False, today=20_000, near=Near(110.0, 27.5, 2, "431202"), regions=(), origin_county="431202",
        loads=(), skills=(), certificates=(), education=0, shifts=("day",), wage_floor=10**9, classes=(),
        occupations=("6",),
    )  # fmt: skip
    assert engine.recall(strict) == Recalled((1,), 1)


def test_a_limit_that_is_known_not_to_hold_excludes(engine: SearchEngine) -> None:
    base = VacancyDocument(id=1, version=1, open=True, title="普工", kind="enterprise", posted_at=1)
    others = [
        replace(base, id=2, shifts=("night",)),
        replace(base, id=3, pay_high=100),
        replace(base, id=4, skills=("welding", "driving")),
        replace(base, id=5, load="heavy"),
        replace(base, id=6, valid_until=19_999),
        replace(base, id=7, county="440306", regions=("440306",)),
        replace(base, id=8, lon=112.0, lat=27.5, county="431202", regions=("431202",)),
        replace(base, id=9, targets=("disabled",)),
        replace(base, id=10, min_education=5),
        replace(base, id=11, origin_counties=("431224",)),
    ]
    engine.apply(Collection.VACANCIES, [base, *others])
    samples.settle(engine)
    query = RecallVacancies(
        demo=False, today=20_000, near=Near(110.0, 27.5, 40, "431202"), regions=(), origin_county="431202",
        loads=("light",), skills=("welding",), education=3, shifts=("day",), wage_floor=200,
        classes=("older",),
    )  # fmt: skip
    assert engine.recall(query).ids == (1,)


def test_recall_cuts_at_its_limit_newest_first_and_says_how_many_there_were(filled: SearchEngine) -> None:
    whole = filled.recall(RecallVacancies(demo=False, today=samples.DAY))
    cut = filled.recall(RecallVacancies(demo=False, today=samples.DAY, limit=10))
    assert whole.complete
    assert not cut.complete
    assert cut == Recalled(whole.ids[:10], whole.total)
    with pytest.raises(QueryRejected):
        filled.recall(RecallVacancies(demo=False, today=samples.DAY, limit=10_001))
