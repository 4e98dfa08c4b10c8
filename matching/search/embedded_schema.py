"""How documents lie in a tantivy index, and how questions become tantivy queries."""

from __future__ import annotations

import json
from typing import Any

from tantivy import Document, FieldType, Occur, Query, Schema, SchemaBuilder

from matching.search.conditions import All, AnyOf, Between, Circle, Condition, Not, Says, Some
from matching.search.documents import Collection
from matching.search.geometry import box
from matching.search.queries import Plan
from matching.search.shaping import FIELDS, Form
from matching.search.text import EXACT_TITLE, Clause


def schema_of(collection: Collection) -> Schema:
    """The schema.  ``id`` is an INTEGER field: deletion by term does nothing on an UNSIGNED one, silently."""
    builder = SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_text_field("source", stored=True, tokenizer_name="raw", index_option="basic")
    for name, form in FIELDS[collection].items():
        if form is Form.INTEGER:
            builder.add_integer_field(name, indexed=True, fast=True)
        elif form is Form.FLOAT:
            builder.add_float_field(name, indexed=True, fast=True)
        elif form is Form.TEXT:
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        else:
            fast = form is Form.FACET
            builder.add_text_field(name, fast=fast, tokenizer_name="raw", index_option="basic")
    return builder.build()


def document_of(collection: Collection, document_id: int, fields: dict[str, Any]) -> Document:
    """A tantivy document of shaped fields."""
    made = Document()
    made.add_integer("id", document_id)
    made.add_text("source", json.dumps(fields, ensure_ascii=False, separators=(",", ":")))
    forms = FIELDS[collection]
    for name, value in fields.items():
        if value is None:
            continue
        form = forms[name]
        if form is Form.INTEGER:
            made.add_integer(name, value)
        elif form is Form.FLOAT:
            made.add_float(name, value)
        elif form is Form.TEXT:
            made.add_text(name, value)
        else:
            for code in value:
                made.add_text(name, code)
    return made


class Translator:
    """From conditions and words to tantivy queries, for one collection."""

    def __init__(self, collection: Collection, schema: Schema) -> None:
        self._schema = schema
        self._forms = FIELDS[collection]

    def filter(self, condition: Condition) -> Query:
        """The condition; a circle becomes the box around it, and the engine measures what lies in there."""
        match condition:
            case AnyOf(field, values, least):
                return self._any_of(field, values, least)
            case Between(field, low, high):
                return self._between(field, low, high)
            case All(parts):
                return Query.boolean_query([(Occur.Must, self.filter(part)) for part in parts])
            case Some(parts):
                return Query.boolean_query([(Occur.Should, self.filter(part)) for part in parts])
            case Not(part):
                everything = (Occur.Must, Query.all_query())
                return Query.boolean_query([everything, (Occur.MustNot, self.filter(part))])
            case Circle(lon, lat, km, unplaced):
                west, east, south, north = box(lon, lat, km)
                inside = All((Between("lon", west, east), Between("lat", south, north)))
                return self.filter(Some((inside, unplaced)))
            case Says(groups):
                return Query.boolean_query([(Occur.Must, self._group(group)) for group in groups])

    def question(self, plan: Plan) -> Query:
        """Words and filters together; only words score."""
        if plan.hopeless:
            return Query.empty_query()
        if plan.words is None:
            return self.filter(plan.condition)
        parts = [(Occur.Must, self._group(group)) for group in plan.words.groups]
        exact = Query.term_query(self._schema, "exact_title", plan.words.title, "basic")
        parts.append((Occur.Should, Query.const_score_query(exact, EXACT_TITLE)))
        for part in plan.condition.parts:  # flat: a nested conjunction costs a third more
            parts.append((Occur.Must, Query.const_score_query(self.filter(part), 0.0)))
        return Query.boolean_query(parts)

    def _group(self, group: tuple[Clause, ...]) -> Query:
        return Query.boolean_query([(Occur.Should, self._clause(clause)) for clause in group])

    def _clause(self, clause: Clause) -> Query:
        terms = [Query.term_query(self._schema, clause.field, term, "freq") for term in clause.terms]
        found = terms[0] if len(terms) == 1 else Query.boolean_query([(Occur.Must, term) for term in terms])
        return found if clause.boost == 1.0 else Query.boost_query(found, clause.boost)

    def _any_of(self, field: str, values: tuple[str, ...], least: int) -> Query:
        terms = [(Occur.Should, Query.term_query(self._schema, field, value, "basic")) for value in values]
        if not terms:
            return Query.empty_query()
        if len(terms) == 1 and least == 1:
            return terms[0][1]
        return Query.boolean_query(terms, least)

    def _between(self, field: str, low: float | None, high: float | None) -> Query:
        kind = FieldType.Integer if self._forms[field] is Form.INTEGER else FieldType.Float
        if low is None and high is None:
            return Query.exists_query(field)
        return Query.range_query(self._schema, field, kind, low, high)
