"""Text into tokens: one way of cutting for both search engines, for titles and for look-up by sound."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

import rjieba

from matching.places import regions
from matching.places.names import ARTIFICIAL, spellings

TEXT_LIMIT = 10_000  # characters; a longer text is cut here before anything else looks at it
USER_FREQUENCY = 20_000  # high enough that the dictionary's own shorter words lose against ours
LOCAL_PROVINCE = "43"  # counties of this province are known by their short names too

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134a"
_HAN_RUN = re.compile(rf"[{HAN}]+")
_RUN = re.compile(rf"[{HAN}]+|[^\W{HAN}_]+")
_UNUSABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ud800-\udfff]+"
)
_SPACES = re.compile(r"\s+")


def normalise(text: str) -> str:
    """NFKC, case folded, control and invisible characters as spaces, spaces single, cut at ``TEXT_LIMIT``."""
    folded = unicodedata.normalize("NFKC", text[:TEXT_LIMIT]).casefold()
    if not unicodedata.is_normalized("NFKC", folded):  # case folding may take letters apart
        folded = unicodedata.normalize("NFKC", folded)
    return _SPACES.sub(" ", _UNUSABLE.sub(" ", folded)).strip()[:TEXT_LIMIT]


def words(text: str) -> list[str]:
    """Words of a text in order, repeated ones included; punctuation, emoji and spaces left out."""
    found: list[str] = []
    for run in _RUN.findall(normalise(text)):
        found.extend(_segmenter().cut(run) if _HAN_RUN.match(run) else [run])
    return found


def is_spelled(text: str) -> bool:
    """Whether the text consists of Chinese words of two and more characters that the dictionary has."""
    return all(len(word) > 1 and not word.isascii() for word in _segmenter().cut(normalise(text), False))


def characters(text: str) -> list[str]:
    """Single Han characters and pairs of neighbours; Latin words and numbers whole."""
    found: list[str] = []
    for run in _RUN.findall(normalise(text)):
        if _HAN_RUN.match(run):
            found.extend(run)
            found.extend(run[at : at + 2] for at in range(len(run) - 1))
        else:
            found.append(run)
    return found


def pinyin(text: str) -> list[str]:
    """The text by sound, without tones: all syllables joined, then the initials; empty if it has no Han.

    ``pinyin("电焊工")`` is ``["dianhangong", "dhg"]``.
    """
    from pypinyin import lazy_pinyin  # 20 MB of tables: only a look-up by sound pays for them

    runs = _RUN.findall(normalise(text))
    if not any(_HAN_RUN.match(run) for run in runs):
        return []
    syllables = [part for run in runs for part in (lazy_pinyin(run) if _HAN_RUN.match(run) else [run])]
    whole, initials = "".join(syllables), "".join(part[0] for part in syllables)
    return [whole] if whole == initials else [whole, initials]


@cache
def _segmenter() -> rjieba.Jieba:
    segmenter = rjieba.Jieba()
    for word in sorted(_dictionary()):
        segmenter.add_word(word, USER_FREQUENCY, "n")
    return segmenter


@cache
def settings() -> frozenset[str]:
    """Place names and words for kinds of employment: in a title they say where, not what."""
    return frozenset(normalise(word) for word in _places() | _lines("settings.txt"))


def _dictionary() -> set[str]:
    return {*settings(), *(normalise(word) for word in _lines("words.txt"))}


def _lines(file: str) -> set[str]:
    lines = (Path(__file__).parent / "data" / file).read_text(encoding="utf-8").splitlines()
    return {word for line in lines if not line.startswith("#") for word in line.split()}


def _places() -> set[str]:
    found: set[str] = set()
    for province in regions.provinces():
        found.update(spellings(province.name, "province"))
        for prefecture in regions.children(province.code):
            found.update(spellings(prefecture.name, "prefecture"))
            for county in regions.children(prefecture.code):
                forms = spellings(county.name, "county")
                found.update(forms if province.code == LOCAL_PROVINCE else forms[:1])
    return found - ARTIFICIAL
