"""The application with one route more: the list page rendered from constants, to be served by gunicorn."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from config import load
from config.logs import configure
from web import create_app
from web.gate import opened
from web.public.filters import read
from web.public.home import Home, make

_pages: dict[bytes, Home] = {}


@opened()
def constant() -> Any:
    """The page of the same address, its rows and counts worked out once."""
    known = _pages.get(request.query_string)
    if known is None:
        known = _pages[request.query_string] = make(read(request.args), None, unknown_place=False)
    return render_template("public/home.html", page=known)


settings = load()
configure(settings.log_level, settings.log_format)
app = create_app(settings)
app.add_url_rule("/constant", view_func=constant)
