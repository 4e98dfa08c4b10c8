"""Each limit at its boundary, each unknown that passes, and what must never matter."""

from __future__ import annotations

import numpy as np
import pytest

from matching.pairing import bits, criteria, scorer
from matching.pairing.columns import REACH_AREA, REACH_COMMUTE, JobseekerColumns, VacancyColumns
from matching.pairing.packed import RECORD, Lists, pack, records, unpack
from matching.pairing.pairs import Pairs
from matching.pairing.weights import SHIPPED, Weights, read, shipped
from tests.pairing.worlds import DAY, people, vacancies

WEIGHTS = shipped()
HOME = (110.0, 27.5)
METRES_PER_DEGREE = 111_195.0
PERSON = {
    "id": 1,
    "looking": 1,
    "employed": 0,
    "ages": bits.ADULT,
    "classes": 0,
    "classes_known": 255,
    "capacity": 4,
    "education": 3,
    "skills_known": True,
    "certificates_known": True,
    "county": 431222,
    "prefecture": 431200,
    "lon": HOME[0],
    "lat": HOME[1],
    "exact": True,
    "reach": REACH_COMMUTE,
    "reach_m": 8_000,
    "leaves": 0,
    "shifts": 1,
    "wage_floor": 300_000,
}
POST = {
    "id": 1,
    "open": True,
    "valid_until": DAY,
    "posted": DAY,
    "load": 2,
    "shifts": 1,
    "county": 431222,
    "prefecture": 431200,
    "province": 430000,
    "lon": HOME[0],
    "lat": HOME[1],
    "exact": True,
    "pay_low": 280_000,
    "pay_high": 320_000,
    "median": 330_000,
}


def pair(person=None, post=None):
    js, vs = JobseekerColumns.blank(1), VacancyColumns.blank(1)
    for table, facts in ((js, PERSON | (person or {})), (vs, POST | (post or {}))):
        for name, value in facts.items():
            getattr(table, name)[..., 0] = value
    return js, vs


def failed(person=None, post=None):
    js, vs = pair(person, post)
    return {each.code for each in scorer.missing(js, 0, vs, 0, DAY, WEIGHTS)}


def asked(person=None, post=None):
    js, vs = pair(person, post)
    return {r.code for r in scorer.explain(js, 0, vs, 0, DAY, WEIGHTS) if r.code.startswith("ask_")}


def points(code, person=None, post=None):
    js, vs = pair(person, post)
    reasons = scorer.explain(js, 0, vs, 0, DAY, WEIGHTS)
    return next((reason.points for reason in reasons if reason.code == code), 0)


def north(metres):
    """A latitude so many metres away."""
    return HOME[1] + metres / METRES_PER_DEGREE


def away():
    return {"county": 440306, "prefecture": 440300, "province": 440000, "lon": 114.0, "lat": 22.7}


def leaving_for(region):
    return {"leaves": 1, "wanted": [region, 0, 0, 0]}


def test_the_pair_of_these_tests_passes_with_nothing_to_ask():
    assert failed() == set()
    assert asked() == set()


@pytest.mark.parametrize(
    ("code", "good", "bad"),
    [
        ("other_world", ({"demo": True}, {"demo": True}), ({"demo": True}, {})),
        ("not_open", ({}, {"valid_until": DAY}), ({}, {"valid_until": DAY - 1})),
        ("not_open", ({}, {"open": True}), ({}, {"open": False})),
        ("not_looking", ({"looking": -1}, {}), ({"looking": 0}, {})),
        ("age", ({"ages": bits.AGE_16_17}, {}), ({"ages": bits.UNDER_16}, {})),
        ("age", ({"ages": bits.ADULT}, {"hazardous": True}), ({"ages": bits.AGE_16_17}, {"hazardous": True})),
        ("eligibility", ({"classes": 4}, {"targets": 4 | 8}), ({"classes": 1}, {"targets": 4 | 8})),
        ("capacity", ({"capacity": 1}, {"load": 1}), ({"capacity": 1}, {"load": 2})),
        ("capacity", ({"capacity": 4}, {"load": 4}), ({"capacity": 0}, {"load": 0})),
        ("skills", ({"skills": 7}, {"required_skills": 3}), ({"skills": 1}, {"required_skills": 3})),
        ("certificates", ({"certificates": 2}, {"certificates": 2}), ({}, {"certificates": 2})),
        ("education", ({"education": 3}, {"education": 3}), ({"education": 2}, {"education": 3})),
        ("shifts", ({"shifts": 3}, {"shifts": 2}), ({"shifts": 1}, {"shifts": 2})),
        ("wage_floor", ({"wage_floor": 320_000}, {}), ({"wage_floor": 320_001}, {})),
        ("employed", ({"employed": 1}, {}), ({"employed": 1}, {"excludes_employed": True})),
        ("reach", ({"reach_m": 2_000}, {"lat": north(1_999)}), ({"reach_m": 2_000}, {"lat": north(2_001)})),
        ("reach", ({"reach": REACH_AREA}, {"lat": north(90_000)}), ({"reach": REACH_AREA}, away())),
        ("reach", ({"leaves": 1}, away()), ({"leaves": 0}, away())),
        ("reach", (leaving_for(440000), away()), (leaving_for(330100), away())),
        ("reach", (leaving_for(440300), away()), (leaving_for(440600), away())),
        ("reach", ({}, {"exact": False, "lat": north(60_000)}), ({}, {"exact": False, "county": 431223})),
    ],
)  # fmt: skip
def test_each_limit_holds_at_its_boundary_and_breaks_one_step_beyond(code, good, bad):
    assert code not in failed(*good)
    assert failed(*bad) == {code}


