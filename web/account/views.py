"""Signing in and out, one's own password, and the set-up of the first administrator."""

from __future__ import annotations

import re

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matching.accounts import service as accounts
from matching.accounts.models import Role
from matching.accounts.queries import open_devices
from matching.accounts.scope import OPERATOR
from matching.errors import DomainError
from web.account.forms import PasswordForm, SetupForm, SignInForm
from web.extensions import db, services, writing
from web.gate import allowed, opened
from web.tickets import open_ticket
from web.viewer import drop_session_cookie, end_session, session_length, set_session_cookie

blueprint = Blueprint("account", __name__)

#: Everybody with a password; jobseekers have pages of their own (``web.me``).
STAFF = tuple(role for role in Role if role is not Role.JOBSEEKER)
#: Where a sign-in leads; staff go on to the desk from there.
AFTER_SIGN_IN = "account.home"
#: Field of the set-up form that a refusal is about.
SETUP_FIELDS = {
    "login_form": "login",
    "login_taken": "login",
    "password_short": "password",
    "password_common": "password",
    "region_unknown": "region",
    "region_without_prefecture": "region",
    "organisation_name_missing": "organisation",
    "organisation_exists": "organisation",
}


@blueprint.get("/sign-in")
@opened()
def sign_in() -> ResponseReturnValue:
    """The page to sign in; who is signed in already goes on."""
    if g.viewer is not None and g.viewer.role in STAFF:
        return redirect(open_ticket(request.args.get("next"), AFTER_SIGN_IN), 303)
    return _sign_in_page(SignInForm(formdata=None))


@blueprint.post("/sign-in")
@opened()
def sign_in_now() -> ResponseReturnValue:
    """Check login and password; a new session gets a new token."""
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form, 422)
    try:
        entered = _enter(form.login.data, form.password.data)
    except DomainError as error:
        form.refuse(form.login, error)
        return _sign_in_page(form, 429)
    if entered is None:
        form.refuse(form.login, _("Login or password is not right. Look at both once more."))
        return _sign_in_page(form, 422)
    return _go(entered, open_ticket(request.args.get("next"), AFTER_SIGN_IN))


def _sign_in_page(form: SignInForm, status: int = 200) -> ResponseReturnValue:
    return render_template("account/sign_in.html", form=form, failed=bool(form.errors)), status


def _enter(login: str, password: str) -> accounts.SignedIn | None:
    now = services().clock.now()
    with writing() as database:
        end_session(database)
        return accounts.sign_in(
            database,
            login=login,
            password=password,
            address=request.remote_addr or "",
            device=device_name(request.user_agent.string),
            now=now,
            valid=session_length(),
        )


def _go(entered: accounts.SignedIn, address: str) -> Response:
    # What an anonymous visitor's browser held (a form token somebody may have planted) ends here.
    session.clear()
    if entered.user.must_change_password:
        address = url_for("account.password")
    response = make_response(redirect(address, 303))
    set_session_cookie(response, entered.token)
    return response


def device_name(agent: str) -> str:
    """A short name of the browser for the list of one's own sessions: system and program, no versions."""
    system = next((name for name in ("Android", "iPhone", "Windows", "Mac OS", "Linux") if name in agent), "")
    programs = ("MicroMessenger", "Edg", "Firefox", "Chrome", "Safari")
    program = next((name for name in programs if re.search(rf"\b{name}", agent)), "")
    return " ".join(part for part in (system, program) if part)


@blueprint.post("/sign-out")
@allowed(*STAFF, first_password=True)
def sign_out() -> ResponseReturnValue:
    """End this session on the server."""
    with writing() as database:
        accounts.sign_out(database, g.viewer.token, services().clock.now(), g.viewer.scope)
    return _leave(_("You are signed out."))


