"""Who registered alone: beside those of the ledger who may be the same person; confirm, merge or take out."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import doorbell
from matching.people import queries, registration, registration_queries
from matching.people.person_writer import FactRefused
from web.desk.paging import SIZE, Paging, asked_page, offset_of
from web.desk.roles import READERS, WRITERS
from web.extensions import db, services
from web.gate import allowed
from web.words import sentence

blueprint = Blueprint("registrations", __name__, url_prefix="/desk/registrations")


@blueprint.get("")
@allowed(*READERS)
def listing() -> ResponseReturnValue:
    """Who waits, the oldest first."""
    number, wiring = asked_page(), services()
    total, lines = registration_queries.unconfirmed(
        db.session(), wiring.keyring, g.viewer.scope, limit=SIZE, offset=offset_of(number)
    )
    return render_template(
        "desk/registrations/listing.html",
        lines=lines,
        paging=Paging(number, total),
        now=wiring.clock.now(),
    )


@blueprint.get("/<public_id>")
@allowed(*READERS)
def one(public_id: str) -> ResponseReturnValue:
    """One registration, side by side with who may be the same person."""
    return _page(public_id)


def _page(public_id: str, *, refusal: str | None = None, status: int = 200) -> ResponseReturnValue:
    session, scope, wiring = db.session(), g.viewer.scope, services()
    found = registration_queries.one(session, wiring.keyring, scope, public_id)
    people = [
        queries.person(session, wiring.keyring, scope, one, wiring.clock.today())
        for one in (public_id, *found.likely)
    ]
    page = render_template(
        "desk/registrations/one.html",
        found=found,
        people=people,
        refusal=refusal,
        failed=refusal is not None,
        now=wiring.clock.now(),
    )
    return page, status


@blueprint.post("/<public_id>/confirm")
@allowed(*WRITERS)
def confirm(public_id: str) -> ResponseReturnValue:
    """The person is who they say they are."""
    wiring = services()
    try:
        with doorbell.work(wiring) as session:
            registration.confirm(
                session,
                g.viewer.scope,
                wiring.keyring,
                public_id,
                today=wiring.clock.today(),
                now=wiring.clock.now(),
            )
    except FactRefused as error:
        return _page(public_id, refusal=sentence(error), status=422)
    flash(_("The person is confirmed."))
    return redirect(url_for("people.one", public_id=public_id), 303)


@blueprint.post("/<public_id>/dismiss")
@allowed(*WRITERS)
def dismiss(public_id: str) -> ResponseReturnValue:
    """The registration is nobody's: it goes, with the record it made."""
    wiring = services()
    with doorbell.work(wiring) as session:
        registration.dismiss(session, g.viewer.scope, public_id, wiring.clock.now())
    flash(_("The registration is taken out."))
    return redirect(url_for(".listing"), 303)
