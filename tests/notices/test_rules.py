from datetime import UTC, datetime, timedelta

import pytest

from matching.clock import LOCAL
from matching.notices.rules import (
    ADDRESS_LIMITS,
    PHONE_LIMITS,
    after_quiet,
    alarming,
    blocking,
    is_quiet,
    kept,
    next_morning,
    pause,
)

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def local(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        (local(22, 20, 59), local(22, 20, 59)),
        (local(22, 21, 0), local(23, 8, 0)),
        (local(22, 23, 59), local(23, 8, 0)),
        (local(23, 0, 0), local(23, 8, 0)),
        (local(23, 7, 59), local(23, 8, 0)),
        (local(23, 8, 0), local(23, 8, 0)),
    ],
)
def test_nobody_is_woken_between_nine_and_eight(moment, due):
    assert after_quiet(moment) == due
    assert after_quiet(moment.astimezone(UTC)) == due
    assert is_quiet(moment) == (moment != due)


def test_the_next_morning_is_tomorrows_even_before_eight():
    assert next_morning(local(22, 7, 0)) == local(23, 8, 0)
    assert next_morning(local(22, 23, 30)) == local(23, 8, 0)


def ago(*seconds: float) -> list[int]:
    return sorted(int(NOW.timestamp() - each) for each in seconds)


@pytest.mark.parametrize(
    ("times", "most"),
    [(ago(59), 1), (ago(60), None), (ago(61, 90, 120, 200, 3599), 5), (ago(61, 90, 120, 200, 3600), None)],
)
def test_one_a_minute_and_five_an_hour(times, most):
    stop = blocking(times, PHONE_LIMITS, NOW)
    assert (stop[0].most if stop else None) == most


def test_ten_a_day_and_the_eleventh_when_the_first_is_a_day_old():
    times = ago(*(3600 * hour for hour in range(2, 22, 2)), 23 * 3600)[-10:]
    limit, free = blocking(times, PHONE_LIMITS, NOW)
    assert limit.most == 10
    assert free == datetime.fromtimestamp(times[0], UTC) + timedelta(days=1)


def test_twenty_an_hour_from_one_address():
    assert blocking(ago(*range(1, 20)), ADDRESS_LIMITS, NOW) is None
    assert blocking(ago(*range(1, 21)), ADDRESS_LIMITS, NOW)[0].most == 20


def test_only_what_a_limit_may_look_at_is_kept():
    assert kept(ago(86_400, 86_399, 5), PHONE_LIMITS, NOW) == ago(86_399, 5)


def test_pauses_grow():
    pauses = [pause(tries) for tries in range(1, 7)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=30)


def test_the_alarm_comes_at_four_fifths():
    assert not alarming(79, 100)
    assert alarming(80, 100)
