"""Pay texts as advertisements write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.vacancies.codes import PayUnit
from matching.vacancies.pay import Pay, monthly_cents, parse_pay

M, D, H, P, Y = PayUnit.MONTH, PayUnit.DAY, PayUnit.HOUR, PayUnit.PIECE, PayUnit.YEAR

#: text, low and high in yuan, unit
TEXTS = [
    ("4.5-6千/月", 4500, 6000, M),
    ("0.5-1万/月", 5000, 10000, M),
    ("2万以下/年", None, 20000, Y),
    ("120元/天", 120, 120, D),
    ("3000以上", 3000, None, M),
    ("3000-5000元/月", 3000, 5000, M),
    ("15元/时", 15, 15, H),
    ("计件 2800-3500", 2800, 3500, M),
    ("8毛/件", 0.8, 0.8, P),
    ("5000+", 5000, None, M),
    ("月薪4k-6k", 4000, 6000, M),
    ("3000～4500", 3000, 4500, M),
    ("年薪10万", 100_000, 100_000, Y),
    ("400元/月", 400, 400, M),
    ("4000元/年", 4000, 4000, Y),
    ("3500元/月", 3500, 3500, M),
    ("3,500-4,500元/月", 3500, 4500, M),
    ("￥3000-4000", 3000, 4000, M),
    ("３０００－５０００元／月", 3000, 5000, M),
    ("3千-5千", 3000, 5000, M),
    ("3-5千", 3000, 5000, M),
    ("3K-5K", 3000, 5000, M),
    ("4000—6000元", 4000, 6000, M),
    ("4000至6000元", 4000, 6000, M),
    ("4000到6000元每月", 4000, 6000, M),
    ("不低于3000元", 3000, None, M),
    ("3000元/月以上", 3000, None, M),
    ("最低3500", 3500, None, M),
    ("保底3000", 3000, None, M),
    ("3000元起", 3000, None, M),
    ("5000元以上/月", 5000, None, M),
    ("6000元以内", None, 6000, M),
    ("8000以下", None, 8000, M),
    ("不超过2500元/月", None, 2500, M),
    ("1.5万以上/月", 15000, None, M),
    ("10-15万/年", 100_000, 150_000, Y),
    ("年薪8-12万元", 80_000, 120_000, Y),
    ("1-1.5万", 10000, 15000, M),
    ("8千-1万/月", 8000, 10000, M),
    ("3000-1万", 3000, 10000, M),
    ("6千以上/月", 6000, None, M),
    ("1千以下/月", None, 1000, M),
    ("280元/天", 280, 280, D),
    ("日薪150-200元", 150, 200, D),
    ("150-200元/日", 150, 200, D),
    ("每天120元", 120, 120, D),
    ("日结180元", 180, 180, D),
    ("七八十元/天", 70, 80, D),
    ("100元一天", 100, 100, D),
    ("200", 200, 200, D),
    ("18元/小时", 18, 18, H),
    ("15-20元/小时", 15, 20, H),
    ("时薪20元", 20, 20, H),
    ("每小时16元", 16, 16, H),
    ("0.5元/件", 0.5, 0.5, P),
    ("5分/个", 0.05, 0.05, P),
    ("1.2元/双", 1.2, 1.2, P),
    ("每件0.8元", 0.8, 0.8, P),
    ("30元/亩", 30, 30, P),
    ("计件工资,月薪3000-6000元", 3000, 6000, M),
    ("底薪2000+提成", 2000, None, M),
    ("2000元/月+计件", 2000, None, M),
    ("底薪3000元,综合4000-6000元", 4000, 6000, M),
    ("月收入5000元左右", 5000, 5000, M),
    ("约4000元/月", 4000, 4000, M),
    ("3000多元", 3000, None, M),
    ("三千五", 3500, 3500, M),
    ("三千元左右", 3000, 3000, M),
    ("两千八百元", 2800, 2800, M),
    ("两万/年", 20000, 20000, Y),
    ("2600元/月(五险一金)", 2600, 2600, M),
    ("4500元/月,每月休4天", 4500, 4500, M),
    ("3000-4000元/月,包吃住", 3000, 4000, M),
    ("4000元/月 每天8小时", 4000, 4000, M),
    ("综合工资5000-7000元/月,18-45岁", 5000, 7000, M),
    ("5000元/月-8000元/月", 5000, 8000, M),
    ("月薪:3500", 3500, 3500, M),
    ("工资:4000-5000", 4000, 5000, M),
    ("4000-5000/月·13薪", 4000, 5000, M),
    ("3000元/人/月", 3000, 3000, M),
    ("1720元/月", 1720, 1720, M),
    ("5000-3000元/月", 3000, 5000, M),
    ("工资面议,3000元起", 3000, None, M),
]


@pytest.mark.parametrize(("text", "low", "high", "unit"), TEXTS)
def test_a_pay_text_is_understood(text, low, high, unit):
    found = parse_pay(text)
    cents = [None if yuan is None else round(yuan * 100) for yuan in (low, high)]
    assert found == Pay(*cents, unit, negotiable="面议" in text)


@pytest.mark.parametrize("text", ["面议", "薪资面议", "工资 面 议", "待遇面谈"])
def test_negotiable_is_no_figure(text):
    found = parse_pay(text)
    assert found == Pay(negotiable=True)
    assert not found.stated


@pytest.mark.parametrize(
    "text",
    ["", "  ", "待遇从优", "abc", "25", "五险一金", "18-45岁", "每天8小时", "3000000元/月", "0元", "=1+1"],
)
def test_what_is_no_pay_is_not_guessed(text):
    assert parse_pay(text) is None


@pytest.mark.parametrize(
    ("text", "hours", "days", "low", "high"),
    [
        ("3000-4000元/月", None, None, 3000, 4000),
        ("120元/天", None, None, 2610, 2610),
        ("100元/天", None, 6, 2607.14, 2607.14),
        ("15元/时", None, None, 2610, 2610),
        ("15元/时", 4, 5, 1303.57, 1303.57),
        ("12000元/年", None, None, 1000, 1000),
        ("3000以上", None, None, 3000, None),
        ("8毛/件", 8, 6, None, None),
        ("面议", None, None, None, None),
    ],
)
def test_pay_by_the_month(text, hours, days, low, high):
    found = parse_pay(text)
    expected = tuple(None if yuan is None else round(yuan * 100) for yuan in (low, high))
    assert monthly_cents(found, hours, days) == expected


@settings(deadline=None)
@given(
    st.text(
        alphabet="0123456789.-~至到元千万kw/月天日时年件每以上下起+面议多一二两三十百毛分 ,,", max_size=40
    )
)
def test_no_text_breaks_the_parser(text):
    found = parse_pay(text)
    if found and found.low_cents is not None and found.high_cents is not None:
        assert 0 < found.low_cents <= found.high_cents


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_other_text_breaks_it_either(text):
    parse_pay(text)


@settings(deadline=None)
@given(st.integers(600, 150_000), st.integers(0, 50_000))
def test_a_plain_range_is_read_as_written(low, more):
    expected = Pay(low * 100, (low + more) * 100, M)
    assert parse_pay(f"{low}-{low + more}元/月") == expected
