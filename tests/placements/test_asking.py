"""Asking people who did not apply: nothing of them reaches the employer before their yes."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from sqlalchemy import select

from matching.accounts.models import Organisation
from matching.accounts.service import scope_of
from matching.db import transaction
from matching.errors import DomainError, Forbidden, NotFound
from matching.people.codes import ConsentKind
from matching.people.models import Consent
from matching.placements import asking, candidate_queries, queries, referral_queries, service
from matching.placements.codes import Event, ReferralState
from matching.placements.models import Application, Referral
from tests import factories
from tests.placements.world import Person, World


def ask_company(world: World, *, wanted: int = 3, token: str = "ask") -> Referral:
    with transaction(world.services.sessions) as session:
        clock, vacancy = world.services.clock, world.vacancy.public_id
        return asking.ask_company(session, world.boss, clock, vacancy, wanted=wanted, form_token=token)


def propose(world: World, referral: Referral, who: Person, scope: Any = None) -> Application:
    with transaction(world.services.sessions) as session:
        return asking.propose(
            session,
            scope or world.company,
            world.services.clock,
            referral.public_id,
            who.public_id,
            form_token=secrets.token_hex(8),
        )


def candidates(world: World, scope: Any = None) -> list[candidate_queries.Candidate]:
    with transaction(world.services.sessions, writes=False) as session:
        return candidate_queries.candidates(session, scope or world.boss, world.vacancy.public_id)


def test_an_employer_asks_and_sees_the_telephone_only_after_the_yes(world: World) -> None:
    who = world.person(findable=True)
    asked = world.approach(who)
    services = world.services
    (line,) = candidates(world)
    assert (line.state, line.name, line.open_contact, line.next) == ("asked", "测**", False, ())
    with transaction(services.sessions) as session, pytest.raises(Forbidden, match="contact_closed"):
        service.contact(session, world.boss, services.keyring, asked.public_id, world.now)
    world.act(who.scope, asked, Event.AGREE, me=who.id)
    with transaction(services.sessions) as session:
        assert service.contact(session, world.boss, services.keyring, asked.public_id, world.now).phone


def test_only_those_are_asked_who_agreed_to_be_found(world: World) -> None:
    for facts in ({}, {"findable": True, "matching_on": False}, {"findable": True, "eligible": False}):
        with pytest.raises(NotFound, match="person_unknown"):
            world.approach(world.person(**facts))


def test_a_no_is_a_no_for_this_vacancy(world: World) -> None:
    who = world.person(findable=True)
    asked = world.approach(who)
    world.act(who.scope, asked, Event.REFUSE, me=who.id)
    with pytest.raises(DomainError, match="already_in_pipeline"):
        world.approach(who)
    assert world.apply(who).state == "applied", "she herself may think better of it"


def test_many_unanswered_questions_are_enough(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST_ASKED", 2)
    first, *others = (world.person(findable=True) for _ in range(3))
    asked = world.approach(first)
    world.approach(others[0])
    with pytest.raises(DomainError, match="too_many_asked"):
        world.approach(others[1])
    world.act(first.scope, asked, Event.REFUSE, me=first.id)
    assert world.approach(others[1]).state == "asked"


def test_applying_answers_the_question(world: World) -> None:
    who = world.person(findable=True)
    asked = world.approach(who)
    joined = world.apply(who)
    assert (joined.id, joined.state, joined.origin) == (asked.id, "applied", "invited")


def test_a_referral_goes_to_the_labour_company_of_the_county(world: World) -> None:
    referral = ask_company(world)
    assert referral.company_id == world.company.organisation_id
    assert ask_company(world).id == referral.id, "the same form sent twice"
    with pytest.raises(DomainError, match="referral_open"):
        ask_company(world, token="another")


def test_a_referral_needs_the_persons_yes(world: World) -> None:
    who, silent = world.person(), world.person()
    referral = ask_company(world)
    asked = propose(world, referral, who)
    propose(world, referral, silent)
    assert candidates(world) == [], "the employer knows nothing of those who have not answered"
    with transaction(world.services.sessions, writes=False) as session:
        (mine,) = referral_queries.referrals(session, world.boss)
        (theirs,) = referral_queries.referrals(session, world.company, state=ReferralState.OPEN)
        assert referral_queries.waiting_for_people(session, world.company) == 2
    assert (mine.asked, mine.agreed, theirs.asked, theirs.agreed) == (None, 0, 2, 0)
    world.act(who.scope, asked, Event.AGREE, me=who.id)
    assert [(line.state, line.origin) for line in candidates(world)] == [("applied", "referral")]
    with transaction(world.services.sessions, writes=False) as session:
        assert session.scalars(select(Consent.receiver_id)).all() == [world.employer.id]


def test_a_refused_referral_stays_unknown_to_the_employer(world: World) -> None:
    who = world.person()
    asked = propose(world, ask_company(world), who)
    with pytest.raises(NotFound):
        world.act(world.boss, asked, Event.DECLINE)
    world.act(who.scope, asked, Event.REFUSE, me=who.id)
    assert candidates(world) == []


def test_a_helper_says_yes_only_for_those_who_agreed_to_be_helped(world: World) -> None:
    who = world.person()
    asked = propose(world, ask_company(world), who)
    with pytest.raises(DomainError, match="helper_consent_missing"):
        world.act(world.company, asked, Event.AGREE)
    world.answer(world.company, who, ConsentKind.HELPER_ACTS)
    assert world.act(world.company, asked, Event.AGREE).state == "applied"


def test_only_companies_and_offices_of_the_area_work_on_a_referral(world: World) -> None:
    referral, who = ask_company(world), world.person()
    with transaction(world.services.sessions) as session:
        far = factories.organisation(session, county="431224")
        far_scope = service_scope(session, far)
    with pytest.raises(NotFound, match="referral_unknown"):
        propose(world, referral, who, far_scope)
    with pytest.raises(Forbidden):
        propose(world, referral, who, world.boss)
    with pytest.raises(NotFound, match="person_unknown"):
        propose(world, referral, world.person(county="431224"))
    assert propose(world, referral, who, world.helper).state == "asked"


def service_scope(session: Any, organisation: Any) -> Any:
    return scope_of(session, factories.user(session, role="coordinator", organisation=organisation))


def test_a_full_post_closes_its_referral(world: World) -> None:
    referral = ask_company(world)
    asked = propose(world, referral, world.person())
    for one in (world.apply(world.person()), world.apply(world.person())):
        world.act(world.boss, one, Event.HIRE)
    assert world.stored(Referral, referral.id).state == "closed"
    assert world.state(asked) == "closed_full"
    with pytest.raises(DomainError, match="referral_closed"):
        propose(world, referral, world.person())


def test_a_company_stops_looking(world: World) -> None:
    referral = ask_company(world)
    with transaction(world.services.sessions) as session:
        asking.close_referral(session, world.company, world.services.clock, referral.public_id)
    assert world.stored(Referral, referral.id).state == "closed"


def test_a_place_without_anybody_to_ask_says_so(world: World) -> None:
    lonely = world.another_vacancy(county="431300", region_code="431300")
    with transaction(world.services.sessions) as session, pytest.raises(DomainError, match="no_company"):
        clock = world.services.clock
        asking.ask_company(session, world.boss, clock, lonely.public_id, wanted=1, form_token="x")


def test_a_person_is_told_which_company_asks(world: World) -> None:
    who, found = world.person(findable=True), world.person()
    world.approach(who)
    propose(world, ask_company(world), found)
    with transaction(world.services.sessions, writes=False) as session:
        lines = [
            queries.my_applications(
                session, one.scope, one.public_id, world.services.clock.today(), me=one.id
            )[0]
            for one in (who, found)
        ]
        company = session.get_one(Organisation, world.company.organisation_id).name
    assert [(line.origin, line.company) for line in lines] == [("invited", None), ("referral", company)]
    assert [line.next for line in lines] == [(Event.AGREE, Event.REFUSE)] * 2
