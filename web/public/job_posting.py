"""One vacancy for search machines, as schema.org's JobPosting: nothing that its page does not show."""

from __future__ import annotations

from typing import Any

from matching.places import regions
from matching.vacancies.codes import PayUnit
from matching.vacancies.queries import VacancyCard, VacancyDetail

UNITS = {
    PayUnit.HOUR: "HOUR",
    PayUnit.DAY: "DAY",
    PayUnit.MONTH: "MONTH",
    PayUnit.YEAR: "YEAR",
}


def job_posting(vacancy: VacancyDetail, address: str) -> dict[str, Any]:
    """The vacancy as JSON-LD.

    Args:
        address: absolute, of its page.
    """
    card = vacancy.card
    found: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "url": address,
        "identifier": {"@type": "PropertyValue", "name": vacancy.posted_by, "value": card.public_id},
        "title": card.title,
        "description": vacancy.content or card.title,
        "datePosted": vacancy.posted_on.isoformat(),
        "validThrough": f"{card.valid_until.isoformat()}T23:59:59+08:00",
        "hiringOrganization": {"@type": "Organization", "name": card.employer},
        "jobLocation": {"@type": "Place", "address": _address(vacancy)},
        "directApply": False,
    }
    if card.headcount:
        found["totalJobOpenings"] = card.headcount
    if salary := _salary(card):
        found["baseSalary"] = {"@type": "MonetaryAmount", "currency": "CNY", "value": salary}
    return found


def _address(vacancy: VacancyDetail) -> dict[str, str]:
    code = vacancy.card.destination or vacancy.region_code
    parts = {
        "addressRegion": regions.province_of(code),
        "addressLocality": regions.county_of(code) or regions.prefecture_of(code),
    }
    found = {"@type": "PostalAddress", "addressCountry": "CN"}
    found |= {name: regions.get(part).name for name, part in parts.items() if part}
    return found | ({"streetAddress": vacancy.card.place} if vacancy.card.place else {})


def _salary(card: VacancyCard) -> dict[str, Any] | None:
    """Pay in yuan, in the unit that was written; pay by the piece only as what it comes to in a month."""
    unit = UNITS.get(PayUnit(card.pay_unit)) if card.pay_unit else None
    low, high = card.pay_low_cents, card.pay_high_cents
    if unit is None:
        unit, low, high = "MONTH", card.month_low_cents, card.month_high_cents
    if low is None and high is None:
        return None
    value: dict[str, Any] = {"@type": "QuantitativeValue", "unitText": unit}
    if low is not None and low == high:
        return value | {"value": low / 100}
    bounds = {"minValue": low, "maxValue": high}
    return value | {name: cents / 100 for name, cents in bounds.items() if cents is not None}
