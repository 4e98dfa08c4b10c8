"""Vacancies as JSON, and the schemas that describe them."""

from __future__ import annotations

from typing import Any

from flask import url_for

from matching.places import regions
from matching.vacancies.codes import Benefit, Kind, Load, PayUnit, Tag
from matching.vacancies.queries import VacancyCard, VacancyDetail

Json = dict[str, Any]


def brief(card: VacancyCard) -> Json:
    """A vacancy as a list shows it; what is not stated is null or an empty list."""
    return {
        "id": card.public_id,
        "url": url_for("public.vacancy", public_id=card.public_id, _external=True),
        "demo": card.demo,
        "title": card.title,
        "kind": card.kind,
        "employer": {"name": card.employer, "verified": card.verified},
        "headcount": card.headcount,
        "pay": {
            "text": card.pay_text,
            "unit": card.pay_unit,
            "low_cents": card.pay_low_cents,
            "high_cents": card.pay_high_cents,
            "month_low_cents": card.month_low_cents,
            "month_high_cents": card.month_high_cents,
        },
        "place": {
            "text": card.place,
            "county": card.county,
            "county_name": regions.full_name(card.county),
            "destination": card.destination,
            "longitude": card.longitude,
            "latitude": card.latitude,
        },
        "hours_per_day": card.hours_per_day,
        "days_per_week": card.days_per_week,
        "shifts": list(card.shifts),
        "load": card.load,
        "required_skills": list(card.required_skills),
        "preferred_skills": list(card.preferred_skills),
        "benefits": list(card.benefits),
        "tags": list(card.tags),
        "start_on": card.start_on.isoformat() if card.start_on else None,
        "valid_until": card.valid_until.isoformat(),
        "contact": {"name": card.contact, "phone": card.phone},
    }


def full(detail: VacancyDetail) -> Json:
    """A vacancy as its page shows it."""
    return brief(detail.card) | {
        "version": detail.version,
        "posted_at": detail.posted_at.isoformat(),
        "changed_at": detail.touched_at.isoformat(),
        "region": detail.region_code,
        "occupations": list(detail.occupations),
        "content": detail.content,
        "certificates": list(detail.certificates),
        "education": detail.education,
        "suggested_age": {"low": detail.min_age, "high": detail.max_age, "reason": detail.age_reason},
        "meant_for": list(detail.targets),
        "season": detail.season,
        "posted_by": detail.posted_by,
        "source": detail.source,
    }


def _maybe(kind: str, **more: Any) -> Json:
    return {"type": [kind, "null"], **more}


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Json | None = None) -> Json:
    return {"type": "array", "items": items or {"type": "string"}}


def _code(codes: type[Any], *, empty: bool = False) -> Json:
    return {"enum": [code.value for code in codes] + ([None] if empty else [])}


TEXT: Json = {"type": "string"}
YES_OR_NO: Json = {"type": "boolean"}
CENTS = _maybe("integer", minimum=0)
ID: Json = {"type": "string", "pattern": "^[a-z0-9]{12}$"}
BRIEF = _object(
    id=ID,
    url={"type": "string", "format": "uri"},
    demo=YES_OR_NO,
    title=TEXT,
    kind=_code(Kind),
    employer=_object(name=TEXT, verified=YES_OR_NO),
    headcount=_maybe("integer", minimum=1),
    pay=_object(
        text=_maybe("string"),
        unit=_code(PayUnit, empty=True),
        low_cents=CENTS,
        high_cents=CENTS,
        month_low_cents=CENTS,
        month_high_cents=CENTS,
    ),
    place=_object(
        text=_maybe("string"),
        county=TEXT,
        county_name=TEXT,
        destination=_maybe("string"),
        longitude=_maybe("number"),
        latitude=_maybe("number"),
    ),
    hours_per_day=_maybe("number"),
    days_per_week=_maybe("number"),
    shifts=_list(),
    load=_code(Load, empty=True),
    required_skills=_list(),
    preferred_skills=_list(),
    benefits=_list(_code(Benefit)),
    tags=_list(_code(Tag)),
    start_on=_maybe("string", format="date"),
    valid_until={"type": "string", "format": "date"},
    contact=_object(name=_maybe("string"), phone=_maybe("string")),
)
FULL: Json = {
    "allOf": [
        {"$ref": "#/components/schemas/VacancyBrief"},
        _object(
            version={"type": "integer", "minimum": 1},
            posted_at={"type": "string", "format": "date-time"},
            changed_at={"type": "string", "format": "date-time"},
            region=TEXT,
            occupations=_list(),
            content=_maybe("string"),
            certificates=_list(),
            education=_maybe("string"),
            suggested_age=_object(low=_maybe("integer"), high=_maybe("integer"), reason=_maybe("string")),
            meant_for=_list(),
            season=_maybe("string"),
            posted_by=TEXT,
            source=_maybe("string"),
        ),
    ]
}
PROBLEM: Json = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "code": TEXT,
        "errors": _list(_object(parameter=TEXT, detail=TEXT)),
    },
    "required": ["type", "title", "status", "detail", "code"],
}
SEARCH_PAGE = _object(
    total={"type": "integer", "minimum": 0},
    offset={"type": "integer", "minimum": 0},
    limit={"type": "integer", "minimum": 1},
    source={"enum": ["index", "database"]},
    vacancies=_list({"$ref": "#/components/schemas/VacancyBrief"}),
)
COMPLETIONS = _object(titles=_list(_object(title=TEXT, vacancies={"type": "integer", "minimum": 1})))
CHANGE = {
    "type": "object",
    "properties": {
        "id": ID,
        "version": {"type": "integer", "minimum": 1},
        "changed_at": {"type": "string", "format": "date-time"},
        "open": YES_OR_NO,
        "vacancy": {"oneOf": [{"$ref": "#/components/schemas/Vacancy"}, {"type": "null"}]},
    },
    "required": ["id", "version", "changed_at", "open", "vacancy"],
}
CHANGES = _object(changes=_list({"$ref": "#/components/schemas/Change"}), cursor=TEXT, more=YES_OR_NO)
SCHEMAS = {
    "VacancyBrief": BRIEF,
    "Vacancy": FULL,
    "Problem": PROBLEM,
    "SearchPage": SEARCH_PAGE,
    "Completions": COMPLETIONS,
    "Change": CHANGE,
    "Changes": CHANGES,
}
