"""An employer on a telephone: registers, has unlawful words refused, previews its post, sends it off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from matching.accounts.models import EmployerAccount, Role
from matching.accounts.scope import SYSTEM
from matching.bootstrap import Services
from matching.db import transaction
from matching.vacancies import verification
from tests.accounts.test_registering import CODE, PHOTO
from tests.journeys.conftest import SMALL_TARGETS, faults, too_wide
from tests.web.desk.world import registered
from tests.web.employers.conftest import Workshop, boss, workshop
from tests.web.employers.test_posts import begin, write
from tests.web.me.conftest import Inbox, Phone, inbox, telephone

__all__ = ["boss", "inbox", "telephone", "workshop"]


def fill_in(page: Page, content: str) -> None:
    page.get_by_label("岗位名称").fill("平车工")
    page.get_by_label("招聘人数").fill("3")
    page.get_by_label("工作内容").fill(content)
    page.get_by_label("薪资", exact=True).fill("3200-4500元/月")
    page.get_by_label("上班的县").select_option("431222")
    page.get_by_label("工作地点").fill("青云路 8 号")


@pytest.mark.parametrize("scripts", [False, True], ids=["without-scripts", "with-scripts"])
def test_from_the_registration_to_a_public_post(
    visit: Callable[..., Page],
    workshop: Workshop,
    inbox: Inbox,
    services: Services,
    picture: Callable[..., None],
    tmp_path: Path,
    scripts: bool,
) -> None:
    photo = tmp_path / "licence.jpg"
    photo.write_bytes(PHOTO)
    page = visit(width=390, scripts=scripts)
    page.goto("/employer")
    page.get_by_label("你的手机号").fill("19900000078")
    page.get_by_role("button", name="发短信").click()
    page.get_by_label("短信里的 6 位数字").fill(inbox.code)
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("link", name="登记招人单位").click()
    page.get_by_label("名称,和营业执照一样").fill("清溪竹艺坊")
    page.get_by_label("信用代码", exact=False).first.fill(CODE)
    page.get_by_label("所在的县").or_(page.locator("#county")).first.select_option("431222")
    page.get_by_label("联系人").fill("测试甲")
    page.locator("#licence").set_input_files(photo)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("登记的资料还在核实")).to_be_visible()
    with transaction(services.sessions) as session:
        row = session.scalars(select(EmployerAccount)).one()
        times = {"today": services.clock.today(), "now": services.clock.now(), "valid_days": 90}
        verification.approve(session, SYSTEM, services.keyring, row.public_id, row.version, **times)
    page.get_by_role("link", name="我们的岗位").first.click()
    page.get_by_role("link", name="写新岗位").click()
    page.get_by_role("button", name="帮扶车间").click()
    fill_in(page, "缝制成衣,只招女工,先交押金。")
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_role("alert")).to_contain_text("押金")
    picture(page, f"employer-refused-{scripts}")
    fill_in(page, "缝制成衣,计时。")
    page.get_by_role("button", name="看看求职者看到的样子").click()
    expect(page.get_by_text("没有问题,可以发布")).to_be_visible()
    picture(page, f"employer-preview-{scripts}")
    page.get_by_role("link", name="返回草稿").click()
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_text("招聘中")).to_be_visible()


LOOKS = ((320, "large"), (320, "contrast"), (1280, ""))


@pytest.mark.parametrize(("width", "mode"), LOOKS)
def test_pages_have_no_fault(
    visit: Callable[..., Page],
    boss: Phone,
    workshop: Workshop,
    picture: Callable[..., None],
    width: int,
    mode: str,
) -> None:
    draft = begin(boss)
    write(boss, draft, "save", content="只招女工,先交押金。", shifts=["day"])
    page = visit(width=width, scripts=True, display=mode, client=boss.client)
    looked: list[str] = []

    def look(name: str) -> None:
        # axe takes its time: each page is shown to it in one of the modes, the rest is measured in all.
        if len(looked) % len(LOOKS) == LOOKS.index((width, mode)):
            assert faults(page) == [], name
        looked.append(name)
        assert too_wide(page) == 0, name
        assert page.evaluate(SMALL_TARGETS, 60 if mode == "large" else 48) == [], name
        picture(page, f"employer-{mode or 'wide'}-{name}")

    held, own = workshop.held.public_id, workshop.post.public_id
    paths = {
        "home": "/employer",
        "who": "/employer/who",
        "register": "/employer/register",
        "papers": "/employer/papers",
        "new": "/employer/posts/new",
        "draft": draft,
        "preview": f"{draft}/preview",
        "held": f"/employer/posts/{held}",
        "post": f"/employer/posts/{own}",
        "correct": f"/employer/posts/{own}/correct",
    }
    for name, path in paths.items():
        page.goto(path)
        look(name)
    page.goto(draft)
    page.get_by_role("button", name="多少人合适?").click()
    expect(page.get_by_text("附近的人太少")).to_be_visible()
    look("estimate")
    page.goto(draft)
    page.get_by_role("button", name="发布").click()
    look("draft-error")
    page.goto("/employer/register")
    page.get_by_role("button", name="登记", exact=True).click()
    look("register-error")


def test_a_draft_saves_itself_and_says_how_many_fit(visit: Callable[..., Page], boss: Phone) -> None:
    draft = begin(boss)
    page = visit(scripts=True, client=boss.client)
    page.goto(draft)
    page.get_by_label("岗位名称").fill("平车工")
    page.get_by_label("每天工时").fill("8")
    page.get_by_label("每天工时").blur()
    expect(page.get_by_text("已自动保存")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("附近的人太少")).to_be_visible()
    assert 'value="平车工"' in boss.page(draft)


def test_the_desk_decides(
    visit: Callable[..., Page],
    workshop: Workshop,
    services: Services,
    sign_in_as: Any,
    picture: Callable[..., None],
) -> None:
    with transaction(services.sessions) as session:
        registered(session, services.keyring, workshop.office, "鹭洲")
    page = visit(width=1280, scripts=True, client=sign_in_as(Role.COUNTY, organisation=workshop.office))
    page.goto("/desk/employers")
    assert faults(page) == []
    picture(page, "desk-employers")
    page.get_by_role("link", name="鹭洲农场").click()
    assert faults(page) == []
    picture(page, "desk-employer")
    page.get_by_role("button", name="不通过").click()
    expect(page.get_by_role("alert")).to_contain_text("请选一个原因")
    page.get_by_label("证件过期了").check()
    page.get_by_role("button", name="不通过").click()
    expect(page.get_by_text("没有等待核实的登记")).to_be_visible()
