"""Likely doubles are compared and decided at the desk."""

from __future__ import annotations

from typing import Any

import pytest

from matching.bootstrap import Services
from matching.db import transaction
from matching.people.models import Member
from tests.web.desk.staff import Staff, field
from tests.web.desk.world import World

LIST = "/desk/worklists/doubles"


@pytest.fixture
def staff(desk: Any, services: Services, world: World) -> Staff:
    """The own county's office."""
    return Staff(desk, services, world)


def compared(staff: Staff) -> tuple[str, str]:
    """Address and source of the one comparison that the list offers."""
    path = f"{LIST}/" + staff.page(LIST).split(f'href="{LIST}/', 1)[1].split('"', 1)[0]
    return path, staff.page(path)


def versions(page: str) -> dict[str, str]:
    return {name: field(page, name) for name in ("first_version", "second_version")}


def test_two_records_stand_side_by_side_and_masked(staff: Staff) -> None:
    _path, page = compared(staff)
    own = staff.world.own
    assert own.member.name not in page
    assert own.canaries[1] not in page
    assert page.count("保留第") == 2


def test_the_chosen_record_stays_and_the_others_address_leads_to_it(staff: Staff, services: Services) -> None:
    path, page = compared(staff)
    first, second = path.rsplit("/", 2)[1:]
    answer = staff.send(f"{path}/merge", versions(page))
    assert answer.location == f"/desk/people/{first}"
    assert "并入了另一条重复的登记" in staff.page(answer.location)
    assert staff.browser.get(f"/desk/people/{second}").location == f"/desk/people/{first}"
    assert f"{LIST}/" not in staff.page(LIST)


def test_two_people_are_not_listed_again(staff: Staff) -> None:
    path, _page = compared(staff)
    assert staff.send(f"{path}/apart").location == LIST
    assert f"{LIST}/" not in staff.page(LIST)
    assert staff.page("/desk/people").count("/desk/people/") >= 2


def test_a_record_that_changed_meanwhile_is_shown_again(staff: Staff, services: Services) -> None:
    path, page = compared(staff)
    with transaction(services.sessions) as session:
        session.get_one(Member, staff.world.own.member.id).version += 1
    answer = staff.send(f"{path}/merge", versions(page))
    assert answer.status_code == 409
    assert "别人刚刚改过" in answer.get_data(as_text=True)
    assert staff.send(f"{path}/merge", versions(answer.get_data(as_text=True))).status_code == 303
