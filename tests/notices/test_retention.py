"""What is over is forgotten after its time; that it was told stays, so that nothing is told twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from matching.db import transaction
from matching.notices import retention, service
from matching.notices.kinds import Kind, Party, State
from matching.notices.models import Notice
from tests.notices.posts import notice, notices, tell, told_member, with_carrier, work
from workers.timetable import TASKS, forget_messages, forget_notices

FACTS = {"vacancy": 7, "days": 3}


def changed(services, notice_id, **columns):
    with transaction(services.sessions) as session:
        row = session.get_one(Notice, notice_id)
        for name, value in columns.items():
            setattr(row, name, value)


def test_after_its_time_only_that_it_was_told_is_left(stack):
    with_carrier(stack)
    person = told_member(stack)
    sent = tell(stack, person, facts=FACTS)
    work(stack)
    assert notice(stack, sent).message_id == "serial-1"
    stack.clock.advance(timedelta(days=stack.settings.notice_days - 1))
    forget_notices(stack)
    assert notice(stack, sent).facts == FACTS
    stack.clock.advance(timedelta(days=2))
    forget_notices(stack)
    left = notice(stack, sent)
    assert (left.facts, left.message_id, left.state) == ({}, None, State.SENT)
    assert tell(stack, person, facts=FACTS) == sent, "the same event is still not told again"


@pytest.mark.parametrize("state", [State.WAITING, State.SENDING, State.PARKED])
def test_what_is_not_over_keeps_its_facts_however_old(stack, state):
    kept = tell(stack, told_member(stack), facts=FACTS)
    changed(stack, kept, state=state, ended_at=stack.clock.now() if state == State.PARKED else None)
    stack.clock.advance(timedelta(days=1000))
    forget_notices(stack)
    assert notice(stack, kept).facts == FACTS


def test_many_are_forgotten_in_short_transactions_and_none_twice(stack):
    person = told_member(stack)
    for number in range(5):
        over = tell(stack, person, str(number), facts=FACTS)
        with transaction(stack.sessions) as session:
            service.end(session.get_one(Notice, over), State.CANCELLED, "withdrawn", stack.clock.now())
    later = stack.clock.now() + timedelta(days=1)
    emptied = []
    for _ in range(4):
        with transaction(stack.sessions) as session:
            emptied.append(retention.forget_ended(session, later, limit=2))
    assert emptied == [2, 2, 1, 0]


def test_a_code_that_got_stuck_is_given_up_and_nothing_else(stack):
    code = tell(stack, Party("code", 1), kind=Kind.SIGN_IN_CODE)
    other = tell(stack, told_member(stack))
    for stuck in (code, other):
        changed(stack, stuck, state=State.PARKED)
    forget_messages(stack)
    assert notice(stack, code).state == State.PARKED
    stack.clock.advance(timedelta(days=1, seconds=1))
    forget_messages(stack)
    assert [one.state for one in notices(stack)] == [State.CANCELLED, State.PARKED]


def test_files_of_old_days_go_and_the_newer_stay(embedded):
    tell(embedded, told_member(embedded))
    work(embedded)
    folder = embedded.settings.data_dir / "notices"
    assert len(list(folder.glob("*.txt"))) == 1
    embedded.clock.advance(timedelta(days=embedded.settings.notice_days))
    forget_notices(embedded)
    assert len(list(folder.glob("*.txt"))) == 1
    embedded.clock.advance(timedelta(days=1))
    forget_notices(embedded)
    assert list(folder.glob("*.txt")) == []


def test_the_timetable_forgets_every_night():
    assert {"forget_messages", "forget_notices"} <= {task.name for task in TASKS}
