"""Words that a post may not use, named as they stand, with article and better wording (L2–L4, L9, L15).

One Aho-Corasick automaton over words that a table spells out (``data/wording.toml``); what stands around a
word (somebody turned away, a no before it, a waiver behind it) or a longer lawful word that contains it
decides. Certain → BLOCK, uncertain → DOUBTFUL.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

import ahocorasick

from matching.places import regions
from matching.places.names import spellings

TABLE = Path(__file__).parent / "data" / "wording.toml"


class Verdict(StrEnum):
    """What follows from a hit"""

    BLOCK = "block"  # against the law as it stands
    DOUBTFUL = "doubtful"  # a person decides


class Ground(StrEnum):
    """What a wording is about"""

    SEX = "sex"  # 性别
    FAMILY = "family"  # 婚育
    ETHNICITY = "ethnicity"  # 民族
    RELIGION = "religion"  # 宗教信仰
    ORIGIN = "origin"  # 户籍、地域
    DISABILITY = "disability"  # 残疾
    CARRIER = "carrier"  # 病原携带
    FEE = "fee"  # 收费、押金
    PAPERS = "papers"  # 扣证件
    BAIT = "bait"  # 诱骗
    TRAINLOAN = "trainloan"  # 招转培、培训贷
    OTHER = "other"  # 把某一类人拒之门外: always doubtful


@dataclass(frozen=True, slots=True)
class Hit:
    """One wording that the law does not allow, or that a person has to look at.

    Args:
        ground: what it is about.
        words: as they stand in the text.
        start, end: where they stand in it (Python slice).
        article: the law.
        better: what to write instead, in Chinese.
    """

    ground: Ground
    words: str
    start: int
    end: int
    article: str
    better: str
    verdict: Verdict


def screen(text: str) -> tuple[Hit, ...]:
    """Find what a post may not say; in the order of the text, overlapping finds of one ground as one.

    Args:
        text: any length; time grows linearly with it.
    """
    known = lexicon()
    quick = fold(text)
    # Most posts say nothing of the kind: they cost one look of the automaton and no more, and of the others
    # most say nothing against the law: where the words stand is not asked for them.
    if not any(True for _ in known.automaton.iter(quick)):
        return ()
    if not _spans(quick.translate(known.simplified), known):
        return ()
    folded, places = _folded_with_places(text, known.simplified)
    spans = _spans(folded, known)
    return tuple(_hit(text, places, span, known) for span in spans)


def _spans(folded: str, known: _Lexicon) -> list[_Span]:
    return _joined(_judged(folded, known.automaton.iter(folded)))


def _hit(text: str, places: Sequence[int], span: _Span, known: _Lexicon) -> Hit:
    start, end = places[span.start], places[span.end - 1] + 1
    facts = known.grounds[span.ground]
    return Hit(span.ground, text[start:end], start, end, facts.article, facts.better, span.verdict)


#: Put in between to slip through: blanks, zero-width and combining marks, dots, dashes, little pictures;
#: and the ‹marks› that patterns are written with.
_INSERTED = re.compile(
    "(?!(?<=[0-9])[-~./](?=[0-9]))(?:[^\\S\n]|[\u00ad\u0300-\u036f\u180e\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufe00-\ufe0f\ufeff"
    "\u2022\u2027\u2039\u203a\u2219\u25a0-\u27bf\u30fb\u00b7\U0001f000-\U0001faff.*_~^|/\\\\+=#@$&'`-])"
)


def fold(text: str) -> str:
    """The text as words are looked up in it: NFKC, without case, without what was put in between."""
    return _INSERTED.sub("", unicodedata.normalize("NFKC", text).casefold())


def _folded_with_places(text: str, simplified: Mapping[int, int]) -> tuple[str, list[int]]:
    """The folded text in simplified characters, and for each of its characters where it stood."""
    marks, places = [], []
    for place, mark in enumerate(text):
        plain = unicodedata.normalize("NFKC", mark).casefold()
        marks.append(plain)
        places += [place] * len(plain)
    whole = "".join(marks)
    dropped = {at for found in _INSERTED.finditer(whole) for at in range(*found.span())}
    kept = [at for at in range(len(whole)) if at not in dropped]
    return "".join(whole[at] for at in kept).translate(simplified), [places[at] for at in kept]


class _Pattern:
    """A pattern that is compiled when a text first asks for it: all of them at once take seconds."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def search(self) -> Callable[[str], re.Match[str] | None]:
        """Look for it in a text."""
        return re.compile(self._text).search


