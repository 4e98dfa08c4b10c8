"""What either side reads, and what it never reads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from matching.accounts.models import Role
from matching.accounts.service import scope_of
from matching.db import transaction
from matching.errors import DomainError, Forbidden, NotFound
from matching.placements import candidate_queries, followups, queries
from matching.placements.codes import Event, Outcome, Reason, Side, State
from matching.placements.models import Application, ApplicationNews, InterviewQuestion
from matching.placements.news import mark_seen
from matching.vacancies.models import Vacancy
from tests import factories
from tests.placements.world import Person, World
from workers.drain import drain_topic


def mine(world: World, who: Person, scope: Any = None) -> list[queries.MyApplication]:
    me = who.id if scope is None else None
    today = world.services.clock.today()
    with transaction(world.services.sessions, writes=False) as session:
        return queries.my_applications(session, scope or who.scope, who.public_id, today, me=me)


def listed(world: World, scope: Any = None, **filters: Any) -> list[candidate_queries.Candidate]:
    with transaction(world.services.sessions, writes=False) as session:
        return candidate_queries.candidates(session, scope or world.boss, world.vacancy.public_id, **filters)


def staff(world: World, role: Role, county: str = factories.COUNTY) -> Any:
    with transaction(world.services.sessions) as session:
        office = factories.organisation(session, county=county)
        return scope_of(session, factories.user(session, role=role, organisation=office))


def test_a_person_reads_her_own_with_what_she_can_do_next(world: World) -> None:
    who = world.person()
    applied = world.apply(who)
    (line,) = mine(world, who)
    assert (line.public_id, line.state, line.version) == (applied.public_id, "applied", 1)
    assert (line.title, line.employer, line.vacancy_open) == ("缝纫工", world.employer.name, True)
    assert line.next == (Event.WITHDRAW,)
    world.act(world.boss, applied, Event.OFFER)
    assert mine(world, who)[0].next == (Event.WITHDRAW, Event.ACCEPT)
    world.act(who.scope, applied, Event.ACCEPT, me=who.id)
    assert mine(world, who)[0].next == (Event.DENY,)
    assert [line.state for line in mine(world, who, world.helper)] == ["hired"]


def test_nobody_reads_anothers_applications(world: World) -> None:
    who, other = world.person(), world.person()
    world.apply(who)
    assert mine(world, other) == []
    with pytest.raises(NotFound, match="person_unknown"):
        mine(world, who, other.scope)
    with pytest.raises(NotFound, match="person_unknown"):
        mine(world, who, staff(world, Role.COORDINATOR, "431224"))
    with pytest.raises(NotFound, match="person_unknown"):
        mine(world, who, world.boss)


def test_an_employer_sees_the_candidates_of_its_own_vacancies_masked(world: World) -> None:
    who = world.person(skills=["缝纫"])
    world.apply(who)
    (line,) = listed(world)
    assert (line.name, line.skills, line.open_contact) == ("测**", ("缝纫",), True)
    assert line.next == (Event.INVITE, Event.SET_INTERVIEW, Event.OFFER, Event.HIRE, Event.DECLINE)
    assert listed(world, states=[State.HIRED]) == []
    with transaction(world.services.sessions) as session:
        rival = factories.user(session, role=Role.EMPLOYER, organisation=factories.employer(session))
        scope = scope_of(session, rival)
    with pytest.raises(NotFound, match="vacancy_unknown"):
        listed(world, scope)
    with pytest.raises(NotFound, match="vacancy_unknown"):
        listed(world, who.scope)


def test_an_office_sees_its_own_people_only(world: World) -> None:
    world.apply(world.person())
    world.apply(world.person(county="431224"))
    assert len(listed(world)) == 2, "both applied to this employer"
    assert [line.county for line in listed(world, staff(world, Role.COUNTY))] == [factories.COUNTY]
    assert [line.next for line in listed(world, staff(world, Role.AUDITOR))] == [(), ()]


def test_nobody_in_the_pipeline_is_offered_as_new(world: World) -> None:
    new, applied, refused, hidden = (world.person(findable=True) for _ in range(4))
    shy, off = world.person(), world.person(findable=True, matching_on=False)
    world.apply(applied)
    world.act(refused.scope, world.approach(refused), Event.REFUSE, me=refused.id)
    ids = [off.id, refused.id, hidden.id, shy.id, applied.id, new.id]
    with transaction(world.services.sessions, writes=False) as session:
        faces = candidate_queries.new_faces(session, world.boss, world.vacancy.public_id, ids)
        assert [face.jobseeker_id for face in faces] == [hidden.id, new.id]
        assert {face.name for face in faces} == {"测**"}
        assert (
            len(candidate_queries.new_faces(session, world.boss, world.vacancy.public_id, ids, limit=1)) == 1
        )


def test_of_all_others_only_the_count_is_told_and_small_ones_not_even_that(world: World) -> None:
    shy = [world.person() for _ in range(6)]
    world.apply(shy[0])
    ids = [one.id for one in shy]
    with transaction(world.services.sessions, writes=False) as session:
        vacancy = world.vacancy.public_id
        assert candidate_queries.count_of_others(session, world.boss, vacancy, ids) == "5"
        assert candidate_queries.count_of_others(session, world.boss, vacancy, ids[:4]) == "少于 5"
        assert candidate_queries.count_of_others(session, world.boss, vacancy, []) == "少于 5"


def test_people_of_another_tenant_are_neither_shown_nor_counted(world: World) -> None:
    far = [world.person(county="430121", findable=True) for _ in range(5)]
    with transaction(world.services.sessions, writes=False) as session:
        ids, vacancy = [one.id for one in far], world.vacancy.public_id
        assert candidate_queries.new_faces(session, world.boss, vacancy, ids) == []
        assert candidate_queries.count_of_others(session, world.boss, vacancy, ids) == "少于 5"


def test_history_names_the_helper_and_nobody_else(world: World) -> None:
    who = world.person()
    applied = world.apply(who)
    world.act(world.boss, applied, Event.INVITE)
    world.act(world.helper, applied, Event.WITHDRAW)
    with transaction(world.services.sessions, writes=False) as session:
        lines = queries.steps(session, who.scope, applied.public_id, me=who.id)
    assert [(line.event, line.party, line.who) for line in lines] == [
        ("apply", "jobseeker", None),
        ("invite", "employer", None),
        ("withdraw", "helper", "试用人员"),
    ]


def test_places_are_counted(world: World) -> None:
    world.act(world.boss, world.apply(world.person()), Event.HIRE)
    with transaction(world.services.sessions, writes=False) as session:
        assert candidate_queries.places(
            session, world.boss, world.vacancy.public_id
        ) == candidate_queries.Places(2, 1)


def test_each_side_is_shown_once_what_the_other_did(world: World) -> None:
    who = world.person()
    applied = world.apply(who)
    world.act(world.boss, applied, Event.INVITE)
    for _ in range(2):
        drain_topic(world.services, "notice.application")
    assert (mine(world, who)[0].new, listed(world)[0].new) == (1, 1)
    with transaction(world.services.sessions) as session:
        mark_seen(session, session.get_one(Application, applied.id), Side.JOBSEEKER, world.now)
    assert (mine(world, who)[0].new, listed(world)[0].new) == (0, 1)
    world.act(world.helper, applied, Event.WITHDRAW)
    drain_topic(world.services, "notice.application")
    assert (mine(world, who)[0].new, listed(world)[0].new) == (1, 2), "what a helper did, the person hears"
    with transaction(world.services.sessions, writes=False) as session:
        assert len(session.scalars(select(ApplicationNews)).all()) == 4


def ask_about(world: World) -> int:
    with transaction(world.services.sessions) as session:
        return followups.ask_about_interviews(session, world.services.clock)


def answer(world: World, scope: Any, applied: Application, side: Side, said: Outcome, me: Any = None) -> None:
    with transaction(world.services.sessions) as session:
        followups.answer_interview(session, scope, world.services.clock, applied.public_id, side, said, me=me)


def test_after_an_interview_both_sides_are_asked_once(world: World) -> None:
    who = world.person()
    applied = world.apply(who)
    world.act(world.boss, applied, Event.SET_INTERVIEW, interview_at=world.now + timedelta(days=1))
    assert ask_about(world) == 0
    world.services.clock.advance(timedelta(days=2))
    assert (ask_about(world), ask_about(world)) == (1, 0)
    assert (mine(world, who)[0].asked, listed(world)[0].asked) == (True, True)
    answer(world, who.scope, applied, Side.JOBSEEKER, Outcome.WAITING, who.id)
    assert (mine(world, who)[0].asked, listed(world)[0].asked) == (False, True)
    with pytest.raises(Forbidden):
        answer(world, who.scope, applied, Side.EMPLOYER, Outcome.TAKEN, who.id)
    answer(world, world.boss, applied, Side.EMPLOYER, Outcome.TAKEN)
    assert not listed(world)[0].asked
    assert world.state(applied) == "interview", "an answer moves nothing"


def test_a_new_day_is_asked_about_anew(world: World) -> None:
    applied = world.apply(world.person())
    for _ in range(2):
        day = world.services.clock.now() + timedelta(days=1)
        world.act(world.boss, applied, Event.SET_INTERVIEW, interview_at=day)
        world.services.clock.advance(timedelta(days=2))
        assert ask_about(world) == 1
    with transaction(world.services.sessions, writes=False) as session:
        asked = session.scalars(select(InterviewQuestion.interview).order_by(InterviewQuestion.id)).all()
    assert asked == [1, 1, 2, 2]


def test_whoever_was_hired_meanwhile_is_not_asked(world: World) -> None:
    applied = world.apply(world.person())
    world.act(world.boss, applied, Event.SET_INTERVIEW, interview_at=world.now + timedelta(days=1))
    world.act(world.boss, applied, Event.HIRE)
    world.services.clock.advance(timedelta(days=2))
    assert ask_about(world) == 0


def test_a_vacancy_that_closed_says_so_on_the_persons_list(world: World) -> None:
    who = world.person()
    world.apply(who)
    with transaction(world.services.sessions) as session:
        session.get_one(Vacancy, world.vacancy.id).state = "paused"
    assert not mine(world, who)[0].vacancy_open


def test_where_to_come_is_said_and_without_a_word_it_is_the_place_of_the_work(world: World) -> None:
    who, day = world.person(), world.now + timedelta(days=1)
    applied = world.apply(who)
    world.act(world.boss, applied, Event.SET_INTERVIEW, interview_at=day)
    assert mine(world, who)[0].interview_place == world.vacancy.place
    world.act(world.boss, applied, Event.DECLINE, reason=Reason.HOURS)
    again = world.apply(who)
    world.act(
        world.boss,
        again,
        Event.SET_INTERVIEW,
        interview_at=day,
        interview_place="  厂门口\n门卫室 " + "远" * 200,
    )
    place = mine(world, who)[0].interview_place
    assert (place or "").startswith("厂门口 门卫室 远")
    assert len(place or "") == 120
    assert listed(world)[-1].interview_place == place


def test_one_candidate_is_read_and_one_of_another_vacancy_is_not(world: World) -> None:
    applied = world.apply(world.person())
    elsewhere = world.apply(world.person(), world.another_vacancy())
    with transaction(world.services.sessions, writes=False) as session:
        vacancy = world.vacancy.public_id
        found = candidate_queries.candidate(session, world.boss, vacancy, applied.public_id)
        assert found.public_id == applied.public_id
        for unknown in (elsewhere.public_id, "aaaaaaaaaaaa"):
            with pytest.raises(NotFound, match="application_unknown"):
                candidate_queries.candidate(session, world.boss, vacancy, unknown)


def test_an_office_is_offered_people_of_its_own_area_only(world: World) -> None:
    near = [world.person(findable=True), world.person()]
    far = [world.person(county="431224", findable=True), *(world.person(county="431224") for _ in range(5))]
    ids, vacancy = [one.id for one in (*near, *far)], world.vacancy.public_id
    with transaction(world.services.sessions, writes=False) as session:
        faces = candidate_queries.new_faces(session, world.helper, vacancy, ids)
        assert [face.jobseeker_id for face in faces] == [near[0].id]
        assert candidate_queries.count_of_others(session, world.helper, vacancy, ids) == "少于 5"
        assert len(candidate_queries.new_faces(session, world.boss, vacancy, ids)) == 2
        assert candidate_queries.count_of_others(session, world.boss, vacancy, ids) == "6"


def test_where_to_come_says_nothing_that_a_post_may_not_say(world: World) -> None:
    applied = world.apply(world.person())
    day = world.now + timedelta(days=1)
    with pytest.raises(DomainError, match="place_wording") as refused:
        world.act(
            world.boss, applied, Event.SET_INTERVIEW, interview_at=day, interview_place="厂门口,先交押金"
        )
    assert "押金" in refused.value.facts["words"]
    assert world.state(applied) == "applied"
    world.act(world.boss, applied, Event.SET_INTERVIEW, interview_at=day, interview_place="厂门口,不收押金")
