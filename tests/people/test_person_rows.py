"""Rows of the nine families, their code lists and the three levels of problems."""

# ruff: noqa: E501 - rows of a sheet are easier to read unbroken
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.errors import FileRefused
from matching.people import codes, words
from matching.people.codes import (
    Capacity,
    Care,
    Channel,
    Education,
    Health,
    IdType,
    Monitored,
    Reach,
    Relation,
    School,
    Sex,
    Shift,
    Willingness,
    Work,
)
from matching.people.facts import classes
from matching.people.person_rows import (
    FileChecks,
    PersonReader,
    PersonRow,
    age_on,
    person_families,
    person_schema,
)
from matching.sheets.headers import Match, recognise
from matching.sheets.problems import Level
from matching.sheets.reading import Line
from matching.sheets.templates import template_headers
from tests.sheets.makers import resident

TODAY = date(2026, 11, 22)
MAN, WOMAN = resident(order=1), resident(order=2)

NATIONAL = [
    "省",
    "市",
    "县",
    "乡",
    "村",
    "户编号",
    "人口编号",
    "姓名",
    "性别",
    "出生日期",
    "证件类型",
    "证件号码",
    "民族",
    "户联系电话",
    "成员联系电话",
    "年度",
    "与户主关系",
    "文化程度",
    "在校生状况",
    "劳动技能",
    "务工时间（月）",
    "健康状况",
    "政治面貌",
    "务工企业名称",
    "是否享受低保",
    "是否参加大病保险",
    "失学或辍学原因",
    "是否会讲普通话",
    "是否国外务工",
    "产业分类",
    "公益性岗位类型",
    "公益性岗位(月数)",
    "就业渠道",
    "残疾类别",
    "务工所在地",
    "户主姓名",
    "户主证件号码",
    "是否特困供养人员",
    "识别标准",
]
SHEET_2023 = [
    "户编号",
    "人编号",
    "户类型",
    "监测对象类别",
    "证件类型",
    "证件号码",
    "性别",
    "民族",
    "出生日期",
    "与户主关系",
    "文化程度",
    "在校生状况",
    "健康状况",
    "劳动技能",
    "家庭成员联系电话",
    "户联系电话",
    "务工所在地",
    "务工企业名称",
    "务工时间（月）",
    "就业渠道（易地搬迁后扶使用）",
    "公益性岗位",
    "公益性岗位(月数)",
    "公益岗位帮扶",
    "就业帮扶",
    "搬迁",
    "享受低保政策情况",
    "享受特困供养政策情况",
    "风险是否已消除",
    "年收入（元）",
    "工资性收入",
]
OUT_WORK = [
    "户类型",
    "是否已务工",
    "务工所在县",
    "开始时间",
    "结束时间",
    "务工月收入",
    "务工企业名称",
    "所属行业",
    "是否点对点输送",
    "就业渠道",
    "年度交通费补助",
]
PLANNED = ["户类型", "是否计划务工", "计划务工所在县", "就业服务需求"]
LABOUR = [
    "所属区域",
    "劳动力姓名",
    "身份证号",
    "性别",
    "劳动力电话",
    "文化程度",
    "就业创业状态",
    "就创业意愿",
    "劳动能力",
    "培训教育状态",
    "培训教育意愿",
    "是否残疾人",
    "上学状态",
    "易地扶贫搬迁",
    "安置点名称",
    "备注",
]
HOUSEHOLDS = [
    "认定年度",
    "户主姓名",
    "户主身份证号码",
    "户主电话",
    "详细地址",
    "是否属于易地扶贫搬迁",
    "集中安置点名称",
    "是否残疾人",
    "脱贫状态",
    "备注",
]
PROVINCIAL_WORDS = [
    "姓名",
    "身份证号码",
    "月收入",
    "户籍地址",
    "常住地址",
    "转移就业地点",
    "联系电话",
    "转移就业产业类别",
    "转移就业从事行业",
]
PROVINCIAL_CODES = [
    "aac003",
    "aac147",
    "aac004",
    "aac006",
    "aac005",
    "aac024",
    "aac011",
    "aab301",
    "aab299",
    "aac316",
    "acc987",
    "acc455",
    "acc452",
    "acc457",
    "acc328",
]
DIFFICULTY_CODES = [
    "bac001",
    "aac003",
    "aac058",
    "aac147",
    "add001",
    "adc310",
    "bdc518",
    "aae011",
    "aae036",
    "aae100",
    "aae101",
]
DIFFICULTY_WORDS = [
    "个人唯一识别码",
    "姓名",
    "证件类型",
    "证件号码",
    "就业困难流水号",
    "困难类型",
    "月均收入",
    "经办人",
    "经办日期",
    "就困有效标志",
    "政策享受标志",
]


