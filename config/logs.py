"""Logs: one JSON object a line, constant event names with fields, never a personal value."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

#: Field names that must not appear in a log line, whoever wrote the call.
PRIVATE = frozenset({"name", "phone", "id_number", "birth_date", "password", "token", "health", "disability"})


class _Forgiving:
    """A stream that a full disk or a closed terminal cannot break: a line is lost, the work is not."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


def configure(level: str = "info", form: str = "json", stream: TextIO | None = None) -> None:
    """Set up logging for this process.

    Args:
        level: debug, info, warning or error.
        form: ``json`` for machines, ``console`` for a terminal.
        stream: where lines go (default: standard error, since standard output carries results only).
    """
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if form == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _drop_private,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper(), logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(_Forgiving(stream or sys.stderr)),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        stream=stream or sys.stderr, level=logging.WARNING, format="%(name)s %(message)s", force=True
    )


def _drop_private(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in PRIVATE & event.keys():
        event[key] = "…"
    return event
