"""Drafts: kept as typed, sent off, waiting for the verification, counted when estimated."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts.employers import appoint, hats_of, scope_of
from matching.accounts.models import EmployerAccount
from matching.accounts.scope import OPERATOR, Scope
from matching.bootstrap import Services
from matching.db import transaction
from matching.errors import DomainError, Forbidden, InvalidTransition, NotFound, StaleVersion
from matching.vacancies import drafts, service, verification
from matching.vacancies.models import PostDraft, Vacancy
from matching.vacancies.posting import PostingRefused
from tests import factories
from tests.accounts.test_registering import account, registered
from tests.factories import NOW
from tests.vacancies.test_verification import TIMES, TODAY, staff

FACTS: dict[str, Any] = {
    "title": "平车工",
    "kind": "support_workshop",
    "headcount": 3,
    "content": "缝制成衣,计时。",
    "place": "青云路 8 号",
    "region_code": "431222",
    "pay_text": "3200元/月",
    "pay_low_cents": 320_000,
    "pay_high_cents": 320_000,
    "pay_unit": "month",
    "valid_until": TODAY + timedelta(days=30),
}


def hat(session: Session, services: Services, *, verified: bool) -> tuple[EmployerAccount, Scope]:
    """An account's row and scope for an employer."""
    who = account(session, services)
    if verified:
        row = appoint(session, OPERATOR, who, factories.employer(session), NOW)
    else:
        row = registered(session, services, who)
    return row, scope_of(who, hats_of(session, who)[0])


def begun(session: Session, services: Services, row: EmployerAccount, scope: Scope) -> PostDraft:
    token = {"public_id": "d" * 12, "now": NOW}
    return drafts.start(session, scope, services.keyring, row.id, "support_workshop", {}, **token)


def test_a_verified_employers_draft_becomes_a_post(stack: Services) -> None:
    with transaction(stack.sessions) as session:
        row, scope = hat(session, stack, verified=True)
        draft = begun(session, stack, row, scope)
        made = drafts.submit(session, scope, stack.keyring, row.id, draft.public_id, FACTS, **TIMES)
        assert made is not None
        assert (made.state, made.employer_id) == ("open", row.organisation_id)
        assert session.scalars(select(PostDraft)).all() == []


def test_what_waits_is_posted_with_the_verification_and_with_all_its_facts(stack: Services) -> None:
    with transaction(stack.sessions) as session:
        row, scope = hat(session, stack, verified=False)
        draft = begun(session, stack, row, scope)
        sent = drafts.submit(session, scope, stack.keyring, row.id, draft.public_id, FACTS, **TIMES)
        assert sent is None
        assert session.scalars(select(Vacancy)).all() == []
        verification.approve(session, staff(session), stack.keyring, row.public_id, 1, **TIMES)
        made = session.scalars(select(Vacancy)).one()
        assert (made.state, made.employer_id) == ("open", row.organisation_id)
        assert {name: getattr(made, name) for name in FACTS} == FACTS


def test_what_waits_is_not_written_on_before_it_is_taken_back(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        row, scope = hat(session, embedded, verified=False)
        draft = begun(session, embedded, row, scope)
        keyring, times = embedded.keyring, {"now": NOW}
        drafts.submit(session, scope, keyring, row.id, draft.public_id, FACTS, **TIMES)
        with pytest.raises(InvalidTransition):
            drafts.save(session, scope, keyring, row.id, draft.public_id, 2, {"title": ["别的"]}, **times)
        drafts.take_back(session, scope, row.id, draft.public_id, **times)
        drafts.save(session, scope, keyring, row.id, draft.public_id, 3, {"title": ["别的"]}, **times)
        verification.approve(session, staff(session), keyring, row.public_id, 1, **TIMES)
        assert session.scalars(select(Vacancy)).all() == []


def test_what_the_law_forbids_does_not_even_wait(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        row, scope = hat(session, embedded, verified=False)
        draft = begun(session, embedded, row, scope)
        unlawful = {**FACTS, "content": "只招女工,先交押金。"}
        with pytest.raises(PostingRefused):
            drafts.submit(session, scope, embedded.keyring, row.id, draft.public_id, unlawful, **TIMES)
        assert draft.waiting is None


def test_an_older_window_does_not_overwrite_a_newer_one(stack: Services) -> None:
    with transaction(stack.sessions) as session:
        row, scope = hat(session, stack, verified=True)
        draft = begun(session, stack, row, scope)

        def save(version: int, title: str) -> int:
            fields = {"title": [title]}
            saved = drafts.save(
                session, scope, stack.keyring, row.id, draft.public_id, version, fields, now=NOW
            )
            return saved.version

        assert save(1, "甲") == 2
        with pytest.raises(StaleVersion):
            save(1, "乙")
        assert save(1, "甲") == 2  # the same text says nothing new


def test_a_draft_of_another_hat_is_not_there(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        row, scope = hat(session, embedded, verified=True)
        draft = begun(session, embedded, row, scope)
        with pytest.raises(NotFound):
            drafts.draft_of(session, embedded.keyring, row.id + 1, draft.public_id)


def test_thirty_estimates_an_hour(stack: Services) -> None:
    with transaction(stack.sessions) as session:
        row, scope = hat(session, stack, verified=True)
        public_id = begun(session, stack, row, scope).public_id
        for _ in range(drafts.ESTIMATES):
            drafts.count_estimate(session, scope, row.id, public_id, now=NOW)
        with pytest.raises(DomainError) as refused:
            drafts.count_estimate(session, scope, row.id, public_id, now=NOW + timedelta(minutes=59))
        assert refused.value.code == "estimates_enough"
        drafts.count_estimate(session, scope, row.id, public_id, now=NOW + timedelta(hours=1))


def test_who_is_not_verified_posts_nothing_past_the_drafts(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        _row, scope = hat(session, embedded, verified=False)
        with pytest.raises(Forbidden):
            service.post(session, scope, embedded.keyring, FACTS, form_token="t", **TIMES)


def test_an_employers_scope_reaches_its_own_posts_in_its_tenant_only(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        _row, scope = hat(session, embedded, verified=True)
        foreign = factories.vacancy(session, employer=factories.employer(session))
        for act in (service.change_state, service.extend):
            more = {"event": "close"} if act is service.change_state else {}
            with pytest.raises(NotFound):
                act(session, scope, foreign.public_id, 1, **more, **TIMES)  # type: ignore[operator]


def test_an_employer_speaks_for_itself_only(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        row, scope = hat(session, embedded, verified=True)
        other = factories.employer(session, name="白露家具厂")
        facts = {**FACTS, "employer_name": other.name}
        made = service.post(session, scope, embedded.keyring, facts, form_token="t", **TIMES)
        assert made.employer_id == row.organisation_id
