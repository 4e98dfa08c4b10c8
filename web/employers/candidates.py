"""The people of an employer's own posts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matching.accounts.models import Role
from web.candidates import add_pages
from web.candidates.base import Door
from web.employers.base import blueprint, with_organisation
from web.gate import allowed

DOOR = Door("employer/base.html", "employer.home", for_employer=False)


def _own(view: Callable[..., Any]) -> Callable[..., Any]:
    return allowed(Role.EMPLOYER)(with_organisation(view))


add_pages(blueprint, "/posts", DOOR, reading=_own, writing=_own)
