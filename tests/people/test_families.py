"""Each header family of real ledgers, from the sheet to the tables."""

import io
from datetime import date

import pytest
import xlsxwriter
from sqlalchemy import select

from matching.db import transaction
from matching.people.models import EmploymentSpell, Household, Jobseeker, Member
from matching.sheets.models import LedgerProblem, LedgerState
from tests.stack import bring_in, counts, drain_all, id_number, ledger_of, office, person, receive, with_site

pytestmark = pytest.mark.wide


def all_of(services, table):
    with transaction(services.sessions, writes=False) as session:
        return session.scalars(select(table).order_by(table.id)).all()


def codes(services, ledger):
    with transaction(services.sessions, writes=False) as session:
        rows = select(LedgerProblem.line, LedgerProblem.code).where(LedgerProblem.ledger_id == ledger.id)
        return [tuple(row) for row in session.execute(rows.order_by(LedgerProblem.line, LedgerProblem.code))]


def facts(services, member):
    return services.keyring.open_facts(member.sealed, "member.sealed")


def national(serial, **more):
    return {
        "省": "湖南省",
        "市": "怀化市",
        "县": "沅陵县",
        "乡": "官庄镇",
        "村": "",
        "户编号": f"43122200{serial:04}",
        "人口编号": f"43122200{serial:04}01",
        "姓名": f"测试{serial}",
        "性别": "男",
        "出生日期": "1980-06-15",
        "证件类型": "居民身份证",
        "证件号码": id_number(serial),
        "户联系电话": "19900001111",
        "与户主关系": "户主",
        "文化程度": "初中",
        "在校生状况": "非在校生",
        "劳动技能": "普通劳动力",
        "健康状况": "长期慢性病,残疾",
        "是否享受低保": "是",
        "识别标准": "国家标准",
        **more,
    }


def test_the_national_export_makes_households_members_and_jobseekers(stack):
    home = office(stack, "431200")
    rows = [
        national(1, **{"务工企业名称": "东莞某厂", "务工时间（月）": "10", "就业渠道": "公益岗位"}),
        national(2, 劳动技能="弱劳动力或半劳动力", 健康状况="残疾,长期慢性病"),
        national(
            3,
            户编号="431222000001",
            人口编号="43122200000102",
            与户主关系="之子",
            证件号码=id_number(3, birth="20150101"),
            出生日期="2015-01-01",
            文化程度="学龄前儿童",
            在校生状况="小学",
            劳动技能="无劳动力",
        ),
        national(4, 证件类型="残疾证", 证件号码=id_number(4) + "43"),
    ]
    ledger = bring_in(stack, home, "ledger", rows)
    assert ledger.family == "national_person_export"
    assert counts(ledger) == (4, 0, 0, 0), codes(stack, ledger)
    first, second, child, disabled = all_of(stack, Member)
    assert [household.county for household in all_of(stack, Household)] == ["431222"] * 3
    assert child.household_id == first.household_id
    assert facts(stack, first)["health"] == facts(stack, second)["health"]
    assert facts(stack, disabled)["id_number"] == id_number(4)
    assert disabled.id_type == "disability"
    assert [seeker.id for seeker in all_of(stack, Jobseeker)] == [first.id, second.id, disabled.id]
    assert all_of(stack, Jobseeker)[0].classes["low_income"] is True
    (spell,) = all_of(stack, EmploymentSpell)
    assert (spell.employer_name, spell.channel) == ("东莞某厂", "public_welfare")


def sheet_2023(serial, **more):
    return {
        "户编号": f"43122200{serial:04}",
        "人编号": f"43122200{serial:04}01",
        "户类型": "脱贫户",
        "监测对象类别": "边缘易致贫户",
        "证件类型": "居民身份证",
        "证件号码": "",
        "文化程度": "高中",
        "劳动技能": "技能劳动力",
        "家庭成员联系电话": "19900002222",
        **more,
    }


def test_the_2023_sheet_updates_people_known_by_their_codes_and_makes_none_without_a_name(stack):
    home = office(stack, "431200")
    bring_in(stack, home, "ledger", [national(1)])
    ledger = bring_in(stack, home, "ledger", [sheet_2023(1), sheet_2023(9)])
    assert ledger.family == "person_2023"
    assert counts(ledger) == (0, 1, 0, 1)
    assert codes(stack, ledger) == [(3, "unknown_person")]
    (member,) = all_of(stack, Member)
    assert (member.education, member.capacity) == ("senior", "skilled")
    assert all_of(stack, Household)[0].monitored == "marginal"
    assert facts(stack, member)["phone"] == "19900002222"
    assert counts(bring_in(stack, home, "ledger", [sheet_2023(9, 姓名="测试9", 证件号码=id_number(9))])) == (
        1,
        0,
        0,
        0,
    )


