"""``python -m bench``: every row of the table, each in a process of its own, one after the other.

--quick    small sizes, a few minutes
--only N   these rows only (may be given several times); --list names them
--json F   the figures as JSON as well
--write    put full-size figures into docs/performance.md, in the place of the same rows' older ones
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import page
from bench.harness import Result, table
from bench.stack import NotRunning
from matching.clock import SystemClock, local_day

#: name → module and what it is told beside its size.
ROWS: dict[str, tuple[str, dict[str, Any]]] = {
    "rebuild": ("bench.rebuild", {"mode": "embedded"}),
    "rebuild-production": ("bench.rebuild", {"mode": "production"}),
    "search": ("bench.search", {"mode": "embedded"}),
    "search-production": ("bench.search", {"mode": "production"}),
    "ledger": ("bench.ledger", {"mode": "embedded"}),
    "ledger-production": ("bench.ledger", {"mode": "production"}),
    "pairing": ("bench.pairing", {}),
    "storing": ("bench.pairing_lists", {}),
    "change": ("bench.change", {}),
    "recall": ("bench.recall", {}),
    "list": ("bench.list_page", {}),
    "wording": ("bench.wording", {}),
    "estimate": ("bench.estimate", {}),
}
SCALES = ("full", "quick", "tiny")
MARK = "figures: "


def run_row(name: str, scale: str, folder: Path) -> list[Result]:
    """One row in this process.

    Args:
        name: a key of :data:`ROWS`.
        scale: ``tiny`` runs the smallest size once and tells nothing but that it runs.
        folder: for databases and indexes; rows that need the same city share it there.
    """
    module, more = ROWS[name]
    row: Any = importlib.import_module(module)
    size = getattr(row, scale.upper())
    more = more | getattr(row, "MORE", {}).get(scale, {})
    results: list[Result] = row.run(folder, size, growth=scale != "tiny", **more)
    return results


def run_apart(name: str, scale: str, folder: Path) -> list[Result] | str:
    """One row in a process of its own; text says why there are no figures."""
    command = [sys.executable, "-m", "bench", "--row", name, "--scale", scale, "--folder", str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, env=os.environ)
    for line in done.stdout.splitlines():
        if line.startswith(MARK):
            found = json.loads(line.removeprefix(MARK))
            return found["missing"] if "missing" in found else [Result(**each) for each in found["results"]]
    return f"failed with exit code {done.returncode}"


def everything(
    names: Sequence[str], scale: str, folder: Path
) -> tuple[dict[str, list[Result]], dict[str, str]]:
    """All rows in turn: results by name, and names of rows without figures with the reason."""
    rows: dict[str, list[Result]] = {}
    missing: dict[str, str] = {}
    for name in names:
        started = time.monotonic()
        found = run_apart(name, scale, folder)
        print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
        if isinstance(found, str):
            missing[name] = found
        else:
            rows[name] = found
    return rows, missing


def main(arguments: Sequence[str]) -> int:
    """Entry; 0 if every row has figures, whether or not its goal is met."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if chosen.list:
        print("\n".join(ROWS))
        return 0
    scale = chosen.scale or ("quick" if chosen.quick else "full")
    if chosen.row:
        return _told(chosen.row, scale, Path(chosen.folder))
    if chosen.write and scale != "full":
        parser.error("--write keeps figures of the full size only")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        rows, missing = everything(chosen.only or list(ROWS), scale, Path(folder))
    results = [each for found in rows.values() for each in found]
    print(table(results))
    for name, reason in missing.items():
        print(f"NOT MEASURED: {name}: {reason}")
    if chosen.json:
        chosen.json.write_text(json.dumps([each.as_dict() for each in results], ensure_ascii=False, indent=1))
    if chosen.write:
        page.write(rows, list(ROWS), local_day(SystemClock().now()))
    return 1 if missing else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", action="append", choices=ROWS)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--write", action="store_true")
    for hidden in ("--row", "--folder"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--scale", choices=SCALES, help=argparse.SUPPRESS)
    return parser


def _told(name: str, scale: str, folder: Path) -> int:
    try:
        figures: dict[str, Any] = {"results": [vars(each) for each in run_row(name, scale, folder)]}
    except NotRunning as missing:
        figures = {"missing": str(missing)}
    print(MARK + json.dumps(figures, ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
