"""The classification of occupations (国家职业分类大典, 2022 edition): a tree of four levels.

A code is ``a-bb-cc-dd``; a group ends in ``-00``. Some minor groups hold one occupation under their own
code, and four are in no table: parents are therefore read off the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from matching.errors import DomainError
from matching.occupations.tokens import normalise
from matching.places.tables import read_table

DATA = Path(__file__).parent / "data"
SCALES = (1_000_000, 10_000, 100, 1)
UNKNOWN = 0


@dataclass(frozen=True, slots=True)
class Occupation:
    """One entry: ``flags`` holds L for green and S for digital occupations."""

    code: str
    name: str
    flags: str
    aliases: tuple[str, ...]


def pack(code: str | None) -> int:
    """A code as an integer of at most seven digits, for columns: ``6-05-01-03`` → 6050103.

    ``None`` and empty give 0, which is close to nothing.

    Raises:
        DomainError: ``occupation_unknown`` if the text has not the form of a code.
    """
    if not code:
        return UNKNOWN
    parts = code.split("-")
    if [len(part) for part in parts] != [1, 2, 2, 2] or not "".join(parts).isdecimal():
        raise DomainError("occupation_unknown", occupation=code)
    return int("".join(parts))


def unpack(packed: int) -> str | None:
    """The code of an integer made by :func:`pack`; ``None`` for 0."""
    if packed == UNKNOWN:
        return None
    digits = f"{packed:07d}"
    return f"{digits[0]}-{digits[1:3]}-{digits[3:5]}-{digits[5:]}"


def closeness_packed(a: Any, b: Any) -> Any:
    """Shared levels of packed codes, 0 (other major group, or unknown) to 4 (equal).

    Args:
        a, b: integers or integer arrays that broadcast.

    Returns:
        int8, in the broadcast shape.
    """
    a, b = np.asarray(a), np.asarray(b)
    shared = np.zeros(np.broadcast_shapes(a.shape, b.shape), dtype=np.int8)
    for scale in SCALES:
        shared += a // scale == b // scale
    return shared * ((a != UNKNOWN) & (b != UNKNOWN))


def closeness(a: str | None, b: str | None) -> int:
    """Shared levels of two codes, 0 to 4; unknown codes are close to nothing."""
    return int(closeness_packed(pack(a), pack(b)))


def level(code: str) -> int:
    """1 (major group) to 4, by the code's form: ``6-31-99-00`` stands on level 3."""
    packed = pack(code)
    return next(depth for depth, scale in enumerate(SCALES, start=1) if packed % scale == 0)


def parent(code: str) -> str | None:
    """The code one level up, whether or not a table has it; ``None`` for a major group."""
    depth = level(code)
    if depth == 1:
        return None
    scale = SCALES[depth - 2]
    return unpack(pack(code) // scale * scale)


class Catalogue:
    """The occupations by code."""

    def __init__(self, occupations: list[Occupation]) -> None:
        self._by_code = {entry.code: entry for entry in occupations}
        for code in list(self._by_code):
            self._add_parents(code)
        self._children: dict[str | None, list[str]] = {}
        for code in sorted(self._by_code):
            self._children.setdefault(parent(code), []).append(code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __len__(self) -> int:
        return len(self._by_code)

    def __iter__(self) -> Iterator[Occupation]:
        return iter(sorted(self._by_code.values(), key=lambda entry: entry.code))

    def get(self, code: str) -> Occupation:
        """The entry of a code.

        Raises:
            DomainError: ``occupation_unknown``.
        """
        if code not in self._by_code:
            raise DomainError("occupation_unknown", occupation=code)
        return self._by_code[code]

    def name(self, code: str) -> str:
        """The name of a code; raises as :meth:`get` does."""
        return self.get(code).name

    def parents(self, code: str) -> list[str]:
        """Codes above, the major group first."""
        above = parent(self.get(code).code)
        return [] if above is None else [*self.parents(above), above]

    def level(self, code: str) -> int:
        """1 to 4; raises as :meth:`get` does."""
        return level(self.get(code).code)

    def children(self, code: str | None = None) -> list[str]:
        """Codes one level below; the major groups without a code."""
        return list(self._children.get(code, ()))

    def search(self, text: str, limit: int = 20) -> list[str]:
        """Codes whose name or alias holds the text: equal first, then those that begin with it."""
        wanted = title_key(text)
        if not wanted:
            return []
        ranked = []
        for entry in self:
            forms = [title_key(form) for form in (entry.name, *entry.aliases)]
            fits = [form for form in forms if wanted in form]
            if fits:
                rank = 0 if wanted in fits else 1 if any(form.startswith(wanted) for form in fits) else 2
                ranked.append((rank, len(entry.name), entry.code))
        return [code for _, _, code in sorted(ranked)[:limit]]

    def _add_parents(self, code: str) -> None:
        above = parent(code)
        if above is None or above in self._by_code:
            return
        self._add_parents(above)
        # A group that the table lacks is called after the group above it, which here has no other name.
        grand = parent(above)
        name = self._by_code[grand].name if grand else above
        self._by_code[above] = Occupation(above, name, "", ())


@cache
def catalogue() -> Catalogue:
    """The catalogue that ships with the project, with its own aliases before the published ones."""
    own = {row["code"]: tuple(row["aliases"].split("|")) for row in read_table(DATA / "aliases.csv")}
    entries = []
    for row in read_table(DATA / "occupations.csv"):
        published = tuple(alias for alias in row["aliases"].split("|") if alias)
        merged = tuple(dict.fromkeys(own.get(row["code"], ()) + published))
        entries.append(Occupation(row["code"], row["name"], row["flags"], merged))
    return Catalogue(entries)


@lru_cache(maxsize=20_000)
def title_key(text: str) -> str:
    """What the spellings of one title share: letters and digits without case, width and punctuation."""
    return "".join(filter(str.isalnum, normalise(text)))
