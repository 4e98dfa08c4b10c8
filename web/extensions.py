"""The extensions, and the two ways to the database.

Reading: ``db.session``, one session a request, closed at its end and never committed.
Writing: ``with writing() as session:`` in the view, which is the doorstep; it commits when the block ends,
and nothing else in ``web`` does.  It is its own session because on SQLite a transaction has to say at its
start that it will write (``BEGIN IMMEDIATE``); a read that turns into a write fails at once beside another
writer.
Both use the one engine of the process's :class:`~matching.bootstrap.Services`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, cast

from flask import Flask, current_app
from flask_babel import Babel
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from matching.bootstrap import Services
from matching.db import Base, transaction

EXTENSION = "anye"


class Database(SQLAlchemy):
    """Flask-SQLAlchemy on the engine that ``bootstrap`` made, so that pages and workers connect alike."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        return cast(Services, app.extensions[EXTENSION]).engine


db = Database(metadata=Base.metadata, add_models_to_shell=False)
csrf = CSRFProtect()
babel = Babel()


def services() -> Services:
    """The wiring of this process: settings, clock, engine, keys, search engine."""
    return cast(Services, current_app.extensions[EXTENSION])


def writing() -> AbstractContextManager[Session]:
    """A unit of work: committed when the block ends, rolled back when it raises."""
    return transaction(services().sessions)
