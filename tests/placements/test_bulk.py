"""One step for several candidates: all or each, with a report for every row."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from matching.accounts.models import Role
from matching.accounts.service import scope_of
from matching.db import transaction
from matching.errors import DomainError, Forbidden, NotFound
from matching.people.models import Jobseeker
from matching.placements import bulk
from matching.placements.bulk import BulkRefused, RowReport, Ticked
from matching.placements.codes import Event, Reason
from matching.placements.models import Application, ApplicationStep
from matching.placements.service import Details
from matching.vacancies.models import Vacancy
from tests import factories
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
    assert [row.seen for row in reports] == [None, "applied", None, None, None]
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


def approach_all(world: World, people: list[Any], *, scope: Any = None, token: str = "t") -> list[RowReport]:
    with transaction(world.services.sessions) as session:
        return bulk.approach_all(
            session,
            scope or world.boss,
            world.services.clock,
            world.vacancy.public_id,
            [session.get_one(Jobseeker, one.id).public_id for one in people],
            form_token=token,
        )


def test_several_are_asked_each_that_can_be_and_the_same_form_asks_nobody_twice(world: World) -> None:
    open_, hidden = world.person(findable=True), world.person()
    codes = [(row.code, row.state) for row in approach_all(world, [open_, hidden, open_])]
    assert codes == [(None, "asked"), ("person_unknown", None)]
    assert [row.done for row in approach_all(world, [open_])] == [True]
    assert [row.code for row in approach_all(world, [open_], token="another")] == ["already_in_pipeline"]
    with transaction(world.services.sessions, writes=False) as session:
        assert len(session.scalars(select(Application)).all()) == 1


def test_an_office_asks_its_own_people_only_and_it_is_recorded_as_the_desk(world: World) -> None:
    own, far = world.person(findable=True), world.person(county="431224", findable=True)
    reports = approach_all(world, [own, far], scope=world.helper)
    assert [row.code for row in reports] == [None, "person_unknown"]
    with transaction(world.services.sessions, writes=False) as session:
        assert [step.party for step in session.scalars(select(ApplicationStep))] == ["desk"]
    with pytest.raises(Forbidden):
        approach_all(world, [own], scope=own.scope)


def test_nobody_is_asked_for_another_employers_vacancy(world: World) -> None:
    who = world.person(findable=True)
    with transaction(world.services.sessions) as session:
        rival = factories.user(session, role=Role.EMPLOYER, organisation=factories.employer(session))
        scope = scope_of(session, rival)
    with pytest.raises(NotFound, match="vacancy_unknown"):
        approach_all(world, [who], scope=scope)
