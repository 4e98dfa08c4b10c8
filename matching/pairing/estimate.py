"""How many people nearby fit a post that is being written, and which one requirement costs how many.

An employer may ask before anybody agreed to be found, so the answer is about numbers only, made so that no
number points at a person:

* Nobody can be asked for by an eligibility class (the draft's 面向人群 are taken off) nor by a settlement
  (its point is taken off, so places are told apart by county only), and where the surroundings of a post
  hold fewer than 100 people nothing is told at all.
* A count under five reads 少于 5; every other one is rounded to five, with all requirements and without each
  one, so a difference of one person is seldom seen.  A requirement that costs fewer than five is not named.
* The columns hold no sex, ethnicity, health, name or birth date, and who switched matching off counts as not
  looking; so neither can be asked for.
* Thirty answers for a draft in an hour (``vacancies.drafts.count_estimate``), each noted in the audit, make
  it slow and visible to look for the step at which a rounded count turns.

All of it is one pass of the limits over the columns of the process; nothing is stored and no engine asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from matching.pairing import criteria, limits
from matching.pairing.columns import Array, JobseekerColumns
from matching.pairing.loading import post_columns
from matching.pairing.pairs import Pairs
from matching.pairing.weights import Weights
from matching.placements.words import FEW

#: Below this a count is not told; others are rounded to it.
STEP = 5
#: People whom a post can reach at all; below this nothing is told.
SMALLEST_POOL = 100
#: Requirements of a post that an employer can ease.
EASED = ("capacity", "skills", "certificates", "education", "shifts", "wage_floor")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one requirement costs.

    Args:
        code: the limit (:data:`EASED`).
        without: people who would fit without it, a multiple of five.
    """

    code: str
    without: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """An answer.

    Args:
        fit: people who fit, a multiple of five; 0: fewer than five.
        costs: the dearest requirement first.
    """

    fit: int
    costs: tuple[Cost, ...]

    @property
    def words(self) -> str:
        """The count as it may be shown."""
        return str(self.fit) if self.fit else FEW


def estimate(
    js: JobseekerColumns, post: Mapping[str, Any], *, tenant_id: int, demo: bool, day: date, weights: Weights
) -> Estimate | None:
    """How many people of a tenant fit a post that is not posted yet.

    Args:
        js: everybody.
        post: columns of the vacancy, as :func:`matching.vacancies.facts.columns` makes them; its occupations
            do not count.
        tenant_id: whose people are counted.
        demo: whether it is the demo's post.
        day: today.

    Returns:
        None where the surroundings hold too few people to tell.
    """
    vs = post_columns({**post, "targets": None, "point_exact": False}, demo=demo, day=day, weights=weights)
    theirs = np.flatnonzero(js.tenant == tenant_id)
    block = Pairs.of(js, vs, day.toordinal(), weights, j_rows=theirs)
    basic = tuple(each for each in criteria.HARD if each.code not in (*EASED, "reach"))
    block = block.down(criteria.all_pass(block, basic)[:, 0])
    block = block.down(_reached(block, away=bool(post["destination"]))[:, 0])
    if len(block.j.id) < SMALLEST_POOL:
        return None
    fails = _failed(block)
    count = np.sum(np.stack(list(fails.values())), axis=0, dtype=np.int8)
    fit = int(np.count_nonzero(count == 0))
    shown = _shown(fit)
    costs = [
        Cost(code, _shown(fit + int(np.count_nonzero(failed & (count == 1)))))
        for code, failed in fails.items()
    ]
    told = sorted((cost for cost in costs if cost.without > shown), key=lambda cost: -cost.without)
    return Estimate(shown, tuple(told))


def _reached(block: Pairs, *, away: bool) -> Array:
    """Who comes from home every day; for work away also who would move there."""
    near = limits.commutes(block)
    return near | limits.moves(block) if away else near


def _failed(block: Pairs) -> dict[str, Array]:
    """Limit → mask of the people who do not meet it."""
    tests = {each.code: each for each in criteria.HARD}
    return {code: ~np.broadcast_to(tests[code].passes(block), block.shape)[:, 0] for code in EASED}


def _shown(count: int) -> int:
    """A count rounded to five; 0 below five."""
    return 0 if count < STEP else STEP * ((count + STEP // 2) // STEP)
