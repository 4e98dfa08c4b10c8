"""One person, one vacancy, whole blocks and single pairs give the same totals."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.pairing import criteria, scorer
from matching.pairing.pairs import Pairs
from matching.pairing.weights import shipped
from tests.pairing.worlds import DAY, people, vacancies

WEIGHTS = shipped()
SEEDS = st.integers(0, 10_000)


def brute_force(js, vs):
    """Mask and totals of every pair, each scored alone."""
    mask = np.zeros((len(js), len(vs)), dtype=bool)
    total = np.zeros((len(js), len(vs)), dtype=np.int64)
    for j in range(len(js)):
        for v in range(len(vs)):
            pair = Pairs.of(js.slice(j, j + 1), vs.slice(v, v + 1), DAY, WEIGHTS)
            mask[j, v] = all(each.passes(pair).item() for each in criteria.HARD)
            total[j, v] = sum(int(each.points(pair).item()) for each in criteria.SOFT)
    return mask, total


@settings(max_examples=4, deadline=None)
@given(seed=SEEDS)
def test_single_pairs_blocks_and_both_sides_agree_exactly(seed):
    js, vs = people(12, seed), vacancies(15, seed)
    mask, total = brute_force(js, vs)
    block = Pairs.of(js, vs, DAY, WEIGHTS)
    assert (criteria.all_pass(block) == mask).all()
    assert (criteria.totals(block) == total).all()
    for j in range(len(js)):
        rows, totals = scorer.score_one_jobseeker(js, j, vs, DAY, WEIGHTS, limit=None)
        assert sorted(rows) == np.flatnonzero(mask[j]).tolist()
        assert (totals == total[j, rows]).all()
    for v in range(len(vs)):
        rows, totals = scorer.score_one_vacancy(js, vs, v, DAY, WEIGHTS, limit=None)
        assert sorted(rows) == np.flatnonzero(mask[:, v]).tolist()
        assert (totals == total[rows, v]).all()


@settings(max_examples=4, deadline=None)
@given(seed=SEEDS)
def test_reasons_add_up_to_the_total(seed):
    js, vs = people(20, seed), vacancies(30, seed)
    for j in range(len(js)):
        rows, totals = scorer.score_one_jobseeker(js, j, vs, DAY, WEIGHTS, limit=5)
        for v, total in zip(rows, totals, strict=True):
            reasons = scorer.explain(js, j, vs, int(v), DAY, WEIGHTS)
            assert sum(reason.points for reason in reasons) == total
            assert scorer.missing(js, j, vs, int(v), DAY, WEIGHTS) == []


def test_ties_go_to_known_distances_then_newer_then_smaller_id():
    ids = np.array([5, 4, 3, 2, 1])
    total = np.array([10, 10, 10, 10, 11])
    known = np.array([False, True, True, True, False])
    age = np.array([0, -7, -7, -9, 0])
    assert scorer.order(total, known, ids, age, None).tolist() == [4, 3, 2, 1, 0]
    assert scorer.order(total, known, ids, age, 3).tolist() == [4, 3, 2]


def test_a_limit_keeps_the_same_best_as_the_whole_order():
    js, vs = people(5, 3), vacancies(400, 3)
    for j in range(len(js)):
        everything, _ = scorer.score_one_jobseeker(js, j, vs, DAY, WEIGHTS, limit=None)
        best, _ = scorer.score_one_jobseeker(js, j, vs, DAY, WEIGHTS, limit=17)
        assert best.tolist() == everything[:17].tolist()


def test_near_misses_fail_exactly_one_limit_that_can_change():
    js, vs = people(40, 5), vacancies(200, 5)
    mask, fixable = 0, {each.code for each in criteria.HARD if each.fixable}
    for j in range(len(js)):
        for near in scorer.near_misses_of_jobseeker(js, j, vs, DAY, WEIGHTS, limit=5):
            mask += 1
            assert len(near.missing) == 1
            assert near.missing[0].code in fixable
            points = [reason.points for reason in scorer.explain(js, j, vs, near.row, DAY, WEIGHTS)]
            assert sum(points) == near.total
    assert mask > 50
    for v in range(40):
        for near in scorer.near_misses_of_vacancy(js, vs, v, DAY, WEIGHTS, limit=5):
            assert len(scorer.missing(js, near.row, vs, v, DAY, WEIGHTS)) == 1


def test_places_are_found_for_ids_that_are_there_and_for_no_others():
    js = people(6, 1).take(np.array([1, 3, 4]))
    assert js.id.tolist() == [2, 4, 5]
    assert js.places(np.array([1, 2, 3, 4, 9])).tolist() == [0, 1]
