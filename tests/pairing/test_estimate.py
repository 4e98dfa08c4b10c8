"""How many people a draft would fit: right, rounded, and nothing that points at a person."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from functools import reduce
from typing import Any

import numpy as np

from matching.crypto import make_keyring
from matching.pairing import limits
from matching.pairing.columns import JobseekerColumns
from matching.pairing.estimate import EASED, SMALLEST_POOL, STEP, Cost, Estimate, estimate
from matching.pairing.loading import post_columns
from matching.pairing.pairs import Pairs
from matching.pairing.weights import shipped
from matching.pairing.words import EASED as WORDS
from matching.vacancies.facts import columns
from tests.pairing.worlds import DAY, people

TODAY = date.fromordinal(DAY)
WEIGHTS, KEYRING = shipped(), make_keyring()
BARE = {"title": "平车工", "kind": "support_workshop", "region_code": "431222"}


def village(rows: int = 200) -> JobseekerColumns:
    """People of one county who want work and of whom everything else is fine."""
    js = JobseekerColumns.blank(rows)
    js.id[:] = np.arange(rows)
    js.tenant[:], js.looking[:], js.ages[:] = 1, 1, 4
    js.county[:], js.prefecture[:] = 431222, 431200
    js.capacity[:], js.education[:], js.reach[:] = 4, 3, 1
    js.reach_m[:], js.shifts[:] = 5_000, 1
    return js


def asked(js: JobseekerColumns, **facts: Any) -> Estimate | None:
    made = columns(KEYRING, {**BARE, **facts}, home="431222", today=TODAY)
    return estimate(js, made, tenant_id=1, demo=False, day=TODAY, weights=WEIGHTS)


def test_everybody_near_fits_a_post_that_asks_for_nothing() -> None:
    assert asked(village(200)) == Estimate(200, ())


def test_one_requirement_says_what_it_costs() -> None:
    js = village(200)
    js.education[:162] = 1
    assert asked(js, education="junior") == Estimate(40, (Cost("education", 200),))


def test_who_lacks_two_things_is_nobodys_cost() -> None:
    js = village(200)
    js.education[:50], js.wage_floor[:50] = 1, 900_000
    found = asked(js, education="junior", pay_low_cents=300_000, pay_high_cents=300_000, pay_unit="month")
    assert found == Estimate(150, ())


def test_fewer_than_five_are_not_told_and_all_others_are_rounded() -> None:
    for fitting in range(30):
        js = village(200)
        js.education[fitting:] = 1
        found = asked(js, education="junior")
        assert found is not None
        assert found.fit % STEP == 0
        assert abs(found.fit - fitting) < STEP
        assert (found.fit == 0) == (fitting < STEP)
        assert found.words == ("少于 5" if fitting < STEP else str(found.fit))
        assert all(cost.without % STEP == 0 for cost in found.costs)


def test_a_requirement_that_costs_fewer_than_five_is_not_named() -> None:
    js = village(200)
    js.education[:2] = 1
    assert asked(js, education="junior") == Estimate(200, ())


def test_where_few_people_live_nothing_is_told() -> None:
    assert asked(village(SMALLEST_POOL - 1)) is None
    assert asked(village(SMALLEST_POOL)) is not None


def test_no_eligibility_class_can_be_asked_for() -> None:
    js = village(200)
    js.classes_known[:] = 0xFFFF
    js.classes[:7] = 0xFFFF
    assert asked(js, targets=["disabled"]) == asked(js) == Estimate(200, ())
    assert "eligibility" not in EASED


def test_no_settlement_can_be_asked_for_by_its_point() -> None:
    js = village(200)
    js.exact[:] = True
    js.lon[:100], js.lon[100:], js.lat[:] = 110.0, 110.6, 28.4
    far = asked(js, longitude=110.6, latitude=28.4)
    assert far == asked(js, longitude=110.0, latitude=28.4) == asked(js)


def test_people_of_another_tenant_and_of_the_demo_are_not_counted() -> None:
    js = village(300)
    js.tenant[:100], js.demo[100:200] = 2, True
    assert asked(js) == Estimate(100, ())


def test_who_switched_matching_off_is_not_counted() -> None:
    js = village(200)
    js.looking[:50] = 0
    assert asked(js) == Estimate(150, ())


def test_near_is_who_comes_from_home_every_day() -> None:
    js = village(300)
    js.county[:150], js.prefecture[:150] = 430121, 430100
    js.leaves[:150], js.leaves[150:] = 1, 0
    assert asked(js) == Estimate(150, ())
    away = asked(js, destination="430100", kind="labour_cooperation")
    assert away == Estimate(150, ())


def test_it_counts_whom_the_limits_let_through() -> None:
    js = people(3_000, 7)
    facts = {"education": "junior", "shifts": ["day"], "pay_low_cents": 300_000, "pay_unit": "month"}
    made = columns(KEYRING, {**BARE, **facts}, home="431222", today=TODAY)
    block = Pairs.of(js, post_columns(made, demo=False, day=TODAY, weights=WEIGHTS), DAY, WEIGHTS)
    tests = (
        *(limits.same_world, limits.is_open, limits.wants_work, limits.legal_age, limits.able),
        *(limits.skilled, limits.certified, limits.schooled, limits.hours_meet, limits.pays_enough),
        limits.commutes,
    )
    exact = np.count_nonzero(reduce(np.logical_and, (test(block) for test in tests)))
    found = asked(js, **facts)
    assert found is not None
    assert abs(found.fit - exact) < STEP


def test_every_requirement_has_words() -> None:
    assert set(WORDS) == set(EASED)
    assert {each.name for each in fields(Cost)} == {"code", "without"}
