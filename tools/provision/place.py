"""The data directory: what is remembered between two calls."""

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .answers import ANSWERS
from .processes import free_port, is_free
from .words import Unavailable, say


class Place:
    """The data directory and its state.json: engine, password, ports, and where PostgreSQL's files are."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.file = data / "state.json"
        self.env = data / "services.env"
        self.state: dict[str, Any] = {}
        if self.file.exists():
            try:
                self.state = json.loads(self.file.read_text())
            except ValueError:
                raise Unavailable(f"{self.file} is damaged; remove it and start again") from None
        self.ports: dict[str, int] = self.state.setdefault("ports", {})

    @property
    def digest(self) -> str:
        return hashlib.sha256(str(self.data).encode()).hexdigest()[:10]

    def save(self) -> None:
        write_private(self.file, json.dumps(self.state, indent=1) + "\n")

    def write_env(self, running: list[str]) -> None:
        ports = self.ports
        urls = {
            "postgres": "ANYE_DATABASE_URL=postgresql://anye:{password}@127.0.0.1:{port}/anye",
            "redis": "ANYE_REDIS_URL=redis://127.0.0.1:{port}/0",
            "search": "ANYE_SEARCH_URL=http://127.0.0.1:{port}",
        }
        lines = [urls[name].format(port=ports[name], password=self.state["password"]) for name in running]
        write_private(self.env, "".join(line + "\n" for line in lines))

    def answering(self) -> list[str]:
        return [name for name in ANSWERS if name in self.ports and ANSWERS[name](self.ports[name])]

    def port_for(self, name: str) -> int:
        """The port of last time, so that addresses stay, unless another program has taken it."""
        port = self.ports.get(name)
        return port if port and is_free(port) else free_port()


def write_private(path: Path, text: str) -> None:
    """Replaces a file as a whole; only its owner may read it, it holds the password."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.replace(path)


@contextlib.contextmanager
def only_one(data: Path) -> Iterator[None]:
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another tools/services on the same directory")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
