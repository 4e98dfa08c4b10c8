"""In by telephone and code: the same for everybody, once, in this browser, within limits."""

from __future__ import annotations

import re
import stat
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from matching.accounts import phones
from matching.accounts.models import AccountSession, OneTimeCode, PhoneAccount, Role, UserSession
from matching.db import transaction
from tests.web.helpers import text_of
from tests.web.me.conftest import PHONE
from tests.web.test_tickets import HOSTILE
from tests.webapp import PASSWORD
from workers.drain import drain_topic

COOKIE = "anye_session"
UNKNOWN = "19900000777"


def _plain(page: str) -> str:
    """A page without what is made anew for each answer."""
    page = re.sub(r'name="(csrf_token|next)" value="[^"]*"', "", page)
    return re.sub(r"next=[\w.%-]+", "", page)


def test_telephone_and_code_lead_in(telephone, family) -> None:
    phone = telephone()
    answer = phone.sign_in()
    assert (answer.status_code, answer.location) == (303, "/me")
    assert phone.inbox.sent == [PHONE]
    cookie = phone.client.get_cookie(COOKIE)
    assert cookie.http_only
    assert cookie.max_age == 30 * 24 * 3600
    assert phone.client.get("/me").location.startswith("/me/who?next=")


def test_a_known_and_an_unknown_telephone_are_answered_alike(app, services, telephone, inside, clock) -> None:
    clock.advance(timedelta(minutes=2))
    pages: dict[str, list[Any]] = {}
    for number in (PHONE, UNKNOWN):
        phone, counted = telephone(), []
        token = phone.token()
        listener = lambda *args, counted=counted: counted.append(args[2].split(" ", 1)[0])  # noqa: E731
        event.listen(services.engine, "before_cursor_execute", listener)
        asked = phone.client.post("/me/sign-in", data={"csrf_token": token, "phone": number})
        event.remove(services.engine, "before_cursor_execute", listener)
        typed = phone.page("/me/sign-in/code").replace(number[:3] + "****" + number[-4:], "")
        wrong = phone.send("/me/sign-in/code", {"code": "000000" if phone.inbox.code != "000000" else "1"})
        said = _plain(wrong.get_data(as_text=True)).replace(number[:3] + "****" + number[-4:], "")
        pages[number] = [asked.status_code, asked.location, _plain(typed), wrong.status_code, said, counted]
    assert pages[PHONE] == pages[UNKNOWN]


def test_a_wrong_code_says_what_to_do_and_how_often(telephone) -> None:
    phone = telephone()
    phone.send("/me/sign-in", {"phone": PHONE})
    wrong = f"{(int(phone.inbox.code) + 1) % 1_000_000:06}"
    for _ in range(4):
        answer = phone.send("/me/sign-in/code", {"code": wrong})
        assert answer.status_code == 422
        assert "验证码不对,再看一遍。" in text_of(answer)
    assert "验证码过期了,再要一个。" in text_of(phone.send("/me/sign-in/code", {"code": wrong}))
    sixth = phone.send("/me/sign-in/code", {"code": phone.inbox.code})
    assert sixth.status_code == 422
    assert phone.client.get_cookie(COOKIE) is None


def test_an_old_code_is_refused_and_leads_to_a_new_one(telephone, clock) -> None:
    phone = telephone()
    phone.send("/me/sign-in", {"phone": PHONE})
    clock.advance(timedelta(minutes=5))
    answer = phone.send("/me/sign-in/code", {"code": phone.inbox.code})
    assert answer.status_code == 422
    assert "没收到?再发一次" in text_of(answer)
    assert phone.client.get("/me/sign-in/code").location == "/me/sign-in"


def test_a_code_opens_nothing_in_another_browser(telephone) -> None:
    asking, other = telephone(), telephone()
    asking.send("/me/sign-in", {"phone": PHONE})
    answer = other.send("/me/sign-in/code", {"code": asking.inbox.code})
    assert answer.status_code == 422
    assert other.client.get_cookie(COOKIE) is None


def test_pressing_twice_signs_in_once(services, telephone) -> None:
    phone = telephone()
    phone.sign_in()
    again = phone.send("/me/sign-in/code", {"code": phone.inbox.code})
    assert (again.status_code, again.location) == (303, "/me")
    with transaction(services.sessions, writes=False) as session:
        assert session.scalar(select(func.count()).select_from(AccountSession)) == 1


def test_going_back_to_the_form_after_signing_in_leads_on(telephone, family) -> None:
    phone = telephone()
    phone.sign_in()
    assert phone.client.get("/me/sign-in").location == "/me"
    assert phone.client.get("/me/sign-in/code").location == "/me"


def test_asking_twice_in_a_minute_sends_one_message(telephone) -> None:
    phone = telephone()
    assert phone.send("/me/sign-in", {"phone": PHONE}).status_code == 303
    answer = phone.send("/me/sign-in", {"phone": PHONE})
    assert answer.status_code == 429
    assert "刚发过,等一分钟再要。" in text_of(answer)
    assert f'value="{PHONE}"' in answer.get_data(as_text=True)
    assert len(phone.inbox.sent) == 1


def test_a_made_up_forwarded_address_does_not_change_the_limit(telephone) -> None:
    phone = telephone()
    for n in range(20):
        headers = {"X-Forwarded-For": f"203.0.113.{n}", "X-Real-IP": f"203.0.113.{n}"}
        assert phone.send("/me/sign-in", {"phone": f"199000001{n:02}"}, headers=headers).status_code == 303
    headers = {"X-Forwarded-For": "203.0.113.99", "Forwarded": "for=203.0.113.99"}
    assert phone.send("/me/sign-in", {"phone": "19900000199"}, headers=headers).status_code == 429
    assert len(phone.inbox.sent) == 20


