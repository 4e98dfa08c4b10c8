"""The desk's world, and browsers signed in to it."""

from __future__ import annotations

from typing import Any

import pytest

from matching.accounts.models import Role
from matching.bootstrap import Services
from matching.db import transaction
from tests.web.desk.world import World, make


@pytest.fixture
def world(services: Services) -> World:
    """Two tenants and three counties."""
    with transaction(services.sessions) as session:
        return make(session, services.keyring)


@pytest.fixture
def desk(sign_in_as: Any, world: World) -> Any:
    """A browser of the own county's office."""
    return sign_in_as(Role.COUNTY, organisation=world.own.office)
