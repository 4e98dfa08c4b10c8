"""Seeded draws.

Every household and vacancy has a stream of its own, so one more draw in one of them leaves the others as they
are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def stream(*names: object) -> Random:
    """The stream of draws for what is named, for example ``stream(seed, "household", 17)``."""
    return Random(":".join(map(str, names)))  # noqa: S311 - a demo must be repeatable, not secret


def likely(chance: Random, share: float) -> bool:
    """True in ``share`` (0 to 1) of all cases."""
    return chance.random() < share


def between(chance: Random, low: int, high: int) -> int:
    """A whole number from ``low`` to ``high``, both included; ``low`` where the range is empty."""
    return low if high <= low else low + int(chance.random() * (high - low + 1))


def pick(chance: Random, choices: Sequence[T]) -> T:
    """One of equally likely choices."""
    return choices[int(chance.random() * len(choices))]


class Weighted(Generic[T]):
    """Choices with weights; the weights need not sum to 1."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self._choices = list(weights)
        self._bounds = list(accumulate(weights.values()))

    def draw(self, chance: Random) -> T:
        """One choice."""
        point = chance.random() * self._bounds[-1]
        for choice, bound in zip(self._choices, self._bounds, strict=True):
            if point < bound:
                return choice
        return self._choices[-1]
