"""Words in documents and words in questions, cut once by ``occupations.tokens`` for both engines.

A question matches a vacancy if **each** of its words is found: as a word in a text field, as a run of
characters in title, employer or place (where a word was cut otherwise there), or by the sound of the title.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from matching.errors import DomainError
from matching.occupations import tokens

#: Control characters and halves of surrogate pairs.
_UNUSABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

#: Longest text that may be asked for, in characters (S6).
MAX_WORDS = 100

#: Longest token that is kept; Elasticsearch's whitespace analyser would cut at 255.
MAX_TOKEN = 64

#: Text fields with the weight of a word found there.
WEIGHTS = {"title": 6.0, "employer": 4.0, "place": 4.0, "content": 1.0}
#: A run of characters in the title is nearly a word of it: 缝纫 stands in 缝纫工, which is cut as one word.
TITLE_CHARACTERS_WEIGHT = 4.0
CHARACTERS_WEIGHT = 0.5
SOUND_WEIGHT = 0.5

#: Added for a title that is exactly what was asked, more than any sum of word scores.
EXACT_TITLE = 1000.0


class QueryRejected(DomainError):
    """A question that may not be asked as it is.

    Codes: ``query_too_long``, ``page_too_deep``, ``page_size``, ``unknown_code``, ``bad_region``,
    ``bad_place``, ``bad_cursor``, ``bad_amount``.
    """


@dataclass(frozen=True, slots=True)
class Clause:
    """All ``terms`` stand in ``field``; found so, the word is worth ``boost`` (times the engine's score)."""

    field: str
    terms: tuple[str, ...]
    boost: float


@dataclass(frozen=True, slots=True)
class Words:
    """A question's text: each group is one word and needs one of its clauses; ``title`` is the whole, folded.

    No groups: nothing in the text can be looked for, and nothing is found.
    """

    groups: tuple[tuple[Clause, ...], ...]
    title: str


def fold(text: str) -> str:
    """NFKC, casefolded, without white space: what two equal titles have in common."""
    return "".join(unicodedata.normalize("NFKC", clean(text)).casefold().split())


def clean(text: str) -> str:
    """Text without control characters and lone surrogates, which no engine takes."""
    return _UNUSABLE.sub(" ", text)


def kept(found: Iterable[str]) -> list[str]:
    """Tokens that both engines keep whole: no longer than :data:`MAX_TOKEN`."""
    return [token for token in found if len(token) <= MAX_TOKEN]


def word_tokens(text: str) -> list[str]:
    """Words of a text in order."""
    return kept(tokens.words(text))


def character_tokens(text: str) -> list[str]:
    """Single characters and pairs of a text."""
    return kept(tokens.characters(text))


def sound_tokens(title: str) -> list[str]:
    """How a title and each of its words sound: pinyin and initials."""
    parts = dict.fromkeys([title, *word_tokens(title)])
    return list(dict.fromkeys(sound for part in parts for sound in _sounds(part)))


@lru_cache(maxsize=50_000)
def _sounds(text: str) -> tuple[str, ...]:
    """Titles and their words repeat, and pinyin is the slowest of the cuts."""
    return tuple(kept(tokens.pinyin(text)))


def asked_sound(word: str) -> str | None:
    """The sound to look for: of Han characters their pinyin, of Latin letters what was typed."""
    if len(word) < 2:
        return None
    return next(iter(_sounds(word)), word if word.isascii() and word.isalpha() else None)


def read_words(text: str, *, firmly: bool = False) -> Words | None:
    """The clauses for a question's text, ``None`` for blank text.

    Args:
        firmly: leave out the description of a vacancy.

    Raises:
        QueryRejected: ``query_too_long`` beyond :data:`MAX_WORDS` characters.
    """
    if len(text) > MAX_WORDS:
        raise QueryRejected("query_too_long", limit=MAX_WORDS)
    if not text.strip():
        return None
    distinct = dict.fromkeys(word_tokens(text))
    groups = tuple(_clauses(word) for word in distinct)
    if firmly:
        groups = tuple(tuple(c for c in group if c.field != "content") for group in groups)
    return Words(groups, fold(text))


@lru_cache(maxsize=10_000)
def _clauses(word: str) -> tuple[Clause, ...]:
    clauses = [Clause(field, (word,), weight) for field, weight in WEIGHTS.items()]
    runs = tuple(dict.fromkeys(character_tokens(word)))
    pairs = tuple(run for run in runs if len(run) > 1) or runs
    if pairs:
        clauses.append(Clause("title_characters", pairs, TITLE_CHARACTERS_WEIGHT))
        clauses.append(Clause("characters", pairs, CHARACTERS_WEIGHT))
    sound = asked_sound(word)
    if sound:
        clauses.append(Clause("sound", (sound,), SOUND_WEIGHT))
    return tuple(clauses)


def matched(text: str, fields: Mapping[str, str]) -> tuple[str, ...]:
    """Which of ``fields`` (name → text of the row) hold a word of the question, for highlighting on a page.

    It works on the rows, not in an engine, so both modes show the same.
    """
    asked = set(word_tokens(text[:MAX_WORDS]))
    return tuple(
        name for name, value in fields.items() if asked & set(word_tokens(value)) or _within(asked, value)
    )


def _within(asked: set[str], value: str) -> bool:
    folded = fold(value)
    return any(len(word) > 1 and word in folded for word in asked)
