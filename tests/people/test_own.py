"""The eight questions: one answer each, kept as the person's own word."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from matching.accounts.models import AuditEvent, Role
from matching.accounts.scope import Scope
from matching.bootstrap import Services
from matching.db import transaction
from matching.errors import DomainError, NotFound, StaleVersion
from matching.occupations import skills
from matching.outbox.models import OutboxRow
from matching.people import own, question_words, service
from matching.people.models import Jobseeker, Member, OwnStatement, WillingnessRecord
from matching.people.questions import (
    CHOICES,
    FIELDS,
    QUESTIONS,
    SKILLS,
    UNKNOWN,
    choice_of,
    choices,
    facts_of,
)
from tests import factories

COUNTY = "431222"


@pytest.fixture
def anna(stack: Services) -> tuple[Services, Member, Scope]:
    """Services, a jobseeker and her own scope."""
    with transaction(stack.sessions) as session:
        member = factories.member(session)
        factories.jobseeker(session, member=member)
        scope = Scope(Role.JOBSEEKER, "own", member.tenant_id, None, None, member_ids=frozenset({member.id}))
        return stack, member, scope


def asked(services: Services, scope: Scope, member: Member, question: str) -> own.Answer:
    with transaction(services.sessions, writes=False) as session:
        known = own.profile(session, scope, services.keyring, member.public_id, me=member.id)
    return known.answers[question]


def say(
    services: Services, scope: Scope, member: Member, question: str, choice: str, mark: str | None = None
) -> None:
    """Answer as on a page that was opened just now, or with an older mark."""
    seen = asked(services, scope, member, question).mark if mark is None else mark
    with transaction(services.sessions) as session:
        own.answer_question(
            session,
            scope,
            services.keyring,
            member.public_id,
            question,
            choice,
            seen,
            me=member.id,
            today=services.clock.today(),
            now=services.clock.now(),
        )


def seeker(services: Services, member: Member) -> Jobseeker:
    with transaction(services.sessions, writes=False) as session:
        return session.get_one(Jobseeker, member.id)


def test_there_are_at_most_eight_questions_and_each_answer_has_its_words() -> None:
    assert len(QUESTIONS) <= 8
    for question in QUESTIONS:
        for choice in choices(question, ("440000",)):
            assert 0 < len(question_words.choice_words(question, choice)) <= 20
        assert len(question_words.ASKED[question]) <= 20
        assert len(question_words.WHY[question]) <= 20
    assert all(code in skills.skills().terms for code in SKILLS)


@pytest.mark.parametrize("question", [name for name in QUESTIONS if name not in ("skill", "leave")])
def test_each_answer_leads_to_facts_and_back(question: str) -> None:
    for choice in CHOICES[question]:
        facts = facts_of(question, choice, county=COUNTY, known={})
        assert set(facts) == set(FIELDS[question])
        assert choice_of(question, COUNTY, facts) == choice


@pytest.mark.parametrize(
    ("choice", "leaves", "places"),
    [
        ("no", False, None),
        ("prefecture", True, ["431200"]),
        ("province", True, ["430000"]),
        ("440000", True, ["440000"]),
        ("anywhere", True, None),
    ],
)
def test_where_somebody_would_go_follows_from_home(choice: str, leaves: bool, places: Any) -> None:
    facts = facts_of("leave", choice, county=COUNTY, known={})
    assert facts == {"will_leave": leaves, "wanted_regions": places}
    assert choice_of("leave", COUNTY, facts) == choice


@pytest.mark.parametrize("choice", ["", "431222", "999999", "x", "４４００００"])
def test_an_answer_that_is_none_is_refused(choice: str) -> None:
    for question in QUESTIONS:
        with pytest.raises(DomainError, match="choice_unknown"):
            facts_of(question, choice, county=COUNTY, known={})


def test_an_answer_is_kept_as_her_own_word_and_matching_hears_of_it(anna: Any) -> None:
    services, member, scope = anna
    say(services, scope, member, "reach", "town")
    say(services, scope, member, "skill", "sewing")
    row = seeker(services, member)
    assert (row.reach, row.skills, row.occupations[0]) == ("town", ["sewing"], "4-10-02-01")
    assert asked(services, scope, member, "reach").own
    with transaction(services.sessions, writes=False) as session:
        assert set(session.get_one(Member, member.id).by_hand) == {"reach", "skills"}
        topics = set(session.scalars(select(OutboxRow.topic)))
        told = session.scalars(select(AuditEvent).where(AuditEvent.action == "member.answered")).all()
    assert {"pair.jobseeker", "search.jobseeker"} <= topics
    assert [event.fields for event in told] == [
        {"columns": ["reach"], "question": "reach"},
        {"columns": ["skills"], "question": "skill"},
    ]


def test_wanting_work_has_its_history_and_says_who_said_it(anna: Any) -> None:
    services, member, scope = anna
    say(services, scope, member, "willing", "no")
    with transaction(services.sessions, writes=False) as session:
        said = session.scalars(select(WillingnessRecord)).all()
    assert [(row.value, row.source) for row in said][-1] == ("no", "self")


def test_a_skill_is_added_to_those_that_are_known(anna: Any) -> None:
    services, member, scope = anna
    say(services, scope, member, "skill", "sewing")
    say(services, scope, member, "skill", "cooking")
    assert seeker(services, member).skills == ["cooking", "sewing"]
    say(services, scope, member, "skill", "nothing")
    assert seeker(services, member).skills == []
    assert asked(services, scope, member, "skill").choice == "nothing"


def test_who_cannot_say_takes_back_her_own_word_but_not_the_offices(anna: Any) -> None:
    services, member, scope = anna
    with transaction(services.sessions) as session:
        session.get_one(Jobseeker, member.id).education = "junior"
        session.get_one(Member, member.id).education = "junior"
    for _ in range(2):
        say(services, scope, member, "school", UNKNOWN)
        assert seeker(services, member).education == "junior"
    answer = asked(services, scope, member, "school")
    assert (answer.choice, answer.own, answer.said_at is not None) == ("junior", False, True)
    say(services, scope, member, "reach", "walk")
    say(services, scope, member, "reach", UNKNOWN)
    assert seeker(services, member).reach is None
    assert asked(services, scope, member, "reach").choice == UNKNOWN
    with transaction(services.sessions, writes=False) as session:
        assert session.get_one(Member, member.id).by_hand == {}


def test_the_questions_go_on_where_they_were_left(anna: Any) -> None:
    services, member, scope = anna

    def following() -> str | None:
        with transaction(services.sessions, writes=False) as session:
            return own.profile(session, scope, services.keyring, member.public_id, me=member.id).next

    for question in QUESTIONS:
        assert following() == question
        say(services, scope, member, question, UNKNOWN)
    assert following() is None


def test_what_an_office_changed_meanwhile_is_not_overwritten_unseen(anna: Any) -> None:
    services, member, scope = anna
    say(services, scope, member, "reach", "walk")
    seen = asked(services, scope, member, "reach").mark
    say(services, scope, member, "reach", "town")
    say(services, scope, member, "reach", "county", seen)  # the browser's way back: her own word
    with transaction(services.sessions) as session:
        office = factories.organisation(session)
        staff = Scope(Role.COUNTY, "staff", member.tenant_id, office.county, office.id)
        version = session.get_one(Member, member.id).version
        service.correct_person(
            session,
            staff,
            services.keyring,
            member.public_id,
            version,
            {"reach": "anywhere"},
            today=services.clock.today(),
            now=services.clock.now(),
        )
    assert not asked(services, scope, member, "reach").own
    with pytest.raises(StaleVersion):
        say(services, scope, member, "reach", "walk", seen)
    assert seeker(services, member).reach == "anywhere"
    say(services, scope, member, "reach", "anywhere", seen)  # both say the same


def test_the_same_answer_twice_is_one_statement(anna: Any) -> None:
    services, member, scope = anna
    say(services, scope, member, "pay", "2500")
    version = seeker(services, member).version
    say(services, scope, member, "pay", "2500", "")
    assert seeker(services, member).version == version
    with transaction(services.sessions, writes=False) as session:
        assert session.scalar(select(func.count()).select_from(OwnStatement)) == 1


def test_nobody_answers_for_somebody_else(anna: Any) -> None:
    services, member, scope = anna
    with transaction(services.sessions) as session:
        other = factories.member(session)
        factories.jobseeker(session, member=other)
    with pytest.raises(NotFound), transaction(services.sessions) as session:
        own.answer_question(
            session,
            scope,
            services.keyring,
            other.public_id,
            "reach",
            "town",
            "",
            me=member.id,
            today=services.clock.today(),
            now=services.clock.now(),
        )
