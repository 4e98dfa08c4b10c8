"""Parameters and fields of the interface: one table says how they are described and how they are read.

A value that does not fit is refused and named; nothing is guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from web.problems import BadParameters, Fault

PAGE, LARGEST_PAGE = 10, 100


@dataclass(frozen=True)
class Parameter:
    """One parameter of an address.

    Args:
        name: as it stands in the address.
        about: what it does, for the description.
        schema: JSON schema of one value; ``type``, ``enum``, ``pattern``, ``minimum``, ``maximum``,
            ``minLength``, ``maxLength`` and ``default`` are understood.
        many: may be given several times; any of the values will do.
        required: must be given.
    """

    name: str
    about: str
    schema: dict[str, Any]
    many: bool = False
    required: bool = False

    def described(self) -> dict[str, Any]:
        """The parameter as OpenAPI 3.1 describes it."""
        schema = {"type": "array", "items": self.schema, "maxItems": 20} if self.many else self.schema
        found = {"name": self.name, "in": "query", "description": self.about, "schema": schema}
        return found | ({"required": True} if self.required else {})

    def read(self, given: list[str]) -> Any:
        """The value or values; the default where nothing is given.

        Raises:
            ValueError: with a sentence in the user's language.
        """
        if self.many:
            if len(given) > 20:
                raise ValueError(_("At most 20 values."))
            return tuple(dict.fromkeys(self._one(value) for value in given))
        if len(given) > 1:
            raise ValueError(_("Only one value."))
        if not given:
            if self.required:
                raise ValueError(_("This is needed."))
            return self.schema.get("default")
        return self._one(given[0])

    def _one(self, text: str) -> Any:
        if self.schema["type"] in ("integer", "number"):
            return self._number(text)
        if "enum" in self.schema and text not in self.schema["enum"]:
            raise ValueError(_("Possible: %(values)s.", values=", ".join(self.schema["enum"])))
        low, high = self.schema.get("minLength", 0), self.schema.get("maxLength", 200)
        if not low <= len(text) <= high:
            raise ValueError(_("From %(low)d to %(high)d characters.", low=low, high=high))
        if "pattern" in self.schema and not re.fullmatch(self.schema["pattern"].strip("^$"), text, re.ASCII):
            raise ValueError(_("Not written as described."))
        return text

    def _number(self, text: str) -> int:
        low, high = self.schema.get("minimum", -math.inf), self.schema.get("maximum", math.inf)
        number = int(text) if re.fullmatch(r"-?\d{1,15}", text, re.ASCII) else None
        if number is None or not low <= number <= high:
            raise ValueError(_("A whole number from %(low)s to %(high)s.", low=low, high=high))
        return number


def read(table: Iterable[Parameter], args: MultiDict[str, str]) -> dict[str, Any]:
    """All parameters of a request by name.

    Raises:
        BadParameters: naming each that does not fit, and those that there are not.
    """
    known = {parameter.name: parameter for parameter in table}
    faults = [Fault(name[:60], _("There is no such parameter.")) for name in args if name not in known]
    values = {}
    for name, parameter in known.items():
        try:
            values[name] = parameter.read(args.getlist(name))
        except ValueError as error:
            faults.append(Fault(name, str(error)))
    if faults:
        raise BadParameters(faults)
    return values


def read_body(table: Iterable[Parameter]) -> dict[str, Any]:
    """All fields of this request's JSON object by name.

    Raises:
        BadParameters: naming each that does not fit, and those that there are not.
        UnsupportedMediaType: something else than JSON. BadRequest: no object.
    """
    if not request.is_json:
        raise UnsupportedMediaType
    body = request.get_json()
    if not isinstance(body, dict):
        raise BadRequest
    known = {field.name: field for field in table}
    faults = [Fault(name[:60], _("There is no such parameter.")) for name in body if name not in known]
    values = {}
    for name, field in known.items():
        try:
            values[name] = _typed(field, body.get(name))
        except ValueError as error:
            faults.append(Fault(name, str(error)))
    if faults:
        raise BadParameters(faults)
    return values


def _typed(field: Parameter, value: Any) -> Any:
    """A value of JSON; only what has the described type is taken, nothing is guessed."""
    if value is None:
        return field.read([])
    if field.schema["type"] == "boolean":
        if not isinstance(value, bool):
            raise ValueError(_("Possible: %(values)s.", values="true, false"))
        return value
    if isinstance(value, float) and value.is_integer():  # 3.0 is an integer in JSON Schema
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int if field.schema["type"] == "integer" else str):
        raise ValueError(_("Not written as described."))
    return field.read([str(value)])
