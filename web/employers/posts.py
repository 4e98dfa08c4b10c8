"""An employer's posts: looked at, corrected, copied, paused, closed, opened again, extended."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import doorbell
from matching.accounts.models import Role
from matching.errors import DomainError, StaleVersion
from matching.vacancies import drafts
from matching.vacancies import service as vacancies
from matching.vacancies.codes import Kind, State, Tag
from matching.vacancies.desk_queries import PostPage, post_page
from matching.vacancies.employer_queries import findings_in
from matching.vacancies.rules import LIFECYCLE
from matching.vacancies.words import explained
from web.desk.tokens import make_token, open_token
from web.employers.base import blueprint, with_organisation
from web.employers.drafts import differences, refuse
from web.employers.post_form import OF_KIND, EmployerPostForm, fields_of, form_of, groups_of
from web.extensions import db, services, writing
from web.gate import allowed

EVENTS = ("pause", "close", "post")


def _post(public_id: str) -> PostPage:
    return post_page(db.session(), services().keyring, g.viewer.scope, public_id)


@blueprint.get("/posts/<public_id>")
@allowed(Role.EMPLOYER)
@with_organisation
def post(public_id: str) -> ResponseReturnValue:
    """One post: its state, why it waits, and what may be done."""
    wiring, found = services(), _post(public_id)
    findings = findings_in(
        db.session(), g.viewer.scope, public_id, wiring.clock.today(), wiring.settings.valid_days
    )
    return render_template(
        "employer/post.html",
        post=found,
        moves=[event for event in EVENTS if (State(found.state), event) in LIFECYCLE],
        extends=found.state not in (State.CLOSED, State.DRAFT),
        problems=[(one.verdict.value, explained(one)) for one in findings],
        token=make_token(),
    )


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _times() -> dict[str, Any]:
    wiring = services()
    today, now = wiring.clock.today(), wiring.clock.now()
    return {"today": today, "now": now, "valid_days": wiring.settings.valid_days}


@blueprint.post("/posts/<public_id>/state")
@allowed(Role.EMPLOYER)
@with_organisation
def change_state(public_id: str) -> ResponseReturnValue:
    """Pause, close or open again."""
    event = request.form.get("event", "")
    with doorbell.work(services()) as session:
        vacancies.change_state(
            session,
            g.viewer.scope,
            public_id,
            _version(),
            event if event in EVENTS else "",
            **_times(),
        )
    flash(_("It is done."))
    return redirect(url_for(".post", public_id=public_id), 303)


@blueprint.post("/posts/<public_id>/extend")
@allowed(Role.EMPLOYER)
@with_organisation
def extend(public_id: str) -> ResponseReturnValue:
    """Let it run for as long as the law allows."""
    with doorbell.work(services()) as session:
        vacancies.extend(session, g.viewer.scope, public_id, _version(), **_times())
    flash(_("It is done."))
    return redirect(url_for(".post", public_id=public_id), 303)


@blueprint.post("/posts/<public_id>/copy")
@allowed(Role.EMPLOYER)
@with_organisation
def copy(public_id: str) -> ResponseReturnValue:
    """A draft with everything that the post says, but for its last day."""
    found = _post(public_id)
    filled = _filled(found)
    filled.valid_until.data = None
    kind = found.facts["kind"]
    with writing() as session:
        made = drafts.start(
            session,
            g.viewer.scope,
            services().keyring,
            g.viewer.hat.id,
            kind if kind in OF_KIND else Kind.ENTERPRISE,
            fields_of(filled),
            public_id=open_token(request.form.get("token")),
            now=services().clock.now(),
        )
    flash(_("This is a copy. Change what is different, then send it off."))
    return redirect(url_for(".draft", public_id=made.public_id), 303)


def _filled(found: PostPage) -> EmployerPostForm:
    form = form_of(found.facts["kind"], {})
    form.fill(found.facts, found.contact, found.phone)
    form.tags.data = [tag for tag in form.tags.data or () if tag != Tag.CERTIFIED_BASE]
    return form


@blueprint.get("/posts/<public_id>/correct")
@allowed(Role.EMPLOYER)
@with_organisation
def correct(public_id: str) -> ResponseReturnValue:
    """The form to correct a post."""
    found = _post(public_id)
    form = _filled(found)
    form.version.data = str(found.version)
    return _form_page(found, form)


def _form_page(
    found: PostPage, form: EmployerPostForm, status: int = 200, **more: Any
) -> ResponseReturnValue:
    groups = groups_of(found.facts["kind"])
    page = render_template(
        "employer/correct.html", post=found, form=form, groups=groups, failed=status != 200, **more
    )
    return page, status


@blueprint.post("/posts/<public_id>/correct")
@allowed(Role.EMPLOYER)
@with_organisation
def save(public_id: str) -> ResponseReturnValue:
    """Correct a post; what somebody else changed meanwhile is shown beside what was typed."""
    found = _post(public_id)
    form = form_of(found.facts["kind"])
    facts = form.facts() if form.validate() else {}
    if form.errors:
        return _form_page(found, form, 422)
    try:
        with doorbell.work(services()) as session:
            vacancies.correct(
                session,
                g.viewer.scope,
                services().keyring,
                public_id,
                _version(),
                _whole(found, facts),
                **_times(),
            )
    except StaleVersion:
        form.version.data = str(found.version)
        return _form_page(found, form, 409, rows=differences(form, _filled(found)))
    except DomainError as error:
        refuse(form, error)
        return _form_page(found, form, 422)
    flash(_("The correction is stored."))
    return redirect(url_for(".post", public_id=public_id), 303)


def _whole(found: PostPage, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of the short form, and what it does not ask for as it is stored."""
    shown = {name for _title, names in groups_of(found.facts["kind"]) for name in names}
    derived = {"kind", "pay_text", "pay_low_cents", "pay_high_cents", "pay_unit"}
    stored = {name: found.facts.get(name) for name in facts if name not in shown | derived}
    if not found.facts.get("point_exact"):
        stored |= {"longitude": None, "latitude": None}
    if Tag.CERTIFIED_BASE in (found.facts.get("tags") or ()) and "tags" not in stored:
        stored["tags"] = [*(facts["tags"] or ()), Tag.CERTIFIED_BASE.value]
    return {**facts, **stored}
