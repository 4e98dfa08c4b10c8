"""Pure parsers of single cells.  Each takes a raw cell and gives a value, None for "not stated", or raises
:class:`CellProblem` with a stable code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from operator import mul
from typing import Any

from matching.sheets.problems import CellProblem

Cell = str | float | int | bool | date | datetime | None

#: Longest text kept from one cell (Excel's own limit).
LONGEST_TEXT = 32_767

_INVISIBLE = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF])
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"\s+")
_BETWEEN_CHINESE = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_MIDDLE_DOT = re.compile(r"\s*[·•‧∙・･▪.]\s*")
_NOT_STATED = frozenset(
    (
        "-",
        "--",
        "—",
        "——",
        "/",
        "\\",
        "null",
        "none",
        "nan",
        "#n/a",
        "#ref!",
        "#value!",
        "#name?",
        "#div/0!",
        "#num!",
    )
)
_FORMULA_STARTS = frozenset("=+-@")
_NOTHING = frozenset(["无", "没有", "暂无"])
_SCIENTIFIC = re.compile(r"\s*\d(\.\d{1,20})?[eE]\+\d{1,3}\s*")
_SEPARATORS = re.compile(r"[、,;/|]+")
_NUMBER = re.compile(r"([+-]?[0-9][0-9,]{0,20}(?:\.[0-9]{1,10})?)(.{0,8})")


def text(cell: Cell) -> str | None:
    """Clean text: half-width, nothing invisible, single spaces, none between Chinese characters."""
    if cell is None:
        return None
    raw = cell if isinstance(cell, str) else _plain(cell)
    # Most cells are Chinese words or digits that need nothing: two calls instead of seven.
    if not (raw.isalnum() and unicodedata.is_normalized("NFKC", raw)):
        raw = _BETWEEN_CHINESE.sub("", _spaced(raw))
        if raw[:1] == "'" and raw[1:2] in _FORMULA_STARTS:
            raw = raw[1:]  # our own exports and CSV writers quote what a spreadsheet would calculate
    return None if not raw or raw.casefold() in _NOT_STATED else raw


def _spaced(raw: str) -> str:
    """Half-width, nothing invisible, single spaces."""
    plain = unicodedata.normalize("NFKC", raw[:LONGEST_TEXT]).translate(_INVISIBLE)
    return _SPACES.sub(" ", _CONTROL.sub(" ", plain)).strip()


def _plain(cell: float | int | bool | date) -> str:
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time().isoformat() == "00:00:00" else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return repr(cell) if isinstance(cell, float) else str(cell)


def compact(cell: Cell) -> str:
    """Text without any space, case-folded: what code spellings are compared by.  Empty where not stated."""
    found = text(cell)
    return "" if found is None else _SPACES.sub("", found).casefold()


def person_name(cell: Cell) -> str | None:
    """A name: spaces only between Latin words, the middle dot of minority names in its standard form."""
    found = text(cell)
    if found is None:
        return None
    if found.isalpha():
        return found[:100]
    if not any(sign.isalpha() for sign in found):
        return None  # a number or a formula's result is nobody's name
    if _CHINESE.search(found):
        found = _MIDDLE_DOT.sub("·", found)
    return found[:100]


def digits(cell: Cell) -> str | None:
    """A number that is a name (household codes and the like): text, never 5.2E+17."""
    found = text(cell)
    if found is None:
        return None
    if spoiled_number(cell):
        raise CellProblem("code_unknown")
    return found.replace(" ", "")


def spoiled_number(cell: Cell) -> bool:
    """Whether a spreadsheet turned a long number into a float and lost its last digits (5.2E+17)."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return abs(cell) >= 1e15
    return isinstance(cell, str) and len(cell) < 40 and _SCIENTIFIC.fullmatch(cell) is not None


