"""S10: nothing of another county or tenant stands on any page, in any export, in any refusal."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from matching.accounts.models import Role
from tests.web.desk.world import World
from tests.web.routes import method_of, path_of
from tests.web.test_matrix import MATRIX, _rules, _token, _values

EXPORTS = ("people.export", "settlements.export", "posts.export")
#: Document numbers and mobile numbers in clear.
CLEAR = re.compile(r"(?<!\d)(?:\d{17}[\dX]|1[3-9]\d{9})(?!\d)")


def _cells(content: bytes) -> str:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return "\n".join(str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row)


def _everything(browser: Any, app: Flask, world: World) -> dict[str, str]:
    """Text of every page and export that answers, on own things."""
    token, found = _token(browser), {}
    for rule in _rules(app):
        entry = MATRIX[rule.endpoint]
        if not rule.rule.startswith("/desk") or (method_of(rule) != "GET" and "export" not in rule.endpoint):
            continue
        path = path_of(app, rule, _values(entry, world.own, world))
        if method_of(rule) == "GET":
            with browser.get(path) as answer:
                binary = answer.mimetype.startswith("application/vnd")
                found[path] = _cells(answer.data) if binary else answer.get_data(as_text=True)
        else:
            with browser.post(path, data={"csrf_token": token}) as answer:
                found[path] = _cells(answer.data) if answer.status_code == 200 else answer.text
    for text in ("雁", "鹤", "鹭", world.foreign.canaries[2], world.neighbour.canaries[1][-4:]):
        with browser.post("/desk/people/find", data={"csrf_token": token, "text": text}) as answer:
            # What was typed is shown again in the field it was typed into.
            found[f"find {text}"] = answer.get_data(as_text=True).replace(f'value="{text}"', "")
    return found


@pytest.mark.wide
@pytest.mark.parametrize("role", [Role.COUNTY, Role.COMPANY, Role.COORDINATOR, Role.AUDITOR])
def test_no_page_shows_a_canary_from_elsewhere(app: Flask, world: World, sign_in_as: Any, role: Role) -> None:
    browser = sign_in_as(role, organisation=world.own.office)
    closed = set(world.foreign.canaries)
    if role is not Role.AUDITOR:  # an auditor of the prefecture sees all of its counties
        closed |= set(world.neighbour.canaries)
    pages = _everything(browser, app, world)
    assert len(pages) > 25
    # Vacancies are public and cross tenants: a match may name an employer from elsewhere, never a person.
    public = {path for path in pages if world.own.member.public_id in path}
    leaks = [
        (path, canary)
        for path, text in pages.items()
        for canary in closed
        if canary in text and not (path in public and len(canary) == 2)
    ]
    assert leaks == []
    assert any(world.own.canaries[0] in text for text in pages.values())


@pytest.mark.wide
def test_people_are_masked_on_every_page_and_in_every_export(app: Flask, world: World, desk: Any) -> None:
    own = world.own
    for path, text in _everything(desk, app, world).items():
        assert own.canaries[1] not in text, path
        assert own.canaries[2] not in text, path
        assert not [clear for clear in CLEAR.findall(text) if clear not in ("13800005678",)], path


def test_the_names_of_people_are_masked(desk: Any, world: World) -> None:
    page = desk.get(f"/desk/people/{world.own.member.public_id}").get_data(as_text=True)
    assert "鹭**" in page
    assert world.own.member.name not in page


def test_matches_of_a_post_show_people_of_the_scope_only(desk: Any, world: World) -> None:
    page = desk.get(f"/desk/posts/{world.own.vacancy.public_id}").get_data(as_text=True)
    assert world.own.member.public_id in page
    assert "鹭**" in page
    assert world.neighbour.member.public_id not in page
    assert "雁**" not in page
