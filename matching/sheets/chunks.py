"""Rows on their way from the file to the tables: packed, and sealed because they are full of ID numbers."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from functools import cache
from operator import attrgetter
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
    return list(_getter(row.__class__)(row))


def from_list(cls: type, values: Sequence[Any]) -> Any:
    """The row again, with days and tuples as they were."""
    shaped = list(values)
    for at, restore in _restorers(cls):
        if (value := shaped[at]) is not None:
            shaped[at] = restore(value)
    return cls(*shaped)


@cache
def _getter(cls: Any) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*(field.name for field in fields(cls)))


@cache
def _restorers(cls: Any) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    """Places of the fields that JSON does not hold as they are, and how they are made again."""
    hints = get_type_hints(cls)
    found: list[tuple[int, Callable[[Any], Any]]] = []
    for at, field in enumerate(fields(cls)):
        hint = str(hints[field.name])
        if "datetime.date" in hint:
            found.append((at, date.fromisoformat))
        elif "tuple" in hint:
            found.append((at, tuple))
    return tuple(found)
