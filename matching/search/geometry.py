"""Distances on a sphere and the boxes around circles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

#: Mean radius of the earth in kilometres; both engines must use the same to agree on who is within reach.
EARTH_KM = 6371.0087714

#: Boxes are a little too large, so that rounding never cuts off a point that the exact distance keeps.
MARGIN = 1.0001

Box = tuple[float, float, float, float]
EVERYWHERE: Box = (-180.0, 180.0, -90.0, 90.0)
NOWHERE: Box = (181.0, -181.0, 91.0, -91.0)


def distances(lon: float, lat: float, lons: Any, lats: Any) -> Any:
    """Great-circle kilometres from one point (degrees) to arrays of points; NaN stays NaN."""
    phi, phis = math.radians(lat), np.radians(lats)
    half = np.sin((phis - phi) / 2) ** 2
    half += math.cos(phi) * np.cos(phis) * np.sin((np.radians(lons) - math.radians(lon)) / 2) ** 2
    return 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0)))


def box(lon: float, lat: float, km: float) -> Box:
    """(west, east, south, north) in degrees around every point within ``km``.

    Where a circle reaches a pole or crosses the 180th meridian the box spans all longitudes.
    """
    angle = km / EARTH_KM * MARGIN + 1e-7
    south, north = lat - math.degrees(angle), lat + math.degrees(angle)
    if angle >= math.pi / 2 or south <= -90 or north >= 90:
        return (-180.0, 180.0, max(south, -90.0), min(north, 90.0))
    spread = math.degrees(math.asin(min(1.0, math.sin(angle) / math.cos(math.radians(lat)))))
    west, east = lon - spread, lon + spread
    if west < -180 or east > 180:
        return (-180.0, 180.0, south, north)
    return (west, east, south, north)
