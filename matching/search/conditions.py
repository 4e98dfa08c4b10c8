"""A closed language of filters between the questions (:mod:`queries`) and the engines.

Each engine translates these few forms and nothing else, so user text has no way into an engine's own query
language, and both engines filter alike.
"""

from __future__ import annotations

from dataclasses import dataclass

from matching.search.text import Clause


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The keyword field holds at least ``least`` of the values."""

    field: str
    values: tuple[str, ...]
    least: int = 1


@dataclass(frozen=True, slots=True)
class Between:
    """The integer or float field lies within the bounds, both inclusive."""

    field: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Circle:
    """The document's point is within ``km`` of (``lon``, ``lat``), or it has no point and ``unplaced`` holds.

    At most one in a question, and only as one of the parts that must all hold.
    """

    lon: float
    lat: float
    km: float
    unplaced: Condition


@dataclass(frozen=True, slots=True)
class Says:
    """Each group of clauses (one word of a text) has at least one clause that holds; nothing is scored."""

    groups: tuple[tuple[Clause, ...], ...]


Condition = AnyOf | Between | All | Some | Not | Circle | Says
