"""Consent: one question at a time, kept as history, taken back at any time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from matching.accounts.models import AuditEvent, Role
from matching.accounts.scope import Scope
from matching.accounts.service import scope_of
from matching.bootstrap import Services
from matching.db import transaction
from matching.errors import DomainError, Forbidden, NotFound
from matching.outbox.models import OutboxRow
from matching.people import consents, words
from matching.people.codes import ConsentKind, ToldBy
from matching.people.models import Consent, Jobseeker, Member
from tests import factories


@pytest.fixture
def anna(stack: Services) -> tuple[Services, Member, Scope, Scope]:
    """Services, a jobseeker, her own scope and her coordinator's."""
    with transaction(stack.sessions) as session:
        member = factories.member(session)
        factories.jobseeker(session, member=member)
        own = factories.user(session, role=Role.JOBSEEKER, tenant_id=member.tenant_id)
        office = factories.organisation(session)
        helper = factories.user(session, role=Role.COORDINATOR, organisation=office, name="王协管")
        return stack, member, scope_of(session, own), scope_of(session, helper)


def say(services: Services, scope: Scope, member: Member, agreed: bool | None, **what: Any) -> None:
    """Answer a question; None takes a yes back."""
    me = member.id if scope.role == Role.JOBSEEKER else None
    kind = what.pop("kind", ConsentKind.BE_FOUND)
    now = services.clock.now()
    with transaction(services.sessions) as session:
        row = consents.member_spoken_for(session, scope, member.public_id, me, lock=True)
        if agreed is None:
            consents.withdraw(session, scope, row, kind, now=now, **what)
        else:
            consents.answer(session, scope, row, kind, agreed=agreed, now=now, **what)


def reading(services: Services, function: Any, *arguments: Any, **named: Any) -> Any:
    with transaction(services.sessions, writes=False) as session:
        return function(session, *arguments, **named)


def seeker(services: Services, member: Member) -> Jobseeker:
    with transaction(services.sessions, writes=False) as session:
        return session.get_one(Jobseeker, member.id)


def test_being_found_follows_the_newest_answer_and_matching_hears_of_it(anna: Any) -> None:
    services, member, own, _helper = anna
    for agreed, findable, version in ((True, True, 2), (True, True, 2), (None, False, 3), (False, False, 3)):
        say(services, own, member, agreed)
        now = seeker(services, member)
        assert (now.findable, now.version) == (findable, version)
        services.clock.advance(timedelta(minutes=1))
    with transaction(services.sessions, writes=False) as session:
        heard = select(OutboxRow).where(OutboxRow.topic == "pair.jobseeker", OutboxRow.key == member.id)
        assert len(session.scalars(heard).all()) == 2
        acts = session.scalars(select(AuditEvent.action).where(AuditEvent.subject_id == member.id)).all()
    assert acts == ["consent.given", "consent.withdrawn", "consent.refused"]


def test_history_keeps_every_answer_with_its_text_and_both_names(anna: Any) -> None:
    services, member, own, helper = anna
    say(services, helper, member, True, kind=ConsentKind.HELPER_ACTS)
    services.clock.advance(timedelta(minutes=1))
    say(services, own, member, None, kind=ConsentKind.HELPER_ACTS)
    say(services, own, member, True, kind=ConsentKind.SENSITIVE)
    newest, oldest = reading(services, consents.history, own, member.public_id, me=member.id)
    assert (newest.kind, newest.given_by, newest.helper, newest.holds) == ("sensitive", "self", None, True)
    assert (oldest.kind, oldest.given_by, oldest.helper, oldest.holds) == (
        "helper_acts",
        "helper",
        "王协管",
        False,
    )
    assert oldest.withdrawn_at == services.clock.now()
    assert oldest.text_version == consents.TEXT_VERSION[ConsentKind.HELPER_ACTS]
    assert [one.helper for one in reading(services, consents.history, helper, member.public_id)] == [
        None,
        "王协管",
    ]


def test_a_no_keeps_the_question_away_for_thirty_days(anna: Any) -> None:
    services, member, own, _helper = anna

    def may_ask() -> bool:
        now = services.clock.now()
        return bool(reading(services, consents.may_ask, member.id, ConsentKind.BE_FOUND, now))

    assert may_ask()
    say(services, own, member, False)
    services.clock.advance(timedelta(days=30) - timedelta(seconds=1))
    assert not may_ask()
    services.clock.advance(timedelta(seconds=1))
    assert may_ask()
    say(services, own, member, True)
    services.clock.advance(timedelta(days=40))
    assert not may_ask(), "a yes that stands needs no question"
    say(services, own, member, None)
    services.clock.advance(timedelta(days=29))
    assert not may_ask(), "the thirty days begin with the withdrawal"