@dataclass(frozen=True, slots=True)
class _Rule:
    """What is asked of the surroundings of a word, in this order; None is never found.

    Args:
        must: against the law, whatever else stands there.
        allow: harmless.
        block: against the law.
        doubt: a person decides.
        otherwise: when nothing of this stands there; None: harmless.
    """

    ground: Ground
    must: _Pattern | None
    allow: _Pattern | None
    block: _Pattern | None
    doubt: _Pattern | None
    otherwise: Verdict | None


@dataclass(frozen=True, slots=True)
class _Ground:
    article: str
    better: str


@dataclass(frozen=True, slots=True)
class _Span:
    """A find in the folded text."""

    start: int
    end: int
    ground: Ground
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the automaton in the folded text; without rules it is a lawful neighbour."""

    start: int
    end: int
    rules: tuple[_Rule, ...]


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The table, ready for use.

    Args:
        automaton: word → (its length, its rules).
        simplified: traditional character → simplified one.
    """

    automaton: Any
    grounds: Mapping[Ground, _Ground]
    simplified: Mapping[int, int]


#: Characters looked at before and behind a word: bounded, so that time stays linear.
_AROUND = 18
_END_OF_SENTENCE = re.compile("[。;!\n]")
#: What joins the members of an enumeration: a no before the first holds for the others.
_JOINS = frozenset(["、", ",", "和", "及", "或", "与", "以及", "或者", "还有"])


def _judged(folded: str, found: Iterable[tuple[int, tuple[int, tuple[_Rule, ...]]]]) -> Iterator[_Span]:
    allowed: dict[Ground, int] = {}
    for word in _words(_Word(last - length + 1, last + 1, rules) for last, (length, rules) in found):
        around, offset = _surroundings(folded, word)
        for rule in word.rules:
            verdict, found_at = _verdict(rule, around)
            joined = folded[allowed.get(rule.ground, word.start) : word.start] in _JOINS
            if verdict is None or (joined and verdict is Verdict.DOUBTFUL):
                allowed[rule.ground] = word.end
            else:
                start, end = (offset + _unmarked(at, around) for at in found_at)
                yield _Span(min(word.start, start), max(word.end, end), rule.ground, verdict)


def _words(found: Iterable[_Word]) -> Iterator[_Word]:
    """Of words one inside of the other the outer one; a lawful one also replaces what it only overlaps."""
    last: _Word | None = None
    for word in sorted(found, key=lambda one: (one.start, -one.end)):
        if last is not None and word.end <= last.end:
            continue
        if last is not None and (word.rules or word.start >= last.end):
            yield last
        last = word
    if last is not None:
        yield last


def _surroundings(folded: str, word: _Word) -> tuple[str, int]:
    """The sentence around a word, the word in ‹marks›, and where it begins."""
    before = _END_OF_SENTENCE.split(folded[max(0, word.start - _AROUND) : word.start])[-1]
    after = _END_OF_SENTENCE.split(folded[word.end : word.end + _AROUND], maxsplit=1)[0]
    return f"{before}‹{folded[word.start : word.end]}›{after}", word.start - len(before)


def _unmarked(at: int, around: str) -> int:
    return at - (at > around.index("‹")) - (at > around.index("›"))


def _verdict(rule: _Rule, around: str) -> tuple[Verdict | None, tuple[int, int]]:
    """What the surroundings make of a word, and which part of them says so."""
    for pattern, verdict in (
        (rule.must, Verdict.BLOCK),
        (rule.allow, None),
        (rule.block, Verdict.BLOCK),
        (rule.doubt, Verdict.DOUBTFUL),
    ):
        match = pattern.search(around) if pattern else None
        if match:
            return verdict, match.span()
    word = around.index("‹"), around.index("›")
    return rule.otherwise, word


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """Finds of one ground that overlap or touch as one; the graver verdict holds for all of it."""
    joined: list[_Span] = []
    last: dict[Ground, int] = {}
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        at = last.get(span.ground)
        if at is not None and span.start <= joined[at].end:
            before = joined[at]
            grave = Verdict.BLOCK if Verdict.BLOCK in (before.verdict, span.verdict) else Verdict.DOUBTFUL
            joined[at] = _Span(before.start, max(before.end, span.end), span.ground, grave)
        else:
            last[span.ground] = len(joined)
            joined.append(span)
    return [span for span in joined if span.ground is not Ground.OTHER or not _named(span, joined)]


