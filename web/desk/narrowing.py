"""What a list is narrowed to, as a sentence whose parts can each be taken away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request, url_for


@dataclass(frozen=True)
class Part:
    """One part of the sentence: its words, and the address of the list without it."""

    words: str
    address: str


def sentence(parts: dict[str, str]) -> list[Part]:
    """The parts of a list's sentence.

    Args:
        parts: name of the filter in the address → words.
    """
    return [Part(words, _without(name)) for name, words in parts.items()]


def _without(name: str) -> str:
    values: dict[str, Any] = {
        known: texts
        for known, texts in request.args.to_dict(flat=False).items()
        if known not in (name, "page") and known[:1] != "_" and any(texts)
    }
    return url_for(request.endpoint or "", **{**values, **(request.view_args or {})})
