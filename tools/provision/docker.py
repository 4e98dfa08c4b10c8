"""The same three services from compose.yaml."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .answers import ANSWERS
from .place import Place
from .words import Unavailable

COMPOSE = Path(__file__).resolve().parent.parent.parent / "compose.yaml"


def docker_runs() -> bool:
    if shutil.which("docker") is None:
        return False
    for question in (["docker", "info"], ["docker", "compose", "version"]):
        try:
            if subprocess.run(question, capture_output=True, timeout=20).returncode:
                return False
        except (OSError, subprocess.TimeoutExpired):
            return False
    return True


class Docker:
    """A running engine and compose.yaml; the data live in volumes named after the data directory.

    The password is laid down with PostgreSQL's volume: whoever removes state.json removes that as well.
    """

    def __init__(self, place: Place, fast: bool = False) -> None:
        self.place, self.fast = place, fast

    def start(self) -> list[str]:
        if len(self.place.answering()) < len(ANSWERS):
            # containers that run keep their ports, so all three stop before ports are chosen anew
            self.compose("stop")
            self.place.ports.update({name: self.place.port_for(name) for name in ANSWERS})
        self.compose("up", "--detach", "--wait")
        return []

    def stop(self) -> None:
        self.compose("stop")

    def compose(self, *args: str) -> None:
        compose(
            "--project-name",
            f"anye-{self.place.digest}",
            *args,
            ANYE_POSTGRES_PASSWORD=self.place.state["password"],
            ANYE_POSTGRES_FSYNC="off" if self.fast else "on",
            **{f"ANYE_{name.upper()}_PORT": str(self.place.ports.get(name, 0)) for name in ANSWERS},
        )


def compose(*args: str, **settings: str) -> None:
    """Runs docker compose on our file. Raises Unavailable if it fails; it has then said why itself."""
    command = ["docker", "compose", "--file", str(COMPOSE), *args]
    done = subprocess.run(command, env={**os.environ, **settings}, stdout=sys.stderr)
    if done.returncode:
        raise Unavailable("docker compose failed, see above")
