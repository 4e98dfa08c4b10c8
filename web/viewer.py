"""Who is looking: a server-side session known by a random token in a cookie, read afresh at each request.

Nothing about the user stands in the cookie, so a role that changes, an account that is switched off and a
session that is ended hold from the next request on.  Staff and jobseekers share the cookie: a browser is one
or the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from flask import Response, g, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from matching.accounts import employers, phones
from matching.accounts import service as accounts
from matching.accounts.employers import Hat
from matching.accounts.models import Organisation, PhoneAccount, Role
from matching.accounts.queries import last_seen
from matching.accounts.scope import Scope
from matching.people import claims
from matching.people.claims import Person
from web.area import Area, narrowed
from web.extensions import db, services, writing
from web.problems import is_api

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


@dataclass(frozen=True)
class Seeker(Viewer):
    """A signed-in jobseeker: an account, and who of its people was chosen.

    Args:
        account: whose session it is.
        people: everybody who may be chosen now.
        person: who was chosen; None before that, and when the link holds no more.
    """

    account: PhoneAccount
    people: tuple[Person, ...]
    person: Person | None
    employer_account_id: int | None


@dataclass(frozen=True)
class Employer(Viewer):
    """An account under an employer's hat, on employers' pages only.

    Args:
        account: whose session it is.
        hats: every employer that may be chosen now.
        hat: for whom it acts.
    """

    account: PhoneAccount
    hats: tuple[Hat, ...]
    hat: Hat


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
    """Set ``g.viewer`` from the cookie, and note that the session is in use.

    The interface for software knows no cookies, so no page of somebody else's can use it in a visitor's name.
    """
    g.viewer = None
    if is_api():
        g.viewer = _bearer(services().clock.now())
        return
    token = request.cookies.get(cookie_name())
    if not token:
        return
    now = services().clock.now()
    if token.startswith(phones.TOKEN_MARK):
        g.viewer = _seeker(token, now)
        g.dead_session = g.viewer is None
        return
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


def _bearer(now: datetime) -> Seeker | None:
    given = request.authorization
    token = given.token if given is not None and given.type == "bearer" else None
    return _seeker(token, now) if token and token.startswith(phones.TOKEN_MARK) else None


def _seeker(token: str, now: datetime) -> Seeker | None:
    found = phones.live_session(db.session(), token, now)
    if found is None:
        return None
    account, row = found
    people = tuple(claims.people_of(db.session(), services().keyring, account))
    person = next((one for one in people if one.member_id == row.member_id), None)
    if row.seen_at + phones.TOUCH_EVERY <= now:
        note_use(lambda session: phones.touch(session, token, now))
    return Seeker(
        user_id=0,
        name=person.name if person else "",
        login="",
        role=Role.JOBSEEKER,
        scope=claims.scope_of(account, person),
        area=Area(None),
        organisation=None,
        must_change_password=False,
        token=token,
        account=account,
        people=people,
        person=person,
        employer_account_id=row.employer_account_id,
    )


def as_employer(seeker: Seeker) -> Employer | None:
    """The same account under the employer's hat that it chose, or under its only one."""
    hats = employers.hats_of(db.session(), seeker.account)
    hat = employers.worn(hats, seeker.employer_account_id)
    if hat is None:
        return None
    return Employer(
        user_id=0,
        name=hat.name,
        login="",
        role=Role.EMPLOYER,
        scope=employers.scope_of(seeker.account, hat),
        area=seeker.area,
        organisation=hat.name,
        must_change_password=False,
        token=seeker.token,
        account=seeker.account,
        hats=tuple(hats),
        hat=hat,
    )


def _touch(token: str, now: datetime) -> None:
    seen_at = last_seen(db.session(), token)
    if seen_at is not None and seen_at + TOUCH_EVERY <= now:
        note_use(lambda session: accounts.touch_session(session, token, now, every=TOUCH_EVERY))


def note_use(touch: Callable[[Session], None]) -> None:
    """Write down that a page was looked at; the page comes also where that cannot be written."""
    try:
        with writing() as session:
            touch(session)
    except OperationalError:
        # A page that can be read is not refused because the clock of its session could not be moved.
        log.warning("use_not_noted")


def end_session(session: Session) -> None:
    """End the session that this browser has, before it gets another one."""
    viewer, now = g.viewer, services().clock.now()
    if isinstance(viewer, Seeker | Employer):
        phones.sign_out(session, viewer.account, viewer.token, now)
    elif viewer is not None:
        accounts.sign_out(session, viewer.token, now, viewer.scope)


def set_session_cookie(response: Response, token: str, lasts: timedelta | None = None) -> None:
    """Hand the browser its token; without ``lasts`` it is forgotten when the browser closes."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=lasts,
        httponly=True,
        secure=services().settings.https,
        samesite="Lax",
        path="/",
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
