"""Who is looking: a server-side session known by a random token in a cookie, read afresh at each request.

Nothing about the user stands in the cookie, so a role that changes, an account that is switched off and a
session that is ended hold from the next request on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from flask import Response, g, request
from sqlalchemy.exc import OperationalError

from matching.accounts import service as accounts
from matching.accounts.models import Organisation, Role
from matching.accounts.queries import last_seen
from matching.accounts.scope import Scope
from web.area import Area, narrowed
from web.extensions import db, services, writing

log = structlog.get_logger()

#: Reading a page writes at most this often.
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Viewer:
    """The signed-in user of this request.

    Args:
        user_id: row of the user.
        name: shown in the page head.
        login: what the user signs in with.
        role: what the user may do.
        scope: what the user may see; passed to every query that returns people.
        area: what the scope covers, in words.
        organisation: name of the user's organisation, if any.
        must_change_password: the first password is still in use.
        token: of the session; stays in this process.
    """

    user_id: int
    name: str
    login: str
    role: Role
    scope: Scope
    area: Area
    organisation: str | None
    must_change_password: bool
    token: str


def cookie_name() -> str:
    """``__Host-`` binds the cookie to this host and to HTTPS; browsers refuse the prefix without it."""
    return "__Host-anye_session" if services().settings.https else "anye_session"


def idle_limit() -> timedelta:
    """How long a session may stand still."""
    return timedelta(minutes=services().settings.idle_minutes)


def session_length() -> timedelta:
    """How long a session may last at most."""
    return timedelta(hours=services().settings.session_hours)


def load_viewer() -> None:
    """Set ``g.viewer`` from the cookie, and note that the session is in use."""
    g.viewer = None
    token = request.cookies.get(cookie_name())
    if not token:
        return
    now = services().clock.now()
    user = accounts.session_user(db.session(), token, now, idle_limit())
    if user is None:
        g.dead_session = True
        return
    scope, area = narrowed(db.session(), accounts.scope_of(db.session(), user))
    organisation = db.session.get(Organisation, user.organisation_id) if user.organisation_id else None
    g.viewer = Viewer(
        user_id=user.id,
        name=user.name,
        login=user.login,
        role=scope.role,
        scope=scope,
        area=area,
        organisation=organisation.name if organisation else None,
        must_change_password=user.must_change_password,
        token=token,
    )
    _touch(token, now)


def _touch(token: str, now: datetime) -> None:
    seen_at = last_seen(db.session(), token)
    if seen_at is None or seen_at + TOUCH_EVERY > now:
        return
    try:
        with writing() as session:
            accounts.touch_session(session, token, now, every=TOUCH_EVERY)
    except OperationalError:
        # A page that can be read is not refused because the clock of its session could not be moved.
        log.warning("session_not_touched")


def set_session_cookie(response: Response, token: str) -> None:
    """Hand the browser its token."""
    response.set_cookie(
        cookie_name(), token, httponly=True, secure=services().settings.https, samesite="Lax", path="/"
    )


def drop_dead_session(response: Response) -> Response:
    """After a request: take back a token that opens nothing any more, unless a new one was just given."""
    given = any(value.startswith(f"{cookie_name()}=") for value in response.headers.getlist("Set-Cookie"))
    if g.get("dead_session") and not given:
        drop_session_cookie(response)
    return response


def drop_session_cookie(response: Response) -> None:
    """Take the token back."""
    response.delete_cookie(
        cookie_name(), httponly=True, secure=services().settings.https, samesite="Lax", path="/"
    )