@pytest.mark.parametrize(
    ("question", "person", "post"),
    [
        ("ask_willing", {"looking": -1}, {}),
        ("ask_age", {"ages": 0}, {"hazardous": True}),
        ("ask_eligibility", {"classes_known": 0}, {"targets": 4}),
        ("ask_capacity", {"capacity": -1}, {"load": 4}),
        ("ask_load", {"capacity": 1}, {"load": 0}),
        ("ask_skills", {"skills_known": False}, {"required_skills": 1}),
        ("ask_certificates", {"certificates_known": False}, {"certificates": 1}),
        ("ask_education", {"education": -1}, {"education": 6}),
        ("ask_shifts", {"shifts": 0}, {"shifts": 8}),
        ("ask_post_shifts", {}, {"shifts": 0}),
        ("ask_wage_floor", {"wage_floor": 0}, {}),
        ("ask_pay", {}, {"pay_low": 0, "pay_high": 0}),
        ("ask_employed", {"employed": -1}, {"excludes_employed": True}),
        ("ask_reach", {"reach": 0, "reach_m": -1}, {"lat": north(90_000)}),
        ("ask_distance", {}, {"exact": False}),
        ("ask_distance", {"exact": False}, {}),
        ("ask_distance", {"lon": np.nan}, {}),
        ("ask_leave", {"leaves": -1}, away()),
        ("ask_destination", {"leaves": 1}, away()),
    ],
)
def test_what_is_not_stated_passes_and_is_asked_for(question, person, post):
    assert failed(person, post) == set()
    assert question in asked(person, post)


def test_every_question_of_the_table_is_tested_above():
    marked = test_what_is_not_stated_passes_and_is_asked_for.pytestmark[0].args[1]
    assert {each[0] for each in marked} == {code for each in criteria.HARD for code in each.asks}


def test_every_limit_of_the_table_is_tested_above():
    marked = test_each_limit_holds_at_its_boundary_and_breaks_one_step_beyond.pytestmark[0].args[1]
    assert {each[0] for each in marked} == {each.code for each in criteria.HARD}


def test_no_child_is_ever_matched_and_16_and_17_never_to_hazardous_work():
    js, vs = people(200, 1), vacancies(300, 1)
    passed = criteria.all_pass(Pairs.of(js, vs, DAY, WEIGHTS))
    assert not passed[js.ages == bits.UNDER_16].any()
    assert not passed[js.ages == bits.AGE_16_17][:, vs.hazardous].any()
    assert passed[js.ages == bits.AGE_16_17].any()


def test_being_past_retirement_age_hides_no_post():
    js, vs = people(100, 2), vacancies(200, 2)
    js.ages[:] = bits.ADULT
    before = criteria.all_pass(Pairs.of(js, vs, DAY, WEIGHTS))
    js.ages[:] = bits.ADULT | bits.RETIRED
    assert (criteria.all_pass(Pairs.of(js, vs, DAY, WEIGHTS)) == before).all()


