"""Numbers of identity documents: what a resident ID number says of itself (GB 11643-1999)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from operator import mul

from matching.sheets.cells import Cell, spoiled_number, text
from matching.sheets.problems import CellProblem

_FORM = re.compile(r"[1-9]\d{5}(18|19|20)\d{9}[\dX]")
_STRAY = re.compile(r"[\s\-'`’]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


@dataclass(frozen=True, slots=True)
class Identity:
    """What stands in a document number.

    Args:
        number: the person's key; of a disability certificate its first 18 characters.
        birth_date, male: derived from a resident number; None for other documents.
        from_certificate: whether it was written as a disability certificate of 20 characters.
    """

    number: str
    birth_date: date | None = None
    male: bool | None = None
    from_certificate: bool = False


def check_character(first_17: str) -> str:
    """The check character that belongs to the first 17 digits."""
    return _CHECK[sum(map(mul, _WEIGHTS, map(int, first_17))) % 11]


def parse_identity(cell: Cell, *, resident: bool = True) -> Identity | None:
    """Read a document number.

    Args:
        cell: the raw cell.
        resident: False for passports and the like, which are taken as they are.

    Raises:
        CellProblem: ``id_checksum`` for a number of the wrong length, with an impossible birth date or a
            wrong check character; ``id_spoiled`` where the spreadsheet turned it into 5.2E+17.
    """
    found = text(cell)
    if found is None:
        return None
    if spoiled_number(cell):
        raise CellProblem("id_spoiled")
    bare = found.upper() if found.isalnum() else _STRAY.sub("", found).upper().replace("×", "X")
    if not resident:
        return Identity(bare[:40])
    certificate = len(bare) == 20
    key = bare[:18]
    if (
        len(bare) not in (18, 20)
        or not key.isascii()
        or not _FORM.fullmatch(key)
        or check_character(key[:17]) != key[17]
    ):
        raise CellProblem("id_checksum")
    try:
        born = date(int(key[6:10]), int(key[10:12]), int(key[12:14]))
    except ValueError:
        raise CellProblem("id_checksum") from None
    return Identity(key, born, int(key[16]) % 2 == 1, certificate)
