"""My data: what is stored, who saw it, put right, taken along, agreed to, deleted (PIPL 15, 44 to 47)."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

import doorbell
from matching.accounts import phones
from matching.accounts.models import Role
from matching.errors import DomainError, NotFound
from matching.people import consents, corrections, erasure, my_data
from matching.people import queries as people
from matching.people.claims import Person
from matching.people.codes import ConsentKind
from matching.people.masking import mask_phone
from matching.people.words import CONSENT, CONSENT_TEXT, FIELDS
from matching.placements import taking_back
from web.desk.history import ACTIONS
from web.extensions import db, services
from web.forms import Form, text
from web.gate import allowed
from web.me.base import blueprint, signed_in_lately, with_person
from web.me.export import as_html, as_json, everything
from web.me.home import place_of
from web.viewer import drop_session_cookie

#: Consents that are asked for by themselves; that to one employer is given by applying.
ASKED = (ConsentKind.BE_FOUND, ConsentKind.SENSITIVE, ConsentKind.HELPER_ACTS)
FORMATS = {"json": (as_json, "application/json"), "html": (as_html, "text/html")}


class CorrectionForm(Form):
    """What is right."""

    said = text(lazy_gettext("What is right?"), message=lazy_gettext("Write what is right."), longest=200)


def _about() -> tuple[Any, ...]:
    return db.session(), g.viewer.scope, g.viewer.person.public_id


@blueprint.get("/me/data")
@allowed(Role.JOBSEEKER)
@with_person
def data() -> ResponseReturnValue:
    """The ways into what is known of me."""
    wiring = services()
    person: Person = g.viewer.person
    page = people.person(db.session(), wiring.keyring, g.viewer.scope, person.public_id, wiring.clock.today())
    return render_template(
        "me/data.html",
        person=person,
        page=page,
        place=place_of(person),
        phone=mask_phone(phones.number_of(wiring.keyring, g.viewer.account)),
    )


@blueprint.get("/me/data/stored")
@allowed(Role.JOBSEEKER)
@with_person
def stored() -> ResponseReturnValue:
    """Everything that is stored, in words, each with its way to put it right."""
    session, scope, person = _about()
    me = g.viewer.person.member_id
    return render_template(
        "me/stored.html",
        stored=my_data.stored(session, scope, services().keyring, person, me=me),
        asked=corrections.asked(session, scope, person, me=me),
        fields=FIELDS,
        correctable=corrections.CORRECTABLE,
    )


@blueprint.get("/me/data/looks")
@allowed(Role.JOBSEEKER)
@with_person
def looks() -> ResponseReturnValue:
    """Who saw my data."""
    session, scope, person = _about()
    found = my_data.looks(session, scope, person, me=g.viewer.person.member_id)
    return render_template("me/looks.html", looks=found, actions=ACTIONS)


@blueprint.get("/me/data/correct/<field>")
@allowed(Role.JOBSEEKER)
@with_person
def correct(field: str) -> ResponseReturnValue:
    """Say what is right."""
    return _correct_page(field, CorrectionForm(formdata=None))


def _correct_page(field: str, form: CorrectionForm, status: int = 200) -> ResponseReturnValue:
    if field not in corrections.CORRECTABLE:
        raise NotFound("field_not_correctable")
    page = render_template("me/correct.html", form=form, failed=bool(form.errors), label=FIELDS[field])
    return page, status


@blueprint.post("/me/data/correct/<field>")
@allowed(Role.JOBSEEKER)
@with_person
def ask_correction(field: str) -> ResponseReturnValue:
    """Ask the office to put a fact right."""
    form, wiring, person = CorrectionForm(), services(), g.viewer.person
    if field not in corrections.CORRECTABLE or not form.validate():
        return _correct_page(field, form, 422)
    try:
        with doorbell.work(wiring) as database:
            corrections.ask(
                database,
                g.viewer.scope,
                wiring.keyring,
                person.public_id,
                field,
                form.said.data,
                me=person.member_id,
                now=wiring.clock.now(),
            )
    except DomainError as error:
        form.refuse(form.said, error)
        return _correct_page(field, form, 422)
    flash(_("Asked. The office looks at it."))
    return redirect(url_for("me.stored"), 303)


@blueprint.get("/me/data/download")
@allowed(Role.JOBSEEKER)
@with_person
@signed_in_lately
def download() -> ResponseReturnValue:
    """Which form of my data."""
    return render_template("me/download.html")


@blueprint.post("/me/data/download")
@allowed(Role.JOBSEEKER)
@with_person
@signed_in_lately
def download_now() -> ResponseReturnValue:
    """My data as a file; that it was taken is noted."""
    wiring, person = services(), g.viewer.person
    form = request.form.get("format", "")
    if form not in FORMATS:
        return redirect(url_for("me.download"), 303)
    make, mimetype = FORMATS[form]
    with doorbell.work(wiring) as database:
        made = make(everything(database, g.viewer.scope, wiring, person))
    response = Response(made, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="anye-my-data.{form}"'
    return response


@blueprint.get("/me/data/consents")
@allowed(Role.JOBSEEKER)
@with_person
def agreed() -> ResponseReturnValue:
    """What I agreed to, each by itself."""
    session, scope, person = _about()
    lines = consents.history(session, scope, person, me=g.viewer.person.member_id)
    standing = {line.kind: line for line in reversed(lines) if line.receiver_id is None}
    asked = [
        {
            "kind": kind.value,
            "title": CONSENT[kind],
            "text": CONSENT_TEXT[kind][consents.TEXT_VERSION[kind]],
            "line": standing.get(kind.value),
        }
        for kind in ASKED
        if kind is not ConsentKind.BE_FOUND or g.viewer.person.seeker
    ]
    return render_template(
        "me/consents.html", asked=asked, employers=[one for one in lines if one.receiver_id and one.holds]
    )


@blueprint.post("/me/data/consents")
@allowed(Role.JOBSEEKER)
@with_person
def answer_consent() -> ResponseReturnValue:
    """Yes, no, or not any more: one question at a time, in force at once."""
    wiring, person, kind = services(), g.viewer.person, request.form.get("kind", "")
    if kind not in ASKED:
        raise DomainError("consent_unknown")
    yes = request.form.get("answer") == "yes"
    with doorbell.work(wiring) as database:
        member = consents.member_spoken_for(
            database, g.viewer.scope, person.public_id, person.member_id, lock=True
        )
        question, now = ConsentKind(kind), wiring.clock.now()
        if not yes and consents.standing(database, member.id, question):
            consents.withdraw(database, g.viewer.scope, member, question, now=now)
        else:
            consents.answer(database, g.viewer.scope, member, question, agreed=yes, now=now)
    flash(_("You agreed.") if yes else _("It holds no more. You can still look and apply."))
    return redirect(url_for("me.agreed"), 303)


@blueprint.post("/me/data/consents/<int:line>")
@allowed(Role.JOBSEEKER)
@with_person
def take_back(line: int) -> ResponseReturnValue:
    """Take name and telephone back from one employer."""
    wiring, person = services(), g.viewer.person
    with doorbell.work(wiring) as database:
        lines = consents.history(database, g.viewer.scope, person.public_id, me=person.member_id)
        employer = next((one.receiver_id for one in lines if one.id == line and one.receiver_id), None)
        if employer is None:
            raise NotFound("consent_unknown")
        taking_back.take_back_from(
            database, g.viewer.scope, wiring.clock, person.public_id, employer, me=person.member_id
        )
    flash(_("Taken back. They see your name no more."))
    return redirect(url_for("me.agreed"), 303)


@blueprint.get("/me/data/delete")
@allowed(Role.JOBSEEKER)
@with_person
@signed_in_lately
def delete() -> ResponseReturnValue:
    """Say what goes and what the office must keep, before the button."""
    whole = erasure.goes_as_a_whole(db.session(), g.viewer.person.member_id)
    return render_template("me/delete.html", person=g.viewer.person, whole=whole)


@blueprint.post("/me/data/delete")
@allowed(Role.JOBSEEKER)
@with_person
@signed_in_lately
def delete_now() -> ResponseReturnValue:
    """Delete, and sign out where nobody else of the family is left."""
    wiring, person = services(), g.viewer.person
    if request.form.get("sure") != "yes":
        return redirect(url_for("me.delete"), 303)
    with doorbell.work(wiring) as database:
        taking_back.leave_all(database, g.viewer.scope, wiring.clock, person.public_id, me=person.member_id)
        done = erasure.erase(
            database,
            g.viewer.scope,
            wiring.keyring,
            g.viewer.account,
            person.public_id,
            me=person.member_id,
            today=wiring.clock.today(),
            now=wiring.clock.now(),
        )
        if not done.signed_out:
            phones.remember_choice(database, g.viewer.token, None)
    if not done.signed_out:
        flash(_("Deleted."))
        return redirect(url_for("me.who"), 303)
    session.clear()
    flash(_("Deleted. You are signed out."))
    response = make_response(redirect(url_for("public.home"), 303))
    drop_session_cookie(response)
    return response
