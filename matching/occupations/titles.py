"""Job titles as people write them → occupation codes with a confidence.

Three stages, the cheap one first: the whole title is a name or an alias; whole words of it are; the nearest
names and aliases by meaning (:mod:`matching.occupations.meaning`, loaded only then).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from matching.occupations.catalogue import DATA, catalogue, title_key
from matching.occupations.tokens import normalise, settings, words
from matching.places.tables import read_table

TITLE_LIMIT = 200  # characters; what is longer is a description
LONGEST_SPAN = 6  # words that may spell one alias together
EXACT, CLEANED, STRIPPED, LISTED = 1.0, 0.97, 0.93, 0.85
GUESSED = 0.9  # a guess is never as sure as a table
SHARED_ALIAS = 0.6  # shared out where the published table gives an alias to several occupations
GUESSES = 10
LOOSE_ENDS = " ,，、。.!！~-—:：;；/|+"
WORD_BONUS, HEAD_BONUS = 0.21, 0.09
OTHER_TRADES = "-99-00"
# Of the relevance set's titles that no table has, 93 % of the first answers above this figure were right
# and 48 % of those below; a page says of the latter that the code is a guess.
DOUBTFUL = 0.35

# Only words that name a grade or a role; 工程师, 设计师, 员, 工 and 师 carry the trade and stay.
GRADES = ("高级", "资深", "初级", "中级", "首席", "副", "实习", "见习", "储备", "兼职", "全职")
ROLES = (
    *("总经理", "负责人", "经理", "主管", "总监", "专员", "助理"),
    *("主任", "代表", "顾问", "专家", "人员", "总裁"),
)


@dataclass(frozen=True, slots=True)
class CodedTitle:
    """One answer; ``confidence`` from 0 to 1."""

    code: str
    name: str
    confidence: float

    @property
    def doubtful(self) -> bool:
        """Whether a person should look at it."""
        return self.confidence < DOUBTFUL


def code_title(text: str, limit: int = 5) -> list[CodedTitle]:
    """Occupation codes of a title, the most probable first; empty if it says nothing.

    Args:
        text: a title such as 急招电焊工5名（包吃住）.
        limit: at most so many answers.
    """
    return list(_one(_short(text))[:limit])


def code_titles(texts: Iterable[str], limit: int = 5) -> list[list[CodedTitle]]:
    """:func:`code_title` for many titles: equal ones are coded once, the unknown ones together."""
    titles = [_short(text) for text in texts]
    coded = {title: _known(title) for title in dict.fromkeys(titles)}
    unknown = [title for title, answers in coded.items() if answers is None]
    coded.update(zip(unknown, _guessed(unknown), strict=True))
    return [list((coded[title] or ())[:limit]) for title in titles]


def strip_title(title: str) -> str:
    """Without one leading grade word and one trailing role word, if two characters remain.

    The rule and its words were measured on an outside set of labelled Chinese job titles.
    """
    for grade in GRADES:
        if title.startswith(grade) and len(title) - len(grade) >= 2:
            title = title[len(grade) :]
            break
    for role in ROLES:
        if title.endswith(role) and len(title) - len(role) >= 2:
            return title[: -len(role)]
    return title


def clean_title(text: str) -> str:
    """Without pay, head counts, board and lodging and what else an advertisement adds to a title."""
    for pattern in _noise():
        cut = pattern.sub(" ", text)
        if len(title_key(cut)) >= 2:
            text = cut
    return " ".join(text.split()).strip(LOOSE_ENDS)


def known_forms() -> dict[str, tuple[str, ...]]:
    """Key of a name or alias → its codes: our own aliases win over names, names over published aliases."""
    return _forms()


def _short(text: str) -> str:
    return normalise(text[: 4 * TITLE_LIMIT])[:TITLE_LIMIT]


@lru_cache(maxsize=50_000)
def _one(title: str) -> tuple[CodedTitle, ...]:
    known = _known(title)
    return _guessed([title])[0] if known is None else known


def _known(title: str) -> tuple[CodedTitle, ...] | None:
    """The answer of the tables alone; ``None`` if they have none."""
    if sum(map(str.isalpha, title)) < 2:
        return ()
    for form, confidence in _readings(title):
        codes = _lookup(form)
        if codes:
            shared = confidence if len(codes) == 1 else SHARED_ALIAS / len(codes)
            return _answers(dict.fromkeys(codes, shared))
    listed = _listed(clean_title(title))
    return _answers(listed) if listed else None


def _readings(title: str) -> Iterator[tuple[str, float]]:
    """Forms of a title with their confidence, each made only when the one before it was in no table."""
    yield title, EXACT
    cleaned = clean_title(title)
    yield cleaned, CLEANED
    yield strip_title(cleaned), STRIPPED
    bare = _without_setting(cleaned)
    yield bare, CLEANED
    yield strip_title(bare), STRIPPED


def _guessed(titles: Sequence[str]) -> list[tuple[CodedTitle, ...]]:
    """The nearest by meaning, helped by whole words that are names or aliases."""
    bare = [_without_setting(clean_title(title)) for title in titles]
    if not bare:
        return []
    from matching.occupations import meaning  # the tables alone must not pay for loading it

    guesses = []
    for title, shares in zip(bare, meaning.profiles([strip_title(title_key(t)) for t in bare]), strict=True):
        for code, bonus in _by_words(title).items():
            shares[code] = shares.get(code, 0.0) + bonus
        best = sorted(shares.items(), key=lambda item: -item[1])[:GUESSES]
        guesses.append(_answers({code: min(share, GUESSED) for code, share in best}))
    return guesses


def _answers(confidences: dict[str, float]) -> tuple[CodedTitle, ...]:
    ranked = sorted(confidences.items(), key=lambda item: (-item[1], item[0]))
    names = catalogue()
    return tuple(CodedTitle(code, names.name(code), round(value, 3)) for code, value in ranked if value > 0)


def _lookup(form: str) -> tuple[str, ...]:
    return _forms().get(title_key(form), ())


def _listed(text: str) -> dict[str, float]:
    """Titles that name several trades, 缝纫工/质检员: every one of them, if all are known."""
    parts = [part for part in re.split(r"[/、,，;；|+&和及或\s]+", text) if part]
    found = [_lookup(part) or _lookup(strip_title(part)) for part in parts]
    if len(parts) < 2 or not all(found):
        return {}
    return {codes[0]: LISTED for codes in found}


def _by_words(text: str) -> dict[str, float]:
    """What names and aliases that are whole words add; the more of the title they cover, the more."""
    tokens = words(text)
    total = sum(map(len, tokens))
    found: dict[str, float] = {}
    for first, last in _spans(tokens):
        form = "".join(tokens[first:last])
        # The head of a Chinese compound stands at its end: 学校食堂厨师 is a 厨师.
        bonus = WORD_BONUS * len(form) / total + (HEAD_BONUS if last == len(tokens) else 0.0)
        for code in _forms()[form]:
            if not code.endswith(OTHER_TRADES):  # 普工 at the end of 服装普工 names no trade
                found[code] = max(found.get(code, 0.0), bonus)
    return found


def _without_setting(text: str) -> str:
    """Without the words that say where, not what: place names, 帮扶车间, 公益性岗位 and the like."""
    kept = [token for token in words(text) if token not in settings()]
    return "".join(kept) or text


def _spans(tokens: Sequence[str]) -> list[tuple[int, int]]:
    """Longest runs of tokens that spell a form, from the end, none inside another."""
    spans = []
    last = len(tokens)
    while last > 0:
        starts = range(max(0, last - LONGEST_SPAN), last)
        first = next((at for at in starts if "".join(tokens[at:last]) in _forms()), None)
        if first is None:
            last -= 1
            continue
        spans.append((first, last))
        last = first
    return spans


@cache
def _forms() -> dict[str, tuple[str, ...]]:
    own: dict[str, tuple[str, ...]] = {}
    for row in read_table(DATA / "aliases.csv"):
        own.update((title_key(alias), (row["code"],)) for alias in row["aliases"].split("|"))
    names: dict[str, tuple[str, ...]] = {}
    published: dict[str, tuple[str, ...]] = {}
    for row in read_table(DATA / "occupations.csv"):
        names.setdefault(title_key(row["name"]), (row["code"],))
        for alias in filter(None, row["aliases"].split("|")):
            key = title_key(alias)
            published[key] = (*published.get(key, ()), row["code"])
    return {key: codes for key, codes in (published | names | own).items() if len(key) > 1}


@cache
def _noise() -> list[re.Pattern[str]]:
    lines = (DATA / "noise.txt").read_text(encoding="utf-8").splitlines()
    return [re.compile(line) for line in lines if line and not line.startswith("#")]
