"""Staff bring a ledger in, watch it, find a person with matches, and get back the rows that stayed out."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from matching.accounts.models import Role
from matching.bootstrap import Services
from matching.db import transaction
from tests.journeys.conftest import faults, too_wide
from tests.stack import drain_all, id_number, person, sheet
from tests.web.desk.world import World, make
from tests.web.helpers import put_vacancies

#: Smallest target of a desk page in pixels (A2); links inside a sentence or a cell of text are exempt.
SMALLEST = """() => [...document.querySelectorAll('a, button, input, summary, select, textarea')]
  .filter(e => e.type !== 'hidden' && !e.closest('.skip, .unseen') && e.offsetParent !== null)
  .filter(e => getComputedStyle(e).display !== 'inline')
  .filter(e => !e.matches('input[type=radio], input[type=checkbox]'))
  .filter(e => e.getBoundingClientRect().height < 23.5)
  .map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture
def world(services: Services) -> World:
    """Two tenants and three counties."""
    with transaction(services.sessions) as session:
        return make(session, services.keyring)


def _csv(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": "ledger.csv", "mimeType": "text/csv", "buffer": sheet(rows).read()}


def test_a_ledger_comes_in_and_a_person_has_matches(
    visit: Callable[..., Page],
    sign_in_as: Any,
    services: Services,
    world: World,
    picture: Callable[[Page, str], None],
) -> None:
    put_vacancies(services, {"title": "缝纫工"}, {"title": "保洁员", "kind": "public_welfare"})
    page = visit(width=1280, client=sign_in_as(Role.COUNTY, organisation=world.own.office))
    page.goto("/desk/imports/new/ledger")
    picture(page, "desk-upload")
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("alert")).to_contain_text("请选择要上传的表格文件。")
    assert page.title().startswith("有错")

    site = world.own.settlement.name
    rows = [person(number, 安置点名称=site) for number in range(1, 6)]
    rows.append(person(6, 安置点名称=site) | {"身份证号": "431222198006150026"})
    page.get_by_label("表格").set_input_files(_csv(rows))
    page.get_by_role("button", name="上传并检查").click()
    expect(page.locator("#watched")).to_contain_text("已收到")
    address = page.url
    picture(page, "desk-received")

    drain_all(services)
    page.goto(address)
    expect(page.locator("#watched")).to_contain_text("等待确认")
    expect(page.get_by_text("校验码不对")).to_be_visible()
    picture(page, "desk-preview")
    page.get_by_role("button", name="确认导入").click()
    expect(page.locator("#watched")).to_contain_text("已确认")
    page.goto("/desk")
    expect(page.get_by_role("link", name="正在进行")).to_contain_text("1")

    drain_all(services)
    page.goto(address)
    expect(page.locator("#watched")).to_contain_text("已完成")
    picture(page, "desk-done")
    with page.expect_download() as coming:
        page.get_by_role("button", name="下载要改的行").click()
    cells = (
        CalamineWorkbook.from_filelike(io.BytesIO(coming.value.path().read_bytes()))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert len(cells) == 2
    assert any("校验码" in str(cell) for cell in cells[1])

    page.goto("/desk/people")
    page.get_by_label("查找一个人").fill(id_number(1)[-4:])
    page.get_by_role("button", name="查找").click()
    page.wait_for_load_state()
    assert id_number(1)[-4:] not in page.url
    page.get_by_role("link", name="测**").click()
    expect(page.get_by_role("heading", name="合适的岗位")).to_be_visible()
    expect(page.get_by_role("link", name="缝纫工").first).to_be_visible()
    picture(page, "desk-person")
    assert id_number(1) not in page.content()
    page.get_by_text("查看一项遮盖的资料").click()
    page.get_by_label("理由").fill("电话核对")
    page.get_by_label("哪一项").select_option("id_number")
    page.get_by_role("button", name="查看").click()
    expect(page.locator(".shown")).to_contain_text(id_number(1))
    picture(page, "desk-unmasked")


def _pages(world: World) -> list[str]:
    own = world.own
    return [
        "/desk",
        "/desk/people",
        "/desk/people?settlement=none&work=moon",
        f"/desk/people/{own.member.public_id}",
        f"/desk/people/{own.member.public_id}/correct",
        "/desk/people/new",
        "/desk/posts",
        f"/desk/posts/{own.vacancy.public_id}",
        f"/desk/posts/{own.held.public_id}",
        f"/desk/posts/{own.vacancy.public_id}/correct",
        "/desk/posts/new",
        "/desk/settlements",
        f"/desk/settlements/{own.settlement.public_id}",
        "/desk/settlements/new",
        "/desk/imports",
        "/desk/imports/new/vacancies",
        f"/desk/imports/{own.ledger.public_id}",
        "/desk/worklists/unplaced",
        "/desk/worklists/provisional",
        f"/desk/worklists/households/{own.provisional.public_id}",
        "/desk/worklists/unconfirmed",
        "/desk/worklists/conflicts",
        "/desk/worklists/doubles",
        "/desk/worklists/transfers",
        "/desk/reviews",
        f"/desk/reviews/{own.doubtful.public_id}",
        "/desk/registrations",
        f"/desk/registrations/{own.newcomer.public_id}",
        "/desk/notices",
        "/desk/slips",
        "/desk/operations",
        "/desk/operations/audit",
    ]


@pytest.mark.parametrize(("width", "display"), [(320, ""), (1280, "large"), (390, "contrast"), (1280, "")])
def test_desk_pages_have_no_fault(
    visit: Callable[..., Page],
    sign_in_as: Any,
    world: World,
    picture: Callable[[Page, str], None],
    width: int,
    display: str,
) -> None:
    client = sign_in_as(Role.ADMINISTRATOR, organisation=world.own.office)
    page = visit(width=width, scripts=True, display=display, client=client)
    for path in _pages(world):
        page.goto(path)
        assert page.locator("h1").count() == 1, path
        for details in page.locator("details").all():
            details.locator("summary").click()
        name = path.split("?")[0].replace("/desk", "desk").replace("/", "-")
        for known in (world.own.member, world.own.vacancy, world.own.held, world.own.settlement):
            name = name.replace(known.public_id, type(known).__name__.lower())
        if not display:
            picture(page, f"{name[:60]}-{width}")
        assert faults(page) == [], path
        assert too_wide(page) <= 0, path
        assert page.evaluate(SMALLEST) == [], path


@pytest.mark.parametrize("width", [320, 1280])
def test_desk_forms_with_errors_have_no_fault(
    visit: Callable[..., Page], sign_in_as: Any, world: World, width: int
) -> None:
    page = visit(width=width, scripts=True, client=sign_in_as(Role.COUNTY, organisation=world.own.office))
    for path, button in (
        ("/desk/people/new", "登记"),
        ("/desk/posts/new", "发布"),
        ("/desk/settlements/new", "保存"),
        ("/desk/imports/new/ledger", "上传并检查"),
    ):
        page.goto(path)
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert page.title().startswith("有错"), path
        assert faults(page) == [], path
        assert too_wide(page) <= 0, path


def test_an_empty_desk_says_what_to_do_next(
    visit: Callable[..., Page], sign_in_as: Any, picture: Callable[[Page, str], None]
) -> None:
    page = visit(width=320, scripts=True, client=sign_in_as(Role.COUNTY))
    for path in ("/desk", "/desk/people", "/desk/posts", "/desk/settlements", "/desk/imports"):
        page.goto(path)
        assert page.locator("main .note, main .actions").count() > 0, path
        assert page.locator("main a.act").count() > 0, path
        assert faults(page) == [], path
        picture(page, f"empty{path.replace('/', '-')}")


def test_progress_moves_without_a_click_and_ends_on_the_result(
    visit: Callable[..., Page], sign_in_as: Any, services: Services, world: World
) -> None:
    page = visit(width=1280, scripts=True, client=sign_in_as(Role.COUNTY, organisation=world.own.office))
    page.goto("/desk/imports/new/ledger")
    page.get_by_label("表格").set_input_files(_csv([person(1, 安置点名称=world.own.settlement.name)]))
    page.get_by_role("button", name="上传并检查").click()
    drain_all(services)
    expect(page.get_by_role("button", name="确认导入")).to_be_visible()


def test_keys_move_along_the_rows_and_can_be_switched_off(
    visit: Callable[..., Page], sign_in_as: Any, world: World, picture: Callable[[Page, str], None]
) -> None:
    page = visit(width=1280, scripts=True, client=sign_in_as(Role.COUNTY, organisation=world.own.office))
    page.goto("/desk/people")
    rows = page.locator(".rows-keys th a")
    assert rows.count() > 1
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    picture(page, "desk-keys")
    page.keyboard.press("/")
    expect(page.get_by_label("查找一个人")).to_be_focused()
    page.keyboard.type("j/k")
    expect(page.get_by_label("查找一个人")).to_have_value("j/k")
    rows.nth(0).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="基本情况")).to_be_visible()

    page.goto("/desk/people")
    page.get_by_role("button", name="关闭快捷键").click()
    expect(page.get_by_text("快捷键已关闭。")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("body")).to_be_focused()
    page.get_by_role("button", name="打开快捷键").click()
    expect(page.get_by_role("button", name="关闭快捷键")).to_be_visible()
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()


def test_without_script_no_key_is_promised(visit: Callable[..., Page], sign_in_as: Any, world: World) -> None:
    page = visit(width=1280, client=sign_in_as(Role.COUNTY, organisation=world.own.office))
    page.goto("/desk/people")
    expect(page.get_by_role("button", name="关闭快捷键")).not_to_be_visible()


def test_a_prefecture_narrows_its_area_without_script(
    visit: Callable[..., Page], sign_in_as: Any, world: World, picture: Callable[[Page, str], None]
) -> None:
    page = visit(width=320, client=sign_in_as(Role.PREFECTURE, organisation=world.own.office))
    page.goto("/desk")
    page.get_by_label("只看").select_option(label="沅陵县")
    page.get_by_role("button", name="切换").click()
    expect(page.locator(".area-name")).to_have_text("湖南省怀化市沅陵县")
    expect(page.get_by_label("只看")).to_have_value("431222")
    picture(page, "desk-area-320")
