"""S7: pumping stops, across processes and restarts; where the counters cannot be read nothing is sent."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from matching.clock import LOCAL
from matching.db import transaction
from matching.errors import DomainError
from matching.notices.limits import count_sms, forget_counters, free_for_telling, may_send
from matching.notices.models import SmsDay, SmsUse
from matching.notices.queries import budget_of

PHONE, ADDRESS, BUDGET = "13900001234", "198.51.100.7", 1_000


def ask(services, phone=PHONE, address=ADDRESS, *, budget=BUDGET, how=count_sms):
    """Ask for a message; gives the code of a refusal."""
    try:
        with transaction(services.sessions) as session:
            how(
                session,
                services.keyring,
                phone=phone,
                address=address,
                now=services.clock.now(),
                budget=budget,
            )
    except DomainError as error:
        return error.code
    return None


def tell(services, phone=PHONE, *, budget=BUDGET):
    with transaction(services.sessions) as session:
        now = services.clock.now()
        return free_for_telling(session, services.keyring, phone=phone, now=now, budget=budget)


def budget(services):
    with transaction(services.sessions, writes=False) as session:
        return budget_of(session, services.clock.now(), BUDGET)


def step(services, **how):
    services.clock.advance(timedelta(**how))


def test_one_a_minute_five_an_hour_ten_a_day(stack):
    answers = []
    for _ in range(12):
        answers.append(ask(stack))
        answers.append(ask(stack))
        step(stack, minutes=1)
    assert answers[:9] == [None, "sms_too_soon"] * 4 + [None]
    assert set(answers[9:]) == {"sms_too_many"}
    step(stack, minutes=60)
    rest = []
    for _ in range(5):
        rest.append(ask(stack))
        step(stack, minutes=13)
    assert rest == [None] * 5
    assert ask(stack) == "sms_too_many"
    step(stack, hours=22)
    assert ask(stack) is None


def test_the_wait_is_told_in_seconds_or_minutes(embedded):
    ask(embedded)
    step(embedded, seconds=20)
    with pytest.raises(DomainError) as soon, transaction(embedded.sessions) as session:
        now = embedded.clock.now()
        count_sms(session, embedded.keyring, phone=PHONE, address=None, now=now, budget=BUDGET)
    assert soon.value.facts == {"seconds": 40}


def test_an_address_may_ask_for_twenty_phones_an_hour_and_no_more(stack):
    phones = [f"139000{n:05}" for n in range(22)]
    assert [ask(stack, phone) for phone in phones] == [None] * 20 + ["sms_too_many"] * 2
    assert ask(stack, phones[21], "203.0.113.9") is None
    assert ask(stack, phones[20], None) is None
    step(stack, hours=1)
    assert ask(stack, "13911111111") is None


def test_what_was_refused_is_not_counted(embedded):
    ask(embedded)
    for _ in range(30):
        assert ask(embedded) == "sms_too_soon"
    step(embedded, minutes=1)
    assert ask(embedded) is None
    assert budget(embedded).count == 2


def test_looking_does_not_count(embedded):
    for _ in range(3):
        assert ask(embedded, how=may_send) is None
    ask(embedded)
    assert ask(embedded, how=may_send) == "sms_too_soon"
    assert budget(embedded).count == 1


def test_the_counters_survive_a_restart(stack):
    ask(stack)
    stack.dispose()
    for made in ("engine", "sessions", "keyring"):
        stack.__dict__.pop(made, None)
    assert ask(stack) == "sms_too_soon"


def test_two_at_once_are_counted_one_after_the_other(stack):
    assert ask(stack) is None
    step(stack, minutes=1)
    answers = []
    other = threading.Thread(target=lambda: answers.append(ask(stack)))
    with transaction(stack.sessions) as session:
        now = stack.clock.now()
        count_sms(session, stack.keyring, phone=PHONE, address=ADDRESS, now=now, budget=BUDGET)
        other.start()
        other.join(0.3)
        assert answers == [], "it waits for the first"
    other.join(20)
    assert answers == ["sms_too_soon"]
    assert budget(stack).count == 2


def test_the_alarm_comes_at_four_fifths_and_the_end_at_the_budget(embedded, capsys):
    answers = []
    for n in range(12):
        answers.append(ask(embedded, f"139000{n:05}", None, budget=10))
        if n == 6:
            assert not budget(embedded).alarm
        if n == 7:
            assert budget(embedded).alarm
    assert answers == [None] * 10 + ["sms_paused"] * 2
    assert (budget(embedded).count, budget(embedded).left) == (10, BUDGET - 10)
    assert capsys.readouterr().err.count("sms_budget_alarm") == 1
    step(embedded, days=1)
    assert ask(embedded, budget=10) is None
    assert not budget(embedded).alarm


def test_the_last_fifth_is_kept_for_those_who_want_to_sign_in(embedded):
    told = [tell(embedded, f"139000{n:05}", budget=10)[1] for n in range(9)]
    assert told == [None] * 7 + ["day_budget"] * 2
    morning = tell(embedded, budget=10)[0].astimezone(LOCAL)
    assert (morning.day, morning.hour) == (23, 8)
    assert ask(embedded, budget=10) is None
    assert budget(embedded).alarm


def test_being_told_something_keeps_nobody_from_signing_in(embedded):
    assert tell(embedded)[1] is None
    assert ask(embedded) is None
    free, reason = tell(embedded)
    assert (free - embedded.clock.now(), reason) == (timedelta(minutes=1), "phone_limit")


@pytest.mark.parametrize("table", ["sms_uses", "sms_days"])
def test_where_the_counters_cannot_be_read_nothing_is_sent(stack, table):
    with transaction(stack.sessions) as session:
        session.execute(text(f"DROP TABLE {table}"))
    assert ask(stack) == "sms_paused"
    assert ask(stack, how=may_send) == "sms_paused"


def test_counters_hold_neither_phones_nor_addresses_and_are_forgotten(embedded):
    ask(embedded)
    with transaction(embedded.sessions) as session:
        subjects = list(session.scalars(select(SmsUse.subject)))
        assert sorted(subject.partition(":")[0] for subject in subjects) == ["address", "asked"]
        assert not [each for each in subjects if PHONE in each or ADDRESS in each]
        assert forget_counters(session, embedded.clock.now()) == 0
        assert forget_counters(session, embedded.clock.now() + timedelta(days=3)) == 2
        assert [day.count for day in session.scalars(select(SmsDay))] == [1]


def test_the_day_ends_at_midnight_in_china(embedded):
    embedded.clock.moment = datetime(2026, 11, 22, 23, 59, tzinfo=LOCAL)
    ask(embedded)
    step(embedded, minutes=1)
    assert budget(embedded).count == 0
