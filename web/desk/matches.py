"""Matches on the desk's pages: the stored lists with their reasons."""

from __future__ import annotations

from flask import g

from matching.pairing.queries import Matches, matches_for_jobseeker, matches_for_vacancy
from web.columns import store
from web.extensions import db, services

SHOWN, NEAR = 20, 5
#: So many are open at once; the others one step further.
FIRST = 5


#: Reason → colour of its part of a bar: how far, what it pays, when one works, what one brings along.
FAMILIES = (
    ("near", "county", "destination"),
    ("pay_floor", "pay_median", "housing", "meals", "transport"),
    ("hours", "care", "season", "start"),
    ("occupation", "taught", "nice_skills", "proven", "target", "welcome", "light"),
)


def family(code: str) -> int:
    """The family of a reason, so that one reason has one colour on all pages."""
    return next((at for at, codes in enumerate(FAMILIES) if code in codes), len(FAMILIES) - 1)


def of_person(jobseeker_id: int) -> Matches:
    """Posts for a person in the viewer's scope."""
    now = services().clock.now()
    return matches_for_jobseeker(
        db.session(), g.viewer.scope, jobseeker_id, store=store(), now=now, limit=SHOWN, near_limit=NEAR
    )


def of_post(vacancy_id: int) -> Matches:
    """People for a post, as far as the viewer's scope sees them."""
    now = services().clock.now()
    return matches_for_vacancy(
        db.session(), g.viewer.scope, vacancy_id, store=store(), now=now, limit=SHOWN, near_limit=NEAR
    )


def highest(found: Matches) -> int:
    """The scale of the bars of one page: the best total."""
    return max([1, *(match.total for match in found.matches)])
