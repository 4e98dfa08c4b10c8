"""Commands beside real processes: a terminal, a queue server, a worker."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

import commands.waiting
from commands.waiting import workers_run
from demo.sheets import Written
from doorbell import connect
from matching.clock import SystemClock
from tests.commands.conftest import Terminal
from tests.patience import patient
from tools.launcher import valkey

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.processes


@contextmanager
def running(arguments: list[str], terminal: Terminal) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the installation, ended with the block."""
    environment = {**os.environ, "ANYE_DATA": str(terminal.data), "ANYE_LOG_LEVEL": "error"}
    process = subprocess.Popen(arguments, cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def until(there: object, seconds: float = patient(30)) -> None:
    end = time.monotonic() + seconds
    while not there():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def queue_server(terminal: Terminal) -> Iterator[None]:
    """The launcher's own queue server in the installation's directory."""
    socket = terminal.settings.queue_socket
    with running(valkey.command(terminal.data, socket), terminal):
        until(lambda: valkey.answers(socket))
        yield
    connect.cache_clear()


@pytest.mark.usefixtures("queue_server")
def test_running_workers_do_the_work(
    terminal: Terminal, sheets: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_here(*_arguments: object, **_options: object) -> None:
        raise AssertionError("the command drained in its own process")

    monkeypatch.setattr(commands.waiting, "drain_topic", not_here)
    monkeypatch.setattr(commands.waiting, "PATIENCE_SECONDS", 120.0)
    # The worker's clock is the machine's, so the command's must be too.
    beside = Terminal(terminal.data, clock=SystemClock())
    with running([sys.executable, "-m", "workers"], terminal):
        until(lambda: workers_run(beside.services))
        told = beside.json("import-settlements", sheets.settlements, "--yes", "--wait")
    beside.close()
    assert (told["state"], told["created"]) == ("done", 8)


@pytest.mark.usefixtures("queue_server")
def test_workers_that_died_a_moment_ago_do_not_make_anybody_wait_for_ever(
    terminal: Terminal, sheets: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = terminal.settings.search_prefix
    connect(terminal.settings.redis).set(f"{prefix}:heartbeat:fast-pair-bulk:1", 1, ex=90)
    monkeypatch.setattr(commands.waiting, "PATIENCE_SECONDS", 0.3)
    assert workers_run(terminal.services)
    told = terminal.json("import-settlements", sheets.settlements, "--yes", "--wait")
    assert (told["state"], told["created"]) == ("done", 8)


def test_a_worker_for_one_queue_is_not_enough(queue_server: None, terminal: Terminal) -> None:
    redis, prefix = connect(terminal.settings.redis), terminal.settings.search_prefix
    redis.set(f"{prefix}:heartbeat:sweep:1", 1)
    redis.set(f"{prefix}:heartbeat:fast:2", 1)
    assert not workers_run(terminal.services)
    redis.set(f"{prefix}:heartbeat:pair-bulk:3", 1)
    assert workers_run(terminal.services)


def test_a_real_terminal_is_asked(terminal: Terminal, sheets: Written) -> None:
    ours, theirs = pty.openpty()
    flask = [sys.executable, "-m", "flask", "--app", "wsgi", "import-settlements", str(sheets.settlements)]
    environment = {**os.environ, "ANYE_DATA": str(terminal.data)}
    process = subprocess.Popen(
        [*flask, "--wait"],
        cwd=ROOT,
        env=environment,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.write(ours, b"y\n")
    stdout, stderr = process.communicate(timeout=60)
    for end in (ours, theirs):
        with suppress(OSError):
            os.close(end)
    assert process.returncode == 0, stderr
    assert "确认导入" in stderr
    assert "新增 8" in stdout
    assert "Traceback" not in stderr


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"ANYE_NIX": "1"}, "ANYE_NIX"),
        ({"ANYE_DATABASE_URL": "sqlite:////no/where/anye.db", "ANYE_KEYS_FILE": "/no/where"}, "密钥文件"),
    ],
)
def test_a_start_that_fails_is_one_sentence(tmp_path: Path, variables: dict[str, str], words: str) -> None:
    environment = {**os.environ, "ANYE_DATA": str(tmp_path), **variables}
    flask = [sys.executable, "-m", "flask", "--app", "wsgi", "config", "check"]
    done = subprocess.run(flask, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
