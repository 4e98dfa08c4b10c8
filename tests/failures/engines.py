"""An Elasticsearch of the test's own, to be stopped and started."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from pathlib import Path

import psutil

from tests.failures.plant import ROOT, lives, until


class Node:
    """One node.

    Args:
        directory: its data; they stay when it is stopped.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait for its readiness line."""
        subprocess.run(
            [ROOT / "tools/elasticsearch/start", "-d", str(self.port), str(self.directory)],
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "ES_HEAP": "384m"},
            timeout=180,
        )

    def kill(self) -> None:
        """SIGKILL."""
        pid = self.directory / "pid"
        if not pid.exists():
            return
        number = int(pid.read_text())
        pid.unlink()
        with contextlib.suppress(psutil.NoSuchProcess):
            node = psutil.Process(number)
            node.kill()
            until(lambda: not lives(node), 20, "the node is gone")
