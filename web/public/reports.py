"""Something is wrong with a post: one tap, no name asked, and a number under which the answer stands."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import doorbell
from matching.casework.queries import public_case
from matching.casework.service import complain
from matching.casework.words import GRIEVANCE, OUTCOME, STATE
from web.extensions import db, services
from web.gate import opened

blueprint = Blueprint("reports", __name__)


@blueprint.post("/vacancies/<public_id>/report")
@opened()
def make(public_id: str) -> ResponseReturnValue:
    """Take the complaint and show its number."""
    wiring = services()
    with doorbell.work(wiring) as session:
        made = complain(
            session,
            wiring.keyring,
            public_id,
            request.form.get("kind", ""),
            address=request.remote_addr or "",
            form_token=request.form.get("token", "")[:64],
            now=wiring.clock.now(),
        )
        number = made.public_id
    return redirect(url_for(".case", number=number), 303)


@blueprint.get("/reports/<number>")
@opened()
def case(number: str) -> ResponseReturnValue:
    """How far it is."""
    found = public_case(db.session(), number)
    return render_template(
        "public/report.html", case=found, grievances=GRIEVANCE, states=STATE, outcomes=OUTCOME
    )
