"""What is stated about a vacancy → its columns; sheets and forms both go through here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from matching.crypto import Keyring
from matching.occupations.skills import parse_certificates, parse_skills
from matching.occupations.titles import code_titles
from matching.places import regions
from matching.vacancies.codes import MAX_VALID_DAYS
from matching.vacancies.pay import Pay, monthly_cents
from matching.vacancies.rules import is_hazardous

Facts = dict[str, Any]
SEAL_CONTACT = "vacancy.contact"
#: Facts that become columns of the same name.
SAME = (
    "title",
    "kind",
    "headcount",
    "content",
    "place",
    "hours_per_day",
    "days_per_week",
    "hours_permit",
    "pieces_per_day",
    "using_unit",
    "term_months",
    "probation_months",
    "probation_cents",
    "shifts",
    "load",
    "education",
    "min_age",
    "max_age",
    "age_reason",
    "benefits",
    "tags",
    "targets",
    "start_on",
    "season",
    "source",
)
#: Codes kept of a title; the first is the vacancy's occupation.
CODES_KEPT = 3
#: A second code counts only when it is nearly as likely as the first.
SECOND_CODE = 0.6


def columns(keyring: Keyring, facts: Mapping[str, Any], *, home: str, today: date) -> dict[str, Any]:
    """Columns of ``vacancies`` that follow from the facts.

    Args:
        facts: what is stated, by the names of ``VacancyRow``; occupations where they are known already.
        home: region of the organisation, for a sheet without 区划代码.
        today: the day from which a missing 有效期至 counts.
    """
    pay = Pay(facts.get("pay_low_cents"), facts.get("pay_high_cents"), facts.get("pay_unit"))
    low, high = monthly_cents(pay, facts.get("hours_per_day"), facts.get("days_per_week"))
    codes, confidence = facts.get("occupations"), facts.get("occupation_confidence", 0)
    if codes is None:
        [(codes, confidence)] = occupations([facts["title"]])
    return {
        **{name: _plain(facts.get(name)) for name in SAME},
        **_position(facts, home),
        "pay_text": (facts.get("pay_text") or "")[:60] or None,
        "pay_low_cents": pay.low_cents,
        "pay_high_cents": pay.high_cents,
        "pay_unit": str(pay.unit) if pay.unit else None,
        "month_low_cents": low,
        "month_high_cents": high,
        "occupations": list(codes),
        "occupation_confidence": confidence,
        "required_skills": _codes("skills", facts.get("required_skills")),
        "preferred_skills": _codes("skills", facts.get("preferred_skills")),
        "certificates": _codes("certificates", facts.get("certificates")),
        "hazardous": is_hazardous(facts["title"], facts.get("content"), facts.get("load")),
        "valid_until": facts.get("valid_until") or today + timedelta(days=MAX_VALID_DAYS),
        "contact": _contact(keyring, facts),
    }


def occupations(titles: Sequence[str]) -> list[tuple[tuple[str, ...], int]]:
    """CSCO-2022 codes of titles, best first, and the confidence in the first (0 to 100)."""
    found = []
    for coded in code_titles(titles, CODES_KEPT):
        best = coded[0].confidence if coded else 0.0
        kept = tuple(one.code for one in coded if one.confidence >= best * SECOND_CODE)
        found.append((kept, round(best * 100)))
    return found


def key_digest(organisation_id: int, ref: str | None, employer: str, title: str, place: str | None) -> str:
    """Key of a vacancy: organisation + 岗位编号, else employer + title + place."""
    parts = ["ref", ref] if ref else ["text", employer, title, place or ""]
    return hashlib.sha256("\x1f".join([str(organisation_id), *map(str, parts)]).encode()).hexdigest()


def _position(facts: Mapping[str, Any], home: str) -> dict[str, Any]:
    destination = regions.get(facts["destination"]).code if facts.get("destination") else None
    code = regions.get(facts.get("region_code") or destination or home).code
    exact = facts.get("longitude") is not None and facts.get("latitude") is not None
    point = (facts["longitude"], facts["latitude"]) if exact else regions.point(destination or code)
    return {
        "region_code": code,
        "county": regions.county_of(code) or regions.prefecture_of(code) or code,
        "destination": destination,
        "longitude": point[0] if point else None,
        "latitude": point[1] if point else None,
        "point_exact": exact,
    }


@lru_cache(maxsize=10_000)
def _parsed(kind: str, texts: tuple[str, ...]) -> tuple[str, ...]:
    parse = parse_skills if kind == "skills" else parse_certificates
    return tuple(dict.fromkeys(code for text in texts for code in parse(text)))


def _codes(kind: str, texts: Any) -> list[str] | None:
    return None if texts is None else list(_parsed(kind, tuple(texts)))


def _contact(keyring: Keyring, facts: Mapping[str, Any]) -> bytes | None:
    known = {name: facts[name] for name in ("contact", "phone") if facts.get(name)}
    return keyring.seal_facts(known, SEAL_CONTACT) if known else None


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