def date_of(cell: Cell) -> date | None:
    """A day from the many ways ledgers write it; a month alone is its first day.

    Raises:
        CellProblem: ``code_unknown`` where nothing of the kind stands there.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = text(cell)
    if found is None:
        return None
    parsed = _date_from_text(found)
    if parsed is None:
        raise CellProblem("code_unknown")
    return parsed


_DATE_FORMS = [
    re.compile(r"(\d{4})[-./年 ]{1,2}(\d{1,2})[-./月 ]{1,2}(\d{1,2})[日号]?(?:[ T].{1,20})?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6})?"),
    re.compile(r"(\d{4})[-./年](\d{1,2})月?份?"),
    re.compile(r"(\d{4})(\d{2})"),
]


def _date_from_text(found: str) -> date | None:
    for form in _DATE_FORMS:
        match = form.fullmatch(found)
        if match:
            year, month, *day = (int(part) for part in match.groups())
            try:
                return date(year, month, day[0] if day else 1) if 1850 <= year <= 2200 else None
            except ValueError:
                return None
    if re.fullmatch(r"\d{4,5}(\.\d{1,15})?", found):
        serial = int(float(found))
        if 3_000 <= serial <= 80_000:  # a bare serial of the 1900 calendar: 1908 to 2119
            return date(1899, 12, 30) + timedelta(days=serial)
    return None


def states_only_month(cell: Cell) -> bool:
    """Whether a date cell names a month but no day (such a date is compared by its month)."""
    found = text(cell) if isinstance(cell, str | int | float) else None
    return found is not None and any(form.fullmatch(found) for form in _DATE_FORMS[2:])


def number(cell: Cell) -> Decimal | None:
    """A number, with or without thousands commas, a unit after it ignored (``5人``, ``10个月``).

    Raises:
        CellProblem: ``code_unknown``.
    """
    if isinstance(cell, bool):
        raise CellProblem("code_unknown")
    if isinstance(cell, int | float):
        return _decimal(repr(cell))
    found = text(cell)
    if found is None:
        return None
    match = _NUMBER.fullmatch(found.replace(" ", ""))
    if match is None or any(mark.isdigit() for mark in match[2]) or match[2][:1] in (".", "-"):
        raise CellProblem("code_unknown")
    value = _decimal(match[1].replace(",", ""))
    return value * 10_000 if match[2].startswith("万") else value


def _decimal(plain: str) -> Decimal:
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise CellProblem("code_unknown") from None
    if not value.is_finite() or abs(value) > 10**12:
        raise CellProblem("code_unknown")
    return value


def integer(cell: Cell) -> int | None:
    """A whole number from 0 up (``5``, ``5.0``, ``５人``)."""
    value = number(cell)
    if value is None:
        return None
    if value != value.to_integral_value() or value < 0:
        raise CellProblem("code_unknown")
    return int(value)


def decimal(cell: Cell) -> float | None:
    """Any number, as a float (hours, degrees)."""
    value = number(cell)
    return None if value is None else float(value)


def cents(cell: Cell) -> int | None:
    """An amount of money in integer cents from yuan (``3,500 元``, ``0.35万``)."""
    if isinstance(cell, str):
        cell = re.sub(r"^\s*[¥￥]|[左右约以上]+\s*$", "", cell)
    value = number(cell)
    if value is None:
        return None
    if value < 0:
        raise CellProblem("code_unknown")
    return int((value * 100).to_integral_value())


_YES = frozenset(["是", "1", "y", "yes", "true", "有", "√", "✓", "愿意", "愿", "可以", "能", "对"])
_NO = frozenset(
    [
        "否",
        "0",
        "2",
        "n",
        "no",
        "false",
        "无",
        "没有",
        "×",
        "x",
        "不愿意",
        "不愿",
        "不可以",
        "不能",
        "不",
        "不是",
    ]
)


def yes_no(cell: Cell) -> bool | None:
    """是 / 否 and their many spellings."""
    found = compact(cell)
    if not found:
        return None
    if found in _YES or found in ("01",):
        return True
    if found in _NO or found in ("00", "02"):
        return False
    raise CellProblem("code_unknown")


_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(0\d{2,3})?([2-9]\d{6,7})(?:[-转]?\d{1,4})?")
_PHONE_SEPARATORS = re.compile(r"[、,;/|或]+|(?<=\d{7}) +(?=\d{7})")


def phone(cell: Cell) -> str | None:
    """A phone number as digits: a mobile of 11, or a landline as ``07452712345``; of several the first good.

    Raises:
        CellProblem: ``phone_form``.
    """
    found = text(cell)
    if found is None:
        return None
    if _MOBILE.fullmatch(found):
        return found
    if isinstance(cell, str) and re.fullmatch(r"1\.\d{1,10}[eE]\+?10", found):
        found = str(int(float(found)))
    for part in _PHONE_SEPARATORS.split(found[:200]):
        bare = re.sub(r"^(?:\+|00)?86(?=1|0)|[\s\-()·.]", "", re.sub(r"[\s()·.]", "", part))
        if _MOBILE.fullmatch(bare) or _LANDLINE.fullmatch(bare):
            return bare
    raise CellProblem("phone_form")


def items(cell: Cell) -> tuple[str, ...] | None:
    """A list of words joined by 、 ， , ; / or spaces, each once, as ordered; ``()`` for 无."""
    found = text(cell)
    if found is None:
        return None
    if found in _NOTHING:
        return ()
    return tuple(dict.fromkeys(part[:100] for part in parts(cell))) or None


def parts(cell: Cell) -> Iterator[str]:
    """The non-empty parts of a list; spaces separate only where nothing else does."""
    spaced = _spaced(cell) if isinstance(cell, str) else text(cell) or ""
    if _SEPARATORS.search(spaced):
        return (clean for part in _SEPARATORS.split(spaced) if (clean := text(part)))
    return (part for part in spaced.split(" ") if part)


def region_code(cell: Cell) -> str | None:
    """区划代码: 2, 4, 6, 9 or 12 digits; trailing zeros of a 12-digit code are kept as written."""
    found = text(cell)
    if found is None:
        return None
    bare = found.replace(" ", "")
    if not re.fullmatch(r"[1-9]\d(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?", bare):
        raise CellProblem("region_unknown")
    return bare


_CREDIT_MARKS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = [pow(3, place, 31) for place in range(17)]


def credit_code(cell: Cell) -> str | None:
    """统一社会信用代码 of 18 characters with its check character (GB 32100-2015).

    Raises:
        CellProblem: ``credit_code``.
    """
    found = text(cell)
    if found is None:
        return None
    bare = _SPACES.sub("", found).upper()
    if len(bare) != 18 or any(mark not in _CREDIT_MARKS for mark in bare):
        raise CellProblem("credit_code")
    total = sum(map(mul, _CREDIT_WEIGHTS, map(_CREDIT_MARKS.index, bare)))
    if _CREDIT_MARKS[(31 - total % 31) % 31] != bare[17]:
        raise CellProblem("credit_code")
    return bare


#: Name of a parser in a schema → the parser.  Codes and lists of codes need a code list: ``mapping.py``.
PARSERS: dict[str, Callable[[Cell], Any]] = {
    "text": text,
    "name": person_name,
    "digits": digits,
    "date": date_of,
    "integer": integer,
    "decimal": decimal,
    "money": cents,
    "yes_no": yes_no,
    "phone": phone,
    "items": items,
    "region_code": region_code,
    "credit_code": credit_code,
}
