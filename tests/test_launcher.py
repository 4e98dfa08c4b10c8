"""What ``make run`` promises: it starts, it says clearly why it does not, and nothing outlives it."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import psutil
import pytest

from config import load
from tests.patience import patient
from tools.launcher import valkey
from tools.launcher.checks import OnlyCopy, Problem, check_port, prepare_directory
from tools.launcher.children import DEATHS_ALLOWED, Child
from tools.launcher.first_start import DemoState
from tools.launcher.supervisor import Stopped, Supervisor

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = patient(60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


# -- the checks ---------------------------------------------------------------------------------------------


def test_a_port_in_use_is_said_with_another_one_to_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Problem, match=f"PORT={port + 1}") as caught:
            check_port("127.0.0.1", port)
    assert caught.value.code == 2


def test_a_free_port_is_no_problem() -> None:
    check_port("127.0.0.1", free_port())


def test_a_second_copy_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    second = OnlyCopy(tmp_path, "http://127.0.0.1:9000/")
    with (
        OnlyCopy(tmp_path, "http://127.0.0.1:8000/"),
        pytest.raises(Problem, match=r"http://127\.0\.0\.1:8000/"),
    ):
        second.__enter__()
    with OnlyCopy(tmp_path, "http://127.0.0.1:9000/"):
        pass


def test_a_full_disk_is_said_before_anything_is_started(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="磁盘只剩"):
        prepare_directory(tmp_path / "data", least=1 << 60)


def test_a_data_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Problem, match="不能写"):
        prepare_directory(tmp_path / "file" / "data")


def test_a_new_data_directory_is_private(tmp_path: Path) -> None:
    prepare_directory(tmp_path / "data")
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_a_damaged_demo_record_is_said(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text("{")
    with pytest.raises(Problem, match="demo"):
        DemoState.read(tmp_path, date(2026, 11, 22))


# -- the queue server ---------------------------------------------------------------------------------------


@pytest.mark.processes
def test_the_queue_server_answers_below_a_very_long_path(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 30)
    data.mkdir()
    settings = load({"ANYE_DATA": str(data)})
    assert len(os.fsencode(settings.queue_socket)) < 108
    log = data / "queue.log"
    child = Child("queue", valkey.command(data, settings.queue_socket), log, os.environ, ROOT)
    child.start()
    try:
        wait_until(lambda: valkey.answers(settings.queue_socket))
        assert {"maxmemory-policy noeviction", "appendonly yes"} <= set(
            (data / "queue" / "valkey.conf").read_text().splitlines()
        )
    finally:
        child.ask_to_end()
        child.end(time.monotonic() + 5)
    assert not valkey.answers(settings.queue_socket)


# -- the supervisor -----------------------------------------------------------------------------------------


def sleeper(*, ignores_sigterm: bool = False) -> list[str]:
    ignore = "signal.signal(signal.SIGTERM, signal.SIG_IGN);" if ignores_sigterm else ""
    return [sys.executable, "-c", f"import signal, time; {ignore} print('up', flush=True); time.sleep(600)"]


@pytest.mark.processes
def test_a_child_that_is_killed_comes_back(tmp_path: Path) -> None:
    with Supervisor(ROOT, tmp_path, os.environ) as supervisor:
        child = supervisor.start("sleeper", sleeper())
        assert child.process
        first = child.process.pid
        os.kill(first, signal.SIGKILL)
        supervisor.until(
            lambda: child.alive and child.process is not None and child.process.pid != first, 20, "late"
        )
    assert not child.alive


@pytest.mark.processes
def test_a_child_that_cannot_live_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    with Supervisor(ROOT, tmp_path, os.environ) as supervisor:
        child = supervisor.start("broken", [sys.executable, "-c", "raise SystemExit('no such table')"])
        child._deaths.extend([time.monotonic()] * (DEATHS_ALLOWED - 1))
        with pytest.raises(Problem, match="no such table"):
            supervisor.until(lambda: False, 20, "late")


@pytest.mark.processes
def test_a_stop_in_the_middle_of_a_command_ends_the_command_too(tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    write = f"import os, time; open({str(marker)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    with Supervisor(ROOT, tmp_path, os.environ) as supervisor:
        supervisor.start("sleeper", sleeper())
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Stopped):
            supervisor.run([sys.executable, "-c", write])
    assert not marker.exists() or not psutil.pid_exists(int(marker.read_text()))


@pytest.mark.processes
def test_a_child_deaf_to_sigterm_is_killed_at_the_deadline(tmp_path: Path) -> None:
    log = tmp_path / "deaf.log"
    child = Child("deaf", sleeper(ignores_sigterm=True), log, os.environ, ROOT)
    child.start()
    wait_until(lambda: b"up" in log.read_bytes())
    child.ask_to_end()
    child.end(time.monotonic() + 0.3)
    assert not child.alive


# -- the whole ----------------------------------------------------------------------------------------------


def launch(data: Path, port: int, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [ROOT / "tools" / "run", "--port", str(port), *more],
        env=os.environ | {"ANYE_DATA": str(data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def said_until(process: subprocess.Popen[str], words: str) -> str:
    """What it says up to a line with these words (the test's time limit ends a wait in vain)."""
    lines = []
    assert process.stderr
    for line in process.stderr:
        lines.append(line)
        if words in line:
            return "".join(lines)
    pytest.fail(f"it ended without {words}: {''.join(lines)}")


@contextmanager
def running(data: Path, port: int, *more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = launch(data, port, *(more or ("--demo", "0")))
    try:
        yield process, said_until(process, "Ctrl-C")
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        if process.stderr:
            process.stderr.close()


def offspring(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


@pytest.mark.processes
def test_from_nothing_to_an_address_and_back_to_nothing(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path / "data", port) as (process, said):
        assert re.search(rf"http://127\.0\.0\.1:{port}/setup/\S{{20,}}", said)
        family = offspring(process)
        commands = [" ".join(member.cmdline()) for member in family]
        for part in ("valkey", "gunicorn", "--queues", "--sweep"):
            assert any(part in command for command in commands), part

        second = launch(tmp_path / "data", free_port(), "--demo", "0")
        _, refusal = second.communicate(timeout=PATIENCE)
        assert second.returncode == 2
        assert f"http://127.0.0.1:{port}/" in refusal
        assert "Traceback" not in refusal

        elsewhere = launch(tmp_path / "other", port, "--demo", "0")
        _, refusal = elsewhere.communicate(timeout=PATIENCE)
        assert elsewhere.returncode == 2
        assert f"PORT={port + 1}" in refusal
        assert "Traceback" not in refusal

        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        _, alive = psutil.wait_procs(family, timeout=5)
        assert alive == []

    with running(tmp_path / "data", port) as (process, said):
        assert "正在准备数据库" not in said


@pytest.mark.processes
def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    with running(tmp_path / "data", free_port()) as (process, _said):
        family = offspring(process)
        assert len(family) >= 5
        process.kill()
        process.wait(10)
        _, alive = psutil.wait_procs(family, timeout=20)
        assert [" ".join(member.cmdline()) for member in alive] == []


@pytest.mark.processes
def test_an_interrupted_first_start_goes_on_and_a_later_one_imports_nothing_twice(tmp_path: Path) -> None:
    data, city = tmp_path / "data", ("--people", "60")
    first = launch(data, free_port(), *city)
    said_until(first, "[4/5]")
    first.kill()
    first.communicate()
    passwords = (data / "demo-accounts.txt").read_text("utf-8")
    assert (data / "demo-accounts.txt").stat().st_mode & 0o077 == 0

    with running(data, free_port(), *city) as (_process, said):
        assert "[3/5]" not in said
        assert "[5/5]" in said
        assert passwords.split()[1] in said
    with running(data, free_port(), *city) as (_process, said):
        assert "/5]" not in said
        assert "setup/" not in said

    assert (data / "demo-accounts.txt").read_text("utf-8") == passwords
    database = sqlite3.connect(data / "anye.db")
    counts = [
        database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("members", "vacancies", "settlements", "outbox")
    ]
    database.close()
    assert counts == [60, 21, 8, 0]
