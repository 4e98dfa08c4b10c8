"""The invented city: repeatable, consistent, and nobody's."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

import demo.sheets
from demo import Written, generate
from demo.identity import ADDRESS, credit_code, id_check
from demo.people import LEDGER_HEADERS
from demo.places import settlements
from demo.vacancies import CALLED, FIRST_EMPLOYER, VACANCY_HEADERS
from matching.crypto import make_keyring
from matching.sheets.headers import recognise
from matching.sheets.reading import Line
from matching.vacancies.facts import columns
from matching.vacancies.posting import Verdict, check, place_of_work
from matching.vacancies.sheet_fields import row_facts
from matching.vacancies.vacancy_rows import VacancyReader, vacancy_families

AS_OF = date(2026, 11, 22)
Rows = list[dict[str, object]]


def read(path: Path) -> Rows:
    headers, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, headers), row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return generate(2_000, 20, AS_OF, tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="module")
def people(city: Written) -> Rows:
    return read(city.ledgers[0])


@pytest.fixture(scope="module")
def posts(city: Written) -> Rows:
    return read(city.vacancies)


def test_the_same_city_has_the_same_cells(tmp_path: Path) -> None:
    one, two = (generate(300, 20, AS_OF, tmp_path / name) for name in ("one", "two"))
    assert read(one.ledgers[0]) == read(two.ledgers[0])
    assert read(one.vacancies) == read(two.vacancies)
    assert one.settlements.read_bytes() == two.settlements.read_bytes()


@pytest.mark.parametrize(("seed", "as_of"), [(21, AS_OF), (20, AS_OF + timedelta(days=400))])
def test_another_seed_or_day_makes_other_people(tmp_path: Path, seed: int, as_of: date) -> None:
    usual, other = (
        read(generate(200, number, day, tmp_path / name).ledgers[0])
        for name, number, day in (("usual", 20, AS_OF), ("other", seed, as_of))
    )
    assert [row["身份证号"] for row in usual] != [row["身份证号"] for row in other]


def test_the_size_is_the_one_asked_for(city: Written, people: Rows, posts: Rows) -> None:
    assert len(people) == 2_000
    assert 490 <= len({row["户编号"] for row in people}) <= 550
    assert len(posts) == 300
    with city.settlements.open(encoding="utf-8-sig") as file:
        sites = list(csv.DictReader(file))
    assert len(sites) == 8
    assert sum(int(site["搬迁人数"]) for site in sites) == 2_000


def test_every_household_has_one_head_and_states_its_size(people: Rows) -> None:
    households = defaultdict(list)
    for row in people:
        households[row["户编号"]].append(row)
    for members in households.values():
        assert [row["户主关系"] for row in members].count("户主") == 1
        assert {row["家庭人员"] for row in members} == {len(members)}


def test_id_numbers_pass_their_check_agree_with_the_row_and_are_nobodys(people: Rows) -> None:
    numbers = [str(row["身份证号"]) for row in people]
    assert len(set(numbers)) == len(numbers)
    for row, number in zip(people, numbers, strict=True):
        assert number.startswith(str(ADDRESS))
        assert id_check(number[:17]) == number[17]
        assert ("男" if int(number[16]) % 2 else "女") == row["性别"]
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        birthday_passed = (AS_OF.month, AS_OF.day) >= (born.month, born.day)
        assert AS_OF.year - born.year - (not birthday_passed) == row["年龄"]


def test_telephone_numbers_have_the_form_of_mobiles_in_a_range_nobody_was_given(
    people: Rows, posts: Rows
) -> None:
    numbers = [str(row["电话"]) for row in people if row["电话"]]
    assert len(set(numbers)) == len(numbers)
    for number in numbers + [str(row["联系电话"]) for row in posts]:
        assert re.fullmatch(r"154\d{8}", number)


def test_about_half_are_willing_and_most_of_them_work_away(people: Rows) -> None:
    willing = [row for row in people if row["就业意愿"] == "是"]
    assert 0.44 < len(willing) / len(people) < 0.52
    away = [row for row in willing if "省" in str(row["务工地点"])]
    assert 0.55 < len(away) / len(willing) < 0.72
    assert sum(40 <= int(str(row["年龄"]).split(".")[0]) < 60 for row in willing) > len(willing) * 0.5
    free = [row for row in willing if row["就业状况"] in ("未就业", "务农")]
    assert len(free) > 80


def test_wishes_are_mostly_unknown_and_some_rows_are_incomplete(people: Rows) -> None:
    seekers = [row for row in people if row["就业意愿"]]
    for column in ("可接受班次", "可接受距离", "期望月薪"):
        assert 0.5 < sum(row[column] == "" for row in seekers) / len(seekers) < 0.9
    assert 0 < sum(row["文化"] == "" for row in people) < 200
    assert 0 < sum(row["安置点名称"] == "" for row in people) < 40


def test_all_seven_kinds_are_there_near_the_settlements(posts: Rows) -> None:
    kinds = Counter(row["岗位类别"] for row in posts)
    assert set(kinds) == set(CALLED)
    assert min(kinds.values()) >= 10
    for row in posts:
        assert (row["输入地区划"] != "") == (row["岗位类别"] == "劳务协作")
    assert 0 < sum(row["经度"] == "" for row in posts) < 80


def test_no_vacancy_is_valid_for_more_than_ninety_days(posts: Rows) -> None:
    for row in posts:
        assert AS_OF < date.fromisoformat(str(row["有效期至"])) <= AS_OF + timedelta(days=90)


def test_every_vacancy_keeps_the_posting_law(posts: Rows) -> None:
    headers = list(VACANCY_HEADERS)
    reader = VacancyReader(recognise([Line(1, headers)], vacancy_families().values()), AS_OF)
    keyring = make_keyring()
    for number, row in enumerate(posts, 2):
        checked = reader.check(Line(number, [row[name] for name in headers]))
        assert checked.row is not None
        facts = columns(keyring, row_facts(checked.row), home="431222", today=AS_OF)
        found = check(facts, today=AS_OF, county=place_of_work(facts))
        assert {one.code for one in found if one.verdict in (Verdict.BLOCK, Verdict.DOUBTFUL)} == set()


def test_an_employer_has_one_credit_code_one_place_and_a_made_up_name(posts: Rows) -> None:
    facts = defaultdict(set)
    for row in posts:
        facts[row["用人单位"]].add((row["统一社会信用代码"], row["工作地点"], row["联系电话"]))
    assert all(len(found) == 1 for found in facts.values())
    assert FIRST_EMPLOYER in {(row["用人单位"], row["统一社会信用代码"]) for row in posts}


def test_credit_codes_have_both_check_characters_right() -> None:
    code = credit_code(1)
    assert code[:2] == "91"
    assert code[2:8] == str(ADDRESS)
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(char) * weight for char, weight in zip(code, weights, strict=False))
    assert alphabet[(31 - total % 31) % 31] == code[17]


def test_a_big_ledger_goes_on_in_a_second_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo.sheets, "ROWS_PER_FILE", 40)
    written = generate(100, 1, AS_OF, tmp_path)
    assert [path.name for path in written.ledgers] == ["ledger.xlsx", "ledger-2.xlsx", "ledger-3.xlsx"]
    assert [len(read(path)) for path in written.ledgers] == [40, 40, 20]


def test_headers_are_those_of_the_templates(people: Rows, posts: Rows) -> None:
    assert tuple(people[0]) == LEDGER_HEADERS
    assert tuple(posts[0]) == VACANCY_HEADERS


def test_settlement_names_stay_apart_at_ten_times_a_city() -> None:
    sites = settlements(1_000_000, 1)
    assert len({site.name for site in sites}) == len(sites) > 3_000


@pytest.mark.parametrize("people", [0, 1_000_001])
def test_an_impossible_size_is_refused(tmp_path: Path, people: int) -> None:
    with pytest.raises(ValueError, match="1 to 1,000,000"):
        generate(people, 1, AS_OF, tmp_path)
