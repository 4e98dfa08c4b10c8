"""Keeps a list of children running until it is told to stop."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tools.launcher.checks import Problem
from tools.launcher.children import Child, begin_log, end_with_parent, wait_for

#: All children together get this long to finish what they are at; then they are killed.
GRACE_SECONDS = 8.0
#: The queue server ends last and needs a moment to write what it holds.
LAST_SECONDS = 3.0
LOOK_EVERY = 0.2
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Ctrl-C or SIGTERM."""


class Supervisor:
    """Children in the order of their start; they end in the opposite order.

    Args:
        root: where they run.
        logs: directory of their logs.
        environ: their variables.
    """

    def __init__(self, root: Path, logs: Path, environ: Mapping[str, str]) -> None:
        self._root, self._logs, self._environ = root, logs, environ
        self._children: list[Child] = []
        self._stop = threading.Event()
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            self._before[number] = signal.signal(number, lambda *_: self._stop.set())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_all()
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def start(self, name: str, command: Sequence[str]) -> Child:
        """Start one more child."""
        log = self._logs / f"{name}.log"
        begin_log(log)
        child = Child(name, command, log, self._environ, self._root)
        child.start()
        self._children.append(child)
        return child

    def watch(self) -> None:
        """One look at all children.

        Raises:
            Stopped: the user wants to end it.
            Problem: a child cannot be kept running.
        """
        if self._stop.wait(LOOK_EVERY):
            raise Stopped
        now = time.monotonic()
        for child in self._children:
            child.look_after(now)
            child.keep_log_small()

    def until(self, ready: Callable[[], bool], seconds: float, sentence: str) -> None:
        """Watch until something answers."""
        wait_for(ready, self.watch, seconds, sentence)

    def run(self, command: Sequence[str]) -> tuple[int, str]:
        """Run a command to its end while the children are looked after; it talks to the user's terminal.

        Returns:
            exit code and standard output.
        """
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(self._environ),
            cwd=self._root,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
        try:
            while process.poll() is None:
                self.watch()
            return process.returncode, process.stdout.read() if process.stdout else ""
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
            if process.stdout:
                process.stdout.close()

    def forever(self) -> None:
        """Watch until the user ends it."""
        while True:
            self.watch()

    def _end_all(self) -> None:
        if not self._children:
            return
        first, rest = self._children[0], self._children[1:]
        for child in reversed(rest):
            child.ask_to_end()
        deadline = time.monotonic() + GRACE_SECONDS
        for child in reversed(rest):
            child.end(deadline)
        first.ask_to_end()
        first.end(time.monotonic() + LAST_SECONDS)


__all__ = ["Problem", "Stopped", "Supervisor"]