def _named(other: _Span, spans: Sequence[_Span]) -> bool:
    """Whether a ground of its own says already who is turned away there."""
    first = bisect_left(spans, other.start - 2 * _AROUND, key=lambda one: one.start)
    near = takewhile(lambda one: one.start <= other.end, islice(spans, first, None))
    return any(one.ground is not Ground.OTHER and one.end > other.start for one in near)


@cache
def lexicon() -> _Lexicon:
    """The table, read once a process."""
    with TABLE.open("rb") as file:
        table = tomllib.load(file)
    groups = {**table["groups"], "place": [*_places(), *table["groups"]["region"]]}
    simplified = dict(zip(map(ord, table["traditional"]), map(ord, table["simplified"]), strict=True))
    traditional = {simple: old for old, simple in reversed(simplified.items())}
    words: dict[str, list[_Rule]] = {}
    for entry in table["rule"]:
        ground = table["ground"][entry["ground"]]
        shared = table["people"] if ground.get("people") else {}
        rule = _rule((entry, ground, shared), groups, table["cues"])
        for word in _expanded(entry["words"], groups):
            words.setdefault(word, []).append(rule)
    words |= {word: [] for word in _expanded(table["lawful"]["words"], groups)}
    automaton = ahocorasick.Automaton()
    for word, rules in words.items():
        for written in {word, word.translate(traditional)}:
            automaton.add_word(written, (len(word), tuple(rules)))
    automaton.make_automaton()
    grounds = {
        Ground(name): _Ground(facts["article"], facts["better"]) for name, facts in table["ground"].items()
    }
    return _Lexicon(automaton, grounds, simplified)


def _rule(
    sources: Sequence[Mapping[str, Any]],
    groups: Mapping[str, Sequence[str]],
    cues: Mapping[str, Sequence[str]],
) -> _Rule:
    """A rule of the table, with the patterns of its ground and of all grounds about people."""

    def pattern(kind: str) -> _Pattern | None:
        alternatives = [one for source in sources for one in source.get(kind, ())]
        return _Pattern(_spelled("|".join(alternatives), groups, cues)) if alternatives else None

    entry = sources[0]
    otherwise = entry["otherwise"]
    return _Rule(
        ground=Ground(entry["ground"]),
        must=pattern("must"),
        allow=pattern("allow"),
        block=pattern("block"),
        doubt=pattern("doubt"),
        otherwise=None if otherwise == "allow" else Verdict(otherwise),
    )


def _spelled(pattern: str, groups: Mapping[str, Sequence[str]], cues: Mapping[str, Sequence[str]]) -> str:
    """A pattern with its @cues@ and {groups} written out."""
    whole = re.sub(r"@([A-Z]+)@", lambda found: f"(?:{'|'.join(cues[found[1]])})", pattern)
    return re.sub(r"\{([a-z_]+)\}", lambda found: f"(?:{'|'.join(groups[found[1]])})", whole)


def _expanded(templates: Iterable[str], groups: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """All words that templates with {groups} and (a|b|) alternatives stand for."""
    pending = list(templates)
    while pending:
        template = pending.pop()
        choice = re.search(r"\(([^(){}]*)\)", template) or re.search(r"\{([a-z_]+)\}", template)
        if choice is None:
            yield template
            continue
        members = groups[choice[1]] if choice[0].startswith("{") else choice[1].split("|")
        pending += [template[: choice.start()] + one + template[choice.end() :] for one in members]


def _places() -> list[str]:
    """Provinces and prefectures as people name them: 河南, 周口, 周口市."""
    known = {
        spelling
        for province in regions.provinces()
        for region in (province, *regions.children(province.code))
        for spelling in spellings(region.name, region.level)
    }
    return sorted(known)
