"""Every step of an application, from both sides, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from matching.accounts import audit
from matching.accounts.models import AuditEvent
from matching.accounts.service import scope_of
from matching.db import transaction
from matching.errors import DomainError, Forbidden, InvalidTransition, NotFound, StaleVersion
from matching.outbox.models import OutboxRow
from matching.people import consents
from matching.people.codes import ConsentKind
from matching.people.models import Consent, EmploymentSpell, Jobseeker, Member
from matching.placements import service
from matching.placements.codes import Event, Reason
from matching.placements.models import Application, ApplicationStep, Placement
from matching.vacancies.models import Vacancy
from tests import factories
from tests.placements.world import World

pytestmark = pytest.mark.wide


def count(world: World, table: Any, *conditions: Any) -> int:
    with transaction(world.services.sessions, writes=False) as session:
        return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def test_from_applying_to_being_hired(world: World) -> None:
    who = world.person()
    mine = world.apply(who)
    world.act(world.boss, mine, Event.INVITE)
    world.act(world.boss, mine, Event.SET_INTERVIEW, interview_at=world.now + timedelta(days=2))
    world.act(world.boss, mine, Event.OFFER)
    world.act(who.scope, mine, Event.ACCEPT, me=who.id)
    assert world.state(mine) == "hired"
    with transaction(world.services.sessions, writes=False) as session:
        placement = session.scalars(select(Placement)).one()
        spell = session.get_one(EmploymentSpell, placement.spell_id)
        seeker = session.get_one(Jobseeker, who.id)
        steps = session.scalars(select(ApplicationStep).order_by(ApplicationStep.number)).all()
        assert audit.first_broken(session) is None
    assert (spell.employer_name, spell.ended_on, spell.channel) == (world.employer.name, None, "workshop")
    assert spell.started_on == placement.started_on == world.services.clock.today()
    assert seeker.work == "employed"
    assert [(step.number, step.event, step.party) for step in steps] == [
        (1, "apply", "jobseeker"),
        (2, "invite", "employer"),
        (3, "set_interview", "employer"),
        (4, "offer", "employer"),
        (5, "accept", "jobseeker"),
    ]
    assert count(world, AuditEvent, AuditEvent.action.like("application.%")) == 5
    told = (OutboxRow.topic == "notice.application", OutboxRow.key == mine.id)
    assert count(world, OutboxRow, *told) == 5
    assert count(world, OutboxRow, OutboxRow.topic == "pair.jobseeker", OutboxRow.key == who.id) >= 1


def test_to_apply_is_the_consent_for_this_employer(world: World) -> None:
    who = world.person()
    world.apply(who)
    with transaction(world.services.sessions, writes=False) as session:
        given = session.scalars(select(Consent)).one()
    assert (given.member_id, given.kind, given.receiver_id) == (who.id, "pass_to_employer", world.employer.id)
    assert (given.given_by, given.helper_id, given.agreed) == ("self", None, True)


def test_the_same_form_sent_twice_is_one_application(world: World) -> None:
    who, other = world.person(), world.person()
    first = world.apply(who, token="one")
    assert world.apply(who, token="one").id == first.id
    assert world.apply(who, token="two").id == first.id, "two tabs"
    world.act(who.scope, first, Event.WITHDRAW, me=who.id)
    assert world.apply(who, token="one").state == "withdrawn", "a late resend does not apply again"
    assert world.apply(who, token="three").id != first.id
    with pytest.raises(DomainError, match="form_token_used"):
        world.apply(other, token="one")
    assert count(world, Application) == 2


def test_the_same_click_twice_is_one_move(world: World) -> None:
    mine = world.apply(world.person())
    world.act(world.boss, mine, Event.INVITE, version=1)
    assert world.act(world.boss, mine, Event.INVITE, version=1).version == 2
    assert count(world, ApplicationStep) == 2


def test_a_stale_page_learns_both_states(world: World) -> None:
    who = world.person()
    mine = world.apply(who)
    world.act(who.scope, mine, Event.WITHDRAW, me=who.id)
    with pytest.raises(StaleVersion) as raised:
        world.act(world.boss, mine, Event.OFFER, version=1)
    assert raised.value.facts == {"seen": "applied", "now": "withdrawn"}
    assert world.state(mine) == "withdrawn"


def test_taking_an_application_back_takes_the_consent_back(world: World) -> None:
    who = world.person()
    mine = world.apply(who)
    second = world.apply(who, world.another_vacancy())
    kind, receiver = ConsentKind.PASS_TO_EMPLOYER, world.employer.id
    world.act(who.scope, mine, Event.WITHDRAW, me=who.id, reason=Reason.TOO_FAR)
    with transaction(world.services.sessions, writes=False) as session:
        assert consents.standing(session, who.id, kind, receiver_id=receiver), "the other one needs it"
    world.act(who.scope, second, Event.WITHDRAW, me=who.id)
    with transaction(world.services.sessions, writes=False) as session:
        assert not consents.standing(session, who.id, kind, receiver_id=receiver)


def test_declining_needs_a_reason_of_the_list(world: World) -> None:
    mine = world.apply(world.person())
    for reason in (None, Reason.FAMILY):
        with pytest.raises(DomainError, match="reason_not_listed"):
            world.act(world.boss, mine, Event.DECLINE, reason=reason)
    declined = world.act(world.boss, mine, Event.DECLINE, reason=Reason.SKILLS)
    assert (declined.state, declined.reason) == ("declined", "skills")
    assert declined.ended_at == world.now


def test_whoever_is_hired_drops_out_of_the_other_lists(world: World) -> None:
    who, other = world.person(), world.person()
    elsewhere = world.another_vacancy()
    mine, second, kept = world.apply(who), world.apply(who, elsewhere), world.apply(other, elsewhere)
    world.act(world.boss, mine, Event.HIRE)
    gone = world.stored(Application, second.id)
    assert (gone.state, gone.reason) == ("elsewhere", "hired_here")
    assert world.state(kept) == "applied"


def test_the_last_place_closes_the_vacancy_and_ends_what_others_wait_for(world: World) -> None:
    people = [world.person() for _ in range(4)]
    applied = [world.apply(one) for one in people]
    world.act(world.boss, applied[0], Event.HIRE)
    assert world.stored(Vacancy, world.vacancy.id).state == "open"
    world.act(world.boss, applied[1], Event.HIRE)
    closed = world.stored(Vacancy, world.vacancy.id)
    assert (closed.state, closed.stopped_by) == ("closed", "hand")
    assert [world.state(one) for one in applied] == ["hired", "hired", "closed_full", "closed_full"]
    assert count(world, OutboxRow, OutboxRow.topic == "search.vacancy") == 1
    with pytest.raises(DomainError, match="vacancy_over"):
        world.apply(world.person())


def test_a_head_count_that_was_lowered_lets_nobody_in(world: World) -> None:
    first, second = (world.apply(world.person()) for _ in range(2))
    world.act(world.boss, first, Event.HIRE)
    with transaction(world.services.sessions) as session:
        session.get_one(Vacancy, world.vacancy.id).headcount = 1
    with pytest.raises(DomainError, match="vacancy_full"):
        world.act(world.boss, second, Event.HIRE)
    assert world.state(second) == "applied"
    assert count(world, Placement) == 1


def test_a_place_is_free_again_when_its_work_has_ended(world: World) -> None:
    who = world.person()
    mine = world.apply(who)
    world.act(world.boss, mine, Event.HIRE)
    elsewhere = world.another_vacancy()
    other = world.apply(who, elsewhere)
    with transaction(world.services.sessions) as session:
        session.scalars(select(EmploymentSpell)).one().ended_on = world.services.clock.today()
    assert world.apply(who, elsewhere).id == other.id
    assert world.state(mine) == "left"
    assert count(world, AuditEvent, AuditEvent.action == "application.end") == 1
    world.act(who.scope, other, Event.WITHDRAW, me=who.id)
    again = world.apply(who)
    assert again.state == "applied"
    for one in (again, world.apply(world.person())):
        world.act(world.boss, one, Event.HIRE)
    assert world.stored(Vacancy, world.vacancy.id).state == "closed"


def test_a_held_post_hires_nobody(world: World) -> None:
    mine = world.apply(world.person())
    with transaction(world.services.sessions) as session:
        session.get_one(Vacancy, world.vacancy.id).state = "held"
    with pytest.raises(DomainError, match="vacancy_not_open"):
        world.act(world.boss, mine, Event.HIRE)


@pytest.mark.parametrize(
    ("hazardous", "facts"),
    [(False, {"working_age_from": date(2027, 1, 1)}), (True, {"adult_from": date(2027, 1, 1)})],
)
def test_children_are_applied_for_by_no_way(world: World, hazardous: bool, facts: dict[str, Any]) -> None:
    young, vacancy = world.person(**facts), world.another_vacancy(hazardous=hazardous)
    with pytest.raises(DomainError, match="too_young"):
        world.apply(young, vacancy)
    grown = world.person()
    mine = world.apply(grown, vacancy)
    with transaction(world.services.sessions) as session:
        for name, value in facts.items():
            setattr(session.get_one(Jobseeker, grown.id), name, value)
    with pytest.raises(DomainError, match="too_young"):
        world.act(world.boss, mine, Event.HIRE)


def test_steps_cannot_be_skipped_or_taken_by_the_other_side(world: World) -> None:
    who = world.person()
    mine = world.apply(who)
    with pytest.raises(InvalidTransition, match="invalid_transition"):
        world.act(who.scope, mine, Event.ACCEPT, me=who.id)
    for scope, event, me in (
        (who.scope, Event.HIRE, who.id),
        (who.scope, Event.OFFER, who.id),
        (world.boss, Event.WITHDRAW, None),
        (world.boss, Event.ACCEPT, None),
        (world.boss, Event.FILL, None),
        (world.helper, Event.LEAVE, None),
        (who.scope, Event.APPLY, who.id),
    ):
        with pytest.raises(Forbidden):
            world.act(scope, mine, event, me=me)
    assert world.state(mine) == "applied"


def test_an_asked_person_joins_only_by_saying_so(world: World) -> None:
    who = world.person(findable=True)
    asked = world.approach(who)
    with pytest.raises(Forbidden):
        world.act(who.scope, asked, Event.APPLY, me=who.id)
    assert count(world, Consent) == 0


def test_nobody_reaches_the_application_of_somebody_else(world: World) -> None:
    who, other = world.person(), world.person()
    mine = world.apply(who)
    with transaction(world.services.sessions) as session:
        rival = factories.user(session, role="employer", organisation=factories.employer(session))
        far = factories.organisation(session, county="431224")
        neighbour = factories.user(session, role="coordinator", organisation=far)
        scopes = [scope_of(session, one) for one in (rival, neighbour)]
    for scope, me in ((other.scope, other.id), (who.scope, None), *((one, None) for one in scopes)):
        with pytest.raises(NotFound, match="application_unknown"):
            world.act(scope, mine, Event.WITHDRAW, me=me)
        with transaction(world.services.sessions) as session, pytest.raises(NotFound):
            service.contact(session, scope, world.services.keyring, mine.public_id, world.now)


def test_have_work_now_ends_all_waiting_and_begins_a_period_of_work(world: World) -> None:
    who = world.person()
    first, second = world.apply(who), world.apply(who, world.another_vacancy())
    services = world.services
    with transaction(services.sessions) as session:
        ended = service.have_work_now(
            session,
            who.scope,
            services.keyring,
            services.clock,
            who.public_id,
            employer_name="镇上的饭店",
            me=who.id,
        )
    assert ended == 2
    assert {world.state(first), world.state(second)} == {"elsewhere"}
    with transaction(services.sessions, writes=False) as session:
        spell = session.scalars(select(EmploymentSpell)).one()
        assert session.get_one(Jobseeker, who.id).work == "employed"
        assert session.get_one(Member, who.id).by_hand["work"] == services.clock.today().isoformat()
    assert (spell.employer_name, spell.jobseeker_id) == ("镇上的饭店", who.id)


def test_whoever_was_not_hired_says_so_and_is_free_again(world: World) -> None:
    who = world.person(work="unemployed")
    mine = world.apply(who)
    world.act(world.boss, mine, Event.HIRE)
    denied = world.act(who.scope, mine, Event.DENY, me=who.id)
    assert (denied.state, denied.reason) == ("withdrawn", "not_hired")
    assert count(world, Placement) == count(world, EmploymentSpell) == 0
    assert world.stored(Jobseeker, who.id).work == "unemployed"
    assert world.apply(who).state == "applied"


def test_work_that_was_known_before_is_not_denied_away(world: World) -> None:
    who = world.person()
    services = world.services
    with transaction(services.sessions) as session:
        name = world.employer.name
        service.have_work_now(
            session,
            who.scope,
            services.keyring,
            services.clock,
            who.public_id,
            employer_name=name,
            me=who.id,
        )
    services.clock.advance(timedelta(days=1))
    mine = world.apply(who)
    world.act(world.boss, mine, Event.HIRE)
    world.act(who.scope, mine, Event.DENY, me=who.id)
    with transaction(services.sessions, writes=False) as session:
        assert session.scalars(select(EmploymentSpell)).one().started_on is not None


def test_name_and_telephone_open_after_applying_and_each_look_is_audited(world: World) -> None:
    who = world.person()
    mine = world.apply(who)
    services = world.services
    with transaction(services.sessions) as session:
        shown = service.contact(session, world.boss, services.keyring, mine.public_id, world.now)
    assert (shown.name, shown.phone) == (world.stored(Member, who.id).name, "19900001234")
    with transaction(services.sessions, writes=False) as session:
        look = session.scalars(select(AuditEvent).where(AuditEvent.action == "member.contact_seen")).one()
    assert (look.subject_kind, look.subject_id) == ("member", who.id)
    world.act(who.scope, mine, Event.WITHDRAW, me=who.id)
    with transaction(services.sessions) as session, pytest.raises(Forbidden, match="contact_closed"):
        service.contact(session, world.boss, services.keyring, mine.public_id, world.now)


def test_an_auditor_opens_no_contact(world: World) -> None:
    mine = world.apply(world.person())
    with transaction(world.services.sessions) as session:
        office = factories.organisation(session)
        auditor = scope_of(session, factories.user(session, role="auditor", organisation=office))
    with transaction(world.services.sessions) as session, pytest.raises(Forbidden, match="not_allowed"):
        service.contact(session, auditor, world.services.keyring, mine.public_id, world.now)


def test_a_consent_taken_back_closes_the_contact_at_once(world: World) -> None:
    who = world.person()
    mine = world.apply(who)
    services = world.services
    with transaction(services.sessions) as session:
        member = consents.member_spoken_for(session, who.scope, who.public_id, who.id, lock=True)
        kind, receiver = ConsentKind.PASS_TO_EMPLOYER, world.employer.id
        consents.withdraw(session, who.scope, member, kind, now=world.now, receiver_id=receiver)
    with transaction(services.sessions) as session, pytest.raises(Forbidden, match="contact_closed"):
        service.contact(session, world.boss, services.keyring, mine.public_id, world.now)


def apply_for(world: World, who: Any) -> Application:
    with transaction(world.services.sessions) as session:
        return service.apply(
            session,
            world.helper,
            world.services.clock,
            who.public_id,
            world.vacancy.public_id,
            form_token=f"helper-{who.id}",
        )


def test_a_helper_applies_for_somebody_who_agreed_to_it_and_both_are_recorded(world: World) -> None:
    who = world.person()
    with pytest.raises(DomainError, match="helper_consent_missing"):
        apply_for(world, who)
    world.answer(world.helper, who, ConsentKind.HELPER_ACTS)
    mine = apply_for(world, who)
    assert mine.origin == "helper"
    with transaction(world.services.sessions, writes=False) as session:
        step = session.scalars(select(ApplicationStep)).one()
        passed = session.scalars(select(Consent).where(Consent.kind == "pass_to_employer")).one()
    assert (step.party, step.user_id) == ("helper", world.helper.user_id)
    assert (passed.given_by, passed.helper_id, passed.told_at) == ("helper", world.helper.user_id, None)


def test_a_helper_of_another_county_applies_for_nobody(world: World) -> None:
    stranger = world.person(county="431224")
    with pytest.raises(NotFound, match="person_unknown"):
        apply_for(world, stranger)


def test_nobody_real_applies_for_a_post_of_the_demo(world: World) -> None:
    with transaction(world.services.sessions) as session:
        boss = factories.employer(session, demo=True)
        shown = factories.vacancy(session, employer=boss)
    with pytest.raises(DomainError, match="demo_only"):
        world.apply(world.person(), shown)


def test_an_interview_lies_in_the_future(world: World) -> None:
    mine = world.apply(world.person())
    with pytest.raises(DomainError, match="interview_past"):
        world.act(world.boss, mine, Event.SET_INTERVIEW, interview_at=world.now)


def test_the_same_click_of_an_account_without_a_users_row_is_one_move(world: World) -> None:
    """Employers and jobseekers who sign in by telephone have no row of a user."""
    boss = replace(world.boss, user_id=None)
    applied = world.apply(world.person())
    for _ in range(2):
        assert world.act(boss, applied, Event.INVITE, version=1).version == 2
    with pytest.raises(StaleVersion):
        world.act(boss, applied, Event.OFFER, version=1)
    with pytest.raises(StaleVersion):
        world.act(world.boss, applied, Event.INVITE, version=1)
