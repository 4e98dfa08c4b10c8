"""Why somebody fits, as an employer may read it: nothing of what she needs, earns or is counted as."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from matching.db import transaction
from matching.errors import NotFound
from matching.pairing import criteria, for_employers
from matching.pairing.models import VacancyMatches
from matching.pairing.packed import RECORD, pack
from matching.pairing.weights import shipped
from matching.people.models import Jobseeker
from matching.placements.codes import Event
from tests.placements.conftest import blank_postgres, blank_sqlite, stack, world
from tests.placements.world import Person, World

__all__ = ["blank_postgres", "blank_sqlite", "stack", "world"]

KEPT_BACK = {"care", "target", "welcome", "light", "pay_floor", "ask_eligibility", "ask_capacity", "ask_age"}
POINT = {"longitude": 110.393, "latitude": 28.452, "point_exact": True}


def store(world: World, people: list[Person]) -> None:
    """The list of the world's vacancy, as a worker would have left it."""
    with transaction(world.services.sessions) as session:
        session.add(
            VacancyMatches(
                vacancy_id=world.vacancy.id,
                packed=pack(np.array([(one.id, 1, 1) for one in people], dtype=RECORD)),
                count=len(people),
                worst=1,
                complete=True,
                scoring_version=shipped().version,
                source_version=1,
                computed_at=world.now,
            )
        )


def offers(world: World, scope: Any = None, **more: Any) -> for_employers.Offers:
    with transaction(world.services.sessions, writes=False) as session:
        return for_employers.offers(
            session, scope or world.boss, world.vacancy.public_id, weights=shipped(), now=world.now, **more
        )


def test_only_known_codes_are_told_and_nothing_of_need_pay_or_class() -> None:
    assert set(for_employers.TOLD) <= set(criteria.codes())
    assert not KEPT_BACK & set(for_employers.TOLD)


def test_those_who_agreed_are_offered_with_reasons_and_the_others_counted(world: World) -> None:
    found = world.person(findable=True, willingness="yes", care=["child"], wage_floor_cents=200_000, **POINT)
    shy = [world.person(willingness="yes", **POINT) for _ in range(5)]
    store(world, [found, *shy])
    offered = offers(world)
    (one,) = offered.faces
    assert (one.face.jobseeker_id, one.face.name) == (found.id, "测**")
    assert "住得近" in one.why
    assert not [words for words in one.why if "公里" in words or "孩子" in words or "元" in words]
    assert (offered.others, offered.as_of) == ("5", world.now)


def test_who_fits_no_more_is_neither_offered_nor_counted(world: World) -> None:
    people = [world.person(findable=True, willingness="yes", **POINT) for _ in range(2)]
    store(world, people)
    with transaction(world.services.sessions) as session:
        session.get_one(Jobseeker, people[0].id).willingness = "no"
    assert [one.face.jobseeker_id for one in offers(world).faces] == [people[1].id]
    world.apply(people[1])
    assert offers(world).faces == ()


def test_without_a_list_nobody_is_offered_yet(world: World) -> None:
    offered = offers(world)
    assert (offered.faces, offered.others, offered.as_of) == ((), "少于 5", None)


def test_a_candidates_reasons_are_told_for_ones_own_post_only(world: World) -> None:
    who = world.person(willingness="yes", **POINT)
    world.act(world.boss, world.apply(who), Event.INVITE)
    with transaction(world.services.sessions, writes=False) as session:
        arguments = {"weights": shipped(), "now": world.now}
        vacancy = world.vacancy.public_id
        assert "住得近" in for_employers.why(session, world.boss, vacancy, who.id, **arguments)
        assert for_employers.why(session, world.boss, vacancy, 10**9, **arguments) == ()
        with pytest.raises(NotFound, match="vacancy_unknown"):
            for_employers.why(session, who.scope, vacancy, who.id, **arguments)
        assert session.scalars(select(VacancyMatches)).all() == []
