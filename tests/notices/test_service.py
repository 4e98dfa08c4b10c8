import threading
from datetime import datetime

import pytest
from sqlalchemy import select

from matching.clock import LOCAL
from matching.db import transaction
from matching.errors import DomainError, NotFound
from matching.notices import queries, service
from matching.notices.kinds import Channel, Kind, Party, State
from matching.notices.models import Notice
from matching.outbox.models import OutboxRow
from tests import factories
from tests.notices.posts import notice, notices, tell

WHO = Party("member", 7)
ABOUT = Party("application", 3)


def waiting(services):
    with transaction(services.sessions, writes=False) as session:
        return [(row.key, row.due_at) for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]


def at(services, hour, minute):
    services.clock.moment = datetime(2026, 11, 22, hour, minute, tzinfo=LOCAL)


def parked(services, **more):
    notice_id = tell(services, WHO, **more)
    with transaction(services.sessions) as session:
        service.park(session, notice_id, services.clock.now())
    return notice_id


def test_an_event_becomes_one_notice_and_one_row_of_the_outbox(stack):
    first = tell(stack, WHO, "application:3")
    assert tell(stack, WHO, "application:3") == first
    assert waiting(stack) == [(first, stack.clock.now())]
    tell(stack, Party("member", 8), "application:3")
    tell(stack, WHO, "application:4")
    tell(stack, WHO, "application:3", kind=Kind.HIRED)
    assert len(notices(stack)) == 4