@blueprint.post("/sign-out/everywhere")
@allowed(*STAFF, first_password=True)
def sign_out_everywhere() -> ResponseReturnValue:
    """End all sessions of the viewer, on all devices."""
    with writing() as database:
        accounts.sign_out_everywhere(database, g.viewer.user_id, services().clock.now(), g.viewer.scope)
    return _leave(_("You are signed out on all devices."))


def _leave(words: str) -> Response:
    session.clear()
    flash(words)
    response = make_response(redirect(url_for("account.sign_in"), 303))
    drop_session_cookie(response)
    return response


@blueprint.get("/account/home")
@allowed(*STAFF)
def home() -> ResponseReturnValue:
    """The first page of the viewer: the desk for those who work there, else the own account."""
    return redirect(url_for("desk.home" if g.viewer.scope.sees_people else "account.own"), 303)


@blueprint.get("/account")
@allowed(*STAFF)
def own() -> ResponseReturnValue:
    """Who I am here, and on which devices I am signed in."""
    now = services().clock.now()
    return render_template(
        "account/own.html", devices=open_devices(db.session(), g.viewer.user_id, g.viewer.token, now)
    )


@blueprint.get("/account/password")
@allowed(*STAFF, first_password=True)
def password() -> ResponseReturnValue:
    """The page to change one's own password."""
    return _password_page(PasswordForm(formdata=None))


@blueprint.post("/account/password")
@allowed(*STAFF, first_password=True)
def change_password() -> ResponseReturnValue:
    """Change the password; every session ends, and this browser gets a new one."""
    form = PasswordForm()
    if not form.validate():
        return _password_page(form, 422)
    try:
        with writing() as database:
            accounts.change_password(
                database,
                g.viewer.user_id,
                old=form.old.data,
                new=form.new.data,
                scope=g.viewer.scope,
                now=services().clock.now(),
            )
    except DomainError as error:
        form.refuse(form.old if error.code == "password_wrong" else form.new, error)
        return _password_page(form, 422)
    entered = _enter(g.viewer.login, form.new.data)
    if entered is None:
        return _leave(_("Your password is changed. Sign in with it."))
    response = _go(entered, url_for("account.own"))
    flash(_("Your password is changed. Other devices were signed out."))
    return response


def _password_page(form: PasswordForm, status: int = 200) -> ResponseReturnValue:
    return render_template("account/password.html", form=form, failed=bool(form.errors)), status


@blueprint.get("/setup/<token>")
@opened()
def setup(token: str) -> ResponseReturnValue:
    """The page behind the one-time link; looking at it does not spend it."""
    if not accounts.setup_open(db.session()):
        raise DomainError("setup_link_spent")
    return _setup_page(SetupForm(formdata=None))


@blueprint.post("/setup/<token>")
@opened()
def set_up(token: str) -> ResponseReturnValue:
    """Make the first organisation and its administrator, and spend the link."""
    form = SetupForm()
    if not form.validate():
        return _setup_page(form, 422)
    try:
        _first_administrator(form, token)
    except DomainError as error:
        if error.code not in SETUP_FIELDS:
            raise
        form.refuse(form[SETUP_FIELDS[error.code]], error)
        return _setup_page(form, 422)
    entered = _enter(form.login.data, form.password.data)
    if entered is None:
        return redirect(url_for("account.sign_in"), 303)
    return _go(entered, url_for(AFTER_SIGN_IN))


def _first_administrator(form: SetupForm, token: str) -> None:
    now = services().clock.now()
    with writing() as database:
        accounts.use_setup_token(database, token, now)
        organisation = accounts.add_organisation(
            database,
            OPERATOR,
            name=form.organisation.data,
            kind=form.kind.data,
            region_code=form.region.data,
            now=now,
        )
        accounts.add_user(
            database,
            OPERATOR,
            login=form.login.data,
            name=form.name.data,
            role=Role.ADMINISTRATOR,
            organisation=organisation,
            password=form.password.data,
            now=now,
        )


def _setup_page(form: SetupForm, status: int = 200) -> ResponseReturnValue:
    return render_template("account/setup.html", form=form, failed=bool(form.errors)), status
