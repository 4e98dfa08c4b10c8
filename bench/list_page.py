"""The public list with filters and counts under four clients, beside a route that renders the same 20 rows.

Both routes are served by one gunicorn with the launcher's settings; rounds of each alternate.
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import quote

from bench import city
from bench.harness import Result, exponent
from bench.search import filled
from bench.stack import services, settings_of

FULL, QUICK, TINY = 20_000, 2_000, 60
MORE = {"quick": {"seconds": 1.0, "rounds": 5}, "tiny": {"seconds": 0.1, "rounds": 1}}
CLIENTS = 4
#: The list, and its constants.
BOTH = ("/", "/constant")
ROOT = Path(__file__).parents[1]


def addresses() -> list[str]:
    """What visitors ask: the plain list, filters, words, pages."""
    asked = ["", "kind=support_workshop", "kind=enterprise&kind=cooperative", "county=431222", "shift=day"]
    asked += ["benefit=lunch", "pay=3000", "load=light&shift=day", "sort=pay", "page=3"]
    return [*asked, *(f"q={quote(title)}" for title in city.titles()[:3])]


@contextmanager
def served(folder: Path, size: int) -> Iterator[int]:
    """The application on a city of vacancies; gives the port."""
    data = folder / f"list-{size}"
    url = city.database(data / "anye.db", 0, size)
    with services(data, tables=False) as made:
        filled(made.search, url)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "bench.list_app:app", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--threads", "8", "--workers", "1", "--log-level", "warning"]
    command += ["--keep-alive", "60"]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings_of(data))
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


def per_second(port: int, path: str, seconds: float) -> float:
    """Pages a second that four clients get."""
    asked, counts = addresses(), [0] * CLIENTS
    end = time.perf_counter() + seconds

    def client(number: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        at = number * 3
        while time.perf_counter() < end:
            line.request("GET", f"{path}?{asked[at % len(asked)]}")
            answer = line.getresponse()
            body = answer.read()
            assert answer.status == 200, (answer.status, body[:200])
            at += 1
            counts[number] += 1
        line.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)


def measure(
    folder: Path, size: int, seconds: float, rounds: int, paths: tuple[str, ...] = BOTH
) -> list[float]:
    """Pages a second at each path."""
    with served(folder, size) as port:
        for path in paths:
            per_second(port, path, seconds)
        taken = [[per_second(port, path, seconds) for path in paths] for _ in range(rounds)]
    return [median(each) for each in zip(*taken, strict=True)]


def run(folder: Path, size: int, growth: bool = True, seconds: float = 3.0, rounds: int = 7) -> list[Result]:
    """Pages a second, over rounds of some seconds each."""
    small = [measure(folder, size // part, seconds, 3, BOTH[:1])[0] for part in ((4, 2) if growth else ())]
    ours, constant = measure(folder, size, seconds, rounds)
    grown = {"vacancies": exponent([1, 2, 4], [1 / each for each in (*small, ours)])} if growth else {}
    return [
        Result(
            "list page, 4 clients",
            f"{size:,} open vacancies",
            constant,
            ours,
            "pages/s",
            0.4,
            at_least=True,
            growth=grown,
            notes=["growth is that of the time a page takes"],
        )
    ]
