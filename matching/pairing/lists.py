"""Stored lists: finding those that a change concerns, reading them, writing them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matching.db import table_of
from matching.pairing.columns import Array
from matching.pairing.models import PairingTurn
from matching.pairing.packed import RECORD, pack, unpack
from matching.pairing.sides import Side

#: Ids of one IN list, and rows of one INSERT.
MANY = 5_000
NOTHING_READ = -1


@dataclass(frozen=True, eq=False)
class Stored:
    """One stored list as it was read."""

    entries: Array
    complete: bool


class ListIndex:
    """Who has whom on a list, in memory: brought up to date by the turns in which lists were written."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.owners = np.empty(0, dtype=np.int64)
        self.ids = np.empty((0, side.width), dtype=np.int64)
        self.worst = np.empty(0, dtype=np.int32)
        self.open_ended = np.empty(0, dtype=bool)
        #: Everything up to this turn was read.
        self.turn = NOTHING_READ

    def refresh(self, session: Session, turn: int | None = None) -> None:
        """Read what was written since the last call.

        Args:
            session: sees what is committed.
            turn: that of this transaction, if it writes: its own lists may yet be rolled back.
        """
        session.flush()
        owner, lists = self.side.owner, self.side.lists
        wanted = select(owner, lists.packed, lists.worst, lists.complete, lists.turn)
        # Straight from the connection: the session's own way costs half as much again for 50,000 rows.
        rows = session.connection().execute(wanted.where(lists.turn > self.turn).order_by(owner)).all()
        if rows:
            *columns, turns = zip(*rows, strict=True)
            self._put(*columns)
            newest = max(turns)
            self.turn = newest if turn is None else min(newest, turn - 1)

    def _at(self, owners: Array) -> tuple[Array, Array]:
        """Where these owners stand, and which of them are there at all."""
        at = np.searchsorted(self.owners, owners)
        known = at < len(self.owners)
        known[known] = self.owners[at[known]] == owners[known]
        return at, known

    def _put(
        self, listed: Sequence[int], packed: Sequence[bytes], worst: Sequence[int], complete: Sequence[bool]
    ) -> None:
        owners = np.array(listed, dtype=np.int64)
        at, known = self._at(owners)
        if not known.all():
            self._make_room(owners[~known], at[~known])
            at, _ = self._at(owners)
        self.ids[at] = _ids(packed, self.side.width)
        self.worst[at], self.open_ended[at] = worst, complete

    def _make_room(self, owners: Array, at: Array) -> None:
        self.owners = np.insert(self.owners, at, owners)
        self.ids = np.insert(self.ids, at, 0, axis=0)
        self.worst, self.open_ended = np.insert(self.worst, at, 0), np.insert(self.open_ended, at, False)

    def having(self, listed: Array) -> Array:
        """Owners whose list names one of these ids; some may come more than once."""
        # Looked up id by id: of two million, four times as fast as a search for each in ``listed``.
        wanted = np.zeros(max(self.ids.max(initial=0), listed.max(initial=0)) + 1, dtype=bool)
        wanted[listed] = True
        places = np.flatnonzero(wanted[self.ids.ravel()])
        found: Array = self.owners[places // self.side.width]
        return found

    def contested(self, owners: Array, totals: Array) -> Array:
        """Those of ``owners`` whose list a candidate with this total may enter."""
        at, known = self._at(owners)
        at, wanted = at[known], totals[known]
        found: Array = self.owners[at[self.open_ended[at] | (wanted >= self.worst[at])]]
        return found


def take_turn(session: Session) -> int:
    """The number of this transaction's lists; nobody else writes lists until it ends.

    It is taken before any list is locked, so that two writers wait for each other here and nowhere else.
    """
    insert = _insert(session)(table_of(PairingTurn)).values(id=1, number=1)
    following = insert.on_conflict_do_update(index_elements=["id"], set_={"number": PairingTurn.number + 1})
    return int(session.execute(following.returning(PairingTurn.number)).scalar_one())


def _insert(session: Session) -> Any:
    return (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert


def _ids(packed: Sequence[bytes], width: int) -> Array:
    size = width * RECORD.itemsize
    joined = b"".join(each[:size].ljust(size, b"\0") for each in packed)
    found: Array = np.frombuffer(joined, dtype=RECORD)["id"].reshape(len(packed), width).copy()
    return found


def last_turn(session: Session) -> int:
    """The number of the last lists that were committed, or of this transaction's own."""
    return session.scalar(select(PairingTurn.number)) or 0


def stored(session: Session, side: Side, owners: Iterable[int]) -> dict[int, Stored]:
    """Stored lists by owner.  Nothing is locked: who holds the turn, or finds it unmoved, is alone."""
    found = {}
    for part in parts(sorted(owners)):
        rows = session.execute(
            select(side.owner, side.lists.packed, side.lists.complete).where(side.owner.in_(part))
        )
        found.update({owner: Stored(unpack(packed), complete) for owner, packed, complete in rows})
    return found


def current_versions(session: Session, side: Side, ids: Iterable[int]) -> dict[int, int]:
    """Versions of rows as they are now, which nobody changes until the transaction ends."""
    found: dict[int, int] = {}
    for part in parts(sorted(ids)):
        rows = session.execute(
            select(side.model.id, side.model.version)
            .where(side.model.id.in_(part))
            .order_by(side.model.id)
            .with_for_update(read=True)
        )
        found.update((int(row), int(version)) for row, version in rows)
    return found


def row_of(side: Side, owner: int, version: int, entries: Array, **common: Any) -> dict[str, Any]:
    """Values of a stored list."""
    return {
        side.key: owner,
        "packed": pack(entries),
        "count": len(entries),
        "worst": int(entries["total"][-1]) if len(entries) else 0,
        "source_version": version,
        **common,
    }


def write(session: Session, side: Side, rows: Sequence[dict[str, Any]]) -> int:
    """Insert or replace lists, but only of rows that still have the version that was scored.

    Returns:
        How many were written; for the others another change is on its way.
    """
    versions = current_versions(session, side, (row[side.key] for row in rows))
    valid = [row for row in rows if versions.get(row[side.key]) == row["source_version"]]
    if not valid:
        return 0
    insert = _insert(session)(table_of(side.lists))
    values = {name: insert.excluded[name] for name in valid[0] if name != side.key}
    upsert = insert.on_conflict_do_update(index_elements=[side.key], set_=values)
    for part in parts(valid):
        session.connection().execute(upsert, part)
    return len(valid)


def parts(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Items by ``MANY``."""
    for start in range(0, len(items), MANY):
        yield items[start : start + MANY]
