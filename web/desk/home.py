"""The desk's first page: what waits, each figure a link to its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matching import imports
from matching.outbox.queries import topic_states
from matching.people.completeness import completeness
from matching.people.worklists import counts
from matching.sheets.models import LedgerState
from matching.sheets.queries import count_by_state
from matching.vacancies.desk_queries import count_by_state as posts_by_state
from matching.vacancies.desk_queries import held_counts
from matching.vacancies.words import HELD
from web.desk.roles import OPERATORS, READERS
from web.extensions import db, services
from web.gate import allowed

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

RUNNING = (LedgerState.RECEIVED, LedgerState.READING, LedgerState.QUEUED, LedgerState.APPLYING)


@dataclass(frozen=True)
class Figure:
    """A number and where its rows are."""

    label: str
    count: int
    address: str


@blueprint.get("")
@allowed(*READERS)
def home() -> ResponseReturnValue:
    """What waits in the viewer's area."""
    session, scope, now = db.session(), g.viewer.scope, services().clock.now()
    waiting = counts(session, scope)
    states = count_by_state(session, list(imports.visible_organisations(session, scope)))
    posts = posts_by_state(session, scope)
    groups = [
        (_("Imports"), _imports(states)),
        (_("People"), _people(waiting)),
        (_("Posts"), _posts(posts, held_counts(session, scope))),
    ]
    if g.viewer.role in OPERATORS:
        buried = sum(state.buried for state in topic_states(session, now).values())
        rows = [Figure(_("Work that got stuck"), buried, url_for("operations.queue"))]
        groups.append((_("Operations"), rows))
    empty = not waiting["people"] and not posts and not states
    ledger = [line for line in completeness(session, scope) if line.asked]
    asked, stated = sum(line.asked for line in ledger), sum(line.stated for line in ledger)
    return render_template(
        "desk/home.html",
        groups=groups,
        now=now,
        empty=empty,
        percent=stated * 100 // asked if asked else None,
        asked=asked,
        stated=stated,
    )


def _imports(states: dict[str, int]) -> list[Figure]:
    listing = url_for("imports.listing")
    return [
        Figure(_("Running"), sum(states.get(state, 0) for state in RUNNING), f"{listing}?state=running"),
        Figure(_("Waiting for a yes"), states.get(LedgerState.CHECKED, 0), f"{listing}?state=checked"),
    ]


def _people(waiting: dict[str, int]) -> list[Figure]:
    return [
        Figure(_("People in the ledger"), waiting["people"], url_for("people.listing")),
        Figure(_("Settlement not stated"), waiting["unplaced"], url_for("worklists.unplaced")),
        Figure(_("Provisional households"), waiting["provisional"], url_for("worklists.provisional")),
        Figure(_("Offers of sheets to decide"), waiting["conflicts"], url_for("worklists.conflicts")),
        Figure(_("Settlements to confirm"), waiting["unconfirmed"], url_for("worklists.unconfirmed")),
        Figure(_("Likely doubles"), waiting["doubles"], url_for("worklists.doubles")),
        Figure(_("Transfer requests"), waiting["transfers"], url_for("worklists.transfers")),
    ]


def _posts(states: dict[str, int], held: dict[str, int]) -> list[Figure]:
    def figure(label: Any, count: int, **chosen: Any) -> Figure:
        return Figure(str(label), count, url_for("posts.listing", **chosen))

    first = [figure(_("Open"), states.get("open", 0), state="open")]
    first.append(figure(_("Held"), states.get("held", 0), state="held"))
    return first + [figure(HELD[reason], count, held=reason) for reason, count in held.items()]  # type: ignore[index]
