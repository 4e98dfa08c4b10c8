"""Two likely doubles side by side, and what is decided of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import doorbell
from matching.errors import StaleVersion
from matching.people import doubles, queries
from matching.people.doubles import Version
from matching.people.person_writer import FactRefused
from matching.placements.merging import carry_over
from web.desk.roles import WRITERS
from web.extensions import db, services
from web.gate import allowed
from web.words import sentence

blueprint = Blueprint("doubles", __name__, url_prefix="/desk/worklists/doubles")


@blueprint.get("/<first>/<second>")
@allowed(*WRITERS)
def pair(first: str, second: str) -> ResponseReturnValue:
    """Both records, masked, with what can be decided."""
    return _page(first, second)


def _page(first: str, second: str, *, refusal: str | None = None, status: int = 200) -> ResponseReturnValue:
    session, scope, wiring = db.session(), g.viewer.scope, services()
    doubles.check_pair(session, scope, first, second)
    people = [
        queries.person(session, wiring.keyring, scope, public_id, wiring.clock.today())
        for public_id in (first, second)
    ]
    page = render_template("desk/worklists/double.html", people=people, refusal=refusal, failed=bool(refusal))
    return page, status


@blueprint.post("/<first>/<second>/apart")
@allowed(*WRITERS)
def apart(first: str, second: str) -> ResponseReturnValue:
    """They are two people: the pair is not listed again."""
    with doorbell.work(services()) as session:
        doubles.tell_apart(session, g.viewer.scope, first, second, services().clock.now())
    flash(_("They stand as two people from now on."))
    return redirect(url_for("worklists.doubles"), 303)


@blueprint.post("/<first>/<second>/merge")
@allowed(*WRITERS)
def merge(first: str, second: str) -> ResponseReturnValue:
    """They are one person: the first record stays, the second goes."""
    wiring = services()
    versions = [_version(request.form.get(name)) for name in ("first_version", "second_version")]
    try:
        with doorbell.work(wiring) as session:
            doubles.merge(
                session,
                g.viewer.scope,
                wiring.keyring,
                Version(first, versions[0]),
                Version(second, versions[1]),
                carry=carry_over,
                today=wiring.clock.today(),
                now=wiring.clock.now(),
            )
    except (FactRefused, StaleVersion) as error:
        status = 409 if isinstance(error, StaleVersion) else 422
        return _page(first, second, refusal=sentence(error), status=status)
    flash(_("The two records are one now."))
    return redirect(url_for("people.one", public_id=first), 303)


def _version(text: Any) -> int:
    return int(text) if str(text or "").isdigit() else 0
