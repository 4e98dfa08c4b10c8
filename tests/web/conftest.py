"""Fixtures of the pages' tests."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import patient
from tests.webapp import app, client, clock, compiled, empty_database, services, settings, sign_in_as, user_of
from tools.launcher import valkey as launcher

__all__ = [
    "app",
    "client",
    "clock",
    "compiled",
    "empty_database",
    "services",
    "settings",
    "sign_in_as",
    "user_of",
]


@pytest.fixture
def valkey() -> Iterator[str]:
    """A queue server of the test's own, as a URL."""
    # The path of a unix socket is short by nature, so not below the test's own long directory.
    with tempfile.TemporaryDirectory(prefix="anye-") as directory:
        path = Path(directory) / "s" / "queue.sock"
        server = subprocess.Popen(
            launcher.command(Path(directory), path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            deadline = time.monotonic() + patient(20)
            while not launcher.answers(path):
                assert server.poll() is None
                assert time.monotonic() < deadline
            yield f"unix://{path}"
        finally:
            server.terminate()
            server.wait(10)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pages take longer than rules: they come after the fast part."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("pages")
