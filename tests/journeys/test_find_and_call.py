"""A person finds work near home and rings up: JavaScript off, from a telephone, by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from matching.bootstrap import Services
from tests import factories
from tests.web.helpers import put, put_vacancies


@pytest.fixture
def city(services: Services) -> Any:
    """A settlement, and posts near and far."""
    put(services, lambda session: factories.settlement(session, name="青云安置区"))
    facts = [
        {
            "title": ("缝纫工", "保洁员", "电子装配工", "采茶工")[n % 4],
            "occupations": [("6-05-01-03", "4-09-08-01", "6-25-04-07", "5-01-02-02")[n % 4]],
            "kind": ("support_workshop", "public_welfare", "labour_cooperation", "cooperative")[n % 4],
            "longitude": 110.393 + n / 300,
            "posted_at": factories.NOW + timedelta(minutes=n),
            "destination": "441900" if n % 4 == 2 else None,
            "point_exact": n % 4 != 2,
            "shifts": ["day", "school_hours"] if n % 2 else None,
            "benefits": ["lunch"] if n % 3 else None,
            "hours_per_day": 8.0 if n % 2 else None,
            "days_per_week": 6.0 if n % 2 else None,
            "tags": ["no_experience"] if n % 2 else None,
            "start_on": date(2026, 12, 1) if n % 2 else None,
        }
        for n in range(28)
    ]
    return put_vacancies(services, *facts)


def test_find_filter_read_and_call_without_script(
    visit: Callable[..., Page], city: Any, picture: Callable[[Page, str], None]
) -> None:
    page = visit(width=390)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("找工作")
    picture(page, "1-home")

    page.get_by_role("link", name="选你住的地方").click()
    page.get_by_role("link", name="沅陵县").click()
    picture(page, "2-place")
    page.get_by_role("link", name="青云安置区").click()
    expect(page.get_by_text("你住在 青云安置区")).to_be_visible()
    picture(page, "3-near")

    page.get_by_label("想找什么活?").fill("缝纫")
    page.get_by_role("button", name="搜索").click()
    page.get_by_role("link", name="帮扶车间").first.click()
    page.get_by_text("更多条件").click()
    picture(page, "4-filters")
    page.get_by_role("link", name="包中饭").click()
    expect(page.get_by_role("heading", name="4 个岗位")).to_be_visible()
    picture(page, "5-found")

    page.get_by_role("link", name="缝纫工").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("缝纫工")
    call = page.get_by_role("link", name="打电话").first
    expect(call).to_have_attribute("href", "tel:13800005678")
    expect(page.get_by_text("不交押金,不交身份证。").first).to_be_in_viewport()
    expect(call).to_be_in_viewport()
    picture(page, "6-detail")


def test_a_call_is_two_taps_from_the_first_page(visit: Callable[..., Page], city: Any) -> None:
    page = visit()
    page.goto("/")
    expect(page.get_by_role("link", name="打电话").first).to_have_attribute("href", "tel:13800005678")


def test_large_print_and_high_contrast_switch_without_script(
    visit: Callable[..., Page], city: Any, picture: Callable[[Page, str], None]
) -> None:
    page = visit(width=320)
    page.goto("/?kind=cooperative")
    page.get_by_role("button", name="大字").click()
    expect(page.locator("html")).to_have_class("people large")
    assert page.url.endswith("/?kind=cooperative")
    picture(page, "7-large")
    page.get_by_role("button", name="高对比").click()
    expect(page.locator("html")).to_have_class("people large contrast")
    picture(page, "8-large-contrast")


def test_the_list_can_be_used_by_keyboard_alone(visit: Callable[..., Page], city: Any) -> None:
    page = visit(scripts=True)
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "q":
            break
    page.keyboard.type("采茶")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=%E9%87%87%E8%8C%B6*")
    link = page.get_by_role("link", name="采茶工").first
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("采茶工")


def test_a_dead_end_leads_on(
    visit: Callable[..., Page], city: Any, picture: Callable[[Page, str], None]
) -> None:
    page = visit()
    page.goto("/?q=潜水员&kind=cooperative")
    expect(page.get_by_role("heading", name="没有完全合适的")).to_be_visible()
    picture(page, "9-empty")
    page.get_by_role("link", name="不限“潜水员”").click()
    expect(page.get_by_role("heading", name="7 个岗位")).to_be_visible()
