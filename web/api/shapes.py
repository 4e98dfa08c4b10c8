"""Vacancies as JSON, and the schemas that describe them."""

from __future__ import annotations

from flask import url_for

from matching.places import regions
from matching.vacancies.codes import Benefit, Kind, Load, PayUnit, Tag
from matching.vacancies.queries import VacancyCard, VacancyDetail
from web.api.schema import ID, TEXT, YES_OR_NO, Json, a_list, an_object, maybe, one_of


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


CENTS = maybe("integer", minimum=0)
BRIEF = an_object(
    id=ID,
    url={"type": "string", "format": "uri"},
    demo=YES_OR_NO,
    title=TEXT,
    kind=one_of(Kind),
    employer=an_object(name=TEXT, verified=YES_OR_NO),
    headcount=maybe("integer", minimum=1),
    pay=an_object(
        text=maybe("string"),
        unit=one_of(PayUnit, empty=True),
        low_cents=CENTS,
        high_cents=CENTS,
        month_low_cents=CENTS,
        month_high_cents=CENTS,
    ),
    place=an_object(
        text=maybe("string"),
        county=TEXT,
        county_name=TEXT,
        destination=maybe("string"),
        longitude=maybe("number"),
        latitude=maybe("number"),
    ),
    hours_per_day=maybe("number"),
    days_per_week=maybe("number"),
    shifts=a_list(),
    load=one_of(Load, empty=True),
    required_skills=a_list(),
    preferred_skills=a_list(),
    benefits=a_list(one_of(Benefit)),
    tags=a_list(one_of(Tag)),
    start_on=maybe("string", format="date"),
    valid_until={"type": "string", "format": "date"},
    contact=an_object(name=maybe("string"), phone=maybe("string")),
)
FULL: Json = {
    "allOf": [
        {"$ref": "#/components/schemas/VacancyBrief"},
        an_object(
            version={"type": "integer", "minimum": 1},
            posted_at={"type": "string", "format": "date-time"},
            changed_at={"type": "string", "format": "date-time"},
            region=TEXT,
            occupations=a_list(),
            content=maybe("string"),
            certificates=a_list(),
            education=maybe("string"),
            suggested_age=an_object(low=maybe("integer"), high=maybe("integer"), reason=maybe("string")),
            meant_for=a_list(),
            season=maybe("string"),
            posted_by=TEXT,
            source=maybe("string"),
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
        "errors": a_list(an_object(parameter=TEXT, detail=TEXT)),
    },
    "required": ["type", "title", "status", "detail", "code"],
}
SEARCH_PAGE = an_object(
    total={"type": "integer", "minimum": 0},
    offset={"type": "integer", "minimum": 0},
    limit={"type": "integer", "minimum": 1},
    source={"enum": ["index", "database"]},
    vacancies=a_list({"$ref": "#/components/schemas/VacancyBrief"}),
)
COMPLETIONS = an_object(titles=a_list(an_object(title=TEXT, vacancies={"type": "integer", "minimum": 1})))
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
CHANGES = an_object(changes=a_list({"$ref": "#/components/schemas/Change"}), cursor=TEXT, more=YES_OR_NO)
SCHEMAS = {
    "VacancyBrief": BRIEF,
    "Vacancy": FULL,
    "Problem": PROBLEM,
    "SearchPage": SEARCH_PAGE,
    "Completions": COMPLETIONS,
    "Change": CHANGE,
    "Changes": CHANGES,
}
