"""Skills and certificates as codes: what ledgers and vacancies write, and the bit each takes in a column.

The parsers read cells and short phrases, "会踩缝纫机、有叉车证". A skill may stand inside a longer term,
where the longest wording wins; a term that begins with a denial (无, 不会, 没有 …) names nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

from matching.errors import DomainError
from matching.occupations.catalogue import DATA, title_key
from matching.occupations.tokens import normalise
from matching.places.tables import read_table

BITS = 63  # a mask fits a signed 64-bit column

_SEPARATORS = re.compile(r"[\s、,，;；/|。.!！?？:：()（）\[\]【】+&]+|以及|或者|和|或|及|与")
_DENIAL = re.compile(r"^(?:无(?!人机|土|尘|纺|公害)|没有?|不会|不懂|不需要?|无需|免|未|暂无|不限|不要求)")
_ASKING = re.compile(
    r"^(?:会|能|懂|有|持有?|具有|具备|需要?|熟悉|熟练|掌握|擅长|要求|必须|须|优先|学过|做过)+"
)
_TRAILING = re.compile(r"(?:优先|者优先|技能|技术|培训|工作|方面|类|等|一本|即可|者|的|以上)+$")


@dataclass(frozen=True, slots=True)
class Term:
    """One skill or certificate; ``bit`` is its place in a mask, ``includes`` what a holder has with it."""

    bit: int
    code: str
    name: str
    occupations: tuple[str, ...]
    includes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Codes in the order of the text, each once, and the terms that no wording fits."""

    codes: tuple[str, ...]
    unknown: tuple[str, ...]


class Vocabulary:
    """A list of terms with their wordings."""

    def __init__(self, file: str) -> None:
        self._file = file

    def parse(self, text: str) -> Found:
        """Codes and unknown terms of a cell."""
        codes: dict[str, None] = {}
        unknown: dict[str, None] = {}
        for part in _SEPARATORS.split(normalise(text or "")):
            if not title_key(part) or _DENIAL.match(part):
                continue
            found = self._inside(title_key(part))
            codes.update(dict.fromkeys(found))
            term = _TRAILING.sub("", _ASKING.sub("", part))
            if term and not found:
                unknown[term] = None
        return Found(tuple(codes), tuple(unknown))

    def get(self, code: str) -> Term:
        """The term of a code.

        Raises:
            DomainError: ``skill_unknown``.
        """
        if code not in self.terms:
            raise DomainError("skill_unknown", skill=code)
        return self.terms[code]

    def mask(self, codes: Iterable[str]) -> int:
        """Codes as bits of one integer; raises as :meth:`get` does."""
        bits = 0
        for code in codes:
            bits |= 1 << self.get(code).bit
        return bits

    def including(self, codes: Iterable[str]) -> list[str]:
        """The codes with those they include, by bit: who holds A2 may drive what C1 allows.

        For what a person holds, never for what a vacancy demands. Raises as :meth:`get` does.
        """
        held = set(codes)
        for code in tuple(held):
            held.update(self.get(code).includes)
        return self.codes(self.mask(held))

    def codes(self, mask: int) -> list[str]:
        """The codes of a mask by bit."""
        return [term.code for term in self.terms.values() if mask >> term.bit & 1]

    def of_occupation(self, occupation: str) -> list[str]:
        """Codes of the terms that an occupation uses, by bit."""
        return [term.code for term in self.terms.values() if occupation in term.occupations]

    @cached_property
    def terms(self) -> dict[str, Term]:
        """All terms by code, in the order of their bits."""
        rows = read_table(DATA / self._file)
        return {
            row["code"]: Term(
                bit=int(row["bit"]),
                code=row["code"],
                name=row["name"],
                occupations=tuple(filter(None, row["occupations"].split("|"))),
                includes=tuple(filter(None, row.get("includes", "").split("|"))),
            )
            for row in rows
        }

    @cached_property
    def _wordings(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for row in read_table(DATA / self._file):
            for wording in dict.fromkeys(map(title_key, (row["name"], *row["terms"].split("|")))):
                found[wording] = (*found.get(wording, ()), row["code"])
        return found

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self._wordings, key=lambda wording: (-len(wording), wording))
        return re.compile("|".join(map(_guarded, longest_first)))

    def _inside(self, term: str) -> list[str]:
        return [code for hit in self._pattern.finditer(term) for code in self._wordings[hit.group()]]


def _guarded(wording: str) -> str:
    """A Latin wording must be a word: the c1 of sc1 or c12 is no licence, those of a2b2 are two."""
    if not wording.isascii():
        return re.escape(wording)
    return rf"(?<![a-z]){re.escape(wording)}(?!{'[0-9]' if wording[-1].isdigit() else '[a-z]'})"


@cache
def skills() -> Vocabulary:
    """The skills."""
    return Vocabulary("skills.csv")


@cache
def certificates() -> Vocabulary:
    """The certificates and licences."""
    return Vocabulary("certificates.csv")


def parse_skills(text: str) -> list[str]:
    """Codes of the skills that a text names; ``skills().parse(text).unknown`` has the rest."""
    return list(skills().parse(text).codes)


def parse_certificates(text: str) -> list[str]:
    """Codes of the certificates that a text names; ``certificates().parse(text).unknown`` has the rest."""
    return list(certificates().parse(text).codes)


def name(code: str) -> str:
    """The Chinese name of a skill or a certificate.

    Raises:
        DomainError: ``skill_unknown``.
    """
    return skills().terms[code].name if code in skills().terms else certificates().get(code).name


def occupations_of(codes: Iterable[str]) -> list[str]:
    """Occupations in which skills or certificates are used, by code, each once."""
    found: set[str] = set()
    for code in codes:
        vocabulary = skills() if code in skills().terms else certificates()
        found.update(vocabulary.get(code).occupations)
    return sorted(found)
