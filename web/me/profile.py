"""The eight questions, one a page, and all answers on one page with the switch of matching."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import HiddenField, RadioField, SelectChoice

import doorbell
from matching.accounts.models import Role
from matching.errors import DomainError, NotFound, StaleVersion
from matching.people import consents, own, question_words
from matching.people.claims import Person
from matching.people.own import Profile
from matching.people.questions import QUESTIONS, choices
from matching.places import regions
from matching.vacancies.queries import destination_provinces
from web.extensions import db, services
from web.forms import Form, required
from web.gate import allowed
from web.me.base import blueprint, with_person

#: Value of ``from`` in an address: after the answer back to the page with all of them.
ALL = "all"


class QuestionForm(Form):
    """One question."""

    mark = HiddenField()
    answer = RadioField(validators=required(lazy_gettext("Choose one answer.")), validate_choice=False)


def profile_of(person: Person) -> Profile:
    """How far somebody is with the questions."""
    wiring = services()
    return own.profile(db.session(), g.viewer.scope, wiring.keyring, person.public_id, me=person.member_id)


@blueprint.get("/me/profile")
@allowed(Role.JOBSEEKER)
@with_person
def profile() -> ResponseReturnValue:
    """On to the first question that is open, or to all answers."""
    if g.viewer.person.seeker is None:
        return render_template("me/no_profile.html")
    following = profile_of(g.viewer.person).next
    return redirect(url_for("me.question", name=following) if following else url_for("me.wishes"), 303)


@blueprint.get("/me/profile/<name>")
@allowed(Role.JOBSEEKER)
@with_person
def question(name: str) -> ResponseReturnValue:
    """One question with its answer so far."""
    if g.viewer.person.seeker is None:
        return redirect(url_for("me.profile"), 303)
    if name not in QUESTIONS:
        raise NotFound("question_unknown")
    return _page(name, QuestionForm(formdata=None))


def _page(name: str, form: QuestionForm, status: int = 200) -> ResponseReturnValue:
    known = profile_of(g.viewer.person)
    answer = known.answers[name]
    form.mark.data = answer.mark
    offered = choices(name, _provinces(known.county, answer.choice) if name == "leave" else ())
    form.answer.choices = [SelectChoice(one, question_words.choice_words(name, one)) for one in offered]
    if form.answer.data is None:
        form.answer.data = answer.choice
    at = QUESTIONS.index(name)
    page = render_template(
        "me/question.html",
        form=form,
        failed=bool(form.errors),
        asked=question_words.ASKED[name],
        why=question_words.WHY[name],
        known=question_words.known_words(name, answer.known, answer.choice) if answer.known else None,
        n=at + 1,
        all=len(QUESTIONS),
        before=QUESTIONS[at - 1] if at else None,
        from_all=request.args.get("from") == ALL,
    )
    return page, status


def _provinces(county: str, chosen: str | None) -> list[str]:
    """Other provinces to which posts lead; the one that was chosen stays on the page."""
    home = regions.province_of(county)
    found = [one for one in destination_provinces(db.session(), services().clock.today()) if one != home]
    named = chosen is not None and chosen.isdigit() and chosen not in found
    return [*found, *([chosen] if named and chosen else [])]


@blueprint.post("/me/profile/<name>")
@allowed(Role.JOBSEEKER)
@with_person
def answer_one(name: str) -> ResponseReturnValue:
    """Save one answer and go on."""
    person, form = g.viewer.person, QuestionForm()
    if person.seeker is None:
        return redirect(url_for("me.profile"), 303)
    if name not in QUESTIONS:
        raise NotFound("question_unknown")
    if not form.validate():
        return _page(name, form, 422)
    wiring = services()
    try:
        with doorbell.work(wiring) as session:
            own.answer_question(
                session,
                g.viewer.scope,
                wiring.keyring,
                person.public_id,
                name,
                form.answer.data,
                form.mark.data or "",
                me=person.member_id,
                today=wiring.clock.today(),
                now=wiring.clock.now(),
            )
    except StaleVersion:
        form.refuse(form.answer, _("Somebody changed this just now. Look once more."))
        return _page(name, form, 409)
    except DomainError as error:
        form.refuse(form.answer, error)
        form.answer.data = None
        return _page(name, form, 422)
    return _onward(name)


def _onward(name: str) -> ResponseReturnValue:
    if request.args.get("from") == ALL:
        flash(_("Noted."))
        return redirect(url_for("me.wishes"), 303)
    following = QUESTIONS.index(name) + 1
    if following < len(QUESTIONS):
        return redirect(url_for("me.question", name=QUESTIONS[following]), 303)
    flash(_("Thank you, all noted."))
    return redirect(url_for("me.jobs"), 303)


@blueprint.get("/me/wishes")
@allowed(Role.JOBSEEKER)
@with_person
def wishes() -> ResponseReturnValue:
    """All answers, each with its way to change it, and the switch."""
    person: Person = g.viewer.person
    if person.seeker is None:
        return redirect(url_for("me.profile"), 303)
    return render_template("me/wishes.html", person=person, rows=_rows(profile_of(person)))


def _rows(known: Profile) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "short": question_words.SHORT[name],
            "words": question_words.known_words(name, answer.known, answer.choice),
            "own": answer.own,
            "asked": answer.said_at is not None,
        }
        for name, answer in known.answers.items()
    ]


@blueprint.post("/me/matching")
@allowed(Role.JOBSEEKER)
@with_person
def switch() -> ResponseReturnValue:
    """Switch choosing off, or on again (P7); it holds at once."""
    person, wiring = g.viewer.person, services()
    on = request.form.get("on") == "yes"
    with doorbell.work(wiring) as session:
        member = consents.member_spoken_for(
            session, g.viewer.scope, person.public_id, person.member_id, lock=True
        )
        consents.switch_matching(session, g.viewer.scope, member, on=on, now=wiring.clock.now())
    flash(_("We choose for you again.") if on else _("We choose no more for you."))
    return redirect(url_for("me.wishes"), 303)
