"""Keeping the stored lists true: after one change, after many, after everything.

Each function may run twice or beside another: it looks at the rows as they are, takes the turn that only one
has, and writes nothing for a row whose version is no longer the one that was scored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matching.clock import Clock, local_day
from matching.db import transaction
from matching.pairing.columns import Array
from matching.pairing.lists import ListIndex, Stored, last_turn, row_of, stored, take_turn, write
from matching.pairing.packed import Lists, records, unpack
from matching.pairing.sides import PEOPLE, POSTS, Side, World, ordered, other, ranked, table, with_changed
from matching.pairing.store import ColumnStore
from matching.pairing.sweep import full_pass
from matching.vacancies.codes import State
from matching.vacancies.models import Vacancy

#: Changed rows looked at together, and lists written in one transaction of the full pass.
TOGETHER, LISTS_WRITTEN = 20, 1_000
#: More changes than this during a pass are not a few hands at work but an import.
LATE = 1_000


@dataclass(eq=False)
class _Plan:
    """Lists as they should be, worked out from those of ``turn`` and not written yet."""

    side: Side
    changed: list[int]
    turn: int
    #: Of each side, by owner; what one part of the changes did to a list, the next one finds here.
    rows: dict[str, dict[int, dict[str, Any]]] = field(
        default_factory=lambda: {PEOPLE.key: {}, POSTS.key: {}}
    )

    def add(self, side: Side, rows: Iterable[dict[str, Any]]) -> None:
        self.rows[side.key].update((row[side.key], row) for row in rows)

    def lists(self, session: Session, side: Side, owners: Iterable[int]) -> dict[int, Stored]:
        """The lists of these owners, those of the plan before those that are stored."""
        planned = self.rows[side.key]
        found = stored(session, side, (owner for owner in owners if owner not in planned))
        for owner in owners:
            if owner in planned:
                found[owner] = Stored(unpack(planned[owner]["packed"]), planned[owner]["complete"])
        return found

    def write(self, session: Session, common: dict[str, Any]) -> int:
        return sum(
            write(session, side, [row | common for _, row in sorted(self.rows[side.key].items())])
            for side in (PEOPLE, POSTS)
        )


class Pairing:
    """Pairs what changed.

    Args:
        store: the columns; with a directory a new process starts from its snapshot.
    """

    def __init__(self, store: ColumnStore) -> None:
        self.store = store
        self._plan: _Plan | None = None
        self._index = {PEOPLE.key: ListIndex(PEOPLE), POSTS.key: ListIndex(POSTS)}

    def pair_vacancies(self, session: Session, ids: Iterable[int], now: datetime) -> int:
        """Vacancies changed: their own lists are made again; they enter and leave the lists of people.

        Args:
            ids: vacancies, in whatever state, or gone.
            now: the present moment.

        Returns:
            How many lists were written.
        """
        return self._pair(session, POSTS, ids, now)

    def pair_jobseekers(self, session: Session, ids: Iterable[int], now: datetime) -> int:
        """People changed; see :meth:`pair_vacancies`."""
        return self._pair(session, PEOPLE, ids, now)

    def look_ahead(self, session: Session, side: Side, ids: Iterable[int], now: datetime) -> None:
        """Work out the lists before the transaction that stores them, which keeps others from writing.

        What was worked out holds until somebody else writes lists.  A row that changes in between has an
        event of its own, which comes later and finds these lists.

        Args:
            session: only reads.
            side: the side that changed.
            ids: the rows that will be paired next.
            now: the present moment.
        """
        self._plan = self._worked_out(session, side, sorted(set(ids)), now)

    def pair_all(self, sessions: sessionmaker[Session], clock: Clock) -> int:
        """One pass over everything, stored in short transactions.

        What changes while it runs is paired again at the end, so that no older list stays over a newer one.

        Returns:
            How many lists were written.
        """
        started = clock.now()
        with transaction(sessions, writes=False) as session:
            world = self._world(session, started)
        people, posts = full_pass(world.js, world.vs, world.today, world.weights, PEOPLE.width, POSTS.width)
        written = 0
        for side, found in ((PEOPLE, people), (POSTS, posts)):
            owners = table(world, side)
            for start in range(0, len(owners), LISTS_WRITTEN):
                places = range(start, min(start + LISTS_WRITTEN, len(owners)))
                with transaction(sessions) as session:
                    common = self._common(clock.now(), take_turn(session))
                    written += write(session, side, _rows_of_pass(side, owners, found, places, common))
        return written + self._pair_late(sessions, world, clock)

    def _pair_late(self, sessions: sessionmaker[Session], world: World, clock: Clock) -> int:
        written = 0
        for side in (PEOPLE, POSTS):
            with transaction(sessions, writes=False) as session:
                late = _changed_since(session, side, world)
            if len(late) > LATE:
                continue  # an import is at work, and a new pass follows it
            for part in _by(TOGETHER, late):
                with transaction(sessions) as session:
                    written += self._pair(session, side, part, clock.now())
        return written

    def _world(self, session: Session, now: datetime) -> World:
        people, posts = self.store.people(session, now), self.store.posts(session, now)
        return World(people, posts, local_day(now), self.store.weights)

    def _world_with(self, session: Session, side: Side, ids: Iterable[int], now: datetime) -> World:
        world = self._world(session, now)
        return with_changed(session, side, ids, world.js, world.vs, world)

    def _common(self, now: datetime, turn: int) -> dict[str, Any]:
        return {"scoring_version": self.store.weights.version, "computed_at": now, "turn": turn}

    def _pair(self, session: Session, side: Side, ids: Iterable[int], now: datetime) -> int:
        changed, turn = sorted(set(ids)), take_turn(session)
        plan, self._plan = self._plan, None
        if plan is None or (plan.side, plan.changed, plan.turn) != (side, changed, turn - 1):
            plan = self._worked_out(session, side, changed, now, turn)
        return plan.write(session, self._common(now, turn))

    def _worked_out(
        self, session: Session, side: Side, changed: list[int], now: datetime, turn: int | None = None
    ) -> _Plan:
        # The turn before the lists: one that is written in between makes the plan void, not wrong.
        plan = _Plan(side, changed, last_turn(session))
        world = self._world_with(session, side, changed, now)
        self._index[other(side).key].refresh(session, turn)
        for part in _by(TOGETHER, changed):
            self._plan_part(session, world, plan, np.array(part, dtype=np.int64))
        return plan

    def _plan_part(self, session: Session, world: World, plan: _Plan, changed: Array) -> None:
        side, index = plan.side, self._index[other(plan.side).key]
        own, across = table(world, side), table(world, other(side))
        concerned = [index.having(changed)]
        for place in own.places(changed):
            found, totals = ranked(world, side, int(place), None)
            concerned.append(index.contested(across.id[found], totals))
            best, points = found[: side.width], totals[: side.width]
            entries = records(across.id[best], points, across.version[best])
            plan.add(side, [_row(side, own, int(place), entries, len(found) <= side.width)])
        self._update(session, world, plan, np.unique(np.concatenate(concerned)), changed)

    def _update(self, session: Session, world: World, plan: _Plan, owners: Array, changed: Array) -> None:
        """Put the changed ids where they belong on the lists of these owners."""
        side = other(plan.side)
        by_owner = plan.lists(session, side, owners.tolist())
        own = table(world, side)
        places = own.places(np.array(sorted(by_owner), dtype=np.int64))
        if not len(places):
            return
        across = table(world, other(side))
        lists = [by_owner[int(owner)] for owner in own.id[places]]
        best, totals, passes = ordered(world, side, places, _candidates(lists, across, changed, side.width))
        complete = np.array([each.complete for each in lists])
        kept, counts = _kept(passes, np.isin(across.id[best], changed), complete, side.width)
        at = best[kept]
        found = Lists.of(kept.sum(axis=1), records(across.id[at], totals[kept], across.version[at]))
        complete &= counts <= side.width
        rows = []
        for row, place in enumerate(places):
            entries, whole = found[row], bool(complete[row])
            if not whole and len(entries) < side.width // 2:
                entries, whole = _scored_again(world, side, int(place))
            if whole != lists[row].complete or entries.tobytes() != lists[row].entries.tobytes():
                rows.append(_row(side, own, int(place), entries, whole))
        plan.add(side, rows)


def _kept(passes: Array, is_new: Array, complete: Array, width: int) -> tuple[Array, Array]:
    """Which candidates stay.

    A list that was cut off ends with its last old entry: behind that, others may be better than a newcomer.

    Args:
        passes: candidates of n lists in order that may be, (n, k).
        is_new: those that changed, (n, k).
        complete: lists that were not cut off, (n).
        width: entries that a list holds.

    Returns:
        A mask of at most ``width`` candidates for each list, and how many there were before that cut.
    """
    old = passes & ~is_new
    from_last_old = np.logical_or.accumulate(old[:, ::-1], axis=1)[:, ::-1]
    stays = passes & (complete[:, None] | from_last_old)
    rank = np.cumsum(stays, axis=1)
    return stays & (rank <= width), rank[:, -1]


def _candidates(lists: Sequence[Stored], across: Any, changed: Array, width: int) -> Array:
    """Places of what each list holds and of the changed rows, each once; −1: none or gone."""
    ids = np.zeros((len(lists), width + len(changed)), dtype=np.int64)
    held = [stored.entries["id"][:width] for stored in lists]
    filled = np.arange(width) < np.array([len(each) for each in held])[:, None]
    every = np.concatenate(held)
    ids[:, :width][filled] = np.where(np.isin(every, changed), 0, every)
    ids[:, width:] = changed
    at = np.minimum(np.searchsorted(across.id, ids), max(len(across) - 1, 0))
    if not len(across):
        return np.full(ids.shape, -1)
    return np.where(across.id[at] == ids, at, -1)


def _scored_again(world: World, side: Side, place: int) -> tuple[Array, bool]:
    across = table(world, other(side))
    found, totals = ranked(world, side, place, side.width + 1)
    best, points = found[: side.width], totals[: side.width]
    return records(across.id[best], points, across.version[best]), len(found) <= side.width


def _row(side: Side, own: Any, place: int, entries: Array, complete: bool, **common: Any) -> dict[str, Any]:
    owner, version = int(own.id[place]), int(own.version[place])
    return row_of(side, owner, version, entries, complete=complete, **common)


def _rows_of_pass(side: Side, owners: Any, found: Lists, places: range, common: dict[str, Any]) -> list[Any]:
    # The pass keeps no more than fits, so a full list may have been cut off.
    return [
        _row(side, owners, place, found[place], len(found[place]) < side.width, **common) for place in places
    ]


def _changed_since(session: Session, side: Side, world: World) -> list[int]:
    """Ids of rows that came, went or changed since the world was read."""
    wanted = select(side.model.id, side.model.version)
    if side is POSTS:
        wanted = wanted.where(Vacancy.state == State.OPEN, Vacancy.valid_until >= world.day)
    now = {(int(row), int(version)) for row, version in session.execute(wanted)}
    seen = table(world, side)
    if side is POSTS:
        seen = seen.take(seen.open & (seen.valid_until >= world.today))
    then = set(zip(seen.id.tolist(), seen.version.tolist(), strict=True))
    return sorted({row for row, _ in now ^ then})


def _by(size: int, items: Sequence[int]) -> list[Sequence[int]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
