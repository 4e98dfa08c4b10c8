"""Vacancies at the desk: by state and reason, matched, posted, corrected, paused, closed, vouched for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import doorbell
from matching.errors import DomainError, StaleVersion
from matching.people.history import events
from matching.people.queries import people_by_ids
from matching.sheets.queries import touches
from matching.vacancies import desk_queries
from matching.vacancies import service as vacancies
from matching.vacancies.codes import State
from matching.vacancies.posting import PostingRefused
from matching.vacancies.rules import LIFECYCLE
from matching.vacancies.words import explained
from web.desk import matches, narrowing, words
from web.desk.history import told
from web.desk.paging import SIZE, Paging, asked_page, offset_of
from web.desk.post_form import GROUPS, NewPostForm, PostForm
from web.desk.roles import READERS, WRITERS
from web.desk.tokens import make_token, open_token
from web.desk.workbooks import export as send_export
from web.extensions import db, services
from web.gate import allowed

blueprint = Blueprint("posts", __name__, url_prefix="/desk/posts")

CODED = ("state", "held", "kind")
#: Below this the code of a title is doubtful and the page says so.
SURE = 60
#: Code of a refusal → field.
ABOUT = {"region_unknown": "region_code", "vacancy_exists": "title"}
#: Fact that a finding is about → field, where they differ.
FIELD_OF = {"pay_text": "pay"}
EVENTS = ("pause", "close", "post")


def _filters(source: Any) -> desk_queries.PostFilters:
    chosen = {name: source.get(name) for name in CODED if source.get(name) in words.LISTS[name]}
    return desk_queries.PostFilters(**chosen, text=(source.get("text") or "").strip()[:60] or None)


@blueprint.get("")
@allowed(*READERS)
def listing() -> ResponseReturnValue:
    """Vacancies of the viewer's area in all states."""
    number, filters = asked_page(), _filters(request.args)
    session, scope = db.session(), g.viewer.scope
    total, lines = desk_queries.posts_page(session, scope, filters, limit=SIZE, offset=offset_of(number))
    unknown = [
        request.args[name][:40]
        for name in CODED
        if request.args.get(name) and request.args[name] not in words.LISTS[name]
    ]
    return render_template(
        "desk/posts/list.html",
        lines=lines,
        filters=filters,
        parts=narrowing.sentence(_parts(filters)),
        unknown=unknown,
        options=words.options,
        paging=Paging(number, total),
        sure=SURE,
        now=services().clock.now(),
    )


def _parts(filters: desk_queries.PostFilters) -> dict[str, str]:
    """The filters in words."""
    parts = {name: words.word(getattr(filters, name), name) for name in CODED if getattr(filters, name)}
    return {**parts, **({"text": f"“{filters.text}”"} if filters.text else {})}


@blueprint.post("/export")
@allowed(*READERS)
def export() -> ResponseReturnValue:
    """The list as a workbook."""
    filters = _filters(request.form)
    headers = [
        *(_("Our number of the post"), _("Title of the post"), _("Kind of post"), _("State"), _("Held for")),
        *(_("Employer"), _("Persons wanted"), _("Pay"), _("Place of work"), _("Valid until")),
    ]
    rows = (
        [
            *(one.ref, one.title, words.word(one.kind, "kind"), words.word(one.state, "state")),
            *("、".join(words.word(reason, "held") for reason in one.held), one.employer, one.headcount),
            *(words.wage(one), one.place, one.valid_until),
        ]
        for one in desk_queries.every_post(db.session(), g.viewer.scope, filters)
    )
    return send_export("posts.exported", "vacancy", _("Posts"), headers, rows, filters=filters.named())


@blueprint.get("/<public_id>")
@allowed(*READERS)
def one(public_id: str) -> ResponseReturnValue:
    """A vacancy: facts, the code of its title, matches with reasons, history."""
    session, scope, wiring = db.session(), g.viewer.scope, services()
    post = desk_queries.post_page(session, wiring.keyring, scope, public_id)
    today = wiring.clock.today()
    found = matches.of_post(post.id) if scope.sees_people and post.state == State.OPEN else None
    people = {}
    if found is not None:
        ids = [match.row_id for match in found.matches] + [match.row_id for match in found.near_misses]
        people = people_by_ids(session, wiring.keyring, scope, ids, today)
    return render_template(
        "desk/posts/one.html",
        post=post,
        moves=_moves(post.state),
        found=found,
        people=people,
        highest=matches.highest(found) if found else 1,
        first=matches.FIRST,
        sure=SURE,
        events=told(events(session, "vacancy", post.id)),
        touches=touches(session, "vacancy", post.id),
        now=wiring.clock.now(),
    )


def _moves(state: str) -> list[str]:
    """What may be done with a vacancy in this state."""
    return [event for event in EVENTS if (State(state), event) in LIFECYCLE and state != State.DRAFT]


@blueprint.get("/new")
@allowed(*WRITERS)
def new() -> ResponseReturnValue:
    """The form to post a vacancy."""
    form = NewPostForm(formdata=None)
    form.token.data = make_token()
    return _form_page(form, None)


