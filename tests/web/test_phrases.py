"""The words of the people's side: complete against the code lists, and right about numbers."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from matching.people.codes import Education, Shift
from matching.vacancies.codes import Benefit, Kind, Load, PayUnit, Tag, Target
from web.public import phrases


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (phrases.KINDS, Kind), (phrases.SHIFTS, Shift), (phrases.LOADS, Load),
        (phrases.BENEFITS, Benefit), (phrases.TAGS, Tag), (phrases.TARGETS, Target), (phrases.PER, PayUnit),
        (phrases.EDUCATION, Education),
    ],
)  # fmt: skip
def test_every_code_has_words(words, codes) -> None:
    assert set(words) == set(codes)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (280_000, 350_000, "2,800–3,500 元"), (280_000, 280_000, "2,800 元"), (280_000, None, "2,800 元起"),
        (None, 350_000, "3,500 元"), (35, 35, "0.35 元"), (1250, None, "12.5 元起"), (None, None, None),
    ],
)  # fmt: skip
def test_money_is_written_as_people_write_it(low, high, said) -> None:
    assert phrases.span(low, high) == said


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 22), "今天"), (date(2026, 11, 23), "明天"), (date(2026, 12, 1), "12 月 1 日"),
        (date(2027, 1, 5), "2027 年 1 月 5 日"),
    ],
)  # fmt: skip
def test_days_are_said_from_today(day, said) -> None:
    assert phrases.day(day, date(2026, 11, 22)) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [("13800005678", "138 0000 5678"), ("138-0000-5678", "138 0000 5678"), ("0745-2000000", "0745-2000000")],
)
def test_a_mobile_number_is_read_in_three_groups(given, said) -> None:
    assert phrases.phone(given) == said


@pytest.mark.parametrize(
    ("cents", "said"), [(391_071, "一个月约 3,900 元"), (65_432, "一个月约 650 元"), (None, None)]
)
def test_an_estimate_of_a_month_is_said_roughly(cents, said) -> None:
    card = SimpleNamespace(pay_unit="day", month_low_cents=cents, month_high_cents=cents)
    assert phrases.pay_by_month(card) == said
