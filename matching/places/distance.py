"""Distances on the ground, for one pair of points or for whole columns of them."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from matching.places.tables import read_table

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
KM_PER_DEGREE = math.pi * EARTH_RADIUS_KM / 180
WALKING_KM_PER_HOUR = 4.5  # an assumption: an adult on a village road


def haversine_km(lon1: Any, lat1: Any, lon2: Any, lat2: Any) -> Any:
    """Straight-line kilometres between points.

    Args:
        lon1, lat1, lon2, lat2: degrees; numbers or arrays that broadcast, ``(n, 1)`` against ``(m,)`` gives
            the block ``(n, m)``. NaN (no point known) stays NaN.
    """
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half_lat = np.sin((phi2 - phi1) / 2)
    half_lon = np.sin(np.radians(np.subtract(lon2, lon1)) / 2)
    chord = half_lat * half_lat + np.cos(phi1) * np.cos(phi2) * half_lon * half_lon
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))


def detour_factor(region: str | None) -> float:
    """Road kilometres per straight kilometre in a region (an assumption, see ``data/detour.csv``).

    Args:
        region: a code of any length; ``None`` or one that no row fits gives the national default.
    """
    table = _detours()
    code = region or ""
    return next(table[code[:size]] for size in range(len(code), -1, -1) if code[:size] in table)


def bounding_box(lon: float, lat: float, km: float) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees of a box that holds every point within ``km`` kilometres."""
    north_south = km / KM_PER_DEGREE
    south, north = max(lat - north_south, -90.0), min(lat + north_south, 90.0)
    widest = math.cos(math.radians(max(abs(south), abs(north))))
    # The tangent meridian lies a little further out than km at the widest parallel of the box.
    reach = math.sin(min(km / EARTH_RADIUS_KM, math.pi / 2))
    east_west = 180.0 if reach >= widest else math.degrees(math.asin(reach / widest))
    return lon - east_west, south, lon + east_west, north


def walk_minutes(km: float) -> int:
    """Minutes on foot for road kilometres, rounded up."""
    return math.ceil(km / WALKING_KM_PER_HOUR * 60)


@cache
def _detours() -> dict[str, float]:
    rows = read_table(Path(__file__).parent / "data" / "detour.csv")
    return {row["prefix"]: float(row["factor"]) for row in rows}
