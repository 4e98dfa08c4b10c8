"""Small pieces of JSON schema that the shapes are made of."""

from __future__ import annotations

from typing import Any

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
