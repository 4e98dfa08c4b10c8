"""Whatever a visitor types is a text to look for, never a language (S6)."""

from __future__ import annotations

import random
import time

import pytest

from matching.search.port import Page, SearchEngine
from matching.search.queries import QueryRejected, VacancyQuery
from tests.patience import patient

SYNTAX = [
    "title:*", "*:*", "a AND b", "NOT 工", "(工 OR 电", "[1 TO 5]", "{* TO *}", "工~2", "工^99", "/.*/",
    '"缝纫 工"~3', "\\", "+-&&||!(){}[]^\"~*?:\\/", "_source:true", "_exists_:title", "id:1", "${jndi:ldap://x}",
    "{{7*7}}", "<script>alert(1)</script>", "'; DROP TABLE vacancies;--", "%00", "\x00", "工\x00人", "\ud800",
    "\udfff工", "🎉", "👩\u200d👧", "\u202e工", "\ufeff工", "\u200b", "e\u0301", "ﷺ", "𠮷", "１２３",
    "ＡＢＣ", "\t\n\r", "?", "...", "null", "NaN", "-0", "1e999", "true", '{"match_all":{}}', "<<<<",
    "工" * 100, "a" * 100, " " * 100, "a b " * 25,
]  # fmt: skip


def texts() -> list[str]:
    """200 hostile texts: query syntax, controls, emoji, random code points, and mixtures."""
    chance = random.Random(99)
    made = list(SYNTAX)
    while len(made) < 200:
        pieces = chance.sample(SYNTAX, 3) + [chr(chance.randrange(0x11_0000)) for _ in range(5)]
        made.append("".join(chance.sample(pieces, len(pieces)))[:100])
    return made


def test_two_hundred_hostile_texts_get_a_clean_answer_in_time(filled: SearchEngine) -> None:
    filled.search(VacancyQuery(words="热身"))
    seconds = []
    for text in texts():
        start = time.perf_counter()
        page = filled.search(VacancyQuery(words=text))
        seconds.append(time.perf_counter() - start)
        assert isinstance(page, Page)
        assert page.total >= len(page.hits)
        filled.suggest(text)
    assert sorted(seconds)[int(len(seconds) * 0.95)] <= patient(0.3)


def test_both_engines_say_the_same_about_hostile_texts_as_about_their_letters(filled: SearchEngine) -> None:
    assert (
        filled.search(VacancyQuery(words="(缝纫工)")).total
        == filled.search(VacancyQuery(words="缝纫工")).total
        > 0
    )
    assert (
        filled.search(VacancyQuery(words="缝纫\x00工")).total
        == filled.search(VacancyQuery(words="缝纫 工")).total
    )
    for nothing in ("🎉", "*:*", "\\", "?", "..."):
        assert filled.search(VacancyQuery(words=nothing)) == Page((), 0)
        assert filled.facets(VacancyQuery(words=nothing))["kind"].values == {}


def test_ten_kilobytes_are_refused_at_once(filled: SearchEngine) -> None:
    for text in ("工" * 10_000, "\x00" * 10_000, "title:" * 2_000):
        with pytest.raises(QueryRejected) as caught:
            filled.search(VacancyQuery(words=text))
        assert caught.value.code == "query_too_long"
