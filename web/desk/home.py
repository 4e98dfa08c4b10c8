"""The desk's first page: what waits, each figure a link to its rows."""

from __future__ import annotations

from flask import Blueprint, current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matching import imports
from matching.people.completeness import completeness
from matching.people.worklists import counts
from matching.sheets.models import LedgerState
from matching.sheets.queries import count_by_state
from matching.vacancies.codes import Held
from matching.vacancies.desk_queries import count_by_state as posts_by_state
from matching.vacancies.desk_queries import held_counts
from matching.vacancies.words import HELD
from web.area import remember
from web.desk.roles import READERS
from web.extensions import db, services
from web.gate import allowed, may_enter
from web.waiting import Waiting, waiting

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

RUNNING = (LedgerState.RECEIVED, LedgerState.READING, LedgerState.QUEUED, LedgerState.APPLYING)


@blueprint.get("")
@allowed(*READERS)
def home() -> ResponseReturnValue:
    """What waits in the viewer's area."""
    session, scope, now = db.session(), g.viewer.scope, services().clock.now()
    found = counts(session, scope)
    states = count_by_state(session, list(imports.visible_organisations(session, scope)))
    posts = posts_by_state(session, scope)
    running = sum(states.get(state, 0) for state in RUNNING)
    figures = [
        Waiting(_("People in the ledger"), found["people"], url_for("people.listing")),
        Waiting(_("Open posts"), posts.get("open", 0), url_for("posts.listing", state="open")),
        Waiting(_("Imports that run"), running, url_for("imports.listing", state="running")),
    ]
    ledger = [line for line in completeness(session, scope) if line.asked]
    asked, stated = sum(line.asked for line in ledger), sum(line.stated for line in ledger)
    return render_template(
        "desk/home.html",
        to_do=_to_do(found["doubles"], held_counts(session, scope)),
        figures=figures,
        now=now,
        empty=not found["people"] and not posts and not states,
        percent=stated * 100 // asked if asked else None,
        asked=asked,
        stated=stated,
    )


def _to_do(doubles: int, held: dict[str, int]) -> list[Waiting]:
    """The worklists, those of posts by their reason, and at the end what only this page counts."""
    posts = url_for("posts.listing", state="held")
    rows = [one for one in waiting() if one.address != posts]
    # Whoever decides about doubtful posts has a list of them; the others see that they wait.
    listed = {Held.REVIEW} if may_enter(current_app, "reviews.listing", g.viewer.role) else set()
    rows += [
        Waiting(_("Posts: %(reason)s", reason=HELD[reason]), count, url_for("posts.listing", held=reason))  # type: ignore[index]
        for reason, count in held.items()
        if count and reason not in listed
    ]
    return [*rows, Waiting(_("Likely doubles"), doubles, url_for("worklists.doubles"))] if doubles else rows


@blueprint.post("/area")
@allowed(*READERS)
def area() -> ResponseReturnValue:
    """Look at one county only, or at all of one's own area again."""
    response = make_response(redirect(url_for(".home"), 303))
    remember(response, request.form.get("area", ""))
    return response
