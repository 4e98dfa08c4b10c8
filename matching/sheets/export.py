"""Writing rows for people who open them in a spreadsheet: nothing is calculated, no digit is lost."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import BinaryIO

import xlsxwriter

from matching.sheets.cells import Cell

#: A cell beginning with one of these is taken for a formula by some spreadsheet program.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
#: Longer numbers lose digits in a spreadsheet, so they are written as text.
_LONGEST_NUMBER = 10**11
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL = 32_767
ROWS_PER_SHEET = 1_000_000


def safe_text(value: str) -> str:
    """Text that no spreadsheet program takes for a formula; reading it again gives ``value`` (trimmed)."""
    if value.startswith(FORMULA_STARTS):
        value = "'" + value.lstrip("\t\r\n\0")
        # A leading blank alone is harmless once it is gone, and a quote would stay visible.
        value = value if value[1:2] in ("=", "+", "-", "@") else value[1:]
    return _NOT_XML.sub(" ", value)[:_LONGEST_CELL]


def shown(cell: Cell) -> str | float | bool | None:
    """A cell as it is written: days as ISO text, long numbers as text, text made safe."""
    if cell is None or isinstance(cell, bool):
        return cell
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | float):
        if abs(cell) < _LONGEST_NUMBER:
            return cell
        return str(int(cell)) if abs(cell) < 1e15 else str(cell)
    return safe_text(cell)


def write_xlsx(
    file: BinaryIO, title: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]], note: str = ""
) -> int:
    """Write a workbook row by row (memory does not grow with the rows); further sheets after a million rows.

    Args:
        file: where to.
        title: name of the sheet.
        headers: first line of each sheet.
        rows: cells; ID numbers as ``str`` stay text.
        note: a line in the document's properties (who made it and when: a watermark).

    Returns:
        the number of rows written.
    """
    count = 0
    with xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": title, "comments": note})
        bold, plain = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        sheet = None
        for count, row in enumerate(rows, start=1):
            line = (count - 1) % ROWS_PER_SHEET
            if line == 0:
                sheet = _sheet(book, title, count // ROWS_PER_SHEET, headers, bold)
            if sheet is not None:
                _write_row(sheet, line + 1, row, plain)
        if sheet is None:
            _sheet(book, title, 0, headers, bold)
    return count


def _sheet(
    book: xlsxwriter.Workbook, title: str, part: int, headers: Sequence[str], bold: object
) -> xlsxwriter.worksheet.Worksheet:
    name = re.sub(r"[\[\]:*?/\\']", " ", title)[:25].strip() or "导出"
    sheet = book.add_worksheet(name if part == 0 else f"{name} {part + 1}")
    sheet.freeze_panes(1, 0)
    for column, header in enumerate(headers):
        sheet.write_string(0, column, safe_text(header), bold)
    return sheet


def _write_row(sheet: xlsxwriter.worksheet.Worksheet, line: int, row: Sequence[Cell], plain: object) -> None:
    for column, cell in enumerate(row):
        value = shown(cell)
        if isinstance(value, str):
            sheet.write_string(line, column, value, plain)
        elif isinstance(value, bool):
            sheet.write_boolean(line, column, value)
        elif value is not None:
            sheet.write_number(line, column, value)


def csv_lines(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The rows as CSV lines in UTF-8 with a mark, so that spreadsheet programs show Chinese."""
    yield "\ufeff".encode()
    yield _csv_line(headers)
    for row in rows:
        yield _csv_line(row)


def _csv_line(row: Sequence[Cell]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(["" if cell is None else shown(cell) for cell in row])
    return line.getvalue().encode("utf-8", "replace")
