"""The pass over everything says what scoring each person and each vacancy alone says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.pairing import scorer, sweep, tables
from matching.pairing.sweep import full_pass
from matching.pairing.weights import Weights, shipped
from tests.pairing.worlds import DAY, people, vacancies

WEIGHTS = shipped()


def assert_as_alone(js, vs, best, per_vacancy):
    of_people, of_posts = full_pass(js, vs, DAY, WEIGHTS, best=best, per_vacancy=per_vacancy)
    assert (len(of_people), len(of_posts)) == (len(js), len(vs))
    for j in range(len(js)):
        rows, totals = scorer.score_one_jobseeker(js, j, vs, DAY, WEIGHTS, limit=best)
        assert of_people[j]["id"].tolist() == vs.id[rows].tolist()
        assert of_people[j]["total"].tolist() == totals.tolist()
        assert of_people[j]["version"].tolist() == vs.version[rows].tolist()
    for v in range(len(vs)):
        rows, totals = scorer.score_one_vacancy(js, vs, v, DAY, WEIGHTS, limit=per_vacancy)
        assert of_posts[v]["id"].tolist() == js.id[rows].tolist()
        assert of_posts[v]["total"].tolist() == totals.tolist()


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_pass_gives_the_lists_that_each_row_gets_alone(seed):
    assert_as_alone(people(40, seed), vacancies(170, seed), best=7, per_vacancy=9)


def test_the_pass_agrees_when_the_vacancies_are_settled_many_times(monkeypatch):
    monkeypatch.setattr(sweep, "WAITING", 300)
    assert_as_alone(people(150, 1), vacancies(170, 1), best=5, per_vacancy=4)


@pytest.mark.parametrize("budget", [0, 400, 20_000])
def test_the_pass_agrees_whatever_memory_the_tables_get(monkeypatch, budget):
    monkeypatch.setattr(tables, "BUDGET", budget)
    assert_as_alone(people(70, 2), vacancies(180, 2), best=6, per_vacancy=6)


def test_rows_in_another_order_get_the_same_lists():
    js, vs = people(60, 4), vacancies(120, 4)
    mixed = np.random.default_rng(0).permutation(len(js))
    straight, _ = full_pass(js, vs, DAY, WEIGHTS, best=8)
    shuffled, _ = full_pass(js.take(mixed), vs.take(np.arange(len(vs))[::-1]), DAY, WEIGHTS, best=8)
    for place, row in enumerate(mixed):
        assert shuffled[place].tolist() == straight[row].tolist()


@pytest.mark.parametrize(("j", "v"), [(0, 5), (5, 0), (0, 0), (1, 1)])
def test_tables_without_rows_give_empty_lists(j, v):
    assert_as_alone(people(j, 0), vacancies(v, 0), best=3, per_vacancy=3)


def test_weights_that_no_int16_holds_are_refused():
    heavy = Weights("heavy", WEIGHTS.tables | {"hours": WEIGHTS.tables["hours"] | {"overlap": 30_000}})
    with pytest.raises(ValueError, match="too much"):
        full_pass(people(50, 0), vacancies(50, 0), DAY, heavy)