@pytest.mark.parametrize("typed", ["", "123", "07452712345", "手机"])
def test_what_is_no_mobile_number_is_said_beside_the_field(telephone, typed: str) -> None:
    phone = telephone()
    answer = phone.send("/me/sign-in", {"phone": typed})
    assert answer.status_code == 422
    said = "请输入手机号。" if not typed else "手机号是 11 位数字,再看一遍。"
    assert answer.get_data(as_text=True).count(said) == 2
    assert phone.inbox.sent == []


def test_a_closed_page_leads_through_the_sign_in_and_back(telephone, inside, family, clock) -> None:
    clock.advance(timedelta(minutes=2))
    phone = telephone()
    turned = phone.client.get("/me/jobs")
    assert turned.location.startswith("/me/sign-in?next=")
    entered = phone.sign_in(path=turned.location.removeprefix("/me/sign-in"))
    assert entered.location == "/me/jobs"


@pytest.mark.parametrize("value", HOSTILE[::4])
def test_a_hostile_next_stays_here(telephone, value: str) -> None:
    phone = telephone()
    page = phone.client.get("/me/sign-in", query_string={"next": value})
    assert page.status_code == 200
    asked = phone.send("/me/sign-in", {"phone": PHONE}, query_string={"next": value})
    assert asked.location.startswith("/me/sign-in/code?next=")
    entered = phone.send(asked.location, {"code": phone.inbox.code})
    assert (entered.status_code, entered.location) == (303, "/me")


def test_a_session_gets_a_new_id_and_the_old_one_ends(services, telephone, inside, clock) -> None:
    first = inside.client.get_cookie(COOKIE).value
    clock.advance(timedelta(minutes=2))
    inside.send("/me/sign-out")
    inside.sign_in()
    second = inside.client.get_cookie(COOKIE).value
    assert first != second
    inside.client.set_cookie(COOKIE, first)
    assert inside.client.get("/me/devices").location.startswith("/me/sign-in")


def test_a_planted_session_id_is_not_taken_over(telephone, family) -> None:
    phone = telephone()
    phone.client.set_cookie(COOKIE, phones.TOKEN_MARK + "planted")
    phone.sign_in()
    assert "planted" not in phone.client.get_cookie(COOKIE).value


def test_a_session_ends_after_thirty_days(inside, clock) -> None:
    clock.advance(timedelta(days=29))
    assert inside.client.get("/me").status_code == 200
    clock.advance(timedelta(days=1))
    assert inside.client.get("/me").location.startswith("/me/sign-in?next=")
    assert inside.client.get_cookie(COOKIE) is None


def test_signing_out_everywhere_ends_all_devices(telephone, inside, clock) -> None:
    clock.advance(timedelta(minutes=2))
    other = telephone()
    other.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Linux; Android 10; K) Chrome/124.0"
    other.sign_in()
    listed = inside.page("/me/devices")
    assert "安卓手机" in listed
    assert listed.count("本机") == 1
    inside.send("/me/sign-out/everywhere")
    assert other.client.get("/me").status_code == 303
    assert inside.client.get("/me").status_code == 303


def test_staff_and_jobseekers_do_not_enter_each_others_pages(inside, sign_in_as) -> None:
    assert inside.client.get("/desk").status_code in (403, 404)
    for path in ("/desk/people", "/account", "/account/password"):
        assert inside.client.get(path).status_code == 403, path
    assert sign_in_as(Role.COUNTY).get("/me").status_code == 403


def test_signing_in_as_staff_ends_the_account_s_session_in_that_browser(services, inside, user_of) -> None:
    user = user_of(Role.COUNTY)
    answer = inside.send("/sign-in", {"login": user.login, "password": PASSWORD})
    assert answer.status_code == 303
    with transaction(services.sessions, writes=False) as session:
        assert session.scalar(select(func.count()).select_from(AccountSession)) == 0
        assert session.scalar(select(func.count()).select_from(UserSession)) == 1


def test_no_page_keeps_what_was_typed_as_a_code(telephone) -> None:
    phone = telephone()
    phone.send("/me/sign-in", {"phone": PHONE})
    assert 'value="123456"' not in phone.send("/me/sign-in/code", {"code": "123456"}).get_data(as_text=True)


def test_a_code_goes_out_as_a_message_and_is_then_forgotten(app, services, telephone) -> None:
    phone = telephone()
    asked = phone.send("/me/sign-in", {"phone": PHONE})
    code = phone.inbox.code
    assert drain_topic(services, "notice.send").done == 1
    path = next((services.settings.data_dir / "notices").glob("*.txt"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text("utf-8")
    assert f"登录码{code},5分钟内有效" in text
    assert PHONE not in text
    assert phone.send(asked.location, {"code": code}).status_code == 303
    with transaction(services.sessions, writes=False) as session:
        assert session.scalars(select(OneTimeCode.sealed_code)).all() == [None]


def test_a_code_that_is_over_is_not_sent_any_more(services, telephone, clock) -> None:
    telephone().send("/me/sign-in", {"phone": PHONE})
    clock.advance(timedelta(minutes=5, seconds=1))
    drain_topic(services, "notice.send")
    assert not list((services.settings.data_dir / "notices").glob("*.txt"))


def test_an_account_stores_no_telephone_in_clear(services, inside) -> None:
    with transaction(services.sessions, writes=False) as session:
        account = session.scalars(select(PhoneAccount)).one()
        assert PHONE not in str(vars(account))
        assert session.scalar(select(func.count()).select_from(OneTimeCode)) == 1
