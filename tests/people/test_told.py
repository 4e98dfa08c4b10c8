"""What a helper answered for somebody that person learns, by phone or on paper (P14)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from matching.accounts.models import AuditEvent, Role
from matching.accounts.service import scope_of
from matching.bootstrap import Services
from matching.db import transaction
from matching.errors import Forbidden
from matching.letters import LETTERS
from matching.notices.kinds import Kind, Party
from matching.notices.letters import Desk
from matching.notices.models import Notice
from matching.people import consents, slips
from matching.people.codes import ConsentKind
from matching.people.facts import SEAL_MEMBER
from matching.people.models import Consent
from matching.people.words import CONSENT_TOLD
from matching.placements.codes import Event
from tests import factories
from tests.notices.posts import notices, tell, with_carrier
from tests.placements.world import Person, World, make_world
from workers.drain import drain_topic


@pytest.fixture
def city(stack: Services) -> World:
    return make_world(stack)


def without_phone(world: World, **facts: Any) -> Person:
    who = world.person(**facts)
    with transaction(world.services.sessions) as session:
        member = session.get_one(slips.Member, who.id)
        member.sealed = world.services.keyring.seal_facts({}, SEAL_MEMBER)
    return who


def sent(world: World, topic: str = "notice.send") -> None:
    drain_topic(world.services, "notice.application")
    for _ in range(5):
        drain_topic(world.services, topic)
        world.services.clock.advance(timedelta(minutes=1))


def told(world: World) -> list[tuple[str, str | None]]:
    """(kind, how they were told) of every answer."""
    with transaction(world.services.sessions, writes=False) as session:
        return [(row.kind, row.told_by) for row in session.scalars(select(Consent).order_by(Consent.id))]


def shown(world: World, scope: Any) -> list[str | None]:
    services = world.services
    with transaction(services.sessions, writes=False) as session:
        desk = Desk(session, services.keyring, "12333", services.clock.now())
        total, lines = slips.slips(desk, LETTERS, scope, limit=50, offset=0)
        assert total == len(lines) == slips.count_waiting(session, scope)
        assert all(line.name == "测**" for line in lines)
        return [line.text for line in lines]


def printed(world: World, scope: Any) -> int:
    services = world.services
    with transaction(services.sessions) as session:
        desk = Desk(session, services.keyring, "12333", services.clock.now())
        every = session.scalars(select(Notice.public_id)).all()
        return slips.mark_printed(desk, LETTERS, scope, every)


def test_by_phone_once_and_then_it_is_noted(city: World) -> None:
    carrier, who = with_carrier(city.services), city.person()
    city.answer(city.helper, who, ConsentKind.BE_FOUND)
    city.answer(city.helper, who, ConsentKind.BE_FOUND)
    assert told(city) == [("be_found", None)]
    sent(city)
    (message,) = carrier.taken
    assert (message.to, message.text) == (
        "19900001234",
        "试用人员替你记下:你同意招工的找你。要改主意,请打12333。",
    )
    assert told(city) == [("be_found", "sms")]
    with transaction(city.services.sessions, writes=False) as session:
        assert consents.untold(session, city.helper) == []
        assert "consent.told" in session.scalars(select(AuditEvent.action)).all()


@pytest.mark.parametrize("kind", [kind for kind in ConsentKind if kind is not ConsentKind.PASS_TO_EMPLOYER])
def test_a_no_is_told_as_a_no(city: World, kind: ConsentKind) -> None:
    carrier, who = with_carrier(city.services), city.person()
    city.answer(city.helper, who, kind, agreed=False)
    sent(city)
    assert f"你不同意{CONSENT_TOLD[kind]}。" in carrier.taken[0].text


def test_ones_own_answer_needs_no_message(city: World) -> None:
    who = city.person()
    city.answer(who.scope, who, ConsentKind.BE_FOUND)
    assert notices(city.services) == []


def test_to_be_applied_for_is_one_message_for_both(city: World) -> None:
    carrier, who = with_carrier(city.services), city.person()
    city.answer(city.helper, who, ConsentKind.HELPER_ACTS)
    city.apply(Person(who.id, who.public_id, city.helper))
    sent(city)
    hers = [message.template for message in carrier.taken if message.to == "19900001234"]
    assert hers == ["consent_given", "applied_by_helper"]
    assert told(city) == [("helper_acts", "sms"), ("pass_to_employer", "sms")]


def test_without_a_phone_on_paper(city: World) -> None:
    carrier, who = with_carrier(city.services), without_phone(city)
    city.answer(city.helper, who, ConsentKind.BE_FOUND)
    sent(city)
    assert carrier.taken == []
    assert shown(city, city.helper) == ["试用人员替你记下:你同意招工的找你。要改主意,请打12333。"]
    assert (printed(city, city.helper), printed(city, city.helper)) == (1, 0)
    assert shown(city, city.helper) == []
    assert told(city) == [("be_found", "slip")]
    with transaction(city.services.sessions, writes=False) as session:
        assert session.scalars(select(AuditEvent.action)).all().count("notice.printed") == 1


def test_slips_of_another_county_are_neither_seen_nor_taken_off(city: World) -> None:
    with_carrier(city.services)
    who = without_phone(city)
    city.answer(city.helper, who, ConsentKind.BE_FOUND)
    sent(city)
    with transaction(city.services.sessions) as session:
        far = factories.organisation(session, county="431224")
        neighbour = scope_of(session, factories.user(session, role=Role.COORDINATOR, organisation=far))
        here = factories.organisation(session)
        reader = scope_of(session, factories.user(session, role=Role.AUDITOR, organisation=here))
    assert (shown(city, neighbour), printed(city, neighbour)) == ([], 0)
    with pytest.raises(Forbidden):
        printed(city, reader)
    assert len(shown(city, reader)) == 1


def test_what_no_longer_holds_is_not_handed_out(city: World) -> None:
    with_carrier(city.services)
    who = without_phone(city)
    row = city.apply(who)
    city.act(city.boss, row, Event.OFFER)
    sent(city)
    assert len(shown(city, city.helper)) == 1
    city.act(who.scope, row, Event.WITHDRAW, me=who.id)
    assert shown(city, city.helper) == [None]
    assert printed(city, city.helper) == 0
    assert shown(city, city.helper) == []
    assert [one.state for one in notices(city.services) if one.kind == Kind.OFFERED] == ["cancelled"]


def test_a_slip_is_for_people_and_no_other_row_of_that_number(city: World) -> None:
    who = city.person()
    tell(city.services, Party("organisation", who.id), channel="slip")
    assert shown(city, city.helper) == []
