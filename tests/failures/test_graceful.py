"""R17: the web server ends while somebody waits, and is replaced while many ask.

What would go wrong: an answer is cut off in the middle; a browser meets a closed door during an update.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.failures.plant import ROOT, Plant, say, until
from tests.webapp import compile_catalogues

pytestmark = pytest.mark.processes


class Web:
    """The web server as a service manager starts it: ``python -m gunicorn`` cannot start itself anew."""

    def __init__(self, plant: Plant) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.pid_file = plant.data / "web.pid"
        compile_catalogues()
        with plant.log("web").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(
                        Path(sys.executable).with_name("gunicorn"),
                        "wsgi:app",
                        "--bind",
                        f"127.0.0.1:{self.port}",
                    ),
                    *("--worker-class", "gthread", "--threads", "8", "--workers", "1", "--timeout", "60"),
                    *("--graceful-timeout", "20", "--no-control-socket", "--pid", str(self.pid_file)),
                ],
                env=plant.environ,
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        until(self.answers, 60, "the web server answers")

    def answers(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.get("/healthz") == 200
        return False

    def get(self, path: str) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            line.request("GET", path)
            answer = line.getresponse()
            answer.read()
            return answer.status
        finally:
            line.close()

    def close(self) -> None:
        pids = [self.process.pid]
        for path in (self.pid_file, Path(f"{self.pid_file}.2")):
            with contextlib.suppress(OSError, ValueError):
                pids.append(int(path.read_text()))
        for pid in set(pids):
            with contextlib.suppress(psutil.NoSuchProcess):
                for one in [*psutil.Process(pid).children(), psutil.Process(pid)]:
                    one.kill()
        self.process.wait()


@pytest.fixture
def web(small_plant: Plant) -> Iterator[Web]:
    made = Web(small_plant)
    try:
        yield made
    finally:
        made.close()


def test_a_request_is_answered_though_the_server_was_asked_to_end(web: Web, small_plant: Plant) -> None:
    """R17: a form that waits for the database while SIGTERM comes."""
    line = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
    line.request("GET", "/sign-in")
    page = line.getresponse()
    cookie = page.headers["Set-Cookie"].split(";")[0]
    token = page.read().decode().split('name="csrf_token" value="')[1].split('"')[0]
    line.close()
    other = sqlite3.connect(small_plant.data / "anye.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    line = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
    body = f"csrf_token={token}&login=nobody&password=wrong"
    head = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    line.request("POST", "/sign-in", body, head)
    until(lambda: working(web), 20, "the form is being worked on")
    web.process.send_signal(signal.SIGTERM)
    until(lambda: "Handling signal: term" in small_plant.log("web").read_text(), 8, "the signal was taken in")
    other.execute("ROLLBACK")
    other.close()
    answer = line.getresponse()
    assert answer.status == 422 or answer.status < 400
    assert answer.read().rstrip().endswith(b"</html>")
    line.close()
    assert web.process.wait(30) == 0


def working(web: Web) -> bool:
    """Whether a connection of ours has been taken up."""
    workers = psutil.Process(web.process.pid).children()
    return any(
        one.status == psutil.CONN_ESTABLISHED and one.laddr.port == web.port
        for worker in workers
        for one in worker.net_connections(kind="tcp")
    )


def test_a_rolling_restart_turns_nobody_away(web: Web, small_plant: Plant) -> None:
    """R17: the new server takes over the open door, then the old one goes."""
    statuses: list[int] = []
    errors: list[str] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            try:
                statuses.append(web.get("/"))
            except (OSError, http.client.HTTPException) as error:
                errors.append(type(error).__name__)

    clients = [threading.Thread(target=ask) for _ in range(3)]
    for one in clients:
        one.start()
    try:
        second = Path(f"{web.pid_file}.2")
        os.kill(web.process.pid, signal.SIGUSR2)
        until(lambda: second.exists() and second.read_text().strip(), 30, "the new server has begun")
        new = psutil.Process(int(second.read_text()))
        until(
            lambda: (
                "Booting worker" in small_plant.log("web").read_text().split("Handling signal: usr2")[-1]
                and new.children()
            ),
            60,
            "its worker is up",
        )
        before = len(statuses)
        until(lambda: len(statuses) > before + 20, 60, "both answer")
        web.process.send_signal(signal.SIGTERM)
        web.process.wait(60)
        before = len(statuses)
        until(lambda: len(statuses) > before + 20, 60, "the new one answers alone")
    finally:
        over.set()
        for one in clients:
            one.join()
    say(requests=len(statuses), errors=len(errors))
    assert errors == []
    assert set(statuses) == {200}
