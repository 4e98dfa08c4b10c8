"""The points of the soft criteria: data with a version."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

SHIPPED = Path(__file__).parent / "data" / "weights.toml"

#: Sections that hold other figures than points.
NO_POINTS = ("limits", "median_pay")


@dataclass(frozen=True, eq=False)
class Weights:
    """Points by table and name.

    Args:
        version: what stored lists call the scoring.
        tables: the sections of the file.
    """

    version: str
    tables: dict[str, dict[str, Any]]

    def __getitem__(self, name: str) -> Any:
        """``weights["distance.points"]``: a whole number or a list of them."""
        table, key = name.split(".")
        return self.tables[table][key]

    def array(self, name: str) -> np.ndarray:
        """A list of whole numbers as an array to look up in."""
        return np.asarray(self[name], dtype=np.int32)

    @property
    def highest(self) -> int:
        """No pair has more points than this."""
        sections = [table for name, table in self.tables.items() if name not in NO_POINTS]
        return sum(int(np.max(value)) for table in sections for value in table.values())

    def median_pay(self, region: str) -> int:
        """Local median pay in cents a month of a region code."""
        table = self.tables["median_pay"]
        return int(next(table[region[:n]] for n in range(len(region), -1, -1) if region[:n] in table))


def read(path: Path) -> Weights:
    """Weights of a file.

    Raises:
        ValueError: a figure is not a whole number or is negative (totals would no longer be exact, or a
            refused pair could not be told from a bad one).
    """
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    version = tables.pop("version")
    for name, table in tables.items():
        for key, value in table.items():
            figures = value if isinstance(value, list) else [value]
            if not all(isinstance(figure, int) and figure >= 0 for figure in figures):
                raise ValueError(f"{path.name}: {name}.{key} must be whole and not negative")
    return Weights(version, tables)


@cache
def shipped() -> Weights:
    """The weights that come with the program."""
    return read(SHIPPED)
