"""Reading a workbook, the parent's side: a child process parses the file, the rows stream through a pipe."""

from __future__ import annotations

import json
import os
import subprocess
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from matching.errors import FileRefused
from matching.sheets.cells import Cell
from matching.sheets.child import command
from matching.sheets.kinds import Kind, examine
from matching.sheets.limits import Limits

_PROJECT = Path(__file__).resolve().parents[2]


class Line(NamedTuple):
    """One non-blank row.

    Args:
        number: the sheet's own 1-based line number.
        cells: raw cells from the sheet's first used column on, without trailing blank ones.
    """

    number: int
    cells: list[Cell]


@dataclass
class Sheet:
    """One sheet while it streams by: rows can be looked at ahead, then read once, in order."""

    name: str
    _book: Workbook

    def head(self, count: int) -> list[Line]:
        """The next ``count`` rows (or as many as there are) without using them up."""
        return self._book._peek(count)

    def skip_to(self, number: int) -> None:
        """Pass over the rows up to and including a line number."""
        while (ahead := self.head(1)) and ahead[0].number <= number:
            self._book._next_line()

    def __iter__(self) -> Iterator[Line]:
        while (line := self._book._next_line()) is not None:
            yield line


class Workbook:
    """A file being read; a context manager and an iterator of :class:`Sheet`.

    A sheet not read to its end is passed over when the next is asked for.
    """

    def __init__(self, kind: Kind, process: subprocess.Popen[bytes]) -> None:
        self.kind = kind
        self._process = process
        self._waiting: deque[Line] = deque()
        self._next_sheet: str | None = None
        self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child process, whether or not everything was read."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def __iter__(self) -> Iterator[Sheet]:
        while True:
            while self._next_sheet is None and not self._ended:
                self._waiting.clear()
                self._receive()
            if self._next_sheet is None:
                return
            name, self._next_sheet = self._next_sheet, None
            self._waiting.clear()
            yield Sheet(name, self)

    def _peek(self, count: int) -> list[Line]:
        while len(self._waiting) < count and self._next_sheet is None and not self._ended:
            self._receive()
        return [self._waiting[index] for index in range(min(count, len(self._waiting)))]

    def _next_line(self) -> Line | None:
        while not self._waiting and self._next_sheet is None and not self._ended:
            self._receive()
        return self._waiting.popleft() if self._waiting else None

    def _receive(self) -> None:
        """Take one message of the child."""
        pipe = self._process.stdout
        message = pipe.readline() if pipe else b""
        if not message.endswith(b"\n"):
            raise FileRefused("file_too_complex")
        content = json.loads(message, object_hook=_date if b"{" in message else None)
        if isinstance(content, list):
            self._waiting.extend(Line(number, cells) for number, cells in content)
        elif "sheet" in content:
            self._next_sheet = content["sheet"]
        elif "refused" in content:
            raise FileRefused(content["refused"], **content["facts"])
        else:
            self._ended = True


def _date(plain: dict[str, Any]) -> Any:
    if "date" not in plain:
        return plain
    written = plain["date"]
    return datetime.fromisoformat(written) if len(written) > 10 else date.fromisoformat(written)


def read_workbook(source: Path | int, limits: Limits | None = None) -> Workbook:
    """Open a workbook or CSV for reading in a confined child process.

    Args:
        source: path of the file, or an open file descriptor (a file in memory never touches the disk).
        limits: bounds; the defaults where None.

    Returns:
        a :class:`Workbook`; use it in a ``with`` statement.

    Raises:
        FileRefused: from here for what the file's outside shows, and while iterating for what is found
            inside.  The codes and their sentences are in ``sheets/words.py``.
    """
    limits = limits or Limits()
    path = Path(f"/dev/fd/{source}") if isinstance(source, int) else source
    kind = examine(path, limits)
    process = subprocess.Popen(
        command(str(path), limits),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(_PROJECT)},
        pass_fds=(source,) if isinstance(source, int) else (),
        bufsize=1 << 20,
    )
    return Workbook(kind, process)
