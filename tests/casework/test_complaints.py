"""Complaints: a clock, one tap, frozen evidence, an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from matching.accounts.models import Role
from matching.accounts.scope import Scope
from matching.bootstrap import Services
from matching.casework import queries, service
from matching.casework.codes import CaseState, Grievance, Outcome
from matching.casework.models import Complaint
from matching.casework.rules import settle_by
from matching.casework.words import GRIEVANCE, OUTCOME, STATE
from matching.clock import LOCAL
from matching.db import transaction
from matching.errors import DomainError, Forbidden, InvalidTransition, NotFound, StaleVersion
from matching.vacancies.models import Vacancy
from tests import factories


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)))
def test_five_working_days_hold_no_weekend(received: datetime) -> None:
    due = settle_by(received)
    days = [
        (received.astimezone(LOCAL) + timedelta(days=n)).weekday()
        for n in range(1, (due - received).days + 1)
    ]
    assert sum(day < 5 for day in days) == 5
    assert due.astimezone(LOCAL).weekday() < 5


def test_every_code_has_its_words() -> None:
    assert (set(GRIEVANCE), set(STATE), set(OUTCOME)) == (set(Grievance), set(CaseState), set(Outcome))


@pytest.fixture
def vacancy(stack: Services) -> Vacancy:
    with transaction(stack.sessions) as session:
        boss = factories.employer(session)
        return factories.vacancy(
            session, employer=boss, keyring=stack.keyring, title="缝纫工", content="做校服。"
        )


def scope(vacancy: Vacancy, county: str | None = "431222", role: Role = Role.COUNTY) -> Scope:
    return Scope(role, "tester", vacancy.tenant_id, county, vacancy.organisation_id)


def complain(services: Services, vacancy: Vacancy, token: str = "t1", **facts: Any) -> Complaint:
    with transaction(services.sessions) as session:
        return service.complain(
            session,
            services.keyring,
            facts.pop("vacancy_id", vacancy.public_id),
            facts.pop("kind", "asks_money"),
            **{"address": "203.0.113.7", "form_token": token, "now": services.clock.now(), **facts},
        )


def settle(services: Services, who: Scope, case: Complaint, outcome: str, version: int = 1) -> Complaint:
    with transaction(services.sessions) as session:
        return service.settle(
            session,
            who,
            case.public_id,
            version,
            outcome,
            " 查过了。 ",
            today=services.clock.today(),
            now=services.clock.now(),
            valid_days=90,
        )


def test_a_button_pressed_twice_is_one_complaint(stack: Services, vacancy: Vacancy) -> None:
    first, again = complain(stack, vacancy), complain(stack, vacancy)
    assert first.id == again.id
    assert complain(stack, vacancy, "t2").id != first.id


def test_the_evidence_stays_as_it_was(stack: Services, vacancy: Vacancy) -> None:
    case = complain(stack, vacancy)
    with transaction(stack.sessions) as session:
        changed = session.get_one(Vacancy, vacancy.id)
        changed.content, changed.version = "别的内容", changed.version + 1
    with transaction(stack.sessions, writes=False) as session:
        found = queries.one(session, scope(vacancy), stack.keyring, case.public_id, stack.clock.now())
    assert found.evidence["content"] == "做校服。"
    assert found.evidence["contact"]["phone"] == "13800005678"
    assert found.changed
    assert b"13800005678" not in case.evidence


def test_a_true_complaint_closes_the_post_and_forgets_where_it_came_from(
    stack: Services, vacancy: Vacancy
) -> None:
    case = complain(stack, vacancy)
    settle(stack, scope(vacancy), case, "confirmed")
    with transaction(stack.sessions, writes=False) as session:
        closed = session.get_one(Vacancy, vacancy.id)
        told = queries.public_case(session, case.public_id)
        kept = session.get_one(Complaint, case.id)
    assert (closed.state, closed.stopped_by) == ("closed", "hand")
    assert (told.state, told.outcome, told.answer) == ("settled", "confirmed", "查过了。")
    assert kept.reporter is None


def test_an_unfounded_one_leaves_the_post_as_it_is(stack: Services, vacancy: Vacancy) -> None:
    case = complain(stack, vacancy)
    with transaction(stack.sessions) as session:
        service.acknowledge(session, scope(vacancy), case.public_id, 1, stack.clock.now())
    settle(stack, scope(vacancy), case, "unfounded", version=2)
    with transaction(stack.sessions, writes=False) as session:
        assert session.get_one(Vacancy, vacancy.id).state == "open"
        assert queries.waiting_cases(session, scope(vacancy)) == 0
    with pytest.raises(InvalidTransition):
        settle(stack, scope(vacancy), case, "confirmed", version=3)


def test_only_the_area_of_the_post_may_look_and_only_writers_settle(
    stack: Services, vacancy: Vacancy
) -> None:
    case = complain(stack, vacancy)
    for who in (scope(vacancy, "431224"), Scope(Role.COUNTY, "x", vacancy.tenant_id + 1, "431222", None)):
        with transaction(stack.sessions, writes=False) as session:
            assert queries.listed(session, who, stack.clock.now(), settled=False, limit=9, offset=0) == (
                0,
                [],
            )
            assert queries.waiting_cases(session, who) == 0
        with pytest.raises(NotFound):
            settle(stack, who, case, "confirmed")
    with pytest.raises(Forbidden):
        settle(stack, scope(vacancy, None, Role.AUDITOR), case, "confirmed")
    with pytest.raises(StaleVersion):
        settle(stack, scope(vacancy), case, "confirmed", version=7)


def test_the_list_begins_with_what_is_due_and_names_what_is_late(stack: Services, vacancy: Vacancy) -> None:
    first, second = complain(stack, vacancy), complain(stack, vacancy, "t2", kind="no_answer")
    with transaction(stack.sessions) as session:
        service.acknowledge(session, scope(vacancy), first.public_id, 1, stack.clock.now())
    stack.clock.advance(timedelta(hours=25))  # type: ignore[attr-defined]
    with transaction(stack.sessions, writes=False) as session:
        total, lines = queries.listed(
            session, scope(vacancy), stack.clock.now(), settled=False, limit=9, offset=0
        )
    assert total == 2
    assert [(line.number, line.late, line.others) for line in lines] == [
        (second.public_id, True, 1),
        (first.public_id, False, 1),
    ]


def test_a_flood_from_one_address_ends_and_others_are_heard(stack: Services, vacancy: Vacancy) -> None:
    for number in range(service.MOST_AN_HOUR):
        complain(stack, vacancy, f"t{number}")
    with pytest.raises(DomainError, match="complaint_too_many"):
        complain(stack, vacancy, "one more")
    complain(stack, vacancy, "neighbour", address="203.0.113.8")
    stack.clock.advance(timedelta(hours=1, seconds=1))  # type: ignore[attr-defined]
    complain(stack, vacancy, "later")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"kind": "anything"}, "complaint_kind_unknown"),
        ({"vacancy_id": "aaaaaaaaaaaa"}, "vacancy_unknown"),
    ],
)
def test_what_cannot_be_is_refused(embedded: Services, facts: dict[str, str], code: str) -> None:
    with transaction(embedded.sessions) as session:
        vacancy = factories.vacancy(session, keyring=embedded.keyring)
        draft = factories.vacancy(session, state="draft")
    with pytest.raises(DomainError, match=code):
        complain(embedded, vacancy, **facts)
    with pytest.raises(NotFound):
        complain(embedded, draft)
    with transaction(embedded.sessions, writes=False) as session:
        assert session.scalar(select(func.count()).select_from(Complaint)) == 0
