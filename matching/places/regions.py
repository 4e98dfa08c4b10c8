"""The tree of administrative divisions: province, prefecture, county, township, village.

Codes are those of the statistics bureau: 2, 4, 6, 9 and 12 digits, each beginning with its parent's. Tables
load when first asked for: provinces to counties together, townships and villages (Hunan only) each alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from matching.errors import DomainError
from matching.places.distance import haversine_km
from matching.places.names import ARTIFICIAL, clean, spellings
from matching.places.tables import read_pairs, read_table

DATA = Path(__file__).parent / "data"
LEVELS = {2: "province", 4: "prefecture", 6: "county", 9: "township", 12: "village"}
NEIGHBOUR_KM = 80.0
LONGEST_NAME = 24
LONGEST_PREAMBLE = 40
VILLAGES_KNOWN = "43"
SUFFIXES = tuple("省市县区州盟旗")  # 朝阳 before 区 is not the city of 朝阳

_FILES = {
    2: "provinces.csv",
    4: "prefectures.csv",
    6: "counties.csv",
    9: "townships.csv.gz",
    12: "villages_hunan.csv.gz",
}


@dataclass(frozen=True, slots=True)
class Region:
    """One division; ``code`` in the tree's form, the point (degrees) that of its county or larger unit."""

    code: str
    name: str
    level: str
    parent: str | None
    longitude: float | None
    latitude: float | None


def get(code: str) -> Region:
    """The division of a code.

    Args:
        code: 2, 4, 6, 9 or 12 digits; those that zeros fill up, 431200 or 431222000000, are understood.

    Raises:
        DomainError: ``region_unknown``, the fact ``region`` being what was given.
    """
    known = _known(str(code))
    if known is None:
        raise DomainError("region_unknown", region=code)
    return _region(known)


def nearest(code: str) -> Region | None:
    """The division of a code, or the deepest one known above it: villages are known for Hunan only."""
    heads = (code[:size] for size in sorted(LEVELS, reverse=True) if size <= len(code))
    known = next((found for head in heads if (found := _known(head))), None)
    return _region(known) if known else None


def find(name: str, within: str | None = None) -> Region | None:
    """The division of that full or short name; ``None`` if there is none or more than one.

    Args:
        name: 怀化市, 怀化, 沅陵县, 沅陵 …
        within: a code whose descendants are searched, townships and villages included; without it only
            provinces, prefectures and counties are.

    The larger division wins over the smaller, and a full name over a short one.
    """
    prefix = "" if within is None else get(within).code
    return _find(clean(name), prefix)


def resolve(parts: Sequence[str]) -> Region | None:
    """The deepest division that the cells 省, 市, 县, 乡, 村 name, each searched within the one before.

    A cell that is empty or unknown is passed over.
    """
    return _resolve(tuple(clean(part) for part in parts if part))


def parse_address(text: str) -> Region | None:
    """The deepest division that an address begins with, as in 湖南省怀化市沅陵县官庄镇….

    Words before the first full name are skipped.
    """
    return _parse(clean(text[:500]), "")


def county_of(code: str) -> str | None:
    """Six digits of the county a division lies in; ``None`` above counties and for an unknown code."""
    known = _known(str(code))
    return known[:6] if known and len(known) >= 6 else None


def prefecture_of(code: str) -> str | None:
    """Six digits of the prefecture, 431200; ``None`` for a province and for an unknown code."""
    known = _known(str(code))
    return known[:4] + "00" if known and len(known) >= 4 else None


def province_of(code: str) -> str | None:
    """Six digits of the province, 430000; ``None`` for an unknown code."""
    known = _known(str(code))
    return known[:2] + "0000" if known else None


def ancestors(code: str) -> list[Region]:
    """The divisions above, the province first."""
    own = get(code).code
    return [_region(own[:size]) for size in LEVELS if size < len(own)]


def children(code: str) -> list[Region]:
    """The divisions one level below, by code; empty where none are known."""
    own = get(code).code
    if len(own) == 12:
        return []
    return [_region(child) for child in _children(len(own)).get(own, ())]


def provinces() -> list[Region]:
    """All provinces by code."""
    return [_region(code) for code in _names(2)]


def full_name(code: str) -> str:
    """The name with those above it, 湖南省怀化市沅陵县, without the rungs that nobody writes."""
    own = get(code)
    chain = [region.name for region in (*ancestors(own.code), own)]
    kept = [name for name in chain if name not in ARTIFICIAL]
    return "".join(dict.fromkeys(kept))


def point(code: str) -> tuple[float, float] | None:
    """Longitude and latitude in degrees of the county, or of the larger unit itself; ``None`` if unknown."""
    return _point(get(code).code[:6])


def neighbours(county: str) -> frozenset[str]:
    """Counties of the same prefecture or with a point within 80 km, six digits each, without itself.

    Raises:
        DomainError: ``region_unknown`` if it is no county.
    """
    own = county_of(county)
    if own is None:
        raise DomainError("region_unknown", region=county)
    return _neighbours(own)


