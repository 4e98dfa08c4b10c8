"""Uploaded files stay in memory: a ledger full of ID numbers must not lie unsealed on a disk."""

from __future__ import annotations

import os
from typing import IO

from flask import Request


class SealedUploads(Request):
    """Requests whose files go into the kernel's memory, outside of this process's own."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return os.fdopen(os.memfd_create("upload", 0), "w+b")
