from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.sheets import cells
from matching.sheets.identity import check_character, parse_identity
from matching.sheets.problems import CellProblem
from tests.sheets.makers import resident


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("　张 三　", "张三"),
        ("１３８", "138"),
        ("张\u200b三\ufeff", "张三"),
        ("ＡＢ  ｃｄ", "AB cd"),
        ("a\nb", "a b"),
        ("  ", None),
        ("-", None),
        ("#N/A", None),
        ("'=1+1", "=1+1"),
        ("NUL\x00L", "NUL L"),
        (35.0, "35"),
        (3.5, "3.5"),
        (True, "是"),
        (date(2023, 1, 5), "2023-01-05"),
        (None, None),
    ],
)
def test_text_is_cleaned(cell, expected):
    assert cells.text(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2023-1-5", date(2023, 1, 5)),
        ("2023.01", date(2023, 1, 1)),
        ("20230105", date(2023, 1, 5)),
        ("2023年1月5日", date(2023, 1, 5)),
        ("２０２３／１／５", date(2023, 1, 5)),
        ("2023-01-05 00:00:00", date(2023, 1, 5)),
        (44931.0, date(2023, 1, 5)),
        ("44931", date(2023, 1, 5)),
        (20230105.0, date(2023, 1, 5)),
        (datetime(2023, 1, 5, 8, 0), date(2023, 1, 5)),
        (date(2023, 1, 5), date(2023, 1, 5)),
        ("202301", date(2023, 1, 1)),
        ("2023年1月", date(2023, 1, 1)),
        (None, None),
        ("", None),
    ],
)
def test_dates_of_many_forms_are_read(cell, expected):
    assert cells.date_of(cell) == expected


@pytest.mark.parametrize("cell", ["2023-13-01", "昨天", "20230230", "12", "1000-01-01"])
def test_what_is_no_date_is_said(cell):
    with pytest.raises(CellProblem, match="code_unknown"):
        cells.date_of(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("13800001111", "13800001111"),
        (1.38e10, "13800000000"),
        ("1.38E+10", "13800000000"),
        (13800001111, "13800001111"),
        ("+86 138-0000-1111", "13800001111"),
        ("１３８ ００００ １１１１", "13800001111"),
        ("0745-2712345", "07452712345"),
        ("(0745)2712345", "07452712345"),
        ("2712345", "2712345"),
        ("无效,13900001111", "13900001111"),
        ("'+8613800001111", "13800001111"),
        (None, None),
    ],
)
def test_phone_numbers_are_read(cell, expected):
    assert cells.phone(cell) == expected


@pytest.mark.parametrize("cell", ["1380000111", "12345678901", "电话", "138000011112"])
def test_other_phone_numbers_are_said(cell):
    with pytest.raises(CellProblem, match="phone_form"):
        cells.phone(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("3,500元", 350000),
        ("0.35万", 350000),
        ("￥3500", 350000),
        (3500.5, 350050),
        ("３５００", 350000),
        ("0", 0),
    ],
)
def test_money_becomes_cents(cell, expected):
    assert cells.cents(cell) == expected


@pytest.mark.parametrize("cell", ["很多", "-5", "3-5"])
def test_what_is_no_amount_is_said(cell):
    with pytest.raises(CellProblem, match="code_unknown"):
        cells.cents(cell)


def test_integers_may_carry_a_unit():
    assert [cells.integer(cell) for cell in ("5人", "５", 5.0, "10个月")] == [5, 5, 5, 10]
    with pytest.raises(CellProblem):
        cells.integer("5.5")


def test_items_are_split_once_each():
    assert cells.items("缝纫、电工, 焊工;缝纫") == ("缝纫", "电工", "焊工")
    assert cells.items("无") == ()
    assert cells.items("") is None


def test_yes_and_no_in_many_spellings():
    assert [cells.yes_no(cell) for cell in ("是", "√", 1.0, "愿意", True)] == [True] * 5
    assert [cells.yes_no(cell) for cell in ("否", 0, "无", "不愿意")] == [False] * 4
    with pytest.raises(CellProblem):
        cells.yes_no("也许")


def test_names_keep_their_middle_dot():
    assert cells.person_name("买买提 • 艾力") == "买买提·艾力"
    assert cells.person_name(" 欧 阳 某 ") == "欧阳某"


def test_credit_codes_are_checked_by_their_last_character():
    assert cells.credit_code("91350100m000100y43") == "91350100M000100Y43"
    for wrong in ("91350100M000100Y44", "91350100M000100Y4", "9135010OM000100Y43"):
        with pytest.raises(CellProblem, match="credit_code"):
            cells.credit_code(wrong)


def test_an_id_number_tells_birth_date_and_sex():
    found = parse_identity(" 431226 19800115 001" + check_character("43122619800115001") + " ")
    assert found is not None
    assert found.birth_date == date(1980, 1, 15)
    assert found.male is True


def test_a_small_x_is_a_check_character():
    number = next(n for n in (resident(order=order) for order in range(1, 100)) if n.endswith("X"))
    found = parse_identity(number.lower())
    assert found is not None
    assert found.number == number


def test_of_a_disability_certificate_the_first_18_characters_count():
    number = resident()
    found = parse_identity(number + "43")
    assert found is not None
    assert (found.number, found.from_certificate) == (number, True)


@pytest.mark.parametrize(
    "cell", ["431226800115001", resident()[:17] + "?", resident(born="19800230"), "1" * 18, resident()[:-1]]
)
def test_wrong_id_numbers_are_said(cell):
    with pytest.raises(CellProblem, match="id_checksum"):
        parse_identity(cell)


def test_each_single_wrong_digit_of_an_id_number_is_found():
    number = resident()
    for place in range(18):
        wrong = number[:place] + str((int(number[place].replace("X", "0")) + 1) % 10) + number[place + 1 :]
        with pytest.raises(CellProblem):
            parse_identity(wrong)


@pytest.mark.parametrize("cell", [5.22701e17, "5.22701E+17", 431226198001150000.0])
def test_a_number_spoiled_by_the_spreadsheet_is_recognised(cell):
    with pytest.raises(CellProblem, match="id_spoiled"):
        parse_identity(cell)


def test_a_passport_is_taken_as_it_is():
    found = parse_identity("E1234 5678", resident=False)
    assert found is not None
    assert (found.number, found.birth_date) == ("E12345678", None)


CELLS = st.one_of(
    st.none(), st.text(), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes(),
    st.text(alphabet="0123456789.-+万千元月日年xX,、/ eE'＋１２３", max_size=25),
)  # fmt: skip


@settings(deadline=None)
@given(CELLS, st.sampled_from(sorted(cells.PARSERS)))
def test_no_parser_fails_on_any_cell(cell, name):
    try:
        cells.PARSERS[name](cell)
    except CellProblem as problem:
        assert problem.code  # noqa: PT017 - the code is what callers rely on


@settings(deadline=None)
@given(CELLS, st.booleans())
def test_no_document_number_fails(cell, is_resident):
    try:
        parse_identity(cell, resident=is_resident)
    except CellProblem as problem:
        assert problem.code in {"id_checksum", "id_spoiled"}  # noqa: PT017


@settings(deadline=None)
@given(st.text())
def test_cleaning_twice_changes_nothing(written):
    once = cells.text(written)
    assert once is None or cells.text(once) == once or once.startswith("'")
