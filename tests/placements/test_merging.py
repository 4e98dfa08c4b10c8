"""One person twice: what she applied for is hers, and she is hired once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from matching.db import transaction
from matching.notices.models import Notice
from matching.outbox.events import ApplicationMoved
from matching.outbox.service import emit
from matching.people import doubles
from matching.people.codes import ConsentKind
from matching.people.consents import standing
from matching.people.doubles import Version
from matching.people.models import EmploymentSpell, Jobseeker, Member
from matching.placements.codes import Event
from matching.placements.followups import ask_about_interviews
from matching.placements.merging import carry_over
from matching.placements.models import Application, Placement
from tests.placements.world import Person, World
from workers.drain import drain_topic


@pytest.fixture
def twice(world: World) -> tuple[Person, Person]:
    """Two records of one person: the one that stays, the one that goes."""
    both = world.person(), world.person()
    with transaction(world.services.sessions) as session:
        for one in both:
            member = session.get_one(Member, one.id)
            member.name, member.birth_date = "测试", date(1980, 6, 15)
    return both


def merge(world: World, twice: Any) -> None:
    kept, closed = (Version(one.public_id, world.stored(Member, one.id).version) for one in twice)
    services = world.services
    with transaction(services.sessions) as session:
        doubles.merge(
            session,
            world.helper,
            services.keyring,
            kept,
            closed,
            carry=carry_over,
            today=services.clock.today(),
            now=services.clock.now(),
        )


def test_what_one_record_was_told_the_person_was_told(world: World, twice: Any) -> None:
    kept, closed = twice
    row = world.apply(closed)
    world.act(world.boss, row, Event.SET_INTERVIEW, interview_at=world.now + timedelta(days=1))
    drain_topic(world.services, "notice.application")
    world.services.clock.advance(timedelta(days=2))
    with transaction(world.services.sessions) as session:
        ask_about_interviews(session, world.services.clock)
    drain_topic(world.services, "notice.application")
    before = told(world)
    assert {to for _, to in before} == {closed.id}
    merge(world, twice)
    with transaction(world.services.sessions) as session:
        emit(session, ApplicationMoved(row.id), world.now)
    drain_topic(world.services, "notice.application")
    assert told(world) == [(kind, kept.id) for kind, _ in before]


def told(world: World) -> list[tuple[str, int]]:
    """(kind, person) of the notices to people."""
    with transaction(world.services.sessions, writes=False) as session:
        rows = session.scalars(select(Notice).where(Notice.recipient_kind == "member").order_by(Notice.id))
        return [(row.kind, row.recipient_id) for row in rows]


def test_applications_and_consents_move_to_the_record_that_stays(world: World, twice: Any) -> None:
    kept, closed = twice
    row = world.apply(closed)
    world.answer(closed.scope, closed, ConsentKind.BE_FOUND)
    merge(world, twice)
    moved = world.stored(Application, row.id)
    assert (moved.jobseeker_id, moved.state) == (kept.id, "applied")
    assert world.stored(Jobseeker, kept.id).findable
    with transaction(world.services.sessions, writes=False) as session:
        receiver = world.employer.id
        assert standing(session, kept.id, ConsentKind.PASS_TO_EMPLOYER, receiver_id=receiver)


def test_two_applications_for_one_vacancy_become_one(world: World, twice: Any) -> None:
    stays, goes = (world.apply(one) for one in twice)
    merge(world, twice)
    assert (world.state(stays), world.state(goes)) == ("applied", "withdrawn")
    assert world.stored(Application, goes.id).jobseeker_id == twice[0].id


def test_the_application_that_was_hired_stays(world: World, twice: Any) -> None:
    kept, closed = twice
    waits, hired = world.apply(kept), world.apply(closed)
    world.act(world.boss, hired, Event.HIRE)
    merge(world, twice)
    assert (world.state(waits), world.state(hired)) == ("withdrawn", "hired")
    with transaction(world.services.sessions, writes=False) as session:
        place = session.scalars(select(Placement)).one()
        spell = session.scalars(select(EmploymentSpell)).one()
    assert (place.jobseeker_id, place.spell_id, spell.jobseeker_id) == (kept.id, spell.id, kept.id)


def test_one_person_takes_one_place(world: World, twice: Any) -> None:
    for one in twice:
        world.act(world.boss, world.apply(one), Event.HIRE)
    merge(world, twice)
    with transaction(world.services.sessions, writes=False) as session:
        place = session.scalars(select(Placement)).one()
        spell = session.scalars(select(EmploymentSpell)).one()
    assert (place.jobseeker_id, place.spell_id) == (twice[0].id, spell.id)
