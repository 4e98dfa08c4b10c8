"""A terminal in front of a real installation: SQLite, embedded index, no queue server."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy.orm import Session

from commands import register
from config import load
from demo import generate
from demo.sheets import Written
from matching.bootstrap import Services
from matching.clock import Clock, FixedClock
from matching.db import transaction
from web import create_app

TODAY = date(2026, 11, 22)
OFFICE = "甲市就业服务中心"


class Terminal:
    """Types commands and reads what they say.

    Args:
        data: the data directory.
        settings: variables beside it.
    """

    def __init__(self, data: Path, clock: Clock | None = None, **settings: str) -> None:
        self.data = data
        self.settings = load({"ANYE_DATA": str(data), "ANYE_LOG_LEVEL": "error", **settings})
        self.services = Services(self.settings, clock or FixedClock())
        self.app = create_app(self.settings, services=self.services)
        register(self.app)

    def run(self, *arguments: Any, code: int = 0, typed: str | None = None) -> Result:
        """Run a command that must end with this code; whatever happens, no traceback is shown."""
        typed_in = [str(argument) for argument in arguments]
        result = self.app.test_cli_runner().invoke(args=typed_in, input=typed)
        assert result.exit_code == code, (typed_in, result.exit_code, result.output, result.exception)
        assert "Traceback" not in result.output
        return result

    def json(self, *arguments: Any, code: int = 0) -> Any:
        """The one object that a command prints."""
        return json.loads(self.run(*arguments, "--json", code=code).stdout)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A look into, or a hand on, the database."""
        with transaction(self.services.sessions) as session:
            yield session

    def close(self) -> None:
        """Let go of the database."""
        self.services.dispose()


@pytest.fixture(scope="session")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The sheets of a small demo city."""
    return generate(60, 3, TODAY, tmp_path_factory.mktemp("sheets"), vacancies=25)


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("migrated") / "var"
    terminal = Terminal(data)
    terminal.run("migrate")
    terminal.run("organisation", "add", OFFICE, "--kind", "office", "--region", "431200")
    terminal.close()
    return data


@pytest.fixture(scope="session")
def _filled(
    _migrated: Path, sheets: Written, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Any]]:
    data = tmp_path_factory.mktemp("filled") / "var"
    shutil.copytree(_migrated, data, symlinks=True)
    terminal = Terminal(data)
    told = [
        terminal.json("import-settlements", sheets.settlements, "--yes", "--wait"),
        terminal.json("import-ledger", sheets.ledgers[0], "--yes", "--wait"),
        terminal.json("import-vacancies", sheets.vacancies, "--vouch", "--yes", "--wait"),
    ]
    terminal.close()
    return data, told


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Error workbooks go into the working directory."""
    monkeypatch.chdir(tmp_path)


def _open(source: Path, tmp_path: Path) -> Iterator[Terminal]:
    data = tmp_path / "var"
    shutil.copytree(source, data, symlinks=True)
    terminal = Terminal(data)
    yield terminal
    terminal.close()


@pytest.fixture
def terminal(_migrated: Path, tmp_path: Path) -> Iterator[Terminal]:
    """An installation with one office and nothing else."""
    yield from _open(_migrated, tmp_path)


@pytest.fixture
def city(_filled: tuple[Path, list[Any]], tmp_path: Path) -> Iterator[Terminal]:
    """An installation that holds the small city."""
    yield from _open(_filled[0], tmp_path)


@pytest.fixture
def told(_filled: tuple[Path, list[Any]]) -> list[Any]:
    """What the three imports of the small city printed."""
    return _filled[1]


@pytest.fixture
def sheet(tmp_path: Path) -> Any:
    """``sheet([[…], …])``: a CSV file with these lines."""

    def write(lines: Iterable[Iterable[object]], name: str = "sheet.csv") -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
        return path

    return write
