"""Every failure ends on a page in plain words."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from matching.accounts.models import Role
from matching.errors import (
    DependencyDown,
    DomainError,
    FileRefused,
    Forbidden,
    InvalidTransition,
    NotFound,
    StaleVersion,
)
from matching.schema import metadata
from tests.web.helpers import put_vacancies, text_of
from tests.webapp import post
from web import words
from web.gate import opened


def _raising(app: Flask, error: BaseException) -> None:
    def broken():
        raise error

    app.add_url_rule("/broken", "broken", opened()(broken))


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (NotFound, 404),
        (Forbidden, 403),
        (StaleVersion, 409),
        (InvalidTransition, 409),
        (DependencyDown, 503),
        (FileRefused, 422),
        (DomainError, 422),
    ],
)
def test_a_refusal_has_its_status_and_its_sentence(app: Flask, client, kind, status: int) -> None:
    _raising(app, kind("login_taken", login="somebody"))
    answer = client.get("/broken")
    assert answer.status_code == status
    assert "登录名somebody已经有人用了,换一个。" in text_of(answer)
    assert "12333" in text_of(answer)


def test_a_code_without_words_gets_a_general_sentence(app: Flask, client) -> None:
    _raising(app, DomainError("nobody_wrote_this"))
    page = text_of(client.get("/broken"))
    assert "nobody_wrote_this" not in page
    assert "这一步做不了" in page


def test_an_unknown_failure_shows_its_number_and_no_traceback(app: Flask, client, capsys) -> None:
    app.config["TESTING"] = False
    _raising(app, ValueError("password=hunter2"))
    answer = client.get("/broken")
    number = answer.headers["X-Request-Id"]
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "我们这里出了问题" in page
    assert number in page
    assert "hunter2" not in page
    assert "Traceback" not in page
    logged = "".join(capsys.readouterr())
    assert number in logged
    assert "test_errors.py" in logged
    assert "hunter2" not in logged


@pytest.mark.parametrize(
    "cause", [sqlite3.OperationalError("database is locked"), sqlite3.OperationalError("disk is full")]
)
def test_a_locked_database_or_a_full_disk_is_a_sentence(app: Flask, client, cause) -> None:
    _raising(app, OperationalError("INSERT", {}, cause))
    answer = client.get("/broken")
    assert answer.status_code == 503
    assert "没连上,请过一分钟再试" in text_of(answer)


def test_a_database_that_another_process_locks_is_a_sentence_and_nothing_changes(
    app: Flask, services, settings, user_of
) -> None:
    user = user_of(Role.COUNTY)
    client = app.test_client()
    with services.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
    other = sqlite3.connect(Path(settings.data) / "anye.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        answer = post(client, "/sign-in", {"login": user.login, "password": "correct horse battery"})
        assert answer.status_code == 503
        assert "没连上" in text_of(answer)
        assert client.get("/").status_code == 200
    finally:
        other.execute("ROLLBACK")
        other.close()
    again = post(client, "/sign-in", {"login": user.login, "password": "correct horse battery"})
    assert again.status_code == 303


def test_a_database_without_tables_is_a_sentence(app: Flask, services, client) -> None:
    put_vacancies(services, {})
    metadata().drop_all(services.engine)
    answer = client.get("/")
    assert answer.status_code == 503
    assert "没连上" in text_of(answer)


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "/nope", 404, "没有这个页面"),
        ("POST", "/healthz", 405, "这个页面不能这样用"),
        ("GET", "/sign-out", 405, "这个页面不能这样用"),
        ("GET", "/.git/config", 404, "没有这个页面"),
        ("GET", "/static/x/../../anye.css", 404, "没有这个页面"),
        ("GET", "/static/000000000000/%2e%2e%2f__init__.py", 404, "没有这个页面"),
    ],
)
def test_the_usual_failures_look_like_the_rest(client, method, path, status, said) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert said in text_of(answer)
    assert "anye.css" in answer.get_data(as_text=True)


def test_a_refused_method_names_those_that_work(client) -> None:
    assert "POST" in client.get("/sign-out").headers["Allow"]


def test_no_code_has_two_sentences() -> None:
    assert len(words.errors()) > 20


def test_every_sentence_ends_as_one() -> None:
    assert [code for code, said in words.errors().items() if not said.endswith(("。", "?"))] == []
