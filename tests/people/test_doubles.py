"""Likely doubles: merged into one record that lacks nothing, or told apart for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from matching.accounts.models import AuditEvent
from matching.accounts.scope import Scope
from matching.bootstrap import Services
from matching.db import transaction
from matching.errors import DomainError, Forbidden, NotFound, StaleVersion
from matching.pairing.models import VacancyMatches
from matching.pairing.packed import unpack
from matching.people import doubles, worklists
from matching.people.doubles import Version
from matching.people.models import (
    EmploymentSpell,
    Household,
    ImportedFacts,
    Jobseeker,
    Member,
    WillingnessRecord,
)
from matching.people.queries import opened
from matching.placements.merging import carry_over
from matching.search.documents import Collection
from tests.people.test_service import correct, scope_of
from tests.stack import bring_in, counts, drain_all, person, with_site
from tests.vacancies.test_sheet import post

pytestmark = pytest.mark.wide

NAME = "同名人"


@pytest.fixture
def scope(stack: Services) -> Scope:
    """An office whose ledger names one person three times, with numbers that were mistyped."""
    home = with_site(stack)
    rows = [
        person(1, 姓名=NAME, 户编号="H1", 培训意愿="缝纫班"),
        person(2, 姓名=NAME, 户编号="H2", 电话="13900001234", 期望月薪="3500"),
        person(3, 姓名="别人", 户编号="H2", 户主关系="配偶"),
        person(4, 姓名=NAME, 户编号="H4"),
    ]
    assert counts(bring_in(stack, home, "ledger", rows))[0] == 4
    return scope_of(stack, home)


def people(services: Services) -> list[Member]:
    with transaction(services.sessions, writes=False) as session:
        return list(session.scalars(select(Member).where(Member.name == NAME).order_by(Member.id)))


def listed(services: Services, scope: Scope) -> Any:
    with transaction(services.sessions, writes=False) as session:
        total, lines = worklists.likely_doubles(session, scope, limit=9, offset=0)
        assert worklists.counts(session, scope)["doubles"] == total
        return [pair for line in lines for pair in line.pairs]


def apart(services: Services, scope: Scope, one: Member, other: Member) -> None:
    with transaction(services.sessions) as session:
        doubles.tell_apart(session, scope, one.public_id, other.public_id, services.clock.now())


def merge(services: Services, scope: Scope, kept: Member, closed: Member) -> Member:
    with transaction(services.sessions) as session:
        return doubles.merge(
            session,
            scope,
            services.keyring,
            Version(kept.public_id, kept.version),
            Version(closed.public_id, closed.version),
            carry=carry_over,
            today=services.clock.today(),
            now=services.clock.now(),
        )


def on_lists(services: Services) -> set[int]:
    """Whoever stands on the stored list of some post."""
    with transaction(services.sessions, writes=False) as session:
        lists = session.scalars(select(VacancyMatches.packed)).all()
    return {int(entry["id"]) for packed in lists for entry in unpack(packed)}


def test_pairs_that_were_told_apart_are_not_listed_again(stack: Services, scope: Scope) -> None:
    one, two, three = people(stack)
    assert len(listed(stack, scope)) == 3
    apart(stack, scope, two, one)
    apart(stack, scope, one, two)
    ids = {frozenset((one.public_id, three.public_id)), frozenset((two.public_id, three.public_id))}
    assert {frozenset(pair) for pair in listed(stack, scope)} == ids
    apart(stack, scope, one, three)
    apart(stack, scope, two, three)
    assert listed(stack, scope) == []


def test_a_merge_keeps_what_one_record_says_and_takes_what_it_lacks(stack: Services, scope: Scope) -> None:
    one, two, _three = people(stack)
    correct(stack, scope, one, phone="13911112222")
    correct(stack, scope, two, willingness="no", wage_floor_cents=400_000)
    one, two, _three = people(stack)
    before = opened(stack.keyring, one.sealed)["id_number"]
    merge(stack, scope, one, two)
    kept, _third = people(stack)
    with transaction(stack.sessions, writes=False) as session:
        seeker = session.get_one(Jobseeker, kept.id)
        said = session.scalars(
            select(WillingnessRecord.value).where(WillingnessRecord.jobseeker_id == kept.id)
        ).all()
        homes = set(session.scalars(select(Household.code)))
    facts = opened(stack.keyring, kept.sealed)
    assert kept.public_id == one.public_id
    assert (facts["id_number"], facts["phone"]) == (before, "13911112222")
    assert seeker.training_wish == "缝纫班"
    assert seeker.wage_floor_cents == 400_000
    assert "wage_floor_cents" in kept.by_hand
    assert "no" in said
    assert homes == {"H1", "H2", "H4"}, "the other member of H2 keeps the household"


def test_spells_and_sheets_move_and_an_empty_household_goes(stack: Services, scope: Scope) -> None:
    one, _two, three = people(stack)
    with transaction(stack.sessions) as session:
        stamps = {"tenant_id": three.tenant_id, "source": "x", "created_at": stack.clock.now()}
        past = stack.clock.today() - timedelta(days=400)
        session.add(EmploymentSpell(jobseeker_id=three.id, started_on=past, ended_on=past, **stamps))
        session.add(EmploymentSpell(jobseeker_id=three.id, employer_name="甲厂", **stamps))
        session.add(EmploymentSpell(jobseeker_id=one.id, employer_name="乙厂", **stamps))
        session.add(ImportedFacts(member_id=three.id, source="other@1", row_digest="x", fields={}))
    merge(stack, scope, one, three)
    with transaction(stack.sessions, writes=False) as session:
        spells = session.scalars(select(EmploymentSpell).where(EmploymentSpell.ended_on.is_(None))).all()
        assert [spell.employer_name for spell in spells if spell.jobseeker_id == one.id] == ["乙厂"]
        of_one = select(func.count()).where(EmploymentSpell.jobseeker_id == one.id)
        assert session.scalar(of_one.where(EmploymentSpell.ended_on.is_not(None))) == 1
        assert session.get(ImportedFacts, (one.id, "other@1"))
        assert set(session.scalars(select(Household.code))) == {"H1", "H2"}
        assert session.get(Jobseeker, three.id) is None


def test_a_number_that_only_the_closed_record_had_is_taken_and_a_free_one_can_be_used_again(
    stack: Services, scope: Scope
) -> None:
    one, two, _three = people(stack)
    number = opened(stack.keyring, two.sealed)["id_number"]
    with transaction(stack.sessions) as session:
        bare = session.get_one(Member, one.id)
        facts = {
            name: value for name, value in opened(stack.keyring, bare.sealed).items() if name != "id_number"
        }
        bare.id_index, bare.sealed = None, stack.keyring.seal_facts(facts, "member.sealed")
    merge(stack, scope, one, two)
    kept = people(stack)[0]
    assert opened(stack.keyring, kept.sealed)["id_number"] == number
    assert kept.id_index == two.id_index


def test_the_closed_record_leaves_the_index_and_its_address_leads_on(stack: Services, scope: Scope) -> None:
    one, two, three = people(stack)
    drain_all(stack)
    merge(stack, scope, two, three)
    merged = people(stack)[1]
    merge(stack, scope, one, merged)
    drain_all(stack)
    with transaction(stack.sessions, writes=False) as session:
        assert doubles.kept_instead(session, scope, three.public_id) == one.public_id
        assert doubles.kept_instead(session, scope, two.public_id) == one.public_id
        assert doubles.kept_instead(session, scope, "nobody") is None
        elsewhere = replace(scope, county="431223")
        assert doubles.kept_instead(session, elsewhere, three.public_id) is None
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("member.%"))).all()
    assert actions.count("member.merged") == actions.count("member.closed") == 2
    versions = stack.search.versions(Collection.JOBSEEKERS, [one.id, two.id, three.id])
    assert set(versions) == {one.id}


def test_the_closed_record_leaves_the_lists_of_the_posts_it_fitted(stack: Services, scope: Scope) -> None:
    one, _two, three = people(stack)
    bring_in(stack, three.tenant_id, "vacancies", [post()], vouch=True)
    drain_all(stack)
    assert {one.id, three.id} <= on_lists(stack)
    merge(stack, scope, one, three)
    drain_all(stack)
    assert one.id in on_lists(stack)
    assert three.id not in on_lists(stack)


def test_what_is_no_double_or_not_ones_own_is_refused(stack: Services, scope: Scope) -> None:
    one, two, _three = people(stack)
    with transaction(stack.sessions, writes=False) as session:
        stranger = session.scalars(select(Member).where(Member.name == "别人")).one()
    with pytest.raises(DomainError, match="not_doubles"):
        merge(stack, scope, one, stranger)
    with pytest.raises(DomainError, match="not_doubles"):
        merge(stack, scope, one, one)
    with pytest.raises(NotFound):
        merge(stack, replace(scope, county="431223"), one, two)
    with pytest.raises(Forbidden):
        apart(stack, replace(scope, role=scope.role.AUDITOR), one, two)
    correct(stack, scope, two, training_wish="叉车班")
    with pytest.raises(StaleVersion):
        merge(stack, scope, one, two)
    assert len(people(stack)) == 3
