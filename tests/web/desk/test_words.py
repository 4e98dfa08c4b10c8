"""The desk's words and colours: every reason has its family, ages read as a sentence."""

from __future__ import annotations

import pytest

from matching.pairing.criteria import SOFT
from web.desk import matches, words


def test_every_reason_has_one_family() -> None:
    assert sorted(code for codes in matches.FAMILIES for code in codes) == sorted(each.code for each in SOFT)


@pytest.mark.parametrize(
    ("low", "high", "reason", "said"),
    [
        (18, 55, None, "18–55 岁"),
        (16, None, None, "16 岁以上"),
        (None, 60, "要站着做", "60 岁以下,要站着做"),
        (None, None, "要站着做", "未填"),
    ],
)
def test_suggested_ages_read_as_a_sentence(low, high, reason, said) -> None:
    assert words.ages({"min_age": low, "max_age": high, "age_reason": reason}) == said
