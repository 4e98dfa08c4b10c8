"""Workbooks locked with a password, as spreadsheet programs lock them."""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msoffcrypto.format.ooxml
import xlwt
from xlwt.CompoundDoc import XlsDoc

from tests.sheets.makers import write_book

PASSWORD = "123456"
_SALT = bytes(range(16))
#: Record types of [MS-XLS]; the bodies of the first ones stay readable, and the place in the last one.
_BOF, _FILEPASS, _INTERFACE, _SHEET = 0x0809, 0x002F, 0x00E1, 0x0085
#: The key changes after so many bytes of the stream.
_BLOCK = 1024


def locked_xlsx(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """An xlsx encrypted as [MS-OFFCRYPTO] 2.3.4.10 (agile) says."""
    plain = io.BytesIO(write_book(path, rows).read_bytes())
    with path.open("wb") as file:
        msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt(PASSWORD, file)
    return path


def locked_xls(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """An xls encrypted with RC4 as [MS-XLS] 2.2.10 and [MS-OFFCRYPTO] 2.3.6 say."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("表1")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    XlsDoc().save(str(path), _locked(book.get_biff_data()))
    return path


def _locked(stream: bytes) -> bytes:
    secret = _Rc4Stream()
    header = _record(_FILEPASS, struct.pack("<HHH", 1, 1, 1) + _SALT + secret.verifier())
    places = iter(_records(stream))
    _, beginning = next(places)
    out = bytearray(_record(_BOF, beginning) + header)
    for kind, body in places:
        if kind == _SHEET:
            # The sheets begin later by what was put in before them.
            body = struct.pack("<I", struct.unpack("<I", body[:4])[0] + len(header)) + body[4:]
        clear = len(body) if kind in (_BOF, _INTERFACE) else 4 if kind == _SHEET else 0
        place = len(out) + 4 + clear
        out += struct.pack("<HH", kind, len(body)) + body[:clear] + secret.apply(body[clear:], place)
    return bytes(out)


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        if (kind, size) == (0, 0):  # the padding behind the last record
            return
        yield kind, stream[place + 4 : place + 4 + size]
        place += 4 + size


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


class _Rc4Stream:
    def __init__(self) -> None:
        first = hashlib.md5(PASSWORD.encode("utf-16-le")).digest()[:5]
        self._hash = hashlib.md5((first + _SALT) * 16).digest()[:5]

    def verifier(self) -> bytes:
        """Something encrypted and its hash, by which a program knows the right password."""
        known = bytes(range(100, 116))
        return self.apply(known + hashlib.md5(known).digest(), 0)

    def apply(self, text: bytes, place: int) -> bytes:
        """Text of the stream that begins at a place, encrypted."""
        blocks = range(place // _BLOCK, (place + len(text)) // _BLOCK + 1)
        keys = b"".join(self._block(number) for number in blocks)
        start = place % _BLOCK
        return bytes(byte ^ key for byte, key in zip(text, keys[start:], strict=False))

    def _block(self, number: int) -> bytes:
        return _rc4(hashlib.md5(self._hash + struct.pack("<I", number)).digest(), _BLOCK)


def _rc4(key: bytes, count: int) -> bytes:
    box = list(range(256))
    j = 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) & 255
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for _ in range(count):
        i = (i + 1) & 255
        j = (j + box[i]) & 255
        box[i], box[j] = box[j], box[i]
        out.append(box[(box[i] + box[j]) & 255])
    return bytes(out)
