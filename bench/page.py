"""The figures that ``docs/performance.md`` shows: kept row by row, so that one row can be measured anew."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bench.harness import Result, table

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
FIGURES = Path(__file__).with_name("figures.json")
START, END = "<!-- figures: python -m bench --write -->\n", "<!-- end of figures -->\n"


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0))


def kept(file: Path = FIGURES) -> dict[str, Any]:
    """What was measured before: row → when, on how many cores, results."""
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


def merged(
    before: Mapping[str, Any], rows: Mapping[str, Sequence[Result]], order: Sequence[str], today: date
) -> dict[str, Any]:
    """The figures with these rows in the place of their older ones, in the table's order."""
    new = {
        name: {"on": today.isoformat(), "cores": cores(), "results": [vars(each) for each in results]}
        for name, results in rows.items()
    }
    known = {**before, **new}
    return {name: known[name] for name in order if name in known}


def section(figures: Mapping[str, Any]) -> str:
    """Table, notes, and what was measured when."""
    results = [Result(**each) for row in figures.values() for each in row["results"]]
    when: dict[tuple[str, int], list[str]] = {}
    for name, row in figures.items():
        when.setdefault((row["on"], row["cores"]), []).append(name)
    dates = [
        f"- Measured on {day}, {count} cores: {', '.join(names)}." for (day, count), names in when.items()
    ]
    return "\n".join([table(results), "", *dates, ""])


def with_section(page: str, text: str) -> str:
    """The page with another section of figures.

    Raises:
        ValueError: its marks are not there.
    """
    before, start, rest = page.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"no {START.strip()} … {END.strip()}")
    return f"{before}{START}\n{text}\n{END}{after}"


def write(rows: Mapping[str, Sequence[Result]], order: Sequence[str], today: date) -> None:
    """Keep these rows and write the page anew."""
    figures = merged(kept(), rows, order, today)
    FIGURES.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(with_section(PAGE.read_text(encoding="utf-8"), section(figures)), encoding="utf-8")
