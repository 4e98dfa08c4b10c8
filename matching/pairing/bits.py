"""Code lists as bits: what SQL holds as lists of words, columns hold as one integer.

The places of the bits are never stored; lists of words are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from matching.people.codes import Capacity, Care, Shift, Target
from matching.vacancies.codes import LOAD_RANK, Benefit, Kind, Load, Tag

SHIFT = {member: 1 << place for place, member in enumerate(Shift)}
CARE = {member: 1 << place for place, member in enumerate(Care)}
BENEFIT = {member: 1 << place for place, member in enumerate(Benefit)}
TAG = {member: 1 << place for place, member in enumerate(Tag)}
TARGET = {member: 1 << place for place, member in enumerate(Target)}
KIND = {member: place for place, member in enumerate(Kind)}

#: Age classes, computed from days elsewhere; no bit means that the birth date is unknown.
UNDER_16, AGE_16_17, ADULT, RETIRED = 1, 2, 4, 8

#: The heaviest load (``LOAD_RANK``) that a capacity carries; −1 unknown; 半(弱)劳动力 do light work.
HEAVIEST: dict[str | None, int] = {
    None: -1,
    Capacity.LOST: 0,
    Capacity.NONE: 0,
    Capacity.WEAK: LOAD_RANK[Load.LIGHT],
    Capacity.ORDINARY: LOAD_RANK[Load.VERY_HEAVY],
    Capacity.SKILLED: LOAD_RANK[Load.VERY_HEAVY],
}

ALL_SHIFTS = sum(SHIFT.values())


def to_bits(words: Iterable[str] | None, places: Mapping[Any, int]) -> int:
    """Bits of a list of codes; codes that the list does not know are passed over, ``None`` gives 0.

    Args:
        words: values of the code list.
        places: one of the tables above.
    """
    found = 0
    for word in words or ():
        found |= places.get(word, 0)
    return found


def from_bits(bits: int, places: Mapping[Any, int]) -> list[str]:
    """Codes of bits, in the order of their list."""
    return [str(member) for member, bit in places.items() if bits & bit]


def shifts_served(words: Iterable[str] | None) -> int:
    """Bits of every shift whose takers can fill a vacancy's shifts.

    School hours lie within the day, so who can work days can do them; free hours suit everybody.
    """
    bits = to_bits(words, SHIFT)
    if bits & SHIFT[Shift.SCHOOL_HOURS]:
        bits |= SHIFT[Shift.DAY]
    return ALL_SHIFTS if bits & SHIFT[Shift.FLEXIBLE] else bits
