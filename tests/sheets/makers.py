"""Small workbooks made by the tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from matching.sheets.headers import Match, matched_sheets
from matching.sheets.identity import check_character
from matching.sheets.mapping import Mapping
from matching.sheets.reading import Line, read_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def resident(area: str = "431226", born: str = "19800115", order: int = 1) -> str:
    """A well-formed ID number of nobody; odd orders are men."""
    first = f"{area}{born}{order:03d}"
    return first + check_character(first)


def write_book(path: Path, rows: Iterable[Sequence[Any]], title: str = "表1") -> Path:
    """An xlsx of these rows."""
    with xlsxwriter.Workbook(path) as book:
        write_sheet(book, rows, title)
    return path


def write_sheet(book: xlsxwriter.Workbook, rows: Iterable[Sequence[Any]], title: str) -> None:
    """One more sheet."""
    sheet = book.add_worksheet(title)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, date | datetime):
                sheet.write_datetime(number, column, cell, day)
            elif cell is not None and cell != "":
                sheet.write(number, column, cell) if not isinstance(cell, str) else sheet.write_string(
                    number, column, cell
                )


def xlsx_with(path: Path, sheet_xml: bytes, extra: dict[str, bytes] | None = None) -> Path:
    """An xlsx whose only sheet is this XML."""
    plain = io.BytesIO()
    with xlsxwriter.Workbook(plain) as book:
        book.add_worksheet("表1").write_string(0, 0, "x")
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            content = source.read(name)
            made.writestr(name, sheet_xml if name == "xl/worksheets/sheet1.xml" else content)
        for name, content in (extra or {}).items():
            made.writestr(name, content)
    return path


def sheet_xml(rows: bytes) -> bytes:
    """A worksheet part around these row elements."""
    head = f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><sheetData>'.encode()
    return head + rows + b"</sheetData></worksheet>"


def ods_with(path: Path, rows: str) -> Path:
    """An ods whose only table holds these row elements."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", kind)
        made.writestr("META-INF/manifest.xml", f'<?xml version="1.0"?>{manifest}')
        made.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
            f'<table:table table:name="表1">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def read_all(path: Path) -> list[tuple[str, list[Line]]]:
    """All sheets with all their rows."""
    with read_workbook(path) as book:
        return [(sheet.name, list(sheet)) for sheet in book]


def read_matched(path: Path, families: dict[str, Mapping]) -> list[tuple[Match, list[Line]]]:
    """The sheets that a family explains, with their data rows."""
    with read_workbook(path) as book:
        return [(match, list(sheet)) for sheet, match in matched_sheets(book, list(families.values()), [])]
