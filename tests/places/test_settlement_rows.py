from __future__ import annotations

import pytest

from matching.people import words
from matching.places.settlement_rows import SettlementReader, SettlementRow, settlement_families
from matching.sheets.headers import recognise
from matching.sheets.reading import Line

HEADERS = ["安置点名称", "区划代码", "安置方式", "搬迁人数", "经度", "纬度"]


def check(*cells):
    match = recognise([Line(1, list(HEADERS))], settlement_families().values())
    return SettlementReader(match).check(Line(2, list(cells)))


def test_a_settlement_is_read():
    checked = check("幸福 社区", 431226.0, "集中安置", "１２００人", "109.9", 27.9)
    assert checked.problems == ()
    assert checked.row == SettlementRow("幸福社区", "431226", "concentrated", 1200, 109.9, 27.9)


def test_a_settlement_needs_no_more_than_name_and_region():
    assert check("幸福社区", "431226100").row == SettlementRow("幸福社区", "431226100")


@pytest.mark.parametrize(
    ("cells", "code", "goes_in"),
    [
        (("", "431226"), "name_missing", False),
        (("幸福社区", ""), "region_unknown", False),
        (("幸福社区", "某县"), "region_unknown", False),
        (("幸" * 61, "431226"), "too_long", False),
        (("幸福社区", "431226", "混合"), "code_unknown", True),
        (("幸福社区", "431226", "", "很多"), "code_unknown", True),
        (("幸福社区", "431226", "", "", 27.9, 109.9), "point_range", True),
        (("幸福社区", "431226", "", "", 109.9), "point_range", True),
    ],
)
def test_each_problem_is_said(cells, code, goes_in):
    checked = check(*cells)
    assert [problem.code for problem in checked.problems] == [code]
    assert (checked.row is not None) == goes_in
    assert code in words.PROBLEMS
