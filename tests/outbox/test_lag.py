"""R6: how soon work is done is counted, and what is shown is never better than what was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from matching.bootstrap import Services
from matching.db import transaction
from matching.outbox.events import VacancyChanged
from matching.outbox.lag import BOUNDS, KEPT, Lag, forget, lag, note
from matching.outbox.models import LagCount
from matching.outbox.service import claim, emit, give_back
from workers.drain import drain_topic

TOPIC = "search.vacancy"


def counted(services: Services, *seconds: float, topic: str = TOPIC) -> None:
    now = services.clock.now()
    with transaction(services.sessions) as session:
        note(session, topic, [now - timedelta(seconds=one) for one in seconds], now)


def shown(services: Services, hours: int = 24) -> Lag:
    with transaction(services.sessions, writes=False) as session:
        return lag(session, [TOPIC], services.clock.now() - timedelta(hours=hours))


def test_a_share_is_the_bound_within_which_it_was_done(stack: Services) -> None:
    counted(stack, *[0.1] * 90, *[1.5] * 5, *[7.0] * 4)
    counted(stack, 4000.0)
    assert shown(stack) == Lag(100, 2, 10)
    counted(stack, 4000.0, 4000.0)
    assert shown(stack) == Lag(102, 10, None)


@pytest.mark.parametrize("seconds", BOUNDS)
def test_exactly_a_bound_is_within_it_and_more_is_not(embedded: Services, seconds: float) -> None:
    counted(embedded, seconds)
    assert shown(embedded).p95 == seconds
    counted(embedded, *[seconds + 0.001] * 99)
    after = shown(embedded).p95
    assert after is None or after > seconds


def test_nothing_done_and_other_topics_show_nothing(stack: Services) -> None:
    counted(stack, 1.0, topic="sheet.read")
    assert shown(stack) == Lag(0, None, None)


def test_what_is_old_leaves_the_page_and_then_the_database(stack: Services) -> None:
    counted(stack, 1.0)
    stack.clock.advance(timedelta(hours=30))
    counted(stack, 3.0)
    assert (shown(stack).count, shown(stack, 48).count) == (1, 2)
    stack.clock.advance(KEPT - timedelta(hours=10))
    with transaction(stack.sessions) as session:
        assert forget(session, stack.clock.now()) == 1
        assert session.scalar(select(func.count()).select_from(LagCount)) == 1


@pytest.mark.parametrize("fails", [False, True])
def test_a_drain_counts_from_the_commit_also_after_a_failure(stack: Services, fails: bool) -> None:
    stack.search.prepare()
    with transaction(stack.sessions) as session:
        emit(session, VacancyChanged(1), stack.clock.now())
    if fails:
        with transaction(stack.sessions) as session:
            taken = claim(session, TOPIC, 1, stack.clock.now(), timedelta(seconds=60))
            give_back(session, taken, "search_down", stack.clock.now())
    stack.clock.advance(timedelta(seconds=4))
    assert drain_topic(stack, TOPIC).done == 1
    assert shown(stack) == Lag(1, 5, 5)
