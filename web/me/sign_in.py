"""In by telephone and code, out again, and the devices in between."""

from __future__ import annotations

import structlog
from flask import Response, flash, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import doorbell
from matching.accounts import phones
from matching.accounts.models import Role
from matching.accounts.phones import CodeRefused, Entered
from matching.errors import DomainError
from matching.people.masking import mask_phone
from web.account.views import device_name
from web.extensions import db, services, writing
from web.gate import allowed, opened
from web.me.base import (
    address,
    arrive,
    blueprint,
    choose_only_one,
    let_in,
    prove_again,
    session_length,
    step,
)
from web.me.forms import CodeForm, PhoneForm
from web.viewer import Seeker, drop_session_cookie, end_session

log = structlog.get_logger()

#: A browser may forget which code it asked for when the code is long dead.
KEPT_SECONDS = 600


def _cookie() -> str:
    return "__Host-anye_code" if services().settings.https else "anye_code"


def _asked() -> str:
    return request.cookies.get(_cookie(), "")


@blueprint.get("/me/sign-in")
@opened()
def sign_in() -> ResponseReturnValue:
    """First question: which telephone."""
    if isinstance(g.viewer, Seeker):
        return arrive()
    return _phone_page(PhoneForm(formdata=None))


def _phone_page(form: PhoneForm, status: int = 200) -> ResponseReturnValue:
    return render_template("me/phone.html", form=form, failed=bool(form.errors)), status


@blueprint.post("/me/sign-in")
@opened()
def send_code() -> ResponseReturnValue:
    """Send a code; whether the telephone has an account makes no difference to anything."""
    form = PhoneForm()
    if not form.validate():
        return _phone_page(form, 422)
    try:
        with doorbell.work(services()) as database:
            token = phones.request_code(
                database,
                services().keyring,
                phone=form.phone.data,
                address=address(),
                now=services().clock.now(),
                budget=services().settings.sms_day_budget,
            )
    except DomainError as error:
        log.info("code_not_sent", code=error.code)
        form.refuse(form.phone, error)
        return _phone_page(form, 422 if error.code == "phone_not_mobile" else 429)
    response = step("me.code")
    response.set_cookie(
        _cookie(),
        token,
        max_age=KEPT_SECONDS,
        httponly=True,
        secure=services().settings.https,
        samesite="Lax",
        path="/",
    )
    return response


@blueprint.get("/me/sign-in/code")
@opened()
def code() -> ResponseReturnValue:
    """Second question: which code; without one under way it starts again."""
    if isinstance(g.viewer, Seeker):
        return arrive()
    if not _number():
        return step("me.sign_in")
    return _code_page(CodeForm(formdata=None))


def _number() -> str | None:
    return phones.asked_number(db.session(), services().keyring, _asked(), services().clock.now())


def _code_page(form: CodeForm, status: int = 200, *, dead: bool = False) -> ResponseReturnValue:
    page = render_template(
        "me/code.html", form=form, failed=bool(form.errors), phone=mask_phone(_number()), dead=dead
    )
    return page, status


@blueprint.post("/me/sign-in/code")
@opened()
def enter() -> ResponseReturnValue:
    """Sign in with the code."""
    form = CodeForm()
    if not form.validate():
        return _code_page(form, 422)
    entered = _enter(form.code.data)
    if isinstance(entered, Entered):
        response = let_in(entered, arrive())
        response.delete_cookie(_cookie(), httponly=True, secure=services().settings.https, path="/")
        return response
    if isinstance(g.viewer, Seeker):  # pressed twice: the first press did it
        return arrive()
    form.refuse(form.code, DomainError(entered.code))
    return _code_page(form, 422, dead=entered.code == "code_dead")


def _enter(typed: str) -> Entered | CodeRefused:
    with writing() as database:
        entered = phones.enter(
            database,
            services().keyring,
            token=_asked(),
            code=typed,
            device=device_name(request.user_agent.string),
            now=services().clock.now(),
            valid=session_length(),
            prove_again=prove_again(),
        )
        if isinstance(entered, Entered):
            end_session(database)
            choose_only_one(database, entered)
        return entered


@blueprint.get("/me/devices")
@allowed(Role.JOBSEEKER)
def devices() -> ResponseReturnValue:
    """Where this account is signed in."""
    now = services().clock.now()
    listed = phones.devices(db.session(), g.viewer.account.id, g.viewer.token, now)
    return render_template("me/devices.html", devices=listed)


@blueprint.post("/me/sign-out")
@allowed(Role.JOBSEEKER)
def sign_out() -> ResponseReturnValue:
    """End this session on the server."""
    with writing() as database:
        end_session(database)
    return _leave(_("You are signed out."))


@blueprint.post("/me/sign-out/everywhere")
@allowed(Role.JOBSEEKER)
def sign_out_everywhere() -> ResponseReturnValue:
    """End all sessions of the account."""
    with writing() as database:
        phones.sign_out_everywhere(database, g.viewer.account, services().clock.now())
    return _leave(_("You are signed out on all devices."))


@blueprint.get("/me/again")
@allowed(Role.JOBSEEKER)
def again() -> ResponseReturnValue:
    """Before something that a lent telephone must not do: say that a new code is needed."""
    return render_template("me/again.html")


@blueprint.post("/me/again")
@allowed(Role.JOBSEEKER)
def sign_in_again() -> ResponseReturnValue:
    """Sign out and in again; the way leads back."""
    with writing() as database:
        end_session(database)
    session.clear()
    response = step("me.sign_in")
    drop_session_cookie(response)
    return response


def _leave(words: str) -> Response:
    session.clear()
    flash(words)
    response = make_response(redirect(url_for("me.sign_in"), 303))
    drop_session_cookie(response)
    return response
