"""What the account's pages share: the blueprint, the way in, and the person asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matching.accounts import phones
from matching.accounts.phones import Entered
from matching.people import claims
from web.extensions import db, services
from web.tickets import make_ticket, open_ticket
from web.viewer import set_session_cookie

blueprint = Blueprint("me", __name__)

AFTER_SIGN_IN = "me.home"


def session_length() -> timedelta:
    """How long a jobseeker stays signed in on one telephone."""
    return timedelta(days=services().settings.account_days)


def prove_again() -> timedelta:
    """After so long without a sign-in the ID number is asked for again."""
    return timedelta(days=services().settings.prove_again_days)


def address() -> str:
    """The caller's address, which only a trusted proxy may have stated."""
    return request.remote_addr or ""


def onward(**values: Any) -> dict[str, Any]:
    """Values for the address of the next step: the ticket of where all this leads goes along."""
    ticket = request.args.get("next")
    return {**values, "next": ticket} if ticket else values


def step(endpoint: str, **values: Any) -> Response:
    """On to another step."""
    return make_response(redirect(url_for(endpoint, **onward(**values)), 303))


def arrive() -> Response:
    """To where the visitor wanted to go."""
    return make_response(redirect(open_ticket(request.args.get("next"), AFTER_SIGN_IN), 303))


def let_in(entered: Entered, response: Response) -> Response:
    """Hand the browser its new session; what it held before ends here."""
    session.clear()
    set_session_cookie(response, entered.token, session_length())
    return response


def choose_only_one(database: Session, entered: Entered) -> None:
    """Where an account has one person there is nothing to ask."""
    people = claims.people_of(database, services().keyring, entered.account)
    if len(people) == 1:
        phones.remember_choice(database, entered.token, people[0].member_id)


View = Callable[..., ResponseReturnValue]
#: What a lent telephone must not open asks for a sign-in that is no older.
RECENT = timedelta(minutes=15)


def with_person(view: View) -> View:
    """A page about one person: it asks first who that is."""

    @wraps(view)
    def asking(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if g.viewer.person is None:
            return redirect(url_for("me.who", next=make_ticket()), 303)
        return view(*args, **kwargs)

    return asking


def signed_in_lately(view: View) -> View:
    """A page that a lent telephone must not open: the code is asked for once more."""

    @wraps(view)
    def asking(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        now = services().clock.now()
        since = phones.signed_in_at(db.session(), g.viewer.token, now)
        if since is None or since + RECENT < now:
            return redirect(url_for("me.again", next=make_ticket()), 303)
        return view(*args, **kwargs)

    return asking
