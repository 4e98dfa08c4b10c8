"""Formats, encodings and hostile files, all through the confined child process."""

from __future__ import annotations

import codecs
import os
import signal
import struct
import tracemalloc
import zipfile
from datetime import date, datetime
from pathlib import Path

import psutil
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching.errors import FileRefused
from matching.sheets.limits import Limits
from matching.sheets.reading import read_workbook
from tests.sheets import makers

pytestmark = pytest.mark.wide

MEGABYTE = 1024 * 1024


def refusal(path: Path, limits: Limits | None = None) -> FileRefused:
    """The refusal of a file that is read to its end."""
    with pytest.raises(FileRefused) as caught:
        _read(path, limits)
    return caught.value


def _read(path: Path, limits: Limits | None) -> None:
    with read_workbook(path, limits) as book:
        for sheet in book:
            for _ in sheet:
                pass


def growth(path: Path, limits: Limits | None = None) -> tuple[str, int]:
    """Code of a refusal and the growth of this process while it was found."""
    process = psutil.Process()
    before = process.memory_info().rss
    code = refusal(path, limits).code
    return code, process.memory_info().rss - before


# -- formats


def test_xlsx_gives_text_numbers_days_and_line_numbers(tmp_path):
    path = makers.write_book(
        tmp_path / "a.xlsx", [[], ["姓名", "数"], [], ["张三", 1.5], [date(2020, 1, 2), True]]
    )
    assert makers.read_all(path) == [
        ("表1", [(2, ["姓名", "数"]), (4, ["张三", 1.5]), (5, [date(2020, 1, 2), True])]),
    ]


def test_dates_of_the_1904_calendar_are_the_same_days(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "m.xlsx", {"date_1904": True}) as book:
        makers.write_sheet(book, [["日期"], [datetime(2020, 1, 2)]], "表1")
    assert makers.read_all(tmp_path / "m.xlsx")[0][1][1].cells == [date(2020, 1, 2)]


def test_formulas_give_their_kept_value_and_nothing_without_one(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "f.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_formula(0, 0, "=1+1", value=2)
        sheet.write_formula(0, 1, "=A1", value="")
        sheet.write_string(0, 2, "完")
    assert makers.read_all(tmp_path / "f.xlsx")[0][1][0].cells == [2.0, "", "完"]


def test_xls_is_read(tmp_path):
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("台账")
    sheet.write(2, 0, "姓名")
    sheet.write(3, 0, "张三")
    book.save(str(tmp_path / "old.xls"))
    assert makers.read_all(tmp_path / "old.xls") == [("台账", [(3, ["姓名"]), (4, ["张三"])])]


def test_ods_is_read_with_its_trailing_repeated_cells(tmp_path):
    cell = '<table:table-cell office:value-type="string"><text:p>姓名</text:p></table:table-cell>'
    path = makers.ods_with(
        tmp_path / "o.ods",
        f'<table:table-row>{cell}<table:table-cell table:number-columns-repeated="16383"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048575">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>',
    )
    assert makers.read_all(path) == [("表1", [(1, ["姓名"])])]


@pytest.mark.parametrize(
    "encoded",
    [
        "姓名,电话\n张三,1\n".encode(),
        codecs.BOM_UTF8 + "姓名,电话\r\n张三,1".encode(),
        "姓名,电话\n张三,1\n".encode("gb18030"),
        "姓名\t电话\n张三\t1\n".encode("utf-16"),
        "姓名;电话\n张三;1\n".encode("utf-16-le"),
        '"姓名","电话"\n"张三",1\n'.encode(),
    ],
)
def test_csv_of_every_encoding_and_delimiter_is_read(tmp_path, encoded):
    (tmp_path / "a.csv").write_bytes(encoded)
    assert makers.read_all(tmp_path / "a.csv") == [("", [(1, ["姓名", "电话"]), (2, ["张三", "1"])])]


def test_a_quoted_cell_over_several_lines_keeps_the_line_numbers(tmp_path):
    (tmp_path / "a.csv").write_text('姓名,备注\n张三,"一\n二"\n李四,三\n', "utf-8")
    assert [line.number for line in makers.read_all(tmp_path / "a.csv")[0][1]] == [1, 2, 4]


def test_the_name_of_a_file_does_not_decide_what_it_is(tmp_path):
    makers.write_book(tmp_path / "台账.csv", [["姓名"]])
    assert makers.read_all(tmp_path / "台账.csv")[0][1] == [(1, ["姓名"])]


def test_a_file_that_is_only_in_memory_is_read(tmp_path):
    path = makers.write_book(tmp_path / "a.xlsx", [["姓名"]])
    held = os.memfd_create("ledger")
    os.write(held, path.read_bytes())
    with read_workbook(held) as book:
        assert [line.cells for sheet in book for line in sheet] == [["姓名"]]
    os.close(held)


def test_several_sheets_stream_one_after_the_other_and_may_be_passed_over(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        for title in ("甲", "乙", "丙"):
            makers.write_sheet(book, [[title]] * 500, title)
    with read_workbook(tmp_path / "a.xlsx") as book:
        seen = [(sheet.name, sheet.head(1)[0].cells) for sheet in book]
    assert seen == [("甲", ["甲"]), ("乙", ["乙"]), ("丙", ["丙"])]


def test_leaving_early_ends_the_child(tmp_path):
    path = makers.write_book(tmp_path / "a.xlsx", [["姓名"]] * 20_000)
    with read_workbook(path) as book:
        next(iter(book)).head(1)
        child = psutil.Process(book._process.pid)
    assert not child.is_running()


# -- hostile files: each is refused with its own sentence, and this process stays small


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "a.xlsx").touch()
    assert refusal(tmp_path / "a.xlsx").code == "file_empty"


def test_a_renamed_pdf_is_no_workbook(tmp_path):
    (tmp_path / "台账.xlsx").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 40)
    assert growth(tmp_path / "台账.xlsx")[0] == "not_a_workbook"