def _known(code: str) -> str | None:
    if len(code) not in LEVELS or not code.isascii() or not code.isdigit():
        return None
    sizes = [size for size in sorted(LEVELS, reverse=True) if size <= len(code)]
    for size in sizes:
        if size > 6 and code[size - 3 : size] == "000":
            continue  # filled up with zeros: no need to load townships or villages
        # 441900 is a county of its own beside the prefecture 4419, so the longest known form wins.
        if not code[size:].strip("0") and code[:size] in _names(size):
            return code[:size]
    return _renumbered(code)


def _renumbered(code: str) -> str | None:
    """The present code of one whose county became a city or a district: 邵东县 430521 is 邵东市 430582."""
    former = _point_names().get(code[:6])
    if former is None or len(code) < 6 or code[:6] in _names(6):
        return None
    shorts = spellings(former, "county")[1:]
    county = next((found for short in shorts if (found := _find(short, code[:4]))), None)
    return _known(county.code + code[6:]) if county and len(county.code) == 6 else None


@cache
def _names(size: int) -> dict[str, str]:
    return dict(read_pairs(DATA / _FILES[size]))


@cache
def _children(size: int) -> dict[str, list[str]]:
    below = min(longer for longer in LEVELS if longer > size)
    found: dict[str, list[str]] = {}
    for code in sorted(_names(below)):
        found.setdefault(code[:size], []).append(code)
    return found


@lru_cache(maxsize=20_000)
def _region(code: str) -> Region:
    longitude, latitude = _point(code[:6]) or (None, None)
    parents = [size for size in LEVELS if size < len(code)]
    return Region(
        code=code,
        name=_names(len(code))[code],
        level=LEVELS[len(code)],
        parent=code[: parents[-1]] if parents else None,
        longitude=longitude,
        latitude=latitude,
    )


@cache
def _points() -> dict[str, tuple[float, float]]:
    rows = read_table(DATA / "points.csv")
    return {row["code"]: (float(row["longitude"]), float(row["latitude"])) for row in rows}


@cache
def _point_names() -> dict[str, str]:
    return {row["code"]: row["name"] for row in read_table(DATA / "points.csv")}


@cache
def _points_by_name() -> dict[str, tuple[float, float]]:
    """Points by prefecture and short name: a county that became a city changed its code, not its place."""
    found: dict[str, tuple[float, float]] = {}
    for code, name in _point_names().items():
        for short in spellings(name, "county")[1:]:
            found.setdefault(code[:4] + short, _points()[code])
    return found


def _point(code: str) -> tuple[float, float] | None:
    known = _points().get(code.ljust(6, "0"))
    if known is not None or len(code) < 6:
        return known
    shorts = spellings(_names(6)[code], "county")[1:]
    return next((place for short in shorts if (place := _points_by_name().get(code[:4] + short))), None)


@cache
def _full_names(size: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, name in _names(size).items():
        found.setdefault(name, []).append(code)
    return found


@cache
def _short_names(size: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, name in _names(size).items():
        for form in spellings(name, LEVELS[size])[1:]:
            found.setdefault(form, []).append(code)
    return found


@lru_cache(maxsize=65_536)
def _find(name: str, prefix: str) -> Region | None:
    for size in LEVELS:
        if size <= len(prefix) or (size > 6 and len(prefix) < 4):
            continue
        if size == 12 and not prefix.startswith(VILLAGES_KNOWN):
            continue
        for index in (_full_names, _short_names):
            codes = [code for code in index(size).get(name, ()) if code.startswith(prefix)]
            if len(codes) == 1:
                return _region(codes[0])
            if codes:
                break  # several are called so: none of them is meant for sure
    return None


@lru_cache(maxsize=65_536)
def _resolve(parts: tuple[str, ...]) -> Region | None:
    current: Region | None = None
    for part in parts:
        prefix = current.code if current else ""
        current = _find(part, prefix) or _parse(part, prefix) or current
    return current


def _parse(text: str, prefix: str) -> Region | None:
    current: Region | None = None
    start = 0
    while start < len(text) and (current is not None or start <= LONGEST_PREAMBLE):
        within = current.code if current else prefix
        hit = _at(text, start, within, full_only=start > 0 and current is None)
        if hit is None:
            if current is not None:
                break
            start += 1
            continue
        current, used = hit
        start += used
    return current


def _at(text: str, start: int, prefix: str, *, full_only: bool) -> tuple[Region, int] | None:
    for length in range(min(LONGEST_NAME, len(text) - start), 1, -1):
        name = text[start : start + length]
        region = _find(name, prefix)
        if region is None or (region.name != name and (full_only or text[start + length :][:1] in SUFFIXES)):
            continue
        return region, length
    return None


@lru_cache(maxsize=4_096)
def _neighbours(county: str) -> frozenset[str]:
    same = set() if _names(4)[county[:4]] in ARTIFICIAL else set(_children(4)[county[:4]])
    place = _point(county)
    if place is not None:
        codes, longitudes, latitudes = _county_points()
        near = haversine_km(place[0], place[1], longitudes, latitudes) <= NEIGHBOUR_KM
        same.update(codes[near].tolist())
    return frozenset(same - {county})


@cache
def _county_points() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = [(code, *place) for code in _names(6) if (place := _point(code)) is not None]
    codes, longitudes, latitudes = zip(*rows, strict=True)
    return np.array(codes), np.array(longitudes), np.array(latitudes)
