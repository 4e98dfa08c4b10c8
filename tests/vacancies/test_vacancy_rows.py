"""Rows of a vacancy sheet."""

# ruff: noqa: E501 - rows of a sheet are easier to read unbroken
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.people.codes import Education, Shift
from matching.sheets.headers import Match, recognise
from matching.sheets.problems import Level
from matching.sheets.reading import Line
from matching.sheets.templates import template_headers
from matching.vacancies import codes, words
from matching.vacancies.codes import Benefit, Kind, Load, PayUnit, Tag, Target
from matching.vacancies.vacancy_rows import VacancyReader, VacancyRow, vacancy_families, vacancy_schema

TODAY = date(2026, 11, 22)
HEADERS = template_headers(vacancy_families()["vacancy_sheet"])


def matched(headers: list[str] = HEADERS) -> Match:
    return recognise([Line(1, list(headers))], vacancy_families().values())


def check(**cells):
    match = matched()
    cells = {"岗位名称": "缝纫工", "岗位类别": "帮扶车间"} | cells
    return VacancyReader(match, TODAY).check(Line(7, [cells.get(name) for name in match.names]))


def found(checked) -> dict[str, tuple[str, str]]:
    return {problem.code: (problem.level.value, problem.column) for problem in checked.problems}


def test_the_template_has_the_columns_of_the_sheet():
    asked = (
        "岗位编号 岗位名称 岗位类别 用人单位 统一社会信用代码 联系人 联系电话 招聘人数 工作内容 工作地点 区划代码 输入地区划 经度 纬度 "
        "薪资 每天工时 每周天数 班次 劳动强度 必备技能 优先技能 证书 学历 最低年龄 最高年龄 年龄理由 食宿 标签 面向人群 上岗日期 "
        "季节 有效期至 信息来源 特殊工时批准号 每天件数 实际用工单位 合同月数 试用期月数 试用期月薪"
    )
    assert asked.split() == HEADERS
    assert matched().unknown == ()


def test_a_full_row_is_read():
    checked = check(
        岗位编号="A-1", 用人单位="某制衣厂", 统一社会信用代码="91350100M000100Y43", 联系人="李某", 联系电话="0745-2712345",
        招聘人数="５人", 工作内容="缝衣服", 工作地点="幸福社区一楼", 区划代码=431226.0, 经度="109.9", 纬度=27.9,
        薪资="4.5-6千/月", 每天工时=8.0, 每周天数="6", 班次="白班、晚班", 劳动强度="轻", 必备技能="缝纫", 优先技能="无",
        证书="", 学历="初中及以上", 最低年龄="18岁", 最高年龄=55.0, 年龄理由="体力要求", 食宿="包吃住、班车",
        标签="可带回家做、计件", 面向人群="易地搬迁劳动力、残疾人", 上岗日期="随时", 季节="全年", 有效期至="2026年12月31日", 信息来源="县就业局",
    )  # fmt: skip
    assert checked.problems == ()
    assert checked.row == VacancyRow(
        title="缝纫工", kind=Kind.SUPPORT_WORKSHOP, ref="A-1", employer_name="某制衣厂", credit_code="91350100M000100Y43",
        contact="李某", phone="07452712345", headcount=5, content="缝衣服", place="幸福社区一楼", region_code="431226",
        longitude=109.9, latitude=27.9, pay_text="4.5-6千/月", pay_low_cents=450_000, pay_high_cents=600_000,
        pay_unit=PayUnit.MONTH, hours_per_day=8.0, days_per_week=6.0, shifts=(Shift.DAY, Shift.EVENING), load=Load.LIGHT,
        required_skills=("缝纫",), preferred_skills=(), education=Education.JUNIOR, min_age=18, max_age=55,
        age_reason="体力要求", benefits=(Benefit.MEALS, Benefit.HOUSING, Benefit.TRANSPORT),
        tags=(Tag.TAKE_HOME, Tag.PIECE_WORK), targets=(Target.RELOCATED, Target.DISABLED), season="全年",
        valid_until=date(2026, 12, 31), source="县就业局",
    )  # fmt: skip


def test_an_almost_empty_row_goes_in():
    checked = check()
    assert checked.problems == ()
    assert checked.row == VacancyRow(title="缝纫工", kind=Kind.SUPPORT_WORKSHOP)


