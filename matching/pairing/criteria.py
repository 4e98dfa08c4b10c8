"""The table of criteria.  Adding one is adding a line here, a sentence in ``words.py`` and a test.

A hard criterion says which pairs may be; a soft one gives points; ``total = sum(points)``, so the reasons
*are* the score.  Each is one pure function of a block of pairs that broadcasts.

Unknown is not no: what is not stated passes its criterion, earns nothing and is asked for (``ask_…``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matching.occupations.catalogue import closeness_packed
from matching.pairing import bits
from matching.pairing.columns import REACH_COMMUTE, REACH_UNKNOWN, Array
from matching.pairing.pairs import POINTS_CLOSE, Pairs
from matching.people.codes import Shift, Target
from matching.vacancies.codes import LOAD_RANK, Benefit, Load, Tag

# -- hard: may this pair be at all? ------------------------------------------------------------------------


def same_world(p: Pairs) -> Array:
    """The demo never mixes with real people."""
    return p.j.demo == p.v.demo


def is_open(p: Pairs) -> Array:
    return p.v.open & (p.v.valid_until >= p.day)


def wants_work(p: Pairs) -> Array:
    return p.j.looking != 0


def ask_willing(p: Pairs) -> Array:
    return p.j.looking < 0


def legal_age(p: Pairs) -> Array:
    """Nobody under 16; 16 and 17 not in hazardous work (L6)."""
    young = (p.j.ages & bits.AGE_16_17) != 0
    return ((p.j.ages & bits.UNDER_16) == 0) & ~(young & p.v.hazardous)


def ask_age(p: Pairs) -> Array:
    return p.j.ages == 0


def eligible(p: Pairs) -> Array:
    """The post is for certain classes: one of them holds, or may hold."""
    may_hold = p.j.classes | ~p.j.classes_known
    return (p.v.targets == 0) | ((p.v.targets & may_hold) != 0)


def ask_eligibility(p: Pairs) -> Array:
    return (p.v.targets != 0) & ((p.v.targets & p.j.classes) == 0)


def able(p: Pairs) -> Array:
    """Work capacity carries the load; without any capacity no load does."""
    return (p.j.capacity < 0) | ((p.j.capacity > 0) & (p.j.capacity >= p.v.load))


def ask_capacity(p: Pairs) -> Array:
    return p.j.capacity < 0


def ask_load(p: Pairs) -> Array:
    light = LOAD_RANK[Load.LIGHT]
    return (p.v.load == 0) & (p.j.capacity == light)


def skilled(p: Pairs) -> Array:
    return ~p.j.skills_known | ((p.v.required_skills & ~p.j.skills) == 0)


def ask_skills(p: Pairs) -> Array:
    return ~p.j.skills_known & (p.v.required_skills != 0)


def certified(p: Pairs) -> Array:
    return ~p.j.certificates_known | ((p.v.certificates & ~p.j.certificates) == 0)


def ask_certificates(p: Pairs) -> Array:
    return ~p.j.certificates_known & (p.v.certificates != 0)


def schooled(p: Pairs) -> Array:
    return (p.j.education < 0) | (p.j.education >= p.v.education)


def ask_education(p: Pairs) -> Array:
    return (p.j.education < 0) & (p.v.education >= 0)


def same_county(p: Pairs) -> Array:
    return (p.j.county == p.v.county) & (p.j.county > 0)


def same_prefecture(p: Pairs) -> Array:
    """In the same prefecture, as far as both are known."""
    return (p.j.prefecture == p.v.prefecture) | (p.j.prefecture == 0) | (p.v.prefecture == 0)


def commutes(p: Pairs) -> Array:
    """Home every day: within the stated distance, or within the county where a distance is not known.

    An unknown reach, and one that covers the whole prefecture, pass within the prefecture.
    """
    near = np.where(p.road >= 0, p.road <= p.j.reach_m, same_county(p) | county_unknown(p))
    return np.where(p.j.reach == REACH_COMMUTE, near, same_prefecture(p))


def county_unknown(p: Pairs) -> Array:
    return ((p.j.county == 0) | (p.v.county == 0)) & same_prefecture(p)


def wanted_place(p: Pairs) -> Array:
    """The person named the prefecture or province of the post."""
    there = (p.j.wanted == p.v.prefecture) | (p.j.wanted == p.v.province)
    return ((p.j.wanted > 0) & there).any(axis=0)


def moves(p: Pairs) -> Array:
    """Willing to leave, or never asked, and the destination is accepted (none named: all are)."""
    anywhere = (p.j.wanted == 0).all(axis=0)
    return (p.j.leaves != 0) & (anywhere | wanted_place(p))


def ask_distance(p: Pairs) -> Array:
    return (p.j.reach == REACH_COMMUTE) & (p.road < 0) & commutes(p)


def ask_reach(p: Pairs) -> Array:
    return (p.j.reach == REACH_UNKNOWN) & same_prefecture(p)


def ask_leave(p: Pairs) -> Array:
    return ~commutes(p) & (p.j.leaves < 0)


def ask_destination(p: Pairs) -> Array:
    return ~commutes(p) & (p.j.leaves > 0) & (p.j.wanted == 0).all(axis=0)


def hours_meet(p: Pairs) -> Array:
    return (p.j.shifts == 0) | (p.v.shifts == 0) | ((p.j.shifts & p.v.shifts) != 0)


def ask_shifts(p: Pairs) -> Array:
    return p.j.shifts == 0


def ask_post_shifts(p: Pairs) -> Array:
    return p.v.shifts == 0


def pays_enough(p: Pairs) -> Array:
    return (p.j.wage_floor == 0) | (p.v.pay_high == 0) | (p.v.pay_high >= p.j.wage_floor)


def ask_wage_floor(p: Pairs) -> Array:
    return p.j.wage_floor == 0


def ask_pay(p: Pairs) -> Array:
    return (p.v.pay_high == 0) & (p.j.wage_floor > 0)


def free(p: Pairs) -> Array:
    return ~p.v.excludes_employed | (p.j.employed != 1)


def ask_employed(p: Pairs) -> Array:
    return p.v.excludes_employed & (p.j.employed < 0)


# -- soft: how well does it fit? ---------------------------------------------------------------------------


def closest(p: Pairs) -> Array:
    """Levels of the classification (0 to 4) shared with the nearest of the person's occupations."""
    levels: Array = closeness_packed(p.j.occupations, p.v.occupation).max(axis=0)
    return levels