def test_a_word_document_is_no_workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as made:
        made.writestr("word/document.xml", "<w/>")
    assert refusal(tmp_path / "a.xlsx").code == "not_a_workbook"


def test_a_large_file_is_refused_unread(tmp_path):
    with (tmp_path / "a.csv").open("wb") as file:
        file.truncate(31 * MEGABYTE)
    assert refusal(tmp_path / "a.csv").code == "file_too_large"


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", "<workbook/>")
        with made.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(210):
                part.write(b" " * MEGABYTE)
    code, grown = growth(tmp_path / "a.xlsx")
    assert code == "file_bomb"
    assert grown < 50 * MEGABYTE


def test_a_zip_of_very_many_entries_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as made:
        for number in range(201):
            made.writestr(f"xl/{number}.xml", "")
    assert refusal(tmp_path / "a.xlsx").code == "file_bomb"


def test_a_lying_zip_directory_does_not_help_a_bomb(tmp_path):
    path = makers.xlsx_with(tmp_path / "a.xlsx", makers.sheet_xml(b"<row r='1'/>" + b" " * (40 * MEGABYTE)))
    packed = bytearray(path.read_bytes())
    honest = struct.pack("<I", len(makers.sheet_xml(b"<row r='1'/>")) + 40 * MEGABYTE)
    assert packed.count(honest) >= 1
    path.write_bytes(packed.replace(honest, struct.pack("<I", 1000)))
    code, grown = growth(path)
    assert code in {"file_damaged", "file_bomb", "file_too_complex"}
    assert grown < 50 * MEGABYTE


def test_an_entity_bomb_is_refused(tmp_path):
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        b"<worksheet><sheetData><row><c><v>&b;</v></c></row></sheetData></worksheet>"
    )
    code, grown = growth(makers.xlsx_with(tmp_path / "a.xlsx", bomb))
    assert code == "file_bomb"
    assert grown < 50 * MEGABYTE


def test_a_million_blank_formatted_rows_are_not_rows(tmp_path):
    rows = b'<row r="1"><c r="A1"><v>7</v></c></row>' + b"".join(
        b'<row r="%d"><c r="A%d" s="0"/></row>' % (number, number) for number in range(2, 1_048_577)
    )
    process = psutil.Process()
    path = makers.xlsx_with(tmp_path / "a.xlsx", makers.sheet_xml(rows))
    del rows
    before = process.memory_info().rss
    assert makers.read_all(path) == [("表1", [(1, [7.0])])]
    assert process.memory_info().rss - before < 50 * MEGABYTE


@pytest.mark.parametrize("mark", [b'r="GS1048576"', b"r='XFD1048576'", b'\n r="GS1048576"'])
def test_one_cell_in_the_far_corner_is_refused(tmp_path, mark):
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c ' + mark + b"><v>1</v></c></row>"
    code, grown = growth(makers.xlsx_with(tmp_path / "a.xlsx", makers.sheet_xml(rows)))
    assert code == "cells_far_apart"
    assert grown < 50 * MEGABYTE


