"""The interface described in OpenAPI 3.1, from the same tables that read its parameters."""

from __future__ import annotations

from functools import cache
from typing import Any

from matching.people.codes import Shift
from matching.vacancies.codes import Benefit, Kind, Load, Tag
from web.api import account_description, account_shapes
from web.api.parameters import LARGEST_PAGE, PAGE, Parameter
from web.api.schema import a_problem, an_answer
from web.api.shapes import SCHEMAS
from web.public.filters import SORTS

VERSION = "1.1.0"
#: Longitude and latitude within China, up to six decimals, and kilometres around them.
NEAR = (
    r"^(7[3-9]|[89]\d|1[0-2]\d|13[0-5])(\.\d{1,6})?,([3-9]|[1-4]\d|5[0-3])(\.\d{1,6})?"
    r"(,[1-9]\d{0,2})?$"
)
CURSOR = "^[0-9a-f]{1,13}-[0-9a-f]{1,15}(-[0-9a-f]{1,13})?$"


def _codes(codes: type[Any]) -> dict[str, Any]:
    return {"type": "string", "enum": [code.value for code in codes]}


def _limit(default: int, most: int) -> Parameter:
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return Parameter("limit", "How many at most.", schema)


SEARCH = (
    Parameter("q", "Words; every one must be found.", {"type": "string", "maxLength": 100}),
    Parameter("kind", "Kind of post.", _codes(Kind), many=True),
    Parameter(
        "region",
        "Division code (GB/T 2260): province, prefecture or county.",
        {"type": "string", "pattern": r"^\d{6}$"},
        many=True,
    ),
    Parameter(
        "near",
        "Longitude and latitude in degrees, and kilometres if only what lies within them is wanted: "
        "`110.39,28.45` orders by distance, `110.39,28.45,10` also narrows.",
        {"type": "string", "pattern": NEAR},
    ),
    Parameter(
        "pay_from",
        "Yuan a month that should be reachable.",
        {"type": "integer", "minimum": 1, "maximum": 100_000},
    ),
    Parameter("shift", "When to work.", _codes(Shift), many=True),
    Parameter("load", "How heavy.", _codes(Load), many=True),
    Parameter("benefit", "Meals and housing; each one must be offered.", _codes(Benefit), many=True),
    Parameter("tag", "What suits; each one must be stated.", _codes(Tag), many=True),
    Parameter("sort", "Order: near, fit, new or pay.", {"type": "string", "enum": list(SORTS)}),
    Parameter(
        "offset",
        "How many to leave out; for all vacancies read the changes instead.",
        {"type": "integer", "minimum": 0, "maximum": 9_900, "default": 0},
    ),
    _limit(PAGE, LARGEST_PAGE),
)
COMPLETE = (
    Parameter(
        "q", "Beginning of a title.", {"type": "string", "minLength": 1, "maxLength": 30}, required=True
    ),
    _limit(PAGE, LARGEST_PAGE),
)
CHANGES = (
    Parameter(
        "since",
        "Cursor of the answer before; without it everything from the beginning.",
        {"type": "string", "pattern": CURSOR},
    ),
    _limit(PAGE, LARGEST_PAGE),
)


@cache
def document() -> dict[str, Any]:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Anye vacancies",
            "version": VERSION,
            "description": (
                "Vacancies that are in force. Money is in integer cents of a yuan, distances in kilometres, "
                "times in ISO 8601. To keep a copy, read `/changes` page by page and store the cursor; a "
                "vacancy may come twice, the higher version is the newer, and one that is not open any more "
                "has to be removed. What concerns a person needs a session: ask for a code, sign in with it, "
                "send the token in `Authorization`."
            ),
        },
        "servers": [{"url": "/api/v1"}],
        "paths": {
            "/search": _path("search", "Find vacancies", "SearchPage", SEARCH, missing=True),
            "/complete": _path("complete", "Complete the beginning of a title", "Completions", COMPLETE),
            "/vacancies/{id}": _one(),
            "/changes": _path("changes", "What changed since a cursor", "Changes", CHANGES),
            **account_description.paths(),
        },
        "components": {
            "schemas": {**SCHEMAS, **account_shapes.SCHEMAS},
            "securitySchemes": account_description.SECURITY,
        },
    }


def _path(
    name: str, about: str, schema: str, parameters: tuple[Parameter, ...], *, missing: bool = False
) -> dict[str, Any]:
    answers = {"200": an_answer(about, schema), "400": a_problem("A parameter does not fit.")}
    if missing:
        answers["404"] = a_problem("There is no such region.")
    answers["503"] = a_problem("Not connected just now.")
    described = [parameter.described() for parameter in parameters]
    return {"get": {"operationId": name, "summary": about, "parameters": described, "responses": answers}}


def _one() -> dict[str, Any]:
    schema = SCHEMAS["VacancyBrief"]["properties"]["id"]
    return {
        "get": {
            "operationId": "vacancy",
            "summary": "One vacancy",
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": schema}],
            "responses": {
                "200": an_answer("The vacancy", "Vacancy"),
                "404": a_problem("There is none, or it never was public."),
                "410": a_problem("It is filled or over."),
                "503": a_problem("Not connected just now."),
            },
        }
    }
