"""The columns of this process, from which pages make near misses and the reasons of matches."""

from __future__ import annotations

from flask import current_app

from matching.pairing.store import ColumnStore
from web.extensions import services

EXTENSION = "anye_columns"


def store() -> ColumnStore:
    """The columns of this process, made at the first page that needs them."""
    if EXTENSION not in current_app.extensions:
        directory = services().settings.data_dir / "columns"
        current_app.extensions[EXTENSION] = ColumnStore(directory)
    kept: ColumnStore = current_app.extensions[EXTENSION]
    return kept
