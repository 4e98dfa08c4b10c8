"""The application on a real SQLite database and a real embedded index, and how to sign in to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from config import load
from config.settings import Settings
from matching.accounts.models import Organisation, Role, User
from matching.bootstrap import Services
from matching.clock import FixedClock
from matching.db import make_engine, transaction
from matching.schema import metadata
from tests import factories
from web import create_app

TRANSLATIONS = Path(__file__).parents[1] / "web" / "translations"
PASSWORD = "correct horse battery"


def compile_catalogues() -> None:
    """What `make setup` does, where it was not done since the words changed."""
    for po in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"):
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime:
            draft = mo.with_suffix(".mo.new")
            with po.open("rb") as source, draft.open("wb") as target:
                write_mo(target, read_po(source))
            draft.replace(mo)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables and no rows, to be copied."""
    compile_catalogues()
    path = tmp_path_factory.mktemp("schema") / "anye.db"
    engine = make_engine(f"sqlite:///{path}")
    metadata().create_all(engine)
    engine.dispose()
    return path


@pytest.fixture
def clock() -> FixedClock:
    """22 November 2026, 9:00 in China; it stands still until a test moves it."""
    return FixedClock()


@pytest.fixture
def settings(tmp_path: Path, empty_database: Path) -> Settings:
    """Embedded settings in a directory of the test's own; change them with ``dataclasses.replace``."""
    data = tmp_path / "var"
    data.mkdir()
    for part in empty_database.parent.glob("anye.db*"):
        shutil.copy(part, data / part.name)
    return replace(load({"ANYE_DATA": str(data), "ANYE_LOG_LEVEL": "warning"}), office_phone="0745-2000000")


@pytest.fixture
def services(settings: Settings, clock: FixedClock) -> Iterator[Services]:
    """The wiring that application and test share."""
    made = Services(settings, clock)
    made.search.prepare()
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates are compiled once a run, not once an application."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(settings: Settings, services: Services, compiled: FileSystemBytecodeCache) -> Flask:
    """The application."""
    made = create_app(settings, services=services)
    made.jinja_env.bytecode_cache = compiled
    made.config["TESTING"] = True
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without cookies; forms need a token (see :func:`post`)."""
    return app.test_client()


def token_of(client: FlaskClient, path: str = "/sign-in") -> str:
    """The form token that a page gave this browser."""
    page = client.get(path).get_data(as_text=True)
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def post(client: FlaskClient, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
    """Send a form with the token it needs."""
    return client.post(path, data={"csrf_token": token_of(client), **(data or {})}, **options)


@pytest.fixture
def user_of(services: Services) -> Any:
    """``user_of(Role.COUNTY, organisation=…)``: a user with the password :data:`PASSWORD`."""

    def make(role: Role, *, organisation: Organisation | None = None, **facts: Any) -> User:
        with transaction(services.sessions) as session:
            if organisation is None and role not in (Role.ADMINISTRATOR, Role.AUDITOR):
                organisation = factories.organisation(session)
            return factories.user(session, role=role, organisation=organisation, **facts)

    return make


@pytest.fixture
def sign_in_as(app: Flask, user_of: Any) -> Any:
    """``sign_in_as(Role.COUNTY, organisation=…)``: a browser in which such a user is signed in.

    The browser has ``.user``, the row behind it.
    """

    def sign_in(role: Role, **facts: Any) -> FlaskClient:
        user = user_of(role, **facts)
        client = app.test_client()
        answer = post(client, "/sign-in", {"login": user.login, "password": PASSWORD})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        client.user = user  # type: ignore[attr-defined]
        return client

    return sign_in
