"""One row of a person sheet as facts, and the digests by which it is known again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from functools import lru_cache
from operator import attrgetter

from matching.crypto import Keyring
from matching.occupations.skills import parse_certificates, parse_skills
from matching.people.codes import Willingness
from matching.people.facts import Facts
from matching.people.ledger_lookup import Site
from matching.people.person_rows import PersonRow
from matching.places import regions

_FIELDS = tuple(field.name for field in fields(PersonRow))
_values = attrgetter(*_FIELDS)
_stated_json = json.JSONEncoder(ensure_ascii=False, default=str).encode
#: Fields that say where a household lives or what it is called; they are not facts of the person.
_PLACING = frozenset(
    {"region_code", "region_parts", "region_text", "address", "settlement_name", "household_code"}
    | {"head_name", "head_id_number", "confirmed_year", "remark", "age"}
)
_FACTS = tuple(name for name in _FIELDS if name not in _PLACING)
_stated = attrgetter(*_FACTS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row's person lives now."""

    region_code: str
    county: str
    site: Site | None


def row_digest(keyring: Keyring, row: PersonRow) -> str:
    """Keyed digest of everything a row states."""
    return keyring.blind(_stated_json(_values(row)), "ledger.row")


def field_digests(keyring: Keyring, row: PersonRow) -> dict[str, str]:
    """Keyed digest of each field that a row states (12 hex digits each)."""
    key = keyring.index_key
    # Codes and numbers repeat from row to row; names, numbers of documents and telephones are not kept.
    return {
        name: (_digest if value.__class__ is str else _repeated_digest)(key, repr(value))
        for name, value in zip(_FIELDS, _values(row), strict=True)
        if value is not None
    }


def _digest(key: bytes, text: str) -> str:
    return hashlib.blake2b(text.encode(), key=key, digest_size=6).hexdigest()


_repeated_digest = lru_cache(maxsize=20_000)(_digest)


def person_facts(row: PersonRow, place: Place | None, prefecture: str) -> Facts:
    """What a row states, as the facts that columns are made of."""
    facts: Facts = {
        name: value for name, value in zip(_FACTS, _stated(row), strict=True) if value is not None
    }
    if row.skills is not None:
        facts["skills"] = _codes("skills", row.skills)
    if row.certificates is not None:
        facts["certificates"] = _codes("certificates", row.certificates)
    if row.wanted_regions is not None:
        county = place.county if place else prefecture
        facts["wanted_regions"] = wanted_regions(row.wanted_regions, county, prefecture) or None
    if place and place.site:
        facts["in_settlement"] = True
    if row.willingness == Willingness.UNKNOWN:
        facts.pop("willingness")
    return {name: value for name, value in facts.items() if value is not None}


@lru_cache(maxsize=10_000)
def _codes(kind: str, texts: tuple[str, ...]) -> tuple[str, ...]:
    parse = parse_skills if kind == "skills" else parse_certificates
    return tuple(dict.fromkeys(code for text in texts for code in parse(text)))


#: Areas that ledgers name beside single regions (就业地点 of a county HR system).
AREAS = {
    "长三角": ("310000", "320000", "330000", "340000"),
    "珠三角": ("440000",),
    "京津冀": ("110000", "120000", "130000"),
}


@lru_cache(maxsize=10_000)
def wanted_regions(texts: tuple[str, ...], county: str, prefecture: str) -> tuple[str, ...]:
    """Adcodes (6 digits) of the places somebody would go to; words that name no place are passed over."""
    own = {"县内": (county,), "本县": (county,), "县外市内": (prefecture,), "市内": (prefecture,)}
    found: list[str] = []
    for text in texts:
        known = own.get(text) or AREAS.get(text)
        if known:
            found.extend(known)
            continue
        region = regions.find(text) or regions.parse_address(text)
        if region is not None:
            code = region.code
            found.append(
                regions.county_of(code) or regions.prefecture_of(code) or regions.province_of(code) or code
            )
    return tuple(dict.fromkeys(found))
