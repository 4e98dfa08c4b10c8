import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.places.distance import bounding_box, detour_factor, haversine_km, walk_minutes

longitudes = st.floats(74, 135)
latitudes = st.floats(18, 54)


def test_changsha_to_huaihua_is_as_far_as_on_the_map():
    assert haversine_km(112.94, 28.23, 110.00, 27.57) == pytest.approx(298, abs=3)


def test_a_block_has_the_same_distances_as_its_pairs():
    lon, lat = np.array([110.0, 111.0, 112.0]), np.array([27.0, 28.0, 29.0])
    block = haversine_km(lon[:, None], lat[:, None], lon[:2], lat[:2])
    assert block.shape == (3, 2)
    assert block[2, 1] == haversine_km(112.0, 29.0, 111.0, 28.0)
    assert block[0, 0] == 0


def test_an_unknown_point_has_an_unknown_distance():
    assert math.isnan(haversine_km(math.nan, 27.0, 110.0, 27.0))


@given(longitudes, latitudes, st.floats(0.1, 300), st.floats(0, 2 * math.pi))
def test_the_box_holds_every_point_of_the_circle(lon, lat, km, bearing):
    west, south, east, north = bounding_box(lon, lat, km)
    arc, phi = km / 6371.0088, math.radians(lat)
    at = math.asin(math.sin(phi) * math.cos(arc) + math.cos(phi) * math.sin(arc) * math.cos(bearing))
    over = math.atan2(
        math.sin(bearing) * math.sin(arc) * math.cos(phi), math.cos(arc) - math.sin(phi) * math.sin(at)
    )
    assert south - 1e-9 <= math.degrees(at) <= north + 1e-9
    assert west - 1e-9 <= lon + math.degrees(over) <= east + 1e-9


def test_the_longest_prefix_decides_the_detour():
    assert detour_factor("431222114") == 1.6
    assert detour_factor("430102") == 1.4
    assert detour_factor("513401") > detour_factor("510104")
    assert detour_factor(None) == detour_factor("") == 1.4


def test_walking_is_rounded_up_to_whole_minutes():
    assert walk_minutes(0) == 0
    assert walk_minutes(4.5) == 60
    assert walk_minutes(0.3) == 4
