"""Request bodies use only what the open server core offers."""

from __future__ import annotations

import json
import random

from matching.search.documents import Collection
from matching.search.elastic_mapping import filter_of, index_body, question_of, sort_of
from matching.search.queries import plan, recall_condition
from tests.contract import samples

ALLOWED = {
    "bool",
    "must",
    "should",
    "filter",
    "must_not",
    "minimum_should_match",
    "boost",
    "term",
    "terms",
    "value",
    "range",
    "gte",
    "lte",
    "geo_distance",
    "distance",
    "point",
    "lon",
    "lat",
    "constant_score",
    "match_none",
}


def keys(body: object) -> set[str]:
    if isinstance(body, dict):
        return set(body).union(*map(keys, body.values())) if body else set()
    return set().union(*map(keys, body)) if isinstance(body, list) else set()


def test_questions_are_made_of_few_forms_and_user_text_stands_in_values_only() -> None:
    chance = random.Random(4)
    for _ in range(200):
        checked = plan(samples.question(chance))
        fields = {"id", "newest", "_score", "_geo_distance", "pay_order"}.union(*samples.index_fields())
        assert keys(question_of(checked)) <= ALLOWED | fields
        json.dumps([question_of(checked), sort_of(checked)], allow_nan=False)
        for query in (samples.recall_question(chance), samples.vacancy_limits(chance)):
            assert keys(filter_of(recall_condition(query)[1])) <= ALLOWED | fields


def test_no_mapping_needs_a_plugin() -> None:
    for collection in Collection:
        body = index_body(collection)
        properties = body["mappings"]["properties"].values()
        assert {field["type"] for field in properties} <= {"keyword", "text", "long", "double", "geo_point"}
        assert {field.get("analyzer", "whitespace") for field in properties} == {"whitespace"}
        assert body["mappings"]["dynamic"] is False
