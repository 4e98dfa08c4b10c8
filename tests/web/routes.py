"""Addresses for any route, made from the route itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

READS = frozenset({"GET", "HEAD", "OPTIONS"})


def path_of(app: Flask, rule: Rule, values: Mapping[str, Any] | None = None) -> str:
    """The address of a route; what ``values`` does not name is filled with something of the right form."""
    made = {name: _some(rule._converters[name]) for name in rule.arguments}
    with app.test_request_context():
        return app.url_map.bind("").build(rule.endpoint, {**made, **(values or {})}, method=method_of(rule))


def _some(converter: Any) -> Any:
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    return 1 if isinstance(converter, IntegerConverter) else "aaaaaaaaaaaa"


def method_of(rule: Rule) -> str:
    """The one method that matters of a route."""
    writing = sorted((rule.methods or set()) - READS)
    return writing[0] if writing else "GET"