def test_two_at_once_write_one_notice(stack):
    gate, found = threading.Barrier(2), []

    def one():
        gate.wait(10)
        found.append(tell(stack, WHO, "application:3"))

    threads = [threading.Thread(target=one) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert len(found) == 2
    assert len(set(found)) == 1
    assert len(notices(stack)) == len(waiting(stack)) == 1


def test_a_rolled_back_event_tells_nobody(stack):
    with pytest.raises(ZeroDivisionError), transaction(stack.sessions) as session:
        now = stack.clock.now()
        service.notify(
            session, kind=Kind.HIRED, event_key="x", recipient=WHO, subject=ABOUT, facts={}, now=now
        )
        _ = 1 / 0
    assert notices(stack) == []
    assert waiting(stack) == []


@pytest.mark.parametrize(
    ("hour", "minute", "due_hour", "due_day"),
    [(20, 59, 20, 22), (21, 0, 8, 23), (7, 59, 8, 22), (8, 0, 8, 22)],
)
def test_what_nobody_asked_for_waits_until_the_night_is_over(embedded, hour, minute, due_hour, due_day):
    at(embedded, hour, minute)
    made = notice(embedded, tell(embedded, WHO))
    due = made.due_at.astimezone(LOCAL)
    assert (due.day, due.hour) == (due_day, due_hour)
    assert made.reason == (None if due == embedded.clock.now() else "quiet_hours")
    assert waiting(embedded) == [(made.id, made.due_at)]


def test_what_somebody_has_just_asked_for_does_not_wait(embedded):
    at(embedded, 23, 30)
    made = notice(embedded, tell(embedded, WHO, asked_for=True))
    assert made.due_at == embedded.clock.now()


def test_a_page_notice_is_told_by_being_there_and_a_slip_when_it_is_printed(embedded):
    page = tell(embedded, WHO, channel=Channel.PAGE)
    slip = tell(embedded, WHO, "two", channel=Channel.SLIP)
    assert waiting(embedded) == []
    assert [notice(embedded, each).state for each in (page, slip)] == [State.SENT, State.WAITING]
    with transaction(embedded.sessions) as session:
        service.mark_printed(session, slip, embedded.clock.now())
        with pytest.raises(DomainError, match="notice_not_a_slip"):
            service.mark_printed(session, page, embedded.clock.now())
    assert notice(embedded, slip).state == State.SENT


@pytest.mark.parametrize("value", ["王小明", 1.5, None, True])
def test_a_notice_carries_ids_and_never_values(embedded, value):
    with pytest.raises(TypeError):
        tell(embedded, WHO, facts={"who": value})


def test_what_is_no_longer_so_is_withdrawn(stack):
    told = [tell(stack, WHO, str(n), kind=Kind.VACANCY_CLOSED, subject=ABOUT) for n in range(2)]
    other = tell(stack, WHO, "3", kind=Kind.HIRED, subject=ABOUT)
    with transaction(stack.sessions) as session:
        assert service.withdraw(session, ABOUT, (Kind.VACANCY_CLOSED,), stack.clock.now()) == 2
    assert {notice(stack, each).state for each in told} == {State.CANCELLED}
    assert notice(stack, other).state == State.WAITING


def test_a_parked_notice_is_tried_again_when_a_person_says_so(stack):
    notice_id = parked(stack)
    at(stack, 22, 0)
    with transaction(stack.sessions) as session:
        service.retry(session, notice_id, stack.clock.now())
    again = notice(stack, notice_id)
    assert (again.state, again.tries, again.ended_at) == (State.WAITING, 0, None)
    assert again.due_at.astimezone(LOCAL).hour == 8
    assert waiting(stack)[-1] == (notice_id, again.due_at)


def test_a_person_may_also_say_that_it_arrived_or_is_not_wanted(embedded):
    arrived, unwanted = parked(embedded), parked(embedded, event="two")
    with transaction(embedded.sessions) as session:
        service.take_as_sent(session, arrived, embedded.clock.now())
        service.drop(session, unwanted, embedded.clock.now())
        for decide in (service.retry, service.take_as_sent, service.drop):
            with pytest.raises(DomainError, match="notice_not_parked"):
                decide(session, arrived, embedded.clock.now())
        with pytest.raises(DomainError, match="notice_over"):
            service.park(session, arrived, embedded.clock.now())
        with pytest.raises(NotFound):
            service.retry(session, 999, embedded.clock.now())
    assert [each.state for each in notices(embedded)] == [State.SENT, State.CANCELLED]


def test_the_desk_sees_what_is_parked_and_what_somebody_was_told(embedded):
    first, second = parked(embedded), tell(embedded, WHO, "two", channel=Channel.PAGE)
    tell(embedded, Party("member", 8))
    with transaction(embedded.sessions, writes=False) as session:
        (one,) = queries.parked(session, None)
        assert (one.id, one.recipient, one.reason) == (first, WHO, "held")
        assert [view.id for view in queries.told_to(session, [WHO])] == [second, first]
        assert [view.id for view in queries.told_to(session, [WHO], channels=[Channel.PAGE])] == [second]
        assert queries.by_public_id(session, None, one.public_id) == one
        assert queries.counts(session) == {
            "waiting": 1,
            "sending": 0,
            "sent": 1,
            "parked": 1,
            "cancelled": 0,
        }


def test_a_desk_sees_its_own_tenants_notices_only(embedded):
    with transaction(embedded.sessions) as session:
        ours, theirs = (factories.tenant(session, each).id for each in ("431200", "522300"))
    mine, other = parked(embedded, tenant_id=ours), parked(embedded, event="two", tenant_id=theirs)
    parked(embedded, event="three")
    with transaction(embedded.sessions, writes=False) as session:
        assert [view.id for view in queries.parked(session, ours)] == [mine]
        assert len(queries.parked(session, None)) == 3
        hidden = notice(embedded, other).public_id
        with pytest.raises(NotFound):
            queries.by_public_id(session, ours, hidden)


def test_what_an_erased_person_was_told_goes_too(embedded):
    tell(embedded, WHO)
    kept = tell(embedded, Party("member", 8))
    with transaction(embedded.sessions) as session:
        service.forget_recipient(session, WHO)
    assert [each.id for each in notices(embedded)] == [kept]


def test_when_two_recipients_are_one_nothing_is_told_again(stack):
    old, new = WHO, Party("member", 8)
    both, hers = tell(stack, new), tell(stack, new, "two")
    tell(stack, old)
    moved = tell(stack, old, "three")
    with transaction(stack.sessions) as session:
        service.move_recipient(session, old, new)
    assert {each.id for each in notices(stack)} == {both, hers, moved}
    assert {each.recipient_id for each in notices(stack)} == {8}
    assert tell(stack, new, "three") == moved


def test_no_column_of_a_notice_holds_a_number_to_ring_or_a_text():
    assert {"phone", "address", "text", "values"}.isdisjoint(Notice.__table__.columns.keys())
