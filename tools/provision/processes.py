"""Free ports and processes that outlive the call which started them."""

import contextlib
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

from .words import Unavailable

PATIENCE_SECONDS = 60


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pid_in(pid_file: Path) -> int | None:
    """The process a pid file names, None when it is gone. A reused pid works in another directory."""
    try:
        pid = int(pid_file.read_text().split()[0])
        own = os.path.samefile(f"/proc/{pid}/cwd", pid_file.parent)
    except (OSError, ValueError, IndexError):
        return None
    return pid if own else None


def end(pid: int, polite: signal.Signals) -> None:
    """The polite signal, and SIGKILL when the process is still there after the patience."""
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        try:
            os.kill(pid, polite)
            if not select.select([handle], [], [], PATIENCE_SECONDS)[0]:
                os.kill(pid, signal.SIGKILL)
        finally:
            os.close(handle)


def until(ready: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise Unavailable(f"{otherwise} within {PATIENCE_SECONDS} seconds")
        time.sleep(0.1)


def is_quiet(directory: Path) -> bool:
    """No process works in the directory any more (a dead one that nobody reaped does not count)."""
    for cwd in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if os.path.samefile(cwd, directory):
                return False
    return True