@pytest.mark.parametrize(
    ("cells", "code", "level", "column"),
    [
        ({"岗位名称": None}, "title_missing", "rejected", "岗位名称"),
        ({"区划代码": "四三"}, "region_unknown", "rejected", "区划代码"),
        ({"岗位类别": "别的"}, "code_unknown", "left_out", "岗位类别"),
        ({"岗位类别": None}, "kind_assumed", "warning", "岗位类别"),
        ({"联系电话": "12"}, "phone_form", "left_out", "联系电话"),
        ({"统一社会信用代码": "91350100M000100Y44"}, "credit_code", "left_out", "统一社会信用代码"),
        ({"薪资": "看情况"}, "pay_form", "left_out", "薪资"),
        ({"招聘人数": "若干"}, "code_unknown", "left_out", "招聘人数"),
        ({"招聘人数": 0.0}, "headcount_range", "left_out", "招聘人数"),
        ({"每天工时": 25.0}, "hours_range", "left_out", "每天工时"),
        ({"每周天数": 8.0}, "hours_range", "left_out", "每周天数"),
        ({"最低年龄": 15.0}, "age_range", "left_out", "最低年龄"),
        ({"最低年龄": 50.0, "最高年龄": 40.0}, "age_range", "left_out", "最低年龄"),
        ({"经度": 27.9, "纬度": 109.9}, "point_range", "left_out", "经度"),
        ({"经度": 109.9}, "point_range", "left_out", "经度"),
        ({"食宿": "包吃、随便"}, "code_unknown", "left_out", "食宿"),
        ({"有效期至": "很久"}, "code_unknown", "left_out", "有效期至"),
        ({"有效期至": "2026-11-21"}, "already_over", "warning", "有效期至"),
        ({"季节": "春" * 61}, "too_long", "left_out", "季节"),
    ],
)
def test_each_problem_has_its_level_and_column(cells, code, level, column):
    checked = check(**cells)
    assert found(checked)[code] == (level, column)
    assert (checked.row is None) == (level == "rejected")
    assert code in words.PROBLEMS


def test_a_pay_text_not_understood_is_kept_as_text():
    row = check(薪资="看情况").row
    assert (row.pay_text, row.pay_low_cents, row.negotiable) == ("看情况", None, False)


def test_negotiable_pay_is_said():
    checked = check(薪资="面议")
    assert (checked.row.negotiable, checked.row.pay_unit, checked.problems) == (True, None, ())


def test_a_kind_not_stated_follows_the_destination():
    assert check(岗位类别=None, 输入地区划="441900").row.kind is Kind.LABOUR_COOPERATION
    assert check(岗位类别=None).row.kind is Kind.ENTERPRISE


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("包吃住", (Benefit.MEALS, Benefit.HOUSING)),
        ("包吃包住,班车", (Benefit.MEALS, Benefit.HOUSING, Benefit.TRANSPORT)),
        ("包午餐", (Benefit.LUNCH,)),
        ("无", ()),
    ],
)
def test_meals_and_housing(written, expected):
    assert check(食宿=written).row.benefits == expected


@pytest.mark.parametrize(
    ("written", "expected"), [("不限", None), ("初中", Education.JUNIOR), ("高中以上", Education.SENIOR), ("大专及以上", Education.COLLEGE)]
)  # fmt: skip
def test_the_education_asked_for(written, expected):
    checked = check(学历=written)
    assert (checked.row.education, checked.problems) == (expected, ())


ENUMS = {
    "kind": codes.Kind,
    "load": codes.Load,
    "benefit": codes.Benefit,
    "tag": codes.Tag,
    "target": codes.Target,
}


@pytest.mark.parametrize("name", sorted(ENUMS))
def test_a_code_list_has_all_codes_and_its_canonical_spelling_leads_back(name):
    listed = vacancy_schema().lists[name]
    assert set(listed.canonical) == set(ENUMS[name])
    assert all(listed.code(spelling) == code for code, spelling in listed.canonical.items())


@pytest.mark.parametrize(
    "enum", [codes.Kind, codes.State, codes.PayUnit, codes.Load, codes.Benefit, codes.Tag, codes.Held]
)
def test_there_are_words_for_every_code(enum):
    assert any(isinstance(table, dict) and set(table) == set(enum) for table in vars(words).values())


@settings(deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.text(max_size=30), st.floats(), st.dates(), st.booleans()), max_size=40)
)
def test_no_row_breaks_the_reader(cells):
    checked = VacancyReader(matched(), TODAY).check(Line(2, list(cells)))
    assert (checked.row is None) == any(problem.level is Level.REJECTED for problem in checked.problems)
