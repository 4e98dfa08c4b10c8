"""R18: never twice for one event, quiet at night, tried again, then parked for a person."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from matching.clock import LOCAL
from matching.db import transaction
from matching.letters import LETTERS
from matching.notices import service
from matching.notices.kinds import Kind, Party, State
from matching.notices.letters import Desk
from matching.notices.models import Notice
from matching.notices.port import SenderBusy, SenderRefused, SenderUnsure
from matching.notices.rules import MAX_TRIES
from matching.notices.sending import Outcome, Terms, begin, hand_over, settle
from matching.outbox.models import OutboxRow
from matching.people.facts import SEAL_HOUSEHOLD, SEAL_MEMBER
from tests import factories
from tests.notices.posts import PHONE, notice, tell, told_member, with_carrier, work

LOOK_AGAIN = timedelta(seconds=120)
TERMS = Terms(budget=1_000, look_again=LOOK_AGAIN, repeatable=False)


def failing(error):
    def answer(message):
        raise error

    return answer


def at(services, hour, minute, day=22):
    services.clock.moment = datetime(2026, 11, day, hour, minute, tzinfo=LOCAL)


def desk(services, session):
    return Desk(session, services.keyring, "12333", services.clock.now())


def begun(services, notice_id, token=1, *, repeatable=False):
    """An attempt whose worker then dies: written down, nothing more."""
    terms = replace(TERMS, repeatable=repeatable)
    with transaction(services.sessions) as session:
        return begin(desk(services, session), LETTERS, terms, notice_id, token, services.clock.now())


def ended(services, attempt, outcome):
    with transaction(services.sessions) as session:
        return settle(desk(services, session), TERMS, attempt, outcome, services.clock.now())


def test_a_notice_is_sent_once_and_names_the_gateways_receipt(stack):
    carrier = with_carrier(stack)
    notice_id = tell(stack, told_member(stack))
    assert work(stack) == 1
    sent = notice(stack, notice_id)
    assert (sent.state, sent.message_id, sent.tries, sent.token) == (State.SENT, "serial-1", 1, None)
    (message,) = carrier.taken
    assert (message.to, message.reference, message.template) == (PHONE, sent.public_id, "linked")
    assert message.text == "你的手机号已连到找工作的资料。不是你本人,请打12333。"
    assert work(stack) == 0


def test_a_message_that_comes_twice_is_sent_once(embedded):
    carrier = with_carrier(embedded)
    notice_id = tell(embedded, told_member(embedded))
    with transaction(embedded.sessions) as session:
        service.announce(session, session.get_one(Notice, notice_id), embedded.clock.now())
    work(embedded)
    work(embedded)
    assert len(carrier.taken) == 1


@pytest.mark.parametrize(
    ("hour", "minute", "sent"), [(20, 59, True), (21, 0, False), (7, 59, False), (8, 0, True)]
)
def test_a_worker_that_was_down_in_the_evening_wakes_nobody_at_night(embedded, hour, minute, sent):
    carrier = with_carrier(embedded)
    at(embedded, 20, 0, day=21)
    notice_id = tell(embedded, told_member(embedded))
    at(embedded, hour, minute)
    work(embedded)
    assert bool(carrier.taken) == sent
    if not sent:
        assert notice(embedded, notice_id).reason == "quiet_hours"
        at(embedded, 8, 0, day=22 if hour == 7 else 23)
        work(embedded)
        assert len(carrier.taken) == 1


def test_a_second_try_wakes_nobody_either(embedded):
    carrier = with_carrier(embedded, answers=failing(SenderBusy("down")))
    at(embedded, 20, 50)
    tell(embedded, told_member(embedded))
    work(embedded)
    carrier.answers = lambda message: None
    at(embedded, 22, 0)
    work(embedded)
    assert carrier.taken == []
    at(embedded, 8, 0, day=23)
    work(embedded)
    assert len(carrier.taken) == 1


def test_a_code_that_was_just_asked_for_comes_at_night(embedded):
    carrier = with_carrier(embedded)
    at(embedded, 23, 30)
    tell(embedded, told_member(embedded), asked_for=True)
    work(embedded)
    assert len(carrier.taken) == 1


def test_a_gateway_that_is_down_is_asked_five_times_and_then_a_person(embedded):
    carrier = with_carrier(embedded, answers=failing(SenderBusy("ServerNetworkError")))
    notice_id = tell(embedded, told_member(embedded))
    for tries in range(1, MAX_TRIES + 1):
        work(embedded)
        seen = notice(embedded, notice_id)
        assert (seen.tries, seen.state) == (tries, "parked" if tries == MAX_TRIES else "waiting")
        embedded.clock.moment = max(seen.due_at, embedded.clock.now())
    assert (seen.reason, carrier.taken) == ("gateway_busy", [])
    embedded.clock.advance(timedelta(days=2))
    assert work(embedded) == 0

    carrier.answers = lambda message: None
    at(embedded, 12, 0, day=25)
    with transaction(embedded.sessions) as session:
        service.retry(session, notice_id, embedded.clock.now())
    work(embedded)
    assert len(carrier.taken) == 1


def test_pauses_between_tries_do_not_end_in_the_night(embedded):
    with_carrier(embedded, answers=failing(SenderBusy("down")))
    at(embedded, 20, 59)
    person = told_member(embedded)
    asked, told = tell(embedded, person, asked_for=True), tell(embedded, person, "two")
    for _ in range(3):
        work(embedded)
        embedded.clock.advance(timedelta(minutes=3))
    assert notice(embedded, told).due_at.astimezone(LOCAL).hour == 8
    assert notice(embedded, asked).tries == 3


def test_a_refusal_is_not_tried_again(embedded):
    with_carrier(embedded, answers=failing(SenderRefused("LimitExceeded.PhoneNumberDailyLimit")))
    notice_id = tell(embedded, told_member(embedded))
    work(embedded)
    parked = notice(embedded, notice_id)
    assert (parked.state, parked.reason) == (State.PARKED, "LimitExceeded.PhoneNumberDailyLimit")


@pytest.mark.parametrize("tells", [True, False])
def test_after_no_answer_the_gateway_is_asked_and_the_message_never_repeated(embedded, tells):
    def taken_but_silent(message):
        carrier.taken.append(message)
        raise SenderUnsure("no_answer")

    carrier = with_carrier(embedded, answers=taken_but_silent, tells=tells)
    notice_id = tell(embedded, told_member(embedded))
    work(embedded)
    assert (notice(embedded, notice_id).state, carrier.asked) == (State.SENDING, 0)
    embedded.clock.advance(LOOK_AGAIN)
    work(embedded)
    after = notice(embedded, notice_id)
    assert len(carrier.taken) == carrier.asked == 1
    if tells:
        assert (after.state, after.message_id) == (State.SENT, "serial-1")
    else:
        assert (after.state, after.reason) == (State.PARKED, "perhaps_sent")


@pytest.mark.parametrize(("tells", "state"), [(True, State.SENT), (False, State.PARKED)])
def test_after_a_death_in_the_middle_the_gateway_is_asked(stack, tells, state):
    carrier = with_carrier(stack, tells=tells)
    notice_id = tell(stack, told_member(stack))
    carrier.send(begun(stack, notice_id).message)
    work(stack)
    assert carrier.asked == 0, "the gateway needs a moment before it can tell"
    stack.clock.advance(LOOK_AGAIN)
    work(stack)
    assert (notice(stack, notice_id).state, len(carrier.taken), carrier.asked) == (state, 1, 1)


def test_a_sender_that_knows_repeats_is_simply_asked_again(embedded):
    carrier = with_carrier(embedded, safe_to_repeat=True)
    notice_id = tell(embedded, told_member(embedded))
    begun(embedded, notice_id, repeatable=True)
    work(embedded)
    assert (notice(embedded, notice_id).state, len(carrier.taken)) == (State.SENT, 1)


def test_the_late_word_of_an_orphan_counts_as_long_as_nobody_decided(stack):
    with_carrier(stack)
    notice_id = tell(stack, told_member(stack))
    orphan = begun(stack, notice_id)
    stack.clock.advance(LOOK_AGAIN)
    work(stack)
    assert notice(stack, notice_id).reason == "perhaps_sent"
    assert ended(stack, orphan, Outcome("serial-9"))
    assert (notice(stack, notice_id).state, notice(stack, notice_id).message_id) == (State.SENT, "serial-9")


def test_an_orphan_that_knows_nothing_changes_nothing(embedded):
    with_carrier(embedded)
    notice_id = tell(embedded, told_member(embedded))
    orphan = begun(embedded, notice_id)
    embedded.clock.advance(LOOK_AGAIN)
    work(embedded)
    ended(embedded, orphan, Outcome(error=SenderUnsure("no_answer")))
    after = notice(embedded, notice_id)
    assert (after.state, after.reason) == (State.PARKED, "perhaps_sent")


def test_a_client_that_breaks_in_the_middle_is_not_called_again(embedded):
    calls = []

    def broken(message):
        calls.append(message)
        raise ValueError("cannot read the answer")

    carrier = with_carrier(embedded, answers=broken)
    notice_id = tell(embedded, told_member(embedded))
    for _ in range(4):
        work(embedded)
        embedded.clock.advance(LOOK_AGAIN)
    after = notice(embedded, notice_id)
    assert (after.state, after.reason) == (State.PARKED, "perhaps_sent")
    assert (len(calls), carrier.asked) == (1, 1)


def test_the_late_word_of_an_orphan_is_not_heard_after_a_person_decided(stack):
    carrier = with_carrier(stack)
    notice_id = tell(stack, told_member(stack))
    orphan = begun(stack, notice_id)
    stack.clock.advance(LOOK_AGAIN)
    work(stack)
    with transaction(stack.sessions) as session:
        service.retry(session, notice_id, stack.clock.now())
    assert not ended(stack, orphan, Outcome(error=SenderRefused("late")))
    again = begun(stack, notice_id, 2)
    assert not ended(stack, orphan, Outcome(error=SenderBusy("late")))
    assert notice(stack, notice_id).state == State.SENDING
    assert ended(stack, again, Outcome("serial-2"))
    assert not ended(stack, again, Outcome("serial-3"))
    assert (notice(stack, notice_id).message_id, carrier.taken) == ("serial-2", [])


def test_an_orphan_that_overslept_sends_nothing(embedded):
    carrier = with_carrier(embedded)
    notice_id = tell(embedded, told_member(embedded))
    orphan = begun(embedded, notice_id)
    outcome = hand_over(carrier, TERMS, orphan, embedded.clock.now() + LOOK_AGAIN)
    assert carrier.taken == []
    assert ended(embedded, orphan, outcome)
    assert notice(embedded, notice_id).state == State.WAITING


def test_an_orphan_without_its_lease_begins_nothing(stack):
    from matching.outbox.service import LeaseLost, claim
    from workers.context import Work
    from workers.notices import send_notices

    carrier = with_carrier(stack)
    notice_id = tell(stack, told_member(stack))
    with transaction(stack.sessions) as session:
        orphan = Work(stack, claim(session, "notice.send", 1, stack.clock.now(), timedelta(seconds=60)))
    stack.clock.advance(timedelta(seconds=61))
    with transaction(stack.sessions) as session:
        claim(session, "notice.send", 1, stack.clock.now(), timedelta(seconds=60))
    with pytest.raises(LeaseLost):
        send_notices(orphan)
    assert carrier.taken == []
    assert notice(stack, notice_id).state == State.WAITING


def test_without_a_phone_a_person_gets_a_slip_and_an_employer_reads_the_page(stack):
    carrier = with_carrier(stack)
    with transaction(stack.sessions) as session:
        boss = Party("organisation", factories.employer(session).id)
    nobody, employer = tell(stack, told_member(stack, None)), tell(stack, boss)
    for _ in range(2):
        work(stack)
    found = [notice(stack, each) for each in (nobody, employer)]
    assert [(one.channel, one.state) for one in found] == [("slip", "waiting"), ("page", "sent")]
    assert carrier.taken == []


def test_without_a_phone_or_a_value_the_notice_is_parked_and_half_a_text_never_sent(embedded):
    carrier = with_carrier(embedded)
    unknown = tell(embedded, Party("stranger", 1), "two")
    gap = tell(embedded, told_member(embedded), "three", kind=Kind.EMPLOYER_QUIET_30_DAYS)
    for _ in range(3):
        work(embedded)
    assert [notice(embedded, each).reason for each in (unknown, gap)] == [
        "no_phone",
        "no_values",
    ]
    assert carrier.taken == []


def test_what_no_longer_holds_is_not_sent(embedded, monkeypatch):
    carrier = with_carrier(embedded)
    monkeypatch.setitem(LETTERS.checks, Kind.LINKED, lambda desk, notice: False)
    notice_id = tell(embedded, told_member(embedded))
    work(embedded)
    assert (notice(embedded, notice_id).state, notice(embedded, notice_id).reason) == (
        State.CANCELLED,
        "outdated",
    )
    assert carrier.taken == []


def test_two_notices_to_one_phone_come_a_minute_apart(stack):
    carrier = with_carrier(stack)
    person = told_member(stack)
    tell(stack, person)
    second = tell(stack, person, "two")
    for _ in range(2):
        work(stack)
    assert len(carrier.taken) == 1
    assert notice(stack, second).reason == "phone_limit"
    stack.clock.advance(timedelta(minutes=1))
    work(stack)
    assert len(carrier.taken) == 2


def test_words_are_looked_up_when_the_message_is_sent(embedded):
    carrier = with_carrier(embedded)
    with transaction(embedded.sessions) as session:
        boss = factories.employer(session, name="青云制衣厂")
        vacancy = factories.vacancy(session, employer=boss, title="缝纫工", keyring=embedded.keyring)
        user = factories.user(session, name="李协管")
    person = told_member(embedded)
    facts = {"vacancy": vacancy.id, "user": user.id, "count": 4, "days": 3}
    kinds = (Kind.VERIFIED, Kind.REGISTERED_BY_HELPER, Kind.DIGEST, Kind.EMPLOYER_QUIET_30_DAYS)
    for kind in kinds:
        tell(embedded, person, kind=kind, facts=facts)
        work(embedded)
        embedded.clock.advance(timedelta(minutes=1))
    assert [message.text for message in carrier.taken] == [
        "青云制衣厂已经通过核实,可以发招工了。",
        "李协管帮你登记了找工作。想改想删,请打12333。",
        "有4个新活适合你,登录看。不想收,登录点一下停收。",
        "缝纫工还招人吗?30天没见你登录。3天内不登录,就先停招。",
    ]


@pytest.mark.parametrize("own", ["13900009999", "07451234567", None])
def test_a_person_without_a_mobile_is_told_through_the_household(embedded, own):
    carrier = with_carrier(embedded)
    with transaction(embedded.sessions) as session:
        shared = embedded.keyring.seal_facts({"phone": "13811112222"}, SEAL_HOUSEHOLD)
        sealed = embedded.keyring.seal_facts({"phone": own}, SEAL_MEMBER) if own else None
        home = factories.household(session, sealed=shared)
        person = factories.member(session, household=home, sealed=sealed)
    tell(embedded, Party("member", person.id))
    work(embedded)
    assert carrier.taken[0].to == ("13900009999" if own == "13900009999" else "13811112222")


def test_an_employer_is_told_at_its_own_number_or_its_vacancys(embedded):
    carrier = with_carrier(embedded)
    with transaction(embedded.sessions) as session:
        known = factories.employer(session, phone="13700001111")
        posting = factories.employer(session)
        vacancy = factories.vacancy(session, employer=posting, keyring=embedded.keyring)
    for recipient in (
        Party("organisation", known.id),
        Party("organisation", posting.id),
        Party("vacancy", vacancy.id),
        Party("organisation", 999),
    ):
        tell(embedded, recipient)
        work(embedded)
        embedded.clock.advance(timedelta(minutes=1))
    assert [message.to for message in carrier.taken] == ["13700001111", "13800005678", "13800005678"]


def test_a_notice_that_is_gone_leaves_no_work(embedded):
    with_carrier(embedded)
    tell(embedded, told_member(embedded))
    with transaction(embedded.sessions) as session:
        session.execute(delete(Notice))
    assert work(embedded) == 1


def test_an_early_look_changes_nothing(embedded):
    carrier = with_carrier(embedded)
    at(embedded, 22, 0)
    tell(embedded, told_member(embedded))
    with transaction(embedded.sessions) as session:
        session.execute(update(OutboxRow).values(due_at=embedded.clock.now()))
    work(embedded)
    assert carrier.taken == []
    with transaction(embedded.sessions, writes=False) as session:
        assert session.scalars(select(Notice.state)).all() == [State.WAITING]
