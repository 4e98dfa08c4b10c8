"""The wire to Elasticsearch against servers that behave badly (real sockets, no engine)."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from matching.search.breaker import Breaker
from matching.search.documents import Collection, VacancyDocument
from matching.search.elastic import ElasticEngine
from matching.search.elastic_link import BUSY_TRIES, Link
from matching.search.port import SearchUnavailable
from matching.search.queries import VacancyQuery
from tests.patience import patient

ROWS = [
    VacancyDocument(id=key, version=1, open=True, title="普工", kind="enterprise", posted_at=1)
    for key in (1, 2, 3)
]


@contextmanager
def serving(answers: list[tuple[int, Any]]) -> Iterator[tuple[str, list[list[dict[str, Any]]]]]:
    """A server that gives the answers in turn (the last one for ever) and keeps what it was sent."""
    received: list[list[dict[str, Any]]] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            lines = self.rfile.read(length).decode().splitlines()
            received.append([json.loads(line) for line in lines if line])
            status, body = answers[min(len(received), len(answers)) - 1]
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Type", "application/vnd.elasticsearch+json;compatible-with=9")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = answer

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def item(key: int, status: int, error: str | None = None) -> dict[str, Any]:
    return {"index": {"_id": str(key), "status": status} | ({"error": {"type": error}} if error else {})}


def engine_at(url: str, waits: list[float] | None = None) -> ElasticEngine:
    pauses: list[float] = [] if waits is None else waits
    return ElasticEngine(url, link=Link(url, pause=pauses.append))


def test_items_refused_as_too_many_are_sent_again_and_only_they() -> None:
    first = {
        "errors": True,
        "items": [item(1, 201), item(2, 429, "es_rejected_execution_exception"), item(3, 201)],
    }
    waits: list[float] = []
    with serving([(200, first), (200, {"errors": False, "items": [item(2, 201)]})]) as (url, received):
        report = engine_at(url, waits).apply(Collection.VACANCIES, ROWS)
    assert (report.applied, report.stale, report.failures) == (3, (), ())
    assert [line["index"]["_id"] for line in received[1] if "index" in line] == ["2"]
    assert len(waits) == 1


def test_a_200_with_errors_inside_is_read_item_by_item() -> None:
    body = {
        "errors": True,
        "items": [item(1, 201), item(2, 409, "version_conflict"), item(3, 400, "mapper_parsing")],
    }
    with serving([(200, body)]) as (url, _):
        report = engine_at(url).apply(Collection.VACANCIES, ROWS)
    assert (report.applied, report.stale) == (1, (2,))
    assert [(failure.id, failure.reason) for failure in report.failures] == [(3, "mapper_parsing")]


@pytest.mark.parametrize(
    "answer",
    [
        (
            200,
            {
                "errors": True,
                "items": [item(1, 503, "unavailable_shards_exception"), item(2, 201), item(3, 201)],
            },
        ),
        (200, {"errors": True, "items": [item(key, 404, "index_not_found_exception") for key in (1, 2, 3)]}),
        (503, {"error": {"type": "cluster_block_exception"}, "status": 503}),
        (500, {"error": {"type": "boom"}, "status": 500}),
    ],
)
def test_a_failure_on_the_engines_side_fails_the_batch_for_a_retry(answer: tuple[int, Any]) -> None:
    with serving([answer]) as (url, _), pytest.raises(SearchUnavailable):
        engine_at(url).apply(Collection.VACANCIES, ROWS)


def test_an_engine_that_stays_too_busy_ends_as_busy_after_growing_pauses() -> None:
    waits: list[float] = []
    busy = (429, {"error": {"type": "circuit_breaking_exception"}, "status": 429})
    with serving([busy]) as (url, received), pytest.raises(SearchUnavailable) as caught:
        engine_at(url, waits).apply(Collection.VACANCIES, ROWS)
    assert caught.value.code == "search_busy"
    assert len(received) == BUSY_TRIES
    assert waits == sorted(waits)
    assert len(waits) == BUSY_TRIES - 1


def knocked(hole: socket.socket) -> int:
    """Connections that came since the last look."""
    hole.setblocking(False)
    count = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            hole.accept()[0].close()
            count += 1
    return count


def test_a_black_hole_holds_a_page_for_its_limit_and_then_not_at_all() -> None:
    with socket.socket() as hole:
        hole.bind(("127.0.0.1", 0))
        hole.listen(16)  # accepts and never answers
        url = f"http://127.0.0.1:{hole.getsockname()[1]}"
        engine = ElasticEngine(url, link=Link(url, search_seconds=0.2, breaker=Breaker(failures=2, pause=60)))
        spent, knocks = [], []
        for _ in range(4):
            start = time.monotonic()
            with pytest.raises(SearchUnavailable):
                engine.search(VacancyQuery())
            spent.append(time.monotonic() - start)
            knocks.append(knocked(hole))
    assert max(spent) < patient(1.5)
    assert min(spent[:2]) >= 0.2
    # Not only quick: the engine is not asked at all.
    assert min(knocks[:2]) >= 1
    assert knocks[2:] == [0, 0]


def test_nobody_at_the_port_is_an_engine_that_is_down() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    engine = engine_at(f"http://127.0.0.1:{port}")
    for ask in (engine.ping, engine.prepare, lambda: engine.search(VacancyQuery())):
        with pytest.raises(SearchUnavailable) as caught:
            ask()
        assert caught.value.code == "search_down"