def matched(headers: list[str]) -> Match:
    return recognise([Line(1, list(headers))], person_families().values())


def check(headers: list[str], **cells):
    """One checked row; cells by header, 身份证号 and 姓名 filled in unless given."""
    match = matched(headers)
    return PersonReader(match, TODAY).check(Line(2, [cells.get(name) for name in match.names]))


def base(**cells):
    """A row of the base ledger."""
    headers = template_headers(person_families()["base_ledger"])
    headers += [name for name in cells if name not in headers]
    return check(headers, **({"姓名": "张某", "身份证号": MAN} | cells))


def found(checked) -> dict[str, tuple[str, str]]:
    return {problem.code: (problem.level.value, problem.column) for problem in checked.problems}


# -- families


@pytest.mark.parametrize(
    ("headers", "family"),
    [
        (NATIONAL, "national_person_export"),
        (SHEET_2023, "person_2023"),
        (["证件号码", *OUT_WORK], "out_work_2023"),
        (["户编号", "人编号", *PLANNED], "planned_work_2023"),
        (LABOUR, "labour_ledger"),
        (HOUSEHOLDS, "household_import"),
        (PROVINCIAL_WORDS, "provincial"),
        (PROVINCIAL_CODES, "provincial"),
        (DIFFICULTY_CODES, "employment_difficulty"),
        (DIFFICULTY_WORDS, "employment_difficulty"),
        (["姓名", "身份证号", "电话", "文化程度"], "base_ledger"),
    ],
)
def test_a_family_is_recognised_by_itself_and_knows_each_header(headers, family):
    match = matched(headers)
    assert (match.mapping.name, match.unknown) == (family, ())


@pytest.mark.parametrize(
    ("headers", "column"),
    [(OUT_WORK, "证件号码"), (PLANNED, "证件号码"), (["姓名", "电话", "文化程度"], "身份证号")],
)
def test_a_sheet_without_a_person_key_is_refused_naming_the_column(headers, column):
    with pytest.raises(FileRefused, match="no_person_key") as refused:
        matched(headers)
    assert column in refused.value.facts["columns"]


def test_the_template_names_the_eight_base_fields_and_the_rest():
    headers = template_headers(person_families()["base_ledger"])
    asked = (
        "家庭人员 性别 年龄 文化 劳动技能 就业状况 培训意愿 务工地点 姓名 身份证号 户编号 户主关系 电话 安置点名称 就业意愿 可接受距离 "
        "可接受班次 期望月薪 愿否外出 意向地区 照料责任 证书"
    )
    assert set(headers) == set(asked.split())


def test_a_full_row_of_the_base_ledger_is_read():
    row = base(
        安置点名称="幸福 社区", 户编号="H001", 户主关系="户主", 电话=13800001111.0, 家庭人员="４人", 性别="男性", 年龄=46.0,
        文化="初中", 劳动技能="弱半劳动力", 就业状况="未就业", 培训意愿="缝纫", 就业意愿="愿意", 可接受距离="本县",
        可接受班次="白班、晚班", 期望月薪="3,500元", 愿否外出="否", 意向地区="广东、浙江", 照料责任="无", 证书="电工证",
    ).row  # fmt: skip
    assert row == PersonRow(
        id_number=MAN, id_type=IdType.RESIDENT, name="张某", sex=Sex.MALE, birth_date=date(1980, 1, 15), age=46,
        household_code="H001", relation=Relation.HEAD, phone="13800001111", household_size=4,
        settlement_name="幸福社区", education=Education.JUNIOR, capacity=Capacity.WEAK, work=Work.UNEMPLOYED,
        willingness=Willingness.YES, training_wish="缝纫", reach=Reach.COUNTY, shifts=(Shift.DAY, Shift.EVENING),
        wage_floor_cents=350_000, will_leave=False, wanted_regions=("广东", "浙江"), care=(), certificates=("电工证",),
    )  # fmt: skip