def test_the_labour_ledger_rejects_children_and_goes_in_without_households(stack):
    home = with_site(stack)
    rows = [
        {
            "所属区域": "湖南省怀化市沅陵县",
            "劳动力姓名": f"测试{n}",
            "身份证号": number,
            "性别": "男",
            "劳动力电话": f"1990000000{n}",
            "文化程度": "初中",
            "就业创业状态": "已就业",
            "就创业意愿": "珠三角",
            "劳动能力": "普通劳动力",
            "是否残疾人": "否",
            "易地扶贫搬迁": "是",
            "安置点名称": "青云安置区",
        }
        for n, number in ((1, id_number(1)), (2, id_number(2, birth="20150101")))
    ]
    ledger = bring_in(stack, home, "ledger", rows)
    assert ledger.family == "labour_ledger"
    assert counts(ledger) == (1, 0, 0, 1)
    assert codes(stack, ledger)[-1] == (3, "under_16")
    (household,) = all_of(stack, Household)
    assert (household.provisional, household.relocated) == (True, True)
    (seeker,) = all_of(stack, Jobseeker)
    assert (seeker.work, seeker.classes["disabled"], seeker.classes["relocated"]) == ("employed", False, True)


def test_the_household_import_makes_heads(stack):
    home = with_site(stack)
    row = {
        "认定年度": "2016",
        "户主姓名": "测试1",
        "户主身份证号码": id_number(1),
        "户主电话": "19900000001",
        "详细地址": "官庄镇某村",
        "是否属于易地扶贫搬迁": "是",
        "集中安置点名称": "青云安置区",
        "是否残疾人": "是",
        "脱贫状态": "已脱贫",
    }
    ledger = bring_in(stack, home, "ledger", [row])
    assert ledger.family == "household_import"
    assert counts(ledger) == (1, 0, 0, 0)
    (member,) = all_of(stack, Member)
    assert member.is_head
    assert all_of(stack, Jobseeker)[0].classes["disabled"] is True


@pytest.mark.parametrize("coded", [False, True])
def test_the_provincial_sheet_comes_in_words_or_codes(embedded, coded):
    home = office(embedded, "431200")
    words = {
        "姓名": "测试1",
        "身份证号码": id_number(1),
        "月收入": "3000",
        "常住地址": "湖南省怀化市沅陵县官庄镇",
        "转移就业地点": "广东省东莞市",
        "联系电话": "19900000001",
        "转移就业从事行业": "制造业",
    }
    aac = {
        "aac003": "测试1",
        "aac002": id_number(1),
        "aac004": "1",
        "aac011": "71",
        "aab299": "431222000000",
        "aac316": "03",
        "acc987": "04",
        "acc455": "1",
        "acc328": "3000",
    }
    ledger = bring_in(embedded, home, "ledger", [aac if coded else words])
    assert ledger.family == "provincial"
    assert counts(ledger) == (1, 0, 0, 0), codes(embedded, ledger)
    (member,) = all_of(embedded, Member)
    assert member.county == "431222"
    (spell,) = all_of(embedded, EmploymentSpell)
    assert spell.monthly_income_cents == 300_000
    assert member.education == ("junior" if coded else None)


def test_difficulty_records_update_known_people_and_nobody_else(stack):
    home = with_site(stack)
    bring_in(stack, home, "ledger", [person(1)])
    rows = [
        {
            "bac001": "x",
            "aac003": f"测试{n}",
            "aac147": id_number(n),
            "adc310": "连续失业一年以上人员",
            "bac301": "430521",
        }
        for n in (1, 2)
    ]
    ledger = bring_in(stack, home, "ledger", rows)
    assert ledger.family == "employment_difficulty"
    assert counts(ledger) == (0, 1, 0, 1)
    assert codes(stack, ledger) == [(3, "unknown_person")]
    (seeker,) = all_of(stack, Jobseeker)
    assert seeker.classes["long_unemployed"] is True
    assert seeker.county == "431222"


def test_a_sheet_without_a_person_key_is_refused_whole_and_names_the_column(stack):
    home = office(stack)
    row = {
        "姓名": "测试1",
        "性别": "男",
        "文化程度": "初中",
        "劳动技能": "普通劳动力",
        "安置点名称": "青云安置区",
    }
    ledger = bring_in(stack, home, "ledger", [row])
    assert ledger.state == LedgerState.REFUSED
    assert ledger.refusal["code"] == "no_person_key"
    assert "身份证号" in ledger.refusal["columns"]


