"""One step for those who are ticked: first what will happen to whom, then it happens.

A candidate's own page leads here too, with one name.  Whoever was moved meanwhile is left as she is, and the
page says what was seen and what is now.
"""

from __future__ import annotations

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import doorbell
from matching.errors import DomainError
from matching.placements import bulk, candidate_queries
from matching.placements.bulk import RowReport, Ticked
from matching.placements.candidate_queries import Candidate
from matching.placements.codes import Event
from web.candidates.base import Door, head, page, undone
from web.candidates.forms import StepForm, form_for
from web.extensions import db, services

#: Code of a refusal that is about what was typed → field.
ABOUT = {"reason_not_listed": "reason", "interview_past": "day", "place_wording": "place"}


def _ticked(values: list[str]) -> list[Ticked]:
    """Who was ticked: the application's public id and the version that was shown."""
    found = {}
    for value in values:
        name, _dot, version = value.partition(".")
        if version.isascii() and version.isdigit() and len(version) < 10:
            found[name] = Ticked(name, int(version))
    return list(found.values())


def _chosen(post: str, ticked: list[Ticked]) -> list[Candidate]:
    names = [row.public_id for row in ticked][: bulk.MOST_TICKED + 1]
    return candidate_queries.candidates(db.session(), g.viewer.scope, post, only=names)


def look(door: Door, post: str, event: str) -> ResponseReturnValue:
    """What the step will do, and to whom."""
    step, about = Event(event), head(post)
    chosen = _chosen(post, _ticked(request.args.getlist("who")))
    able = [one for one in chosen if step in one.next]
    if not able:
        flash(_("Tick somebody first.") if not chosen else _("For these this cannot be done now."))
        return redirect(url_for(".candidates", post=post), 303)
    form = form_for(step)(formdata=None)
    form.prepare(about)
    rows = [(one, one.version) for one in able]
    unable = [one for one in chosen if step not in one.next]
    return page("step", door, about, event=step, form=form, rows=rows, unable=unable)


def take(door: Door, post: str, event: str) -> ResponseReturnValue:
    """Take the step; the same form sent twice takes it once."""
    step, about, wiring = Event(event), head(post), services()
    ticked = _ticked(request.form.getlist("who"))
    chosen = _chosen(post, ticked)
    form = form_for(step)()
    if not form.validate():
        return _again(door, post, step, form, ticked, chosen)
    details = form.details(wiring.clock.today())
    if form.errors:
        return _again(door, post, step, form, ticked, chosen)
    db.session.rollback()
    with doorbell.work(wiring) as session:
        reports = bulk.act_on_all(
            session,
            g.viewer.scope,
            wiring.keyring,
            wiring.clock,
            post,
            ticked,
            step,
            details,
            together=False,
        )
    typed = next((row for row in reports if row.code in ABOUT), None)
    if typed is not None and typed.code is not None and ABOUT[typed.code] in form:
        form.refuse(form[ABOUT[typed.code]], DomainError(typed.code, **typed.facts))
        return _again(door, post, step, form, ticked, chosen)
    return _told(door, post, about.open, step, reports, chosen)


def _again(
    door: Door, post: str, step: Event, form: StepForm, ticked: list[Ticked], chosen: list[Candidate]
) -> ResponseReturnValue:
    versions = {row.public_id: row.version for row in ticked}
    rows = [(one, versions[one.public_id]) for one in chosen]
    return page("step", door, head(post), event=step, form=form, rows=rows, unable=[], failed=True), 422


def _told(
    door: Door, post: str, was_open: bool, step: Event, reports: list[RowReport], chosen: list[Candidate]
) -> ResponseReturnValue:
    """Home with a word where all was done; else a page that says for whom it was not."""
    about = head(post)
    done = sum(row.done for row in reports)
    if step is Event.HIRE and was_open and not about.open:
        flash(_("All places are taken. The post is closed, and the others are told."))
    rows = undone(reports, {one.public_id: one.name for one in chosen})
    if rows:
        return page("report", door, about, event=step, done=done, rows=rows, failed=True), 409
    flash(_("Done for %(n)d.", n=done))
    return redirect(url_for(".candidates", post=post), 303)
