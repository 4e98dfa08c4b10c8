"""The desk: what staff of offices and companies work with.  One blueprint for each row of the menu."""

from __future__ import annotations

from flask import Flask

from web.desk import (
    candidates,
    complaints,
    corrections,
    doubles,
    employers,
    home,
    imports,
    matches,
    notices,
    operations,
    people,
    posts,
    referrals,
    registrations,
    reviews,
    settlements,
    slips,
    words,
    worklists,
)
from web.desk.uploads import SealedUploads

__all__ = ["add_desk", "candidates"]
ROOMS = (
    *(home, people, posts, settlements, worklists, doubles, complaints, corrections),
    *(referrals, employers, reviews, registrations, notices, slips, imports, operations),
)


def add_desk(app: Flask) -> None:
    """Register the desk's pages."""
    app.request_class = SealedUploads
    words.add_filters(app)
    app.add_template_filter(matches.family, "family")
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
