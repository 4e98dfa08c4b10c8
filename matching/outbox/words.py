"""Sentences for the codes of this room."""

from __future__ import annotations

ERRORS = {
    "buried_row_unknown": "没有这件停下的工作。用 flask outbox 查看编号。",
    "lease_lost": "这件工作已由别的程序接手。",
}
