"""The processes that the supervisor starts, watches, restarts and ends."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.launcher.checks import Problem

#: A child that died this often within a minute will not get better by trying again.
DEATHS_ALLOWED = 5
WITHIN_SECONDS = 60.0
LONGEST_PAUSE = 8.0
#: A log beyond this size gives its content to NAME.log.1 and begins anew, in bytes.
LOG_BYTES = 20 * 1024**2

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def end_with_parent() -> None:
    """In a child: ask the kernel for a SIGTERM when the supervisor dies, even of kill -9."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One process.

    Args:
        name: names its log.
        command: program and arguments.
        log: file that takes what it says.
        environ: its variables.
        directory: where it runs.
    """

    name: str
    command: Sequence[str]
    log: Path
    environ: Mapping[str, str]
    directory: Path
    process: subprocess.Popen[bytes] | None = None
    due: float = 0.0
    _deaths: deque[float] = field(default_factory=deque)

    def start(self) -> None:
        """Start it, in a session of its own so that the terminal's Ctrl-C reaches the supervisor alone."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self.environ),
                cwd=self.directory,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        self.due = 0.0

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def look_after(self, now: float) -> None:
        """Start it again when it died, after a pause that grows with each death.

        Args:
            now: a monotonic clock, in seconds.

        Raises:
            Problem: it died too often.
        """
        if self.alive:
            return
        if self.due:
            if now >= self.due:
                self.start()
            return
        self._deaths.append(now)
        while self._deaths and now - self._deaths[0] > WITHIN_SECONDS:
            self._deaths.popleft()
        if len(self._deaths) >= DEATHS_ALLOWED:
            raise Problem(f"{self.name} 一再退出,已停止。原因见 {self.log};最后一行:{last_line(self.log)}")
        self.due = now + min(LONGEST_PAUSE, 0.25 * 2 ** len(self._deaths))

    def keep_log_small(self) -> None:
        """Move a log that grew too long aside; the process goes on writing to the same file."""
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            shutil.copyfile(self.log, self.log.with_suffix(".log.1"))
            os.truncate(self.log, 0)

    def ask_to_end(self) -> None:
        """SIGTERM."""
        if self.alive and self.process is not None:
            self.process.terminate()

    def end(self, deadline: float) -> None:
        """Wait for it until the deadline, then end its whole process group."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.05, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        # Forked jobs of a worker that was killed are in its group.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


def begin_log(log: Path) -> None:
    """Keep the last run's log beside the new one."""
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    log.touch(mode=0o600)


def last_line(log: Path) -> str:
    """The last thing that was said, for a sentence."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4096))
            lines = file.read().decode("utf-8", "replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1][:300] if lines else "(没有)"


def wait_for(ready: Callable[[], bool], watch: Callable[[], None], seconds: float, sentence: str) -> None:
    """Watch over the children until something answers.

    Raises:
        Problem: it did not within the time.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise Problem(sentence)
        watch()
