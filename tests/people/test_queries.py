"""Finding and masking: always in scope, never in clear."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from matching.accounts.models import Role
from matching.bootstrap import Services
from matching.db import transaction
from matching.errors import NotFound
from matching.people import worklists
from matching.people.completeness import completeness
from matching.people.masking import mask_id, mask_name, mask_phone
from matching.people.models import Member
from matching.people.queries import Filters, every_person, find_people, people_page, person
from tests.people.test_service import scope_of
from tests.stack import bring_in, id_number, with_site
from tests.stack import person as row


def test_masks_leave_what_tells_two_people_apart_and_no_more() -> None:
    assert mask_phone("13812345678") == "138****5678"
    assert mask_phone("07452712345") == "074****2345"
    assert mask_phone("2712345") == "*****45"
    assert mask_phone(None) is None
    assert mask_id("522701198005011234") == "5227**********1234"
    assert mask_id("E1234567") == "******67"
    assert [mask_name(name) for name in ("王小明", "王", "", None)] == ["王**", "**", "**", "**"]


@pytest.fixture
def people(stack: Services) -> tuple[Services, Any]:
    """Twelve imported people of one county, one of them without a settlement, one a child."""
    office_id = with_site(stack)
    rows = [row(n, 姓名=f"李测{n}", 家庭人员="3", 培训意愿="无") for n in range(1, 11)]
    rows.append(row(11, 安置点名称="", 文化="", 家庭人员="3"))
    rows.append(
        row(12, 身份证号=id_number(12, birth="20150101"), 户编号="H00001", 户主关系="之子", 劳动技能="")
    )
    bring_in(stack, office_id, "ledger", rows)
    return stack, scope_of(stack, office_id)


def page(people: Any, **filters: Any) -> tuple[int, list[Any]]:
    services, scope = people
    with transaction(services.sessions, writes=False) as session:
        return people_page(
            session,
            services.keyring,
            scope,
            Filters(**filters),
            services.clock.today(),
            limit=5,
            offset=0,
        )


def find(people: Any, text: str) -> tuple[str, int]:
    services, scope = people
    with transaction(services.sessions, writes=False) as session:
        by, lines = find_people(session, services.keyring, scope, text, services.clock.today())
    return by, len(lines)


def test_a_list_counts_all_and_shows_a_page(people: Any) -> None:
    total, lines = page(people)
    assert (total, len(lines)) == (12, 5)
    assert page(people, eligible=True)[0] == 11
    assert page(people, eligible=False)[0] == 1
    assert page(people, settlement="none")[0] == 1
    assert page(people, missing="education")[0] == 1
    assert page(people, willingness="yes", work="unemployed", capacity="ordinary")[0] == 11
    assert page(people, work="employed")[0] == 0


def test_people_are_found_by_name_telephone_and_last_four(people: Any) -> None:
    assert find(people, "李测") == ("name", 10)
    assert find(people, "李测3") == ("name", 1)
    assert find(people, "199 0000 0003") == ("phone", 1)
    assert find(people, id_number(3)[-4:].lower())[0] == "last4"
    assert find(people, id_number(3)[-4:])[1] >= 1
    assert find(people, "%") == ("name", 0)
    assert find(people, "_测") == ("name", 0)
    assert find(people, "") == ("name", 0)


@pytest.mark.parametrize("change", [{"county": "431224"}, {"tenant_id": 999}, {"role": Role.EMPLOYER}])
def test_outside_the_scope_nobody_is_there(people: Any, change: dict[str, Any]) -> None:
    services, scope = people
    outside = (services, replace(scope, **change))
    assert page(outside)[0] == 0
    assert find(outside, "李测")[1] == 0
    assert find(outside, "19900000003")[1] == 0
    with transaction(services.sessions, writes=False) as session:
        known = session.scalars(select(Member)).first()
        with pytest.raises(NotFound):
            person(session, services.keyring, outside[1], known.public_id, services.clock.today())
        every = every_person(session, services.keyring, outside[1], Filters(), services.clock.today())
        assert list(every) == []
        assert worklists.counts(session, outside[1])["people"] == 0
        assert worklists.likely_doubles(session, outside[1], limit=9, offset=0) == (0, [])
        assert worklists.unplaced_households(session, outside[1], limit=9, offset=0) == (0, [])


def test_completeness_counts_what_is_missing_where(people: Any) -> None:
    services, scope = people
    with transaction(services.sessions, writes=False) as session:
        lines = completeness(session, scope)
    site, without = lines
    assert (site.name, site.persons) == ("青云安置区", 11)
    # Ten jobseekers are asked for seven fields each, the child for five.
    assert site.asked == 10 * 7 + 5
    assert site.missing["education"] == 0
    assert site.stated == site.asked - sum(site.missing.values())
    assert without.public_id is None
    assert (without.persons, without.missing["education"]) == (1, 1)
    assert site.percent == site.stated * 100 // site.asked


def test_the_worklists_count_what_their_pages_list(people: Any) -> None:
    services, scope = people
    with transaction(services.sessions, writes=False) as session:
        counts = worklists.counts(session, scope)
        assert counts["people"] == 12
        assert counts["unplaced"] == worklists.unplaced_households(session, scope, limit=9, offset=0)[0] == 1
        assert counts["provisional"] == worklists.provisional_households(session, scope, limit=9, offset=0)[0]
