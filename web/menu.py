"""The desk's menu: one row for each place, shown to those whom the place lets in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _

from web.gate import may_enter
from web.viewer import Viewer


@dataclass(frozen=True)
class Place:
    """One row of the menu: an endpoint without values, and its name."""

    endpoint: str
    label: Any


@dataclass(frozen=True)
class Entry:
    """A row as it is shown."""

    label: Any
    address: str
    current: bool


MENU: tuple[Place, ...] = (
    Place("desk.home", _("Overview")),
    Place("people.listing", _("People")),
    Place("posts.listing", _("Posts")),
    Place("employers.listing", _("Employers")),
    Place("settlements.listing", _("Settlements")),
    Place("imports.listing", _("Imports")),
    Place("operations.queue", _("Operations")),
    Place("public.home", _("Public pages")),
    Place("account.own", _("My account")),
)


def menu_for(viewer: Viewer | None) -> list[Entry]:
    """The rows that this viewer may use; the rule of the view decides, so the two cannot differ."""
    if viewer is None:
        return []
    rows = []
    for place in MENU:
        if may_enter(current_app, place.endpoint, viewer.role):
            current = (request.endpoint or "").split(".")[0] == place.endpoint.split(".")[0]
            rows.append(Entry(place.label, url_for(place.endpoint), current))
    return rows
