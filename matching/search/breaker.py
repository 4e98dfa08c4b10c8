"""A circuit breaker: after some failures in a row nobody waits for an engine that does not answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Breaker:
    """Closed: everybody may ask.  Open: nobody, for ``pause`` seconds.  Then one may try, which decides.

    Args:
        failures: how many in a row open it.
        pause: seconds for which it stays open.
        clock: monotonic seconds.
    """

    def __init__(
        self, failures: int = 3, pause: float = 5.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._allowed, self._pause, self._clock = failures, pause, clock
        self._failed = 0
        self._closed_again = 0.0
        self._lock = threading.Lock()

    def admits(self) -> bool:
        """Whether this caller may ask now; of many callers at the end of a pause only one may."""
        with self._lock:
            if self._failed < self._allowed:
                return True
            if self._clock() < self._closed_again:
                return False
            self._closed_again = self._clock() + self._pause
            return True

    def succeeded(self) -> None:
        """The engine answered: closed."""
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        """The engine did not answer."""
        with self._lock:
            self._failed += 1
            if self._failed >= self._allowed:
                self._closed_again = self._clock() + self._pause
