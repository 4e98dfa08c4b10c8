"""A1, A2: axe with six tags finds nothing; targets, type and width hold, in every mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from matching.accounts.models import Role
from tests.journeys.conftest import SMALL_TARGETS, faults, too_wide
from tests.journeys.test_find_and_call import city

__all__ = ["city"]

#: Each page in each state once; widths and modes are spread so that all pairs occur.
WIDTHS = (320, 1280)
MODES = ("", "large", "contrast", "contrast-large")


def _paths(city: Any) -> Iterator[str]:
    yield from ("/", "/?benefit=lunch&kind=moon&page=99", "/?q=潜水员&kind=cooperative", "/?page=2")
    yield from ("/?q=踩机器", "/?q=大烫&kind=support_workshop")
    yield from (
        f"/vacancies/{city[0].public_id}",
        f"/vacancies/{city[1].public_id}",
        "/vacancies/aaaaaaaaaaaa",
    )
    yield from ("/place", "/place?county=431222", "/sign-in", "/nope")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("mode", MODES)
def test_public_pages_have_no_fault(visit: Callable[..., Page], city: Any, width: int, mode: str) -> None:
    page = visit(width=width, scripts=True, display=mode)
    large = "large" in mode
    # Half of the pages in the second and fourth mode, the other half in the others: all pairs, half the time.
    for at, path in enumerate(_paths(city)):
        if at % 2 == (MODES.index(mode) + WIDTHS.index(width)) % 2:
            continue
        page.goto(path)
        for details in page.locator("details").all():
            details.locator("summary").click()
        assert faults(page) == [], path
        assert too_wide(page) == 0, path
        assert page.evaluate(SMALL_TARGETS, 60 if large else 48) == [], path
        size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)")
        assert size >= (24 if large else 18), path


@pytest.mark.parametrize("width", WIDTHS)
def test_forms_with_errors_have_no_fault(visit: Callable[..., Page], width: int) -> None:
    page = visit(width=width, scripts=True)
    page.goto("/sign-in")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page) == []
    assert too_wide(page) == 0


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/account", "/account/password"])
def test_own_account_has_no_fault(
    visit: Callable[..., Page], sign_in_as: Any, picture: Callable[[Page, str], None], width: int, path: str
) -> None:
    page = visit(width=width, scripts=True, client=sign_in_as(Role.COUNTY))
    page.goto(path)
    assert page.url.endswith(path)
    assert faults(page) == []
    assert too_wide(page) == 0
    picture(page, f"account{path.count('/')}-{width}")


def test_wider_spacing_of_text_cuts_nothing_off(visit: Callable[..., Page], city: Any) -> None:
    page = visit(width=320, scripts=True, bypass_csp=True)
    page.goto(f"/vacancies/{city[1].public_id}")
    page.add_style_tag(
        content="* { line-height: 1.5 !important; letter-spacing: .12em !important } "
        "p { margin-bottom: 2em !important }"
    )
    assert too_wide(page) == 0
