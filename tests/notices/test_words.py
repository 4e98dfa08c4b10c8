"""What people are told: complete, short, plain, and no more of a person than it needs."""

import re
import string

import pytest

from matching.notices.kinds import Channel, Kind, State
from matching.notices.words import (
    CHANNEL,
    ERRORS,
    KIND,
    LONGEST,
    ONE_SMS,
    REASONS,
    SIGNATURE,
    STATE,
    TEXTS,
    fitted,
    numbered,
    placeholders,
    text,
)
from tests.architecture.sources import ROOT

SENTENCE = re.compile(r"[。?!:]")


def longest(kind):
    return {name: "宽" * LONGEST[name] for name in placeholders(kind)}


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_a_text_that_stays_one_message_with_its_longest_values(kind):
    whole = f"【{SIGNATURE}】{text(kind, longest(kind))}"
    assert len(whole) <= ONE_SMS, whole


@pytest.mark.parametrize("kind", list(Kind))
def test_a_longer_value_is_cut_and_not_the_text(kind):
    endless = dict.fromkeys(placeholders(kind), "很长的名字" * 20)
    assert len(text(kind, endless)) <= ONE_SMS - len(SIGNATURE) - 2


@pytest.mark.parametrize("kind", list(Kind))
def test_sentences_are_short_and_in_everyday_chinese(kind):
    fixed = string.Formatter()
    plain = "".join(part for part, *_ in fixed.parse(TEXTS[kind]))
    assert not re.search(r"[A-Za-z]", plain)
    assert "您" not in plain
    for sentence in SENTENCE.split(plain):
        assert len(sentence) <= 20, sentence


def test_texts_name_no_person_but_the_helper_who_acted_for_them():
    asked = {name for kind in Kind for name in placeholders(kind)}
    assert asked == set(LONGEST)
    assert asked.isdisjoint({"name", "id_number", "health", "address", "settlement"})
    assert [kind for kind in Kind if "helper" in placeholders(kind)] == [
        Kind.REGISTERED_BY_HELPER,
        Kind.CONSENT_GIVEN,
        Kind.APPLIED_BY_HELPER,
        Kind.ANSWERED_BY_HELPER,
    ]


def test_every_code_has_a_word():
    assert set(TEXTS) == set(KIND) == set(Kind)
    assert set(CHANNEL) == set(Channel)
    assert set(STATE) == set(State)


def test_what_stops_a_person_is_said_in_short_sentences():
    for code in ("sms_too_soon", "sms_too_many", "sms_paused"):
        for sentence in SENTENCE.split(ERRORS[code]):
            assert len(sentence) <= 20
    assert all(REASONS.values())


def test_values_stand_in_the_order_of_the_text_as_the_gateway_wants_them():
    values = {"title": "缝纫工", "time": "9:30", "employer": "青云制衣厂", "day": "11月25日", "code": "1"}
    assert list(fitted(Kind.INTERVIEW_ASKED, values)) == ["employer", "day", "time", "title"]


def test_a_line_break_in_a_title_forges_no_second_line():
    assert "\n" not in text(Kind.INTERVIEW_OVER, {"title": "缝纫工\n【银行】"})


@pytest.mark.parametrize("kind", list(Kind))
def test_the_page_about_templates_is_the_table(kind):
    page = (ROOT / "docs" / "sms-templates.md").read_text("utf-8")
    assert f"| `{kind}` | {KIND[kind]} | {numbered(kind)} |\n" in page


def test_a_missing_value_is_an_error_and_not_a_gap():
    with pytest.raises(KeyError):
        text(Kind.INVITED, {"title": "缝纫工"})