def test_an_empty_row_beside_the_key_states_nothing():
    row = base().row
    assert row is not None
    stated = {name for name in PersonRow.__slots__ if getattr(row, name) is not None}
    assert stated == {"id_number", "id_type", "name", "sex", "birth_date"}


def test_a_row_of_the_national_export_is_read():
    row = check(
        NATIONAL, 省="湖南省", 市="怀化市", 县="某县", 乡="某乡", 村="某村", 户编号="4300001", 人口编号="43000011", 姓名="张某",
        证件类型="居民身份证", 证件号码=WOMAN, 出生日期="19800115", 与户主关系="配偶", 文化程度="高中", 在校生状况="非在校生",
        劳动技能="技能劳动力", **{"务工时间（月）": "8"}, 健康状况="患有大病,残疾", 务工企业名称="某厂", 是否享受低保="是",
        就业渠道="公益岗位", 务工所在地="广东省东莞市", 户主证件号码=MAN, 残疾类别="肢体", 是否特困供养人员="否", 年度="2021",
    ).row  # fmt: skip
    assert row is not None
    assert row.region_parts == ("湖南省", "怀化市", "某县", "某乡", "某村")
    assert (row.household_code, row.person_code, row.sex, row.birth_date) == (
        "4300001",
        "43000011",
        Sex.FEMALE,
        date(1980, 1, 15),
    )
    assert (row.work, row.months_worked, row.channel) == (Work.EMPLOYED, 8, Channel.PUBLIC_WELFARE)
    assert (row.health, row.disabled) == ((Health.SERIOUS, Health.DISABLED), True)
    assert (row.low_income, row.destitute, row.head_id_number, row.confirmed_year) == (True, False, MAN, 2021)


def test_the_2023_sheet_needs_no_name_and_knows_people_by_their_codes():
    row = check(
        SHEET_2023, 户编号="43001", 人编号="430011", 监测对象类别="边缘易致贫户", 劳动技能="普通劳动力"
    ).row
    assert row is not None
    assert (row.name, row.household_code, row.person_code, row.monitored) == (
        None,
        "43001",
        "430011",
        Monitored.MARGINAL,
    )


def test_work_away_of_the_2023_set_has_dates_and_income():
    checked = check(
        ["证件号码", *OUT_WORK], 证件号码=MAN, 是否已务工="是", 务工所在县="东莞", 开始时间="2023.02", 结束时间="2023-06-30", 务工月收入=4500.0
    )  # fmt: skip
    row = checked.row
    assert row is not None
    assert (row.work_start, row.work_end, row.monthly_income_cents) == (
        date(2023, 2, 1),
        date(2023, 6, 30),
        450_000,
    )
    assert checked.problems == ()


def test_no_plan_to_go_away_is_not_unwillingness():
    row = check(["证件号码", *PLANNED], 证件号码=MAN, 是否计划务工="否").row
    assert row is not None
    assert row.willingness is None


def test_a_row_of_the_labour_ledger_states_willingness_and_reach_in_one_column():
    row = check(
        LABOUR, 所属区域="某县某镇某村", 劳动力姓名="张某", 身份证号=MAN, 就业创业状态="未就业", 就创业意愿="县外市内", 劳动能力="02", 是否残疾人="否",
        上学状态="未上学", 易地扶贫搬迁="是", 安置点名称="幸福社区",
    ).row  # fmt: skip
    assert row is not None
    assert (row.willingness, row.reach, row.capacity) == (Willingness.YES, Reach.PREFECTURE, Capacity.SKILLED)
    assert (row.disabled, row.school, row.relocated, row.region_text) == (
        False,
        School.NOT_IN_SCHOOL,
        True,
        "某县某镇某村",
    )


def test_each_row_of_the_household_import_is_a_head():
    row = check(
        HOUSEHOLDS,
        认定年度=2019.0,
        户主姓名="张某",
        户主身份证号码=MAN,
        是否属于易地扶贫搬迁="是",
        集中安置点名称="幸福社区",
    ).row
    assert row is not None
    assert (row.relation, row.confirmed_year, row.relocated) == (Relation.HEAD, 2019, True)


