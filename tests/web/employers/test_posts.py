"""An employer writes a post: it saves itself, is looked at, sent off, and managed afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from matching.accounts.models import EmployerAccount, Organisation, PhoneAccount
from matching.accounts.scope import SYSTEM
from matching.bootstrap import Services
from matching.db import transaction
from matching.vacancies import verification
from matching.vacancies.models import PostDraft, Vacancy
from tests.web.desk.staff import field
from tests.web.employers.conftest import Workshop
from tests.web.employers.test_register import form as registration
from tests.web.employers.test_register import signed_in
from tests.web.me.conftest import Phone

GOOD = {
    "title": "平车工",
    "headcount": "3",
    "content": "缝制成衣,计时。",
    "pay": "3200-4500元/月",
    "region_code": "431222",
    "place": "青云路 8 号",
    "hours_per_day": "8",
    "days_per_week": "5",
    "contact": "测试甲",
    "phone": "13900000001",
}


def begin(phone: Phone, kind: str = "support_workshop") -> str:
    """A draft's address."""
    token = field(phone.page("/employer/posts/new"), "token")
    return str(phone.send("/employer/posts/new", {"kind": kind, "token": token}).location)


def write(phone: Phone, path: str, does: str = "submit", **changes: Any) -> Any:
    version = field(phone.page(path), "version")
    return phone.send(path, {**GOOD, "version": version, "do": does, **changes})


def posts(services: Services) -> list[Vacancy]:
    with transaction(services.sessions, writes=False) as session:
        return list(session.scalars(select(Vacancy).order_by(Vacancy.id.desc())))


def test_a_post_of_a_verified_employer_is_public_at_once(
    boss: Phone, workshop: Workshop, services: Services
) -> None:
    assert write(boss, begin(boss)).location == "/employer"
    made = posts(services)[0]
    assert (made.title, made.state, made.kind) == ("平车工", "open", "support_workshop")
    assert (made.organisation_id, made.employer_id) == (workshop.own.id, workshop.own.id)
    with transaction(services.sessions, writes=False) as session:
        assert session.scalars(select(PostDraft)).all() == []


def test_a_draft_keeps_what_was_typed_however_wrong_it_is(boss: Phone, services: Services) -> None:
    path = begin(boss)
    write(boss, path, "save", headcount="many", pay="面议")
    page = boss.page(path)
    assert 'value="many"' in page
    assert 'value="面议"' in page
    with transaction(services.sessions, writes=False) as session:
        row = session.scalars(select(PostDraft)).one()
        assert b"13900000001" not in row.sealed
        assert row.title == "平车工"


def test_a_script_saves_and_gets_the_new_version(boss: Phone) -> None:
    path = begin(boss)
    first = boss.send(path, {**GOOD, "version": "1"}, headers={"Accept": "application/json"})
    assert first.get_json() == {"version": 2, "people": []}
    other_window = boss.send(
        path, {**GOOD, "version": "1", "title": "别的"}, headers={"Accept": "application/json"}
    )
    assert (other_window.status_code, other_window.get_json()["code"]) == (409, "changed_meanwhile")


