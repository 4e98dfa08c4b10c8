"""Whose data it is: chosen among the account's people, linked by ID number or by a helper's code."""

from __future__ import annotations

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matching.accounts import phones
from matching.accounts.models import Role
from matching.errors import DomainError, Forbidden
from matching.people import claims, helper_codes
from web.account.views import device_name
from web.extensions import db, services, writing
from web.gate import allowed, opened
from web.me.base import address, arrive, blueprint, let_in, prove_again, session_length, step
from web.me.forms import HelperCodeForm, NumberForm
from web.tickets import open_ticket
from web.viewer import Seeker, end_session


@blueprint.get("/me/who")
@allowed(Role.JOBSEEKER)
def who() -> ResponseReturnValue:
    """Who of the family asks; with nobody to choose it asks for the ID number."""
    if not g.viewer.people:
        return step("me.link")
    return render_template("me/who.html", people=g.viewer.people)


@blueprint.post("/me/who")
@allowed(Role.JOBSEEKER)
def choose() -> ResponseReturnValue:
    """This one."""
    with writing() as database:
        claims.choose(
            database,
            services().keyring,
            g.viewer.account,
            g.viewer.token,
            request.form.get("person", "")[:20],
            services().clock.now(),
        )
    return arrive()


@blueprint.get("/me/link")
@allowed(Role.JOBSEEKER)
def link() -> ResponseReturnValue:
    """Ask for the ID number."""
    return _link_page(NumberForm(formdata=None))


def _link_page(form: NumberForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "me/link.html",
        form=form,
        failed=bool(form.errors),
        sleeping=claims.sleeping(db.session(), g.viewer.account),
    )
    return page, status


@blueprint.post("/me/link")
@allowed(Role.JOBSEEKER)
def link_now() -> ResponseReturnValue:
    """Link by ID number and the ledger's telephone; every miss is answered alike."""
    form = NumberForm()
    if not form.validate():
        return _link_page(form, 422)
    now = services().clock.now()
    try:
        with writing() as database:
            member_id = claims.claim(
                database,
                services().keyring,
                g.viewer.account,
                number=form.number.data,
                address=address(),
                now=now,
            )
            if member_id:
                phones.remember_choice(database, g.viewer.token, member_id)
    except DomainError as error:
        form.refuse(form.number, error)
        return _link_page(form, 429 if error.code == "too_many_wrong" else 422)
    if not member_id:
        form.refuse(form.number, _("That does not fit. Ask your helper."))
        return _link_page(form, 422)
    flash(_("That fits."))
    return arrive()


@blueprint.get("/me/helper-code")
@opened()
def helper_code() -> ResponseReturnValue:
    """Ask for a helper's code."""
    return _helper_page(HelperCodeForm(formdata=None))


def _helper_page(form: HelperCodeForm, status: int = 200) -> ResponseReturnValue:
    return render_template("me/helper_code.html", form=form, failed=bool(form.errors)), status


@blueprint.post("/me/helper-code")
@opened()
def use_helper_code() -> ResponseReturnValue:
    """Sign in, or link, with a helper's code that was typed."""
    form = HelperCodeForm()
    if not form.validate():
        return _helper_page(form, 422)
    try:
        done = _redeem(form.code.data)
    except DomainError as error:
        form.refuse(form.code, error)
        return _helper_page(form, 429 if error.code == "too_many_wrong" else 422)
    if done is None:
        form.refuse(form.code, _("That code is not right or too old. Ask for a new one."))
        return _helper_page(form, 422)
    return done


@blueprint.get("/go/<code>")
@opened()
def go(code: str) -> ResponseReturnValue:
    """Behind a helper's picture: looking at it spends nothing and tells nothing."""
    response = make_response(render_template("me/go.html", code=code, staff=_is_staff()))
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/go/<code>")
@opened()
def go_on(code: str) -> ResponseReturnValue:
    """Spend the code behind a helper's picture."""
    done = _redeem(code)
    if done is None:
        flash(_("That code is not right or too old. Ask for a new one."))
        return redirect(url_for("me.helper_code"), 303)
    return done


def _is_staff() -> bool:
    return g.viewer is not None and not isinstance(g.viewer, Seeker)


def _redeem(code: str) -> Response | None:
    """The way on for a code that fits; the person is chosen with it."""
    if _is_staff():
        # The helper's own telephone would be signed out, and signed in as somebody else.
        raise Forbidden("helper_code_staff")
    viewer, now = g.viewer, services().clock.now()
    with writing() as database:
        found = helper_codes.redeem(
            database,
            services().keyring,
            code=code,
            account=viewer.account if viewer else None,
            address=address(),
            now=now,
        )
        if found is None:
            return None
        account, member = found
        if viewer is not None:
            phones.remember_choice(database, viewer.token, member.id)
            return arrive()
        entered = phones.open_session(
            database,
            account,
            device=device_name(request.user_agent.string),
            now=now,
            valid=session_length(),
            prove_again=prove_again(),
        )
        phones.remember_choice(database, entered.token, member.id)
        end_session(database)
    return let_in(entered, make_response(redirect(open_ticket(request.args.get("next"), "me.home"), 303)))
