"""Statutory retirement age, which rises month by month from January 2025.

Source: 全国人大常委会《关于实施渐进式延迟法定退休年龄的决定》 (2024-09-13) with its table; the formula
below gives that table.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class RetirementAge:
    """``years`` and ``months`` of age, and the day on which it is reached."""

    years: int
    months: int
    reached_on: date


@dataclass(frozen=True, slots=True)
class _Path:
    start_years: int
    first_birth_year: int  # born from January of this year on, the age rises
    births_per_step: int  # months of birth that share one month of delay
    longest_delay: int  # months


_MEN = _Path(60, 1965, 4, 36)
_WOMEN_55 = _Path(55, 1970, 4, 36)
_WOMEN_50 = _Path(50, 1975, 2, 60)


def retirement_age(sex: str, birth_date: date, cadre: bool = False) -> RetirementAge:
    """The age at which work stops being ordinary employment by law.

    Args:
        sex: ``male`` or ``female``.
        birth_date: the date of birth.
        cadre: a woman on a managerial or technical post, for whom the age was 55 and not 50.

    Raises:
        ValueError: another word for the sex.
    """
    if sex not in ("male", "female"):
        raise ValueError(f"sex must be male or female, not {sex!r}")
    path = _MEN if sex == "male" else _WOMEN_55 if cadre else _WOMEN_50
    born = (birth_date.year - path.first_birth_year) * 12 + birth_date.month - 1
    delay = min(path.longest_delay, born // path.births_per_step + 1) if born >= 0 else 0
    age = path.start_years * 12 + delay
    return RetirementAge(age // 12, age % 12, _months_later(birth_date, age))


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
