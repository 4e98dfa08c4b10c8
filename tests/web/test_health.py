"""R13: /healthz touches nothing; /readyz answers within two seconds whatever is broken."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import redis

from matching import schema
from matching.db import transaction
from matching.notices.service import park
from matching.outbox.events import VacancyChanged
from matching.outbox.service import emit
from tests.notices.posts import tell, told_member
from tests.patience import patient
from tests.web.helpers import put_vacancies
from web import create_app
from web.readiness import LONGEST


@contextmanager
def black_hole() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield listener.getsockname()[1]


def _app(services, settings, **changes):
    services.settings = replace(settings, **changes)
    return create_app(services.settings, services=services).test_client()


def test_alive_needs_no_database(app, services) -> None:
    schema.metadata().drop_all(services.engine)
    services.dispose()
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.data) == (200, b"ok\n")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.wide
@pytest.mark.parametrize("scheme", ["redis"])
def test_ready_answers_in_time_when_everything_is_a_black_hole(services, settings, scheme) -> None:
    with black_hole() as port:

        class Silent:
            def ping(self) -> None:
                with socket.create_connection(("127.0.0.1", port)) as line:
                    line.settimeout(20)
                    line.recv(1)

        services.search = Silent()
        client = _app(services, settings, redis_url=f"{scheme}://127.0.0.1:{port}/0")
        started = time.monotonic()
        answer = client.get("/readyz")
        assert time.monotonic() - started < patient(2)
        assert LONGEST < 2  # what was promised, whatever a busy machine adds
        checks = answer.json["checks"]
    assert answer.status_code == 503
    assert checks["search"] == {"ok": False, "reason": "timeout"}
    assert not checks["queue"]["ok"]
    assert checks["database"] == {"ok": True}


@pytest.mark.wide
def test_a_black_hole_gathers_no_threads(services, settings) -> None:
    import threading

    with black_hole() as port:
        client = _app(services, settings, redis_url=f"redis://127.0.0.1:{port}/0")
        client.get("/readyz")
        before = threading.active_count()
        for _ in range(3):
            client.get("/readyz")
        assert threading.active_count() <= before + 2


def test_ready_reports_what_is_missing(services, settings) -> None:
    client = _app(services, settings, redis_url="redis://127.0.0.1:1/0")
    answer = client.get("/readyz")
    checks = answer.json["checks"]
    assert answer.status_code == 503
    assert checks["migrations"]["ok"] is False
    assert checks["migrations"]["newest"] == schema.head()
    assert checks["queue"]["reason"] == "ConnectionError"
    assert answer.headers["Cache-Control"] == "no-store"


def test_ready_says_how_long_work_has_waited(services, settings, clock) -> None:
    with transaction(services.sessions) as session:
        emit(session, VacancyChanged(1), clock.now())
    clock.advance(timedelta(seconds=301))
    checks = _app(services, settings, redis_url="redis://127.0.0.1:1/0").get("/readyz").json["checks"]
    assert checks["outbox"] == {"ok": False, "depth": 2, "oldest_seconds": 301.0, "buried": 0}


def test_ready_counts_messages_that_got_stuck_and_is_ready_all_the_same(services, settings, clock) -> None:
    person = told_member(services)
    for event in ("one", "two"):
        stuck = tell(services, person, event)
        with transaction(services.sessions) as session:
            park(session, stuck, clock.now())
        clock.advance(timedelta(seconds=30))
    tell(services, person, "three")
    checks = _app(services, settings, redis_url="redis://127.0.0.1:1/0").get("/readyz").json["checks"]
    stuck_for = {"parked": 2, "oldest_parked_seconds": 60.0}
    assert checks["notices"] == {"ok": True, **stuck_for, "budget_alarm": False}


def test_ready_is_ready_when_all_is_well(services, settings, valkey) -> None:
    schema.metadata().drop_all(services.engine)
    schema.upgrade(services.engine)
    client = _app(services, settings, redis_url=valkey)
    assert client.get("/readyz").json["checks"]["workers"] == {"ok": False, "alive": 0, "within_seconds": 90}
    with redis.Redis.from_url(valkey) as line:
        line.set(f"{settings.search_prefix}:heartbeat:worker-1", 1, ex=90)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["ready"]) == (200, True), answer.json


def test_no_answer_names_a_password(services, settings) -> None:
    client = _app(services, settings, redis_url="redis://:hunter2@127.0.0.1:1/0")
    assert b"hunter2" not in client.get("/readyz").data


def test_a_page_does_not_wait_for_the_queue(services, settings) -> None:
    with black_hole() as port:
        client = _app(services, settings, redis_url=f"redis://127.0.0.1:{port}/0")
        put_vacancies(services, {})
        started = time.monotonic()
        assert client.get("/").status_code == 200
        assert time.monotonic() - started < patient(1.5)
