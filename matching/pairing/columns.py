"""What scoring sees of people and vacancies: arrays, one per fact, one place per row.

There is no sex, ethnicity, religion, health, marriage, household register, name or birth date here: scoring
cannot use what it cannot see.  Eligibility classes and ages come as bits computed elsewhere.

Rows lie along the last axis; a fact with several slots (three occupations) has shape ``(slots, rows)``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Self, cast, get_type_hints
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

#: Raised whenever a column is added, dropped or read otherwise: older snapshots are not used.
LAYOUT = 1


class Column(NamedTuple):
    """How a fact is held.

    Args:
        dtype: NumPy's name of the type.
        unknown: what stands where nothing is known.
        slots: how many values a row may have.
    """

    dtype: str
    unknown: float = 0
    slots: int = 1


@dataclass(frozen=True, eq=False)
class Columns:
    """Common handling; see the two tables below."""

    id: Annotated[Array, Column("i8")]
    version: Annotated[Array, Column("i4")]
    demo: Annotated[Array, Column("?")]

    def __len__(self) -> int:
        return int(self.id.shape[-1])

    @classmethod
    def blank(cls, rows: int) -> Self:
        """A table of ``rows`` rows of which nothing is known, to be filled in."""
        made, table = {}, cast(Any, cls)
        for name, column in layout(table).items():
            shape = (rows,) if column.slots == 1 else (column.slots, rows)
            made[name] = np.full(shape, column.unknown, dtype=column.dtype)
        return cls(**made)

    @classmethod
    def concat(cls, parts: Sequence[Self]) -> Self:
        """The rows of several tables, one after the other."""
        if not parts:
            return cls.blank(0)
        names = [each.name for each in fields(cls)]
        return cls(**{name: np.concatenate([getattr(p, name) for p in parts], axis=-1) for name in names})

    def take(self, rows: Array) -> Self:
        """The rows at these places, or where a mask of all rows is true."""
        return type(self)(**{each.name: getattr(self, each.name)[..., rows] for each in fields(self)})

    def slice(self, start: int, stop: int) -> Self:
        """The rows from ``start`` up to ``stop``, without a copy."""
        return type(self)(**{each.name: getattr(self, each.name)[..., start:stop] for each in fields(self)})

    def replaced(self, newer: Self) -> Self:
        """This table with the rows of ``newer`` put in by id, in order of id."""
        at = self.places(newer.id)
        if len(at) == len(newer):  # nobody new, which is what nearly every change is
            return self._overwritten(at, newer)
        kept = self.take(~np.isin(self.id, newer.id))
        both = type(self).concat([kept, newer])
        return both.take(np.argsort(both.id, kind="stable"))

    def _overwritten(self, at: Array, newer: Self) -> Self:
        columns = {each.name: getattr(self, each.name).copy() for each in fields(self)}
        for name, column in columns.items():
            column[..., at] = getattr(newer, name)
        return type(self)(**columns)

    def places(self, ids: Array) -> Array:
        """Where rows stand in a table that is ordered by id; ids that are not in it are left out."""
        at = np.searchsorted(self.id, ids)
        inside = at < len(self)
        at, ids = at[inside], ids[inside]
        return at[self.id[at] == ids]

    def save(self, path: Path, stamp: str, taken: int = 0) -> None:
        """Write the table so that a reader sees the old one or the new one, never half of it.

        Args:
            path: file to write or replace.
            stamp: what it was made from; :meth:`saved` asks for it.
            taken: when, in seconds since 1970.
        """
        partial = path.with_name(f"{path.name}.{os.getpid()}.part")
        with partial.open("wb") as out:
            arrays = {each.name: getattr(self, each.name) for each in fields(self)}
            np.savez(out, stamp=np.array(f"{LAYOUT}/{stamp}"), taken=np.array(taken), **arrays)
        os.replace(partial, path)

    @classmethod
    def saved(cls, path: Path, stamp: str) -> tuple[Self | None, int]:
        """The table in a file and when it was taken.

        ``None`` if there is no file of this stamp and layout, or it is damaged: a snapshot can be made again.
        """
        try:
            with path.open("rb") as source, np.load(source, allow_pickle=False) as stored:
                if str(stored["stamp"]) != f"{LAYOUT}/{stamp}":
                    return None, 0
                found = cls(**{each.name: stored[each.name] for each in fields(cls)})
                return found, int(stored["taken"])
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return None, 0


@cache
def layout(table: Any) -> dict[str, Column]:
    """How each fact of a table is held, by name."""
    hints = get_type_hints(table, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items()}


@dataclass(frozen=True, eq=False)
class JobseekerColumns(Columns):
    """People.  Unknown is −1, 0, NaN or no bit, as each line says."""

    tenant: Annotated[Array, Column("i4")]
    looking: Annotated[Array, Column("i1", -1)]  # wants work: 1 yes, 0 no, −1 not asked
    employed: Annotated[Array, Column("i1", -1)]
    ages: Annotated[Array, Column("u1")]  # bits.UNDER_16 …
    classes: Annotated[Array, Column("u2")]  # eligibility classes that hold (bits.TARGET)
    classes_known: Annotated[Array, Column("u2")]  # those of which it is known whether they hold
    capacity: Annotated[Array, Column("i1", -1)]  # heaviest load rank that is possible
    education: Annotated[Array, Column("i1", -1)]  # EDUCATION_RANK
    skills: Annotated[Array, Column("i8")]
    skills_known: Annotated[Array, Column("?")]  # asked, so that no bit means none
    certificates: Annotated[Array, Column("i8")]
    certificates_known: Annotated[Array, Column("?")]
    occupations: Annotated[Array, Column("i4", 0, slots=3)]  # packed codes of past and wished work
    county: Annotated[Array, Column("i4")]
    prefecture: Annotated[Array, Column("i4")]
    lon: Annotated[Array, Column("f8", np.nan)]
    lat: Annotated[Array, Column("f8", np.nan)]
    exact: Annotated[Array, Column("?")]  # False: the point is the county's
    detour: Annotated[Array, Column("f8", 1.0)]  # road kilometres per straight kilometre
    reach: Annotated[Array, Column("i1")]  # REACH_UNKNOWN, REACH_COMMUTE, REACH_AREA
    reach_m: Annotated[Array, Column("i4", -1)]  # longest commute in road metres
    leaves: Annotated[Array, Column("i1", -1)]  # willing to leave home
    wanted: Annotated[Array, Column("i4", 0, slots=4)]  # accepted destinations: prefectures, provinces
    shifts: Annotated[Array, Column("u1")]
    wage_floor: Annotated[Array, Column("i4")]  # cents a month
    care: Annotated[Array, Column("u1")]


@dataclass(frozen=True, eq=False)
class VacancyColumns(Columns):
    """Vacancies.  There is no age limit here: it is a suggestion and never hides a post (L5)."""

    kind: Annotated[Array, Column("u1")]
    open: Annotated[Array, Column("?")]
    valid_until: Annotated[Array, Column("i4")]  # last day, as date.toordinal()
    posted: Annotated[Array, Column("i4")]
    start: Annotated[Array, Column("i4")]
    county: Annotated[Array, Column("i4")]  # where the work is
    prefecture: Annotated[Array, Column("i4")]
    province: Annotated[Array, Column("i4")]
    lon: Annotated[Array, Column("f8", np.nan)]
    lat: Annotated[Array, Column("f8", np.nan)]
    exact: Annotated[Array, Column("?")]
    occupation: Annotated[Array, Column("i4")]
    load: Annotated[Array, Column("i1")]  # LOAD_RANK, 0 not stated
    required_skills: Annotated[Array, Column("i8")]
    preferred_skills: Annotated[Array, Column("i8")]
    certificates: Annotated[Array, Column("i8")]
    education: Annotated[Array, Column("i1", -1)]  # lowest rank asked for, −1 none
    shifts: Annotated[Array, Column("u1")]  # bits.shifts_served
    pay_low: Annotated[Array, Column("i4")]  # cents a month
    pay_high: Annotated[Array, Column("i4")]
    median: Annotated[Array, Column("i4")]  # local median pay, cents a month
    benefits: Annotated[Array, Column("u1")]
    tags: Annotated[Array, Column("u2")]
    targets: Annotated[Array, Column("u2")]  # any one of these classes suffices; 0: open to all
    hazardous: Annotated[Array, Column("?")]
    excludes_employed: Annotated[Array, Column("?")]


REACH_UNKNOWN, REACH_COMMUTE, REACH_AREA = 0, 1, 2
