import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.occupations.tokens import HAN, TEXT_LIMIT, characters, normalise, pinyin, words

WHOLE = (
    *("帮扶车间", "公益性岗位", "易地扶贫搬迁", "劳务协作", "包吃住", "长白班", "两班倒", "缝纫工"),
    *("沅陵县", "沅陵", "湘西土家族苗族自治州"),
)


@pytest.mark.parametrize("word", WHOLE)
def test_words_of_the_trade_and_places_stay_whole(word):
    assert words(f"招人{word}，速来").count(word) == 1


def test_punctuation_is_dropped_and_width_and_case_do_not_matter():
    assert (
        words("ＣＮＣ操作工、４０００元！") == words("cnc 操作工 4000 元") == ["cnc", "操作工", "4000", "元"]
    )


def test_characters_are_single_and_in_pairs_and_latin_stays_whole():
    assert characters("CNC操作工") == ["cnc", "操", "作", "工", "操作", "作工"]
    assert characters("工、人") == ["工", "人"]


def test_pinyin_gives_the_whole_and_the_initials():
    assert pinyin("电焊工") == ["dianhangong", "dhg"]
    assert pinyin("C1司机") == ["c1siji", "csj"]
    assert pinyin("CNC 123") == []


@pytest.mark.wide
@settings(max_examples=60, deadline=None)
@given(st.text(max_size=100))
def test_any_text_is_cut_into_clean_tokens_and_always_the_same(text):
    assert normalise(normalise(text)) == normalise(text)
    for cut in (words, characters):
        tokens = cut(text)
        assert tokens == cut(text)
        # Han that this Python's tables do not know yet are characters all the same.
        assert all(token and re.sub(f"[{HAN}]", "", token + "0").isalnum() for token in tokens)
        assert not [token for token in tokens if "\x00" in token or " " in token]
    assert all(form.strip() for form in pinyin(text))


def test_nul_emoji_and_broken_halves_of_characters_do_no_harm():
    assert words("电焊\x00工😀\ud83d招") == words("电焊 工 招")


def test_a_long_text_is_cut_at_the_limit():
    assert len(normalise("工" * (TEXT_LIMIT + 1))) == TEXT_LIMIT
    assert len(characters("ﷺ" * TEXT_LIMIT)) <= 2 * TEXT_LIMIT
