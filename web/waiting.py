"""What waits in the viewer's area: the worklists with their counts, in the order of their weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from flask import current_app, g, url_for
from flask_babel import lazy_gettext as _
from sqlalchemy.exc import SQLAlchemyError

from matching import imports
from matching.casework.queries import waiting_cases
from matching.notices.queries import count_parked
from matching.outbox.queries import topic_states
from matching.people import slips
from matching.people.corrections import count_waiting as count_corrections
from matching.people.registration_queries import count_unconfirmed
from matching.people.worklists import quick_counts
from matching.placements.referral_queries import count_open
from matching.sheets.queries import count_by_state
from matching.vacancies.codes import Held
from matching.vacancies.desk_queries import count_by_state as posts_by_state
from matching.vacancies.desk_queries import held_for
from matching.vacancies.verification_queries import count_waiting
from web.extensions import db, services
from web.gate import may_enter

log = structlog.get_logger()


@dataclass(frozen=True)
class Waiting:
    """A worklist: its name, how many rows it has, and where they are."""

    label: Any
    count: int
    address: str


#: Name in the counts → label, endpoint, values of the address.
LISTS: tuple[tuple[str, Any, str, dict[str, Any]], ...] = (
    ("stuck", _("Work that got stuck"), "operations.queue", {}),
    ("checked", _("Imports that wait for a yes"), "imports.listing", {"state": "checked"}),
    ("complaints", _("Complaints"), "complaints.listing", {}),
    ("employers", _("Registrations of employers"), "employers.listing", {}),
    ("referrals", _("Employers who ask for people"), "referrals.listing", {}),
    ("reviews", _("Doubtful posts"), "reviews.listing", {}),
    ("registrations", _("Who registered alone"), "registrations.listing", {}),
    ("slips", _("Slips to print"), "slips.listing", {}),
    ("notices", _("Messages that got stuck"), "notices.listing", {}),
    ("held", _("Posts to complete"), "posts.listing", {"state": "held"}),
    ("corrections", _("Corrections asked for"), "corrections.listing", {}),
    ("conflicts", _("Offers of sheets to decide"), "worklists.conflicts", {}),
    ("unplaced", _("Settlement not stated"), "worklists.unplaced", {}),
    ("provisional", _("Provisional households"), "worklists.provisional", {}),
    ("unconfirmed", _("Settlements to confirm"), "worklists.unconfirmed", {}),
    ("transfers", _("Transfer requests"), "worklists.transfers", {}),
)


def waiting() -> list[Waiting]:
    """The worklists of this viewer that have rows, counted once a request."""
    if "waiting" not in g:
        try:
            g.waiting = _waiting() if g.viewer is not None and g.viewer.scope.sees_people else []
        except SQLAlchemyError:
            # A page that says what went wrong has a frame too.
            db.session.rollback()
            log.warning("worklists_not_counted")
            g.waiting = []
    found: list[Waiting] = g.waiting
    return found


def _waiting() -> list[Waiting]:
    open_lists = [row for row in LISTS if may_enter(current_app, row[2], g.viewer.role)]
    counts = _counts({row[0] for row in open_lists})
    return [
        Waiting(label, counts[name], url_for(endpoint, **values))
        for name, label, endpoint, values in open_lists
        if counts[name]
    ]


def _counts(asked: set[str]) -> dict[str, int]:
    session, scope = db.session(), g.viewer.scope
    sheets = count_by_state(session, list(imports.visible_organisations(session, scope)))
    counts = quick_counts(session, scope)
    counts |= {"checked": sheets.get("checked", 0), "held": posts_by_state(session, scope).get("held", 0)}
    counts["corrections"] = count_corrections(session, scope)
    counts["complaints"] = waiting_cases(session, scope)
    counts["employers"] = count_waiting(session, scope)
    counts["referrals"] = count_open(session, scope)
    counts["registrations"] = count_unconfirmed(session, scope)
    counts["slips"] = slips.count_waiting(session, scope)
    if "reviews" in asked:
        counts["reviews"] = held_for(session, scope, Held.REVIEW)
    if "notices" in asked:
        counts["notices"] = count_parked(session, scope.tenant_id)
    if "stuck" in asked:
        states = topic_states(session, services().clock.now())
        counts["stuck"] = sum(state.buried for state in states.values())
    return counts
