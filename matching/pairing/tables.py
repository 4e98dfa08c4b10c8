"""What criteria say, worked out once per pair of *different* rows instead of once per pair of rows.

A criterion looks at a few columns with few different values: 50,000 people have some hundred settlements and
a few dozen sets of hours.  So the pass over everything asks each criterion about its classes and looks the
answer up.  What a criterion reads is found out by watching it once, not declared, so it cannot go stale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce

import numpy as np

from matching.pairing.columns import Array, Columns, JobseekerColumns, VacancyColumns
from matching.pairing.pairs import Lens, Pairs
from matching.pairing.weights import Weights

#: Pairs worked out at a time (their temporaries stay in the processor's cache), and bytes one table may take.
CHUNK, BUDGET = 1 << 18, 96 << 20

Function = Callable[[Pairs], Array]


class _Watch:
    def __init__(self, lens: Lens) -> None:
        self._lens = lens
        self.seen: set[str] = set()

    def __getattr__(self, name: str) -> Array:
        self.seen.add(name)
        found: Array = getattr(self._lens, name)
        return found


@lru_cache(maxsize=256)
def reads(function: Function, weights: Weights) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the columns of people and of vacancies that a criterion looks at.

    A criterion has no branches, so one look shows everything.
    """
    j = _Watch(Lens(JobseekerColumns.blank(1), 0))
    v = _Watch(Lens(VacancyColumns.blank(1), 1))
    function(Pairs(j, v, 0, weights))
    return frozenset(j.seen), frozenset(v.seen)


def _road(p: Pairs) -> Array:
    return p.road


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
        return cls.of_codes(of)

    @classmethod
    def of_codes(cls, codes: Array) -> Classes:
        """Rows alike that have the same number."""
        _, first, of = np.unique(codes, return_index=True, return_inverse=True)
        return cls(first, of)

    def joined(self, other: Classes) -> Classes:
        """Rows alike in both."""
        return Classes.of_codes(self.of * len(other) + other.of)


class World:
    """The people and vacancies of one pass, and the distances between their different places."""

    def __init__(self, js: JobseekerColumns, vs: VacancyColumns, day: int, weights: Weights) -> None:
        self.js, self.vs, self.day, self.weights = js, vs, day, weights
        self._homes = Classes.by(js, reads(_road, weights)[0])
        self._roads: Array | None = None
        if len(self._homes) * len(vs) * 4 <= 2 * BUDGET:
            parts = [self._pairs(rows).road for rows in chunks(self._homes.first, len(vs))]
            self._roads = np.concatenate(parts) if parts else None

    def _pairs(self, j_rows: Array, v_rows: Array | None = None) -> Pairs:
        return Pairs.of(self.js, self.vs, self.day, self.weights, j_rows=j_rows, v_rows=v_rows)

    def pairs(self, j_rows: Array, v_rows: Array | None = None) -> Pairs:
        """These people against these (or all) vacancies, distances looked up."""
        made = self._pairs(j_rows, v_rows)
        if self._roads is not None and v_rows is None:
            # Pairs keeps its distances under this name.
            made.__dict__["road"] = self._roads[self._homes.of[j_rows]]
        return made

    def forget_roads(self) -> None:
        """Give the distances' memory back once the tables are made."""
        self._roads = None

    def classes(self, function: Function) -> tuple[Classes, Classes | None]:
        """People and vacancies that a criterion cannot tell apart; ``None``: hardly any two vacancies."""
        of_people, of_posts = reads(function, self.weights)
        posts = Classes.by(self.vs, of_posts)
        return Classes.by(self.js, of_people), posts if len(posts) * 2 < len(self.vs) else None