def test_a_row_of_provincial_codes_is_read():
    row = check(
        PROVINCIAL_CODES, aac003="张某", aac147=MAN, aac004="1", aac011="61", aab301="431226100000", aab299="431202001001",
        aac316="03", acc987="04", acc455="5", acc328="4500",
    ).row  # fmt: skip
    assert row is not None
    assert (row.education, row.region_code, row.work, row.channel) == (
        Education.SENIOR,
        "431202001001",
        Work.EMPLOYED,
        Channel.AWAY,
    )
    assert row.capacity is None


def test_a_record_of_difficulty_needs_no_name():
    row = check(DIFFICULTY_CODES, aac147=MAN, aac058="01", adc310="大龄失业人员", aae100="1").row
    assert row is not None
    assert (row.difficulty, row.difficulty_valid) == ("大龄失业人员", True)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("残疾人员", "disabled"),
        ("享受最低生活保障人员", "low_income"),
        ("农村零转移就业贫困家庭成员", "zero_job"),
        ("建档立卡贫困（脱贫）劳动力", "lifted"),
    ],
)
def test_a_difficulty_that_is_a_class_gives_it_while_it_is_valid(kind, target):
    valid, over = (check(DIFFICULTY_CODES, aac147=MAN, adc310=kind, aae100=flag).row for flag in "10")
    assert classes({"difficulty": valid.difficulty}) == {target: True}
    assert over.difficulty is None


# -- code lists

LISTS = {
    "education": {"01": "illiterate", "02": "primary", "03": "junior", "04": "senior", "05": "college", "06": "preschool",
                  "技师": "senior", "高职高专": "college", "大专": "college", "本科及以上": "bachelor", "11": "bachelor",
                  "14": "bachelor", "21": "bachelor", "31": "college", "41": "senior", "44": "senior", "47": "senior",
                  "61": "senior", "71": "junior", "81": "primary"},
    "capacity": {"01": "ordinary", "02": "skilled", "03": "lost", "04": "none", "弱劳动力或半劳动力": "weak"},
    "sex": {"男性": "male", "女": "female", "1": "male", "2": "female", "１": "male"},
    "relation": {"01": "head", "本人或户主": "head", "02": "spouse", "05": "daughter_in_law", "11": "father", "15": "father_in_law",
                 "16": "mother_in_law", "17": "grandfather", "99": "other"},
    "channel": {"公益岗位": "public_welfare", "公益性岗位": "public_welfare", "帮扶车间": "workshop", "务工/外出务工": "away"},
    "id_type": {"残疾证": "disability", "护照": "other", "居民身份证": "resident", "居民户口簿": "resident"},
    "monitored": {"脱贫不稳定户": "unstable", "突发严重困难户": "sudden"},
    "resettlement": {"集中安置": "concentrated", "分散安置": "scattered"},
    "school": {"非在校生": "not_in_school", "九年级": "in_school", "普通高中三年级": "in_school", "大专及以上": "in_school"},
    "work_area": {"01": "in_town", "04": "other_province"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "spelling", "code"), [(n, s, c) for n, ways in LISTS.items() for s, c in ways.items()]
)
def test_every_published_spelling_is_understood(name, spelling, code):
    assert person_schema().lists[name].code(spelling) == code


@pytest.mark.parametrize(
    "joined", ["长期慢性病,残疾", "残疾，长期慢性病", "残疾、长期慢性病", "02,04", "残疾 长期慢性病", "04;02"]
)
def test_joined_health_values_are_understood_in_either_order(joined):
    assert person_schema().lists["health"].codes(joined) == (Health.CHRONIC, Health.DISABLED)


def test_numbers_and_texts_of_a_code_are_one():
    capacity = person_schema().lists["capacity"]
    assert {capacity.code(cell) for cell in ("01", "1", 1.0, 1, " 0 1 ")} == {"ordinary"}


