"""One step for several candidates: all or each, with a report for every row."""

from __future__ import annotations

from typing import Any

import pytest

from matching.db import transaction
from matching.errors import DomainError, Forbidden, NotFound
from matching.placements import bulk
from matching.placements.bulk import BulkRefused, RowReport, Ticked
from matching.placements.codes import Event, Reason
from matching.placements.models import Application
from matching.placements.service import Details
from matching.vacancies.models import Vacancy
from tests.placements.world import World


def tick(rows: list[Application], *, version: int = 1) -> list[Ticked]:
    return [Ticked(row.public_id, version) for row in rows]


def run(
    world: World, ticked: list[Ticked], event: Event, *, together: bool, scope: Any = None, **details: Any
) -> list[RowReport]:
    with transaction(world.services.sessions) as session:
        return bulk.act_on_all(
            session,
            scope or world.boss,
            world.services.keyring,
            world.services.clock,
            world.vacancy.public_id,
            ticked,
            event,
            Details(**details),
            together=together,
        )


@pytest.fixture
def applied(world: World) -> list[Application]:
    rows = [world.apply(world.person()) for _ in range(4)]
    world.act(world.boss, rows[1], Event.INVITE)
    return rows


def test_each_that_can_be_done_is_done_and_the_others_say_why(world: World, applied: Any) -> None:
    elsewhere = world.apply(world.person(), world.another_vacancy())
    reports = run(world, tick([*applied, elsewhere]), Event.OFFER, together=False)
    assert [(row.done, row.code, row.state) for row in reports] == [
        (True, None, "offered"),
        (False, "application_moved", "invited"),
        (True, None, "offered"),
        (True, None, "offered"),
        (False, "application_unknown", None),
    ]
    assert [world.state(one) for one in applied] == ["offered", "invited", "offered", "offered"]


def test_all_or_none(world: World, applied: Any) -> None:
    with pytest.raises(BulkRefused) as raised:
        run(world, tick(applied), Event.DECLINE, together=True, reason=Reason.POST_GONE)
    assert raised.value.facts == {"count": 1}
    assert [row.code for row in raised.value.rows] == [None, "application_moved", None, None]
    assert [world.state(one) for one in applied] == ["applied", "invited", "applied", "applied"]
    rest = [applied[0], *applied[2:]]
    reports = run(world, tick(rest), Event.DECLINE, together=True, reason=Reason.POST_GONE)
    assert all(row.done for row in reports)


def test_hiring_in_bulk_stops_at_the_head_count(world: World, applied: Any) -> None:
    del applied[1]
    reports = run(world, tick(applied), Event.HIRE, together=False)
    assert [(row.code, row.state) for row in reports] == [
        (None, "hired"),
        (None, "hired"),
        ("application_moved", "closed_full"),
    ]
    assert world.stored(Vacancy, world.vacancy.id).state == "closed"


def test_hiring_more_than_there_are_places_together_hires_nobody(world: World, applied: Any) -> None:
    del applied[1]
    with pytest.raises(BulkRefused):
        run(world, tick(applied), Event.HIRE, together=True)
    assert {world.state(one) for one in applied} == {"applied"}
    assert world.stored(Vacancy, world.vacancy.id).state == "open"


def test_only_an_employers_steps_and_only_its_own_vacancy(world: World, applied: Any) -> None:
    with pytest.raises(Forbidden):
        run(world, tick(applied), Event.WITHDRAW, together=False)
    person = world.person()
    with pytest.raises(Forbidden):
        run(world, tick(applied), Event.OFFER, together=False, scope=person.scope)
    other = world.another_vacancy()
    with transaction(world.services.sessions) as session:
        session.get_one(Vacancy, other.id).employer_id = session.get_one(Vacancy, other.id).organisation_id
    world.vacancy = other
    assert {row.code for row in run(world, tick(applied), Event.OFFER, together=False)} == {
        "application_unknown"
    }
    with pytest.raises(DomainError, match="too_many_ticked"):
        run(world, tick(applied) * 51, Event.OFFER, together=False)
    world.vacancy.public_id = "nowhere"
    with pytest.raises(NotFound):
        run(world, tick(applied), Event.OFFER, together=False)
