"""The people of a post, as its employer sees them, or the desk for it: the same pages behind two doors."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint

from matching.placements.bulk import IN_BULK
from web.candidates import asking, pages, steps
from web.candidates.base import Door

Guard = Callable[[Callable[..., Any]], Callable[..., Any]]

_STEP = f"/do/<any({', '.join(sorted(IN_BULK))}):event>"
#: (address, endpoint, method, view): what is below a post.
PAGES: tuple[tuple[str, str, str, Callable[..., Any]], ...] = (
    ("", "candidates", "GET", pages.listing),
    (_STEP, "candidates_step", "GET", steps.look),
    (_STEP, "candidates_move", "POST", steps.take),
    ("/ask", "candidates_ask", "GET", asking.look),
    ("/ask", "candidates_asked", "POST", asking.ask),
    ("/company", "candidates_help", "GET", asking.help_page),
    ("/company", "candidates_company", "POST", asking.ask_company),
    ("/<application>", "candidate", "GET", pages.one),
    ("/<application>/contact", "candidate_contact", "POST", pages.contact),
    ("/<application>/said", "candidate_said", "POST", pages.said),
)


def add_pages(blueprint: Blueprint, prefix: str, door: Door, *, reading: Guard, writing: Guard) -> None:
    """Open the pages behind one door.

    Args:
        prefix: address of the posts below the blueprint's.
        reading, writing: mark a view with who may come in.
    """
    for path, endpoint, method, view in PAGES:
        guard = reading if method == "GET" else writing
        blueprint.add_url_rule(
            f"{prefix}/<post>/candidates{path}", endpoint, guard(_behind(door, view)), methods=[method]
        )


def _behind(door: Door, view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def entered(**values: str) -> Any:
        return view(door, **values)

    return entered
