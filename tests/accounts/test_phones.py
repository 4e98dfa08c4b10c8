"""A telephone signs in with a code that is bound to one browser, short-lived, and good once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matching.accounts import phones
from matching.accounts.models import AccountSession, AuditEvent, OneTimeCode, PhoneAccount
from matching.accounts.phones import CodeRefused, Entered
from matching.bootstrap import Services
from matching.db import transaction
from matching.errors import DomainError

PHONE, HERE = "19900000001", "198.51.100.7"
VALID, AGAIN = timedelta(days=30), timedelta(days=180)


def newest_code(session: Session, services: Services) -> tuple[str, str]:
    """The telephone and the code of the newest message, as its sender learns them."""
    row = session.scalars(select(func.max(OneTimeCode.id))).one()
    number = phones.phone_of_code(session, services.keyring, row)
    code = phones.text_of_code(session, services.keyring, row)
    assert number
    assert code
    return number, code


class Telephone:
    """Keeps the codes that were sent, and types them."""

    def __init__(self, services: Services) -> None:
        self.services, self.sent = services, []

    def ask(self, phone: str = PHONE, address: str = HERE) -> str:
        with transaction(self.services.sessions) as session:
            token = phones.request_code(
                session,
                self.services.keyring,
                phone=phone,
                address=address,
                now=self.services.clock.now(),
                budget=2_000,
            )
            self.sent.append(newest_code(session, self.services))
            return token

    def enter(self, token: str, code: str) -> Entered | CodeRefused:
        with transaction(self.services.sessions) as session:
            return phones.enter(
                session,
                self.services.keyring,
                token=token,
                code=code,
                device="Android Chrome",
                now=self.services.clock.now(),
                valid=VALID,
                prove_again=AGAIN,
            )


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


@pytest.fixture
def telephone(stack: Services) -> Telephone:
    return Telephone(stack)


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(DomainError) as caught:
        act()
    return caught.value.code


def test_a_code_opens_an_account_once(telephone: Telephone) -> None:
    token = telephone.ask("+86 199-0000-0001")
    number, code = telephone.sent[-1]
    assert number == PHONE
    assert code.isdigit()
    assert len(code) == 6
    assert isinstance(telephone.enter(token, f" {code[:3]} {code[3:]} "), Entered)
    assert telephone.enter(token, code) == CodeRefused("code_dead")


def test_the_same_telephone_is_the_same_account(telephone: Telephone) -> None:
    first = telephone.enter(telephone.ask(), telephone.sent[-1][1])
    telephone.services.clock.advance(timedelta(minutes=2))
    second = telephone.enter(telephone.ask(), telephone.sent[-1][1])
    assert first.account.id == second.account.id
    assert first.token != second.token


def test_nothing_that_is_stored_tells_telephone_or_code(telephone: Telephone) -> None:
    entered = telephone.enter(telephone.ask(), telephone.sent[-1][1])
    code = telephone.sent[-1][1]
    with transaction(telephone.services.sessions, writes=False) as session:
        rows = [*session.scalars(select(OneTimeCode)), *session.scalars(select(PhoneAccount))]
        rows += [*session.scalars(select(AccountSession)), *session.scalars(select(AuditEvent))]
        values = [str(value) for row in rows for value in vars(row).values()]
    assert not [value for value in values if PHONE in value or HERE in value or entered.token in value]
    assert code not in values


def test_the_sixth_try_fails_even_with_the_right_code(telephone: Telephone) -> None:
    token = telephone.ask()
    code = telephone.sent[-1][1]
    left = [telephone.enter(token, wrong(code)) for _ in range(5)]
    assert [answer.left for answer in left] == [4, 3, 2, 1, 0]
    assert [answer.code for answer in left] == ["code_wrong"] * 4 + ["code_dead"]
    assert telephone.enter(token, code) == CodeRefused("code_dead")


def test_the_fifth_try_may_be_right(telephone: Telephone) -> None:
    token = telephone.ask()
    for _ in range(4):
        telephone.enter(token, wrong(telephone.sent[-1][1]))
    assert isinstance(telephone.enter(token, telephone.sent[-1][1]), Entered)


def test_a_code_is_worth_nothing_after_five_minutes(telephone: Telephone) -> None:
    token = telephone.ask()
    telephone.services.clock.advance(timedelta(minutes=5))
    assert telephone.enter(token, telephone.sent[-1][1]) == CodeRefused("code_dead")


def test_a_code_opens_nothing_in_another_browser(telephone: Telephone) -> None:
    telephone.ask()
    mine = telephone.sent[-1][1]
    other = telephone.ask("19900000002")
    if mine != telephone.sent[-1][1]:
        assert telephone.enter(other, mine).code == "code_wrong"
    assert telephone.enter("made up", mine) == CodeRefused("code_dead")


@pytest.mark.parametrize(
    "phone", ["", "12345", "07452712345", "1990000000", "199000000011", "电话", "12900000001"]
)
def test_what_is_no_mobile_number_gets_no_code(telephone: Telephone, phone: str) -> None:
    assert refused(lambda: telephone.ask(phone)) == "phone_not_mobile"
    assert telephone.sent == []


def test_a_telephone_gets_one_code_a_minute_five_an_hour_ten_a_day(telephone: Telephone) -> None:
    clock = telephone.services.clock
    said = []
    for _ in range(16):
        try:
            telephone.ask(address=f"198.51.100.{len(said)}")
            said.append("sent")
        except DomainError as error:
            said.append(error.code)
        clock.advance(timedelta(seconds=61) if said[-1] == "sent" else timedelta(minutes=56))
    assert said[:5] == ["sent"] * 5
    assert said[5] == "code_wait_hour"
    assert said.count("sent") == 10
    assert said[-1] == "code_wait_day"
    telephone.services.clock.advance(timedelta(days=1))
    telephone.ask()
    assert refused(telephone.ask) == "code_wait_minute"


def test_an_address_gets_twenty_codes_an_hour(telephone: Telephone) -> None:
    for n in range(20):
        telephone.ask(f"199000001{n:02}")
    assert refused(lambda: telephone.ask("19900000199")) == "code_wait_hour"
    telephone.ask("19900000199", address="203.0.113.9")
    telephone.services.clock.advance(timedelta(hours=1))
    telephone.ask("19900000198")


def test_of_requests_at_once_one_is_answered(telephone: Telephone) -> None:
    def ask(n: int) -> str:
        try:
            return "sent" if telephone.ask(address=f"203.0.113.{n}") else ""
        except DomainError as error:
            return error.code

    telephone.ask("19900000002")
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(ask, range(6)))
    assert sorted(answers) == ["code_wait_minute"] * 5 + ["sent"]
    assert [number for number, _code in telephone.sent[1:]] == [PHONE]


def test_a_refused_code_leaves_nothing_behind(telephone: Telephone) -> None:
    telephone.ask()
    for _ in range(3):
        refused(telephone.ask)
    with transaction(telephone.services.sessions, writes=False) as session:
        assert session.scalar(select(func.count()).select_from(OneTimeCode)) == 1


def test_rows_that_no_limit_counts_any_more_go(telephone: Telephone) -> None:
    telephone.ask()
    telephone.services.clock.advance(timedelta(days=1, seconds=1))
    telephone.ask("19900000002")
    with transaction(telephone.services.sessions, writes=False) as session:
        assert session.scalar(select(func.count()).select_from(OneTimeCode)) == 1


def test_a_session_lives_thirty_days_and_ends_by_order(telephone: Telephone) -> None:
    services = telephone.services
    first = telephone.enter(telephone.ask(), telephone.sent[-1][1])
    services.clock.advance(timedelta(days=29))
    second = telephone.enter(telephone.ask(), telephone.sent[-1][1])

    def alive(token: str) -> bool:
        with transaction(services.sessions, writes=False) as session:
            return phones.live_session(session, token, services.clock.now()) is not None

    assert alive(first.token)
    services.clock.advance(timedelta(days=1))
    assert not alive(first.token)
    assert alive(second.token)
    with transaction(services.sessions) as session:
        account = session.get_one(PhoneAccount, second.account.id)
        listed = phones.devices(session, account.id, second.token, services.clock.now())
        assert [(one.name, one.here) for one in listed] == [("Android Chrome", True)]
        phones.sign_out_everywhere(session, account, services.clock.now())
    assert not alive(second.token)


def test_a_closed_account_forgets_its_number_which_begins_anew(telephone: Telephone) -> None:
    services = telephone.services
    entered = telephone.enter(telephone.ask(), telephone.sent[-1][1])
    with transaction(services.sessions) as session:
        phones.close(session, session.get_one(PhoneAccount, entered.account.id), services.clock.now())
    with transaction(services.sessions, writes=False) as session:
        assert phones.live_session(session, entered.token, services.clock.now()) is None
        closed = session.get_one(PhoneAccount, entered.account.id)
        assert (closed.phone_index, closed.sealed) == (None, None)
    services.clock.advance(timedelta(minutes=2))
    assert telephone.enter(telephone.ask(), telephone.sent[-1][1]).account.id != entered.account.id


def test_signing_in_leaves_audit_rows(telephone: Telephone) -> None:
    token = telephone.ask()
    code = telephone.sent[-1][1]
    telephone.enter(token, wrong(code))
    telephone.enter(token, code)
    with transaction(telephone.services.sessions, writes=False) as session:
        actions = list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))
    assert actions == ["code.requested", "sign_in.failed", "sign_in"]
