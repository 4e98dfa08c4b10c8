"""R6: whether everything works, for everybody, in plain words."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

from matching.db import transaction
from matching.outbox.lag import note
from tests.web.helpers import text_of


def test_how_soon_posts_are_found_is_shown(client: Any, services: Any, clock: Any) -> None:
    assert "最近24小时没有新变化。" in text_of(client.get("/status"))
    with transaction(services.sessions) as session:
        for seconds in [1.0] * 96 + [4.0] * 4:
            note(session, "search.vacancy", [clock.now() - timedelta(seconds=seconds)], clock.now())
    words = text_of(client.get("/status"))
    assert "有100次变化,每100次里95次在1秒内能搜到。" in words
    assert "99次在5秒内。" in words


def test_what_does_not_work_says_what_to_do_meanwhile(client: Any) -> None:
    """Nobody works for this application: what is sent is kept."""
    words = text_of(client.get("/status"))
    assert "有的地方现在不好用。" in words
    assert "看岗位、打电话好用" in words
    assert "新岗位和回话不好用你发的都留着,会晚一点到。" in words


def test_it_is_linked_and_names_no_inner_part(client: Any) -> None:
    assert 'href="/status"' in client.get("/").text
    page = client.get("/status").text
    assert not [word for word in ("Redis", "redis", "Error", "sqlite", "outbox") if word in page]


def test_a_database_that_is_gone_is_said(app: Any, services: Any) -> None:
    from matching import schema

    schema.metadata().drop_all(services.engine)
    answer = app.test_client().get("/status")
    assert answer.status_code == 200
    assert "现在不知道" in text_of(answer)


def test_many_visitors_cause_one_examination(client: Any, monkeypatch: Any) -> None:
    status = sys.modules["web.public.status"]
    asked = []
    original = status.examine
    monkeypatch.setattr(status, "examine", lambda wiring: asked.append(1) or original(wiring))
    for _ in range(5):
        client.get("/status")
    assert asked == [1]
