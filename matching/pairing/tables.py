"""What criteria say, worked out once per pair of *different* rows instead of once per pair of rows.

A criterion looks at a few columns with few different values: 50,000 people have some hundred settlements and
a few dozen sets of hours.  So the pass over everything asks each criterion about its classes and looks the
answer up.  What a criterion reads is found out by watching it once, not declared, so it cannot go stale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matching.pairing.columns import Array, Columns, JobseekerColumns, VacancyColumns
from matching.pairing.pairs import Lens, Pairs
from matching.pairing.weights import Weights

#: Pairs worked out at a time (their temporaries stay in the processor's cache), and bytes one table may take.
CHUNK, BUDGET = 1 << 18, 128 << 20

Function = Callable[[Pairs], Array]


class _Watch:
    def __init__(self, lens: Lens) -> None:
        self._lens = lens
        self.seen: set[str] = set()

    def __getattr__(self, name: str) -> Array:
        self.seen.add(name)
        found: Array = getattr(self._lens, name)
        return found


def reads(function: Function, weights: Weights) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the columns of people and of vacancies that a criterion looks at.

    A criterion has no branches, so one look shows everything.
    """
    j = _Watch(Lens(JobseekerColumns.blank(1), 0))
    v = _Watch(Lens(VacancyColumns.blank(1), 1))
    function(Pairs(j, v, 0, weights))
    return frozenset(j.seen), frozenset(v.seen)


@dataclass(frozen=True, eq=False)
class Classes:
    """Rows that are alike in some columns.

    Args:
        first: a row of each class.
        of: class of each row.
    """

    first: Array
    of: Array

    def __len__(self) -> int:
        return len(self.first)

    @classmethod
    def by(cls, columns: Columns, names: frozenset[str]) -> Classes:
        """Rows alike in these columns; without any, all rows are alike."""
        of = np.zeros(len(columns), dtype=np.int64)
        for name in sorted(names):
            for slot in np.atleast_2d(getattr(columns, name)):
                values, inverse = np.unique(slot, return_inverse=True)
                _, of = np.unique(of * len(values) + inverse, return_inverse=True)
        _, first = np.unique(of, return_index=True)
        return cls(first, of)


class World:
    """The people and vacancies of one pass, and the distances between their different places."""

    def __init__(self, js: JobseekerColumns, vs: VacancyColumns, day: int, weights: Weights) -> None:
        self.js, self.vs, self.day, self.weights = js, vs, day, weights
        self._homes = Classes.by(js, reads(lambda p: p.road, weights)[0])
        self._roads: Array | None = None
        if len(self._homes) * len(vs) * 4 <= 2 * BUDGET:
            parts = [self._pairs(rows).road for rows in chunks(self._homes.first, len(vs))]
            self._roads = np.concatenate(parts) if parts else None

    def _pairs(self, j_rows: Array, v_rows: Array | None = None) -> Pairs:
        return Pairs.of(self.js, self.vs, self.day, self.weights, j_rows=j_rows, v_rows=v_rows)

    def pairs(self, j_rows: Array, v_rows: Array | None = None) -> Pairs:
        """These people against these (or all) vacancies, distances looked up."""
        made = self._pairs(j_rows, v_rows)
        if self._roads is not None:
            at_home = self._roads[self._homes.of[j_rows]]
            # Pairs caches its distances under this name.
            made.__dict__["road"] = at_home if v_rows is None else at_home[:, v_rows]
        return made

    def forget_roads(self) -> None:
        """Give the distances' memory back once the tables are made."""
        self._roads = None


