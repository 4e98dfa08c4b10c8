"""The people of an employer's own posts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matching.accounts.models import Role
from matching.vacancies.desk_queries import PostPage
from web.candidates import add_pages
from web.candidates.base import Door
from web.employers.base import blueprint, current, with_organisation
from web.gate import allowed

DOOR = Door("employer/base.html", "employer.home", for_employer=False)


def _own(view: Callable[..., Any]) -> Callable[..., Any]:
    return allowed(Role.EMPLOYER)(with_organisation(view))


@blueprint.app_template_test("for_ourselves")
def for_ourselves(post: PostPage) -> bool:
    """Whether those who apply apply to us; of a post for somebody else we learn nobody's name (P5)."""
    own = current().organisation
    return own is not None and own.public_id == post.employer_id


add_pages(blueprint, "/posts", DOOR, reading=_own, writing=_own)
