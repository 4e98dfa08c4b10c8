"""Slips of paper for people without a telephone: read, printed, handed over."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import doorbell
from matching.letters import LETTERS
from matching.notices.letters import Desk
from matching.people import slips
from web.desk.paging import SIZE, Paging, asked_page, offset_of
from web.desk.roles import READERS, WRITERS
from web.extensions import db, services
from web.gate import allowed

blueprint = Blueprint("slips", __name__, url_prefix="/desk/slips")


def _desk(session: Session) -> Desk:
    wiring = services()
    return Desk(session, wiring.keyring, wiring.settings.help_line, wiring.clock.now())


@blueprint.get("")
@allowed(*READERS)
def listing() -> ResponseReturnValue:
    """What has to be printed, by settlement and household."""
    number = asked_page()
    total, lines = slips.slips(
        _desk(db.session()), LETTERS, g.viewer.scope, limit=SIZE, offset=offset_of(number)
    )
    return render_template(
        "desk/slips/listing.html", lines=lines, paging=Paging(number, total), now=services().clock.now()
    )


@blueprint.post("")
@allowed(*WRITERS)
def printed() -> ResponseReturnValue:
    """These were printed and go out by hand."""
    wiring = services()
    with doorbell.work(wiring) as session:
        count = slips.mark_printed(
            _desk(session), LETTERS, g.viewer.scope, request.form.getlist("slip")[:SIZE]
        )
    flash(_("%(n)d slips are noted as printed.", n=count))
    return redirect(url_for(".listing"), 303)
