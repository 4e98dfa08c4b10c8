"""Rows on their way from the file to the tables: packed, and sealed because they are full of ID numbers."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, get_type_hints

from matching.crypto import Keyring

#: Speed over size: a chunk lives for an hour, or a month at most.
LEVEL = 1


def pack(keyring: Keyring, value: Any, about: str) -> bytes:
    """Compress and seal anything that JSON can hold (days and moments included)."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return keyring.seal(zlib.compress(text.encode(), LEVEL), about)


def unpack(keyring: Keyring, sealed: bytes, about: str) -> Any:
    """What :func:`pack` was given, days and moments as text."""
    return json.loads(zlib.decompress(keyring.open(sealed, about)))


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"cannot pack a {type(value).__name__}")


def to_list(row: Any) -> list[Any]:
    """A checked row (a dataclass) as a list in the order of its fields."""
    return [getattr(row, name) for name, _ in _shape(row.__class__)]


def from_list(cls: type, values: Sequence[Any]) -> Any:
    """The row again, with days and tuples as they were."""
    shaped = [
        _restore(value, kind) if value is not None else None
        for value, (_, kind) in zip(values, _shape(cls), strict=True)
    ]
    return cls(*shaped)


def _restore(value: Any, kind: str) -> Any:
    if kind == "date":
        return date.fromisoformat(value)
    return tuple(value) if kind == "tuple" else value


@cache
def _shape(cls: Any) -> tuple[tuple[str, str], ...]:
    hints = get_type_hints(cls)
    return tuple((field.name, _kind(str(hints[field.name]))) for field in fields(cls))


def _kind(hint: str) -> str:
    if "datetime.date" in hint:
        return "date"
    return "tuple" if "tuple" in hint else "plain"
