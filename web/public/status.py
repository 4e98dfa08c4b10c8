"""Whether everything works, for everybody: the same checks as the operator's, in plain words (R6)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, render_template
from flask_babel import lazy_gettext as _
from sqlalchemy.exc import SQLAlchemyError

from matching.outbox.lag import Lag, lag
from web.extensions import db, services
from web.gate import opened
from web.readiness import examine

blueprint = Blueprint("status", __name__)

#: However many ask, everything is examined once in so many seconds.
KEPT_SECONDS = 10
_KEY = "anye_status"
SPAN = timedelta(days=1)

#: What people notice → the checks it depends on, and what to do meanwhile.
PARTS = (
    (_("Reading and calling"), ("database",), _("Wait a minute, then try once more.")),
    (_("Searching"), ("search",), _("The list still shows all posts. Searching by words takes longer.")),
    (
        _("New posts and answers"),
        ("queue", "workers", "outbox"),
        _("What you send is kept. It arrives a little later."),
    ),
)


@dataclass(frozen=True, slots=True)
class Part:
    """Something people notice, and whether it works."""

    name: Any
    works: bool
    meanwhile: Any


@blueprint.get("/status")
@opened()
def page() -> str:
    """What works now, and how soon a new post is found."""
    checks = _examined()
    parts = [
        Part(name, all(checks[check]["ok"] for check in needed), meanwhile)
        for name, needed, meanwhile in PARTS
    ]
    return render_template(
        "public/status.html",
        parts=parts,
        lag=_lag(),
        at=services().clock.now(),
        hours=SPAN // timedelta(hours=1),
    )


def _examined() -> dict[str, Any]:
    kept: dict[str, Any] = current_app.extensions.setdefault(_KEY, {})
    if not kept or time.monotonic() - kept["at"] > KEPT_SECONDS:
        kept |= {"checks": examine(services())["checks"], "at": time.monotonic()}
    checks: dict[str, Any] = kept["checks"]
    return checks


def _lag() -> Lag | None:
    try:
        return lag(db.session(), ["search.vacancy"], services().clock.now() - SPAN)
    except SQLAlchemyError:
        return None  # the first part says so
