"""Logs: one JSON object a line, constant event names with fields, never a personal value."""

from __future__ import annotations

import contextlib
import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

#: Field names that must not appear in a log line, whoever wrote the call.
PRIVATE = frozenset({"name", "phone", "id_number", "birth_date", "password", "token", "health", "disability"})
PLACES = 8  # of a failure: enough to find it, one line long


class _Forgiving:
    """A stream that a full disk or a closed terminal cannot break: a line is lost, the work is not."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        # Standard error is looked up at each line: whoever redirects it later gets the lines.
        with contextlib.suppress(OSError):
            return (self._stream or sys.stderr).write(text)
        return 0

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            (self._stream or sys.stderr).flush()


def places(error: BaseException) -> list[str]:
    """Where it failed, innermost first, as ``file:line function``; nothing of what it says.

    The text of a failure may quote the value it failed on, and values may be personal.
    """
    frames = traceback.extract_tb(error.__traceback__)[-PLACES:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)]


class _Plain(logging.Formatter):
    """Lines of libraries, as JSON or words; of an exception its kind and its places."""

    def formatException(self, ei: Any) -> str:
        return f"{ei[0].__name__} at {', '.join(places(ei[1]))}"


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
            _say_where,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper(), logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(_Forgiving(stream)),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )
    handler: logging.Handler = logging.StreamHandler(_Forgiving(stream))
    handler.setFormatter(_Plain("%(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _drop_private(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in PRIVATE & event.keys():
        event[key] = "…"
    return event


def _say_where(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["at"] = places(error)
    return event
