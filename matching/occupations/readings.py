"""What a text that names no vacancy may have meant: sayings, pinyin, homophones, wrong characters, initials.

The ways are tried in this order and the first that leads to an occupation is taken, so a text that is known
is never read as a slip for something else.  Everything here is a look-up in tables of some 6,000 forms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache

from matching.occupations.catalogue import DATA, catalogue, title_key
from matching.occupations.titles import known_forms
from matching.occupations.tokens import is_spelled, pinyin, words
from matching.places.tables import read_table

#: A way that leads to more occupations than this has understood nothing.
MOST_CODES = 5
#: Two letters stand for many things.
MOST_BY_INITIALS = 8
LONGEST = 24  # characters; what is longer is a sentence
#: So short a form is not told from others by one wrong letter or character.
LEAST_LETTERS, LEAST_CHARACTERS, LEAST_BEGINNING = 8, 3, 6
OTHER_TRADES = "-99-00"

#: What people put before and after the work they look for.
_BEFORE = re.compile(r"^(?:有没有|我|想|要|找|去|当|个|份|点|招|请|做|干|附近|哪里)+")
_AFTER = re.compile(r"(?:的|工作|活儿?|岗位|职位|招工|招聘|招人|兼职|全职)+$")
_PERSON = re.compile(r"(?:师傅|阿姨|大姐|大叔|大妈|老板|妹子|的人|人员|佬|匠|工|员|师)$")

#: Sounds that dialects of the south-west do not tell apart; applied in order to whole texts of both sides.
_SOUNDS = (
    *(("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("v", "u"), ("l", "n"), ("r", "n")),
    *(("hui", "fei"), ("hun", "fen"), ("hon", "fen"), ("hua", "fa"), ("huo", "fo"), ("hu", "fu")),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text may have meant.

    Args:
        forms: titles or sayings of the tables that it was read as.
        codes: their CSCO codes, the likeliest first.
    """

    forms: tuple[str, ...]
    codes: tuple[str, ...]


@lru_cache(maxsize=5_000)
def read(text: str) -> Reading | None:
    """What the text may have meant; ``None`` where no way leads to an occupation."""
    if not 1 < len(title_key(text)) <= LONGEST:
        return None
    cores = list(_cores(text))
    ways = [way for way in WAYS if way not in FOR_MISTAKES] if all(map(is_spelled, cores)) else WAYS
    for way in ways:
        for form in cores:
            found = way(form)
            if found:
                return found
    return None


def is_saying(text: str) -> bool:
    """Whether the text says what one does, 带小孩, instead of naming an occupation."""
    return any(core in _sayings() for core in _cores(text))


def short_name(code: str) -> str:
    """What an occupation is called in a sentence: its name if people say it, else what they say instead."""
    name = catalogue().name(code)
    said = _forms().said.get(code, (name,))
    return name if name in said else said[0]


def neighbours(codes: Iterable[str]) -> list[str]:
    """Groups around occupations, the closest first: the third level, then the second."""
    found = [parents[-depth] for depth in (1, 2) for code in codes if len(parents := _parents(code)) >= depth]
    return list(dict.fromkeys(found))


def _parents(code: str) -> list[str]:
    return [above for above in catalogue().parents(code) if above.count("-00") < 3]


def _cores(text: str) -> Iterator[str]:
    """The text, then without what people put around the work, then without who does it."""
    whole = title_key(text)
    bare = _AFTER.sub("", _BEFORE.sub("", whole))
    yield from (form for form in dict.fromkeys((whole, _AFTER.sub("", whole), bare)) if len(form) > 1)
    if len(_PERSON.sub("", bare)) > 1 and len(bare) > 3:
        yield _PERSON.sub("", bare)


@dataclass(slots=True)
class _Forms:
    """Forms with their codes.  ``rank`` 0: what people say, 1: names, 2: published aliases."""

    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rank: dict[str, int] = field(default_factory=dict)
    said: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, text: str, code: str, rank: int) -> None:
        form = title_key(text)
        if len(form) < 2 or self.rank.get(form, rank) < rank:
            return
        self.rank[form] = rank
        self.codes[form] = tuple(dict.fromkeys((*self.codes.get(form, ()), code)))


@cache
def _sayings() -> frozenset[str]:
    said = (row["sayings"].split("|") for row in read_table(DATA / "everyday.csv"))
    keys = {title_key(form) for forms in said for form in forms}
    return frozenset(key for key in keys if key not in known_forms() or len(words(key)) > 1)


@cache
def _forms() -> _Forms:
    made = _Forms()
    for row in read_table(DATA / "aliases.csv"):
        aliases = row["aliases"].split("|")
        made.said[row["code"]] = tuple(aliases)
        for alias in aliases:
            made.add(alias, row["code"], 0)
    for row in read_table(DATA / "everyday.csv"):
        for saying in row["sayings"].split("|"):
            made.add(saying, row["code"], 0)
    for row in read_table(DATA / "occupations.csv"):
        if not row["code"].endswith("-00-00"):
            made.add(row["name"], row["code"], 1)
        for alias in filter(None, row["aliases"].split("|")):
            made.add(alias, row["code"], 2)
    return made


@dataclass(slots=True)
class _Heard:
    """Forms by how they sound, as dialects say them, by initials, and by length."""

    sounds: dict[str, list[str]] = field(default_factory=dict)
    dialect: dict[str, list[str]] = field(default_factory=dict)
    initials: dict[str, list[str]] = field(default_factory=dict)
    lengths: dict[int, list[str]] = field(default_factory=dict)


