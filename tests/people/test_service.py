"""People by hand: what is corrected stays against sheets, and what follows from it follows at once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from matching.accounts.models import AuditEvent, Organisation, Role
from matching.accounts.scope import Scope
from matching.bootstrap import Services
from matching.db import transaction
from matching.errors import DomainError, Forbidden, NotFound, StaleVersion
from matching.outbox.models import OutboxRow
from matching.people import service
from matching.people.households import household_for, place_household
from matching.people.models import (
    EmploymentSpell,
    Household,
    ImportConflict,
    Jobseeker,
    Member,
    WillingnessRecord,
)
from matching.people.person_writer import FactRefused
from matching.people.queries import opened
from matching.places.models import Settlement
from tests.stack import SITE, bring_in, drain_all, id_number, person, with_site


def scope_of(services: Services, office_id: int, role: Role = Role.COUNTY) -> Scope:
    """Somebody of an office."""
    with transaction(services.sessions, writes=False) as session:
        office = session.get_one(Organisation, office_id)
    county = None if office.county.endswith("00") else office.county
    return Scope(role, "tester", office.tenant_id, county, office_id)


def only(services: Services, table: Any, *conditions: Any) -> Any:
    """The one row."""
    with transaction(services.sessions, writes=False) as session:
        return session.scalars(select(table).where(*conditions)).one()


def correct(services: Services, scope: Scope, member: Member, **changes: Any) -> Member:
    """Correct with the version that is stored."""
    with transaction(services.sessions) as session:
        return service.correct_person(
            session,
            scope,
            services.keyring,
            member.public_id,
            session.get_one(Member, member.id).version,
            changes,
            today=services.clock.today(),
            now=services.clock.now(),
        )


@pytest.fixture
def couple(stack: Services) -> tuple[Services, Scope, Member, Member]:
    """A household of two without work, imported."""
    office_id = with_site(stack)
    rows = [
        person(1, 户编号="H1", 家庭人员="2"),
        person(2, 户编号="H1", 户主关系="配偶", 家庭人员="2"),
    ]
    bring_in(stack, office_id, "ledger", rows)
    with transaction(stack.sessions, writes=False) as session:
        first, second = session.scalars(select(Member).order_by(Member.id)).all()
    return stack, scope_of(stack, office_id), first, second


def test_a_correction_stays_against_a_later_sheet_which_is_offered(couple: Any) -> None:
    services, scope, first, _second = couple
    correct(services, scope, first, work_place="怀化市", training_wish="缝纫班")
    rows = [person(1, 户编号="H1", 家庭人员="2", 务工地点="长沙市", 培训意愿="叉车班")]
    bring_in(services, scope.organisation_id, "ledger", rows)
    assert only(services, Jobseeker, Jobseeker.id == first.id).work_place == "怀化市"
    with transaction(services.sessions, writes=False) as session:
        offers = {row.field: row.id for row in session.scalars(select(ImportConflict))}
    assert set(offers) == {"work_place", "training_wish"}
    for field, take in (("work_place", True), ("training_wish", False)):
        with transaction(services.sessions) as session:
            service.resolve_conflict(
                session,
                scope,
                services.keyring,
                offers[field],
                take=take,
                today=services.clock.today(),
                now=services.clock.now(),
            )
    seeker = only(services, Jobseeker, Jobseeker.id == first.id)
    assert (seeker.work_place, seeker.training_wish) == ("长沙市", "缝纫班")
    assert set(only(services, Member, Member.id == first.id).by_hand) == {"training_wish"}


def test_work_of_one_member_lifts_the_zero_job_class_of_all(couple: Any) -> None:
    services, scope, first, second = couple
    assert only(services, Jobseeker, Jobseeker.id == second.id).classes["zero_job"] is True
    correct(services, scope, first, work="employed", employer_name="测试制衣厂", channel="workshop")
    assert only(services, Jobseeker, Jobseeker.id == second.id).classes["zero_job"] is False
    spell = only(services, EmploymentSpell, EmploymentSpell.jobseeker_id == first.id)
    assert (spell.employer_name, spell.channel, spell.ended_on) == ("测试制衣厂", "workshop", None)
    with transaction(services.sessions, writes=False) as session:
        due = session.scalars(select(OutboxRow.key).where(OutboxRow.topic == "pair.jobseeker")).all()
    assert set(due) == {first.id, second.id}
    correct(services, scope, first, work="unemployed")
    spell = only(services, EmploymentSpell, EmploymentSpell.jobseeker_id == first.id)
    assert spell.ended_on == services.clock.today()
    drain_all(services)


def test_what_a_person_says_about_work_has_a_history(couple: Any) -> None:
    services, scope, first, _second = couple
    correct(services, scope, first, willingness="no")
    with transaction(services.sessions, writes=False) as session:
        said = select(WillingnessRecord).where(WillingnessRecord.jobseeker_id == first.id)
        values = [(row.value, row.source) for row in session.scalars(said.order_by(WillingnessRecord.id))]
    assert [value for value, _source in values] == ["yes", "no"]
    assert values[-1][1] == "hand"


def test_facts_of_the_household_reach_everybody_in_it(couple: Any) -> None:
    services, scope, first, second = couple
    correct(services, scope, first, low_income=True, household_phone="07452712345")
    assert only(services, Jobseeker, Jobseeker.id == second.id).classes["low_income"] is True
    assert set(only(services, Member, Member.id == second.id).by_hand) == {"low_income", "household_phone"}


def test_the_document_number_decides_birth_date_and_sex(couple: Any) -> None:
    services, scope, first, _second = couple
    number = id_number(40, birth="19900101", male=False)
    correct(services, scope, first, id_number=number, sex="male")
    member = only(services, Member, Member.id == first.id)
    assert (str(member.birth_date), member.sex) == ("1990-01-01", "female")
    assert opened(services.keyring, member.sealed)["id_number"] == number
    assert only(services, Jobseeker, Jobseeker.id == first.id).older_from.year == 2035


def test_a_number_that_belongs_to_somebody_else_is_refused(couple: Any) -> None:
    services, scope, first, second = couple
    with pytest.raises(FactRefused, match="person_exists") as refused:
        correct(services, scope, first, id_number=id_number(2))
    assert refused.value.facts["person"] == second.public_id


def test_a_stale_version_is_refused_and_nothing_is_written(couple: Any) -> None:
    services, scope, first, _second = couple
    with pytest.raises(StaleVersion), transaction(services.sessions) as session:
        service.correct_person(
            session,
            scope,
            services.keyring,
            first.public_id,
            first.version + 1,
            {"training_wish": "缝纫班"},
            today=services.clock.today(),
            now=services.clock.now(),
        )
    assert only(services, Jobseeker, Jobseeker.id == first.id).training_wish is None


def test_a_correction_that_changes_nothing_writes_nothing(couple: Any) -> None:
    services, scope, first, _second = couple
    assert correct(services, scope, first, capacity="ordinary", education="junior").version == first.version
    with transaction(services.sessions, writes=False) as session:
        assert "member.corrected" not in session.scalars(select(AuditEvent.action)).all()


def test_who_becomes_unable_leaves_matching_and_stays_in_the_ledger(couple: Any) -> None:
    services, scope, first, _second = couple
    correct(services, scope, first, capacity="lost")
    assert only(services, Jobseeker, Jobseeker.id == first.id).eligible is False
    assert only(services, Member, Member.id == first.id).capacity == "lost"


def test_a_head_who_is_named_replaces_the_one_before(couple: Any) -> None:
    services, scope, first, second = couple
    correct(services, scope, second, relation="head")
    assert only(services, Member, Member.is_head).id == second.id
    assert only(services, Member, Member.id == first.id).relation == "other"


def test_a_household_takes_its_people_to_its_settlement(couple: Any) -> None:
    services, scope, first, _second = couple
    bring_in(services, scope.organisation_id, "settlements", [{**SITE, "安置点名称": "白鹭安置区"}])
    site = only(services, Settlement, Settlement.name == "白鹭安置区")
    household = only(services, Household, Household.code == "H1")
    with transaction(services.sessions) as session:
        place_household(
            session,
            scope,
            services.keyring,
            household.public_id,
            household.version,
            site.public_id,
            today=services.clock.today(),
            now=services.clock.now(),
        )
    assert only(services, Jobseeker, Jobseeker.id == first.id).settlement_id == site.id


def test_roles_that_only_read_change_nothing(couple: Any) -> None:
    services, scope, first, _second = couple
    auditor = Scope(Role.AUDITOR, "auditor", scope.tenant_id, None, None)
    with pytest.raises(Forbidden):
        correct(services, auditor, first, training_wish="缝纫班")
    with pytest.raises(Forbidden), transaction(services.sessions) as session:
        service.unmask(
            session, auditor, services.keyring, first.public_id, "phone", "核对", services.clock.now()
        )


def test_somebody_of_another_county_is_not_found(couple: Any) -> None:
    services, scope, first, _second = couple
    other = Scope(Role.COUNTY, "other", scope.tenant_id, "431224", scope.organisation_id)
    with pytest.raises(NotFound):
        correct(services, other, first, training_wish="缝纫班")


def test_a_new_household_needs_a_place(couple: Any) -> None:
    services, scope, _first, _second = couple
    prefecture = Scope(Role.PREFECTURE, "p", scope.tenant_id, None, scope.organisation_id)
    with pytest.raises(FactRefused, match="region_needed"), transaction(services.sessions) as session:
        household_for(
            session, prefecture, code=None, settlement=None, region_code=None, now=services.clock.now()
        )
    with pytest.raises(DomainError, match="region_unknown"), transaction(services.sessions) as session:
        household_for(
            session, prefecture, code=None, settlement=None, region_code="999999", now=services.clock.now()
        )
