"""The two sides of matching, so that what holds for one is written once for both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from matching.pairing import criteria
from matching.pairing.columns import Array, JobseekerColumns, VacancyColumns
from matching.pairing.loading import load_jobseekers, load_vacancies
from matching.pairing.models import JobseekerMatches, VacancyMatches
from matching.pairing.pairs import Lens, Pairs
from matching.pairing.scorer import BEST, BEST_PEOPLE, Ranked, score_one_jobseeker, score_one_vacancy
from matching.pairing.weights import Weights
from matching.people.models import Jobseeker
from matching.vacancies.models import Vacancy


@dataclass(frozen=True)
class World:
    """Both tables at one moment."""

    js: JobseekerColumns
    vs: VacancyColumns
    day: date
    weights: Weights

    @property
    def today(self) -> int:
        return self.day.toordinal()


@dataclass(frozen=True)
class Side:
    """One side.

    Args:
        model: whose rows are matched.
        lists: where their lists are stored.
        key: column of ``lists`` that names the row.
        width: how long a list may be.
    """

    model: type[Jobseeker] | type[Vacancy]
    lists: type[JobseekerMatches] | type[VacancyMatches]
    key: str
    width: int

    @property
    def owner(self) -> Any:
        """The column that names the row."""
        return getattr(self.lists, self.key)


PEOPLE = Side(Jobseeker, JobseekerMatches, "jobseeker_id", BEST)
POSTS = Side(Vacancy, VacancyMatches, "vacancy_id", BEST_PEOPLE)


def other(side: Side) -> Side:
    return POSTS if side is PEOPLE else PEOPLE


def table(world: World, side: Side) -> Any:
    """The columns of a side."""
    return world.js if side is PEOPLE else world.vs


def with_changed(
    session: Session, side: Side, ids: Iterable[int], js: JobseekerColumns, vs: VacancyColumns, world: World
) -> World:
    """The world with these rows read again, whatever state they are in."""
    if side is PEOPLE:
        return World(js.replaced(load_jobseekers(session, world.day, ids=ids)), vs, world.day, world.weights)
    newer = load_vacancies(session, world.day, world.weights, ids=ids)
    return World(js, vs.replaced(newer), world.day, world.weights)


def ranked(world: World, side: Side, row: int, limit: int | None) -> Ranked:
    """Who or what suits a row, best first: places in the other side's table, and totals."""
    if side is PEOPLE:
        return score_one_jobseeker(world.js, row, world.vs, world.today, world.weights, limit)
    return score_one_vacancy(world.js, world.vs, row, world.today, world.weights, limit)


def ordered(world: World, side: Side, rows: Array, candidates: Array) -> tuple[Array, Array, Array]:
    """Each row's own candidates in the order of its list.

    Args:
        rows: places of n rows of ``side``.
        candidates: places in the other side's table, (n, k); −1: none.

    Returns:
        Places of the candidates in order (n, k), their totals, and a mask of those that pass.
    """
    n_rows, places = rows, np.maximum(candidates, 0)
    if side is PEOPLE:
        lenses = Lens(world.js, 0, n_rows), Lens(world.vs, None, places)
        ids, newness = world.vs.id[places], world.vs.posted[places]
    else:
        lenses = Lens(world.js, None, places), Lens(world.vs, 0, n_rows)
        ids, newness = world.js.id[places], np.zeros(places.shape, dtype=np.int32)
    pairs = Pairs(*lenses, world.today, world.weights)
    passes = criteria.all_pass(pairs) & (candidates >= 0)
    total = criteria.totals(pairs)
    key = np.where(passes, total.astype(np.int64) * 2 + (pairs.road >= 0), -1)
    order = np.lexsort((ids, -newness, -key), axis=1)
    return tuple(np.take_along_axis(each, order, axis=1) for each in (places, total, passes))  # type: ignore[return-value]