def occupation_points(p: Pairs) -> Array:
    return p.weights.array("occupation.levels")[closest(p)]


def taught_points(p: Pairs) -> Array:
    taught = has(p.v.tags, bits.TAG[Tag.NO_EXPERIENCE]) & (closest(p) == 0)
    return taught * p.weights["occupation.taught"]


def skill_points(p: Pairs) -> Array:
    count = np.bitwise_count(p.j.skills & p.v.preferred_skills)
    points = p.weights.array("skills.counted")
    return points[np.minimum(count, len(points) - 1)]


def proven_points(p: Pairs) -> Array:
    skills = (p.v.required_skills != 0) & ((p.v.required_skills & ~p.j.skills) == 0)
    papers = (p.v.certificates != 0) & ((p.v.certificates & ~p.j.certificates) == 0)
    return (skills | papers) * p.weights["skills.proven"]


def distance_points(p: Pairs) -> Array:
    points = np.append(p.weights.array("distance.points"), np.int32(0))
    known = points[np.searchsorted(p.weights.array("limits.distance_m"), p.road)]
    return np.where(p.road >= 0, known, 0)


def county_points(p: Pairs) -> Array:
    """Where no distance is known the county still is."""
    near = np.where(neighbouring(p), p.weights["distance.neighbour_county"], 0)
    return np.where(p.road >= 0, 0, np.where(same_county(p), p.weights["distance.same_county"], near))


def neighbouring(p: Pairs) -> Array:
    """Another county of the prefecture, or one whose point lies close."""
    both = (p.j.county > 0) & (p.v.county > 0) & (p.j.county != p.v.county)
    return both & ((p.j.prefecture == p.v.prefecture) | (p.road == POINTS_CLOSE))


