"""How documents lie in Elasticsearch, and how questions become its request bodies.

Only what the open server core offers: the ``whitespace`` analyser, no scripts, no query strings.
"""

from __future__ import annotations

from typing import Any

from matching.search.conditions import All, AnyOf, Between, Circle, Condition, Not, Says, Some
from matching.search.documents import Collection
from matching.search.queries import Near, Plan, Sort
from matching.search.shaping import FIELDS, Form
from matching.search.text import EXACT_TITLE, Clause

_TYPES: dict[Form, dict[str, Any]] = {
    Form.KEYWORD: {"type": "keyword", "doc_values": False},
    Form.FACET: {"type": "keyword"},
    Form.TEXT: {"type": "text", "analyzer": "whitespace", "index_options": "freqs"},
    Form.INTEGER: {"type": "long"},
    Form.FLOAT: {"type": "double"},
}

#: Finds nothing.
NOTHING: dict[str, Any] = {"match_none": {}}


def index_body(collection: Collection) -> dict[str, Any]:
    """Settings and mapping of a new index.

    One shard: a city's 200,000 vacancies fit many times over, and scores compare within a shard only.
    ``refresh_interval`` is written down although it is the default: a stated one keeps refreshing an index
    that nobody searches, so a commit is searchable within two seconds.  Versions of deletes are remembered
    for an hour instead of a minute, longer than the longest lease of a worker.
    """
    properties: dict[str, Any] = {name: _TYPES[form] for name, form in FIELDS[collection].items()}
    properties["id"] = {"type": "long"}
    if collection is Collection.VACANCIES:
        properties["point"] = {"type": "geo_point"}
    return {
        "settings": {
            "number_of_shards": 1,
            "auto_expand_replicas": "0-1",
            "refresh_interval": "1s",
            "gc_deletes": "1h",
        },
        "mappings": {"dynamic": False, "properties": properties},
    }


def source_of(document_id: int, fields: dict[str, Any]) -> dict[str, Any]:
    """The stored document: the shaped fields, the id, and the point in the engine's own form."""
    source = {"id": document_id, **fields}
    if fields.get("lon") is not None:
        source["point"] = {"lon": fields["lon"], "lat": fields["lat"]}
    return source


def fields_of(source: dict[str, Any]) -> dict[str, Any]:
    """The shaped fields of a stored document, as :func:`source_of` took them in."""
    return {name: value for name, value in source.items() if name not in ("id", "point")}


def filter_of(condition: Condition) -> dict[str, Any]:
    """The condition as a query clause for filter context."""
    match condition:
        case AnyOf(field, values, least):
            return _any_of(field, values, least)
        case Between(field, low, high):
            bounds = {"gte": low, "lte": high}
            return {"range": {field: {name: bound for name, bound in bounds.items() if bound is not None}}}
        case All(parts):
            return {"bool": {"filter": [filter_of(part) for part in parts]}}
        case Some(parts):
            return {"bool": {"should": [filter_of(part) for part in parts], "minimum_should_match": 1}}
        case Not(part):
            return {"bool": {"must_not": [filter_of(part)]}}
        case Circle(lon, lat, km, unplaced):
            circle = {"geo_distance": {"distance": f"{km}km", "point": {"lon": lon, "lat": lat}}}
            return {"bool": {"should": [circle, filter_of(unplaced)], "minimum_should_match": 1}}
        case Says(groups):
            return {"bool": {"filter": [_group(group) for group in groups]}}


def _any_of(field: str, values: tuple[str, ...], least: int) -> dict[str, Any]:
    if not values:
        return NOTHING
    if least == 1:
        return {"terms": {field: list(values)}}
    should = [{"term": {field: value}} for value in values]
    return {"bool": {"should": should, "minimum_should_match": least}}


def question_of(plan: Plan) -> dict[str, Any]:
    """Words and filters together; only words score."""
    if plan.hopeless:
        return NOTHING
    filters = [filter_of(part) for part in plan.condition.parts]
    if plan.words is None:
        return {"bool": {"filter": filters}}
    exact = {"constant_score": {"filter": {"term": {"exact_title": plan.words.title}}, "boost": EXACT_TITLE}}
    groups = [_group(group) for group in plan.words.groups]
    return {"bool": {"must": groups, "should": [exact], "filter": filters}}


def _group(group: tuple[Clause, ...]) -> dict[str, Any]:
    return {"bool": {"should": [_clause(clause) for clause in group], "minimum_should_match": 1}}


def _clause(clause: Clause) -> dict[str, Any]:
    terms = [{"term": {clause.field: {"value": term}}} for term in clause.terms]
    if len(terms) == 1:
        return {"term": {clause.field: {"value": clause.terms[0], "boost": clause.boost}}}
    return {"bool": {"must": terms, "boost": clause.boost}}


def sort_of(plan: Plan) -> list[dict[str, Any]]:
    """The order; every explicit one is total."""
    if plan.sort is Sort.NEAREST and plan.near is not None:
        return [_distance(plan.near), {"newest": "desc"}]
    if plan.order_field is not None:
        return [{plan.order_field: "desc"}]
    return [{"_score": {"order": "desc"}}, {"newest": "desc"}]


def _distance(near: Near) -> dict[str, Any]:
    point = {"lon": near.lon, "lat": near.lat}
    return {"_geo_distance": {"point": point, "order": "asc", "unit": "km", "distance_type": "arc"}}
