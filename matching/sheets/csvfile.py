"""CSV as offices send it: UTF-8 with or without a mark, GB18030 or UTF-16; comma, semicolon or tab."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from matching.errors import FileRefused

_PIECE = 1 << 20
_SAMPLE = 64 * 1024
#: A file with this many good multi-byte characters before the first bad one is broken UTF-8, not GB18030.
_CONVINCING = 8
_DELIMITERS = (",", "\t", ";", "|")


def encoding_of(path: Path) -> str:
    """The encoding in which the whole file can be read.

    Raises:
        FileRefused: ``encoding_unknown`` with the ``line`` where reading stopped.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    if head.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif b"\x00" in head:
        candidates = ["utf-16-le" if head[1::2].count(0) else "utf-16-be"]
    else:
        candidates = ["utf-8", "gb18030"]
    failures = []
    for candidate in candidates:
        failure = _first_failure(path, candidate)
        if failure is None:
            return candidate
        failures.append(failure)
        if failure[1] >= _CONVINCING:
            break
    raise FileRefused("encoding_unknown", line=failures[-1][0] if failures[-1][1] else failures[0][0])


def _first_failure(path: Path, encoding: str) -> tuple[int, int] | None:
    """Line of the first byte that cannot be read and the number of non-ASCII characters before it."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, strange = 1, 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            try:
                decoded = decoder.decode(piece)
            except UnicodeError as error:
                good = _readable_part(error)
                return line + good.count("\n"), strange + _non_ascii(good)
            line += decoded.count("\n")
            strange += _non_ascii(decoded)
    try:
        decoder.decode(b"", final=True)
    except UnicodeError:
        return line, strange
    return None


def _readable_part(error: UnicodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return error.object[: error.start].decode(error.encoding, "ignore")
    return ""


def _non_ascii(decoded: str) -> int:
    return 0 if decoded.isascii() else sum(character > "\x7f" for character in decoded)


def delimiter_of(sample: str) -> str:
    """The delimiter that cuts the first lines most evenly; a comma where none does."""
    lines = [line for line in sample.splitlines() if line.strip()][:20]
    return max(_DELIMITERS, key=lambda mark: (sum(line.count(mark) for line in lines), mark == ","))


def read_csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Stream the non-blank lines as (1-based line number, cells).

    Raises:
        FileRefused: ``encoding_unknown``, ``file_damaged`` with the line (a quotation mark left open).
    """
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        delimiter = delimiter_of(file.read(_SAMPLE))
        file.seek(0)
        yield from _rows(file, delimiter)


def _rows(file: io.TextIOBase, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    # A row's number is that of its first physical line, also where a quoted cell spans several.
    reader = csv.reader(file, delimiter=delimiter, strict=False)
    start = 1
    try:
        for cells in reader:
            if cells and any(cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as damage:
        raise FileRefused("file_damaged", line=start) from damage