ENUMS = {
    "sex": codes.Sex, "id_type": codes.IdType, "education": codes.Education, "capacity": codes.Capacity,
    "school": codes.School, "health": codes.Health, "relation": codes.Relation, "willingness": codes.Willingness,
    "work": codes.Work, "channel": codes.Channel, "reach": codes.Reach, "shift": codes.Shift, "care": codes.Care,
    "resettlement": codes.Resettlement, "monitored": codes.Monitored,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ENUMS))
def test_a_code_list_has_all_codes_and_its_canonical_spelling_leads_back(name):
    listed = person_schema().lists[name]
    assert set(listed.canonical) == set(ENUMS[name])
    assert all(listed.code(spelling) == code for code, spelling in listed.canonical.items())


@pytest.mark.parametrize("name", sorted(ENUMS))
def test_there_are_words_for_every_code(name):
    assert set(getattr(words, name.upper())) == set(ENUMS[name])


def test_codes_that_feed_a_field_exist():
    for name, listed in person_schema().lists.items():
        enum = ENUMS.get(name)
        assert listed.spellings, name
        assert enum is None or set(listed.spellings.values()) <= {*enum, ""}


# -- rejected


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"姓名": None}, "name_missing", "姓名"),
        ({"姓名": " - "}, "name_missing", "姓名"),
        ({"身份证号": MAN[:-1] + ("1" if MAN[-1] != "1" else "2")}, "id_checksum", "身份证号"),
        ({"身份证号": 5.2e17}, "id_checksum", "身份证号"),
        ({"身份证号": "5.2E+17"}, "id_checksum", "身份证号"),
        ({"身份证号": None}, "id_checksum", "身份证号"),
        ({"出生日期": "1981-01-15"}, "id_birth_mismatch", "出生日期"),
        ({"出生日期": "1980.02"}, "id_birth_mismatch", "出生日期"),
        ({"性别": "女"}, "sex_mismatch", "性别"),
        ({"区划代码": "4312"+"x"}, "region_unknown", "区划代码"),
    ],
)  # fmt: skip
def test_rows_are_rejected_with_code_and_column(cells, code, column):
    checked = base(**cells)
    assert checked.row is None
    assert found(checked)[code] == ("rejected", column)


def test_a_birth_month_is_compared_by_month():
    assert base(出生日期="1980年1月").problems == ()


def test_nobody_under_16_belongs_in_a_labour_ledger_but_in_the_base_ledger():
    child = resident(born="20101123")
    assert found(check(LABOUR, 劳动力姓名="张某", 身份证号=child))["under_16"] == ("rejected", "身份证号")
    assert check(LABOUR, 劳动力姓名="张某", 身份证号=resident(born="20101122")).problems == ()
    assert base(身份证号=child).problems == ()


def test_the_document_decides_the_check():
    assert base(证件类型="护照", 身份证号="E12345678", 性别="女").row.sex is Sex.FEMALE
    certificate = base(证件类型="残疾证", 身份证号=MAN + "43")
    assert (certificate.row.id_number, certificate.row.id_type, certificate.row.disabled) == (
        MAN,
        IdType.DISABILITY,
        True,
    )
    assert "id_checksum" in found(base(证件类型="残疾证", 身份证号="E12345678"))


def test_without_a_number_household_and_person_code_are_key_enough():
    row = check(NATIONAL, 姓名="张某", 户编号="1", 人口编号="2", 性别="女", 出生日期="1990-01-01").row
    assert (row.sex, row.birth_date) == (Sex.FEMALE, date(1990, 1, 1))


# -- field left out


@pytest.mark.parametrize(
    ("cells", "code", "column", "field"),
    [
        ({"电话": "1380000"}, "phone_form", "电话", "phone"),
        ({"文化": "很高"}, "code_unknown", "文化", "education"),
        ({"可接受班次": "白班、随便"}, "code_unknown", "可接受班次", "shifts"),
        ({"期望月薪": "看情况"}, "code_unknown", "期望月薪", "wage_floor_cents"),
        ({"就业状况": "已就业", "月收入": "99"}, "income_range", "月收入", "monthly_income_cents"),
        ({"就业状况": "已就业", "月收入": "0"}, "income_range", "月收入", "monthly_income_cents"),
        ({"就业状况": "已就业", "月收入": "30001"}, "income_range", "月收入", "monthly_income_cents"),
        ({"劳动技能": "丧失劳动力", "就业状况": "已就业"}, "incapable_but_working", "就业状况", "work"),
        ({"劳动技能": "无劳动力", "就业状况": "自主创业"}, "incapable_but_working", "就业状况", "work"),
        (
            {"在校生状况": "九年级", "就业状况": "已就业", "务工地点": "某地"},
            "student_but_working",
            "就业状况",
            "work_place",
        ),
    ],
)
def test_a_field_is_left_out_and_the_row_goes_in(cells, code, column, field):
    checked = base(**cells)
    assert checked.row is not None
    assert found(checked)[code] == ("left_out", column)
    assert getattr(checked.row, field) is None


