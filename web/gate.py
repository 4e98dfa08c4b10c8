"""Every route is closed unless it says who may come in.

A view carries its rule as an attribute; the hook below refuses what has none, and :func:`check_rules` refuses
to start an application with such a view.  One view answers one kind of request, reading or writing, so a rule
for looking never opens a way to change (PyPI's audit of 2026 found that).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from flask import Flask, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, SecurityError, Unauthorized

from matching.accounts.models import Role
from web.extensions import services
from web.problems import is_api
from web.security import is_known_host
from web.tickets import make_ticket
from web.viewer import Seeker, as_employer, load_viewer

log = structlog.get_logger()

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
#: Roles that sign in by telephone and code.
BY_TELEPHONE = frozenset({Role.JOBSEEKER, Role.EMPLOYER})
READS = frozenset({"GET", "HEAD", "OPTIONS"})
#: Largest body of a view that takes no files, in bytes.
FORM_BYTES = 512 * 1024


@dataclass(frozen=True)
class Rule:
    """Who may come in.

    Args:
        roles: signed-in roles; None opens the view to everybody.
        bare: needs neither the visitor nor the database (health, static files).
        first_password: may be used before the first password was changed.
        uploads: takes files up to the size in the settings.
    """

    roles: frozenset[Role] | None
    bare: bool = False
    first_password: bool = False
    uploads: bool = False


def opened(*, bare: bool = False) -> Callable[[View], View]:
    """Mark a view as public."""
    return _mark(Rule(None, bare=bare, first_password=True))


def allowed(*roles: Role, first_password: bool = False, uploads: bool = False) -> Callable[[View], View]:
    """Mark a view as open to these roles once they signed in.

    Raises:
        ValueError: no role given.
    """
    if not roles:
        raise ValueError("a closed view names its roles")
    return _mark(Rule(frozenset(roles), first_password=first_password, uploads=uploads))


def _mark(rule: Rule) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.rule = rule  # type: ignore[attr-defined]
        return view

    return mark


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """The rule of an endpoint; None when it has none and therefore lets nobody in."""
    return getattr(app.view_functions.get(endpoint), "rule", None)


def may_enter(app: Flask, endpoint: str, role: Role) -> bool:
    """Whether a signed-in user of this role is let in there."""
    rule = rule_of(app, endpoint)
    return rule is not None and (rule.roles is None or role in rule.roles)


def check_rules(app: Flask) -> None:
    """Refuse to start with a view that has no rule, or that both reads and writes.

    Raises:
        RuntimeError: naming the endpoints.
    """
    faults = [
        f"{entry.endpoint} has no rule"
        for entry in app.url_map.iter_rules()
        if rule_of(app, entry.endpoint) is None
    ]
    methods: dict[str, set[str]] = {}
    for entry in app.url_map.iter_rules():
        methods.setdefault(entry.endpoint, set()).update(entry.methods or ())
    faults += [
        f"{endpoint} reads and writes"
        for endpoint, used in methods.items()
        if used & READS - {"OPTIONS"} and used - READS
    ]
    if faults:
        raise RuntimeError("; ".join(sorted(set(faults))))


def guard() -> ResponseReturnValue | None:
    """Before each request: who is it, and may they."""
    g.viewer = None
    rule = rule_of(current_app, request.endpoint) if request.endpoint else None
    # Probes of a balancer ask by address, and the page of a refusal needs its styles.
    if not (rule and rule.bare):
        _check_host()
    if request.endpoint is None:  # no such page, or not with this method: the error page answers
        load_viewer()
        return None
    if rule is None:
        log.error("route_without_rule", endpoint=request.endpoint)
        raise Forbidden
    if not rule.uploads:
        request.max_content_length = FORM_BYTES
    if rule.bare:
        return None
    load_viewer()
    return _admit(rule)


def _check_host() -> None:
    if not is_known_host(request.host, services().settings):
        log.warning("host_refused", host=request.host[:100])
        raise SecurityError


def _admit(rule: Rule) -> ResponseReturnValue | None:
    viewer = g.viewer
    if rule.roles is not None and viewer is None and is_api():
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer"))
    if rule.roles is not None and viewer is None:
        return _to_sign_in("me.sign_in" if rule.roles <= BY_TELEPHONE else "account.sign_in")
    if viewer is None or rule.roles is None:
        return None
    if rule.roles == {Role.EMPLOYER} and isinstance(viewer, Seeker):
        return _put_on_hat(viewer)
    # Who acts for an employer is an account that proved it; a role alone opens no employer's pages.
    if viewer.role not in rule.roles or rule.roles == {Role.EMPLOYER}:
        log.warning("access_denied", endpoint=request.endpoint, actor=viewer.scope.actor)
        raise Forbidden
    if viewer.must_change_password and not rule.first_password:
        return redirect(url_for("account.password"), 303)
    return None


def _put_on_hat(seeker: Seeker) -> ResponseReturnValue | None:
    employer = as_employer(seeker)
    if employer is None:
        return redirect(url_for("employer.who", next=make_ticket()), 303)
    g.viewer = employer
    return None


def _to_sign_in(endpoint: str) -> ResponseReturnValue:
    if request.method not in READS:
        flash(gettext("You were signed out. Sign in and do it once more."))
        return redirect(url_for(endpoint), 303)
    return redirect(url_for(endpoint, next=make_ticket()), 303)