def test_two_windows_are_shown_side_by_side(boss: Phone) -> None:
    path = begin(boss)
    write(boss, path, "save")
    answer = boss.send(path, {**GOOD, "version": "1", "title": "裁剪工", "do": "save"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert page.count("裁剪工") == 2
    assert "<td>平车工</td>" in page


def test_what_the_law_forbids_is_named_with_its_words_and_article(boss: Phone, services: Services) -> None:
    path = begin(boss)
    answer = write(boss, path, content="只招女工,先交押金 200 元。")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "押金" in page
    assert re.search(r"第[一二三四五六七八九十百]+条", page)
    assert "平车工" not in [one.title for one in posts(services)]
    again = boss.page(path)
    assert "不允许" in again
    assert "只招女工" in again


def test_the_preview_is_the_card_that_people_see(boss: Phone) -> None:
    path = begin(boss)
    preview = boss.page(write(boss, path, "preview").location)
    assert "没有问题,可以发布" in preview
    assert "3,200" in preview
    assert "不交押金" in preview or "押金" in preview


def test_what_is_missing_is_said_before_it_is_sent_off(boss: Phone) -> None:
    path = begin(boss)
    page = boss.page(write(boss, path, "preview", pay="").location)
    assert "没有写明薪资" in page
    assert "没有问题" not in page


def test_another_employer_cannot_be_named(boss: Phone, workshop: Workshop, services: Services) -> None:
    write(boss, begin(boss), employer_name="白露家具厂", credit_code="91431222MA4L000010")
    assert posts(services)[0].employer_id == workshop.own.id


def test_a_public_welfare_post_is_not_an_employers_to_make(boss: Phone) -> None:
    token = field(boss.page("/employer/posts/new"), "token")
    answer = boss.send("/employer/posts/new", {"kind": "public_welfare", "token": token})
    assert answer.status_code == 422


def test_pressed_twice_it_is_one_draft(boss: Phone, services: Services) -> None:
    token = field(boss.page("/employer/posts/new"), "token")
    form = {"kind": "enterprise", "token": token}
    first = boss.send("/employer/posts/new", form).location
    assert boss.send("/employer/posts/new", form).location == first


def test_a_post_written_before_the_verification_waits_and_is_public_with_it(
    telephone: Callable[[], Phone], workshop: Workshop, services: Services
) -> None:
    phone = signed_in(telephone)
    phone.send("/employer/register", registration(phone))
    path = begin(phone)
    assert write(phone, path).status_code == 303
    assert "平车工" not in [one.title for one in posts(services)]
    assert "等待核实" in phone.page("/employer")
    assert "已提交" in phone.page(phone.client.get(path).location)
    wiring = services
    with transaction(services.sessions) as session:
        row = session.scalars(select(EmployerAccount)).one()
        times = {"today": wiring.clock.today(), "now": wiring.clock.now(), "valid_days": 90}
        verification.approve(session, SYSTEM, wiring.keyring, row.public_id, row.version, **times)
    made = posts(services)[0]
    assert (made.title, made.state) == ("平车工", "open")
    with transaction(services.sessions, writes=False) as session:
        assert session.get_one(Organisation, made.employer_id).name == "清溪竹艺坊"
    assert "平车工" in phone.page("/employer")


def test_a_draft_that_waits_can_be_taken_back(
    telephone: Callable[[], Phone], workshop: Workshop, services: Services
) -> None:
    phone = signed_in(telephone)
    phone.send("/employer/register", registration(phone))
    path = begin(phone)
    write(phone, path)
    assert phone.send(f"{path}/take-back").location == path
    assert 'value="平车工"' in phone.page(path)


@pytest.mark.parametrize("name", ["state", "extend", "copy", "correct"])
def test_somebody_elses_post_is_not_there(boss: Phone, workshop: Workshop, name: str) -> None:
    path = f"/employer/posts/{workshop.others_post.public_id}"
    assert boss.client.get(path).status_code == 404
    form = {
        **GOOD,
        "version": "1",
        "event": "close",
        "token": field(boss.page("/employer/posts/new"), "token"),
    }
    assert boss.send(f"{path}/{name}", form).status_code == 404


def test_somebody_elses_draft_is_not_there(boss: Phone, telephone: Callable[[], Phone]) -> None:
    path = begin(boss)
    stranger = signed_in(telephone)
    stranger.send("/employer/register", registration(stranger))
    assert stranger.client.get(path).status_code == 404
    assert stranger.client.get(f"{path}/preview").status_code == 404
    for act in ("", "/discard", "/take-back"):
        assert stranger.send(path + act, {"version": "1"}).status_code == 404
    assert boss.client.get(path).status_code == 200


def test_a_post_is_paused_closed_and_opened_again(
    boss: Phone, workshop: Workshop, services: Services
) -> None:
    path = f"/employer/posts/{workshop.post.public_id}"
    for event, state in (("pause", "paused"), ("post", "open"), ("close", "closed"), ("post", "open")):
        version = field(boss.page(path), "version")
        assert boss.send(f"{path}/state", {"event": event, "version": version}).status_code == 303
        with transaction(services.sessions, writes=False) as session:
            assert session.get_one(Vacancy, workshop.post.id).state == state


def test_a_state_is_changed_as_it_was_seen(boss: Phone, workshop: Workshop) -> None:
    path = f"/employer/posts/{workshop.post.public_id}"
    assert boss.send(f"{path}/state", {"event": "pause", "version": "9"}).status_code == 409


def test_an_expired_post_is_extended_and_open_again(
    boss: Phone, workshop: Workshop, services: Services
) -> None:
    with transaction(services.sessions) as session:
        row = session.get_one(Vacancy, workshop.post.id)
        row.state, row.valid_until = "expired", services.clock.today().replace(month=1)
    path = f"/employer/posts/{workshop.post.public_id}"
    assert boss.send(f"{path}/extend", {"version": field(boss.page(path), "version")}).status_code == 303
    with transaction(services.sessions, writes=False) as session:
        row = session.get_one(Vacancy, workshop.post.id)
        assert (row.state, (row.valid_until - services.clock.today()).days) == ("open", 90)


def test_a_copy_is_a_draft_with_everything_but_the_last_day(boss: Phone, services: Services) -> None:
    write(boss, begin(boss), shifts=["day", "two_shift"][:1], benefits=["lunch"])
    made = posts(services)[0]
    path = f"/employer/posts/{made.public_id}"
    copied = boss.send(f"{path}/copy", {"token": field(boss.page(path), "token")}).location
    page = boss.page(copied)
    for text in ('value="平车工"', 'value="3"', "缝制成衣", 'value="3200-4500元/月"', 'value="13900000001"'):
        assert text in page
    assert re.search(r'checked[^>]*value="lunch"|value="lunch"[^>]*checked|checked[^>]*lunch', page)
    assert field(page, "valid_until") == ""


def test_a_post_is_corrected_and_a_stale_one_shows_both(boss: Phone, services: Services) -> None:
    write(boss, begin(boss))
    made = posts(services)[0]
    path = f"/employer/posts/{made.public_id}/correct"
    version = field(boss.page(path), "version")
    assert boss.send(path, {**GOOD, "title": "平车师傅", "version": version}).status_code == 303
    assert posts(services)[0].title == "平车师傅"
    stale = boss.send(path, {**GOOD, "title": "锁边工", "version": version})
    assert stale.status_code == 409
    assert "平车师傅" in stale.get_data(as_text=True)
    assert "锁边工" in stale.get_data(as_text=True)


def test_what_the_short_form_does_not_ask_for_stays(
    boss: Phone, workshop: Workshop, services: Services
) -> None:
    with transaction(services.sessions) as session:
        session.get_one(Vacancy, workshop.post.id).targets = ["low_income"]
    path = f"/employer/posts/{workshop.post.public_id}/correct"
    form = {**GOOD, "version": field(boss.page(path), "version")}
    assert boss.send(path, form).status_code == 303
    with transaction(services.sessions, writes=False) as session:
        assert session.get_one(Vacancy, workshop.post.id).targets == ["low_income"]


def test_an_agencys_post_names_who_commissioned_it(boss: Phone, services: Services) -> None:
    with transaction(services.sessions) as session:
        session.scalars(select(EmployerAccount)).one().agency = "某人力资源公司"
    write(boss, begin(boss))
    assert posts(services)[0].source == "受委托:某人力资源公司"


def test_drafts_are_gone_with_their_account(boss: Phone, services: Services) -> None:
    begin(boss)
    with transaction(services.sessions) as session:
        session.delete(session.scalars(select(PhoneAccount)).one())
        session.flush()
        assert session.scalars(select(PostDraft)).all() == []


def test_how_many_people_fit_is_told_by_page_and_by_script_thirty_times_an_hour(
    boss: Phone, services: Services
) -> None:
    path = begin(boss)
    page = write(boss, path, "estimate")
    assert page.status_code == 200
    assert "附近的人太少" in page.get_data(as_text=True)
    version = field(boss.page(path), "version")
    form = {**GOOD, "version": version, "do": "estimate"}
    for _again in range(29):
        told = boss.send(path, form, headers={"Accept": "application/json"}).get_json()
        assert told["people"] == ["附近的人太少,不显示人数。"]
    told = boss.send(path, form, headers={"Accept": "application/json"}).get_json()
    assert "最多估算 30 次" in told["people"][0]
    services.clock.moment += timedelta(hours=1)
    told = boss.send(path, form, headers={"Accept": "application/json"}).get_json()
    assert told["people"] == ["附近的人太少,不显示人数。"]


def test_nobody_calls_itself_a_certified_base_and_who_is_one_stays_one(
    boss: Phone, workshop: Workshop, services: Services
) -> None:
    path = begin(boss)
    assert "认定基地" not in boss.page(path)
    assert write(boss, path, tags=["certified_base"]).status_code == 422
    with transaction(services.sessions) as session:
        session.get_one(Vacancy, workshop.post.id).tags = ["certified_base", "evening"]
    path = f"/employer/posts/{workshop.post.public_id}/correct"
    form = {**GOOD, "version": field(boss.page(path), "version"), "tags": ["piece_work"]}
    assert boss.send(path, form).status_code == 303
    with transaction(services.sessions, writes=False) as session:
        assert session.get_one(Vacancy, workshop.post.id).tags == ["piece_work", "certified_base"]
