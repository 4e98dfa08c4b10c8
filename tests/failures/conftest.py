"""Fixtures of the failure tests: an installation with real processes, on either half."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from matching import schema
from matching.db import make_engine
from tests.failures.plant import Plant, embedded_plant, production_plant
from tests.services import scratch_postgres
from tests.stack import blank_postgres, blank_sqlite, embedded, stack

__all__ = ["blank_postgres", "blank_sqlite", "embedded", "stack"]


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file as an installation has it, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "anye.db"
    engine = make_engine(f"sqlite:///{path}")
    schema.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[str]:
    """Name of a database as an installation has it, to be used as a template."""
    with scratch_postgres() as url:
        engine = make_engine(url)
        schema.upgrade(engine)
        engine.dispose()
        yield urlsplit(url).path[1:]


@pytest.fixture(params=["embedded", pytest.param("production", marks=pytest.mark.production)])
def plant(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Plant]:
    """An installation on either half; nothing runs yet but its queue server."""
    if request.param == "embedded":
        with embedded_plant(tmp_path / "var", request.getfixturevalue("migrated_sqlite")) as made:
            yield made
    else:
        with production_plant(tmp_path / "var", request.getfixturevalue("migrated_postgres")) as made:
            yield made


@pytest.fixture
def small_plant(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Plant]:
    """The embedded half alone."""
    with embedded_plant(tmp_path / "var", migrated_sqlite) as made:
        yield made


@pytest.fixture
def large_plant(tmp_path: Path, migrated_postgres: str) -> Iterator[Plant]:
    """The production half alone; mark the test ``production``."""
    with production_plant(tmp_path / "var", migrated_postgres) as made:
        yield made
