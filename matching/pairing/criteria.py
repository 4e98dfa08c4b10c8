"""The table of criteria.

Adding one is a function in ``limits.py`` or ``merits.py``, a line here, a sentence in ``words.py``, a test.

A hard criterion says which pairs may be; a soft one gives points; ``total = sum(points)``, so the reasons
*are* the score.  Each is one pure function of a block of pairs that broadcasts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matching.pairing import limits, merits
from matching.pairing.columns import Array
from matching.pairing.pairs import Pairs

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
    Hard("other_world", (limits.same_world,), {}, fixable=False),
    Hard("not_open", (limits.is_open,), {}, fixable=False),
    Hard("not_looking", (limits.wants_work,), {"ask_willing": limits.ask_willing}, fixable=False),
    Hard("age", (limits.legal_age,), {"ask_age": limits.ask_age}, fixable=False),
    Hard("eligibility", (limits.eligible,), {"ask_eligibility": limits.ask_eligibility}),
    Hard("capacity", (limits.able,), {"ask_capacity": limits.ask_capacity, "ask_load": limits.ask_load}),
    Hard("skills", (limits.skilled,), {"ask_skills": limits.ask_skills}),
    Hard("certificates", (limits.certified,), {"ask_certificates": limits.ask_certificates}),
    Hard("education", (limits.schooled,), {"ask_education": limits.ask_education}),
    Hard(
        "shifts",
        (limits.hours_meet,),
        {"ask_shifts": limits.ask_shifts, "ask_post_shifts": limits.ask_post_shifts},
    ),
    Hard(
        "wage_floor",
        (limits.pays_enough,),
        {"ask_wage_floor": limits.ask_wage_floor, "ask_pay": limits.ask_pay},
    ),
    Hard("employed", (limits.free,), {"ask_employed": limits.ask_employed}),
    Hard(
        "reach",
        (limits.commutes, limits.moves),
        {
            "ask_reach": limits.ask_reach,
            "ask_distance": limits.ask_distance,
            "ask_leave": limits.ask_leave,
            "ask_destination": limits.ask_destination,
        },
        late=True,
    ),
)

SOFT: tuple[Soft, ...] = (
    Soft("near", merits.distance_points),
    Soft("county", merits.county_points),
    Soft("occupation", merits.occupation_points),
    Soft("taught", merits.taught_points),
    Soft("nice_skills", merits.skill_points),
    Soft("proven", merits.proven_points),
    Soft("destination", merits.destination_points),
    Soft("hours", merits.hours_points),
    Soft("care", merits.care_points),
    Soft("season", merits.season_points),
    Soft("pay_floor", merits.floor_points),
    Soft("pay_median", merits.median_points),
    Soft("target", merits.target_points),
    Soft("welcome", merits.welcome_points),
    Soft("light", merits.light_points),
    Soft("housing", merits.housing_points),
    Soft("meals", merits.meal_points),
    Soft("transport", merits.transport_points),
    Soft("start", merits.start_points),
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
