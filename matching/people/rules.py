"""Decisions about people that need no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from matching.people.codes import Capacity, School, Sex, Work
from matching.regulations.retirement import retirement_age

WORKING_AGE = 16
ADULT = 18
#: 大龄: 女满45、男满50 (乡村公益性岗位安置对象; provinces differ, the national wording is the default).
OLDER = {Sex.FEMALE: 45, Sex.MALE: 50}

#: Labour capacities that can work; empty can too, since a missing fact excludes nobody.
ABLE = frozenset({Capacity.SKILLED, Capacity.ORDINARY, Capacity.WEAK, None})
AT_WORK = frozenset({Work.EMPLOYED, Work.SELF_EMPLOYED})


def birthday(birth_date: date, years: int) -> date:
    """The day on which somebody completes ``years`` years; for the 29th of February the 1st of March."""
    try:
        return birth_date.replace(year=birth_date.year + years)
    except ValueError:
        return date(birth_date.year + years, 3, 1)


def is_jobseeker(birth_date: date | None, school: str | None, capacity: str | None, today: date) -> bool:
    """16 or over, not in full-time school, able or not stated; an unknown age does not exclude."""
    if birth_date is not None and birthday(birth_date, WORKING_AGE) > today:
        return False
    return school != School.IN_SCHOOL and capacity in ABLE


def is_paused(paused_on: date | None, work: str | None) -> bool:
    """Whether somebody looks for nothing because she found work; without that work she looks again."""
    return paused_on is not None and work in AT_WORK


@dataclass(frozen=True, slots=True)
class AgeDays:
    """Days from which age classes hold, so that matching needs neither birth date nor sex."""

    working_age_from: date | None
    adult_from: date | None
    older_from: date | None
    retires_on: date | None


def age_days(birth_date: date | None, sex: str | None) -> AgeDays:
    """The age classes of a person; without a birth date nothing is known, without a sex only half."""
    if birth_date is None:
        return AgeDays(None, None, None, None)
    working, adult = birthday(birth_date, WORKING_AGE), birthday(birth_date, ADULT)
    if sex is None:
        return AgeDays(working, adult, None, None)
    known = Sex(sex)
    retires = retirement_age(known, birth_date).reached_on
    return AgeDays(working, adult, birthday(birth_date, OLDER[known]), retires)


def missing_fields(facts: Mapping[str, Any]) -> list[str]:
    """Fields of the base ledger (郴政办发〔2022〕14号 §1) that are not stated.

    Args:
        facts: household_size, sex, birth_date, education, capacity, work, training_wish, work_place; the
            last is asked only of those who work, the last three only of jobseekers (``jobseeker`` true).
    """
    asked = ["household_size", "sex", "birth_date", "education", "capacity"]
    if facts.get("jobseeker"):
        asked += ["work", "training_wish"]
        if facts.get("work") in AT_WORK:
            asked.append("work_place")
    return [name for name in asked if facts.get(name) in (None, "")]
