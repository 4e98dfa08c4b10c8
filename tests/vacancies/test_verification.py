"""Staff decides about employers: what an approval opens, what a lapse closes, and who may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from matching.accounts.employer_codes import RegistrationRefusal
from matching.accounts.employers import hats_of
from matching.accounts.models import Organisation, Role
from matching.accounts.scope import Scope
from matching.bootstrap import Services
from matching.clock import local_day
from matching.db import transaction
from matching.errors import DomainError, Forbidden, NotFound, StaleVersion
from matching.vacancies import verification, verification_queries
from matching.vacancies.models import Vacancy
from tests import factories
from tests.accounts.test_registering import CLAIM, CODE, LICENCE, account, registered
from tests.factories import NOW
from workers.timetable import lapse_verifications

TODAY = local_day(NOW)
TIMES: dict[str, Any] = {"today": TODAY, "now": NOW, "valid_days": 90}


def staff(session: Session, **facts: Any) -> Scope:
    office = factories.organisation(session)
    user = factories.user(session, organisation=office)
    made = Scope(Role.COUNTY, "officer", office.tenant_id, office.county, office.id, user.id)
    return replace(made, **facts)


def test_an_approval_makes_the_employer_and_the_hat(stack: Services) -> None:
    with transaction(stack.sessions) as session:
        who, scope = account(session, stack), staff(session)
        row = registered(session, stack, who)
        verification.approve(session, scope, stack.keyring, row.public_id, 1, **TIMES)
        employer = session.get_one(Organisation, row.organisation_id)
        assert (employer.name, employer.credit_code, employer.kind) == ("青溪制衣厂", CODE, "employer")
        assert employer.verify_due == TODAY + timedelta(days=180)
        assert [hat.organisation_id for hat in hats_of(session, who)] == [employer.id]


def test_an_approval_finds_the_employer_by_its_code_and_opens_what_waited(stack: Services) -> None:
    with transaction(stack.sessions) as session:
        scope = staff(session)
        known = factories.employer(session, verified=False, name="青溪厂", credit_code=CODE)
        post = factories.vacancy(session, employer=known, state="held", held=["employer_unverified"])
        row = registered(session, stack, account(session, stack))
        assert verification_queries.registration_page(session, stack.keyring, scope, row.public_id).known
        verification.approve(session, scope, stack.keyring, row.public_id, 1, **TIMES)
        assert (row.organisation_id, post.state, post.held) == (known.id, "open", [])


def test_an_office_cannot_be_claimed(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        scope = staff(session)
        office = factories.organisation(session, credit_code=CODE)
        row = registered(session, embedded, account(session, embedded))
        with pytest.raises(DomainError) as refused:
            verification.approve(session, scope, embedded.keyring, row.public_id, 1, **TIMES)
        assert refused.value.code == "organisation_name_taken"
        assert office.verified_at is None


def test_a_name_of_another_code_cannot_be_claimed(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        scope = staff(session)
        factories.employer(session, name=CLAIM.name, credit_code="91431222MA4L000023")
        row = registered(session, embedded, account(session, embedded))
        with pytest.raises(DomainError) as refused:
            verification.approve(session, scope, embedded.keyring, row.public_id, 1, **TIMES)
        assert refused.value.code == "organisation_name_taken"


def test_a_refusal_keeps_its_reason(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        who, scope = account(session, embedded), staff(session)
        row = registered(session, embedded, who)
        reason = RegistrationRefusal.PAPER_OVER
        verification.refuse(session, scope, row.public_id, 1, reason=reason, now=NOW)
        assert [(hat.state, hat.refusal) for hat in hats_of(session, who)] == [("refused", "paper_over")]
        with pytest.raises(DomainError):
            verification.approve(session, scope, embedded.keyring, row.public_id, 2, **TIMES)


def test_what_was_stated_anew_meanwhile_is_read_again(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        scope = staff(session)
        row = registered(session, embedded, account(session, embedded))
        with pytest.raises(StaleVersion):
            verification.approve(session, scope, embedded.keyring, row.public_id, 7, **TIMES)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR, Role.EMPLOYER, Role.JOBSEEKER])
def test_who_may_not_decide_sees_nothing(embedded: Services, role: Role) -> None:
    with transaction(embedded.sessions) as session:
        scope = staff(session, role=role)
        row = registered(session, embedded, account(session, embedded))
        with pytest.raises(Forbidden):
            verification.approve(session, scope, embedded.keyring, row.public_id, 1, **TIMES)
        with pytest.raises(Forbidden):
            verification_queries.waiting(session, scope)


def test_another_county_does_not_find_it(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        scope = staff(session, county="431224")
        row = registered(session, embedded, account(session, embedded))
        with pytest.raises(NotFound):
            verification.approve(session, scope, embedded.keyring, row.public_id, 1, **TIMES)
        assert verification_queries.waiting(session, scope) == []
        assert verification_queries.count_waiting(session, scope) == 0


def test_after_half_a_year_the_posts_are_held_until_somebody_looks_again(stack: Services) -> None:
    with transaction(stack.sessions) as session:
        scope = staff(session)
        row = registered(session, stack, account(session, stack))
        verification.approve(session, scope, stack.keyring, row.public_id, 1, **TIMES)
        employer = session.get_one(Organisation, row.organisation_id)
        last = TODAY + timedelta(days=180)
        post = factories.vacancy(session, employer=employer, valid_until=last + timedelta(days=30))
        assert verification_queries.due(session, scope, TODAY) == []
        assert [line.due for line in verification_queries.due(session, scope, last)] == [last]
        assert verification.lapse(session, today=last, now=NOW, valid_days=90) == 0
        day_after = {"today": last + timedelta(days=1), "now": NOW + timedelta(days=181), "valid_days": 90}
        assert verification.lapse(session, **day_after) == 1
        assert (post.state, post.held) == ("held", ["employer_unverified"])
        assert verification.lapse(session, **day_after) == 0
        verification.renew(session, scope, row.public_id, row.version, **day_after)
        assert post.state == "open"


def test_what_was_ended_is_no_hat(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        who, scope = account(session, embedded), staff(session)
        row = registered(session, embedded, who)
        verification.approve(session, scope, embedded.keyring, row.public_id, 1, **TIMES)
        verification.end(session, scope, row.public_id, 2, now=NOW)
        assert hats_of(session, who) == []


def test_a_paper_of_another_registration_is_not_there(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        scope, who = staff(session), account(session, embedded)
        first, second = registered(session, embedded, who), registered(session, embedded, who)
        found = verification_queries.registration_page(session, embedded.keyring, scope, first.public_id)
        keyring, [paper] = embedded.keyring, found.papers
        content = verification.paper(session, keyring, scope, first.public_id, paper.public_id, NOW)
        assert content == (LICENCE.content, "image/jpeg")
        with pytest.raises(NotFound):
            verification.paper(session, keyring, scope, second.public_id, paper.public_id, NOW)


def test_the_timetable_looks_for_verifications_that_are_over(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        over = factories.employer(session, verify_due=embedded.clock.today() - timedelta(days=1))
        post = factories.vacancy(session, employer=over)
    lapse_verifications(embedded)
    with transaction(embedded.sessions, writes=False) as session:
        assert session.get_one(Organisation, over.id).verified_at is None
        assert session.get_one(Vacancy, post.id).state == "held"
