"""From a line of a matched sheet to parsed fields, with what could not be understood."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Any

from matching.sheets.cells import PARSERS, Cell
from matching.sheets.headers import Match
from matching.sheets.mapping import Mapping
from matching.sheets.problems import CellProblem
from matching.sheets.reading import Line

#: Distinct cells remembered per column: most columns hold a handful of values, each parsed once.
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
    return _bounded(PARSERS[kind], mapping.schema.fields[name].longest)


def _bounded(parse: Callable[[Cell], Any], longest: int) -> Callable[[Cell], Any]:
    def parse_within(cell: Cell) -> Any:
        value = parse(cell)
        if isinstance(value, str | tuple) and len(value) > longest:
            raise CellProblem("too_long")
        return value

    return parse_within


_Reader = tuple[str, tuple[int, ...], Callable[[Cell], Any], dict[Cell, Any] | None]


def _finished(parse: Callable[[Cell], Any], finish: Callable[[Any], Any] | None) -> Callable[[Cell], Any]:
    if finish is None:
        return parse

    def parse_and_finish(cell: Cell) -> Any:
        value = parse(cell)
        return None if value is None else finish(value)

    return parse_and_finish


class FieldsReader:
    """Reads the rows of one matched sheet; keeps nothing of them but a bounded memory of cells.

    Args:
        match: the sheet's header as a mapping reads it.
        finish: field → what makes the final value of the parsed one (a code into its enumeration).
    """

    def __init__(self, match: Match, finish: Table[str, Callable[[Any], Any]] | None = None) -> None:
        self.match = match
        mapping, finish = match.mapping, finish or {}
        self._readers: list[_Reader] = [
            (
                name,
                indexes,
                _finished(parser_of(mapping, name), finish.get(name)),
                self._memory(mapping, name),
            )
            for name, indexes in match.columns.items()
        ]
        self._constants = {
            name: _finished(parser_of(mapping, name), finish.get(name))(value)
            for name, value in mapping.constants.items()
        }

    @staticmethod
    def _memory(mapping: Mapping, name: str) -> dict[Cell, Any] | None:
        return None if mapping.schema.fields[name].parser == "raw" else {}

    def read(self, line: Line) -> Fields:
        """Parse one line."""
        cells, width = line.cells, len(line.cells)
        fields = Fields(line.number, dict(self._constants))
        for name, indexes, parse, memory in self._readers:
            for index in indexes:
                cell = cells[index] if index < width else None
                if cell is None or cell == "":
                    continue
                if memory is not None and cell in memory:
                    value = memory[cell]
                else:
                    value = self._parse(name, cell, parse, memory, fields)
                if value is not None:
                    fields.values[name] = value
                    break
        return fields

    @staticmethod
    def _parse(
        name: str, cell: Cell, parse: Callable[[Cell], Any], memory: dict[Cell, Any] | None, fields: Fields
    ) -> Any:
        try:
            value = parse(cell)
        except CellProblem as problem:
            fields.troubles[name] = problem.code
            return None
        if memory is not None and len(memory) < _REMEMBERED:
            memory[cell] = value
        return value
