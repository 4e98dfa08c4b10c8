"""A jobseeker signs in, says who it is, reads what fits and leaves: JavaScript off, on a small telephone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from matching.accounts.models import Role
from matching.db import transaction
from tests import factories
from tests.journeys.conftest import SMALL_TARGETS, faults, too_wide
from tests.stack import drain_all
from tests.web.me.conftest import PHONE, Family, Inbox, family, inbox

__all__ = ["family", "inbox"]

PATHS = ("/me", "/me/jobs", "/me/wanted", "/me/data", "/me/devices", "/me/who", "/me/link", "/me/helper-code")
NUMBER = "你的身份证号"


def _sign_in(page: Page, inbox: Inbox) -> None:
    page.get_by_label("你的手机号").fill(PHONE)
    page.get_by_role("button", name="发短信").click()
    page.get_by_label("短信里的 6 位数字").fill(inbox.code)
    page.get_by_role("button", name="下一步").click()


def test_telephone_code_and_id_number_lead_to_mine(
    visit: Callable[..., Page], family: Family, inbox: Inbox, services: Any, picture: Callable[..., None]
) -> None:
    drain_all(services)
    page = visit(width=320)
    page.goto("/")
    picture(page, "me-0-start")
    page.get_by_role("link", name="我的", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("用手机号登录")
    picture(page, "me-1-phone")
    page.get_by_label("你的手机号").fill(PHONE)
    page.get_by_role("button", name="发短信").click()
    picture(page, "me-2-code")
    page.get_by_label("短信里的 6 位数字").fill("1")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("alert")).to_contain_text("验证码不对,再看一遍。")
    picture(page, "me-3-wrong-code")
    page.get_by_label("短信里的 6 位数字").fill(inbox.code)
    page.get_by_role("button", name="下一步").click()
    picture(page, "me-4-number")
    page.get_by_label(NUMBER).fill(family.numbers[family.first.id])
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("我的")
    picture(page, "me-5-mine")
    page.get_by_role("link", name="给我的").click()
    expect(page.get_by_text("为什么推荐:").first).to_be_visible()
    picture(page, "me-6-jobs")
    page.go_back()
    page.get_by_role("link", name="我的资料").click()
    picture(page, "me-7-data")
    page.get_by_role("link", name="登录的手机").click()
    picture(page, "me-8-devices")
    page.goto("/me/who")
    picture(page, "me-9-who")
    page.goto("/me")
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("status")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("测试甲")).to_have_count(0)


def test_a_newcomer_registers_step_by_step_and_can_go_back(
    visit: Callable[..., Page], family: Family, inbox: Inbox, picture: Callable[..., None]
) -> None:
    page = visit(width=320)
    page.goto("/me")
    _sign_in(page, inbox)
    page.get_by_role("link", name="没登记过?现在登记").click()
    picture(page, "me-register-1")
    page.get_by_label("你的姓名").fill("新来的人")
    page.get_by_role("button", name="下一步").click()
    picture(page, "me-register-2")
    page.go_back()
    expect(page.get_by_label("你的姓名")).to_have_value("新来的人")
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="下一步").click()
    picture(page, "me-register-3")
    page.get_by_role("link", name="沅陵县").click()
    picture(page, "me-register-4")
    page.get_by_role("button", name="青云安置区").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("我的")
    expect(page.get_by_text("新来的人")).to_be_visible()
    picture(page, "me-register-5")


def test_a_slip_signs_in_with_one_press(
    visit: Callable[..., Page],
    family: Family,
    services: Any,
    sign_in_as: Any,
    picture: Callable[..., None],
) -> None:
    with transaction(services.sessions) as session:
        office = factories.organisation(session)
    desk = visit(width=1280, client=sign_in_as(Role.COUNTY, organisation=office))
    desk.goto(f"/desk/people/{family.first.public_id}")
    picture(desk, "me-desk")
    desk.get_by_role("button", name="一次性登录码").click()
    code = desk.locator("#code").inner_text()
    expect(desk.locator("svg.qr")).to_be_visible()
    picture(desk, "me-slip")
    page = visit(width=320)
    page.goto(f"/go/{code}")
    picture(page, "me-go")
    page.get_by_role("button", name="是我的,登录").click()
    expect(page.get_by_text("测试甲")).to_be_visible()


LOOKS = ((320, "large"), (320, "contrast"), (1280, ""))


@pytest.mark.parametrize(("width", "mode"), LOOKS)
def test_pages_have_no_fault(
    visit: Callable[..., Page],
    family: Family,
    inbox: Inbox,
    services: Any,
    picture: Callable[..., None],
    width: int,
    mode: str,
) -> None:
    drain_all(services)
    page = visit(width=width, scripts=True, display=mode)
    looked: list[str] = []

    def look(name: str) -> None:
        # axe takes its time: each page is shown to it in one of the modes, the rest is measured in all.
        if len(looked) % len(LOOKS) == LOOKS.index((width, mode)):
            assert faults(page) == [], name
        looked.append(name)
        assert too_wide(page) == 0, name
        assert page.evaluate(SMALL_TARGETS, 60 if mode == "large" else 48) == [], name
        picture(page, f"me-{mode or 'wide'}-{name}")

    page.goto("/me/sign-in")
    look("phone")
    page.get_by_role("button", name="发短信").click()
    look("phone-error")
    page.get_by_label("你的手机号").fill(PHONE)
    page.get_by_role("button", name="发短信").click()
    look("code")
    page.get_by_label("短信里的 6 位数字").fill(inbox.code)
    page.get_by_role("button", name="下一步").click()
    look("link")
    page.get_by_label(NUMBER).fill("1")
    page.get_by_role("button", name="下一步").click()
    look("link-error")
    page.get_by_label(NUMBER).fill(family.numbers[family.first.id])
    page.get_by_role("button", name="下一步").click()
    for path in PATHS:
        page.goto(path)
        look(path.strip("/").replace("/", "-"))
    page.goto("/me/register")
    look("register-1")
    page.get_by_role("button", name="下一步").click()
    look("register-1-error")
    page.get_by_label("你的姓名").fill("新来的人")
    page.get_by_role("button", name="下一步").click()
    look("register-2")
    page.get_by_role("button", name="下一步").click()
    look("register-3")
    page.goto("/me/register/place?in=431222")
    look("register-4")


def test_the_slip_page_has_no_fault(
    visit: Callable[..., Page], family: Family, services: Any, sign_in_as: Any
) -> None:
    with transaction(services.sessions) as session:
        office = factories.organisation(session)
    page = visit(width=1280, scripts=True, client=sign_in_as(Role.COUNTY, organisation=office))
    page.goto(f"/desk/people/{family.first.public_id}")
    page.get_by_role("button", name="一次性登录码").click()
    assert faults(page) == []
    assert too_wide(page) == 0
    anonymous = visit(width=320, scripts=True)
    anonymous.goto("/go/ACDEFG")
    assert faults(anonymous) == []
