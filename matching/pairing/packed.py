"""Stored lists: the best of one side as a run of (id, total, version), 16 bytes each, little-endian."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.pairing.columns import Array

RECORD = np.dtype([("id", "<i8"), ("total", "<i4"), ("version", "<i4")])


def records(ids: Array, totals: Array, versions: Array) -> Array:
    """Three arrays of equal length as one array of ``RECORD``."""
    made = np.empty(len(ids), dtype=RECORD)
    made["id"], made["total"], made["version"] = ids, totals, versions
    return made


def pack(entries: Array) -> bytes:
    """The bytes that are stored.

    Args:
        entries: ``RECORD`` array, best first.
    """
    return entries.astype(RECORD, copy=False).tobytes()


def unpack(stored: bytes) -> Array:
    """The entries of stored bytes, best first.

    Raises:
        ValueError: the bytes are cut off.
    """
    return np.frombuffer(stored, dtype=RECORD)


@dataclass(frozen=True, eq=False)
class Lists:
    """One list for each row of a table.

    Args:
        offsets: int64 (rows + 1); row r has the entries ``offsets[r]`` to ``offsets[r + 1]``.
        entries: ``RECORD`` array, each list best first.
    """

    offsets: Array
    entries: Array

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> Array:
        found: Array = self.entries[self.offsets[row] : self.offsets[row + 1]]
        return found

    @classmethod
    def of(cls, counts: Array, entries: Array) -> Lists:
        """From the number of entries of each row."""
        return cls(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), entries)
