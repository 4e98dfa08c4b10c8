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
