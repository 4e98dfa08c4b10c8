"""Distances and the boxes around circles."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.search.geometry import box, distances


def test_a_degree_of_latitude_is_about_111_kilometres() -> None:
    assert abs(distances(110.0, 27.0, 110.0, 28.0) - 111.195) < 0.001


def test_a_missing_position_has_no_distance() -> None:
    assert np.isnan(distances(110.0, 27.0, np.array([np.nan]), np.array([np.nan]))).all()


@settings(max_examples=300, deadline=None)
@given(
    lon=st.floats(-180, 180), lat=st.floats(-90, 90), km=st.floats(0.01, 9_000),
    other_lon=st.floats(-180, 180), other_lat=st.floats(-90, 90),
)  # fmt: skip
def test_nothing_within_the_circle_lies_outside_its_box(
    lon: float, lat: float, km: float, other_lon: float, other_lat: float
) -> None:
    west, east, south, north = box(lon, lat, km)
    if float(distances(lon, lat, other_lon, other_lat)) <= km:
        assert west <= other_lon <= east
        assert south <= other_lat <= north


def test_a_box_is_not_much_larger_than_its_circle() -> None:
    west, east, south, north = box(110.0, 27.0, 10.0)
    assert math.isclose(float(distances(110.0, 27.0, 110.0, north)), 10.0, rel_tol=0.002)
    assert math.isclose(float(distances(110.0, 27.0, east, 27.0)), 10.0, rel_tol=0.002)
    assert (110.0 - west, 27.0 - south) == (east - 110.0, north - 27.0) or math.isclose(
        110.0 - west, east - 110.0
    )
