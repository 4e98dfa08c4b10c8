"""What a text that names no vacancy may have meant."""

from __future__ import annotations

import pytest

from matching.occupations.catalogue import DATA, catalogue
from matching.occupations.readings import is_saying, neighbours, one_slip, read, short_name
from matching.occupations.tokens import is_spelled
from matching.places.tables import read_table

SEWING, CARE_OLD, CARE_SICK = "6-05-01-03", "4-10-01-05", "4-14-01-02"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("护工", CARE_OLD), ("护工", CARE_SICK), ("踩电车", SEWING), ("踩电车的", SEWING),
        ("我想找打衣服的活", SEWING), ("hugong", CARE_OLD), ("HU'GONG", CARE_OLD), ("hu4gong1", CARE_OLD),
        ("fengren", SEWING), ("fr", SEWING), ("缝认工", SEWING), ("護工", CARE_OLD), ("缝纽工", SEWING),
        ("fenlengong", SEWING), ("yanglaohu", CARE_OLD), ("fengrngong", SEWING), ("服装厂缝纫车工", SEWING),
    ],
)  # fmt: skip
def test_a_text_is_read_as_the_work_it_means(text: str, code: str) -> None:
    found = read(text)
    assert found is not None
    assert code in found.codes


def test_what_is_known_is_never_read_as_a_slip_for_something_else() -> None:
    for text, group in (
        ("护士", "2-05-08"),
        ("护林员", "5-02-03"),
        ("保育员", "4-10-01"),
        ("保洁员", "4-09-08"),
    ):
        found = read(text)
        assert found is not None
        assert {code[:7] for code in found.codes} == {group}


@pytest.mark.parametrize(
    "text", ["", "工", "!!!", "5000", "包吃住", "设计师", "洗衣机", "安全帽", "驾驶证", "x" * 100, "工" * 100]
)
def test_what_names_no_work_is_not_read_as_any(text: str) -> None:
    assert read(text) is None


def test_a_saying_says_what_one_does_and_is_no_title() -> None:
    assert is_saying("带小孩")
    assert is_saying("想找带小孩的工作")
    assert not is_saying("缝纫工")
    assert not is_saying("裁缝")


def test_a_real_word_is_not_a_slip() -> None:
    assert is_spelled("洗衣机")
    assert not is_spelled("护埋员")
    assert not is_spelled("hulinyuan")


@pytest.mark.parametrize(
    ("one", "other", "close"),
    [
        ("abcd", "abcd", True), ("abcd", "abed", True), ("abcd", "abd", True), ("abcd", "xabcd", True),
        ("abcd", "abdc", True), ("abcd", "badc", False), ("abcd", "ab", False), ("abcd", "axyd", False),
        ("", "a", True), ("ab", "ba", True), ("abcd", "bacd", True), ("abc", "bcd", False),
    ],
)  # fmt: skip
def test_one_slip_is_one_character_or_two_exchanged(one: str, other: str, close: bool) -> None:
    assert one_slip(one, other) is close
    assert one_slip(other, one) is close


def test_neighbours_are_the_groups_around_the_closest_first() -> None:
    assert neighbours([CARE_OLD]) == ["4-10-01-00", "4-10-00-00"]
    assert neighbours([SEWING, CARE_OLD]) == ["6-05-01-00", "4-10-01-00", "6-05-00-00", "4-10-00-00"]


def test_a_short_name_is_what_one_says() -> None:
    assert short_name(SEWING) == "缝纫工"
    assert short_name("6-31-99-00") == "普工"
    assert short_name("4-03-02-01") == "厨师"
    assert short_name("6-16-01-01") == catalogue().name("6-16-01-01")


def test_every_saying_stands_for_a_real_code_once() -> None:
    rows = list(read_table(DATA / "everyday.csv"))
    assert all(row["code"] in catalogue() for row in rows)
    pairs = [(row["code"], saying) for row in rows for saying in row["sayings"].split("|")]
    assert sorted(pairs) == sorted(set(pairs))
    assert len(pairs) > 500
