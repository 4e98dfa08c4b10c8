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
from matching.clock import LOCAL
from matching.errors import StaleVersion
from matching.people.claims import Person
from matching.placements import followups, news, queries, service
from matching.placements.codes import Event, Outcome, Side, State
from matching.placements.queries import MyApplication
from matching.placements.words import EVENT, OUTCOME, REASON, STATE
from matching.vacancies.queries import by_public_id
from web.extensions import db, services
from web.gate import allowed
from web.me.base import blueprint, with_person
from web.me.home import Offer, next_best, place_of
from web.viewer import note_use

#: What a person does with one button, a yes before a no; an employer's steps are not hers.
OWN = {event.value: event for event in (Event.AGREE, Event.ACCEPT, Event.REFUSE, Event.WITHDRAW, Event.DENY)}
SAID = {outcome.value: outcome for outcome in Outcome}
#: The employer waits for a word of hers.
WAITS = frozenset({State.ASKED, State.OFFERED})
WEEK = "一二三四五六日"


@blueprint.app_template_filter("meeting")
def meeting(value: datetime) -> str:
    """A moment as one says it: 11月25日 星期三 下午2点半."""
    at = value.astimezone(LOCAL)
    half = "上午" if at.hour < 12 else "下午" if at.hour < 18 else "晚上"
    minutes = {0: "", 30: "半"}.get(at.minute, f"{at.minute:02}分")
    hour = at.hour - 12 if at.hour > 12 else at.hour
    return f"{at.month}月{at.day}日 星期{WEEK[at.weekday()]} {half}{hour}点{minutes}"


#: Not her doing: something else is offered in its place, as the message about it says.
LOST = frozenset({State.CLOSED_FULL, State.DECLINED})
INSTEAD, INSTEAD_FOR = 3, timedelta(days=30)


@blueprint.get("/me/wanted")
@allowed(Role.JOBSEEKER)
@with_person
def wanted() -> ResponseReturnValue:
    """My applications: first those that wait for my word, then the newest move."""
    return _page()


def _page(stale: dict[str, str] | None = None) -> ResponseReturnValue:
    person: Person = g.viewer.person
    wiring = services()
    found = queries.my_applications(
        db.session(), g.viewer.scope, person.public_id, wiring.clock.today(), me=person.member_id
    )
    unseen = [one.public_id for one in found if one.new]
    if unseen:
        now = wiring.clock.now()
        note_use(lambda session: news.mark_all_seen(session, unseen, Side.JOBSEEKER, now))
    page = render_template(
        "me/wanted.html",
        applications=sorted(found, key=lambda one: not (one.asked or one.state in WAITS)),
        states=STATE,
        reasons=REASON,
        buttons=EVENT,
        outcomes=OUTCOME,
        own=OWN,
        stale=stale,
        instead=_instead(person, found, wiring.clock.now()),
        place=place_of(person),
    )
    return page, 409 if stale else 200


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
    """Withdraw, agree, refuse, accept or say that it is not so; who was slower sees both."""
    wiring = services()
    version = request.form.get("version", "")
    try:
        with doorbell.work(wiring) as session:
            service.act(
                session,
                g.viewer.scope,
                wiring.keyring,
                wiring.clock,
                application,
                int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
                OWN.get(request.form.get("event", ""), Event.END),
                me=g.viewer.person.member_id,
            )
    except StaleVersion as error:
        return _page({name: str(error.facts[name] or "") for name in ("seen", "now")})
    flash(_("It is done."))
    return redirect(url_for("me.wanted"), 303)


@blueprint.post("/me/wanted/<application>/said")
@allowed(Role.JOBSEEKER)
@with_person
def say(application: str) -> ResponseReturnValue:
    """What came of a meeting; asked once, and a second answer corrects the first."""
    wiring = services()
    said = SAID.get(request.form.get("said", ""))
    if said is None:
        flash(_("Press one of the answers."))
        return redirect(url_for("me.wanted"), 303)
    with doorbell.work(wiring) as session:
        followups.answer_interview(
            session,
            g.viewer.scope,
            wiring.clock,
            application,
            Side.JOBSEEKER,
            said,
            me=g.viewer.person.member_id,
        )
    flash(_("Noted. Thank you."))
    return redirect(url_for("me.work" if said is Outcome.TAKEN else "me.wanted"), 303)
