"""From documents to the fields that both engines index, with the same field names and values.

What is not stated is written down as a value that passes: :data:`UNSTATED` among keywords, the far end of the
range among numbers.  So a filter never has to ask whether a field is there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache
from typing import Any

from matching.search.documents import Collection, Document, JobseekerDocument, VacancyDocument
from matching.search.geometry import EVERYWHERE, NOWHERE, Box, box
from matching.search.text import character_tokens, clean, fold, sound_tokens, word_tokens

UNSTATED = "?"
OPEN, CLOSED, GONE = "open", "closed", "gone"
YES, NO = "yes", "no"

#: Beyond every pay, day and rank.
UNLIMITED = 2**53

#: More required skills than this count as this many (recall may then return too much, never too little).
MOST_REQUIRED = 8

MAX_ID = 2**32
MAX_CODE = 64
MAX_VERSION = 2**62
MAX_TITLE = 200


class Refused(ValueError):
    """A document that cannot be indexed as it is; the text is the reason."""


class Form(Enum):
    """How a field is indexed"""

    KEYWORD = "keyword"  # whole values, filtered
    FACET = "facet"  # whole values, filtered and counted
    TEXT = "text"  # tokens joined by blanks, scored
    INTEGER = "integer"
    FLOAT = "float"


_COMMON = {
    "version": Form.INTEGER,
    "newest": Form.INTEGER,
    "state": Form.KEYWORD,
    "demo": Form.KEYWORD,
    "placed": Form.KEYWORD,
    "county": Form.FACET,
    "occupations": Form.KEYWORD,
    "shifts": Form.FACET,
    "skills": Form.KEYWORD,
    "certificates": Form.KEYWORD,
}

FIELDS: dict[Collection, dict[str, Form]] = {
    Collection.VACANCIES: _COMMON
    | {
        "title": Form.TEXT,
        "employer": Form.TEXT,
        "place": Form.TEXT,
        "content": Form.TEXT,
        "title_characters": Form.TEXT,
        "characters": Form.TEXT,
        "sound": Form.TEXT,
        "exact_title": Form.FACET,
        "kind": Form.FACET,
        "regions": Form.KEYWORD,
        "origin_counties": Form.KEYWORD,
        "load": Form.FACET,
        "benefits": Form.FACET,
        "tags": Form.FACET,
        "targets": Form.KEYWORD,
        "skills_count": Form.KEYWORD,
        "certificates_count": Form.KEYWORD,
        "lon": Form.FLOAT,
        "lat": Form.FLOAT,
        "pay": Form.INTEGER,
        "pay_order": Form.INTEGER,
        "min_education": Form.INTEGER,
        "valid_until": Form.INTEGER,
    },
    Collection.JOBSEEKERS: _COMMON
    | {
        "tenant": Form.KEYWORD,
        "settlement": Form.KEYWORD,
        "capacity": Form.KEYWORD,
        "will_leave": Form.KEYWORD,
        "wanted_regions": Form.KEYWORD,
        "classes": Form.KEYWORD,
        "education": Form.INTEGER,
        "wage_floor": Form.INTEGER,
        "west": Form.FLOAT,
        "east": Form.FLOAT,
        "south": Form.FLOAT,
        "north": Form.FLOAT,
    },
}


def shape(document: Document) -> dict[str, Any]:
    """All indexed fields of a document (``id`` apart): lists of codes, joined tokens, numbers.

    Raises:
        Refused: an id, number or code that no index can hold; the text names the field.
    """
    try:
        if isinstance(document, VacancyDocument):
            return _shape_vacancy(document)
        return _shape_jobseeker(document)
    except Refused:
        raise
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Refused(f"{type(error).__name__}: {error}") from error


def tombstone(version: int) -> dict[str, Any]:
    """What is left of an erased document: its version, so that an older message cannot bring it back."""
    return {"version": _whole("version", version, MAX_VERSION), "state": GONE}


def order_key(value: int, document_id: int) -> int:
    """A number that sorts by ``value``, then by id: every order is total and a page can end anywhere."""
    return min(max(value, 0), 2**31 - 1) << 32 | document_id


def id_of(key: int) -> int:
    """The id inside an :func:`order_key`."""
    return key & (MAX_ID - 1)


def _shape_vacancy(v: VacancyDocument) -> dict[str, Any]:
    title, employer, place = clean(v.title), clean(v.employer), clean(v.place)
    pay = v.pay_high if v.pay_high is not None else v.pay_low
    return _shape_common(v, v.posted_at) | {
        **_cut_title(title),
        "employer": _cut_name(employer),
        "place": " ".join(word_tokens(place)),
        "content": " ".join(word_tokens(v.content)),
        "characters": " ".join(character_tokens(f"{employer} {place}")),
        "kind": _codes("kind", [v.kind]),
        "regions": _codes("regions", dict.fromkeys((*v.regions, *v.destination))) or [UNSTATED],
        "origin_counties": _codes("origin_counties", v.origin_counties) or [UNSTATED],
        "load": [UNSTATED] if v.load is None else _codes("load", [v.load]),
        "benefits": _codes("benefits", v.benefits),
        "tags": _codes("tags", v.tags),
        "targets": _codes("targets", v.targets) or [UNSTATED],
        "skills": _codes("skills", v.skills),
        "skills_count": [str(min(len(set(v.skills)), MOST_REQUIRED))],
        "certificates": _codes("certificates", v.certificates),
        "certificates_count": [str(min(len(set(v.certificates)), MOST_REQUIRED))],
        "lon": v.lon,
        "lat": v.lat,
        "pay": UNLIMITED if pay is None else _whole("pay", pay),
        "pay_order": order_key(pay or 0, v.id),
        "min_education": 0 if v.min_education is None else _whole("min_education", v.min_education),
        "valid_until": UNLIMITED if v.valid_until is None else _whole("valid_until", v.valid_until),
    }


@lru_cache(maxsize=20_000)
def _cut_title(title: str) -> dict[str, Any]:
    """Titles repeat; nobody changes what comes back."""
    return {
        "title": " ".join(word_tokens(title)),
        "title_characters": " ".join(character_tokens(title)),
        "sound": " ".join(sound_tokens(title)),
        "exact_title": [fold(title)[:MAX_TITLE]],
    }


@lru_cache(maxsize=20_000)
def _cut_name(employer: str) -> str:
    return " ".join(word_tokens(employer))


def _shape_jobseeker(j: JobseekerDocument) -> dict[str, Any]:
    return (
        _shape_common(j, 0)
        | {
            "tenant": [str(_whole("tenant_id", j.tenant_id))],
            "settlement": [UNSTATED if j.settlement_id is None else str(j.settlement_id)],
            "capacity": [UNSTATED] if j.capacity is None else _codes("capacity", [j.capacity]),
            "will_leave": _codes("will_leave", [j.will_leave]),
            "wanted_regions": _codes("wanted_regions", j.wanted_regions) or [UNSTATED],
            "classes": _known("classes", j.classes),
            "skills": _known("skills", j.skills),
            "certificates": _known("certificates", j.certificates),
            "education": UNLIMITED if j.education is None else _whole("education", j.education),
            "wage_floor": 0 if j.wage_floor is None else _whole("wage_floor", j.wage_floor),
        }
        | dict(zip(("west", "east", "south", "north"), _reach(j), strict=True))
    )


def _reach(j: JobseekerDocument) -> Box:
    """Where a daily way may lead: no limit stated, everywhere; a limit but no position, nowhere (the county
    decides then)."""
    if j.reach_km is None:
        return EVERYWHERE
    if j.lon is None or j.lat is None:
        return NOWHERE
    return box(j.lon, j.lat, _real("reach_km", j.reach_km, 0, 25_000))


def _shape_common(document: Document, moment: int) -> dict[str, Any]:
    if (document.lon is None) != (document.lat is None):
        raise Refused("lon and lat go together")
    if document.lon is not None and document.lat is not None:
        _real("lon", document.lon, -180, 180)
        _real("lat", document.lat, -90, 90)
    key = order_key(_whole("posted_at", moment, 2**31), _whole("id", document.id, MAX_ID))
    return {
        "version": _whole("version", document.version, MAX_VERSION),
        "newest": key,
        "state": [OPEN if document.open else CLOSED],
        "demo": [YES if document.demo else NO],
        "placed": [NO if document.lon is None else YES],
        "county": [UNSTATED] if document.county is None else _codes("county", [document.county]),
        "occupations": _codes("occupations", document.occupations) or [UNSTATED],
        "shifts": _codes("shifts", document.shifts) or [UNSTATED],
    }


def _known(name: str, values: Iterable[str] | None) -> list[str]:
    return [UNSTATED] if values is None else _codes(name, values)


def _codes(name: str, values: Iterable[str]) -> list[str]:
    """Distinct codes as plain strings; a code is short, without control characters and not empty."""
    codes = list(dict.fromkeys(map(str, values)))
    if not all(map(_is_code, codes)):
        raise Refused(f"{name} holds no code")
    return codes


@lru_cache(maxsize=20_000)
def _is_code(code: str) -> bool:
    return 0 < len(code) <= MAX_CODE and code != UNSTATED and clean(code) == code


def _whole(name: str, value: int, limit: int = UNLIMITED) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < limit:
        raise Refused(f"{name} is not a whole number from 0 below {limit}")
    return value


def _real(name: str, value: float, low: float, high: float) -> float:
    if not math.isfinite(value) or not low <= value <= high:
        raise Refused(f"{name} is not between {low} and {high}")
    return value
