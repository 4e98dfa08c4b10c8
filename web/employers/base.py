"""What employers' pages share: the blueprint, for whom the viewer acts, and what it may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matching.accounts.models import Organisation
from matching.accounts.scope import Scope
from web.extensions import db

blueprint = Blueprint("employer", __name__, url_prefix="/employer")

View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class Current:
    """For whom the viewer acts.

    Args:
        organisation: the employer; None before staff approved the registration.
        scope: passed to every query and service; of no organisation before that.
    """

    organisation: Organisation | None
    scope: Scope


def current() -> Current:
    """The employer of this request; only in views with ``allowed(Role.EMPLOYER)``."""
    number = g.viewer.scope.organisation_id
    return Current(db.session.get(Organisation, number) if number else None, g.viewer.scope)


def with_organisation(view: View) -> View:
    """A page about what an approved employer has: before that it leads home."""

    @wraps(view)
    def asking(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if g.viewer.scope.organisation_id is None:
            flash(_("Your registration is not checked yet."))
            return redirect(url_for("employer.home"), 303)
        return view(*args, **kwargs)

    return asking
