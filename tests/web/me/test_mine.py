"""Whose data: linked by ID number and the ledger's telephone, or by a helper's code; what is shown."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from matching.accounts.models import Role
from matching.accounts.service import scope_of
from matching.db import transaction
from matching.people.models import AccountLink, Jobseeker, Member, Registration
from matching.people.registration_queries import unconfirmed
from tests import factories
from tests.stack import drain_all
from tests.web.desk.world import id_number
from tests.web.helpers import text_of, titles
from tests.web.me.conftest import PHONE, Family, Phone


@pytest.fixture
def office(family: Family, sign_in_as: Any, services: Any) -> Any:
    """A browser of the office of the family's county."""
    with transaction(services.sessions) as session:
        made = factories.organisation(session)
    return sign_in_as(Role.COUNTY, organisation=made)


def code_for(office: Any, member: Member) -> str:
    """A helper's code for a person, as the desk shows it."""
    page = office.get(f"/desk/people/{member.public_id}").get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    shown = office.post(f"/desk/people/{member.public_id}/code", data={"csrf_token": token})
    assert shown.status_code == 200
    assert shown.headers["Cache-Control"] == "no-store"
    found = re.search(r'id="code">(\w{6})<', shown.get_data(as_text=True))
    assert found
    return found.group(1)


def test_id_number_and_the_ledgers_telephone_show_who_it_is(telephone, family) -> None:
    phone = telephone()
    phone.sign_in()
    assert "测试甲" not in phone.page("/me/link")
    answer = phone.link(f" {family.numbers[family.first.id].lower()} ")
    assert (answer.status_code, answer.location) == (303, "/me")
    home = phone.page("/me")
    assert "测试甲" in home
    assert re.findall(r'<li><a href="/me/(\w+)"', home)[:3] == ["jobs", "wanted", "data"]


def test_misses_are_answered_alike_and_limited(telephone, family) -> None:
    nobody, other_phone = id_number("431222", 999), family.numbers[family.stranger.id]
    pages = []
    for number in (nobody, other_phone):
        phone = telephone()
        phone.sign_in(f"1990000050{len(pages)}")
        answer = phone.link(number)
        pages.append((answer.status_code, text_of(answer)))
        assert number not in answer.get_data(as_text=True)
    assert pages[0] == pages[1]
    assert pages[0][0] == 422
    assert "对不上,请找协管员帮忙。" in pages[0][1]
    for _ in range(4):
        phone.link(nobody)
    late = phone.link(family.numbers[family.stranger.id])
    assert late.status_code == 429
    assert "试得太多了" in text_of(late)


def test_a_number_of_the_wrong_form_costs_no_try(telephone, family) -> None:
    phone = telephone()
    phone.sign_in()
    for _ in range(12):
        assert "身份证号不对,再看一遍。" in text_of(phone.link("431222198005013010"))
    assert phone.link(family.numbers[family.first.id]).status_code == 303


def test_a_family_chooses_who_and_sees_only_that_one(inside: Phone, family: Family) -> None:
    inside.link(family.numbers[family.second.id])
    who = inside.page("/me/who")
    assert "测试甲" in who
    assert "测试乙" in who
    assert "测试丙" not in who
    assert inside.send("/me/who", {"person": family.first.public_id}).location == "/me"
    data = inside.page("/me/data")
    assert "测试甲" in data
    assert "测试乙" not in data
    assert family.numbers[family.first.id] not in data


def test_two_of_a_family_are_asked_at_the_next_sign_in(inside, family, telephone, clock) -> None:
    inside.link(family.numbers[family.second.id])
    clock.advance(timedelta(minutes=2))
    phone = telephone()
    phone.sign_in()
    assert phone.client.get("/me").location.startswith("/me/who")


def test_one_alone_is_not_asked(inside, telephone, clock) -> None:
    clock.advance(timedelta(minutes=2))
    phone = telephone()
    phone.sign_in()
    assert "测试甲" in phone.page("/me")


def test_nobody_else_can_be_chosen(inside: Phone, family: Family) -> None:
    for person in (family.stranger.public_id, family.second.public_id, "aaaaaaaaaaaa", ""):
        assert inside.send("/me/who", {"person": person}).status_code == 404
    assert "测试甲" in inside.page("/me")


def test_a_recycled_number_shows_nothing_of_its_old_owner(inside, family, telephone, clock) -> None:
    clock.advance(timedelta(days=180))
    phone = telephone()
    phone.sign_in()
    assert phone.client.get("/me").location.startswith("/me/who")
    pages = "".join(phone.page(path) for path in ("/me/link", "/me/devices", "/me/register"))
    assert "测试甲" not in pages
    assert "你好久没来了" in pages
    for path in ("/me", "/me/jobs", "/me/data", "/me/wanted", "/me/who"):
        assert phone.client.get(path).status_code == 303, path
    assert phone.send("/me/who", {"person": family.first.public_id}).status_code == 404
    assert phone.link(family.numbers[family.first.id]).status_code == 303
    assert "测试甲" in phone.page("/me")


