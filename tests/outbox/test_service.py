from datetime import timedelta

import pytest
from sqlalchemy import select

from matching.db import transaction
from matching.outbox.events import EVENTS, QUEUES, JobseekerChanged, VacancyChanged
from matching.outbox.models import OutboxRow
from matching.outbox.queries import buried_rows, topic_states
from matching.outbox.service import (
    ERASE_AGAIN,
    MAX_TRIES,
    LeaseLost,
    backoff,
    claim,
    emit,
    emit_erased,
    extend,
    finish,
    give_back,
    pending,
    retry_buried,
    topics_with_work,
)

LEASE = timedelta(seconds=60)


def write(services, *ids, event=VacancyChanged):
    with transaction(services.sessions) as session:
        for key in ids:
            emit(session, event(key), services.clock.now())


def take(services, topic="search.vacancy", limit=10):
    with transaction(services.sessions) as session:
        return claim(session, topic, limit, services.clock.now(), LEASE)


def rows_of(services, topic="search.vacancy"):
    with transaction(services.sessions, writes=False) as session:
        return session.scalars(select(OutboxRow).where(OutboxRow.topic == topic).order_by(OutboxRow.id)).all()


def test_every_topic_of_every_event_has_a_queue():
    assert {topic for topics in EVENTS.values() for topic in topics} == set(QUEUES)


def test_an_event_becomes_one_row_per_topic(stack):
    write(stack, 7)
    assert [row.key for row in rows_of(stack, "search.vacancy")] == [7]
    assert [row.key for row in rows_of(stack, "pair.vacancy")] == [7]


def test_a_rolled_back_fact_leaves_no_message(stack):
    with pytest.raises(ZeroDivisionError), transaction(stack.sessions) as session:
        emit(session, VacancyChanged(7), stack.clock.now())
        _ = 1 / 0
    assert rows_of(stack) == []


def test_two_claims_never_share_a_row(stack):
    write(stack, *range(8))
    first, second = take(stack, limit=5), take(stack, limit=5)
    assert len(first.rows) == 5
    assert len(second.rows) == 3
    assert not {row[0] for row in first.rows} & {row[0] for row in second.rows}


def test_repeated_keys_are_looked_at_once_and_finished_together(stack):
    write(stack, 3, 4, 3, 3)
    batch = take(stack)
    assert batch.keys == [3, 4]
    with transaction(stack.sessions) as session:
        finish(session, batch)
    assert rows_of(stack) == []


def test_a_row_may_be_claimed_again_when_its_lease_has_run_out_and_not_before(stack):
    write(stack, 1)
    first = take(stack)
    stack.clock.advance(LEASE - timedelta(seconds=1))
    assert take(stack).rows == ()
    stack.clock.advance(timedelta(seconds=2))
    second = take(stack)
    assert second.keys == [1]
    assert second.token != first.token


def test_an_orphan_whose_lease_was_taken_over_cannot_finish(stack):
    write(stack, 1)
    orphan = take(stack)
    stack.clock.advance(LEASE + timedelta(seconds=1))
    heir = take(stack)
    with pytest.raises(LeaseLost), transaction(stack.sessions) as session:
        finish(session, orphan)
    with transaction(stack.sessions) as session:
        finish(session, heir)
    assert rows_of(stack) == []


def test_an_orphan_cannot_renew_its_lease_either(stack):
    write(stack, 1)
    orphan = take(stack)
    stack.clock.advance(LEASE + timedelta(seconds=1))
    take(stack)
    with pytest.raises(LeaseLost), transaction(stack.sessions) as session:
        extend(session, orphan, stack.clock.now() + LEASE)


def test_a_renewed_lease_holds(stack):
    write(stack, 1)
    batch = take(stack)
    stack.clock.advance(timedelta(seconds=50))
    with transaction(stack.sessions) as session:
        extend(session, batch, stack.clock.now() + LEASE)
    stack.clock.advance(timedelta(seconds=50))
    assert take(stack).rows == ()


def test_a_failed_row_comes_back_later_and_later_and_is_buried_after_five_tries(stack):
    write(stack, 1)
    for tries in range(1, MAX_TRIES + 1):
        batch = take(stack)
        assert batch.rows[0][2] == tries
        with transaction(stack.sessions) as session:
            buried = give_back(session, batch, "broken", stack.clock.now())
        assert buried == (tries == MAX_TRIES)
        assert take(stack).rows == ()
        stack.clock.advance(backoff(tries))
    assert take(stack).rows == ()
    with transaction(stack.sessions, writes=False) as session:
        assert [(row.key, row.tries, row.reason) for row in buried_rows(session)] == [
            (1, MAX_TRIES, "broken")
        ]
        state = topic_states(session, stack.clock.now())["search.vacancy"]
    assert (state.depth, state.buried) == (0, 1)


def test_a_row_is_never_buried_for_an_engine_that_is_down(stack):
    write(stack, 1)
    for _ in range(3 * MAX_TRIES):
        batch = take(stack)
        with transaction(stack.sessions) as session:
            assert give_back(session, batch, "search_down", stack.clock.now(), countable=False) == 0
        stack.clock.advance(timedelta(seconds=31))
    assert take(stack).rows[0][2] == 1


def test_a_buried_row_that_is_tried_again_starts_afresh(stack):
    write(stack, 1)
    for _ in range(MAX_TRIES):
        batch = take(stack)
        with transaction(stack.sessions) as session:
            give_back(session, batch, "broken", stack.clock.now())
        stack.clock.advance(timedelta(seconds=31))
    with transaction(stack.sessions) as session:
        assert retry_buried(session, None, stack.clock.now()) == ["search.vacancy"]
    assert take(stack).rows[0][2] == 1


def test_the_sweep_finds_a_lease_that_ran_out_an_hour_ago(stack):
    write(stack, 1, event=JobseekerChanged)
    take(stack, "search.jobseeker")
    with transaction(stack.sessions, writes=False) as session:
        assert topics_with_work(session, stack.clock.now()) == ["pair.jobseeker"]
    stack.clock.advance(timedelta(hours=1))
    with transaction(stack.sessions, writes=False) as session:
        assert topics_with_work(session, stack.clock.now()) == ["pair.jobseeker", "search.jobseeker"]
        assert pending(session, ["search.jobseeker"]) == 1


def test_an_erasure_is_told_twice(stack):
    with transaction(stack.sessions) as session:
        emit_erased(session, VacancyChanged, [5], stack.clock.now())
    batch = take(stack)
    assert batch.keys == [5]
    with transaction(stack.sessions) as session:
        finish(session, batch)
    assert take(stack).rows == ()
    stack.clock.advance(ERASE_AGAIN)
    assert take(stack).keys == [5]
