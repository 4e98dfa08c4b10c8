"""Doubtful posts: what was written, which words, which article; let it pass, say no, ask for other words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import Length

import doorbell
from matching.errors import DomainError, StaleVersion
from matching.vacancies import desk_queries, review
from matching.vacancies.codes import Held, Refusal
from matching.vacancies.posting import Finding
from matching.vacancies.words import FINDINGS, REFUSAL
from web.desk.paging import SIZE, Paging, asked_page, offset_of
from web.desk.roles import REVIEWERS
from web.extensions import db, services
from web.forms import Form, choices, required
from web.gate import allowed

blueprint = Blueprint("reviews", __name__, url_prefix="/desk/reviews")

#: So many characters of a text stand around the words in question.
AROUND = 60


class ReviewForm(Form):
    """What a reviewer decides."""

    version = HiddenField()
    decision = RadioField(
        lazy_gettext("Decision"),
        choices=choices(
            {
                "approve": lazy_gettext("It may be public"),
                "change": lazy_gettext("Ask for other words"),
                "refuse": lazy_gettext("Refuse it"),
            }
        ),
        validators=required(lazy_gettext("Choose a decision.")),
    )
    refusal = RadioField(
        lazy_gettext("Why it is refused (for a refusal only)"),
        choices=choices(REFUSAL),
        validate_choice=False,
    )
    note = TextAreaField(
        lazy_gettext("Your reason, or what to change"),
        validators=[Length(max=300, message=lazy_gettext("This is too long: at most %(max)d characters."))],
    )


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing to decide about, with the words where they stand.

    Args:
        before, words, after: the text around; ``words`` is empty where it is about a figure.
    """

    field: str
    says: str
    before: str
    words: str
    after: str
    article: str
    better: str


@blueprint.get("")
@allowed(*REVIEWERS)
def listing() -> ResponseReturnValue:
    """Posts that wait for a reviewer."""
    number = asked_page()
    total, lines = desk_queries.posts_page(
        db.session(),
        g.viewer.scope,
        desk_queries.PostFilters(held=Held.REVIEW),
        limit=SIZE,
        offset=offset_of(number),
    )
    return render_template(
        "desk/reviews/listing.html", lines=lines, paging=Paging(number, total), now=services().clock.now()
    )


@blueprint.get("/<public_id>")
@allowed(*REVIEWERS)
def one(public_id: str) -> ResponseReturnValue:
    """One post and what is doubtful about it."""
    return _page(public_id, ReviewForm(formdata=None))


def _page(public_id: str, form: ReviewForm, status: int = 200) -> ResponseReturnValue:
    session, scope, wiring = db.session(), g.viewer.scope, services()
    post = desk_queries.post_page(session, wiring.keyring, scope, public_id)
    found = review.doubts(
        session, scope, public_id, today=wiring.clock.today(), valid_days=wiring.settings.valid_days
    )
    form.version.data = str(post.version)
    page = render_template(
        "desk/reviews/one.html",
        post=post,
        doubts=[_doubt(finding, post.facts) for finding in found],
        waits=Held.REVIEW in post.held,
        form=form,
        failed=status != 200,
        now=wiring.clock.now(),
    )
    return page, status


def _doubt(finding: Finding, facts: Any) -> Doubt:
    text = str(facts.get(finding.field) or "")
    before, found, after = text.partition(finding.words) if finding.words else (text, "", "")
    return Doubt(
        field=finding.field,
        says=FINDINGS[finding.code],
        before=before if len(before) <= AROUND else "…" + before[-AROUND:],
        words=found,
        after=after if len(after) <= AROUND else after[:AROUND] + "…",
        article=finding.article,
        better=finding.better,
    )


@blueprint.post("/<public_id>")
@allowed(*REVIEWERS)
def decide(public_id: str) -> ResponseReturnValue:
    """Carry the decision out; of a post that was changed meanwhile the new words are shown."""
    form, wiring = ReviewForm(), services()
    _check(form)
    if form.errors:
        return _page(public_id, form, 422)
    act, values = _act(form)
    try:
        with doorbell.work(wiring) as session:
            act(
                session,
                g.viewer.scope,
                public_id,
                _version(form.version.data),
                **values,
                today=wiring.clock.today(),
                now=wiring.clock.now(),
                valid_days=wiring.settings.valid_days,
            )
    except StaleVersion as error:
        form.refuse(form.decision, error)
        return _page(public_id, form, 409)
    except DomainError as error:
        if error.code != "review_reason_missing":
            raise
        form.refuse(form.note, error)
        return _page(public_id, form, 422)
    flash(_("It is decided."))
    return redirect(url_for(".listing"), 303)


def _check(form: ReviewForm) -> None:
    if form.validate() and form.decision.data == "refuse" and form.refusal.data not in set(Refusal):
        form.refuse(form.refusal, _("Choose why it is refused."))


def _act(form: ReviewForm) -> tuple[Callable[..., Any], dict[str, Any]]:
    if form.decision.data == "refuse":
        return review.refuse, {"reason": Refusal(form.refusal.data)}
    if form.decision.data == "change":
        return review.ask_for_change, {"note": form.note.data or ""}
    return review.approve, {"reason": form.note.data or ""}


def _version(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
