"""One person against all vacancies, one vacancy against all people, and why.

Filter first, score survivors: the cheap limits run on whole columns, distances on what they leave, points on
what distances leave.  The pass over everything (``sweep.py``) gives the same totals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from matching.pairing import criteria
from matching.pairing.columns import Array, JobseekerColumns, VacancyColumns
from matching.pairing.facts import facts_of
from matching.pairing.pairs import Pairs
from matching.pairing.weights import Weights

#: How many are kept for a person and for a vacancy.
BEST, BEST_PEOPLE = 40, 200


@dataclass(frozen=True)
class Reason:
    """Part of a total, or a question that has to be asked; ``words.py`` puts it into a sentence."""

    code: str
    points: int
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Missing:
    """A limit that a pair does not meet."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NearMiss:
    """A pair that fails one limit only.

    Args:
        row: place of the other side in its table.
        total: points it would have.
        missing: the limit, in a list as the pages take it.
    """

    row: int
    total: int
    missing: list[Missing]


Ranked = tuple[Array, Array]


def score_one_jobseeker(
    js: JobseekerColumns, row: int, vs: VacancyColumns, day: int, weights: Weights, limit: int | None = BEST
) -> Ranked:
    """The vacancies that a person may take, best first.

    Args:
        js, row: the person.
        vs: vacancies, m rows.
        day: today, as ``date.toordinal()``.
        weights: points.
        limit: how many; ``None``: all.

    Returns:
        Places in ``vs`` and their totals (int32).
    """
    one = np.array([row])
    block = Pairs.of(js, vs, day, weights, j_rows=one)
    rows = np.flatnonzero(criteria.all_pass(block, criteria.EARLY)[0])
    block = Pairs.of(js, vs, day, weights, j_rows=one, v_rows=rows)
    reached = criteria.all_pass(block, criteria.LATE)[0]
    rows = rows[reached]
    block = block.across(reached)
    total, known = criteria.totals(block)[0], block.road[0] >= 0
    best = order(total, known, vs.id[rows], -vs.posted[rows], limit)
    return rows[best], total[best]


def score_one_vacancy(
    js: JobseekerColumns,
    vs: VacancyColumns,
    row: int,
    day: int,
    weights: Weights,
    limit: int | None = BEST_PEOPLE,
) -> Ranked:
    """The people who may take a vacancy, best first; see :func:`score_one_jobseeker`."""
    one = np.array([row])
    block = Pairs.of(js, vs, day, weights, v_rows=one)
    rows = np.flatnonzero(criteria.all_pass(block, criteria.EARLY)[:, 0])
    block = Pairs.of(js, vs, day, weights, j_rows=rows, v_rows=one)
    reached = criteria.all_pass(block, criteria.LATE)[:, 0]
    rows = rows[reached]
    block = block.down(reached)
    total, known = criteria.totals(block)[:, 0], block.road[:, 0] >= 0
    best = order(total, known, js.id[rows], np.zeros(len(rows), dtype=np.int32), limit)
    return rows[best], total[best]


def order(total: Array, known: Array, ids: Array, age: Array, limit: int | None) -> Array:
    """Places of the best: by total, then known distance first, then newer, then id.

    Args:
        total: points.
        known: whether the distance is known.
        ids: ids, which settle every tie.
        age: smaller is newer.
        limit: how many; ``None``: all.
    """
    key = total.astype(np.int64) * 2 + known
    places = np.arange(len(key))
    if limit is not None and len(key) > limit:
        worst = np.partition(key, len(key) - limit)[len(key) - limit]
        places = np.flatnonzero(key >= worst)
    sorted_places = places[np.lexsort((ids[places], age[places], -key[places]))]
    return sorted_places[:limit]


def explain(
    js: JobseekerColumns, j_row: int, vs: VacancyColumns, v_row: int, day: int, weights: Weights
) -> list[Reason]:
    """The reasons of one pair, dearest first, then what has to be asked; their points add up to the total."""
    pair = Pairs.of(js, vs, day, weights, j_rows=np.array([j_row]), v_rows=np.array([v_row]))
    scored = [(each.code, int(_only(each.points(pair)))) for each in criteria.SOFT]
    reasons = [Reason(code, points, facts_of(code, pair)) for code, points in scored if points]
    reasons.sort(key=lambda reason: -reason.points)
    asked = [(code, asks) for each in criteria.HARD for code, asks in each.asks.items()]
    return reasons + [Reason(code, 0, facts_of(code, pair)) for code, asks in asked if _only(asks(pair))]


def missing(
    js: JobseekerColumns, j_row: int, vs: VacancyColumns, v_row: int, day: int, weights: Weights
) -> list[Missing]:
    """The limits that one pair does not meet."""
    pair = Pairs.of(js, vs, day, weights, j_rows=np.array([j_row]), v_rows=np.array([v_row]))
    return [
        Missing(each.code, facts_of(each.code, pair))
        for each in criteria.HARD
        if not _only(each.passes(pair))
    ]


def near_misses_of_jobseeker(
    js: JobseekerColumns, row: int, vs: VacancyColumns, day: int, weights: Weights, limit: int = 10
) -> list[NearMiss]:
    """Vacancies that a person fails for one limit only, best first; ``row`` is the place in ``vs``."""
    one = np.array([row])
    rows = _failing_one(Pairs.of(js, vs, day, weights, j_rows=one))
    block = Pairs.of(js, vs, day, weights, j_rows=one, v_rows=rows)
    total, known = criteria.totals(block)[0], block.road[0] >= 0
    best = order(total, known, vs.id[rows], -vs.posted[rows], limit)
    return [
        NearMiss(int(v), int(t), missing(js, row, vs, int(v), day, weights))
        for v, t in zip(rows[best], total[best], strict=True)
    ]


def near_misses_of_vacancy(
    js: JobseekerColumns, vs: VacancyColumns, row: int, day: int, weights: Weights, limit: int = 10
) -> list[NearMiss]:
    """People who fail a vacancy for one limit only, best first; ``row`` is the place in ``js``."""
    one = np.array([row])
    rows = _failing_one(Pairs.of(js, vs, day, weights, v_rows=one))
    block = Pairs.of(js, vs, day, weights, j_rows=rows, v_rows=one)
    total, known = criteria.totals(block)[:, 0], block.road[:, 0] >= 0
    best = order(total, known, js.id[rows], np.zeros(len(rows), dtype=np.int32), limit)
    return [
        NearMiss(int(j), int(t), missing(js, int(j), vs, row, day, weights))
        for j, t in zip(rows[best], total[best], strict=True)
    ]


def _failing_one(block: Pairs) -> Array:
    """Places along a block of one row or one column that fail exactly one limit, and one that can change."""
    strict = tuple(each for each in criteria.HARD if not each.fixable)
    failed = np.zeros(block.shape, dtype=np.int8)
    for each in criteria.HARD:
        if each.fixable:
            failed += ~each.passes(block)
    return np.flatnonzero((failed == 1) & criteria.all_pass(block, strict))


def _only(value: Sequence[Any] | Array) -> Any:
    return np.asarray(value).reshape(-1)[0]
