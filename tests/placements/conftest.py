import pytest

from tests.placements.world import World, make_world
from tests.stack import blank_postgres, blank_sqlite, embedded, stack

__all__ = ["blank_postgres", "blank_sqlite", "embedded", "stack", "world"]


@pytest.fixture
def world(stack) -> World:
    return make_world(stack)
