"""Working hours (劳动法 art. 36, 38): eight a day, forty-four a week, one day of rest."""

from __future__ import annotations

from enum import StrEnum

HOURS_A_DAY = 8.0
HOURS_A_WEEK = 44.0
DAYS_A_WEEK = 6.0


class Breach(StrEnum):
    """What a schedule is against"""

    DAY = "hours_day"
    WEEK = "hours_week"
    REST = "no_rest_day"


def breaches(hours_per_day: float | None, days_per_week: float | None) -> tuple[Breach, ...]:
    """What a stated schedule breaks, unless an office approved special hours (劳动法 art. 39).

    Args:
        hours_per_day: None: not stated, so nothing is said about it.
        days_per_week: likewise; may be 5.5.
    """
    found = []
    if hours_per_day is not None and hours_per_day > HOURS_A_DAY:
        found.append(Breach.DAY)
    if (hours_per_day or 0) * (days_per_week or 0) > HOURS_A_WEEK:
        found.append(Breach.WEEK)
    if days_per_week is not None and days_per_week > DAYS_A_WEEK:
        found.append(Breach.REST)
    return tuple(found)
