"""How far apart the non-empty cells of a sheet lie, streamed from its XML before a parser makes a grid."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from matching.errors import FileRefused
from matching.sheets.limits import Limits

_PIECE = 1 << 20
_TAIL = 512  # a tag is shorter than this
_PROLOGUE = 64 * 1024
_CELL = re.compile(rb"[\s]r=[\"']([A-Z]{1,3})([0-9]{1,7})[\"'](?:[^<>/]|/(?!>))*>")
#: A reference beyond row 250,000 or column GR (200); without one the box is at most 50 million cells.
_FAR = re.compile(rb' r="(?:[A-Z]{3}\d|[H-Z][A-Z]\d|G[S-Z]\d|[A-Z]{1,2}(?:2[5-9]\d{4}|[3-9]\d{5}|\d{7}))')
_FAR_CELLS = 50_000_000
#: Other ways to write an attribute, which the quick search would not see.
_UNUSUAL = (b" r='", b"\tr=", b"\nr=", b" r =")
_TABLE_TAG = re.compile(rb"<(/?)table:(table|table-row|table-cell|covered-table-cell)(\s[^<>]{0,2000})?(/?)>")
_REPEATED = re.compile(rb'number-(?:rows|columns)-repeated="(\d{1,9})"')
_VALUE = re.compile(rb"office:value|office:string-value|office:boolean|office:date|office:time")


@dataclass
class Extent:
    """The box around the non-empty cells of one sheet, 1-based and inclusive."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    def add(self, row: int, column: int) -> None:
        """Let the box hold one more cell."""
        self.top = min(self.top or row, row)
        self.bottom = max(self.bottom, row)
        self.left = min(self.left or column, column)
        self.right = max(self.right, column)

    def check(self, limits: Limits) -> None:
        """Refuse a box that is too large.

        Raises:
            FileRefused: ``cells_far_apart``, ``too_many_columns``.
        """
        width, height = self.right - self.left + 1, self.bottom - self.top + 1
        if self.bottom and width * height > limits.grid_cells:
            raise FileRefused("cells_far_apart")
        if self.bottom and width > limits.columns:
            raise FileRefused("too_many_columns", columns=limits.columns)


def check_xlsx(path: Path, limits: Limits) -> None:
    """Check every sheet of an xlsx file; raises what :meth:`Extent.check` and :func:`check_xml` raise."""
    with zipfile.ZipFile(path) as archive:
        check_xml(archive)
        for name in archive.namelist():
            is_sheet = name.startswith("xl/worksheets/") and name.endswith(".xml")
            if is_sheet and (limits.grid_cells < _FAR_CELLS or _may_be_far(archive, name)):
                xlsx_extent(archive, name).check(limits)


def check_ods(path: Path, limits: Limits) -> None:
    """Check every table of an ods file."""
    with zipfile.ZipFile(path) as archive:
        check_xml(archive)
        for extent in ods_extents(archive):
            extent.check(limits)


def check_xml(archive: zipfile.ZipFile) -> None:
    """Refuse parts that declare a document type or entities: no spreadsheet program writes them.

    Raises:
        FileRefused: ``file_bomb``.
    """
    for name in archive.namelist():
        if name.endswith((".xml", ".rels", ".vml")):
            with archive.open(name) as part:
                prologue = part.read(_PROLOGUE)
            if prologue.startswith((b"\xff\xfe", b"\xfe\xff")):
                prologue = prologue.decode("utf-16", "ignore").encode()
            if b"<!DOCTYPE" in prologue or b"<!ENTITY" in prologue:
                raise FileRefused("file_bomb")


def _may_be_far(archive: zipfile.ZipFile, name: str) -> bool:
    # Collecting 1.25 million references costs 0.9 s, this search 0.3 s, and almost every sheet ends here.
    return any(_FAR.search(text) or any(mark in text for mark in _UNUSUAL) for text in _pieces(archive, name))


def xlsx_extent(archive: zipfile.ZipFile, name: str) -> Extent:
    """The box around all cells that hold something (a blank formatted cell is an empty tag)."""
    extent = Extent()
    columns: set[bytes] = set()
    for text in _pieces(archive, name):
        found = _CELL.findall(text)
        if found:
            columns.update(column for column, _ in found)
            rows = {int(row) for _, row in found}
            extent.add(min(rows), _column(found[0][0]))
            extent.add(max(rows), _column(found[0][0]))
    for column in columns:
        extent.add(extent.bottom, _column(column))
    return extent


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The part in pieces that end after a tag, so that none is cut in two."""
    rest = b""
    with archive.open(name) as part:
        while piece := part.read(_PIECE):
            text = rest + piece
            cut = text.rfind(b">") + 1
            rest = text[cut:] if len(text) - cut < _PIECE else b""
            yield text[:cut]


def ods_extents(archive: zipfile.ZipFile) -> Iterator[Extent]:
    """The boxes of the tables of an ods file, repeated rows and cells counted."""
    extent, row, column, repeat = Extent(), 1, 1, 1
    for text in _pieces(archive, "content.xml"):
        for closing, tag, attributes, single in _TABLE_TAG.findall(text):
            if tag == b"table":
                if closing:
                    yield extent
                extent, row, column, repeat = Extent(), 1, 1, 1
            elif tag == b"table-row":
                if not closing:
                    repeat, column = _repeated(attributes), 1
                if closing or single:
                    row += repeat
            elif not closing:
                times = _repeated(attributes)
                if _VALUE.search(attributes):
                    extent.add(row, column)
                    extent.add(row + repeat - 1, column + times - 1)
                column += times


def _repeated(attributes: bytes) -> int:
    found = _REPEATED.search(attributes)
    return int(found[1]) if found else 1
