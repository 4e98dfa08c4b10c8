"""The desk: what staff of offices and companies work with.  One blueprint for each row of the menu."""

from __future__ import annotations

from flask import Flask

from web.desk import (
    complaints,
    corrections,
    doubles,
    home,
    imports,
    matches,
    operations,
    people,
    posts,
    settlements,
    words,
    worklists,
)
from web.desk.uploads import SealedUploads

ROOMS = (home, people, posts, settlements, worklists, doubles, complaints, corrections, imports, operations)


def add_desk(app: Flask) -> None:
    """Register the desk's pages."""
    app.request_class = SealedUploads
    words.add_filters(app)
    app.add_template_filter(matches.family, "family")
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