@blueprint.post("/new")
@allowed(*WRITERS)
def add() -> ResponseReturnValue:
    """Post a vacancy; the same form sent twice posts one."""
    form, wiring = NewPostForm(), services()
    token = open_token(form.token.data)
    facts = form.facts() if form.validate() else {}
    if form.errors:
        return _form_page(form, None, 422)
    try:
        with doorbell.work(wiring) as session:
            made = vacancies.post(
                session,
                g.viewer.scope,
                wiring.keyring,
                {name: value for name, value in facts.items() if value is not None},
                form_token=token,
                today=wiring.clock.today(),
                now=wiring.clock.now(),
                valid_days=wiring.settings.valid_days,
            )
            address, held = url_for(".one", public_id=made.public_id), made.state == State.HELD
    except DomainError as error:
        return _refused(form, None, error)
    flash(_("The post is stored and waits; its page says for what.") if held else _("The post is public."))
    return redirect(address, 303)


@blueprint.get("/<public_id>/correct")
@allowed(*WRITERS)
def correct(public_id: str) -> ResponseReturnValue:
    """The form to correct a vacancy."""
    post = _post(public_id)
    form = PostForm(formdata=None)
    form.fill(post.facts, post.contact, post.phone)
    form.version.data = str(post.version)
    return _form_page(form, post)


def _post(public_id: str) -> desk_queries.PostPage:
    return desk_queries.post_page(db.session(), services().keyring, g.viewer.scope, public_id)


@blueprint.post("/<public_id>/correct")
@allowed(*WRITERS)
def save(public_id: str) -> ResponseReturnValue:
    """Correct a vacancy; what somebody else changed meanwhile is shown beside what was typed."""
    form, wiring, post = PostForm(), services(), _post(public_id)
    facts = form.facts() if form.validate() else {}
    if form.errors:
        return _form_page(form, post, 422)
    try:
        with doorbell.work(wiring) as session:
            vacancies.correct(
                session,
                g.viewer.scope,
                wiring.keyring,
                public_id,
                _version(form.version.data),
                facts,
                today=wiring.clock.today(),
                now=wiring.clock.now(),
                valid_days=wiring.settings.valid_days,
            )
    except StaleVersion:
        form.version.data = str(post.version)
        stored = PostForm(formdata=None)
        stored.fill(post.facts, post.contact, post.phone)
        return _form_page(form, post, 409, rows=_differences(form, stored))
    except DomainError as error:
        return _refused(form, post, error)
    flash(_("The correction is stored."))
    return redirect(url_for(".one", public_id=public_id), 303)


def _version(text: Any) -> int:
    return int(text) if str(text or "").isdigit() else 0


def _differences(form: PostForm, stored: PostForm) -> list[tuple[str, str, str]]:
    found = []
    for field in form:
        now, typed = stored[field.name].data, field.data
        if field.name not in ("version", "csrf_token") and (now or None) != (typed or None):
            found.append((str(field.label.text), _shown(field.name, now), _shown(field.name, typed)))
    return found


def _shown(name: str, value: Any) -> str:
    return words.word(value, name if name in words.LISTS else "field")


def _refused(form: PostForm, post: desk_queries.PostPage | None, error: DomainError) -> ResponseReturnValue:
    if isinstance(error, PostingRefused):
        for finding in error.findings:
            form.refuse(form[FIELD_OF.get(finding.field, finding.field)], explained(finding))
        return _form_page(form, post, 422)
    if error.code not in ABOUT:
        raise error
    form.refuse(form[ABOUT[error.code]], error)
    return _form_page(form, post, 422)


def _form_page(
    form: PostForm, post: desk_queries.PostPage | None, status: int = 200, **more: Any
) -> ResponseReturnValue:
    page = render_template(
        "desk/posts/form.html", form=form, post=post, groups=GROUPS, failed=status != 200, **more
    )
    return page, status


@blueprint.post("/<public_id>/state")
@allowed(*WRITERS)
def change_state(public_id: str) -> ResponseReturnValue:
    """Pause, close or open again."""
    wiring, event = services(), request.form.get("event", "")
    with doorbell.work(wiring) as session:
        vacancies.change_state(
            session,
            g.viewer.scope,
            public_id,
            _version(request.form.get("version")),
            event if event in EVENTS else "",
            today=wiring.clock.today(),
            now=wiring.clock.now(),
            valid_days=wiring.settings.valid_days,
        )
    flash(_("It is done."))
    return redirect(url_for(".one", public_id=public_id), 303)


@blueprint.post("/<public_id>/vouch")
@allowed(*WRITERS)
def vouch(public_id: str) -> ResponseReturnValue:
    """Vouch for the employer, by name."""
    wiring = services()
    with doorbell.work(wiring) as session:
        vacancies.vouch_for(
            session,
            g.viewer.scope,
            public_id,
            today=wiring.clock.today(),
            now=wiring.clock.now(),
            valid_days=wiring.settings.valid_days,
        )
    flash(_("You vouch for this employer now; it is recorded with your name."))
    return redirect(url_for(".one", public_id=public_id), 303)