def test_a_change_of_a_class_changes_only_posts_that_name_it():
    js, vs = people(60, 3), vacancies(300, 3)
    for target in bits.TARGET.values():
        tags = (bits.TAG["older_welcome"] if target == bits.TARGET["older"] else 0) | (
            bits.TAG["disabled_welcome"] if target == bits.TARGET["disabled"] else 0
        )
        silent = ((vs.targets & target) == 0) & ((vs.tags & tags) == 0)
        seen = []
        for flipped in (js.classes & np.uint16(0xFFFF - target), js.classes | target):
            js.classes[:], js.classes_known[:] = flipped, 255
            block = Pairs.of(js, vs, DAY, WEIGHTS)
            seen.append((criteria.all_pass(block)[:, silent], criteria.totals(block)[:, silent]))
        assert (seen[0][0] == seen[1][0]).all()
        assert (seen[0][1] == seen[1][1]).all()


def test_nearer_is_never_worth_less():
    last = 10**9
    for metres in range(500, 50_000, 500):
        found = points("near", {"reach_m": 90_000}, {"lat": north(metres)})
        assert found <= last
        last = found
    assert last == 0


def test_a_known_distance_goes_before_a_county_point_of_the_same_total():
    js, vs = pair()
    vs = VacancyColumns.concat([vs, vs])
    vs.id[:], vs.exact[:] = [1, 2], [False, True]
    vs.lat[1] = north(39_000)
    js.reach_m[:] = 90_000
    rows, totals = scorer.score_one_jobseeker(js, 0, vs, DAY, WEIGHTS)
    assert totals[0] == totals[1]
    assert vs.id[rows].tolist() == [2, 1]


def test_the_same_work_before_is_worth_more_than_similar_work():
    worth = [points("occupation", {"occupations": [own, 0, 0]}, {"occupation": 6050103}) for own in
             (6050103, 6050104, 6050201, 6290101, 4080204)]  # fmt: skip
    assert worth == sorted(worth, reverse=True)
    assert worth[-1] == 0


def test_care_is_met_by_school_hours_and_by_a_post_around_the_corner():
    assert points("care", {"care": 1}, {"shifts": 3, "lat": north(5_000)}) > 0
    assert points("care", {"care": 1}, {"lat": north(1_000)}) > 0
    assert points("care", {"care": 1}, {"lat": north(5_000)}) == 0
    assert points("care", {}, {"lat": north(1_000)}) == 0


def test_school_hours_suit_who_works_days_and_free_hours_everybody():
    day, evening = bits.SHIFT["day"], bits.SHIFT["evening"]
    assert bits.shifts_served(["school_hours"]) & day
    assert not bits.shifts_served(["school_hours"]) & evening
    assert bits.shifts_served(["flexible"]) == bits.ALL_SHIFTS
    assert bits.shifts_served(None) == 0


def test_packed_lists_come_back_as_they_were():
    entries = records(np.array([9, 2**40]), np.array([5, 0]), np.array([1, 70_000]))
    stored = pack(entries)
    assert len(stored) == 32
    assert RECORD.itemsize == 16
    assert unpack(stored).tolist() == entries.tolist()
    assert unpack(b"").tolist() == []
    with pytest.raises(ValueError):
        unpack(stored[:-1])
    lists = Lists.of(np.array([1, 0, 1]), entries)
    assert [len(lists[row]) for row in range(len(lists))] == [1, 0, 1]


def test_columns_survive_a_file_and_only_under_their_stamp(tmp_path):
    js = people(7, 1)
    js.save(tmp_path / "js.npz", "a", 5)
    again, taken = JobseekerColumns.saved(tmp_path / "js.npz", "a")
    assert taken == 5
    np.testing.assert_array_equal(again.wanted, js.wanted)
    assert JobseekerColumns.saved(tmp_path / "js.npz", "b") == (None, 0)
    assert JobseekerColumns.saved(tmp_path / "none.npz", "a") == (None, 0)


def test_weights_that_are_no_whole_numbers_are_refused(tmp_path):
    for value in ("-1", "1.5", '"much"'):
        broken = tmp_path / "weights.toml"
        broken.write_text(SHIPPED.read_text(encoding="utf-8").replace("overlap = 80", f"overlap = {value}"))
        with pytest.raises(ValueError, match="overlap"):
            read(broken)


def test_no_pair_can_have_more_than_the_weights_say():
    block = Pairs.of(people(300, 6), vacancies(400, 6), DAY, WEIGHTS)
    assert criteria.totals(block).min() >= 0
    assert criteria.totals(block).max() <= WEIGHTS.highest
    assert isinstance(WEIGHTS, Weights)