def test_passing_data_on_names_its_receiver(anna: Any) -> None:
    services, member, own, _helper = anna
    kind = ConsentKind.PASS_TO_EMPLOYER
    with pytest.raises(DomainError, match="receiver_needed"):
        say(services, own, member, True, kind=kind)
    with pytest.raises(DomainError, match="receiver_needed"):
        say(services, own, member, True, kind=ConsentKind.SENSITIVE, receiver_id=1)
    with transaction(services.sessions) as session:
        one, other = (factories.employer(session).id for _ in range(2))
    say(services, own, member, True, kind=kind, receiver_id=one)
    for receiver, holds in ((one, True), (other, False)):
        assert reading(services, consents.standing, member.id, kind, receiver_id=receiver) is holds
    say(services, own, member, None, kind=kind, receiver_id=one)
    assert not reading(services, consents.standing, member.id, kind, receiver_id=one)


def test_nobody_answers_for_others(anna: Any) -> None:
    services, member, own, _helper = anna
    with transaction(services.sessions) as session:
        stranger = factories.member(session)
        far = factories.organisation(session, county="431224")
        neighbour = scope_of(session, factories.user(session, role=Role.COORDINATOR, organisation=far))
        reader = scope_of(session, factories.user(session, role=Role.AUDITOR, organisation=far))
        boss = factories.employer(session)
        employer = scope_of(session, factories.user(session, role=Role.EMPLOYER, organisation=boss))
    for scope, me in ((own, stranger.id), (own, None), (neighbour, None), (employer, None)):
        with transaction(services.sessions) as session, pytest.raises(NotFound, match="person_unknown"):
            consents.member_spoken_for(session, scope, member.public_id, me)
    with pytest.raises(Forbidden, match="not_allowed"):
        say(services, reader, member, True)


def test_a_helpers_answer_waits_until_the_person_was_told(anna: Any) -> None:
    services, member, own, helper = anna
    say(services, helper, member, True)
    say(services, own, member, True, kind=ConsentKind.SENSITIVE)
    by_helper, by_self = _rows(services)
    assert by_helper.told_at is None
    (waiting,) = reading(services, consents.untold, helper)
    assert (waiting.id, waiting.person, waiting.name) == (by_helper.id, member.public_id, "测**")
    assert reading(services, consents.untold, own) == []
    services.clock.advance(timedelta(hours=1))
    for how in (ToldBy.SLIP, ToldBy.SMS):
        with transaction(services.sessions) as session:
            consents.mark_told(session, helper, by_helper.id, how, services.clock.now())
    assert reading(services, consents.untold, helper) == []
    told = _rows(services)[0]
    assert (told.told_at, told.told_by) == (services.clock.now(), "slip")
    with transaction(services.sessions) as session, pytest.raises(NotFound, match="consent_unknown"):
        consents.mark_told(session, helper, by_self.id, ToldBy.SMS, services.clock.now())


def _rows(services: Services) -> list[Consent]:
    with transaction(services.sessions, writes=False) as session:
        return list(session.scalars(select(Consent).order_by(Consent.id)))


def test_a_child_cannot_be_found(anna: Any) -> None:
    services, _member, _own, helper = anna
    with transaction(services.sessions) as session:
        child = factories.member(session)
    with pytest.raises(DomainError, match="not_a_jobseeker"):
        say(services, helper, child, True)


def test_every_question_has_a_short_text_for_the_version_that_is_shown() -> None:
    for kind in ConsentKind:
        text = words.CONSENT_TEXT[kind][consents.TEXT_VERSION[kind]]
        assert len(text) <= 300
        assert all(len(sentence) <= 20 for sentence in text.replace("{receiver}", "单位").split("。"))
        assert words.CONSENT[kind]


def test_matching_is_switched_off_and_on_again(anna: Any) -> None:
    services, member, own, _helper = anna
    for on, version in ((False, 2), (False, 2), (True, 3)):
        with transaction(services.sessions) as session:
            row = consents.member_spoken_for(session, own, member.public_id, member.id, lock=True)
            consents.switch_matching(session, own, row, on=on, now=services.clock.now())
        assert (seeker(services, member).matching_on, seeker(services, member).version) == (on, version)
