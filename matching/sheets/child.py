"""The process that parses one file and dies with its parent.

``python -m matching.sheets.child PATH LIMITS PARENT`` is started by ``reading.py`` only.

It writes JSON lines: ``{"sheet": name}`` before each sheet, ``[[line, [cells]], …]`` per piece of rows, and
at last ``{"end": true}`` or ``{"refused": code, "facts": {…}}``.  No last line means that it was killed by
one of its own limits, which the parent puts into words.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from matching.errors import FileRefused
from matching.sheets.csvfile import read_csv
from matching.sheets.extent import check_ods, check_xlsx
from matching.sheets.kinds import Kind, examine
from matching.sheets.limits import Limits

_ROWS_PER_PIECE = 200
_PR_SET_PDEATHSIG = 1
#: What reading a damaged container raises.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, NotImplementedError)

Row = tuple[int, list[Any]]


def confine(limits: Limits, parent: int) -> None:
    """Bound memory and CPU time, write no file and no core, and die when the parent dies."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit(1)
    for what, bound in (
        (resource.RLIMIT_AS, limits.child_memory_bytes),
        (resource.RLIMIT_CPU, limits.child_cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(what, (bound, bound))


def sheets(path: Path, limits: Limits) -> Iterator[tuple[str, Iterable[Row]]]:
    """The sheets of a file with their non-blank rows and the rows' own line numbers."""
    kind = examine(path, limits)
    if kind is Kind.CSV:
        yield "", read_csv(path)
        return
    if kind is Kind.XLSX:
        check_xlsx(path, limits)
    elif kind is Kind.ODS:
        check_ods(path, limits)
    yield from _workbook_sheets(path)


def _workbook_sheets(path: Path) -> Iterator[tuple[str, Iterable[Row]]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            for index, sheet in enumerate(book.sheets_metadata):
                if sheet.typ == SheetTypeEnum.WorkSheet:
                    rows = book.get_sheet_by_index(index)
                    if rows.end is not None:
                        yield sheet.name, enumerate(rows.iter_rows(), start=1)
    except PasswordError as locked:
        raise FileRefused("file_encrypted") from locked
    except CalamineError as damage:
        raise FileRefused("file_damaged") from damage


def pieces(rows: Iterable[Row], limits: Limits) -> Iterator[list[Row]]:
    """Non-blank rows without their trailing blank cells, some at a time.

    Raises:
        FileRefused: ``too_many_rows``, ``too_many_columns``.
    """
    piece: list[Row] = []
    count = 0
    for line, cells in rows:
        while cells and cells[-1] in ("", None):
            cells.pop()
        if not cells or _blank(cells):
            continue
        count += 1
        if count > limits.rows:
            raise FileRefused("too_many_rows", rows=limits.rows)
        if len(cells) > limits.columns:
            raise FileRefused("too_many_columns", columns=limits.columns)
        piece.append((line, cells))
        if len(piece) == _ROWS_PER_PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


def _blank(cells: list[Any]) -> bool:
    return all(cell in ("", None) or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def _plain(value: object) -> Any:
    """JSON form of the values calamine gives besides text and numbers."""
    if isinstance(value, datetime | date):
        return {"date": value.isoformat()}
    if isinstance(value, time | timedelta):
        return str(value)
    raise TypeError(type(value).__name__)


def main(arguments: list[str]) -> None:
    """Read the file named first under the limits given second, for the parent process given third."""
    limits = Limits(**json.loads(arguments[1]))
    confine(limits, int(arguments[2]))
    encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), default=_plain, allow_nan=True).encode
    write = sys.stdout.write
    try:
        for name, rows in sheets(Path(arguments[0]), limits):
            write(encode({"sheet": name}) + "\n")
            for piece in pieces(rows, limits):
                write(encode(piece) + "\n")
        write('{"end":true}\n')
    except FileRefused as refusal:
        write(encode({"refused": refusal.code, "facts": refusal.facts}) + "\n")
    except _DAMAGE as damage:
        write(encode({"refused": "file_damaged", "facts": {"kind": type(damage).__name__}}) + "\n")
    sys.stdout.flush()


def command(path: str, limits: Limits) -> list[str]:
    """The command line that starts this module for the present process."""
    return [sys.executable, "-m", "matching.sheets.child", path, json.dumps(asdict(limits)), str(os.getpid())]


if __name__ == "__main__":
    main(sys.argv[1:])
