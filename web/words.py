"""One registry of sentences for pages: each room's ``words.py``, merged."""

from __future__ import annotations

import importlib.util
import pkgutil
from functools import cache

import structlog

import matching
from matching.errors import DomainError

log = structlog.get_logger()

UNKNOWN = "这一步没有做成。请返回再试一次,还不行就打电话给我们。"


@cache
def errors() -> dict[str, str]:
    """Code → sentence, of all rooms.

    Raises:
        RuntimeError: two rooms say different things for one code.
    """
    merged: dict[str, str] = {}
    for room in pkgutil.iter_modules(matching.__path__, "matching."):
        if not room.ispkg or importlib.util.find_spec(f"{room.name}.words") is None:
            continue
        for code, words in getattr(importlib.import_module(f"{room.name}.words"), "ERRORS", {}).items():
            if merged.setdefault(code, words) != words:
                raise RuntimeError(f"two sentences for {code}")
    return merged


def sentence(error: DomainError) -> str:
    """What to tell the user; a code without words is logged and gets a general sentence."""
    words = errors().get(error.code)
    if words is None:
        log.warning("code_without_words", code=error.code)
        return UNKNOWN
    try:
        return words.format(**error.facts)
    except (KeyError, IndexError):
        log.warning("words_without_fact", code=error.code)
        return UNKNOWN