def test_a_day_less_asks_for_nothing(inside, telephone, clock) -> None:
    clock.advance(timedelta(days=179))
    phone = telephone()
    phone.sign_in()
    assert "测试甲" in phone.page("/me")


def test_a_telephone_that_the_ledger_no_longer_names_sees_nothing_at_once(inside, family, services) -> None:
    with transaction(services.sessions) as session:
        session.get_one(Member, family.first.id).phone_index = "0" * 32
    assert inside.client.get("/me/data").status_code == 303


def test_a_helpers_code_signs_in_without_a_telephone(telephone, family, office) -> None:
    phone = telephone()
    code = code_for(office, family.stranger)
    look = phone.client.get(f"/go/{code}")
    assert look.headers["Referrer-Policy"] == "no-referrer"
    assert "测试丙" not in look.get_data(as_text=True)
    assert phone.client.get("/me").location.startswith("/me/sign-in")
    entered = phone.send(f"/go/{code}")
    assert (entered.status_code, entered.location) == (303, "/me")
    assert "测试丙" in phone.page("/me")
    other = telephone()
    assert other.send(f"/go/{code}").location == "/me/helper-code"
    assert "码不对或过期了" in other.page("/me/helper-code")


def test_a_helpers_code_can_be_typed_as_it_is_read_aloud(telephone, family, office) -> None:
    code = code_for(office, family.stranger)
    phone = telephone()
    answer = phone.send("/me/helper-code", {"code": f"{code[:3].lower()} {code[3:]}"})
    assert answer.status_code == 303
    assert "测试丙" in phone.page("/me")


def test_a_helpers_code_links_to_the_account_that_is_signed_in(inside, family, office, services) -> None:
    assert inside.send("/me/helper-code", {"code": code_for(office, family.stranger)}).status_code == 303
    who = inside.page("/me/who")
    assert "测试甲" in who
    assert "测试丙" in who
    with transaction(services.sessions, writes=False) as session:
        assert session.scalar(select(func.count(AccountLink.account_id.distinct()))) == 1


def test_a_helpers_code_is_over_after_a_day_and_with_the_next_one(telephone, family, office, clock) -> None:
    first = code_for(office, family.stranger)
    second = code_for(office, family.stranger)
    phone = telephone()
    assert phone.send("/me/helper-code", {"code": first}).status_code == 422
    clock.advance(timedelta(days=1))
    assert phone.send("/me/helper-code", {"code": second}).status_code == 422


def test_guessing_helpers_codes_ends_after_twenty_tries(telephone, family, office) -> None:
    phone = telephone()
    for n in range(20):
        assert phone.send("/me/helper-code", {"code": f"ACDEF{n % 10}"}).status_code == 422
    good = code_for(office, family.stranger)
    assert phone.send("/me/helper-code", {"code": good}).status_code == 429
    assert "试得太多了" in text_of(phone.send(f"/go/{good}"))


def test_staff_do_not_spend_a_code_on_their_own_telephone(family, office) -> None:
    code = code_for(office, family.stranger)
    assert "请用本人的手机扫" in office.get(f"/go/{code}").get_data(as_text=True)
    page = office.get("/account").get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    assert office.post(f"/go/{code}", data={"csrf_token": token}).status_code == 403
    assert office.get("/desk/people").status_code == 200


def test_the_desk_draws_the_code_as_a_picture_of_its_address(family, office) -> None:
    page = office.get(f"/desk/people/{family.first.public_id}").get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    shown = office.post(f"/desk/people/{family.first.public_id}/code", data={"csrf_token": token})
    assert "<svg" in shown.get_data(as_text=True)
    assert "style=" not in shown.get_data(as_text=True)
    assert re.search(r"http://localhost/go/\w{6}", shown.get_data(as_text=True))


def _registered(phone: Phone, family: Family, number: str = "") -> Any:
    assert phone.send("/me/register", {"name": "新来的人"}).location == "/me/register/number"
    assert phone.send("/me/register/number", {"number": number}).location == "/me/register/place"
    page = phone.page("/me/register/place?in=431222")
    site = re.search(r'value="(\w+)">青云安置区', page)
    assert site
    return phone.send("/me/register/place", {"place": site.group(1)})


def test_who_is_in_no_ledger_registers_and_waits(telephone, family, services) -> None:
    phone = telephone()
    phone.sign_in("19900000555")
    number = id_number("431222", 801)
    assert _registered(phone, family, number).location == "/me"
    home = phone.page("/me")
    assert "新来的人" in home
    assert "等协管员核对" in home
    with transaction(services.sessions, writes=False) as session:
        member = session.scalars(select(Member).where(Member.name == "新来的人")).one()
        seeker = session.get_one(Jobseeker, member.id)
        assert (member.id_index, seeker.willingness, seeker.older_from is not None) == (None, "yes", True)
    assert number not in phone.page("/me/data")


