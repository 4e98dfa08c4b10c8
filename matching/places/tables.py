"""Reading the small reference tables that ship with a room."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path


def read_table(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a UTF-8 CSV file whose leading ``#`` lines say source and licence.

    Args:
        path: a ``.csv`` or ``.csv.gz`` file; the first line without ``#`` holds the column names.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(line for line in lines if not line.startswith("#"))
