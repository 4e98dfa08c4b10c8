"""Minimum wages by county and day (劳动法 art. 48, 最低工资规定): a table, not a formula."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from matching.errors import DomainError
from matching.places.tables import read_table


@dataclass(frozen=True, slots=True)
class MinimumWage:
    """What holds in a county on a day.

    ``month_cents`` is for full time, ``hour_cents`` for part time. Only a ``confirmed`` figure was checked by
    an office; of the others a page says so. ``region`` and ``since`` name the row that a decision used.
    """

    month_cents: int
    hour_cents: int
    source: str
    confirmed: bool
    region: str
    since: date


def minimum_wage(county: str, day: date) -> MinimumWage:
    """The minimum wage of a county on a day.

    Args:
        county: a region code of any length; the longest code in the table that begins it decides.
        day: the local day of the work or of the offer.

    Raises:
        DomainError: ``minimum_wage_unknown`` for a day before the oldest row.
    """
    fitting = [row for row in _table() if county.startswith(row.region) and row.since <= day]
    if not fitting:
        raise DomainError("minimum_wage_unknown", region=county, day=day.isoformat())
    return max(fitting, key=lambda row: (len(row.region), row.since))


#: Reckoning of 人社部发〔2025〕2号: paid days a month, and with eight hours each the hours.
_DAYS_A_MONTH = Decimal("21.75")
_HOURS_A_DAY = Decimal(8)
_WEEKS_A_MONTH = Decimal(365) / 7 / 12
_MONTHS_A_YEAR = 12
#: Part time (劳动合同法 art. 68): on average at most four hours a day and 24 a week.
_PART_TIME_DAY, _PART_TIME_WEEK, _DAYS_A_WEEK = Decimal(4), Decimal(24), Decimal(5)


def lowest_cents(
    minimum: MinimumWage,
    unit: str,
    hours_per_day: float | None = None,
    days_per_week: float | None = None,
    pieces_per_day: int | None = None,
) -> int | None:
    """The least that may be paid per unit at these hours, in cents rounded down.

    Full time is held against the month's figure, part time against the hour's.

    Args:
        unit: ``month``, ``day``, ``hour``, ``piece`` or ``year``.
        hours_per_day, days_per_week: where not stated, eight and 21.75 paid days a month.
        pieces_per_day: what one person makes in a day.

    Returns:
        None for a piece without the pieces of a day: nothing can be said.
    """
    hours = Decimal(str(hours_per_day)) if hours_per_day else _HOURS_A_DAY
    days = Decimal(str(days_per_week)) if days_per_week else _DAYS_A_WEEK
    days_a_month = days * _WEEKS_A_MONTH if days_per_week else _DAYS_A_MONTH
    part_time = hours <= _PART_TIME_DAY and hours * days <= _PART_TIME_WEEK
    hour = Decimal(minimum.hour_cents if part_time else minimum.month_cents / (_DAYS_A_MONTH * _HOURS_A_DAY))
    month = hour * hours * days_a_month if part_time else Decimal(minimum.month_cents)
    least = {
        "hour": hour,
        "day": hour * hours,
        "month": month,
        "year": month * _MONTHS_A_YEAR,
        "piece": hour * hours / pieces_per_day if pieces_per_day else None,
    }[unit]
    return None if least is None else int(least)


@cache
def _table() -> tuple[MinimumWage, ...]:
    rows = read_table(Path(__file__).parent / "data" / "minimum_wage.csv")
    return tuple(
        MinimumWage(
            month_cents=_cents(row["month"]),
            hour_cents=_cents(row["hour"]),
            source=row["source"],
            confirmed=row["confirmed"] == "yes",
            region=row["region"],
            since=date.fromisoformat(row["from"]),
        )
        for row in rows
    )


def _cents(yuan: str) -> int:
    return int(Decimal(yuan) * 100)
