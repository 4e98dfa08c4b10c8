"""From a line of a matched sheet to parsed fields, with what could not be understood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from matching.sheets.cells import PARSERS, Cell
from matching.sheets.headers import Match
from matching.sheets.mapping import Mapping
from matching.sheets.problems import CellProblem
from matching.sheets.reading import Line

#: Distinct cells remembered per column: code columns hold a handful, so most cells are looked up once.
_REMEMBERED = 2_000


@dataclass(slots=True)
class Fields:
    """One row's parsed fields.

    Args:
        line: the sheet's line number.
        values: field → value; a field that is not stated is absent.
        troubles: field → code of what is wrong with its cell.
    """

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)


def parser_of(mapping: Mapping, name: str) -> Callable[[Cell], Any]:
    """The function that reads a field's cell under a mapping."""
    kind = mapping.schema.fields[name].parser
    if kind == "code":
        return mapping.list_for(name).code
    if kind == "codes":
        return mapping.list_for(name).codes
    if kind == "raw":
        return lambda cell: cell
    return PARSERS[kind]


class FieldsReader:
    """Reads the rows of one matched sheet; keeps nothing of them but a bounded memory of code spellings."""

    def __init__(self, match: Match) -> None:
        self.match = match
        mapping = match.mapping
        self._readers = [
            (name, indexes, parser_of(mapping, name), self._memory(mapping, name))
            for name, indexes in match.columns.items()
        ]
        self._constants = {name: parser_of(mapping, name)(value) for name, value in mapping.constants.items()}

    @staticmethod
    def _memory(mapping: Mapping, name: str) -> dict[Cell, Any] | None:
        return {} if mapping.schema.fields[name].parser in ("code", "codes", "yes_no") else None

    def read(self, line: Line) -> Fields:
        """Parse one line."""
        cells, width = line.cells, len(line.cells)
        fields = Fields(line.number, dict(self._constants))
        for name, indexes, parse, memory in self._readers:
            for index in indexes:
                cell = cells[index] if index < width else None
                if cell is None or cell == "":
                    continue
                value = self._parse(name, cell, parse, memory, fields)
                if value is not None:
                    fields.values[name] = value
                    break
        return fields

    @staticmethod
    def _parse(
        name: str, cell: Cell, parse: Callable[[Cell], Any], memory: dict[Cell, Any] | None, fields: Fields
    ) -> Any:
        if memory is not None and cell in memory:
            return memory[cell]
        try:
            value = parse(cell)
        except CellProblem as problem:
            fields.troubles[name] = problem.code
            return None
        if memory is not None and len(memory) < _REMEMBERED:
            memory[cell] = value
        return value
