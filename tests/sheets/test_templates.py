# ruff: noqa: E501 - rows of a sheet are easier to read unbroken
"""Templates, error workbooks and exports: what is written is understood when it comes back."""

from __future__ import annotations

import csv
import io
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.people import words
from matching.people.person_rows import PersonReader, person_families
from matching.places.settlement_rows import SettlementReader, settlement_families
from matching.sheets.errors_workbook import RejectedRow, write_errors
from matching.sheets.export import csv_lines, safe_text, write_xlsx
from matching.sheets.problems import Level, Problem
from matching.sheets.templates import GUIDE, choices, template_headers, write_template
from matching.vacancies.vacancy_rows import VacancyReader, vacancy_families
from tests.sheets import makers

TODAY = date(2026, 11, 22)
MAN = makers.resident()

LEDGER, VACANCIES, SETTLEMENTS = (
    person_families()["base_ledger"],
    vacancy_families()["vacancy_sheet"],
    settlement_families()["settlement_sheet"],
)
FILLED = {
    "安置点名称": "幸福社区", "户编号": "0001", "姓名": "张某", "身份证号": MAN, "电话": "13800001111", "家庭人员": 4, "年龄": 46,
    "培训意愿": "愿意", "务工地点": "", "期望月薪": 3000, "意向地区": "广东", "证书": "无", "岗位编号": "007", "岗位名称": "缝纫工",
    "用人单位": "某厂", "统一社会信用代码": "91350100M000100Y43", "联系人": "李某", "联系电话": "07452712345", "招聘人数": 5,
    "工作内容": "缝", "工作地点": "一楼", "区划代码": "431226", "输入地区划": "", "经度": 109.9, "纬度": 27.9, "薪资": "3000-4500元/月",
    "每天工时": 8, "每周天数": 6, "必备技能": "缝纫", "优先技能": "", "最低年龄": 18, "最高年龄": 55, "年龄理由": "无",
    "上岗日期": date(2026, 12, 1), "季节": "", "有效期至": date(2026, 12, 31), "信息来源": "就业局", "搬迁人数": 300,
    "特殊工时批准号": "", "每天件数": 120, "实际用工单位": "", "合同月数": 24, "试用期月数": 2, "试用期月薪": "2800元/月",
}  # fmt: skip


def filled(mapping, path):
    """The template of a family with every choice of every column used once."""
    with path.open("wb") as file:
        write_template(mapping, file)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    longest = max(len(choices(mapping, field)) for field in mapping.template)
    for number in range(longest or 1):
        for column, field in enumerate(mapping.template, start=1):
            allowed = choices(mapping, field)
            header = sheet.cell(1, column).value
            value = allowed[number % len(allowed)] if allowed else FILLED[header]
            if field == "id_number":
                value = makers.resident(order=number + 1)
            elif field == "sex":
                value = "女" if number % 2 else "男"
            elif field in ("ref", "name") and mapping is not LEDGER:
                value = f"{value}{number}"
            sheet.cell(number + 2, column, value)
    book.save(path)
    return longest or 1


@pytest.mark.parametrize(
    ("mapping", "families", "reader"),
    [
        (LEDGER, person_families(), lambda match: PersonReader(match, TODAY)),
        (VACANCIES, vacancy_families(), lambda match: VacancyReader(match, TODAY)),
        (SETTLEMENTS, settlement_families(), SettlementReader),
    ],
    ids=["ledger", "vacancies", "settlements"],
)
def test_a_filled_template_has_no_problems(tmp_path, mapping, families, reader):
    count = filled(mapping, tmp_path / "t.xlsx")
    [(match, lines)] = makers.read_matched(tmp_path / "t.xlsx", families)
    read = reader(match)
    checked = [read.check(line) for line in lines]
    expected = {"incapable_but_working"} if mapping is LEDGER else set()
    assert len(checked) == count
    assert {problem.code for one in checked for problem in one.problems} <= expected
    assert all(one.row is not None for one in checked)


def test_a_template_offers_choices_and_explains_itself(tmp_path):
    with (tmp_path / "t.xlsx").open("wb") as file:
        write_template(LEDGER, file)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["基础台账", GUIDE]
    assert [cell.value for cell in book.worksheets[0][1]] == template_headers(LEDGER)
    assert len(book.worksheets[0].data_validations.dataValidation) >= 8
    explained = {
        row[0].value: [cell.value for cell in row[2:] if cell.value]
        for row in book[GUIDE].iter_rows(min_row=2)
    }
    assert explained["劳动技能"] == [
        "技能劳动力",
        "普通劳动力",
        "弱劳动力或半劳动力",
        "丧失劳动力",
        "无劳动力",
    ]
    column = template_headers(LEDGER).index("身份证号")
    assert book.worksheets[0].column_dimensions[chr(65 + column)].number_format == "@"


