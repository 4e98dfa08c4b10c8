import pytest

from matching.regulations.hours import breaches


@pytest.mark.parametrize(
    ("hours", "days", "found"),
    [
        (None, None, ()),
        (8, 5.5, ()),
        (8, None, ()),
        (None, 6, ()),
        (7, 6, ()),
        (8.5, 5, ("hours_day",)),
        (8, 6, ("hours_week",)),
        (6, 7, ("no_rest_day",)),
        (12, 6, ("hours_day", "hours_week")),
        (12, None, ("hours_day",)),
        (None, 7, ("no_rest_day",)),
        (10, 7, ("hours_day", "hours_week", "no_rest_day")),
    ],
)
def test_a_schedule_breaks_what_it_breaks_and_no_more(hours, days, found):
    assert breaches(hours, days) == found
