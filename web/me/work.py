"""I have work now, I look again, my wages were not paid."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from wtforms import RadioField, SelectChoice

import doorbell
from matching.accounts.models import Role
from matching.casework.service import WORKED, wages_unpaid
from matching.errors import DomainError
from matching.people import own
from matching.people.claims import Person
from matching.placements import service
from matching.placements.codes import Event, State
from matching.placements.lifecycle import PENDING
from matching.placements.queries import MyApplication, my_applications
from web.extensions import db, services
from web.forms import Form, required, text
from web.gate import allowed
from web.me.base import blueprint, with_person

ELSEWHERE = "elsewhere"


class WorkForm(Form):
    """Where somebody works now."""

    where = RadioField(
        lazy_gettext("Where do you work?"),
        validators=required(lazy_gettext("Choose one answer.")),
        validate_choice=False,
    )
    employer = text(lazy_gettext("Which place? You may leave it out."), longest=60)


def _mine() -> list[MyApplication]:
    person: Person = g.viewer.person
    day = services().clock.today()
    return my_applications(db.session(), g.viewer.scope, person.public_id, day, me=person.member_id)


def _waiting() -> list[MyApplication]:
    return [one for one in _mine() if one.state in PENDING and one.state != State.ASKED]


@blueprint.get("/me/work")
@allowed(Role.JOBSEEKER)
@with_person
def work() -> ResponseReturnValue:
    """Ask where."""
    if g.viewer.person.seeker is None:
        return redirect(url_for("me.home"), 303)
    return _work_page(WorkForm(formdata=None))


def _work_page(form: WorkForm, status: int = 200) -> ResponseReturnValue:
    form.where.choices = [SelectChoice(one.public_id, f"{one.title}·{one.employer}") for one in _waiting()]
    form.where.choices.append(SelectChoice(ELSEWHERE, _("Somewhere else")))
    return render_template("me/work.html", form=form, failed=bool(form.errors)), status


@blueprint.post("/me/work")
@allowed(Role.JOBSEEKER)
@with_person
def work_now() -> ResponseReturnValue:
    """Note the work: nothing more is chosen, and what waits elsewhere is withdrawn."""
    form, wiring = WorkForm(), services()
    if g.viewer.person.seeker is None:
        return redirect(url_for("me.home"), 303)
    if not form.validate():
        return _work_page(form, 422)
    through = next((one for one in _waiting() if one.public_id == form.where.data), None)
    if through is None and form.where.data != ELSEWHERE:
        form.refuse(form.where, _("Choose one answer."))
        return _work_page(form, 422)
    try:
        with doorbell.work(wiring) as session:
            _note_work(through, form.employer.data)(session)
    except DomainError as error:
        form.refuse(form.where, error)
        return _work_page(form, 422)
    flash(_("Good! Noted. We choose nothing more for you."))
    return redirect(url_for("me.home"), 303)


def _note_work(through: MyApplication | None, employer: str | None) -> Callable[[Session], object]:
    """An offer is accepted; any other way to work is told as such."""
    wiring, person = services(), g.viewer.person
    if through is not None and Event.ACCEPT in through.next:
        return lambda session: service.act(
            session,
            g.viewer.scope,
            wiring.keyring,
            wiring.clock,
            through.public_id,
            through.version,
            Event.ACCEPT,
            me=person.member_id,
        )
    return lambda session: service.have_work_now(
        session,
        g.viewer.scope,
        wiring.keyring,
        wiring.clock,
        person.public_id,
        employer_name=through.employer if through is not None else employer,
        me=person.member_id,
    )


@blueprint.post("/me/work/again")
@allowed(Role.JOBSEEKER)
@with_person
def look_again() -> ResponseReturnValue:
    """Look for work again."""
    wiring, person = services(), g.viewer.person
    with doorbell.work(wiring) as session:
        own.look_again(session, g.viewer.scope, person.public_id, me=person.member_id, now=wiring.clock.now())
    flash(_("We choose for you again."))
    return redirect(url_for("me.profile"), 303)


@blueprint.get("/me/wages")
@allowed(Role.JOBSEEKER)
@with_person
def wages() -> ResponseReturnValue:
    """Where wages were not paid."""
    worked = [one for one in _mine() if one.state in WORKED]
    return render_template("me/wages.html", worked=worked, token=secrets.token_urlsafe(24))


@blueprint.post("/me/wages")
@allowed(Role.JOBSEEKER)
@with_person
def wages_now() -> ResponseReturnValue:
    """Report it; the answer stands under its number."""
    wiring, person = services(), g.viewer.person
    with doorbell.work(wiring) as session:
        made = wages_unpaid(
            session,
            g.viewer.scope,
            wiring.keyring,
            person.public_id,
            request.form.get("work", "")[:20],
            me=person.member_id,
            form_token=request.form.get("token", "")[:64] or secrets.token_urlsafe(24),
            now=wiring.clock.now(),
        )
        number = made.public_id
    return redirect(url_for("reports.case", number=number), 303)
