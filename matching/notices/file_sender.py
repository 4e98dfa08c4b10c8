"""Messages into a file: the default, for trying out and for places without a gateway."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TextIO

from matching.clock import Clock, local_day
from matching.notices.port import Message
from matching.notices.words import SIGNATURE


class FileSender:
    """Writes one line per message to a file per day, readable by its owner only.

    Telephone numbers are masked there: no file of an installation holds them in clear.

    Args:
        directory: where the files are.
        clock: says which day it is.
        console: gets every line too; None: nobody does.
    """

    safe_to_repeat = True

    def __init__(
        self, directory: Path, clock: Clock, *, signature: str = SIGNATURE, console: TextIO | None = None
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._signature = signature
        self._console = console

    def send(self, message: Message) -> str:
        """Write the line; one reference is written once, however often it is handed over."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        now = self._clock.now()
        with _alone(self._directory / ".lock"):
            if found := self.find(message.to, message.reference, now - timedelta(days=1)):
                return found
            line = "\t".join(
                (
                    message.reference,
                    now.isoformat(timespec="seconds"),
                    _masked(message.to),
                    message.template,
                    f"【{self._signature}】{message.text}",
                )
            )
            self._append(self._file(now), line + "\n")
        if self._console is not None:
            self._console.write(line + "\n")
            self._console.flush()
        return _name(message.reference)

    def find(self, to: str, reference: str, since: datetime) -> str | None:
        """Whether it was written, on the day of ``since`` or later."""
        begin = f"{reference}\t"
        for path in sorted(self._directory.glob("*.txt")):
            if path.name >= self._file(since).name:
                with path.open(encoding="utf-8") as file:
                    if any(line.startswith(begin) for line in file):
                        return _name(reference)
        return None

    def _file(self, moment: datetime) -> Path:
        return self._directory / f"{local_day(moment).isoformat()}.txt"

    def _append(self, path: Path, line: str) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "r+b") as file:
            # A line that a crash cut off must not swallow the next one.
            size = file.seek(0, os.SEEK_END)
            torn = size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"
            file.write((b"\n" if torn else b"") + line.encode())
            file.flush()
            os.fsync(file.fileno())


def forget_files(directory: Path, before: date) -> int:
    """Delete the files of days before one.

    Returns:
        How many were deleted.
    """
    old = [path for path in directory.glob("*.txt") if path.stem < before.isoformat()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time; the kernel lets go when it dies."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _masked(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "****" + phone[-2:]


def _name(reference: str) -> str:
    return f"file:{reference}"