def rejected(cells, *codes):
    return RejectedRow(9, cells, [Problem(Level.REJECTED, code, column, 9) for code, column in codes])


def test_rejected_rows_come_back_with_the_reason_beside_the_cell(tmp_path):
    names = ["姓名", "身份证号", "电话"]
    rows = [
        rejected(
            ["张某", "12", 13800001111.0], ("id_checksum", "身份证号"), ("settlement_unknown", "安置点名称")
        )
    ]
    with (tmp_path / "e.xlsx").open("wb") as file:
        write_errors(file, names, rows, words.PROBLEMS)
    written = [
        [cell.value for cell in row] for row in openpyxl.load_workbook(tmp_path / "e.xlsx").worksheets[0]
    ]
    assert written[0] == ["原表行号", "姓名", "身份证号", "原因(身份证号)", "电话", "原因"]
    assert written[1][:3] == [9, "张某", "12"]
    assert written[1][3] == words.PROBLEMS["id_checksum"]
    assert written[1][4] == "13800001111" or written[1][4] == 13800001111
    assert written[1][5].startswith("安置点名称:")


def test_a_corrected_error_workbook_can_be_uploaded_as_it_is(tmp_path):
    names = ["姓名", "身份证号", "电话"]
    with (tmp_path / "e.xlsx").open("wb") as file:
        write_errors(
            file, names, [rejected(["张某", "12", "1"], ("id_checksum", "身份证号"))], words.PROBLEMS
        )
    book = openpyxl.load_workbook(tmp_path / "e.xlsx")
    book.worksheets[0]["C2"] = MAN
    book.worksheets[0]["E2"] = "13800001111"
    book.save(tmp_path / "e.xlsx")
    [(match, lines)] = makers.read_matched(tmp_path / "e.xlsx", person_families())
    checked = PersonReader(match, TODAY).check(lines[0])
    assert (checked.row.id_number, checked.row.phone, checked.problems) == (MAN, "13800001111", ())


HOSTILE = ['=HYPERLINK("http://x")', "+1", "-1+1", "@SUM(1)", "\t=1", "\0=1", "\r=1", "=", "\t+x"]


@pytest.mark.parametrize("value", HOSTILE)
def test_no_export_cell_is_a_formula(tmp_path, value):
    assert not safe_text(value).startswith(("=", "+", "-", "@", "\t", "\0", "\r"))
    with (tmp_path / "e.xlsx").open("wb") as file:
        write_xlsx(file, "导出", ["列"], [[value]])
    cell = openpyxl.load_workbook(tmp_path / "e.xlsx").worksheets[0]["A2"]
    assert cell.data_type == "s"
    assert not cell.value.startswith(("=", "+", "-", "@"))
    with (tmp_path / "r.xlsx").open("wb") as file:
        write_errors(file, ["列"], [rejected([value], ("code_unknown", "列"))], {})
    assert (
        not openpyxl.load_workbook(tmp_path / "r.xlsx")
        .worksheets[0]["B2"]
        .value.startswith(("=", "+", "-", "@"))
    )
    lines = b"".join(csv_lines(["列"], [[value]])).decode("utf-8-sig")
    assert not list(csv.reader(io.StringIO(lines)))[1][0].startswith(("=", "+", "-", "@", "\t", "\r"))


@settings(deadline=None)
@given(st.text(max_size=40))
def test_an_exported_text_comes_back_as_it_was_cleaned(value):
    from matching.sheets.cells import text

    assert text(safe_text(value)) == text(value)


def test_id_numbers_stay_text_and_leading_zeros_stay(tmp_path):
    with (tmp_path / "e.xlsx").open("wb") as file:
        assert (
            write_xlsx(
                file,
                "人员 名单/1",
                ["身份证号", "编号", "数"],
                [[MAN, "007", 5], [5.2e17, None, date(2026, 1, 2)]],
            )
            == 2
        )
    assert makers.read_all(tmp_path / "e.xlsx")[0][1][1:] == [
        (2, [MAN, "007", 5.0]),
        (3, ["5.2e+17", "", "2026-01-02"]),
    ]


def test_an_export_without_rows_still_has_its_header(tmp_path):
    with (tmp_path / "e.xlsx").open("wb") as file:
        assert write_xlsx(file, "空", ["列"], []) == 0
    assert makers.read_all(tmp_path / "e.xlsx")[0][1] == [(1, ["列"])]
