"""What people ask to have put right in what an office wrote down (PIPL 46)."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import doorbell
from matching.errors import DomainError
from matching.people import corrections
from matching.people.words import FIELDS
from web.desk.paging import SIZE, Paging, asked_page, offset_of
from web.desk.roles import READERS, WRITERS
from web.extensions import db, services
from web.gate import allowed
from web.words import sentence

blueprint = Blueprint("corrections", __name__, url_prefix="/desk/corrections")


@blueprint.get("")
@allowed(*READERS)
def listing() -> ResponseReturnValue:
    """Requests that wait, the oldest first."""
    return _page()


def _page(
    status: int = 200, *, opened: str = "", said: str = "", refused: str = "", why: str = ""
) -> ResponseReturnValue:
    number, wiring = asked_page(), services()
    total, lines = corrections.waiting(
        db.session(), g.viewer.scope, wiring.keyring, limit=SIZE, offset=offset_of(number)
    )
    page = render_template(
        "desk/worklists/corrections.html",
        lines=lines,
        fields=FIELDS,
        opened=opened,
        said=said,
        refused=refused,
        why=why,
        failed=bool(why),
        paging=Paging(number, total),
        now=wiring.clock.now(),
    )
    return page, status


@blueprint.post("/<public_id>/open")
@allowed(*WRITERS)
def open_one(public_id: str) -> ResponseReturnValue:
    """Show once what a person says of a closed fact; the person sees that it was opened."""
    wiring = services()
    with doorbell.work(wiring) as session:
        said = corrections.open_words(session, g.viewer.scope, wiring.keyring, public_id, wiring.clock.now())
    return _page(opened=public_id, said=said)


@blueprint.post("/<public_id>")
@allowed(*WRITERS)
def settle(public_id: str) -> ResponseReturnValue:
    """Answer a request."""
    wiring = services()
    try:
        with doorbell.work(wiring) as session:
            corrections.settle(
                session,
                g.viewer.scope,
                public_id,
                granted=request.form.get("granted") == "yes",
                answer=request.form.get("answer", ""),
                now=wiring.clock.now(),
            )
    except DomainError as error:
        if error.code != "correction_why":
            raise
        return _page(422, refused=public_id, why=sentence(error))
    flash(_("The person is told."))
    return redirect(url_for(".listing"), 303)
