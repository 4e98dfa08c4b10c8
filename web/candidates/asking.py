"""Asking people who did not apply: those who agreed to be found, or through the labour company."""

from __future__ import annotations

import secrets

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import doorbell
from matching.errors import DomainError
from matching.pairing import for_employers
from matching.pairing.for_employers import Offered
from matching.placements import asking, bulk
from web.candidates.base import Door, head, page, undone
from web.candidates.forms import AskForm, HelpForm
from web.columns import store
from web.extensions import db, services

#: Refusals that are about the request as a whole stand beside its only field.
ABOUT_HELP = frozenset({"wanted_range", "vacancy_over", "no_company", "referral_open"})


def _token() -> str:
    return secrets.token_urlsafe(15)


def _offered(post: str, names: list[str]) -> list[Offered]:
    """Those of the offered people who were ticked."""
    found = for_employers.offers(
        db.session(),
        g.viewer.scope,
        post,
        weights=store().weights,
        now=services().clock.now(),
        limit=bulk.MOST_TICKED,
    )
    return [one for one in found.faces if one.face.public_id in names]


def look(door: Door, post: str) -> ResponseReturnValue:
    """Whom the question will go to, and what they will be asked."""
    about = head(post)
    faces = _offered(post, request.args.getlist("who"))
    if not faces:
        flash(_("Tick somebody first."))
        return redirect(url_for(".candidates", post=post), 303)
    form = AskForm(formdata=None)
    form.token.data = _token()
    return page("ask", door, about, form=form, faces=faces)


def ask(door: Door, post: str) -> ResponseReturnValue:
    """Ask each of them; nothing of a person is shown before a yes."""
    about, wiring, names = head(post), services(), request.form.getlist("who")
    if not names:
        flash(_("Tick somebody first."))
        return redirect(url_for(".candidates", post=post), 303)
    known = {one.face.public_id: one.face.name for one in _offered(post, names)}
    db.session.rollback()
    with doorbell.work(wiring) as session:
        reports = bulk.approach_all(
            session,
            g.viewer.scope,
            wiring.clock,
            post,
            names,
            form_token=request.form.get("token", "")[:40],
        )
    done = sum(row.done for row in reports)
    rows = undone(reports, known)
    if rows:
        return page("report", door, about, event="ask", done=done, rows=rows, failed=True), 409
    flash(_("Asked %(n)d. Whoever says yes appears among those who applied.", n=done))
    return redirect(url_for(".candidates", post=post), 303)


def help_page(door: Door, post: str) -> ResponseReturnValue:
    """How many people the labour company should find."""
    about = head(post)
    form = HelpForm(formdata=None)
    form.token.data = _token()
    if about.places.wanted is not None:
        form.wanted.data = str(max(1, about.places.wanted - about.places.taken))
    return page("help", door, about, form=form)


def ask_company(door: Door, post: str) -> ResponseReturnValue:
    """Ask the labour company; each of its people answers for herself."""
    about, wiring, form = head(post), services(), HelpForm()
    if not form.validate():
        return page("help", door, about, form=form, failed=True), 422
    typed = form.wanted.data or ""
    wanted = int(typed) if typed.isascii() and typed.isdigit() else 0
    db.session.rollback()
    try:
        with doorbell.work(wiring) as session:
            asking.ask_company(
                session,
                g.viewer.scope,
                wiring.clock,
                post,
                wanted=wanted,
                form_token=(form.token.data or "")[:64],
            )
    except DomainError as error:
        if error.code not in ABOUT_HELP:
            raise
        form.refuse(form.wanted, error)
        return page("help", door, head(post), form=form, failed=True), 422
    flash(_("The labour company looks for people now."))
    return redirect(url_for(".candidates", post=post), 303)
