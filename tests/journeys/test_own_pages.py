"""The eight questions, my data, and "I have work now": without JavaScript, and looked at for faults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from matching.accounts.models import Role
from matching.db import transaction
from tests import factories
from tests.journeys.conftest import SMALL_TARGETS, faults, too_wide
from tests.journeys.test_mine import NUMBER
from tests.stack import drain_all
from tests.web.me.conftest import PHONE, Family, Inbox, family, inbox

__all__ = ["family", "inbox"]

ANSWERS = ("想", "多远都行", "白天", "孩子", "不去外地", "2000 元", "踩缝纫机、做衣服", "小学")
PATHS = (
    *("/me/profile/reach", "/me/wishes", "/me/data", "/me/data/stored", "/me/data/looks"),
    *("/me/data/consents", "/me/data/download", "/me/data/delete", "/me/data/correct/work_place"),
    *("/me/work", "/me/wages", "/me/again", "/me"),
)
LOOKS = ((320, "large"), (390, "contrast"), (1280, ""))


def enter(page: Page, inbox: Inbox, family: Family) -> None:
    """Sign in as the first of the family."""
    page.goto("/me/sign-in")
    page.get_by_label("你的手机号").fill(PHONE)
    page.get_by_role("button", name="发短信").click()
    page.get_by_label("短信里的 6 位数字").fill(inbox.code)
    page.get_by_role("button", name="下一步").click()
    page.get_by_label(NUMBER).fill(family.numbers[family.first.id])
    page.get_by_role("button", name="下一步").click()


def test_eight_choices_lead_to_posts_and_work_ends_the_search(
    visit: Callable[..., Page], family: Family, inbox: Inbox, services: Any, picture: Callable[..., None]
) -> None:
    page = visit(width=320)
    enter(page, inbox, family)
    page.get_by_role("link", name="我想要的活").click()
    for n, words in enumerate(ANSWERS, start=1):
        expect(page.get_by_text(f"第 {n} 题")).to_be_visible()
        page.get_by_label(words, exact=True).check()
        picture(page, f"own-question-{n}")
        page.get_by_role("button", name="下一步").click()
        if n == 2:
            page.get_by_role("link", name="上一步").click()
            expect(page.get_by_label(words, exact=True)).to_be_checked()
            page.get_by_role("button", name="下一步").click()
    drain_all(services)
    page.reload()
    expect(page.get_by_text("为什么推荐:").first).to_be_visible()
    picture(page, "own-jobs")
    page.goto("/me")
    page.get_by_role("link", name="我有活干了").click()
    page.get_by_label("别的地方").check()
    page.get_by_role("button", name="我有活干了").click()
    expect(page.get_by_role("status")).to_contain_text("太好了")
    picture(page, "own-has-work")
    page.goto("/me/data")
    page.get_by_role("link", name="删除我的资料").click()
    page.get_by_role("button", name="删掉").click()
    expect(page.get_by_role("status")).to_contain_text("删掉了")


@pytest.mark.parametrize(("width", "mode"), LOOKS)
def test_pages_have_no_fault(
    visit: Callable[..., Page],
    family: Family,
    inbox: Inbox,
    picture: Callable[..., None],
    width: int,
    mode: str,
) -> None:
    page = visit(width=width, scripts=True, display=mode)
    looked: list[str] = []

    def look(name: str) -> None:
        # axe takes its time: each page is shown to it in one of the modes, the rest is measured in all.
        if len(looked) % len(LOOKS) == LOOKS.index((width, mode)):
            assert faults(page) == [], name
        looked.append(name)
        assert too_wide(page) == 0, name
        assert page.evaluate(SMALL_TARGETS, 60 if mode == "large" else 48) == [], name
        picture(page, f"own-{mode or 'wide'}-{name}")

    enter(page, inbox, family)
    page.goto(f"/vacancies/{family.posts[0].public_id}")
    page.get_by_role("button", name="收藏").click()
    look("saved")
    page.goto(f"/vacancies/{family.posts[0].public_id}/share")
    look("share")
    for path in PATHS:
        page.goto(path)
        look(path.strip("/").replace("/", "-"))
    page.goto("/me/profile/hours")
    page.get_by_role("button", name="下一步").click()
    look("question-error")
    page.goto("/me/data/correct/work_place")
    page.get_by_role("button", name="报上去").click()
    look("correct-error")
    page.get_by_label("对的应该是什么?").fill("在长沙")
    page.get_by_role("button", name="报上去").click()
    look("asked")
    page.goto("/me/work")
    page.get_by_role("button", name="我有活干了").click()
    look("work-error")


def test_requests_for_correction_have_no_fault(
    visit: Callable[..., Page],
    family: Family,
    inbox: Inbox,
    services: Any,
    sign_in_as: Any,
    picture: Callable[..., None],
) -> None:
    person = visit(width=320)
    enter(person, inbox, family)
    for field, words in (("work_place", "在长沙"), ("phone", "13812345678")):
        person.goto(f"/me/data/correct/{field}")
        person.get_by_label("对的应该是什么?").fill(words)
        person.get_by_role("button", name="报上去").click()
    with transaction(services.sessions) as session:
        office = factories.organisation(session)
    page = visit(width=1280, scripts=True, client=sign_in_as(Role.COUNTY, organisation=office))
    page.goto("/desk/corrections")
    page.get_by_role("button", name="不更正").first.click()
    assert faults(page) == []
    assert too_wide(page) == 0
    picture(page, "own-corrections")
