"""Finding the header of a sheet and telling the family by it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from matching.errors import FileRefused
from matching.sheets.cells import Cell
from matching.sheets.mapping import Mapping
from matching.sheets.reading import Line, Sheet, Workbook

#: The header stands within this many lines of the top.
SEARCHED_LINES = 20
#: A sheet with fewer known headers is not of that family.
_LEAST_COLUMNS = 2
_DISTINCTIVE_WEIGHT = 2

_MARKS = re.compile(r"[\s*★☆※:：]+|[\u200b-\u200f\ufeff]")
_ENDING_BRACKET = re.compile(r"\([^()]*\)$|\[[^\[\]]*\]$|【[^】]*】$|^\((?:必填|选填)\)")


@dataclass(frozen=True, slots=True)
class Match:
    """A sheet's header as a mapping reads it.

    Args:
        mapping: the family.
        header_line: line number of the (last) header line; rows below are data.
        columns: field → indexes of its columns, the preferred first; the first non-empty cell counts.
        titles: field → its header in the sheet.
        names: all headers of the sheet, by index, those of two lines joined into one.
        unknown: headers that no field wants, as written.
        score: how much of the sheet the family explains.
    """

    mapping: Mapping
    header_line: int
    columns: dict[str, tuple[int, ...]]
    titles: dict[str, str]
    names: tuple[str, ...]
    unknown: tuple[str, ...]
    score: int

    @property
    def has_key(self) -> bool:
        """Whether the sheet has one whole group of key columns."""
        keys = self.mapping.keys
        return not keys or any(all(field in self.columns for field in group) for group in keys)


@lru_cache(maxsize=4096)
def normal_header(written: str) -> str:
    """A header without spaces, line breaks, full-width forms and marks of mandatory columns."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", written)).casefold()


def match_header(head: Sequence[Line], mapping: Mapping) -> Match | None:
    """The best reading of the first lines by one mapping; None where no line looks like its header."""
    spelled = _spelled(mapping)
    best: Match | None = None
    above: list[str] = []
    for line in head:
        if line.number > SEARCHED_LINES:
            break
        names = [_shown(cell) for cell in line.cells]
        found = _match_line(line.number, names, above, mapping, spelled)
        if found and (best is None or found.score > best.score):
            best = found
        above = names
    return best


def _shown(cell: Cell) -> str:
    return cell if isinstance(cell, str) else ""


def _spelled(mapping: Mapping) -> dict[str, list[tuple[int, str]]]:
    """Comparable header → (preference, field); the field ``""`` stands for a header that is not wanted."""
    spelled: dict[str, list[tuple[int, str]]] = {}
    for field, ways in mapping.headers.items():
        for preference, way in enumerate(ways):
            spelled.setdefault(normal_header(way), []).append((preference, field))
    for way in mapping.ignore:
        spelled.setdefault(normal_header(way), []).append((0, ""))
    return spelled


def _candidates(written: str, over: str) -> Iterator[str]:
    """What a column may be called: the words above and its own, its own, those above alone."""
    if written.strip():
        if over.strip():
            yield over.strip() + written.strip()
        yield written
        yield _without_bracket(written)
    elif over.strip():
        yield over
        yield _without_bracket(over)


def _without_bracket(written: str) -> str:
    return _ENDING_BRACKET.sub("", normal_header(written))


def _match_line(
    number: int,
    names: list[str],
    above: list[str],
    mapping: Mapping,
    spelled: dict[str, list[tuple[int, str]]],
) -> Match | None:
    upper = _filled(above, names)
    columns: dict[str, list[tuple[int, int]]] = {}
    shown: list[str] = []
    unknown: list[str] = []
    explained = 0
    for index, written in enumerate(names + [""] * (len(upper) - len(names))):
        over = upper[index] if index < len(upper) else ""
        called = next((way for way in _candidates(written, over) if normal_header(way) in spelled), None)
        shown.append((called or written).strip())
        if called is None:
            if normal_header(written):
                unknown.append(written.strip())
            continue
        explained += 1
        for preference, field in spelled[normal_header(called)]:
            if field:
                columns.setdefault(field, []).append((preference, index))
    own = {normal_header(name) for name in names}
    if len(columns) < _LEAST_COLUMNS or not own - {""}:
        return None
    ordered = {field: tuple(index for _, index in sorted(found)) for field, found in columns.items()}
    titles = {field: shown[indexes[0]] for field, indexes in ordered.items()}
    special = sum(normal_header(way) in own for way in mapping.distinctive)
    score = explained + _DISTINCTIVE_WEIGHT * special
    return Match(mapping, number, ordered, titles, tuple(shown), tuple(unknown), score)


def _filled(above: list[str], names: list[str]) -> list[str]:
    """The line above with merged cells filled to the right, as far as the line itself reaches."""
    filled: list[str] = []
    for index in range(max(len(above), len(names)) if above else 0):
        written = above[index] if index < len(above) else ""
        own = index < len(names) and names[index] != ""
        filled.append(written or (filled[-1] if filled and own else ""))
    return filled


def recognise(head: Sequence[Line], mappings: Iterable[Mapping]) -> Match:
    """The family of a sheet.

    Raises:
        FileRefused: ``header_unknown``; ``no_person_key`` with ``columns``, the headers one of which must be
            added.
    """
    found = [match for mapping in mappings if (match := match_header(head, mapping))]
    if not found:
        raise FileRefused("header_unknown", lines=SEARCHED_LINES)
    keyed = [match for match in found if match.has_key]
    best = max(found, key=lambda match: match.score)
    if best.has_key:
        return best
    if keyed:
        second = max(keyed, key=lambda match: match.score)
        if second.score >= best.score:
            return second
    raise FileRefused("no_person_key", columns=_key_headers(best.mapping), family=best.mapping.title)


def _key_headers(mapping: Mapping) -> str:
    return " / ".join(
        " + ".join(mapping.headers.get(field, (field,))[0] for field in group) for group in mapping.keys
    )


@dataclass(frozen=True, slots=True)
class Ignored:
    """A sheet of the workbook that is not read, and why (a code of ``sheets/words.py`` with its facts)."""

    sheet: str
    code: str
    facts: dict[str, object]


def matched_sheets(
    book: Workbook, mappings: Sequence[Mapping], ignored: list[Ignored]
) -> Iterator[tuple[Sheet, Match]]:
    """The sheets of a workbook that a family explains, each standing below its header.

    Sheets that no family explains go to ``ignored``.

    Raises:
        FileRefused: where no sheet is understood: the reason of the sheet that came closest.
    """
    any_read = False
    refusals: list[FileRefused] = []
    for sheet in book:
        head = sheet.head(SEARCHED_LINES)
        try:
            match = recognise(head, mappings)
        except FileRefused as refusal:
            refusals.append(refusal)
            ignored.append(Ignored(sheet.name, refusal.code, refusal.facts))
            continue
        any_read = True
        sheet.skip_to(match.header_line)
        yield sheet, match
    if not any_read:
        raise next(
            (refusal for refusal in refusals if refusal.code == "no_person_key"),
            refusals[0] if refusals else FileRefused("file_empty"),
        )
