"""A block of pairs: some people against some vacancies, as criteria see it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from matching.pairing.columns import Array, Columns, JobseekerColumns, VacancyColumns
from matching.pairing.weights import Weights
from matching.places.distance import haversine_km
from matching.places.regions import NEIGHBOUR_KM

#: ``Pairs.road`` where it is no distance: nothing known or far, or the two counties' points lie close.
NO_DISTANCE, POINTS_CLOSE = -1, -2


class Lens:
    """Columns seen along one axis of a block; a column is gathered when a criterion first asks for it.

    Args:
        columns: the table.
        axis: 0 for the side that runs down, 1 for the side that runs across; ``None`` for a side that is
            another one in every pair, ``rows`` being (n, m) then.
        rows: places of the rows wanted; ``None``: all.
    """

    def __init__(self, columns: Columns, axis: int | None, rows: Array | None = None) -> None:
        self._columns = columns
        self._rows = rows
        self._axis = axis

    def narrowed(self, keep: Array) -> Lens:
        """The rows of this side where the mask is true."""
        rows = np.flatnonzero(keep) if self._rows is None else self._rows[keep]
        return Lens(self._columns, self._axis, rows)

    def __getattr__(self, name: str) -> Array:
        column = getattr(self._columns, name)
        if self._rows is not None:
            column = column[..., self._rows]
        if self._axis is not None:
            column = column[..., :, None] if self._axis == 0 else column[..., None, :]
        self.__dict__[name] = column
        shaped: Array = column
        return shaped


@dataclass(frozen=True)
class Pairs:
    """n people down, m vacancies across; every column broadcasts to (n, m), slots to (slots, n, m).

    Args:
        j: the people.
        v: the vacancies.
        day: today, as ``date.toordinal()``.
        weights: points.
    """

    j: Any
    v: Any
    day: int
    weights: Weights

    @classmethod
    def of(
        cls,
        js: JobseekerColumns,
        vs: VacancyColumns,
        day: int,
        weights: Weights,
        *,
        j_rows: Array | None = None,
        v_rows: Array | None = None,
    ) -> Pairs:
        """The block of these rows."""
        return cls(Lens(js, 0, j_rows), Lens(vs, 1, v_rows), day, weights)

    @property
    def shape(self) -> tuple[int, ...]:
        return np.broadcast_shapes(self.j.id.shape, self.v.id.shape)

    def down(self, keep: Array) -> Pairs:
        """Only the people where the mask (n) is true; what was worked out before is kept."""
        return self._narrowed(Pairs(self.j.narrowed(keep), self.v, self.day, self.weights), keep, 0)

    def across(self, keep: Array) -> Pairs:
        """Only the vacancies where the mask (m) is true; what was worked out before is kept."""
        return self._narrowed(Pairs(self.j, self.v.narrowed(keep), self.day, self.weights), keep, 1)

    def _narrowed(self, made: Pairs, keep: Array, axis: int) -> Pairs:
        if "road" in self.__dict__:
            made.__dict__["road"] = np.compress(keep, self.road, axis=axis)
        return made

    @cached_property
    def road(self) -> Array:
        """Road metres as int32, or ``NO_DISTANCE`` / ``POINTS_CLOSE`` where a point is only a county's.

        Whole metres, so that a limit is met or not met alike however the block was cut.
        """
        j, v = self.j, self.v
        km = haversine_km(j.lon, j.lat, v.lon, v.lat)
        known = j.exact & v.exact & ~np.isnan(km)
        metres = np.rint(np.nan_to_num(km * j.detour) * 1000).astype(np.int32)
        close = np.where(km <= NEIGHBOUR_KM, np.int32(POINTS_CLOSE), np.int32(NO_DISTANCE))
        return np.where(known, metres, close)