def test_the_last_step_sent_twice_registers_once(telephone, family, services) -> None:
    phone = telephone()
    phone.sign_in("19900000555")
    phone.send("/me/register", {"name": "新来的人"})
    phone.send("/me/register/number", {"number": ""})
    draft = phone.client.get_cookie("anye_draft").value
    for _ in range(2):
        phone.client.set_cookie("anye_draft", draft)
        assert phone.send("/me/register/place", {"place": "431222"}).status_code == 303
    with transaction(services.sessions, writes=False) as session:
        assert session.scalar(select(func.count()).select_from(Registration)) == 1


def test_the_answers_travel_sealed_and_for_one_account(telephone, family) -> None:
    phone, other = telephone(), telephone()
    phone.sign_in("19900000555")
    number = id_number("431222", 801)
    phone.send("/me/register", {"name": "新来的人"})
    phone.send("/me/register/number", {"number": number})
    draft = phone.client.get_cookie("anye_draft").value
    assert number not in draft
    other.sign_in("19900000556")
    other.client.set_cookie("anye_draft", draft)
    assert other.client.get("/me/register/place").location == "/me/register"
    other.client.set_cookie("anye_draft", "%%%")
    assert other.client.get("/me/register/number").location == "/me/register"


def test_a_step_cannot_be_skipped_and_a_place_that_is_none_is_asked_again(telephone, family) -> None:
    phone = telephone()
    phone.sign_in("19900000555")
    assert phone.client.get("/me/register/number").location == "/me/register"
    assert phone.client.get("/me/register/place").location == "/me/register"
    phone.send("/me/register", {"name": "新来的人"})
    phone.send("/me/register/number", {"number": ""})
    answer = phone.send("/me/register/place", {"place": "nowhere"})
    assert answer.status_code == 422
    assert "先选你住的地方。" in text_of(answer)


def test_a_child_cannot_be_registered(telephone, family) -> None:
    phone = telephone()
    phone.sign_in("19900000555")
    answer = _registered(phone, family, id_number("431222", 17, "20120501"))
    assert answer.status_code == 422
    assert "没满 16 岁" in answer.get_data(as_text=True)


def test_for_me_shows_matches_with_reasons_and_what_is_lacking(inside, family, services) -> None:
    drain_all(services)
    answer = inside.client.get("/me/jobs")
    said = text_of(answer)
    assert titles(answer) == ["缝纫工", "保洁员", "木工"]
    assert "为什么推荐:离家近" in said
    assert "还差一点的" in said
    assert answer.headers["Cache-Control"] == "no-store"


def test_switched_off_matching_is_a_plain_list_by_distance(inside, family, services) -> None:
    drain_all(services)
    with transaction(services.sessions) as session:
        session.get_one(Jobseeker, family.first.id).matching_on = False
    answer = inside.client.get("/me/jobs")
    assert "你关了推荐。" in text_of(answer)
    assert "为什么推荐" not in text_of(answer)
    assert titles(answer) == ["缝纫工", "保洁员", "木工"]


def test_nothing_fits_still_shows_the_nearest(inside, family, services) -> None:
    with transaction(services.sessions) as session:
        session.get_one(Jobseeker, family.first.id).work = "employed"
        session.get_one(Jobseeker, family.first.id).willingness = "no"
    drain_all(services)
    answer = inside.client.get("/me/jobs")
    assert "还没有正合适的。" in text_of(answer)
    assert titles(answer)


def test_who_is_no_jobseeker_sees_the_nearest(telephone, family, services) -> None:
    with transaction(services.sessions) as session:
        session.delete(session.get_one(Jobseeker, family.first.id))
    phone = telephone()
    phone.sign_in(PHONE)
    phone.link(family.numbers[family.first.id])
    answer = phone.client.get("/me/jobs")
    assert "还不能帮你挑活。" in text_of(answer)
    assert titles(answer)


def test_the_coordinator_s_list_is_masked_and_says_who_is_known(telephone, family, services, office) -> None:
    phone = telephone()
    phone.sign_in("19900000555")
    _registered(phone, family, family.numbers[family.stranger.id])
    with transaction(services.sessions, writes=False) as session:
        total, lines = unconfirmed(
            session, services.keyring, scope_of(session, office.user), limit=10, offset=0
        )
    assert total == 1
    assert (lines[0].name, lines[0].known, lines[0].settlement) == ("新**", True, "青云安置区")
    assert family.numbers[family.stranger.id] != lines[0].number


def test_the_desk_reads_in_words_what_an_account_did(inside, family, office) -> None:
    code_for(office, family.first)
    page = text_of(office.get(f"/desk/people/{family.first.public_id}"))
    assert "在手机上核对了身份" in page
    assert "本人手机" in page
    assert "生成了一次性登录码" in page
