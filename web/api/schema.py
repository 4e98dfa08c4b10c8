"""Small pieces of JSON schema that the shapes are made of."""

from __future__ import annotations

from typing import Any

from web.problems import MIMETYPE

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
YES_OR_NO: Json = {"type": "boolean"}
ID: Json = {"type": "string", "pattern": "^[a-z0-9]{12}$"}


def maybe(kind: str, **more: Any) -> Json:
    """A value that may be null."""
    return {"type": [kind, "null"], **more}


def an_object(**properties: Json) -> Json:
    """An object that has all of these."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def a_list(items: Json | None = None) -> Json:
    """A list; of texts where nothing else is said."""
    return {"type": "array", "items": items or {"type": "string"}}


def one_of(codes: type[Any], *, empty: bool = False) -> Json:
    """One of a list of codes."""
    return {"enum": [code.value for code in codes] + ([None] if empty else [])}


def an_answer(about: str, schema: str | None) -> Json:
    """An answer that went well; without a schema it has no body."""
    if schema is None:
        return {"description": about}
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": about, "content": content}


def a_problem(about: str) -> Json:
    """An answer that did not."""
    content = {MIMETYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": about, "content": content}
