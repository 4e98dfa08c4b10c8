"""Where the viewer looks: always named, narrowed to one county, never widened; what waits is counted."""

from __future__ import annotations

import re
from typing import Any

import pytest

from matching.accounts.models import Role
from matching.bootstrap import Services
from tests.web.desk.staff import Staff
from tests.web.desk.world import FOREIGN, NEIGHBOUR, OWN, World


@pytest.fixture
def prefecture(sign_in_as: Any, services: Services, world: World) -> Staff:
    """Somebody who may see all counties of the prefecture."""
    return Staff(sign_in_as(Role.PREFECTURE, organisation=world.own.office), services, world)


def _lists(page: str) -> dict[str, int]:
    """The worklists in the left column: address → count."""
    part = page.split('aria-labelledby="lists"', 1)[1].split("</nav>", 1)[0]
    return {m[0]: int(m[1]) for m in re.findall(r'href="([^"]+)">[^<]*<span class="count">(\d+)<', part)}


def test_area_and_organisation_stand_on_every_page_of_the_desk(desk: Any, world: World) -> None:
    for path in ("/desk", "/desk/people", "/desk/posts/new", "/account", "/nope"):
        page = desk.get(path).get_data(as_text=True)
        assert '<p class="area-name">湖南省怀化市沅陵县</p>' in page, path
        assert world.own.office.name in page, path
        assert 'name="area"' not in page, path


def test_a_prefecture_looks_at_one_county_and_at_all_again(prefecture: Staff) -> None:
    own, neighbour = prefecture.world.own.member.public_id, prefecture.world.neighbour.member.public_id
    whole = prefecture.page("/desk/people")
    assert '<p class="area-name">湖南省怀化市</p>' in whole
    assert own in whole
    assert neighbour in whole
    assert prefecture.send("/desk/area", {"area": NEIGHBOUR}).status_code == 303
    narrow = prefecture.page("/desk/people")
    assert own not in narrow
    assert neighbour in narrow
    assert prefecture.browser.get(f"/desk/people/{own}").status_code == 404
    prefecture.send("/desk/area", {"area": ""})
    assert own in prefecture.page("/desk/people")


@pytest.mark.parametrize("county", [FOREIGN, "430000", "999999", "<script>", "431222; x=y"])
def test_what_is_no_county_of_the_area_narrows_nothing(prefecture: Staff, county: str) -> None:
    prefecture.send("/desk/area", {"area": county})
    page = prefecture.page("/desk/people")
    assert '<p class="area-name">湖南省怀化市</p>' in page
    assert prefecture.world.foreign.member.public_id not in page


def test_a_county_cannot_choose_another(desk: Any, services: Services, world: World) -> None:
    staff = Staff(desk, services, world)
    staff.send("/desk/area", {"area": NEIGHBOUR})
    page = staff.page("/desk/people")
    assert world.own.member.public_id in page
    assert world.neighbour.member.public_id not in page


def test_worklists_are_counted_in_the_area(prefecture: Staff) -> None:
    whole = _lists(prefecture.page("/desk/people"))
    prefecture.send("/desk/area", {"area": OWN})
    narrow = _lists(prefecture.page("/desk/people"))
    assert set(narrow) == set(whole) >= {"/desk/worklists/provisional", "/desk/posts?state=held"}
    assert narrow["/desk/worklists/provisional"] < whole["/desk/worklists/provisional"]
    assert not any("operations" in address for address in whole)


def test_a_list_without_rows_is_not_in_the_way(sign_in_as: Any) -> None:
    page = sign_in_as(Role.COUNTY).get("/desk").get_data(as_text=True)
    assert 'aria-labelledby="lists"' not in page
    assert "还没有" in page


def test_work_that_got_stuck_waits_for_those_who_may_see_it(sign_in_as: Any, world: World) -> None:
    admin = sign_in_as(Role.ADMINISTRATOR, organisation=world.own.office)
    assert _lists(admin.get("/desk/people").get_data(as_text=True))["/desk/operations"] == 1
