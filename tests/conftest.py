"""What holds for every test."""

from __future__ import annotations

import pytest

from config.logs import configure


@pytest.fixture(autouse=True)
def _logs_as_in_production() -> None:
    """The same lines whoever ran before: some tests change them for their process."""
    configure()
