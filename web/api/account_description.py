"""The account's addresses in OpenAPI 3.1."""

from __future__ import annotations

from web.api import fields
from web.api.parameters import Parameter
from web.api.schema import ID, Json, a_problem, an_answer

SECURITY = {"telephone": {"type": "http", "scheme": "bearer", "description": "The token of a session."}}
_LATER = {"503": "Not connected just now."}
_BODY = {"400": "A field does not fit.", "413": "Too large.", "415": "Not JSON."}
_OWN = {"401": "Not signed in.", "404": "Not one of the account's people, or there is no such thing."}
_REFUSED = {"422": "It cannot be done; the code says why."}


def _parameter(name: str, about: str, schema: Json = ID) -> Json:
    return {"name": name, "in": "path", "required": True, "description": about, "schema": schema}


PERSON = _parameter("person", "One of the account's people.")
APPLICATION = _parameter("application", "One of the person's applications.")
KIND = _parameter(
    "kind", "What is agreed to.", {"type": "string", "enum": ["be_found", "sensitive", "helper_acts"]}
)


def paths() -> Json:
    """Path → its operations."""
    return {
        "/codes": {
            "post": _operation(
                "askForCode",
                "Send a code to a telephone",
                ("201", "Ticket"),
                body=fields.PHONE,
                failures={**_REFUSED, "429": "Too many codes were asked for; wait."},
                open_to_all=True,
            )
        },
        "/sessions": {
            "post": _operation(
                "signIn",
                "Sign in with a code",
                ("201", "Session"),
                body=fields.CODE,
                failures={"403": "The code does not open: wrong, spent or too old."},
                open_to_all=True,
            ),
            "delete": _operation("signOut", "End this session", ("204", None)),
        },
        "/people": {
            "get": _operation("people", "For whom this account may ask", ("200", "People")),
            "post": _operation(
                "link",
                "Link a person of the ledger to this telephone",
                ("200", "People"),
                body=fields.IDENTITY,
                failures={"403": "That does not fit.", "429": "Too many misses; wait."},
            ),
        },
        "/people/{person}/matches": {
            "get": _operation("matches", "Vacancies that fit, and why", ("200", "Matches"), about=(PERSON,))
        },
        "/people/{person}/applications": {
            "get": _operation(
                "applications", "A person's applications", ("200", "Applications"), about=(PERSON,)
            ),
            "post": _operation(
                "apply",
                "Apply: name and telephone go to this employer",
                ("201", "Application"),
                about=(PERSON,),
                body=fields.APPLICATION,
                failures={**_REFUSED, "403": "Not this person's to do.", "410": "It is filled or over."},
            ),
        },
        "/people/{person}/applications/{application}/events": {
            "post": _operation(
                "move",
                "Withdraw, agree, refuse, accept or deny",
                ("200", "Application"),
                about=(PERSON, APPLICATION),
                body=fields.EVENT,
                failures={**_REFUSED, "403": "Not this person's to do.", "409": "Somebody was quicker."},
            )
        },
        "/people/{person}/consents": {
            "get": _operation("consents", "What a person agreed to", ("200", "Consents"), about=(PERSON,))
        },
        "/people/{person}/consents/{kind}": {
            "put": _operation(
                "agree",
                "Agree, refuse, or take a yes back",
                ("200", "Consents"),
                about=(PERSON, KIND),
                body=fields.CONSENT,
                failures=_REFUSED,
            )
        },
    }


def _operation(
    name: str,
    about_it: str,
    answer: tuple[str, str | None],
    *,
    about: tuple[Json, ...] = (),
    body: tuple[Parameter, ...] = (),
    failures: dict[str, str] | None = None,
    open_to_all: bool = False,
) -> Json:
    status, schema = answer
    failed = {**({} if open_to_all else _OWN), **(_BODY if body else {}), **(failures or {}), **_LATER}
    operation: Json = {
        "operationId": name,
        "summary": about_it,
        "parameters": list(about),
        "responses": {status: an_answer(about_it, schema)}
        | {code: a_problem(words) for code, words in sorted(failed.items())},
    }
    if body:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _object(body)}},
        }
    if not open_to_all:
        operation["security"] = [{name: [] for name in SECURITY}]
    return operation


def _object(table: tuple[Parameter, ...]) -> Json:
    return {
        "type": "object",
        "properties": {field.name: {**field.schema, "description": field.about} for field in table},
        "required": [field.name for field in table if field.required],
        "additionalProperties": False,
    }
