"""Posts that I keep to look at again."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import doorbell
from matching.accounts.models import Role
from matching.placements import saved as kept
from matching.vacancies.queries import cards
from web.extensions import db, services
from web.gate import allowed
from web.me.base import blueprint, with_person
from web.me.home import place_of


@blueprint.get("/me/saved")
@allowed(Role.JOBSEEKER)
@with_person
def saved() -> ResponseReturnValue:
    """Those that can still be had, the newest first."""
    person, wiring = g.viewer.person, services()
    ids = kept.saved(db.session(), person.member_id)
    found = cards(db.session(), ids, wiring.clock.today(), wiring.keyring)
    return render_template("me/saved.html", cards=found, place=place_of(person), over=len(ids) - len(found))


@blueprint.post("/me/saved/<vacancy>")
@allowed(Role.JOBSEEKER)
@with_person
def keep(vacancy: str) -> ResponseReturnValue:
    """Keep one."""
    person, wiring = g.viewer.person, services()
    with doorbell.work(wiring) as session:
        kept.save(
            session,
            g.viewer.scope,
            person.public_id,
            vacancy,
            me=person.member_id,
            today=wiring.clock.today(),
            now=wiring.clock.now(),
        )
    flash(_("Kept."))
    return redirect(url_for("me.saved"), 303)


@blueprint.post("/me/saved/<vacancy>/drop")
@allowed(Role.JOBSEEKER)
@with_person
def drop(vacancy: str) -> ResponseReturnValue:
    """Keep one no longer."""
    person, wiring = g.viewer.person, services()
    with doorbell.work(wiring) as session:
        kept.drop(
            session, g.viewer.scope, person.public_id, vacancy, me=person.member_id, now=wiring.clock.now()
        )
    flash(_("Taken off."))
    return redirect(url_for("me.saved"), 303)
