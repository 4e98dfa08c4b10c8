"""The public interface: what it answers, how it refuses, and a mirror that equals the database."""

from __future__ import annotations

import json
from datetime import timedelta

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis import GenerationMode
from sqlalchemy import select, update

from matching.db import transaction
from matching.vacancies.codes import State
from matching.vacancies.models import Vacancy
from tests.web.helpers import put_vacancies
from web.api.description import CHANGES, COMPLETE, SEARCH, document
from web.problems import MIMETYPE

POSTS = ({"title": "缝纫工"}, {"title": "保洁员", "kind": "public_welfare"}, {"title": "缝纫班长"})


@pytest.fixture
def posts(services):
    return put_vacancies(services, *POSTS)


def titles(answer):
    assert answer.status_code == 200, answer.text
    return [vacancy["title"] for vacancy in answer.json["vacancies"]]


def test_search_finds_by_words_kind_and_page(client, posts) -> None:
    assert set(titles(client.get("/api/v1/search?q=缝纫"))) == {"缝纫工", "缝纫班长"}
    assert titles(client.get("/api/v1/search?kind=public_welfare")) == ["保洁员"]
    first = client.get("/api/v1/search?limit=2&sort=new").json
    second = client.get("/api/v1/search?limit=2&sort=new&offset=2").json
    assert (first["total"], first["limit"], second["offset"]) == (3, 2, 2)
    ids = [vacancy["id"] for page in (first, second) for vacancy in page["vacancies"]]
    assert sorted(ids) == sorted(post.public_id for post in posts)


def test_a_vacancy_is_the_same_in_search_page_and_stream(client, posts) -> None:
    found = client.get("/api/v1/search?q=保洁员").json["vacancies"][0]
    one = client.get(f"/api/v1/vacancies/{found['id']}").json
    streamed = [change["vacancy"] for change in client.get("/api/v1/changes").json["changes"]]
    assert one in streamed
    assert found.items() <= one.items()
    assert one["pay"]["low_cents"] == posts[1].pay_low_cents
    page = client.get(one["url"].split("localhost")[1]).get_data(as_text=True)
    assert one["contact"]["name"] in page


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("/search?kind=nothing", {"kind"}),
        ("/search?limit=101&offset=-1", {"limit", "offset"}),
        ("/search?limit=1&limit=2", {"limit"}),
        ("/search?near=12,13", {"near"}),
        ("/search?pay_from=٣٠٠٠", {"pay_from"}),
        ("/search?kinds=enterprise", {"kinds"}),
        ("/search?q=" + "长" * 101, {"q"}),
        ("/complete", {"q"}),
        ("/changes?since=yesterday", {"since"}),
    ],
)
def test_what_does_not_fit_is_named(client, address: str, named: set[str]) -> None:
    answer = client.get("/api/v1" + address)
    assert (answer.status_code, answer.mimetype) == (400, MIMETYPE)
    body = json.loads(answer.text)
    assert {fault["parameter"] for fault in body["errors"]} == named
    assert all(fault["detail"].endswith("。") for fault in body["errors"])


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/vacancies/aaaaaaaaaaaa", 404),
        ("GET", "/search?region=999999", 404),
        ("GET", "/nothing", 404),
        ("POST", "/search", 405),
    ],
)
def test_every_failure_is_a_problem(client, method: str, address: str, status: int) -> None:
    answer = client.open("/api/v1" + address, method=method)
    assert (answer.status_code, answer.mimetype) == (status, MIMETYPE)
    body = json.loads(answer.text)
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]


def test_a_closed_vacancy_is_gone_everywhere_at_once(client, services, posts) -> None:
    gone = posts[0]
    with transaction(services.sessions) as session:
        session.get_one(Vacancy, gone.id).state = State.CLOSED
    assert client.get(f"/api/v1/vacancies/{gone.public_id}").status_code == 410
    assert client.get(f"/vacancies/{gone.public_id}").status_code == 410
    # The index has not heard of it yet.
    for address in ("/api/v1/search", "/feed.atom", "/sitemaps/0.xml", "/"):
        assert gone.public_id not in client.get(address).text, address


def test_a_mirror_that_follows_the_stream_equals_the_database(client, services, clock) -> None:
    """Rows come in any order of commit, some late; each reading goes on where the last one ended."""
    posts = put_vacancies(services, *({"title": f"岗位{n}", "touched_at": clock.now()} for n in range(23)))
    mirror: dict[str, int] = {}
    cursor = follow(client, mirror, None)
    with transaction(services.sessions) as session:
        touch(session, posts[3], clock.now() - timedelta(seconds=20), pay_low_cents=1)
        touch(session, posts[5], clock.now() - timedelta(seconds=40), state=State.CLOSED)
    cursor = follow(client, mirror, cursor)
    assert mirror == in_force(services)
    clock.advance(timedelta(hours=2))
    with transaction(services.sessions) as session:
        for post in posts[8:]:
            touch(session, post, clock.now(), state=State.PAUSED)
        touch(session, posts[5], clock.now(), state=State.OPEN)
    follow(client, mirror, cursor)
    assert mirror == in_force(services)
    assert len(mirror) == 8


def touch(session, post, moment, **facts) -> None:
    changed = {**facts, "touched_at": moment, "version": Vacancy.version + 1}
    session.execute(update(Vacancy).where(Vacancy.id == post.id).values(**changed))


def follow(client, mirror: dict[str, int], cursor: str | None) -> str:
    while True:
        page = client.get(
            "/api/v1/changes", query_string={"limit": 4, **({"since": cursor} if cursor else {})}
        )
        cursor = page.json["cursor"]
        for change in page.json["changes"]:
            if change["open"]:
                mirror[change["id"]] = change["vacancy"]["version"]
            else:
                mirror.pop(change["id"], None)
                assert change["vacancy"] is None
        if not page.json["more"]:
            return cursor


def in_force(services) -> dict[str, int]:
    with transaction(services.sessions, writes=False) as session:
        rows = session.execute(
            select(Vacancy.public_id, Vacancy.version).where(Vacancy.state == State.OPEN)
        ).all()
    return {row.public_id: row.version for row in rows}


def test_titles_are_completed_with_their_numbers(client, posts) -> None:
    found = client.get("/api/v1/complete?q=缝纫").json["titles"]
    assert found == [{"title": "缝纫工", "vacancies": 1}, {"title": "缝纫班长", "vacancies": 1}]


def test_other_pages_may_read_it_and_no_cookie_is_given(client) -> None:
    answer = client.get("/api/v1/search")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers


def test_the_description_is_valid_openapi(client) -> None:
    served = client.get("/api/v1/openapi.json").json
    assert served == document()
    assert served["openapi"].startswith("3.1")
    for schema in served["components"]["schemas"].values():
        jsonschema_rs.meta.validate({**schema, "components": served["components"]})
    assert {parameter.name for parameter in (*SEARCH, *COMPLETE, *CHANGES)} >= {"q", "limit", "since"}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("path", ["/search", "/complete", "/vacancies/{id}", "/changes"])
def test_whatever_is_asked_is_answered_as_described(app, posts, path: str, mode: GenerationMode) -> None:
    """schemathesis: questions that fit the description and that do not."""
    operation = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)[path]["GET"]

    @given(operation.as_strategy(generation_mode=mode))
    @settings(max_examples=25, deadline=None, derandomize=True, database=None)
    def ask(case) -> None:
        case.call_and_validate(headers={"Accept-Encoding": "identity"})

    ask()
