"""What every page's frame needs: telephones, the demo banner, how large and how dark, the desk's menu."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, g, request
from sqlalchemy.exc import SQLAlchemyError

from matching.accounts import queries as accounts
from matching.accounts.models import Role
from matching.accounts.words import ROLES
from matching.clock import LOCAL
from web.extensions import db, services
from web.menu import menu_for
from web.security import csp_nonce
from web.tickets import make_ticket
from web.waiting import waiting

DISPLAY_COOKIE = "anye_display"
#: Class of the page's root → what it changes.
DISPLAY = ("large", "contrast", "keyless")


@dataclass(frozen=True)
class Frame:
    """The frame of a page.

    Args:
        site: name in the page head.
        help_line, office_phone: telephones in the footer; the second may be empty.
        demo: the installation holds the demo city.
        display: root classes chosen by the visitor.
    """

    site: str
    help_line: str
    office_phone: str
    demo: bool
    display: tuple[str, ...]


def frame() -> Frame:
    """The frame of this request's page, made once."""
    if "frame" not in g:
        settings = services().settings
        g.frame = Frame(
            settings.site_name, settings.help_line, settings.office_phone, _holds_demo(), display_of_request()
        )
    found: Frame = g.frame
    return found


def _holds_demo() -> bool:
    try:
        return accounts.holds_demo(db.session())
    except SQLAlchemyError:
        # The page that says "not connected just now" needs a frame too.
        db.session.rollback()
        return False


def display_of_request() -> tuple[str, ...]:
    """The visitor's choices; anything else in the cookie is ignored."""
    chosen = request.cookies.get(DISPLAY_COOKIE, "").split("-")
    return tuple(name for name in DISPLAY if name in chosen)


def moment(value: datetime) -> str:
    """A moment as staff write it, in Chinese time: 2026-11-22 08:00."""
    return value.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")


def add_context(app: Flask) -> None:
    """Give templates their frame."""
    app.add_template_filter(moment, "moment")

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        return {
            "frame": frame(),
            "viewer": g.get("viewer"),
            "menu": menu_for(g.get("viewer")),
            "waiting": waiting,
            "here": make_ticket,
            "today": services().clock.today(),
            "csp_nonce": csp_nonce,
            "role_words": {role.value: ROLES[role] for role in Role},
        }
