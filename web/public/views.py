"""What everybody may see: the list of vacancies, one vacancy, and the switches for print and colours."""

from __future__ import annotations

import secrets
from dataclasses import replace

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matching.casework.codes import OF_POSTS
from matching.casework.words import GRIEVANCE
from matching.places.queries import counties_with_sites, sites_in
from matching.vacancies.queries import VacancyOver, by_public_id
from web.extensions import db, services
from web.gate import opened
from web.pages import DISPLAY_COOKIE, display_of_request
from web.public.filters import Wish, list_left, read
from web.public.home import SIMILAR, ask, make, similar
from web.public.job_posting import job_posting
from web.public.phrases import add_phrases
from web.public.place import COOKIE as PLACE_COOKIE
from web.public.place import chosen, counties, find, remember
from web.qr import public_address, qr
from web.tickets import open_ticket

blueprint = Blueprint("public", __name__)
add_phrases(blueprint)

YEAR = 31_536_000
#: Value of the button → root class, and whether it is switched on.
CHOICES = {
    "size-large": ("large", True),
    "size-normal": ("large", False),
    "contrast-high": ("contrast", True),
    "contrast-normal": ("contrast", False),
    "keys-off": ("keyless", True),
    "keys-on": ("keyless", False),
}


@blueprint.get("/")
@opened()
def home() -> ResponseReturnValue:
    """The list of vacancies, which is the search itself."""
    place, unknown = chosen()
    wish = read(request.args)
    if place is not None and request.cookies.get(PLACE_COOKIE) != place.value:
        wish = replace(wish, place=place.value)
    response = make_response(
        render_template("public/home.html", page=make(wish, place, unknown_place=unknown))
    )
    remember(response, place)
    return response


@blueprint.get("/vacancies/<public_id>")
@opened()
def vacancy(public_id: str) -> ResponseReturnValue:
    """One vacancy; a filled or outdated one says so, and shows others."""
    wiring = services()
    place, _unknown = chosen()
    try:
        found = by_public_id(db.session(), public_id, wiring.clock.today(), wiring.keyring)
    except VacancyOver:
        newest = ask(Wish().query(place)).cards[:SIMILAR]
        return render_template("public/over.html", others=newest, place=place), 410
    return render_template(
        "public/vacancy.html",
        vacancy=found,
        card=found.card,
        posting=job_posting(found, url_for("public.vacancy", public_id=public_id, _external=True)),
        others=similar(found.card, place),
        grievances={kind: GRIEVANCE[kind] for kind in OF_POSTS},
        report_token=secrets.token_urlsafe(24),
        place=place,
        back=list_left(),
    )


@blueprint.get("/vacancies/<public_id>/share")
@opened()
def share(public_id: str) -> ResponseReturnValue:
    """A vacancy's address, to be sent on or scanned; it opens without a sign-in."""
    wiring = services()
    found = by_public_id(db.session(), public_id, wiring.clock.today(), wiring.keyring)
    address = public_address("public.vacancy", public_id=public_id)
    return render_template("public/share.html", card=found.card, address=address, qr=qr(address))


@blueprint.get("/place")
@opened()
def places() -> ResponseReturnValue:
    """Choose the county one lives in, then the site."""
    county = find(request.args.get("county", ""))
    living, _unknown = chosen()
    return render_template(
        "public/place.html",
        counties=counties(),
        with_sites=counties_with_sites(db.session()),
        county=county,
        sites=sites_in(db.session(), county.county) if county else [],
        living=living,
    )


@blueprint.post("/display")
@opened()
def display() -> ResponseReturnValue:
    """Switch large print or high contrast on or off, and go back to where that was asked."""
    chosen = set(display_of_request())
    name, on = CHOICES.get(request.form.get("choose", ""), ("", False))
    chosen = chosen | {name} if on else chosen - {name}
    response = make_response(redirect(open_ticket(request.form.get("next"), "public.home"), 303))
    response.set_cookie(
        DISPLAY_COOKIE,
        "-".join(sorted(chosen)),
        max_age=YEAR,
        httponly=True,
        secure=services().settings.https,
        samesite="Lax",
    )
    return response
