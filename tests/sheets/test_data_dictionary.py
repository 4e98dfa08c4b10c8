"""The data dictionary names what the code knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from matching.people import words as people_words
from matching.people.person_rows import person_families, person_schema
from matching.places.settlement_rows import settlement_families, settlement_schema
from matching.sheets import words as sheet_words
from matching.vacancies import words as vacancy_words
from matching.vacancies.vacancy_rows import vacancy_families, vacancy_schema

TEXT = (Path(__file__).parents[2] / "docs" / "data-dictionary.md").read_text("utf-8")
SCHEMAS = (person_schema(), vacancy_schema(), settlement_schema())


@pytest.mark.parametrize(
    "names",
    [
        people_words.PROBLEMS,
        vacancy_words.PROBLEMS,
        sheet_words.REFUSALS,
        [*person_families(), *vacancy_families(), *settlement_families()],
        [name for schema in SCHEMAS for name in schema.fields],
        [name for schema in SCHEMAS for name in schema.lists],
        [code for schema in SCHEMAS for listed in schema.lists.values() for code in listed.canonical],
    ],
    ids=["people", "vacancies", "refusals", "families", "fields", "lists", "codes"],
)
def test_the_data_dictionary_names_them_all(names):
    assert [name for name in names if f"`{name}`" not in TEXT] == []


def test_problems_are_said_in_the_same_sentences():
    sentences = {**people_words.PROBLEMS, **vacancy_words.PROBLEMS}
    assert [code for code, sentence in sentences.items() if sentence not in TEXT] == []
