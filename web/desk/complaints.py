"""Complaints about posts: what waits, the most urgent first, and how each was settled."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import Length

import doorbell
from matching.casework import queries, service
from matching.casework.words import GRIEVANCE, OUTCOME, STATE
from web.desk.paging import SIZE, Paging, asked_page, offset_of
from web.desk.roles import READERS, WRITERS
from web.extensions import db, services
from web.forms import Form, choices, required
from web.gate import allowed

blueprint = Blueprint("complaints", __name__, url_prefix="/desk/complaints")


class SettleForm(Form):
    """How a complaint was settled."""

    version = HiddenField()
    outcome = RadioField(
        lazy_gettext("Outcome"),
        choices=choices(OUTCOME),
        validators=required(lazy_gettext("Choose an outcome.")),
    )
    answer = TextAreaField(
        lazy_gettext("What the person is told"),
        validators=[
            *required(lazy_gettext("Write what was found out; whoever complained reads it.")),
            Length(max=300, message=lazy_gettext("This is too long: at most %(max)d characters.")),
        ],
    )


@blueprint.get("")
@allowed(*READERS)
def listing() -> ResponseReturnValue:
    """Complaints that wait, or those that are settled."""
    settled = request.args.get("state") == "settled"
    number, now = asked_page(), services().clock.now()
    total, lines = queries.listed(
        db.session(), g.viewer.scope, now, settled=settled, limit=SIZE, offset=offset_of(number)
    )
    return render_template(
        "desk/complaints/listing.html",
        lines=lines,
        settled=settled,
        grievances=GRIEVANCE,
        states=STATE,
        paging=Paging(number, total),
        now=now,
    )


@blueprint.get("/<number>")
@allowed(*READERS)
def one(number: str) -> ResponseReturnValue:
    """One complaint and the post as it stood then."""
    form = SettleForm(formdata=None)
    return _page(number, form)


def _page(number: str, form: SettleForm, status: int = 200) -> ResponseReturnValue:
    wiring = services()
    now = wiring.clock.now()
    found = queries.one(db.session(), g.viewer.scope, wiring.keyring, number, now)
    form.version.data = str(found.version)
    page = render_template(
        "desk/complaints/one.html",
        case=found,
        form=form,
        grievances=GRIEVANCE,
        states=STATE,
        outcomes=OUTCOME,
        failed=status != 200,
        now=now,
    )
    return page, status


@blueprint.post("/<number>/acknowledge")
@allowed(*WRITERS)
def acknowledge(number: str) -> ResponseReturnValue:
    """Say that somebody looks into it."""
    wiring = services()
    with doorbell.work(wiring) as session:
        service.acknowledge(
            session, g.viewer.scope, number, _version(request.form.get("version")), wiring.clock.now()
        )
    flash(_("It is marked: somebody looks into it."))
    return redirect(url_for(".one", number=number), 303)


@blueprint.post("/<number>/settle")
@allowed(*WRITERS)
def settle(number: str) -> ResponseReturnValue:
    """Settle it with an answer."""
    form, wiring = SettleForm(), services()
    if not form.validate():
        return _page(number, form, 422)
    with doorbell.work(wiring) as session:
        service.settle(
            session,
            g.viewer.scope,
            number,
            _version(form.version.data),
            form.outcome.data,
            form.answer.data,
            today=wiring.clock.today(),
            now=wiring.clock.now(),
            valid_days=wiring.settings.valid_days,
        )
    flash(_("It is settled."))
    return redirect(url_for(".listing"), 303)


def _version(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
