"""Stored lists: finding those that a change concerns, reading them under a lock, writing them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matching.pairing.columns import Array
from matching.pairing.packed import RECORD, pack, unpack
from matching.pairing.sides import Side

#: A list is stamped when its transaction begins, which lasts no longer than a drain (20 s).
OVERLAP = timedelta(seconds=30)
#: Ids of one IN list, and rows of one INSERT.
MANY = 5_000


@dataclass(frozen=True, eq=False)
class Stored:
    """One stored list as it was read."""

    entries: Array
    complete: bool


class ListIndex:
    """Who has whom on a list, in memory: brought up to date by the time lists were computed."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.owners = np.empty(0, dtype=np.int64)
        self.ids = np.empty((0, side.width), dtype=np.int64)
        self.worst = np.empty(0, dtype=np.int32)
        self.open_ended = np.empty(0, dtype=bool)
        self.as_of: datetime | None = None

    def refresh(self, session: Session, now: datetime) -> None:
        """Read what was computed since the last call."""
        lists = self.side.lists
        wanted = select(self.side.owner, lists.packed, lists.worst, lists.complete).order_by(self.side.owner)
        if self.as_of is not None:
            wanted = wanted.where(lists.computed_at >= self.as_of - OVERLAP)
        session.flush()
        # Straight from the connection: the session's own way costs half as much again for 50,000 rows.
        rows = session.connection().execute(wanted).all()
        self.as_of = now
        if rows:
            owners, packed, worst, complete = zip(*rows, strict=True)
            self._put(np.array(owners), _ids(packed, self.side.width), np.array(worst), np.array(complete))

    def _put(self, owners: Array, ids: Array, worst: Array, complete: Array) -> None:
        kept = ~np.isin(self.owners, owners)
        both = np.concatenate([self.owners[kept], owners])
        order = np.argsort(both, kind="stable")
        self.owners = both[order]
        self.ids = np.concatenate([self.ids[kept], ids])[order]
        self.worst = np.concatenate([self.worst[kept], worst.astype(np.int32)])[order]
        self.open_ended = np.concatenate([self.open_ended[kept], complete.astype(bool)])[order]

    def having(self, listed: int) -> Array:
        """Owners whose list names this id."""
        found: Array = self.owners[(self.ids == listed).any(axis=1)]
        return found

    def contested(self, owners: Array, totals: Array) -> Array:
        """Those of ``owners`` whose list a candidate with this total may enter."""
        at = np.searchsorted(self.owners, owners)
        known = at < len(self.owners)
        known[known] = self.owners[at[known]] == owners[known]
        at, wanted = at[known], totals[known]
        found: Array = self.owners[at[self.open_ended[at] | (wanted >= self.worst[at])]]
        return found


def _ids(packed: Sequence[bytes], width: int) -> Array:
    size = width * RECORD.itemsize
    joined = b"".join(each[:size].ljust(size, b"\0") for each in packed)
    found: Array = np.frombuffer(joined, dtype=RECORD)["id"].reshape(len(packed), width).copy()
    return found


def locked(session: Session, side: Side, owners: Iterable[int]) -> dict[int, Stored]:
    """Stored lists, locked until the transaction ends; in order of ids, so nobody waits in a circle."""
    found = {}
    for part in parts(sorted(owners)):
        rows = session.execute(
            select(side.owner, side.lists.packed, side.lists.complete)
            .where(side.owner.in_(part))
            .order_by(side.owner)
            .with_for_update()
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
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(side.lists)
    values = {name: insert.excluded[name] for name in valid[0] if name != side.key}
    upsert = insert.on_conflict_do_update(index_elements=[side.key], set_=values)
    for part in parts(valid):
        session.execute(upsert, part)
    return len(valid)


def parts(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Items by ``MANY``."""
    for start in range(0, len(items), MANY):
        yield items[start : start + MANY]
