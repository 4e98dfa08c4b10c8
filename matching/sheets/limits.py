"""What a file may be before anything of it is parsed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one uploaded file.

    Args:
        file_bytes: size of the file itself.
        unpacked_bytes, ratio, entries: of a zip container, by its own directory.
        grid_cells: rows × columns spanned by the non-empty cells of one sheet.
        rows: non-empty rows of one sheet (a setting: one city's household export has 104,000).
        columns: columns spanned by the non-empty cells.
        child_memory_bytes, child_cpu_seconds: what the parsing process may use.
    """

    file_bytes: int = 30 * 1024 * 1024
    unpacked_bytes: int = 200 * 1024 * 1024
    ratio: int = 100
    entries: int = 200
    grid_cells: int = 50_000_000
    rows: int = 250_000
    columns: int = 200
    child_memory_bytes: int = 2 * 1024**3
    child_cpu_seconds: int = 120
