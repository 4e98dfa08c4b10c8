"""Rejected rows in a workbook, each reason beside its cell, to be corrected and uploaded again as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import xlsxwriter

from matching.sheets.cells import Cell
from matching.sheets.export import safe_text, shown
from matching.sheets.problems import Problem

#: Headers of the added columns; no family knows them, so a second upload passes over them.
LINE_HEADER = "原表行号"
REASON_HEADER = "原因"


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """One row that stayed out.

    Args:
        line: its line number in the source.
        cells: raw cells in the order of the source's columns.
        problems: what was found.
    """

    line: int
    cells: Sequence[Cell]
    problems: Sequence[Problem]


def write_errors(
    file: BinaryIO,
    names: Sequence[str],
    rows: Sequence[RejectedRow],
    sentences: Mapping[str, str],
    held: Sequence[RejectedRow] = (),
) -> None:
    """Write the workbook: a sheet of rejected rows, and where there are any one of rows that wait.

    Args:
        file: where to.
        names: headers of the source in its order (``Match.names``).
        rows: the rejected rows.
        sentences: code → sentence.
        held: rows that went in and wait until they are put right.
    """
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        _write_rows(book, "未导入的行", names, rows, sentences)
        if held:
            _write_rows(book, "已导入待改的行", names, held, sentences)


def _write_rows(
    book: xlsxwriter.Workbook,
    title: str,
    names: Sequence[str],
    rows: Sequence[RejectedRow],
    sentences: Mapping[str, str],
) -> None:
    layout, sheet = _layout(names, rows), book.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    plain = book.add_format({"num_format": "@"})
    red = book.add_format({"font_color": "#A40000", "text_wrap": True})
    marked = book.add_format({"num_format": "@", "bg_color": "#FFE3E0"})
    for column, (header, _, _) in enumerate(layout):
        sheet.write_string(0, column, safe_text(header), bold)
        sheet.set_column(column, column, 30 if header.startswith(REASON_HEADER) else 14)
    for line, row in enumerate(rows, start=1):
        reasons = _reasons(row.problems, names, sentences)
        for column, (_, index, about) in enumerate(layout):
            if about is not None:
                sheet.write_string(line, column, reasons.get(about, ""), red)
            elif index is None:
                sheet.write_number(line, column, row.line)
            else:
                faulty = index < len(names) and names[index] in reasons
                _write(sheet, line, column, row.cells, index, marked if faulty else plain)


#: Of each column: its header, the source column it repeats, what its reasons are about.
_Column = tuple[str, int | None, str | None]


def _layout(names: Sequence[str], rows: Sequence[RejectedRow]) -> list[_Column]:
    faulty = {problem.column for row in rows for problem in row.problems}
    width = max([len(names), *(len(row.cells) for row in rows)])
    layout: list[_Column] = [(LINE_HEADER, None, None)]
    for index in range(width):
        name = names[index] if index < len(names) else ""
        layout.append((name, index, None))
        if name and name in faulty:
            layout.append((f"{REASON_HEADER}({name})", None, name))
    if faulty - set(names):
        layout.append((REASON_HEADER, None, ""))
    return layout


def _reasons(
    problems: Sequence[Problem], names: Sequence[str], sentences: Mapping[str, str]
) -> dict[str, str]:
    """Column header → its sentences; under ``""`` those about a column that the sheet does not have."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        sentence = sentences.get(problem.code, problem.code)
        if problem.words:
            sentence = f"“{problem.words}”:{sentence}"
        if problem.column in names:
            found.setdefault(problem.column, []).append(sentence)
        else:
            found.setdefault("", []).append(f"{problem.column}:{sentence}")
    return {column: " ".join(dict.fromkeys(said)) for column, said in found.items()}


def _write(
    sheet: xlsxwriter.worksheet.Worksheet,
    line: int,
    column: int,
    cells: Sequence[Cell],
    index: int,
    look: object,
) -> None:
    value = shown(cells[index]) if index < len(cells) else None
    if isinstance(value, str):
        sheet.write_string(line, column, value, look)
    elif isinstance(value, bool):
        sheet.write_boolean(line, column, value, look)
    elif value is None:
        sheet.write_blank(line, column, None, look)
    else:
        sheet.write_number(line, column, value, look)