def chunks(rows: Array, across: int) -> Iterator[Array]:
    """Parts of ``rows`` whose pairs with ``across`` others are few enough to stay in the cache."""
    step = max(1, CHUNK // max(across, 1))
    for start in range(0, len(rows), step):
        yield rows[start : start + step]


@dataclass(frozen=True, eq=False)
class Table:
    """Points of all pairs, by class of the person.

    Args:
        people: the classes.
        posts: classes of the vacancies where ``values`` has one column for each of those, else ``None``.
        values: int16 (classes, vacancies or their classes); ``None`` where that would be too large.
        work_out: the values for (some) people, one column for each vacancy.
    """

    people: Classes
    posts: Classes | None
    values: Array | None
    work_out: Callable[[Array], Array]

    def rows(self, people: Array) -> Iterator[Array]:
        """One row of m values for each of these people."""
        if self.values is None:
            for part in chunks(people, 1 << 14):
                yield from self.work_out(part)
            return
        for each in self.people.of[people]:
            row = self.values[each]
            yield row if self.posts is None else row.take(self.posts.of)


def points_table(world: World, points: Function, factor: int) -> Table:
    """A soft criterion's points of all pairs, times a factor."""
    people, posts = world.classes(points)

    def work_out(j_rows: Array, v_rows: Array | None = None) -> Array:
        pairs = world.pairs(j_rows, v_rows)
        return np.broadcast_to(points(pairs) * factor, pairs.shape).astype(np.int16)

    across = len(world.vs) if posts is None else len(posts)
    if len(people) * across * 2 > BUDGET:
        return Table(people, None, None, work_out)
    v_rows = None if posts is None else posts.first
    values = np.concatenate([work_out(part, v_rows) for part in chunks(people.first, across)])
    if posts is not None and len(people) * len(world.vs) * 2 <= BUDGET:
        return Table(people, None, values[:, posts.of], work_out)
    return Table(people, posts, values, work_out)


def plan(world: World, functions: Sequence[tuple[Function, int]]) -> list[Table]:
    """Few tables for many criteria: those are added up whose classes together are still few.

    Args:
        world: the people and vacancies.
        functions: soft criteria, each with its factor.
    """
    most = BUDGET // 2 // max(len(world.vs), 1)
    tables = [points_table(world, points, factor) for points, factor in functions]
    tables.sort(key=lambda table: -len(table.people))
    alone = [table for table in tables if table.values is None or table.posts is not None]
    groups: list[tuple[Classes, list[Table]]] = []
    for table in tables:
        if table.values is None or table.posts is not None:
            continue
        for place, (people, members) in enumerate(groups):
            joint = people.joined(table.people)
            if len(joint) <= max(most, len(people)):
                groups[place] = (joint, [*members, table])
                break
        else:
            groups.append((table.people, [table]))
    return alone + [_added(people, members) for people, members in groups]


def _added(people: Classes, members: list[Table]) -> Table:
    if len(members) == 1:
        return members[0]
    values = np.zeros((len(people), members[0].values.shape[1]), dtype=np.int16)  # type: ignore[union-attr]
    for member in members:
        for out, row in zip(values, member.rows(people.first), strict=True):
            np.add(out, row, out=out)

    def work_out(j_rows: Array) -> Array:
        return values[people.of[j_rows]]

    return Table(people, None, values, work_out)


@dataclass(frozen=True, eq=False)
class Mask:
    """One way to meet a limit: a bit for each class of people and each vacancy, packed by eights."""

    people: Classes
    bits: Array | None
    work_out: Callable[[Array], Array]

    def block(self, people: Array) -> Array:
        """Packed bits (people, m / 8)."""
        if self.bits is None:
            return np.concatenate([self.work_out(part) for part in chunks(people, 1 << 14)])
        found: Array = self.bits[self.people.of[people]]
        return found


def mask(world: World, way: Function) -> Mask:
    """The pairs that a function of a hard criterion lets pass."""
    people, posts = world.classes(way)

    def work_out(j_rows: Array) -> Array:
        pairs = world.pairs(j_rows, None if posts is None else posts.first)
        passed = np.broadcast_to(way(pairs), pairs.shape)
        return np.packbits(passed if posts is None else passed[:, posts.of], axis=1)

    if len(people) * len(world.vs) // 8 > BUDGET:
        return Mask(people, None, work_out)
    parts = [work_out(part) for part in chunks(people.first, len(world.vs))]
    return Mask(people, np.concatenate(parts), work_out)


def passed(limits: Sequence[Sequence[Mask]], people: Array) -> Array:
    """Packed bits (people, m / 8) of the pairs that meet every limit in one of its ways."""
    met = (reduce(np.bitwise_or, (way.block(people) for way in ways)) for ways in limits)
    return reduce(np.bitwise_and, met)
