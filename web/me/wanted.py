"""Where I want to go: apply with one button, see how far it is, answer, or say no."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import doorbell
from matching.accounts.models import Role
from matching.people.claims import Person
from matching.placements import queries, service
from matching.placements.codes import Event, State
from matching.placements.queries import MyApplication
from matching.placements.words import EVENT, REASON, STATE
from matching.vacancies.queries import by_public_id
from web.extensions import db, services
from web.gate import allowed
from web.me.base import blueprint, with_person
from web.me.home import Offer, next_best, place_of

#: What a person does with one button; an employer's steps are not hers.
OWN = {event.value: event for event in (Event.AGREE, Event.REFUSE, Event.WITHDRAW, Event.ACCEPT, Event.DENY)}
#: Not her doing: something else is offered in its place, as the message about it says.
LOST = frozenset({State.CLOSED_FULL, State.DECLINED})
INSTEAD, INSTEAD_FOR = 3, timedelta(days=30)


@blueprint.get("/me/wanted")
@allowed(Role.JOBSEEKER)
@with_person
def wanted() -> ResponseReturnValue:
    """My applications, the newest move first."""
    person: Person = g.viewer.person
    wiring = services()
    found = queries.my_applications(
        db.session(), g.viewer.scope, person.public_id, wiring.clock.today(), me=person.member_id
    )
    return render_template(
        "me/wanted.html",
        person=person,
        applications=found,
        instead=_instead(person, found, wiring.clock.now()),
        place=place_of(person),
        states=STATE,
        reasons=REASON,
        buttons=EVENT,
    )


def _instead(person: Person, applications: Sequence[MyApplication], now: datetime) -> list[Offer]:
    """The next best posts for whoever has lately lost one and has no other work from here."""
    lately = any(one.state in LOST and one.touched_at > now - INSTEAD_FOR for one in applications)
    if not lately or any(one.state == State.HIRED for one in applications):
        return []
    known = {one.vacancy for one in applications}
    return [offer for offer in next_best(person) if offer.card.public_id not in known][:INSTEAD]


@blueprint.get("/me/want/<vacancy>")
@allowed(Role.JOBSEEKER)
@with_person
def want(vacancy: str) -> ResponseReturnValue:
    """Ask once: name and telephone go to this employer (PIPL 23), then the button."""
    wiring = services()
    found = by_public_id(db.session(), vacancy, wiring.clock.today(), wiring.keyring)
    return render_template(
        "me/want.html", card=found.card, person=g.viewer.person, token=secrets.token_urlsafe(24)
    )


@blueprint.post("/me/want/<vacancy>")
@allowed(Role.JOBSEEKER)
@with_person
def want_now(vacancy: str) -> ResponseReturnValue:
    """Apply; the same form twice is one application."""
    person: Person = g.viewer.person
    wiring = services()
    with doorbell.work(wiring) as session:
        service.apply(
            session,
            g.viewer.scope,
            wiring.clock,
            person.public_id,
            vacancy,
            form_token=request.form.get("token", "")[:64],
            me=person.member_id,
        )
    flash(_("Told them. They will call you."))
    return redirect(url_for("me.wanted"), 303)


@blueprint.post("/me/wanted/<application>")
@allowed(Role.JOBSEEKER)
@with_person
def answer(application: str) -> ResponseReturnValue:
    """Withdraw, agree, accept or say that it is not so."""
    person: Person = g.viewer.person
    wiring = services()
    version = request.form.get("version", "")
    with doorbell.work(wiring) as session:
        service.act(
            session,
            g.viewer.scope,
            wiring.keyring,
            wiring.clock,
            application,
            int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
            OWN.get(request.form.get("event", ""), Event.END),
            me=person.member_id,
        )
    flash(_("It is done."))
    return redirect(url_for("me.wanted"), 303)
