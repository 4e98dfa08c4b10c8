"""What a question's text becomes."""

import pytest

from matching.search.text import (
    Clause,
    QueryRejected,
    asked_sound,
    fold,
    matched,
    read_words,
    sound_tokens,
    word_tokens,
)


def test_blank_text_asks_nothing_and_signs_alone_find_nothing() -> None:
    assert read_words("  \t ") is None
    asked = read_words("!!! 🎉")
    assert asked is not None
    assert asked.groups == ()


def test_each_distinct_word_is_a_group_that_begins_with_the_heaviest_field() -> None:
    asked = read_words("电焊工 电焊工 长白班")
    assert asked is not None
    assert len(asked.groups) == 2
    assert asked.groups[0][0] == Clause("title", ("电焊工",), 6.0)
    assert Clause("characters", ("电焊", "焊工"), 0.5) in asked.groups[0]
    assert Clause("sound", ("dianhangong",), 0.5) in asked.groups[0]


def test_one_character_is_looked_for_but_not_by_its_sound() -> None:
    asked = read_words("工")
    assert asked is not None
    assert [clause.field for clause in asked.groups[0]] == [
        "title",
        "employer",
        "place",
        "content",
        "title_characters",
        "characters",
    ]
    assert asked_sound("工") is None


def test_latin_letters_are_taken_for_a_sound_as_they_were_typed() -> None:
    assert asked_sound("dianhangong") == "dianhangong"
    assert asked_sound("4s") is None
    assert {"dianhangong", "dhg"} <= set(sound_tokens("电焊工"))


def test_a_hundred_characters_may_be_asked_and_one_more_may_not() -> None:
    assert read_words("工" * 100) is not None
    with pytest.raises(QueryRejected) as caught:
        read_words("工" * 101)
    assert (caught.value.code, caught.value.facts) == ("query_too_long", {"limit": 100})


def test_equal_titles_fold_to_the_same() -> None:
    assert fold(" ＣＮＣ 操作员\x00") == fold("cnc操作员") == "cnc操作员"


def test_tokens_longer_than_an_engine_keeps_are_left_out() -> None:
    assert word_tokens("a" * 65 + " b") == ["b"]


def test_matched_names_the_fields_that_hold_a_word_or_contain_it() -> None:
    row = {"title": "电焊工", "employer": "怀化某厂", "content": "会电焊优先"}
    assert matched("电焊工", row) == ("title",)
    assert matched("电焊", row) == ("title", "content")
    assert matched("*", row) == ()
