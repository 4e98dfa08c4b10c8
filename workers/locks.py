"""A lock file that its holder's death frees."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: How often a waiting process looks again, in seconds (flock has no time-out of its own).
LOOK = 0.02


class LockTaken(Exception):
    """Somebody else held the lock all the time."""


@contextmanager
def exclusive(path: Path, *, wait: float) -> Iterator[None]:
    """Hold the lock file for the block.

    Args:
        path: the file; made when it is not there.
        wait: seconds to wait for it.

    Raises:
        LockTaken: not free in time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        end = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise LockTaken(str(path)) from None
                time.sleep(LOOK)
        yield
    finally:
        os.close(handle)
