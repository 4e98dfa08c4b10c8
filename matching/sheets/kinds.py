"""What a file is, by its content and never by its name, and whether it may be opened at all."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from matching.errors import FileRefused
from matching.sheets.limits import Limits

#: Ratios below this unpacked size are harmless: small sheets of equal rows pack very well.
_HARMLESS_BYTES = 2 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Records of an xls ([MS-XLS] 2.3), and how the workbook's own part begins in its two generations.
_BOF, _WRITE_PROTECTED, _FILE_PASSWORD = 0x0809, 0x0086, 0x002F
_GLOBALS = re.compile(rb"\x09\x08(?:\x10\x00\x00\x06|\x08\x00\x00\x05)\x05\x00")
_FOREIGN = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"Rar!", b"7z\xbc\xaf",
    b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x7fELF", b"MZ\x90", b"{\\rtf", b"<!DOC", b"<html",
    b"<HTML", b"<?xml",
    b"<HTML", b"<?xml", b"SQLite",
)  # fmt: skip
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


class Kind(StrEnum):
    """The formats that can be read."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    CSV = "csv"


def examine(path: Path, limits: Limits) -> Kind:
    """Tell the kind of a file and refuse it where its outside already shows that it must not be opened.

    Raises:
        FileRefused: ``file_empty``, ``file_too_large``, ``not_a_workbook``, ``file_encrypted``,
            ``file_damaged``, ``file_bomb``.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        if size == 0:
            raise FileRefused("file_empty")
        if size > limits.file_bytes:
            raise FileRefused("file_too_large", megabytes=limits.file_bytes // 1024 // 1024)
        head = file.read(8192)
        if head.startswith(b"PK"):
            return _zip_kind(file, limits)
        if head.startswith(_OLE):
            return _ole_kind(file)
        if head.lstrip().startswith(_FOREIGN) or (b"\x00" in head and not _may_be_utf16(head)):
            raise FileRefused("not_a_workbook")
        return Kind.CSV


def _may_be_utf16(head: bytes) -> bool:
    if head.startswith(_BYTE_ORDER_MARKS[:2]):
        return True
    zeros = (head[0::2].count(0), head[1::2].count(0))
    return min(zeros) == 0 and max(zeros) > 0 and b"\x00\x00" not in head


def _ole_kind(file: BinaryIO) -> Kind:
    file.seek(0)
    content = file.read()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise FileRefused("file_encrypted")
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        if any(_password_follows(content, found.start()) for found in _GLOBALS.finditer(content)):
            raise FileRefused("file_encrypted")
        return Kind.XLS
    raise FileRefused("not_a_workbook")


def _password_follows(content: bytes, place: int) -> bool:
    """Whether the record behind the first one of a workbook is the one of its password."""
    kind, size = struct.unpack_from("<HH", content, place)
    while kind in (_BOF, _WRITE_PROTECTED) and place + 8 + size <= len(content):
        place += 4 + size
        kind, size = struct.unpack_from("<HH", content, place)
    return kind == _FILE_PASSWORD


def _zip_kind(file: BinaryIO, limits: Limits) -> Kind:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _weigh(entries, limits)
            names = {entry.filename for entry in entries}
            if any(entry.flag_bits & 1 for entry in entries):
                raise FileRefused("file_encrypted")
            if "xl/workbook.xml" in names:
                return Kind.XLSX
            if "mimetype" in names and b"opendocument.spreadsheet" in _first(archive, "mimetype"):
                if b"encryption-data" in _first(archive, "META-INF/manifest.xml", 1 << 20):
                    raise FileRefused("file_encrypted")
                return Kind.ODS
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as damage:
        raise FileRefused("file_damaged") from damage
    raise FileRefused("not_a_workbook")


def _first(archive: zipfile.ZipFile, name: str, size: int = 200) -> bytes:
    try:
        with archive.open(name) as part:
            return part.read(size)
    except KeyError:
        return b""


def _weigh(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.entries:
        raise FileRefused("file_bomb")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        raise FileRefused("file_bomb")
    if unpacked > _HARMLESS_BYTES and unpacked > limits.ratio * max(packed, 1):
        raise FileRefused("file_bomb")
