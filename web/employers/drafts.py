"""Drafts: a form that saves itself, what the law says of it, how it will look, and sending it off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import doorbell
from matching.accounts.models import Role
from matching.errors import DomainError, StaleVersion
from matching.vacancies import drafts
from matching.vacancies.drafts import Draft
from matching.vacancies.employer_queries import preview_of
from matching.vacancies.facts import columns
from matching.vacancies.posting import Finding, PostingRefused, Verdict, check, place_of_work
from matching.vacancies.queries import VacancyCard
from matching.vacancies.words import KIND, explained
from web.desk import words
from web.desk.tokens import make_token, open_token
from web.employers.base import blueprint, current
from web.employers.estimate import people_for
from web.employers.post_form import EmployerPostForm, form_of, groups_of, kept
from web.extensions import db, services, writing
from web.gate import allowed

#: Fact that a finding is about → field, where they differ.
FIELD_OF = {"pay_text": "pay"}
ABOUT = {"region_unknown": "region_code", "vacancy_exists": "title"}


@dataclass(frozen=True, slots=True)
class Looked:
    """A draft looked at: what the law says, and its card.

    Args:
        made: columns of the vacancy that it would be; None as long as it has no title.
    """

    findings: tuple[Finding, ...]
    made: dict[str, Any] | None


@blueprint.get("/posts/new")
@allowed(Role.EMPLOYER)
def new() -> ResponseReturnValue:
    """Which kind of post."""
    kinds = [(kind.value, KIND[kind]) for kind in drafts.KINDS]
    return render_template("employer/new.html", kinds=kinds, token=make_token())


@blueprint.post("/posts/new")
@allowed(Role.EMPLOYER)
def begin() -> ResponseReturnValue:
    """Begin a draft of that kind; pressed twice it is one."""
    with writing() as session:
        made = drafts.start(
            session,
            g.viewer.scope,
            services().keyring,
            g.viewer.hat.id,
            request.form.get("kind", ""),
            {},
            public_id=open_token(request.form.get("token")),
            now=services().clock.now(),
        )
    return redirect(url_for(".draft", public_id=made.public_id), 303)


def _draft(public_id: str) -> Draft:
    return drafts.draft_of(db.session(), services().keyring, g.viewer.hat.id, public_id)


@blueprint.get("/drafts/<public_id>")
@allowed(Role.EMPLOYER)
def draft(public_id: str) -> ResponseReturnValue:
    """The form with what stands in it, and what the law says of that."""
    found = _draft(public_id)
    if found.waits:
        return redirect(url_for(".preview", public_id=public_id), 303)
    form = form_of(found.kind, found.fields)
    form.version.data = str(found.version)
    return _page(found, form)


def look(found: Draft) -> Looked:
    """What the law says of a draft as it is stored."""
    form = form_of(found.kind, found.fields)
    facts = {name: value for name, value in form.facts().items() if value is not None}
    if not facts.get("title"):
        return Looked((), None)
    wiring, today = services(), services().clock.today()
    # To code a title takes longer than all the rest, and nothing here asks for its occupation.
    facts["occupations"] = ()
    try:
        made = columns(wiring.keyring, facts, home=_home(), today=today)
    except DomainError:
        return Looked((), None)
    days = wiring.settings.valid_days
    return Looked(check(made, today=today, county=place_of_work(made), valid_days=days), made)


def _home() -> str:
    organisation = current().organisation
    return organisation.region_code if organisation else str(g.viewer.hat.county)


def _page(found: Draft, form: EmployerPostForm, status: int = 200, **more: Any) -> ResponseReturnValue:
    looked = look(found) if status == 200 else Looked((), None)
    page = render_template(
        "employer/draft.html",
        draft=found,
        form=form,
        groups=groups_of(found.kind),
        problems=[(one.verdict.value, explained(one)) for one in looked.findings],
        failed=status != 200,
        **more,
    )
    return page, status


@blueprint.post("/drafts/<public_id>")
@allowed(Role.EMPLOYER)
def save_draft(public_id: str) -> ResponseReturnValue:
    """Keep what stands in the form, then preview it or send it off if that was asked for.

    A script that saves by itself asks for JSON and gets the new version, or 409 where another window was
    quicker.
    """
    found = _draft(public_id)
    form = form_of(found.kind)
    quiet = request.accept_mimetypes.best == "application/json"
    try:
        version = _save(public_id, form)
    except StaleVersion:
        return _clash(found, form, quiet)
    does = request.form.get("do")
    # This request's reading began before it saved: what was saved is known from the form.
    saved = replace(found, version=version, fields=kept(form, request.form))
    people = people_for(public_id, look(saved).made) if does == "estimate" else []
    if quiet:
        return jsonify(version=version, people=people)
    if people:
        form.version.data = str(version)
        return _page(saved, form, people=people)
    if does == "submit":
        return _submit(public_id, form, version)
    flash(_("The draft is saved."))
    return redirect(url_for(".preview" if does == "preview" else ".draft", public_id=public_id), 303)


def _save(public_id: str, form: EmployerPostForm) -> int:
    typed = form.version.data or ""
    with writing() as session:
        return drafts.save(
            session,
            g.viewer.scope,
            services().keyring,
            g.viewer.hat.id,
            public_id,
            int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0,
            kept(form, request.form),
            now=services().clock.now(),
        ).version


def _clash(found: Draft, form: EmployerPostForm, quiet: bool) -> ResponseReturnValue:
    """Another window saved another text: both are shown."""
    if quiet:
        response: Response = jsonify(code="changed_meanwhile")
        response.status_code = 409
        return response
    form.version.data = str(found.version)
    return _page(found, form, 409, rows=differences(form, form_of(found.kind, found.fields)))


def differences(form: EmployerPostForm, stored: EmployerPostForm) -> list[tuple[str, str, str]]:
    """Label, what is stored, what was typed, of fields that differ."""
    found = []
    for field in form:
        now, typed = stored[field.name].data, field.data
        if field.name not in ("version", "csrf_token", "kind") and (now or None) != (typed or None):
            known = field.name if field.name in words.LISTS else "field"
            found.append((str(field.label.text), words.word(now, known), words.word(typed, known)))
    return found


def _submit(public_id: str, form: EmployerPostForm, version: int) -> ResponseReturnValue:
    facts = form.facts() if form.validate() else {}
    form.version.data = str(version)
    if form.errors:
        return _page(_draft(public_id), form, 422)
    wiring = services()
    try:
        with doorbell.work(wiring) as session:
            made = drafts.submit(
                session,
                g.viewer.scope,
                wiring.keyring,
                g.viewer.hat.id,
                public_id,
                facts,
                today=wiring.clock.today(),
                now=wiring.clock.now(),
                valid_days=wiring.settings.valid_days,
            )
            held = made is None or bool(made.held)
    except DomainError as error:
        refuse(form, error)
        return _page(_draft(public_id), form, 422)
    flash(_("The post is stored and waits; its page says for what.") if held else _("The post is public."))
    return redirect(url_for(".home"), 303)


def refuse(form: EmployerPostForm, error: DomainError) -> None:
    """Put what a service refused beside the fields that it is about."""
    if isinstance(error, PostingRefused):
        for finding in error.findings:
            form.refuse(form[FIELD_OF.get(finding.field, finding.field)], explained(finding))
    elif error.code in ABOUT:
        form.refuse(form[ABOUT[error.code]], error)
    else:
        raise error


@blueprint.get("/drafts/<public_id>/preview")
@allowed(Role.EMPLOYER)
def preview(public_id: str) -> ResponseReturnValue:
    """The card as people will see it, and what has to be put right before."""
    found = _draft(public_id)
    looked = look(found)
    card = _card(looked.made, services().clock.today()) if looked.made else None
    lacking = [one for one in looked.findings if one.verdict is not Verdict.ADVICE]
    return render_template(
        "employer/preview.html",
        draft=found,
        card=card,
        content=(looked.made or {}).get("content"),
        problems=[(one.verdict.value, explained(one)) for one in looked.findings],
        fine=looked.made is not None and not lacking,
    )


def _card(made: dict[str, Any], today: date) -> VacancyCard:
    organisation = current().organisation
    return preview_of(
        services().keyring,
        made,
        employer=g.viewer.hat.name,
        verified=organisation is not None and organisation.verified_at is not None,
    )


@blueprint.post("/drafts/<public_id>/take-back")
@allowed(Role.EMPLOYER)
def take_back(public_id: str) -> ResponseReturnValue:
    """Write on in a draft that waits for the verification."""
    with writing() as session:
        drafts.take_back(session, g.viewer.scope, g.viewer.hat.id, public_id, now=services().clock.now())
    return redirect(url_for(".draft", public_id=public_id), 303)


@blueprint.post("/drafts/<public_id>/discard")
@allowed(Role.EMPLOYER)
def discard(public_id: str) -> ResponseReturnValue:
    """Throw a draft away."""
    with writing() as session:
        drafts.discard(session, g.viewer.scope, g.viewer.hat.id, public_id, now=services().clock.now())
    flash(_("The draft is gone."))
    return redirect(url_for(".home"), 303)
