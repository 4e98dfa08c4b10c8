"""The pass over everything: the best vacancies of every person and the best people of every vacancy, at once.

Totals come from tables (``tables.py``), a few additions of small integers a pair; the same criteria as in
``scorer.py`` filled them, so the totals are the same.  A total and "distance known" ride in one int16,
``2 * total + known``, below zero where a limit refuses the pair.
"""

from __future__ import annotations

import numpy as np

from matching.pairing import criteria
from matching.pairing.columns import Array, Columns, JobseekerColumns, VacancyColumns
from matching.pairing.packed import Lists, records
from matching.pairing.pairs import Pairs
from matching.pairing.scorer import BEST, BEST_PEOPLE
from matching.pairing.tables import Mask, Table, World, mask, passed, plan, reads
from matching.pairing.weights import Weights

#: People looked at together, parts a row is cut into for finding its best, candidates kept before sorting.
BLOCK, PARTS, WAITING = 32, 160, 4_000_000
LARGEST = np.iinfo(np.int16).max
#: Sort keys: row, then 15 bits of LARGEST − value, then 24 bits of the other side's place.
PLACE_BITS = 24
ROW_SHIFT = PLACE_BITS + 15
PLACES = 1 << PLACE_BITS


def full_pass(
    js: JobseekerColumns,
    vs: VacancyColumns,
    day: int,
    weights: Weights,
    best: int = BEST,
    per_vacancy: int = BEST_PEOPLE,
) -> tuple[Lists, Lists]:
    """Both sides' lists in one sweep.

    Args:
        js, vs: everybody and everything; rows that can match nothing are passed over.
        day: today, as ``date.toordinal()``.
        weights: points.
        best, per_vacancy: lengths of the lists.

    Returns:
        One list for each row of ``js`` and one for each row of ``vs``, in the order of
        :func:`matching.pairing.scorer.order`.

    Raises:
        ValueError: the weights add up to more than an int16 holds, or there are over 16 million rows.
    """
    if max(len(js), len(vs)) >= PLACES:
        raise ValueError("too many rows for one pass")
    if 2 * weights.highest + 1 > LARGEST:
        raise ValueError("the weights add up to too much for one pass")
    # In the order that settles ties, so that of two equal candidates the one met first stays.
    j_rows = _possible(js, vs, day, weights, side=0)
    j_rows = j_rows[np.argsort(js.id[j_rows], kind="stable")]
    v_rows = _possible(js, vs, day, weights, side=1)
    v_rows = v_rows[np.lexsort((vs.id[v_rows], -vs.posted[v_rows]))]
    sweep = _Sweep(World(js.take(j_rows), vs.take(v_rows), day, weights), best, per_vacancy)
    people, posts = sweep.run()
    return _lists(js, j_rows, people, vs, v_rows), _lists(vs, v_rows, posts, js, j_rows)


def _possible(js: JobseekerColumns, vs: VacancyColumns, day: int, weights: Weights, side: int) -> Array:
    """Rows of one side that pass the limits which look at that side only."""
    kept = np.ones(len((js, vs)[side]), dtype=bool)
    for each in criteria.HARD:
        if not reads(each.passes, weights)[1 - side]:
            kept &= each.passes(Pairs.of(js, vs, day, weights)).reshape(-1)
    return np.flatnonzero(kept)


def _lists(own: Columns, own_rows: Array, keys: Array, other: Columns, other_rows: Array) -> Lists:
    """Sorted keys as lists for all rows of ``own``."""
    row = own_rows[keys >> ROW_SHIFT]
    counts = np.bincount(row, minlength=len(own))
    keys = keys[np.argsort(row, kind="stable")]
    found = other_rows[keys & (PLACES - 1)]
    return Lists.of(counts, records(other.id[found], _values(keys) >> 1, other.version[found]))


def _values(keys: Array) -> Array:
    return LARGEST - ((keys >> PLACE_BITS) & LARGEST)


def _keys(rows: Array, values: Array, places: Array) -> Array:
    """Integers whose ascending order is: row, best value first, place."""
    return (rows << ROW_SHIFT) | ((LARGEST - values.astype(np.int64)) << PLACE_BITS) | places


def _first_of_each(keys: Array, most: int) -> Array:
    """The first ``most`` of each row among sorted keys."""
    bounds = np.flatnonzero(np.diff(keys >> ROW_SHIFT)) + 1
    starts = np.concatenate([[0], bounds])
    lengths = np.diff(np.append(starts, len(keys)))
    kept: Array = keys[np.arange(len(keys)) - np.repeat(starts, lengths) < most]
    return kept