def test_any_other_sheet_comes_in_by_a_mapping_file(stack):
    home = with_site(stack)
    mapping = """
name = "our_list"
title = "本县名册"
entity = "person"
creates = "always"
keys = [["id_number"]]

[headers]
name = ["Full name"]
id_number = ["ID"]
settlement_name = ["Lives in"]
"""
    row = {"Full name": "测试1", "ID": id_number(1), "Lives in": "青云安置区"}
    ledger = bring_in(stack, home, "ledger", [row], mapping=mapping)
    assert counts(ledger) == (1, 0, 0, 0), (ledger.refusal, codes(stack, ledger))


def test_header_on_line_three_full_width_digits_and_telephones_as_numbers(stack):
    home = with_site(stack)
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    page = book.add_worksheet("名册")
    page.merge_range(0, 0, 0, 5, "沅陵县2026年度台账")
    page.write(1, 0, "填报单位:沅陵县")
    header = ["姓名*", "身份证号", "户编号", "性 别", "联系电话", "安置点名称", "期望月薪", "出生日期"]
    page.write_row(2, 0, header)
    page.write_row(
        3,
        0,
        [
            " 测 试 一 ",
            "".join(chr(ord(c) + 0xFEE0) for c in id_number(1)),
            "H1",
            "男性",
            19900000001,
            "青云安置区",
            "３５００元",
            29387,
        ],
    )
    book.close()
    file.seek(0)
    ledger_id = receive(stack, home, "ledger", file)
    drain_all(stack)
    ledger = ledger_of(stack, ledger_id)
    assert counts(ledger) == (1, 0, 0, 0), (ledger.refusal, codes(stack, ledger))
    (member,) = all_of(stack, Member)
    assert (member.name, member.birth_date) == ("测试一", date(1980, 6, 15))
    assert facts(stack, member)["phone"] == "19900000001"
    assert all_of(stack, Jobseeker)[0].wage_floor_cents == 350_000


@pytest.mark.parametrize("name", ["0", "……", "#", "12.5"])
def test_a_number_or_a_formulas_result_is_nobodys_name(embedded, name):
    home = with_site(embedded)
    ledger = bring_in(embedded, home, "ledger", [person(1, 姓名=name)])
    assert codes(embedded, ledger) == [(2, "name_missing")]


@pytest.mark.parametrize(
    ("stated", "lifted"),
    [
        ({"户类型": "脱贫户"}, True),
        ({"户类型": "一般农户"}, False),
        ({"户类型": "", "监测对象类别": "脱贫不稳定户"}, True),
        ({"户类型": "突发严重困难户", "监测对象类别": ""}, None),
    ],
)
def test_the_kind_of_a_household_gives_its_people_the_class_of_lifted_ones(stack, stated, lifted):
    home = office(stack, "431200")
    wife = national(2, 户编号="431222000001", 人口编号="43122200000102", 与户主关系="配偶")
    bring_in(stack, home, "ledger", [national(1), wife])
    both = [sheet_2023(1, **stated), sheet_2023(1, 人编号="43122200000102", **stated)]
    bring_in(stack, home, "ledger", both)
    assert all_of(stack, Household)[0].lifted is lifted
    assert [seeker.classes.get("lifted") for seeker in all_of(stack, Jobseeker)] == [lifted] * 2


def test_a_household_sheet_that_says_lifted_gives_the_class(stack):
    home = with_site(stack)
    row = {
        "认定年度": "2016",
        "户主姓名": "测试",
        "户主身份证号码": id_number(1),
        "户主电话": "19900001111",
        "是否属于易地扶贫搬迁": "否",
        "脱贫状态": "已脱贫",
        "是否残疾人": "否",
    }
    ledger = bring_in(stack, home, "ledger", [row])
    assert ledger.family == "household_import"
    assert all_of(stack, Jobseeker)[0].classes["lifted"] is True


def test_policies_that_are_named_instead_of_a_yes_give_their_class(stack):
    home = office(stack, "431200")
    bring_in(stack, home, "ledger", [national(1, 是否享受低保=""), national(2, 是否享受低保="")])
    rows = [
        sheet_2023(1, 监测对象类别="", 享受低保政策情况="农村低保", 搬迁="易地扶贫搬迁"),
        sheet_2023(2, 监测对象类别="", 享受特困供养政策情况="分散供养", 搬迁="否"),
    ]
    ledger = bring_in(stack, home, "ledger", rows)
    assert codes(stack, ledger) == []
    first, second = (seeker.classes for seeker in all_of(stack, Jobseeker))
    assert (first["low_income"], first["relocated"]) == (True, True)
    assert (second["low_income"], second["relocated"]) == (True, False)
