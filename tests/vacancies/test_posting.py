"""The posting law as one function: what each breach is called, what follows from it, and what is fine."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from matching.regulations import wages
from matching.vacancies import posting
from matching.vacancies.codes import Held, Refusal
from matching.vacancies.posting import APPROVED, CODES, HOLDS, PostingRefused, Verdict, check
from matching.vacancies.words import ERRORS, FINDINGS, HELD, PROBLEMS, REFUSAL, explained

TODAY = date(2026, 11, 22)


def facts(**changed):
    """A lawful post: full time in a county whose minimum wage is 1,700 yuan."""
    return {
        "title": "缝纫工",
        "content": "踩平车做校服",
        "headcount": 3,
        "place": "青云安置区一楼",
        "county": "431222",
        "pay_text": "2800-3500元/月",
        "pay_low_cents": 280_000,
        "pay_high_cents": 350_000,
        "pay_unit": "month",
        "month_low_cents": 280_000,
        "hours_per_day": 8.0,
        "days_per_week": 5.5,
        "valid_until": TODAY + timedelta(days=90),
        **changed,
    }


def found(**changed):
    return check(facts(**changed), today=TODAY, county="431222")


def coded(**changed):
    return [(finding.code, finding.verdict, finding.field) for finding in found(**changed)]


def test_a_lawful_post_has_no_findings():
    assert found() == ()


@pytest.mark.parametrize(
    ("changed", "code", "verdict", "field"),
    [
        ({"pay_low_cents": None, "pay_high_cents": None}, "no_pay", "incomplete", "pay_text"),
        ({"headcount": None}, "missing_element", "incomplete", "headcount"),
        ({"content": None}, "missing_element", "incomplete", "content"),
        ({"place": ""}, "missing_element", "incomplete", "place"),
        ({"valid_until": TODAY + timedelta(days=91)}, "valid_too_long", "incomplete", "valid_until"),
        ({"title": "限男性"}, "wording_sex", "block", "title"),
        ({"content": "入职交押金300元"}, "wording_fee", "block", "content"),
        ({"age_reason": "只招未婚的"}, "wording_family", "block", "age_reason"),
        ({"hours_per_day": 9.0, "days_per_week": 4.0}, "hours_day", "block", "hours_per_day"),
        ({"days_per_week": 6.0}, "hours_week", "block", "days_per_week"),
        ({"hours_per_day": 6.0, "days_per_week": 7.0}, "no_rest_day", "block", "days_per_week"),
        ({"pay_low_cents": 160_000}, "pay_below_minimum", "doubtful", "pay_text"),
        ({"pay_low_cents": None, "pay_high_cents": 160_000}, "pay_below_minimum", "doubtful", "pay_text"),
        ({"pay_low_cents": 900, "pay_unit": "hour"}, "pay_below_minimum", "doubtful", "pay_text"),
        ({"pay_low_cents": 7_000, "pay_unit": "day"}, "pay_below_minimum", "doubtful", "pay_text"),
        (
            {"pay_low_cents": 50, "pay_unit": "piece", "pieces_per_day": 100},
            "pay_below_minimum",
            "doubtful",
            "pay_text",
        ),
        ({"pay_low_cents": 50, "pay_unit": "piece"}, "piece_rate_open", "advice", "pay_text"),
        ({"term_months": 12, "probation_months": 3}, "probation_long", "block", "probation_months"),
        ({"probation_cents": 220_000}, "probation_pay", "block", "probation_cents"),
        ({"hazardous": True, "min_age": 16}, "hazardous_minor", "block", "min_age"),
        ({"max_age": 50, "age_reason": "要站着做"}, "age_suggestion", "advice", "max_age"),
        ({"min_age": 25}, "age_unexplained", "advice", "min_age"),
        ({"using_unit": "示例厂", "term_months": 12}, "dispatch_term", "block", "term_months"),
        ({"using_unit": "示例厂"}, "dispatch_term", "block", "term_months"),
        ({"content": "劳务派遣岗位", "term_months": 24}, "dispatch_unit", "block", "using_unit"),
        ({"content": "劳务派遣公司办公室打字", "term_months": 24}, "dispatch_unit", "doubtful", "using_unit"),
    ],
)
def test_each_breach_has_its_code_its_verdict_and_its_field(changed, code, verdict, field):
    assert coded(**changed) == [(code, verdict, field)]


@pytest.mark.parametrize(
    "changed",
    [
        {"hours_per_day": 12.0, "days_per_week": 7.0, "hours_permit": "示例人社工时〔2026〕8号"},
        {"hours_per_day": 2.0, "days_per_week": 3.0, "pay_low_cents": 50_000},
        {"min_age": 18, "hazardous": True},
        {"using_unit": "示例厂", "term_months": 24},
        {"content": "非劳务派遣,与工厂直接签合同"},
        {"term_months": 12, "probation_months": 2, "probation_cents": 224_000},
        {"content": "不收押金,男女不限"},
    ],
)
def test_what_only_looks_like_a_breach_is_fine(changed):
    assert coded(**changed) == []


def test_a_shorter_validity_of_the_office_holds():
    assert [one.code for one in check(facts(), today=TODAY, county="431222", valid_days=30)] == [
        "valid_too_long"
    ]


def test_only_a_confirmed_minimum_wage_blocks(monkeypatch):
    sure = tuple(replace(row, confirmed=True) for row in wages._table())
    monkeypatch.setattr(wages, "_table", lambda: sure)
    assert coded(pay_low_cents=160_000) == [("pay_below_minimum", "block", "pay_text")]
    low = {"pay_low_cents": 180_000, "month_low_cents": 180_000, "probation_cents": 150_000}
    assert coded(**low) == [("probation_pay", "block", "probation_cents")]


def test_the_minimum_wage_is_that_of_the_place_of_work():
    assert posting.place_of_work(facts()) == "431222"
    assert posting.place_of_work(facts(destination="440305")) == "440305"
    away = check(facts(pay_low_cents=200_000), today=TODAY, county="440305")
    assert [finding.code for finding in away] == ["pay_below_minimum"]


def test_a_finding_names_words_article_and_better_wording():
    (finding,) = found(content="踩平车,限 男 性,包住")
    assert (finding.words, finding.verdict) == ("限 男 性", Verdict.BLOCK)
    said = explained(finding)
    assert said.startswith("“限 男 性”")
    assert "妇女权益保障法第四十三条" in said
    assert "可以这样写" in said


def test_a_form_is_told_of_all_that_blocks_and_of_nothing_else():
    findings = found(title="限男性", hours_per_day=10.0, pay_low_cents=160_000, max_age=50)
    with pytest.raises(PostingRefused) as refused:
        posting.refuse_blocked(findings)
    assert [finding.code for finding in refused.value.findings] == ["wording_sex", "hours_day", "hours_week"]
    posting.refuse_blocked(found(pay_low_cents=160_000, max_age=50, content=None))


def test_a_post_is_held_for_each_reason_once_and_in_order():
    findings = found(title="限男性", content="押金300元", hours_per_day=10.0, pay_low_cents=160_000)
    assert posting.reasons_to_hold(findings, verified=False, reviewed={}) == [
        Held.EMPLOYER_UNVERIFIED,
        Held.WORDING,
        Held.HOURS,
        Held.REVIEW,
    ]
    assert posting.reasons_to_hold(found(max_age=50), verified=True, reviewed={}) == []


def test_what_a_reviewer_decided_holds_for_what_was_read_only():
    (low,) = found(pay_low_cents=160_000)
    held = {
        decision: posting.reasons_to_hold([low], verified=True, reviewed={low.key: decision})
        for decision in (APPROVED, Refusal.PAY_TOO_LOW.value)
    }
    assert held == {APPROVED: [], "pay_too_low": [Held.REFUSED]}
    (lower,) = found(pay_low_cents=150_000)
    assert lower.key != low.key


def test_every_code_has_its_words():
    assert set(FINDINGS) == set(CODES)
    assert set(CODES) <= set(PROBLEMS)
    decided = {Held.REVIEW, Held.REFUSED, Held.CHANGE, Held.EMPLOYER_UNVERIFIED}
    assert set(HOLDS.values()) | decided == set(Held)
    assert set(HELD) == set(Held)
    assert set(REFUSAL) == set(Refusal)
    assert {"posting_refused", "review_reason_missing", "nothing_to_review"} <= set(ERRORS)