def _where(mask: Array) -> tuple[Array, Array]:
    """Rows and places where a block is true; several times faster than ``nonzero`` of two dimensions."""
    row, place = np.divmod(np.flatnonzero(mask), mask.shape[1])
    return row, place


class _Sweep:
    def __init__(self, world: World, best: int, per_vacancy: int) -> None:
        functions = [(each.points, 2) for each in criteria.SOFT]
        self.people, self.posts = len(world.js), len(world.vs)
        self.best, self.per_vacancy = best, per_vacancy
        self.tables: list[Table] = []
        self.limits: list[list[Mask]] = []
        if self.people and self.posts:
            self.tables = plan(world, [*functions, (_distance_known, 1)])
            self.limits = [[mask(world, way) for way in each.ways] for each in criteria.HARD]
            if all(table.values is not None for table in self.tables):
                world.forget_roads()
        # A row is cut into equal parts, so it is filled up with places that nobody may take.
        self.width = -(-self.posts // PARTS) * PARTS

    def run(self) -> tuple[Array, Array]:
        """Sorted keys of the people's lists and of the vacancies'."""
        collector = _Collector(self.posts, self.per_vacancy)
        found = [np.empty(0, dtype=np.int64)]
        if self.people and self.posts:
            for start in range(0, self.people, BLOCK):
                rows = np.arange(start, min(start + BLOCK, self.people))
                values = self.values(rows)
                found.append(self.best_of(rows, values))
                collector.offer(rows, values[:, : self.posts])
        return np.concatenate(found), collector.finish()

    def values(self, rows: Array) -> Array:
        """``2 * total + known`` of a block of people and all vacancies, −1 where refused."""
        values = np.full((len(rows), self.width), -1, dtype=np.int16)
        block = values[:, : self.posts]
        first, *rest = (table.rows(rows) for table in self.tables)
        for out, row, *more in zip(block, first, *rest, strict=True):
            np.copyto(out, row)
            for other in more:
                np.add(out, other, out=out)
        allowed = np.unpackbits(passed(self.limits, rows), axis=1, count=self.posts).view(np.int8)
        # 1 becomes 0 and 0 becomes −1; what is or-ed with −1 is −1: far faster than copying by a mask.
        allowed -= 1
        np.bitwise_or(block, allowed, out=block)
        return values

    def best_of(self, rows: Array, values: Array) -> Array:
        """Sorted keys of the best places of each row."""
        floor = np.zeros((len(rows), 1), dtype=np.int16)
        if self.best < PARTS:
            # The best of each part: at least ``best`` values reach the ``best``-th of those.
            peaks = values.reshape(len(rows), -1, PARTS).max(axis=1)
            peaks.partition(PARTS - self.best, axis=1)
            floor = np.maximum(peaks[:, PARTS - self.best, None], floor)
        row, place = _where(values >= floor)
        keys = np.sort(_keys(rows[row], values[row, place], place))
        return _first_of_each(keys, self.best)


def _distance_known(p: Pairs) -> Array:
    return (p.road >= 0).astype(np.int32)


class _Collector:
    """Keeps the best people of each vacancy while people pass by in the order that settles ties."""

    def __init__(self, posts: int, most: int) -> None:
        self.most = most
        self.kept = np.empty(0, dtype=np.int64)
        self.waiting: list[Array] = []
        self.count = 0
        #: What a newcomer must exceed: an equal one met earlier stays.
        self.bar = np.full(posts, -1, dtype=np.int16)

    def offer(self, rows: Array, values: Array) -> None:
        """A block of people (n) with their values (n, m)."""
        row, post = _where(values > self.bar)
        self.waiting.append(_keys(post, values[row, post], rows[row]))
        self.count += len(row)
        if self.count > WAITING:
            self.settle()

    def settle(self) -> None:
        """Sort what waits into what is kept, and raise the bars."""
        keys = np.concatenate([self.kept, *self.waiting])
        keys.sort()
        self.kept, self.waiting, self.count = _first_of_each(keys, self.most), [], 0
        post = self.kept >> ROW_SHIFT
        counts = np.bincount(post, minlength=len(self.bar))
        full = np.flatnonzero(counts == self.most)
        last = np.cumsum(counts)[full] - 1
        self.bar[full] = _values(self.kept[last])

    def finish(self) -> Array:
        """Sorted keys of all vacancies' lists."""
        self.settle()
        return self.kept