@pytest.mark.parametrize(
    ("work", "income", "kept"),
    [
        ("已就业", "100", 10_000),
        ("已就业", "30000", 3_000_000),
        ("已就业", None, None),
        ("未就业", "0", 0),
        ("未就业", None, None),
    ],
)
def test_a_believable_income_or_none_without_work_is_no_problem(work, income, kept):
    checked = base(就业状况=work, 月收入=income)
    assert checked.problems == ()
    assert checked.row.monthly_income_cents == kept


def test_an_end_before_the_start_is_left_out():
    checked = check(["证件号码", *OUT_WORK], 证件号码=MAN, 开始时间="2023-06-01", 结束时间="2023-05-31")
    assert found(checked)["end_before_start"] == ("left_out", "结束时间")
    assert (checked.row.work_start, checked.row.work_end) == (date(2023, 6, 1), None)


def test_weak_but_healthy_is_a_warning_and_keeps_both():
    checked = base(劳动技能="弱劳动力或半劳动力", 健康状况="健康")
    assert found(checked)["weak_but_healthy"] == ("warning", "劳动技能")
    assert (checked.row.capacity, checked.row.health) == (Capacity.WEAK, (Health.HEALTHY,))


def test_all_codes_have_sentences_and_all_levels_words():
    said = {"settlement_unknown", "duplicate_in_file", "second_head", "other_county", "unknown_person"}
    said |= {"name_missing", "id_checksum", "id_birth_mismatch", "sex_mismatch", "region_unknown", "under_16"}
    said |= {"phone_form", "income_range", "code_unknown", "end_before_start", "incapable_but_working"}
    said |= {"student_but_working", "weak_but_healthy", "too_long", "point_range"}
    assert said <= set(words.PROBLEMS)


# -- across the file


def test_the_second_row_of_a_person_and_the_second_head_are_told():
    checks = FileChecks()
    head = PersonRow(id_number=MAN, household_code="H1", relation=Relation.HEAD)
    assert checks.see(head, 2) is None
    assert checks.see(head, 3).code == "duplicate_in_file"
    second = PersonRow(id_number=WOMAN, household_code="H1", relation=Relation.HEAD)
    problem = checks.see(second, 4)
    assert (problem.code, problem.level, problem.line) == ("second_head", Level.REJECTED, 4)
    assert checks.see(PersonRow(id_number=WOMAN, household_code="H1", relation=Relation.SPOUSE), 5) is None
    assert checks.see(PersonRow(household_code="H1", person_code="2"), 6) is None
    assert checks.see(PersonRow(household_code="H1", person_code="2"), 7).code == "duplicate_in_file"


def test_ages_are_full_years():
    assert [age_on(date(2026, 11, day), date(2010, 11, 22)) for day in (21, 22)] == [15, 16]


@settings(deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.text(max_size=20), st.floats(), st.dates(), st.booleans()), max_size=45)
)
def test_no_row_breaks_the_reader(cells):
    for headers in (NATIONAL, LABOUR, PROVINCIAL_CODES, template_headers(person_families()["base_ledger"])):
        checked = PersonReader(matched(headers), TODAY).check(Line(2, list(cells)))
        assert (checked.row is None) == any(problem.level is Level.REJECTED for problem in checked.problems)


def test_care_of_nobody_is_a_statement():
    assert base(照料责任="无").row.care == ()
    assert base(照料责任="照看孩子、老人").row.care == (Care.CHILD, Care.ELDER)
    assert base().row.care is None