def destination_points(p: Pairs) -> Array:
    return wanted_place(p) * p.weights["destination.wanted"]


def floor_points(p: Pairs) -> Array:
    stated = (p.j.wage_floor > 0) & (p.v.pay_high > 0)
    high = np.where(p.v.pay_high >= p.j.wage_floor, p.weights["pay.floor_within"], 0)
    return stated * np.where(p.v.pay_low >= p.j.wage_floor, p.weights["pay.floor_met"], high)


def median_points(p: Pairs) -> Array:
    points = np.append(np.int32(0), p.weights.array("pay.points"))
    return points[np.searchsorted(p.weights.array("limits.pay_percent"), pay_percent(p), side="right")]


def pay_percent(p: Pairs) -> Array:
    """Middle of the pay in percent of the local median, 0 where the pay or the median is unknown."""
    middle = (p.v.pay_low.astype(np.int64) + p.v.pay_high) // 2
    return np.where(p.v.pay_high > 0, middle * 100 // np.maximum(p.v.median, 1), 0)


def hours_points(p: Pairs) -> Array:
    return ((p.j.shifts & p.v.shifts) != 0) * p.weights["hours.overlap"]


def care_points(p: Pairs) -> Array:
    return fits_care(p) * p.weights["hours.care"]


def fits_care(p: Pairs) -> Array:
    """Somebody who cares for others finds school or free hours, work to take home, or work close by."""
    tags = bits.TAG[Tag.SCHOOL_HOURS] | bits.TAG[Tag.TAKE_HOME]
    hours = has(p.v.shifts, bits.SHIFT[Shift.SCHOOL_HOURS]) | has(p.v.tags, tags)
    near = (p.road >= 0) & (p.road <= p.weights["limits.near_m"])
    return (p.j.care != 0) & (hours | near)


def season_points(p: Pairs) -> Array:
    slack = bits.SHIFT[Shift.SLACK_SEASON]
    offered = has(p.v.tags, bits.TAG[Tag.SLACK_SEASON]) | has(p.v.shifts, slack)
    return (has(p.j.shifts, slack) & offered) * p.weights["hours.slack_season"]


def target_points(p: Pairs) -> Array:
    return ((p.v.targets & p.j.classes) != 0) * p.weights["welcome.target"]


def welcome_points(p: Pairs) -> Array:
    """Tags that include people and never exclude any."""
    return welcomed(p) * p.weights["welcome.tag"]


def welcomed(p: Pairs) -> Array:
    older = has(p.v.tags, bits.TAG[Tag.OLDER_WELCOME]) & has(p.j.classes, bits.TARGET[Target.OLDER])
    disabled = has(p.v.tags, bits.TAG[Tag.DISABLED_WELCOME]) & has(p.j.classes, bits.TARGET[Target.DISABLED])
    return older | disabled


def light_points(p: Pairs) -> Array:
    light = LOAD_RANK[Load.LIGHT]
    return ((p.j.capacity == light) & (p.v.load == light)) * p.weights["welcome.light"]


def housing_points(p: Pairs) -> Array:
    away = ~same_county(p)
    return (has(p.v.benefits, bits.BENEFIT[Benefit.HOUSING]) & away) * p.weights["benefits.housing_away"]


def meal_points(p: Pairs) -> Array:
    meals = bits.BENEFIT[Benefit.MEALS] | bits.BENEFIT[Benefit.LUNCH]
    return has(p.v.benefits, meals) * p.weights["benefits.meals"]


def transport_points(p: Pairs) -> Array:
    brought = has(p.v.benefits, bits.BENEFIT[Benefit.TRANSPORT])
    return (brought | has(p.v.tags, bits.TAG[Tag.POINT_TO_POINT])) * p.weights["benefits.transport"]


def start_points(p: Pairs) -> Array:
    """Work begins soon after posting and the person has none."""
    soon = (p.v.start > 0) & (p.v.start - p.v.posted <= p.weights["limits.start_days"])
    return (soon & (p.j.employed == 0)) * p.weights["start.soon"]


def has(column: Array, wanted: int) -> Array:
    return (column & wanted) != 0


# -- the table ---------------------------------------------------------------------------------------------

Test = Callable[[Pairs], Array]


@dataclass(frozen=True)
class Hard:
    """A limit.

    Args:
        code: its name when a pair fails it.
        ways: masks of the pairs that may be; one of them suffices.
        asks: code → mask of pairs where something has to be asked before it is sure.
        fixable: failing it alone makes a near miss (a closed post or a child's age does not).
        late: tried only on what the other limits leave, because it is dear.
    """

    code: str
    ways: tuple[Test, ...]
    asks: dict[str, Test]
    fixable: bool = True
    late: bool = False

    def passes(self, p: Pairs) -> Array:
        """Mask of the pairs that may be."""
        first, *others = (way(p) for way in self.ways)
        for other in others:
            first = first | other
        return first


@dataclass(frozen=True)
class Soft:
    """Points for one side of a good fit; a reason when they are not 0."""

    code: str
    points: Test


HARD: tuple[Hard, ...] = (
    Hard("other_world", (same_world,), {}, fixable=False),
    Hard("not_open", (is_open,), {}, fixable=False),
    Hard("not_looking", (wants_work,), {"ask_willing": ask_willing}, fixable=False),
    Hard("age", (legal_age,), {"ask_age": ask_age}, fixable=False),
    Hard("eligibility", (eligible,), {"ask_eligibility": ask_eligibility}),
    Hard("capacity", (able,), {"ask_capacity": ask_capacity, "ask_load": ask_load}),
    Hard("skills", (skilled,), {"ask_skills": ask_skills}),
    Hard("certificates", (certified,), {"ask_certificates": ask_certificates}),
    Hard("education", (schooled,), {"ask_education": ask_education}),
    Hard("shifts", (hours_meet,), {"ask_shifts": ask_shifts, "ask_post_shifts": ask_post_shifts}),
    Hard("wage_floor", (pays_enough,), {"ask_wage_floor": ask_wage_floor, "ask_pay": ask_pay}),
    Hard("employed", (free,), {"ask_employed": ask_employed}),
    Hard(
        "reach",
        (commutes, moves),
        {
            "ask_reach": ask_reach,
            "ask_distance": ask_distance,
            "ask_leave": ask_leave,
            "ask_destination": ask_destination,
        },
        late=True,
    ),
)

SOFT: tuple[Soft, ...] = (
    Soft("near", distance_points),
    Soft("county", county_points),
    Soft("occupation", occupation_points),
    Soft("taught", taught_points),
    Soft("nice_skills", skill_points),
    Soft("proven", proven_points),
    Soft("destination", destination_points),
    Soft("hours", hours_points),
    Soft("care", care_points),
    Soft("season", season_points),
    Soft("pay_floor", floor_points),
    Soft("pay_median", median_points),
    Soft("target", target_points),
    Soft("welcome", welcome_points),
    Soft("light", light_points),
    Soft("housing", housing_points),
    Soft("meals", meal_points),
    Soft("transport", transport_points),
    Soft("start", start_points),
)

EARLY = tuple(each for each in HARD if not each.late)
LATE = tuple(each for each in HARD if each.late)


def all_pass(p: Pairs, criteria: tuple[Hard, ...] = HARD) -> Array:
    """Mask (n, m) of the pairs that pass all of these."""
    passed = np.ones(p.shape, dtype=bool)
    for each in criteria:
        passed &= each.passes(p)
    return passed


def totals(p: Pairs, criteria: tuple[Soft, ...] = SOFT) -> Array:
    """Sum of points (n, m), int32, whether the pair may be or not."""
    total = np.zeros(p.shape, dtype=np.int32)
    for each in criteria:
        total += each.points(p)
    return total


def codes() -> list[str]:
    """Every code that a reason, a missing limit or a question can have."""
    asked: list[str] = [code for each in HARD for code in each.asks]
    return [*(each.code for each in HARD), *(each.code for each in SOFT), *asked]
