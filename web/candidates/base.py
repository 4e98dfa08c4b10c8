"""What the pages about a post's people share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import g, render_template

from matching.errors import DomainError
from matching.placements import candidate_queries
from matching.placements.bulk import RowReport
from matching.placements.candidate_queries import Post
from matching.placements.codes import State
from matching.placements.words import EVENT, ORIGIN, OUTCOME, PARTY, REASON, STATE_DESK
from web.extensions import db, services
from web.words import sentence

WORDS = {
    "states": STATE_DESK,
    "events": EVENT,
    "reasons": REASON,
    "origins": ORIGIN,
    "parties": PARTY,
    "outcomes": OUTCOME,
}
LIVING = (State.APPLIED, State.INVITED, State.INTERVIEW, State.OFFERED, State.HIRED, State.ASKED)


@dataclass(frozen=True, slots=True)
class Door:
    """By which way one came.

    Args:
        layout: template that the pages extend.
        back: endpoint of the viewer's posts.
        for_employer: the viewer acts for somebody else's post; it is recorded so.
    """

    layout: str
    back: str
    for_employer: bool


def head(post: str) -> Post:
    """The post.

    Raises:
        NotFound: ``vacancy_unknown``: not one of the viewer's.
    """
    return candidate_queries.post(db.session(), g.viewer.scope, post, services().clock.today())


def page(template: str, door: Door, about: Post, **facts: Any) -> str:
    """A page about a post's people."""
    return render_template(f"candidates/{template}.html", door=door, post=about, **WORDS, **facts)


@dataclass(frozen=True, slots=True)
class Undone:
    """Somebody for whom a step was not taken, in words."""

    name: str
    why: str
    seen: str | None
    now: str | None


def undone(reports: Iterable[RowReport], names: dict[str, str]) -> list[Undone]:
    """Those for whom a step was not taken; ``names`` are masked, by public id."""
    return [
        Undone(
            names.get(row.public_id, "**"),
            sentence(DomainError(row.code, **row.facts)),
            STATE_DESK[State(row.seen)] if row.seen else None,
            STATE_DESK[State(row.state)] if row.state else None,
        )
        for row in reports
        if row.code is not None
    ]
