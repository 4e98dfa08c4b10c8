"""R14: nobody waits for ever.  What would go wrong: a dependency that stops to answer holds every process."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from matching.bootstrap import WEB_STATEMENT_MS, WORK_STATEMENT_MS, open_services
from tests.stack import stack

pytestmark = pytest.mark.wide

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("config", "matching", "doorbell", "workers", "commands", "web", "demo", "tools")
#: Call → keyword that bounds it (any one of several).
BOUNDED = {
    "Redis": ("socket_timeout",),
    "Redis.from_url": ("socket_timeout",),
    "StrictRedis": ("socket_timeout",),
    "Elasticsearch": ("request_timeout",),
    "HttpProfile": ("reqTimeout",),
    "urlopen": ("timeout",),
    "create_connection": ("timeout",),
    "SMTP": ("timeout",),
    "HTTPConnection": ("timeout",),
    "HTTPSConnection": ("timeout",),
}
#: Clients that are not in requirements.txt, so that nobody brings them in without a limit.
UNKNOWN = ("requests", "httpx", "aiohttp", "smtplib", "ftplib", "http.client")


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def unbounded(path: Path) -> list[str]:
    found = []
    for name, call in calls(path):
        for known, words in BOUNDED.items():
            same = name == known or name.endswith(f".{known}")
            if same and not {keyword.arg for keyword in call.keywords} & set(words):
                found.append(f"{path}:{call.lineno} {name}")
    return found


def sources() -> list[Path]:
    return [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


def test_every_call_over_the_network_has_a_limit_of_time() -> None:
    assert [line for path in sources() for line in unbounded(path)] == []


def test_the_test_sees_a_call_without_one(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "import redis\nredis.Redis.from_url(x)\nElasticsearch(u, request_timeout=3)\n"
    )
    assert len(unbounded(tmp_path / "a.py")) == 1


def test_no_client_comes_in_whose_limits_nobody_looks_at() -> None:
    for path in sources():
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not set(names) & set(UNKNOWN), path


def test_the_limits_of_statements_are_as_promised() -> None:
    assert WEB_STATEMENT_MS <= 5_000
    assert WORK_STATEMENT_MS <= 300_000


@pytest.mark.production
@pytest.mark.parametrize("stack", ["production"], indirect=True)
def test_a_page_gives_up_a_statement_that_takes_too_long(stack) -> None:
    web = open_services(stack.settings, web=True)
    try:
        with web.engine.connect() as connection:
            assert connection.scalar(text("SHOW statement_timeout")) == "5s"
            assert connection.scalar(text("SHOW lock_timeout")) == "5s"
            connection.execute(text("SET statement_timeout = 50"))
            with pytest.raises(OperationalError, match="statement timeout"):
                connection.execute(text("SELECT pg_sleep(5)"))
    finally:
        web.dispose()


__all__ = ["stack"]
