from datetime import date

import pytest

from matching.errors import DomainError
from matching.places import regions
from matching.regulations import wages
from matching.regulations.wages import lowest_cents, minimum_wage


def test_the_row_of_the_county_wins_over_that_of_its_province():
    day = date(2025, 6, 1)
    assert minimum_wage("440305", day).region == "4403"
    assert minimum_wage("441481", day).region == "44"
    assert minimum_wage("440305", day).month_cents > minimum_wage("441481", day).month_cents


def test_a_figure_holds_from_its_first_day_and_not_the_day_before():
    assert minimum_wage("431222", date(2024, 11, 30)).month_cents == 155_000
    assert minimum_wage("431222", date(2024, 12, 1)).month_cents == 170_000


def test_a_region_without_a_row_gets_the_floor():
    floor = minimum_wage("650102", date(2026, 1, 1))
    assert (floor.region, floor.confirmed) == ("", False)


def test_cents_are_exact():
    assert minimum_wage("440103", date(2022, 1, 1)).hour_cents == 2220


def test_a_day_before_the_table_is_refused():
    with pytest.raises(DomainError) as refused:
        minimum_wage("431222", date(2019, 1, 1))
    assert refused.value.code == "minimum_wage_unknown"


def test_every_row_names_a_region_and_a_source_and_no_figure_ever_falls():
    rows = wages._table()
    assert all(row.source and row.month_cents > row.hour_cents > 0 for row in rows)
    assert all(not row.region or regions.get(row.region) for row in rows)
    for row in rows:
        earlier = [other for other in rows if other.region == row.region and other.since < row.since]
        assert all(other.month_cents <= row.month_cents for other in earlier)
    assert len({(row.region, row.since) for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("unit", "times", "least"),
    [
        ("month", (), 170_000),
        ("month", (8, 5.5), 170_000),
        ("year", (), 2_040_000),
        ("day", (8, 6), 7_816),
        ("hour", (8, 5), 977),
        ("hour", (3, 6), 1_700),
        ("day", (3, 6), 5_100),
        ("month", (2, 3), 44_321),
        ("hour", (4, 6), 1_700),
        ("hour", (5, 5), 977),
        ("piece", (8, 5, 100), 78),
        ("piece", (8, 5), None),
    ],
)
def test_the_least_pay_follows_the_hours(unit, times, least):
    minimum = minimum_wage("431222", date(2025, 1, 1))
    assert (minimum.month_cents, minimum.hour_cents) == (170_000, 1_700)
    assert lowest_cents(minimum, unit, *times) == least
