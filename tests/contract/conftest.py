"""One suite, two engines, both real.  An engine that could not be started is named in the last lines."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from matching.search.documents import Collection
from matching.search.embedded import EmbeddedEngine
from matching.search.port import SearchEngine
from tests.patience import patient
from tests.services import service_url

ENGINES = ["embedded", pytest.param("elastic", marks=pytest.mark.production)]


def make_engine(name: str, tmp_path: Path) -> Iterator[SearchEngine]:
    """An engine of one's own with empty indexes, gone without a trace afterwards."""
    engine: SearchEngine
    if name == "embedded":
        engine = EmbeddedEngine(tmp_path / "search")
        engine.prepare()
        yield engine
        return
    from matching.search.elastic import ElasticEngine

    engine = ElasticEngine(
        service_url("ANYE_SEARCH_URL"),
        prefix=f"test-{secrets.token_hex(6)}",
        search_seconds=patient(1.5),
    )
    engine.prepare()
    try:
        yield engine
    finally:
        for collection in Collection:
            engine.delete(engine.generations(collection))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    """Fresh for each test."""
    yield from make_engine(request.param, tmp_path)


@pytest.fixture(params=ENGINES, scope="module")
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SearchEngine]:
    """Filled with ``samples.VACANCIES`` and ``samples.JOBSEEKERS``, for tests that only ask."""
    from tests.contract import samples

    for engine in make_engine(request.param, tmp_path_factory.mktemp("filled")):
        assert engine.apply(Collection.VACANCIES, samples.VACANCIES).applied == len(samples.VACANCIES)
        assert engine.apply(Collection.JOBSEEKERS, samples.JOBSEEKERS).applied == len(samples.JOBSEEKERS)
        samples.settle(engine)
        yield engine


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what of the contract did not run."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if "[elastic" in r.nodeid]
    if skipped:
        terminalreporter.section("NOT RUN", red=True, bold=True)
        terminalreporter.line(
            f"{len(skipped)} contract tests on Elasticsearch did not run: no service was named"
        )