def chunks(rows: Array, across: int) -> Iterator[Array]:
    """Parts of ``rows`` whose pairs with ``across`` others are few enough to stay in the cache."""
    step = max(1, CHUNK // max(across, 1))
    for start in range(0, len(rows), step):
        yield rows[start : start + step]


@dataclass(frozen=True, eq=False)
class Table:
    """One function (or a sum of several) of all pairs, by class of the person.

    Args:
        j_class: class of each person.
        v_class: class of each vacancy where ``values`` has one column for each of those; ``None``: one for
            each vacancy.
        values: (classes, vacancies or their classes), or ``None`` where that would be too large.
        work_out: the function itself for (some) people.
    """

    j_class: Array
    v_class: Array | None
    values: Array | None
    work_out: Callable[[Array], Array]

    def rows(self, people: Array) -> Iterator[Array]:
        """One row of m values for each of these people."""
        if self.values is None:
            for part in chunks(people, 1 << 14):
                yield from self.work_out(part)
            return
        for each in self.j_class[people]:
            row = self.values[each]
            yield row if self.v_class is None else row.take(self.v_class)


def points_table(world: World, functions: Sequence[tuple[Function, int]], classes: Classes) -> Table:
    """Sum of whole-number functions, each times a factor, as int16."""
    v_names = frozenset().union(*(reads(each, world.weights)[1] for each, _ in functions))
    v_classes = Classes.by(world.vs, v_names)

    def work_out(j_rows: Array, v_rows: Array | None = None) -> Array:
        pairs = world.pairs(j_rows, v_rows)
        total = np.zeros(pairs.shape, dtype=np.int32)
        for each, factor in functions:
            total += each(pairs) * np.int32(factor)
        return total.astype(np.int16)

    if len(classes) * len(v_classes) * 2 > BUDGET:
        return Table(classes.of, None, None, work_out)
    values = np.empty((len(classes), len(v_classes)), dtype=np.int16)
    done = 0
    for part in chunks(classes.first, len(v_classes)):
        values[done : done + len(part)] = work_out(part, v_classes.first)
        done += len(part)
    if len(classes) * len(world.vs) * 2 <= BUDGET:
        return Table(classes.of, None, values[:, v_classes.of], work_out)
    return Table(classes.of, v_classes.of, values, work_out)


def plan(world: World, functions: Sequence[tuple[Function, int]]) -> list[Table]:
    """Few tables for many functions: those join whose classes together are still few."""
    most = BUDGET // 2 // max(len(world.vs), 1)
    each_reads = [(reads(function, world.weights)[0], (function, factor)) for function, factor in functions]
    sized = sorted(each_reads, key=lambda item: len(Classes.by(world.js, item[0])))
    groups: list[tuple[frozenset[str], list[Any]]] = []
    for names, function in sized:
        for place, (joined, members) in enumerate(groups):
            if len(Classes.by(world.js, joined | names)) <= most:
                groups[place] = (joined | names, [*members, function])
                break
        else:
            groups.append((names, [function]))
    return [points_table(world, members, Classes.by(world.js, names)) for names, members in groups]


@dataclass(frozen=True, eq=False)
class Refusals:
    """Where one limit is not met: a bit for each class of people and each vacancy, packed by eights."""

    j_class: Array
    bits: Array | None
    work_out: Callable[[Array], Array]

    def block(self, people: Array) -> Array:
        """Packed bits (people, m / 8)."""
        if self.bits is None:
            return np.concatenate([self.work_out(part) for part in chunks(people, 1 << 14)])
        return self.bits[self.j_class[people]]


def refusals(world: World, passes: Function) -> Refusals:
    """The refusals of one hard criterion."""
    j_names, v_names = reads(passes, world.weights)
    j_classes, v_classes = Classes.by(world.js, j_names), Classes.by(world.vs, v_names)
    compact = len(v_classes) < len(world.vs) // 2

    def work_out(j_rows: Array) -> Array:
        pairs = world.pairs(j_rows, v_classes.first if compact else None)
        refused = np.broadcast_to(~passes(pairs), pairs.shape)
        return np.packbits(refused[:, v_classes.of] if compact else refused, axis=1)

    if len(j_classes) * len(world.vs) // 8 > BUDGET:
        return Refusals(j_classes.of, None, work_out)
    parts = [work_out(part) for part in chunks(j_classes.first, len(world.vs))]
    return Refusals(j_classes.of, np.concatenate(parts), work_out)
