"""The fields of a vacancy sheet: what follows from each, and how a later sheet is told from an earlier."""

from __future__ import annotations

import hashlib
from dataclasses import fields

from matching.crypto import Keyring
from matching.vacancies.facts import Facts
from matching.vacancies.vacancy_rows import VacancyRow

#: What a sheet states; the codes of the title are worked out from it.
_FIELDS = tuple(field.name for field in fields(VacancyRow) if not field.name.startswith("occupation"))
#: Column that a finding is about → the sheet's field, where they differ.
SHEET_FIELD = {"pay_text": "pay", "probation_cents": "probation_pay"}
#: Characters of the words that a finding names.
WORDS_KEPT = 60
#: Field of a sheet → the columns that follow from it.
COLUMNS_OF: dict[str, tuple[str, ...]] = {
    "title": ("title", "occupations", "occupation_confidence", "hazardous"),
    "content": ("content", "hazardous"),
    "load": ("load", "hazardous"),
    "pay_text": (
        "pay_text",
        "pay_low_cents",
        "pay_high_cents",
        "pay_unit",
        "month_low_cents",
        "month_high_cents",
    ),
    "hours_per_day": ("hours_per_day", "month_low_cents", "month_high_cents"),
    "days_per_week": ("days_per_week", "month_low_cents", "month_high_cents"),
    "region_code": ("region_code", "county", "longitude", "latitude", "point_exact"),
    "destination": ("destination", "longitude", "latitude", "point_exact"),
    "longitude": ("longitude", "latitude", "point_exact"),
    "contact": ("contact",),
    "phone": ("contact",),
}


def row_facts(row: VacancyRow) -> Facts:
    """What a row states, under the names that columns are made of."""
    stated = {name: value for name in _FIELDS if (value := getattr(row, name)) is not None}
    return {**stated, "occupations": row.occupations, "occupation_confidence": row.occupation_confidence}


def field_digests(keyring: Keyring, row: VacancyRow) -> dict[str, str]:
    """Keyed digest of each field that a row states (12 hex digits each)."""
    return {
        name: hashlib.blake2b(repr(value).encode(), key=keyring.index_key, digest_size=6).hexdigest()
        for name in _FIELDS
        if (value := getattr(row, name)) is not None
    }
