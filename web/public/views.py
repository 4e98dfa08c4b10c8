"""What everybody may see: the list of vacancies, one vacancy, and the switches for print and colours."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from web.extensions import services
from web.gate import opened
from web.pages import DISPLAY_COOKIE, display_of_request
from web.tickets import open_ticket

blueprint = Blueprint("public", __name__)

YEAR = 31_536_000
#: Value of the button → root class, and whether it is switched on.
CHOICES = {
    "size-large": ("large", True),
    "size-normal": ("large", False),
    "contrast-high": ("contrast", True),
    "contrast-normal": ("contrast", False),
}


@blueprint.get("/")
@opened()
def home() -> ResponseReturnValue:
    """The list of vacancies, which is the search itself."""
    return render_template("public/home.html")


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
