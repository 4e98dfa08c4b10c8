"""Finding the header, telling the family, and mapping files."""

from __future__ import annotations

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.errors import DomainError, FileRefused
from matching.people.person_fields import FAMILIES, person_families, person_schema
from matching.sheets import words
from matching.sheets.fields import FieldsReader
from matching.sheets.headers import match_header, matched_sheets, normal_header, recognise
from matching.sheets.mapping import load_mapping, parse_mapping
from matching.sheets.reading import Line, read_workbook
from tests.sheets import makers

BASE = ["姓名", "身份证号", "电话", "文化程度"]


def families():
    return list(person_families().values())


@pytest.mark.parametrize(
    "written",
    ["身份证号", " 身份\n证号 ", "*身份证号", "身份证号：", "身份证号★", "　身份证号　", "身份证号\u200b"],
)
def test_headers_are_compared_without_their_marks(written):
    assert normal_header(written) == "身份证号"


@pytest.mark.parametrize("above", [[], [["某县台账"]], [["某县台账"], ["填表人", "", "日期"], ["说明"]] * 4])
def test_the_header_may_stand_lower(above):
    lines = [Line(number, list(cells)) for number, cells in enumerate([*above, BASE], start=1)]
    assert recognise(lines, families()).header_line == len(above) + 1


def test_a_header_below_line_20_is_not_looked_for():
    with pytest.raises(FileRefused, match="header_unknown"):
        recognise([Line(21, list(BASE))], families())


def test_marks_of_mandatory_columns_and_units_do_not_matter():
    match = recognise([Line(1, ["姓名*", "身份证号（必填）", "期望月薪（元）", "【选填】电话"])], families())
    assert {"name", "id_number", "wage_floor"} <= set(match.columns)


def test_a_bracket_that_belongs_to_the_name_is_not_cut_off():
    match = recognise(
        [Line(1, ["证件号码", "姓名", "人口编号", "识别标准", "公益性岗位(月数)", "务工时间（月）"])],
        families(),
    )
    assert match.columns["months_worked"] == (5,)
    assert match.unknown == ()


def test_a_merged_header_of_two_lines_is_joined():
    lines = [
        Line(1, ["2023年台账"]),
        Line(2, ["户编号", "户主", "", "成员"]),
        Line(3, ["", "姓名", "证件号码", "姓名", "性别", "证件号码", "与户主关系", "人口编号", "识别标准"]),
    ]
    match = match_header(lines, person_families()["national_person_export"])
    assert match is not None
    assert match.header_line == 3
    assert (match.columns["head_name"], match.columns["head_id_number"]) == ((1,), (2,))
    assert match.names[:3] == ("户编号", "户主姓名", "户主证件号码")
    assert match.columns["household_code"] == (0,)


def test_columns_nobody_wants_are_reported():
    assert recognise([Line(1, [*BASE, "星座"])], families()).unknown == ("星座",)


def test_the_first_filled_of_several_columns_counts():
    match = recognise([Line(1, ["姓名", "身份证号码", "转移就业地点", "aab299", "aab301"])], families())
    reader = FieldsReader(match)
    row = ["张某", makers.resident(), "", "", "431226100000"]
    assert reader.read(Line(2, row)).values["region_code"] == "431226100000"
    row[3] = "431202000000"
    assert reader.read(Line(2, row)).values["region_code"] == "431202000000"


def test_of_several_sheets_those_understood_are_read_and_the_others_named(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        makers.write_sheet(book, [["行政村", "人口"], ["某村", 5]], "行政村信息")
        makers.write_sheet(book, [["标题"], BASE, ["张某", "x"]], "台账")
        makers.write_sheet(book, [["户类型", "是否已务工", "务工所在县"]], "已外出务工信息")
    ignored = []
    with read_workbook(tmp_path / "a.xlsx") as book:
        seen = [(sheet.name, list(sheet)) for sheet, _ in matched_sheets(book, families(), ignored)]
    assert seen == [("台账", [(3, ["张某", "x"])])]
    assert [(one.sheet, one.code) for one in ignored] == [
        ("行政村信息", "header_unknown"),
        ("已外出务工信息", "no_person_key"),
    ]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["户类型", "是否已务工", "务工所在县"]], "no_person_key"),
        ([["星座", "血型"]], "header_unknown"),
        ([[]], "file_empty"),
    ],
)
def test_a_workbook_of_which_nothing_is_understood_is_refused(tmp_path, rows, code):
    path = makers.write_book(tmp_path / "a.xlsx", rows)
    with pytest.raises(FileRefused, match=code):
        makers.read_matched(path, person_families())
    assert code in words.ERRORS


# -- mapping files


def test_a_mapping_file_of_ones_own_is_read(tmp_path):
    (tmp_path / "ours.toml").write_text(
        """
        title = "我们的表"
        keys = [["id_number"]]
        [headers]
        name = "大名"
        id_number = ["号码"]
        work = ["干活没"]
        [codes.work]
        employed = ["在干"]
        """,
        "utf-8",
    )
    mapping = load_mapping(tmp_path / "ours.toml", person_schema())
    match = recognise([Line(1, ["大名", "号码", "干活没"])], [mapping])
    values = FieldsReader(match).read(Line(2, ["张某", "1", "在干"])).values
    assert (mapping.name, values["work"]) == ("ours", "employed")
    assert FieldsReader(match).read(Line(2, ["张某", "1", "务农"])).values["work"] == "farming"


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("[headers\n", "mapping"),
        ("title = '空'", "headers"),
        ("[headers]\nstar_sign = ['星座']", "star_sign"),
        ("[headers]\nname = 5", "headers.name"),
        ("colour = 1\n[headers]\nname = ['姓名']", "colour"),
        ("entity = 'vacancy'\n[headers]\nname = ['姓名']", "entity"),
        ("creates = 'sometimes'\n[headers]\nname = ['姓名']", "creates"),
        ("keys = [['star_sign']]\n[headers]\nname = ['姓名']", "star_sign"),
        ("[headers]\nname = ['姓名']\n[codes.work]\nsleeping = ['睡']", "codes.work.sleeping"),
        ("[headers]\nwork = ['干']\n[lists]\nwork = 'nowhere'", "lists.nowhere"),
    ],
)
def test_a_wrong_mapping_file_says_where(content, where):
    with pytest.raises(DomainError, match="mapping_invalid") as wrong:
        parse_mapping(content, person_schema())
    assert wrong.value.facts["where"] == where


def test_a_mapping_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(DomainError, match="mapping_unreadable"):
        load_mapping(tmp_path / "none.toml", person_schema())


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_mapping_loader(content):
    try:
        parse_mapping(content, person_schema())
    except DomainError as error:
        assert error.code == "mapping_invalid"  # noqa: PT017


def test_families_shipped_are_recognised_by_the_names_of_their_files():
    assert {path.stem for path in FAMILIES.glob("*.toml")} - {"codes"} == set(person_families())


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(st.text(max_size=8), st.floats(), st.sampled_from(BASE)), max_size=6), max_size=8
    )
)
def test_no_first_lines_break_the_recognition(rows):
    try:
        recognise([Line(number, list(cells)) for number, cells in enumerate(rows, start=1)], families())
    except FileRefused as refusal:
        assert refusal.code in words.ERRORS  # noqa: PT017
