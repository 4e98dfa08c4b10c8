"""The project's own files, for tests about the code itself."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("matching", "config", "doorbell", "web", "workers", "commands", "demo", "tools", "migrations")


@cache
def files() -> tuple[Path, ...]:
    """All files that are (or are about to be) under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def python_files(*packages: str) -> list[Path]:
    """Python files below some packages (all of them where none is named)."""
    wanted = packages or PACKAGES
    return [path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in wanted]
