"""Messages that got stuck: a person decides whether they go once more, have arrived, or are given up."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import doorbell
from matching.accounts import notice_desk
from matching.accounts.notice_desk import Decision
from matching.accounts.scope import Scope
from matching.letters import LETTERS
from matching.notices.letters import Desk
from matching.notices.words import CHANNEL, KIND, REASONS
from matching.people.queries import people_by_ids
from web.desk.paging import SIZE, Paging, asked_page, offset_of
from web.desk.roles import DECIDERS
from web.extensions import db, services
from web.gate import allowed

blueprint = Blueprint("notices", __name__, url_prefix="/desk/notices")


def whole() -> Scope:
    """The viewer's scope without the narrowing to one county: a notice belongs to the prefecture."""
    viewer = g.viewer
    scope: Scope = viewer.scope
    return replace(scope, county=None) if viewer.area.chosen is not None else scope


@blueprint.get("")
@allowed(*DECIDERS)
def listing() -> ResponseReturnValue:
    """What waits for a decision, oldest first."""
    session, scope, wiring, number = db.session(), whole(), services(), asked_page()
    lines = notice_desk.parked(session, scope, limit=SIZE, offset=offset_of(number))
    members = [line.recipient.id for line in lines if line.recipient.kind == "member"]
    return render_template(
        "desk/notices/listing.html",
        lines=lines,
        people=people_by_ids(session, wiring.keyring, scope, members, wiring.clock.today()),
        kinds=KIND,
        reasons=REASONS,
        channels=CHANNEL,
        paging=Paging(number, notice_desk.count_parked(session, scope)),
        now=wiring.clock.now(),
    )


@blueprint.post("/<public_id>")
@allowed(*DECIDERS)
def decide(public_id: str) -> ResponseReturnValue:
    """Once more, arrived, or given up."""
    wiring, asked = services(), request.form.get("decision", "")
    if asked not in set(Decision):
        abort(400)
    decision = Decision(asked)
    with doorbell.work(wiring) as session:
        now = wiring.clock.now()
        notice = notice_desk.decide(session, whole(), public_id, decision, now)
        if decision is Decision.ARRIVED:
            LETTERS.note_told(Desk(session, wiring.keyring, wiring.settings.help_line, now), notice)
    flash(_("It is decided."))
    return redirect(url_for(".listing"), 303)
