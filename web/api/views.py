"""The interface's addresses; each only reads, and needs no account."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext

from matching.errors import DomainError, NotFound
from matching.places import regions
from matching.search.listing import FARTHEST_KM
from matching.search.queries import Near, Sort, VacancyQuery
from matching.search.text import MAX_WORDS, clean
from matching.vacancies.open_data import Position, changes
from matching.vacancies.queries import by_public_id, details
from web.api import description, shapes
from web.api.parameters import read
from web.extensions import db, services
from web.gate import opened
from web.problems import BadParameters, problem
from web.public.filters import SORTS
from web.public.home import ask

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.after_request
def _for_everybody(response: Response) -> Response:
    # Nothing here depends on who asks, so any page may read it.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.errorhandler(BadParameters)
def answer_bad_parameters(error: BadParameters) -> Response:
    """Each parameter or field that does not fit, by name."""
    return problem(
        400,
        gettext("That question cannot be answered"),
        gettext("Correct the parameters that are named, then ask once more."),
        code=error.code,
        faults=error.faults,
    )


def as_json(body: Any, status: int = 200) -> Response:
    """An answer that went well."""
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/json")


@blueprint.get("/openapi.json")
@opened()
def openapi() -> Response:
    """The description of the interface."""
    return as_json(description.document())


@blueprint.get("/search")
@opened()
def search() -> Response:
    """Vacancies in force that fit the parameters."""
    asked = read(description.SEARCH, request.args)
    found = ask(_query(asked))
    return as_json(
        {
            "total": found.total,
            "offset": asked["offset"],
            "limit": asked["limit"],
            "source": found.source,
            "vacancies": [shapes.brief(card) for card in found.cards],
        }
    )


@blueprint.get("/complete")
@opened()
def complete() -> Response:
    """Titles of vacancies in force that begin so."""
    asked = read(description.COMPLETE, request.args)
    titles = services().search.suggest(asked["q"], limit=asked["limit"])
    return as_json({"titles": [{"title": title, "vacancies": count} for title, count in titles]})


@blueprint.get("/vacancies/<public_id>")
@opened()
def vacancy(public_id: str) -> Response:
    """One vacancy in force."""
    read((), request.args)
    wiring = services()
    found = by_public_id(db.session(), public_id, wiring.clock.today(), wiring.keyring)
    return as_json(shapes.full(found))


@blueprint.get("/changes")
@opened()
def stream() -> Response:
    """What changed since a cursor, oldest first; what is not in force any more comes without its facts."""
    asked = read(description.CHANGES, request.args)
    since = Position.read(asked["since"]) if asked["since"] else None
    wiring = services()
    found = changes(db.session(), since, wiring.clock.now(), limit=asked["limit"])
    ids = [row for row, *_ in found.rows]
    in_force = {
        detail.card.public_id: detail
        for detail in details(db.session(), ids, wiring.clock.today(), wiring.keyring)
    }
    return as_json(
        {
            "changes": [
                {
                    "id": public_id,
                    "version": version,
                    "changed_at": touched_at.isoformat(),
                    "open": public_id in in_force,
                    "vacancy": shapes.full(in_force[public_id]) if public_id in in_force else None,
                }
                for _row, public_id, version, touched_at in found.rows
            ],
            "cursor": str(found.cursor),
            "more": found.more,
        }
    )


def _query(asked: dict[str, Any]) -> VacancyQuery:
    near = _near(asked["near"])
    words = " ".join(clean(asked["q"] or "").split())[:MAX_WORDS]
    order = asked["sort"] or ("near" if near else "fit" if words else "new")
    query = VacancyQuery(
        words=words,
        kinds=asked["kind"],
        regions=tuple(_region(code) for code in asked["region"]),
        near=near,
        pay_at_least=asked["pay_from"] * 100 if asked["pay_from"] else None,
        shifts=asked["shift"],
        loads=asked["load"],
        benefits=asked["benefit"],
        tags=asked["tag"],
        sort=SORTS[order],
        offset=asked["offset"],
        limit=asked["limit"],
    )
    if query.sort is Sort.NEAREST and near is None:
        query = replace(query, sort=Sort.NEWEST)
    if query.sort is Sort.RELEVANCE and not words:
        query = replace(query, sort=Sort.NEWEST)
    return query


def _near(text: str | None) -> Near | None:
    if text is None:
        return None
    longitude, latitude, *km = (float(part) for part in text.split(","))
    return Near(longitude, latitude, km[0] if km else FARTHEST_KM)


def _region(code: str) -> str:
    try:
        return regions.get(code).code.ljust(6, "0")
    except DomainError as error:
        raise NotFound("region_unknown", region=code) from error
