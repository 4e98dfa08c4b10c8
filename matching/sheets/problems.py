"""What is wrong with one row: a level, a stable code, a column and a line, never the value itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much of the row a problem costs."""

    REJECTED = "rejected"  # the row stays out
    LEFT_OUT = "left_out"  # the row goes in without this field
    HELD = "held"  # the row goes in and waits until this is put right
    WARNING = "warning"  # everything goes in, somebody should look


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding in one row.

    Args:
        level: what it costs.
        code: stable name, listed in the data dictionary and in the room's ``words.py``.
        column: the header as it stands in the sheet, or the field's name where there is no such column.
        line: the sheet's own 1-based line number.
        words: the few words that an offer of work must not use; never a fact of a person.
    """

    level: Level
    code: str
    column: str
    line: int
    words: str = ""


class CellProblem(Exception):
    """A cell parser could not understand a cell.

    Args:
        code: stable name of the finding.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