def test_far_apart_cells_of_an_ods_are_refused(tmp_path):
    cell = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    path = makers.ods_with(
        tmp_path / "a.ods",
        f'<table:table-row>{cell}</table:table-row><table:table-row table:number-rows-repeated="1048574">'
        "<table:table-cell/></table:table-row><table:table-row>"
        f'<table:table-cell table:number-columns-repeated="150"/>{cell}</table:table-row>',
    )
    assert refusal(path).code == "cells_far_apart"


def test_too_many_columns_are_refused(tmp_path):
    path = makers.write_book(tmp_path / "a.xlsx", [["x"] * 201])
    found = refusal(path)
    assert (found.code, found.facts) == ("too_many_columns", {"columns": 200})
    (tmp_path / "a.csv").write_text(",".join("x" * 201))
    assert refusal(tmp_path / "a.csv").code == "too_many_columns"


def test_more_rows_than_allowed_are_refused(tmp_path):
    (tmp_path / "a.csv").write_text("x\n" * 11)
    found = refusal(tmp_path / "a.csv", Limits(rows=10))
    assert (found.code, found.facts) == ("too_many_rows", {"rows": 10})


def test_a_file_cut_off_in_the_middle_is_refused(tmp_path):
    path = makers.write_book(tmp_path / "a.xlsx", [[f"内容{n}"] for n in range(5_000)])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert refusal(path).code == "file_damaged"


def test_a_workbook_with_damaged_contents_is_refused(tmp_path):
    path = makers.write_book(tmp_path / "a.xlsx", [[f"内容{n}"] for n in range(5_000)])
    packed = bytearray(path.read_bytes())
    packed[2000:2600] = b"\xa5" * 600
    path.write_bytes(packed)
    assert refusal(path).code in {"file_damaged", "not_a_workbook"}


def test_an_encrypted_workbook_says_so(tmp_path):
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "a.xlsx").write_bytes(content + bytes(1000))
    assert refusal(tmp_path / "a.xlsx").code == "file_encrypted"


def test_a_broken_encoding_names_its_line(tmp_path):
    good = "姓名,电话\n张三三三三,1\n李四四四四,2\n".encode()
    (tmp_path / "a.csv").write_bytes(good + b"\xff\xfe\xfa,3\n")
    found = refusal(tmp_path / "a.csv")
    assert (found.code, found.facts["line"]) == ("encoding_unknown", 4)


def test_a_quotation_mark_left_open_is_refused_not_swallowed(tmp_path):
    (tmp_path / "a.csv").write_text('姓名,电话\n"张三,1\n' + "李四,2\n" * 100_000, "utf-8")
    assert refusal(tmp_path / "a.csv").code == "file_damaged"


def test_ten_million_blank_lines_stream_by(tmp_path):
    with (tmp_path / "a.csv").open("w") as file:
        file.write("姓名,电话\n")
        for _ in range(10):
            file.write("\n" * 1_000_000)
        file.write("张三,1\n")
    process = psutil.Process()
    before = process.memory_info().rss
    assert makers.read_all(tmp_path / "a.csv")[0][1] == [(1, ["姓名", "电话"]), (10_000_002, ["张三", "1"])]
    assert process.memory_info().rss - before < 50 * MEGABYTE


def test_a_child_that_needs_too_much_memory_dies_with_a_sentence(tmp_path):
    path = makers.write_book(tmp_path / "a.xlsx", [[f"内容{n}" * 50, n] for n in range(20_000)])
    assert refusal(path, Limits(child_memory_bytes=40 * MEGABYTE)).code == "file_too_complex"


def test_a_child_killed_from_outside_is_a_sentence_too(tmp_path):
    path = makers.write_book(tmp_path / "a.xlsx", [[f"内容{n}" * 30] * 5 for n in range(4_000)])
    with read_workbook(path) as book:
        rows = iter(next(iter(book)))
        next(rows)
        os.kill(book._process.pid, signal.SIGKILL)
        with pytest.raises(FileRefused, match="file_too_complex"):
            list(rows)


def test_the_parent_never_holds_the_whole_sheet(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"constant_memory": True}) as book:
        makers.write_sheet(book, ([f"内容{n}"] * 25 for n in range(4_000)), "表1")
    tracemalloc.start()
    with read_workbook(tmp_path / "a.xlsx") as book:
        count = sum(1 for sheet in book for _ in sheet)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 4_000
    assert peak < 4 * MEGABYTE


CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=30).filter(str.strip),
    st.integers(-(10**9), 10**9).map(float),
    st.booleans(),
    st.dates(date(1950, 1, 1), date(2100, 1, 1)),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=12))
def test_what_is_written_to_xlsx_is_read_again(tmp_path, rows):
    path = makers.write_book(tmp_path / "r.xlsx", rows)
    assert [line.cells for line in makers.read_all(path)[0][1]] == rows
