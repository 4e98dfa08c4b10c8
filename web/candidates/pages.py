"""The list of a post's people, and one of them."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import doorbell
from matching.accounts.models import Role
from matching.pairing import for_employers
from matching.placements import candidate_queries, followups, news, queries, service
from matching.placements.bulk import IN_BULK
from matching.placements.candidate_queries import Candidate
from matching.placements.codes import Outcome, ReferralState, Side, State
from matching.placements.referral_queries import referrals
from matching.placements.service import Contact
from web.candidates.base import LIVING, Door, head, page
from web.columns import store
from web.extensions import db, services
from web.viewer import note_use

SAID = {outcome.value: outcome for outcome in Outcome}


def listing(door: Door, post: str) -> ResponseReturnValue:
    """Who applied, by stage, who could be asked, and of all others the number."""
    session, scope, wiring = db.session(), g.viewer.scope, services()
    about = head(post)
    people = candidate_queries.candidates(session, scope, post)
    now = wiring.clock.now()
    offers = None
    if about.open:
        offers = for_employers.offers(session, scope, post, weights=store().weights, now=now)
    return page(
        "list",
        door,
        about,
        stages=_stages(people, LIVING),
        ended=_stages(people, [state for state in State if state not in LIVING]),
        bulk=IN_BULK,
        questions=[one for one in people if one.asked],
        offers=offers,
        running=[one for one in referrals(session, scope, vacancy=post) if one.state == ReferralState.OPEN],
        may_act=_may_act(),
    )


def _stages(people: list[Candidate], states: Any) -> list[tuple[State, list[Candidate]]]:
    found = [(state, [one for one in people if one.state == state]) for state in states]
    return [(state, those) for state, those in found if those]


def _may_act() -> bool:
    return bool(g.viewer.scope.role == Role.EMPLOYER or g.viewer.scope.changes)


def one(door: Door, post: str, application: str) -> ResponseReturnValue:
    """One of them, masked: why she fits, what happened, what can be done."""
    return _one(door, post, application)


def _one(door: Door, post: str, application: str, shown: Contact | None = None) -> ResponseReturnValue:
    session, scope, now = db.session(), g.viewer.scope, services().clock.now()
    about = head(post)
    person = candidate_queries.candidate(session, scope, post, application)
    if person.new and not door.for_employer:
        note_use(lambda writing: news.mark_all_seen(writing, [application], Side.EMPLOYER, now))
    return page(
        "one",
        door,
        about,
        person=person,
        why=for_employers.why(session, scope, post, person.jobseeker_id, weights=store().weights, now=now),
        steps=queries.steps(session, scope, application),
        shown=shown,
        bulk=IN_BULK,
        may_act=_may_act(),
    )


def contact(door: Door, post: str, application: str) -> ResponseReturnValue:
    """Show name and telephone, once; the look is recorded in the transaction that opens them."""
    wiring, scope = services(), g.viewer.scope
    candidate_queries.candidate(db.session(), scope, post, application)
    db.session.rollback()  # the page's own reading begins after the look was recorded
    with doorbell.work(wiring) as session:
        shown = service.contact(session, scope, wiring.keyring, application, wiring.clock.now())
    return _one(door, post, application, shown)


def said(door: Door, post: str, application: str) -> ResponseReturnValue:
    """What came of a meeting; asked once, and a second answer corrects the first."""
    wiring, answer = services(), SAID.get(request.form.get("said", ""))
    candidate_queries.candidate(db.session(), g.viewer.scope, post, application)
    db.session.rollback()
    if answer is None:
        flash(_("Press one of the answers."))
    else:
        with doorbell.work(wiring) as session:
            followups.answer_interview(
                session, g.viewer.scope, wiring.clock, application, Side.EMPLOYER, answer
            )
        flash(_("Noted. Thank you."))
    return redirect(url_for(".candidate", post=post, application=application), 303)
