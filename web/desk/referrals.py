"""Employers who ask the labour company for people: who fits, asking them, the end of it."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import doorbell
from matching.errors import DomainError
from matching.pairing.queries import Match, matches_for_vacancy
from matching.people.queries import people_by_ids
from matching.placements import asking, bulk
from matching.placements.codes import ReferralState
from matching.placements.referral_queries import ReferralPage, referral_page, referrals
from matching.placements.words import REFERRAL
from web.columns import store
from web.desk.matches import SHOWN
from web.desk.roles import READERS, WRITERS
from web.extensions import db, services
from web.gate import allowed
from web.words import sentence

blueprint = Blueprint("referrals", __name__, url_prefix="/desk/referrals")


@blueprint.get("")
@allowed(*READERS)
def listing() -> ResponseReturnValue:
    """Requests that wait, or those that are over."""
    over = request.args.get("state") == "closed"
    state = ReferralState.CLOSED if over else ReferralState.OPEN
    lines = referrals(db.session(), g.viewer.scope, state=state)
    return render_template(
        "desk/referrals/list.html", lines=lines, over=over, states=REFERRAL, now=services().clock.now()
    )


@blueprint.get("/<public_id>")
@allowed(*READERS)
def one(public_id: str) -> ResponseReturnValue:
    """A request, and who of the viewer's people fits and was not asked."""
    return _page(public_id)


def _page(public_id: str, **more: Any) -> str:
    session, scope, wiring = db.session(), g.viewer.scope, services()
    asked = referral_page(session, scope, public_id)
    fitting = _fitting(asked) if asked.line.state == ReferralState.OPEN else []
    people = people_by_ids(
        session, wiring.keyring, scope, [match.row_id for match in fitting], wiring.clock.today()
    )
    return render_template(
        "desk/referrals/one.html",
        referral=asked.line,
        fitting=[(match, people[match.row_id]) for match in fitting if match.row_id in people],
        token=secrets.token_urlsafe(15),
        states=REFERRAL,
        now=wiring.clock.now(),
        **more,
    )


def _fitting(asked: ReferralPage) -> list[Match]:
    now = services().clock.now()
    found = matches_for_vacancy(
        db.session(),
        g.viewer.scope,
        asked.vacancy_id,
        store=store(),
        now=now,
        limit=SHOWN + len(asked.known),
        near_limit=0,
    )
    return [match for match in found.matches if match.row_id not in asked.known][:SHOWN]


@blueprint.post("/<public_id>/ask")
@allowed(*WRITERS)
def ask(public_id: str) -> ResponseReturnValue:
    """Ask those who were ticked; each answers for herself."""
    wiring, names = services(), request.form.getlist("who")
    with doorbell.work(wiring) as session:
        reports = bulk.propose_all(
            session,
            g.viewer.scope,
            wiring.clock,
            public_id,
            names,
            form_token=request.form.get("token", "")[:40],
        )
    undone = [sentence(DomainError(row.code, **row.facts)) for row in reports if row.code is not None]
    done = len(reports) - len(undone)
    if undone:
        return _page(public_id, undone=undone, done=done, failed=True), 409
    flash(
        _("Asked %(n)d. The employer learns of those who say yes.", n=done)
        if done
        else _("Tick somebody first.")
    )
    return redirect(url_for(".one", public_id=public_id), 303)


@blueprint.post("/<public_id>/close")
@allowed(*WRITERS)
def close(public_id: str) -> ResponseReturnValue:
    """Stop looking; whoever was asked may still answer."""
    wiring = services()
    with doorbell.work(wiring) as session:
        asking.close_referral(session, g.viewer.scope, wiring.clock, public_id)
    flash(_("It is done."))
    return redirect(url_for(".one", public_id=public_id), 303)
