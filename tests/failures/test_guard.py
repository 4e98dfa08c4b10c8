"""What must not start, or must say loudly that it is not ready; and answers while everything is silent.

What would go wrong: a queue server that evicts drops work and nobody notices; a worker of the new version
writes into tables of the old one; a probe waits for a dependency that never answers until the probe itself
is taken for dead.
"""

from __future__ import annotations

import base64
import json
import pickle
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from redis import Redis

from config import load
from doorbell import JOB, dangers, queue
from matching import schema
from matching.errors import DomainError
from matching.search.elastic import ElasticEngine
from tests.failures.plant import ROOT, Plant, until
from tests.patience import patient
from web import create_app

pytestmark = pytest.mark.processes


def start_worker(plant: Plant) -> subprocess.CompletedProcess[str]:
    """A worker that is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "workers", "--queues", "fast"],
        env=plant.environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def ready(plant: Plant, **changes: object) -> dict[str, dict[str, object]]:
    plant.services.settings = replace(plant.services.settings, **changes)
    app = create_app(plant.services.settings, services=plant.services)
    return app.test_client().get("/readyz").json["checks"]


@pytest.mark.parametrize(
    ("setting", "value", "code", "word"),
    [
        ("maxmemory-policy", "allkeys-lru", "queue_evicts", "noeviction"),
        ("appendonly", "no", "queue_not_on_disk", "appendonly"),
    ],
)
def test_a_queue_that_may_lose_work_is_refused(small_plant: Plant, setting, value, code, word) -> None:
    """R12: the worker does not start, and the probe says why."""
    assert dangers(small_plant.queue.url) == []
    small_plant.queue.client.config_set(setting, value)
    done = start_worker(small_plant)
    assert done.returncode == 4
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert ready(small_plant)["queue"] == {"ok": False, "dangers": [code]}


def test_a_database_that_is_not_up_to_date_is_refused(small_plant: Plant) -> None:
    """R12: pending steps."""
    schema.downgrade(small_plant.services.engine, "-1")
    done = start_worker(small_plant)
    assert (done.returncode, "Traceback" in done.stderr) == (4, False)
    assert "数据库" in done.stderr
    assert not ready(small_plant)["migrations"]["ok"]


def test_a_short_secret_and_a_debugger_are_not_ready(small_plant: Plant) -> None:
    """R12: default or short secrets, and DEBUG."""
    path = small_plant.settings.keys_path
    keys = json.loads(path.read_text())
    assert len(base64.b64decode(keys["secret_key"])) >= 32
    path.write_text(json.dumps({**keys, "secret_key": base64.b64encode(b"secret").decode()}))
    del small_plant.services.__dict__["keyring"]
    app = create_app(small_plant.settings, services=small_plant.services)
    app.debug = True
    checks = app.test_client().get("/readyz").json["checks"]
    assert not checks["secrets"]["ok"]
    assert not checks["debugger"]["ok"]


def test_a_missing_key_file_of_a_full_database_is_not_made_anew(small_plant: Plant) -> None:
    """R12: new keys would make everything that is sealed unreadable."""
    settings = replace(small_plant.settings, database_url="postgresql://u@127.0.0.1:1/x")
    settings.keys_path.unlink()
    with pytest.raises(DomainError) as caught:
        create_app(settings)
    assert caught.value.code == "key_file_missing"


def test_the_engine_of_another_major_version_is_said_so() -> None:
    """R12: a server that answers as version 8 does."""

    class Old(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"version": {"number": "8.19.0"}, "tagline": "You Know, for Search"}).encode()
            self.send_response(200)
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Old) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(DomainError) as caught:
            ElasticEngine(f"http://127.0.0.1:{server.server_port}").ping()
        server.shutdown()
    assert caught.value.code == "search_version"


def test_a_pickled_job_is_never_opened(small_plant: Plant, tmp_path) -> None:
    """R12: whoever can write into the queue server must not run code by it."""

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str, str]]:
            return (open, (str(tmp_path / "opened"), "w"))

    line = queue(small_plant.queue.url, "fast")
    job = line.enqueue(JOB, "search.vacancy")
    Redis.from_url(small_plant.queue.url).hset(f"rq:job:{job.id}", "data", pickle.dumps(Trap()))
    small_plant.worker("one")
    until(lambda: line.count == 0 and not small_plant.horses(), 30, "the job is over")
    assert not (tmp_path / "opened").exists()


@contextmanager
def black_hole() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        yield listener.getsockname()[1]


def test_the_probe_answers_in_two_seconds_while_nothing_else_does(tmp_path, small_plant: Plant) -> None:
    """R13: database, queue and engine are black holes, all by their real drivers."""
    with black_hole() as port:
        settings = load(
            {
                "ANYE_DATA": str(tmp_path),
                "ANYE_KEYS_FILE": str(small_plant.settings.keys_path),
                "ANYE_DATABASE_URL": f"postgresql://u:p@127.0.0.1:{port}/x",
                "ANYE_REDIS_URL": f"redis://127.0.0.1:{port}/0",
                "ANYE_SEARCH_URL": f"http://127.0.0.1:{port}",
            }
        )
        client = create_app(settings).test_client()
        for _ in range(3):
            started = time.monotonic()
            answer = client.get("/readyz")
            assert time.monotonic() - started <= patient(2)
            assert answer.status_code == 503
            silent = {name for name, state in answer.json["checks"].items() if not state["ok"]}
            assert silent >= {"database", "migrations", "queue", "workers", "search", "outbox", "imports"}
        started = time.monotonic()
        assert client.get("/healthz").data == b"ok\n"
        assert time.monotonic() - started < patient(0.2)


def test_a_worker_that_fell_silent_is_noticed(small_plant: Plant) -> None:
    """R13: its heartbeat is a key that expires."""
    process = small_plant.worker("one")
    (key,) = small_plant.queue.client.keys("*:heartbeat:*")
    assert 0 < small_plant.queue.client.ttl(key) <= 90
    assert ready(small_plant)["workers"]["alive"] == 1
    process.kill()
    process.wait()
    small_plant.queue.client.pexpire(key, 1)
    until(lambda: not small_plant.queue.client.exists(key), 5, "the heartbeat is gone")
    assert ready(small_plant)["workers"] == {"ok": False, "alive": 0, "within_seconds": 90}
