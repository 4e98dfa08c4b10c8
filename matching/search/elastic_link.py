"""The wire to Elasticsearch: one client per process, time limits, errors at the edge, bulk with care."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from elasticsearch import ApiError, Elasticsearch, TransportError

from matching.search.breaker import Breaker
from matching.search.port import SearchUnavailable
from matching.search.text import QueryRejected

#: A page waits this long at most, then SQL answers (R5).
SEARCH_SECONDS = 1.5
WRITE_SECONDS = 30.0

#: Tries of a bulk item that the engine was too busy for, and the first pause between them in seconds.
BUSY_TRIES = 5
BUSY_PAUSE = 0.2

TOO_MANY_REQUESTS = 429
CONFLICT = 409
NOT_FOUND = 404

#: Documents in one bulk request.
BULK = 500

Action = dict[str, Any]


class Link:
    """Clients with time limits, and what their errors mean here.

    Args:
        url: ``http(s)://[user:password@]host:port``.
        search_seconds: limit for whatever a page waits for.
        pause: waits between tries of a busy engine (a test passes its own).
    """

    def __init__(
        self,
        url: str,
        search_seconds: float = SEARCH_SECONDS,
        breaker: Breaker | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = url
        self._search_seconds = search_seconds
        self._pause = pause
        self._process = 0
        self._client: Elasticsearch | None = None
        self.breaker = breaker or Breaker()

    def client(self, seconds: float = WRITE_SECONDS) -> Elasticsearch:
        """The client of this process (a forked worker must not share its parent's sockets)."""
        if self._client is None or self._process != os.getpid():
            self._client = Elasticsearch(self._url, request_timeout=WRITE_SECONDS, max_retries=0)
            self._process = os.getpid()
        return self._client.options(request_timeout=seconds)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Elasticsearch]:
        """For a page: a short limit, and no wait at all while the breaker is open.

        Raises:
            SearchUnavailable, QueryRejected
        """
        if not self.breaker.admits():
            raise SearchUnavailable("search_down")
        try:
            with _errors():
                yield self.client(self._search_seconds)
        except SearchUnavailable:
            self.breaker.failed()
            raise
        except QueryRejected:
            self.breaker.succeeded()
            raise
        self.breaker.succeeded()

    @contextlib.contextmanager
    def working(self) -> Iterator[Elasticsearch]:
        """For workers and commands, which may wait; they retry by themselves."""
        with _errors():
            yield self.client()

    def bulk(self, target: str, actions: Iterable[tuple[Action, Action | None]]) -> Iterator[Action]:
        """Send actions (header, source or ``None``), and give back each one's outcome in their order.

        A 200 says nothing: every item has its own status.  Items refused as too many are sent again.

        Raises:
            SearchUnavailable: no answer, no such alias, still too busy, or an item failed over there.
        """
        batch: list[tuple[Action, Action | None]] = []
        for action in actions:
            batch.append(action)
            if len(batch) == BULK:
                yield from self._send(target, batch)
                batch = []
        if batch:
            yield from self._send(target, batch)

    def _send(self, target: str, batch: list[tuple[Action, Action | None]]) -> Iterator[Action]:
        outcomes: list[Action | None] = [None] * len(batch)
        waiting = list(range(len(batch)))
        for attempt in range(BUSY_TRIES):
            if attempt:
                self._pause(BUSY_PAUSE * 2 ** (attempt - 1))
            lines = [part for at in waiting for part in batch[at] if part is not None]
            try:
                with self.working() as client:
                    answer = client.bulk(index=target, operations=lines, require_alias=True)
            except _Busy:
                continue
            for at, item in zip(waiting, answer["items"], strict=True):
                outcomes[at] = next(iter(item.values()))
            waiting = [at for at in waiting if (outcomes[at] or {}).get("status") == TOO_MANY_REQUESTS]
            if not waiting:
                break
        if waiting:
            raise SearchUnavailable("search_busy")
        done = [outcome for outcome in outcomes if outcome is not None]
        if any(_engines_fault(outcome) for outcome in done):
            raise SearchUnavailable("search_down")
        yield from done


class _Busy(SearchUnavailable):
    """The engine has too much to do just now."""


def _engines_fault(outcome: Action) -> bool:
    status = outcome.get("status", 500)
    return status >= 500 or (status == NOT_FOUND and "error" in outcome)


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    """Engine errors become ours; nothing of the library crosses the port."""
    try:
        yield
    except TransportError as error:
        raise SearchUnavailable("search_down") from error
    except ApiError as error:
        if error.status_code == TOO_MANY_REQUESTS:
            raise _Busy("search_busy") from error
        if error.status_code == 400:
            raise QueryRejected("not_understood") from error
        raise SearchUnavailable("search_down") from error