@cache
def _heard() -> _Heard:
    """Half a second, once, and only for a text that no table knows."""
    made = _Heard()
    for form, rank in _forms().rank.items():
        made.lengths.setdefault(len(form), []).append(form)
        said = pinyin(form)
        if not said:
            continue
        made.sounds.setdefault(said[0], []).append(form)
        made.dialect.setdefault(_dialect(said[0]), []).append(form)
        if rank < 2:
            made.initials.setdefault(said[-1], []).append(form)
    return made


@cache
def _lookalikes() -> dict[str, frozenset[str]]:
    """Character → those that are taken for it."""
    found: dict[str, set[str]] = {}
    for line in (DATA / "lookalikes.txt").read_text(encoding="utf-8").splitlines():
        for group in () if line.startswith("#") else line.split():
            for character in group:
                found.setdefault(character, set()).update(group)
    return {character: frozenset(others) for character, others in found.items()}


def _chosen(forms: Iterable[str], most: int = MOST_CODES) -> Reading | None:
    """The forms of the best rank, unless they stand for too many occupations."""
    table = _forms()
    found = sorted(dict.fromkeys(forms), key=lambda form: table.rank[form])
    best = [form for form in found if table.rank[form] == table.rank[found[0]]]
    codes = tuple(dict.fromkeys(code for form in best for code in table.codes[form]))
    return Reading(tuple(best), codes) if 0 < len(codes) <= most else None


def _known(form: str) -> Reading | None:
    return _chosen([form]) if form in _forms().codes else None


def _sound(form: str) -> str:
    """The sound of a text: pinyin of Han, letters as they were typed, tone digits left out."""
    letters = pinyin(form)
    return letters[0] if letters else "".join(sign for sign in form if sign.isalpha() and sign.isascii())


def _by_sound(form: str) -> Reading | None:
    return _chosen(_heard().sounds.get(_sound(form), ()))


def _by_beginning(form: str) -> Reading | None:
    """Pinyin that is not typed to its end."""
    if len(form) < LEAST_BEGINNING or not form.isascii():
        return None
    heard = _heard().sounds.items()
    return _chosen(known for sound, forms in heard if sound.startswith(form) for known in forms)


def _by_dialect(form: str) -> Reading | None:
    return _chosen(_heard().dialect.get(_dialect(_sound(form)), ()))


def _dialect(sound: str) -> str:
    for heard, said in _SOUNDS:
        sound = sound.replace(heard, said)
    return sound


def _by_shape(form: str) -> Reading | None:
    """Same length, and each character is the same, sounds alike or is taken for the other."""
    if not pinyin(form):
        return None
    return _chosen(known for known in _heard().lengths.get(len(form), ()) if _looks_like(form, known))


def _looks_like(one: str, other: str) -> bool:
    same = 0
    for a, b in zip(one, other, strict=True):
        if a == b:
            same += 1
        elif b not in _lookalikes().get(a, ()) and _spoken(a) != _spoken(b):
            return False
    return 2 * same >= len(one)


@lru_cache(maxsize=20_000)
def _spoken(character: str) -> str:
    return _dialect((pinyin(character) or [character])[0])


def _by_slip(form: str) -> Reading | None:
    """One letter or character too many, too few, wrong, or two exchanged, where only one occupation fits."""
    if pinyin(form):
        if len(form) < LEAST_CHARACTERS:
            return None
        near = (known for n in (-1, 0, 1) for known in _heard().lengths.get(len(form) + n, ()))
        return _chosen(_slipped(form, near, 1), most=1)
    sound = _sound(form)
    if len(sound) < LEAST_LETTERS:
        return None
    sounds = _heard().sounds
    return _chosen((known for heard in _slipped(sound, sounds, 3) for known in sounds[heard]), most=2)


def _slipped(form: str, known: Iterable[str], edge: int) -> Iterator[str]:
    """Those one slip away; a slip leaves the beginning or the end as it was, which is quickly seen."""
    start, end = form[:edge], form[-edge:]
    return (one for one in known if (one.startswith(start) or one.endswith(end)) and one_slip(form, one))


def one_slip(one: str, other: str) -> bool:
    """Whether two texts differ by one character too many, too few or wrong, or two exchanged, at most."""
    if abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    start = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    exchanged = short[start : start + 2] == long[start : start + 2][::-1]
    return short[start + 1 :] == long[start + 1 :] or (exchanged and short[start + 2 :] == long[start + 2 :])


def _inside(form: str) -> Reading | None:
    """Whole words of the text that are a form; of several the last, where a Chinese compound has its head."""
    table, tokens = _forms(), words(form)
    for last in range(len(tokens), 0, -1):
        for first in range(last):
            part = "".join(tokens[first:last])
            if part in table.codes and not table.codes[part][0].endswith(OTHER_TRADES):
                return _chosen([part])
    return None


def _by_initials(form: str) -> Reading | None:
    if not (form.isascii() and form.isalpha() and len(form) <= 6):
        return None
    table = _forms()
    forms = sorted(_heard().initials.get(form, ()), key=lambda known: table.rank[known])
    codes = tuple(dict.fromkeys(code for known in forms for code in table.codes[known]))
    return Reading(tuple(forms), codes) if 0 < len(codes) <= MOST_BY_INITIALS else None


WAYS: tuple[Callable[[str], Reading | None], ...] = (
    _known, _by_sound, _by_beginning, _by_shape, _by_dialect, _by_slip, _inside, _by_initials,
)  # fmt: skip
#: Ways that a Han text goes only if it holds something that is no word.
FOR_MISTAKES = frozenset({_by_dialect, _by_slip})
