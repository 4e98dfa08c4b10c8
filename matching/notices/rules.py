"""Quiet hours, limits and pauses between tries: pure decisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from matching.clock import LOCAL

#: Nobody is woken between these times of day in China (goal R18).
QUIET_FROM, QUIET_UNTIL = time(21, 0), time(8, 0)
#: After so many tries that the gateway turned away a notice is parked.
MAX_TRIES = 5
_PAUSES = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=8), timedelta(minutes=30))
#: From here on the rest of the day's budget is kept for what people ask for: they must be able to sign in.
ALARM_FIFTHS = 4


@dataclass(frozen=True)
class Limit:
    """At most ``most`` messages within ``window``."""

    most: int
    window: timedelta


#: Goal S7, per phone and per network address.
PHONE_LIMITS = (
    Limit(1, timedelta(minutes=1)),
    Limit(5, timedelta(hours=1)),
    Limit(10, timedelta(days=1)),
)
ADDRESS_LIMITS = (Limit(20, timedelta(hours=1)),)


def is_quiet(moment: datetime) -> bool:
    """Whether people are left in peace at this moment: from 21:00 until just before 08:00."""
    at = moment.astimezone(LOCAL).time()
    return at >= QUIET_FROM or at < QUIET_UNTIL


def after_quiet(moment: datetime) -> datetime:
    """The moment itself, or 08:00 after the quiet hours it falls into."""
    if not is_quiet(moment):
        return moment
    local = moment.astimezone(LOCAL)
    day = local.date() + timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    return datetime.combine(day, QUIET_UNTIL, LOCAL)


def next_morning(moment: datetime) -> datetime:
    """08:00 of the next day in China."""
    return datetime.combine(moment.astimezone(LOCAL).date() + timedelta(days=1), QUIET_UNTIL, LOCAL)


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries (1, 2 …)."""
    return _PAUSES[min(tries, len(_PAUSES)) - 1]


def blocking(times: Sequence[int], limits: Iterable[Limit], now: datetime) -> tuple[Limit, datetime] | None:
    """The limit that one more message would break for longest, and when it would not any more.

    Args:
        times: seconds since 1970 of earlier messages, ascending.
    """
    found = [
        (limit, free)
        for limit in limits
        if len(times) >= limit.most and (free := _later(times[-limit.most], limit.window, now)) > now
    ]
    return max(found, key=lambda pair: pair[1], default=None)


def kept(times: Sequence[int], limits: Iterable[Limit], now: datetime) -> list[int]:
    """The earlier messages that a limit may still look at."""
    widest = max(limit.window for limit in limits)
    return [second for second in times if _later(second, widest, now) > now]


def _later(second: int, window: timedelta, now: datetime) -> datetime:
    return datetime.fromtimestamp(second, now.tzinfo) + window


def alarming(count: int, budget: int) -> bool:
    """Whether four fifths of the day's budget are used."""
    return 5 * count >= ALARM_FIFTHS * budget
