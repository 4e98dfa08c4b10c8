"""Every code has a sentence, and every fact that a criterion gives fits it."""

from __future__ import annotations

import re

import pytest

from matching.errors import DomainError
from matching.pairing import criteria, facts, scorer, words
from matching.pairing.pairs import Pairs
from matching.pairing.weights import shipped
from tests.pairing.worlds import DAY, people, vacancies

WEIGHTS = shipped()
CHINESE = re.compile(r"[一-鿿]")


def test_the_sentences_are_those_of_the_criteria_table():
    assert set(words.SENTENCES) == set(criteria.codes())
    assert len(criteria.codes()) == len(set(criteria.codes()))
    assert set(facts.FACTS) <= set(criteria.codes())


def test_every_code_can_be_said_of_any_pair():
    js, vs = people(30, 9), vacancies(30, 9)
    for row in range(30):
        pair = Pairs.of(js.slice(row, row + 1), vs.slice(row, row + 1), DAY, WEIGHTS)
        for code in criteria.codes():
            known = facts.facts_of(code, pair)
            if code == "near" and "km" not in known:
                continue  # points for a distance are given only where one is known
            assert CHINESE.search(words.say(code, known))


def test_a_near_job_is_said_in_kilometres_and_minutes():
    said = words.say("near", {"km": 1.2, "walk_minutes": 16})
    assert said == "离家近,1.2 公里,走路约 16 分钟"


def test_a_county_point_is_never_said_in_kilometres():
    js, vs = people(60, 2), vacancies(60, 2)
    js.exact[:] = False
    for j in range(0, 60, 5):
        rows, _ = scorer.score_one_jobseeker(js, j, vs, DAY, WEIGHTS)
        for v in rows:
            reasons = scorer.explain(js, j, vs, int(v), DAY, WEIGHTS)
            assert "near" not in {reason.code for reason in reasons}
            assert not any("km" in reason.facts for reason in reasons)


def test_the_pay_that_is_missing_is_said_in_yuan():
    said = words.say("wage_floor", {"low_yuan": 2000, "high_yuan": 2500, "floor_yuan": 3000})
    assert "2,500 元" in said
    assert "3,000 元" in said


def test_an_unknown_code_is_an_error_and_not_an_empty_reason():
    with pytest.raises(DomainError):
        words.say("nonsense", {})
