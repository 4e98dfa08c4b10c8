"""Where the visitor lives: chosen by a link, remembered in a cookie, never in our database."""

from __future__ import annotations

from flask import Response, request

from matching.accounts.queries import prefectures
from matching.errors import DomainError
from matching.places import regions
from matching.places.queries import counties_with_sites, site
from web.extensions import db, services
from web.public.phrases import Place

COOKIE = "anye_place"
NONE = "none"
HALF_YEAR = 15_768_000
LONGEST = 12


def chosen() -> tuple[Place | None, bool]:
    """The place of this request, and whether it was asked for by a value that means nothing."""
    asked = request.args.get("place")
    if asked == NONE:
        return None, False
    if asked:
        place = find(asked)
        return (place, False) if place else (find(request.cookies.get(COOKIE, "")), True)
    return find(request.cookies.get(COOKIE, "")), False


def find(value: str) -> Place | None:
    """The place of a site's public id or a county's six digits."""
    if not value or len(value) > LONGEST or not value.isascii() or not value.isalnum():
        return None
    if value.isdigit() and len(value) == 6:
        try:
            county = regions.get(value)
        except DomainError:
            return None
        return Place(value, county.name, value) if county.level == "county" else None
    found = site(db.session(), value)
    if found is None:
        return None
    return Place(value, found.name, found.county, found.longitude, found.latitude)


def remember(response: Response, place: Place | None) -> None:
    """Keep the choice that this request made."""
    if "place" not in request.args:
        return
    if place is None:
        response.delete_cookie(COOKIE)
    elif request.cookies.get(COOKIE) != place.value:
        response.set_cookie(
            COOKIE,
            place.value,
            max_age=HALF_YEAR,
            httponly=True,
            secure=services().settings.https,
            samesite="Lax",
        )


def counties() -> list[regions.Region]:
    """Counties to choose from: those of the prefectures served here, and those with a site."""
    codes = set(counties_with_sites(db.session()))
    for prefecture in prefectures(db.session()):
        codes |= {
            region.code for region in regions.children(prefecture) if region.name not in regions.ARTIFICIAL
        }
    return [regions.get(code) for code in sorted(codes)]
