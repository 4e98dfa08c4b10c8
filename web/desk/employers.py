"""Employers' registrations at the desk: who waits, papers, yes or no, and the next half year."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import HiddenField, RadioField

import doorbell
from matching.accounts.employer_codes import RegistrationRefusal
from matching.accounts.papers import ENDINGS
from matching.accounts.words import ACCOUNT_CLASS, NO_CODE, PAPER, REGISTRATION_REFUSAL, STANDING
from matching.vacancies import verification, verification_queries
from web.extensions import db, services, writing
from web.forms import Form, choices, required
from web.gate import allowed

blueprint = Blueprint("employers", __name__, url_prefix="/desk/employers")

VERIFIERS = tuple(sorted(verification.VERIFIERS))


class RefuseForm(Form):
    """Why a registration does not pass."""

    version = HiddenField()
    reason = RadioField(
        lazy_gettext("Why it does not pass"),
        choices=choices(REGISTRATION_REFUSAL),
        validators=required(lazy_gettext("Choose a reason.")),
    )


@blueprint.get("")
@allowed(*VERIFIERS)
def listing() -> ResponseReturnValue:
    """Registrations that wait, and verifications that end."""
    session, scope, today = db.session(), g.viewer.scope, services().clock.today()
    return render_template(
        "desk/employers/list.html",
        registrations=verification_queries.waiting(session, scope),
        due=verification_queries.due(session, scope, today),
        classes=ACCOUNT_CLASS,
        now=services().clock.now(),
    )


@blueprint.get("/<public_id>")
@allowed(*VERIFIERS)
def one(public_id: str) -> ResponseReturnValue:
    """One registration."""
    return _page(public_id, RefuseForm(formdata=None))


def _page(public_id: str, form: RefuseForm, status: int = 200) -> ResponseReturnValue:
    wiring = services()
    found = verification_queries.registration_page(db.session(), wiring.keyring, g.viewer.scope, public_id)
    form.version.data = str(found.version)
    page = render_template(
        "desk/employers/one.html",
        case=found,
        form=form,
        classes=ACCOUNT_CLASS,
        no_codes=NO_CODE,
        papers=PAPER,
        standings=STANDING,
        refusals=REGISTRATION_REFUSAL,
        failed=status != 200,
        now=wiring.clock.now(),
    )
    return page, status


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@blueprint.post("/<public_id>/paper/<paper_id>")
@allowed(*VERIFIERS)
def paper(public_id: str, paper_id: str) -> ResponseReturnValue:
    """A paper, to be saved; that somebody looked is noted."""
    wiring = services()
    with writing() as session:
        content, kind = verification.paper(
            session, wiring.keyring, g.viewer.scope, public_id, paper_id, wiring.clock.now()
        )
    name = f"{paper_id}.{ENDINGS[kind]}"
    return send_file(BytesIO(content), mimetype=kind, as_attachment=True, download_name=name)


@blueprint.post("/<public_id>/approve")
@allowed(*VERIFIERS)
def approve(public_id: str) -> ResponseReturnValue:
    """Let the account act for the employer, and verify it."""
    wiring = services()
    with doorbell.work(wiring) as session:
        verification.approve(
            session,
            g.viewer.scope,
            wiring.keyring,
            public_id,
            _version(),
            today=wiring.clock.today(),
            now=wiring.clock.now(),
            valid_days=wiring.settings.valid_days,
        )
    flash(_("Verified; what waited for it is public now."))
    return redirect(url_for(".listing"), 303)


@blueprint.post("/<public_id>/refuse")
@allowed(*VERIFIERS)
def refuse(public_id: str) -> ResponseReturnValue:
    """Say no, with a reason."""
    form = RefuseForm()
    if not form.validate():
        return _page(public_id, form, 422)
    with writing() as session:
        verification.refuse(
            session,
            g.viewer.scope,
            public_id,
            _version(),
            reason=RegistrationRefusal(form.reason.data),
            now=services().clock.now(),
        )
    flash(_("It is done."))
    return redirect(url_for(".listing"), 303)


@blueprint.post("/<public_id>/renew")
@allowed(*VERIFIERS)
def renew(public_id: str) -> ResponseReturnValue:
    """Verify for another half year."""
    wiring = services()
    with doorbell.work(wiring) as session:
        verification.renew(
            session,
            g.viewer.scope,
            public_id,
            _version(),
            today=wiring.clock.today(),
            now=wiring.clock.now(),
            valid_days=wiring.settings.valid_days,
        )
    flash(_("Verified for another half year."))
    return redirect(url_for(".one", public_id=public_id), 303)


@blueprint.post("/<public_id>/end")
@allowed(*VERIFIERS)
def end(public_id: str) -> ResponseReturnValue:
    """The account acts for this employer no more."""
    with writing() as session:
        verification.end(session, g.viewer.scope, public_id, _version(), now=services().clock.now())
    flash(_("It is done."))
    return redirect(url_for(".listing"), 303)
