"""The desk acts for employers that use no computer: its county's posts and people, recorded as such."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from matching.accounts.models import AuditEvent, Role
from matching.bootstrap import Services
from matching.db import transaction
from matching.placements.codes import Event
from matching.placements.models import Application, ApplicationStep
from tests.web.desk.staff import Staff
from tests.web.desk.world import World
from tests.web.employers.people import Person, applied, hidden, listed, moved, person, state
from tests.web.helpers import text_of


def base(world: World) -> str:
    return f"/desk/posts/{world.own.vacancy.public_id}/candidates"


@pytest.fixture
def staff(services: Services, world: World, desk: Any) -> Staff:
    return Staff(desk, services, world)


def test_a_step_for_an_employer_is_recorded_as_the_desks(
    staff: Staff, services: Services, world: World
) -> None:
    row = applied(services, person(services, 1), world.own.vacancy)
    assert "你在替" in staff.page(base(world))
    assert staff.send(f"{base(world)}/do/offer", {"who": f"{row.public_id}.1"}).status_code == 303
    with transaction(services.sessions, writes=False) as session:
        last = session.scalars(select(ApplicationStep).order_by(ApplicationStep.id.desc())).first()
        assert (last.event, last.party, last.user_id) == ("offer", "desk", staff.browser.user.id)
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "application.offer")).one()
        assert event.fields["party"] == "desk"
    assert "代单位办理" in staff.page(f"{base(world)}/{row.public_id}")


def test_people_of_another_county_are_neither_listed_nor_offered_nor_asked(
    staff: Staff, services: Services, world: World
) -> None:
    near, far = person(services, 1, findable=True), person(services, 2, county="431224", findable=True)
    theirs = applied(services, person(services, 3, county="431224"), world.own.vacancy)
    listed(services, world.own.vacancy, [near, far])
    page = staff.page(base(world))
    assert near.seeker in page
    assert far.seeker not in page
    assert theirs.public_id not in page
    assert staff.browser.get(f"{base(world)}/{theirs.public_id}").status_code == 404
    assert staff.send(f"{base(world)}/{theirs.public_id}/contact").status_code == 404
    answer = staff.send(f"{base(world)}/ask", {"who": [near.seeker, far.seeker], "token": "t"})
    assert (answer.status_code, "已办好1人" in text_of(answer)) == (409, True)
    with transaction(services.sessions, writes=False) as session:
        asked = session.scalars(select(Application).where(Application.id != theirs.id)).one()
        assert asked.jobseeker_id == near.id


def _pages(staff: Staff, world: World, row: Application) -> str:
    paths = ("", f"/{row.public_id}", f"/do/hire?who={row.public_id}.1", "/company")
    return "\n".join(staff.page(f"{base(world)}{path}") for path in paths)


def test_names_and_telephones_are_opened_one_at_a_time(
    staff: Staff, services: Services, world: World
) -> None:
    who: Person = person(services, 1)
    row = applied(services, who, world.own.vacancy)
    assert not [canary for canary in who.canaries if canary in _pages(staff, world, row)]
    assert who.phone in staff.send(f"{base(world)}/{row.public_id}/contact").get_data(as_text=True)


def test_an_auditor_looks_and_changes_nothing(services: Services, world: World, sign_in_as: Any) -> None:
    who = person(services, 1, findable=True)
    row = applied(services, person(services, 2), world.own.vacancy)
    listed(services, world.own.vacancy, [who])
    auditor = Staff(sign_in_as(Role.AUDITOR, organisation=world.own.office), services, world)
    page = auditor.page(base(world))
    assert "卓**" in page
    assert 'type="checkbox"' not in page
    one = auditor.page(f"{base(world)}/{row.public_id}")
    assert "看姓名和电话" not in one
    assert "/do/" not in one
    assert auditor.send(f"{base(world)}/do/invite", {"who": f"{row.public_id}.1"}).status_code == 403
    assert state(services, row) == "applied"


def test_the_page_of_a_post_leads_to_its_people(staff: Staff, world: World) -> None:
    assert f'href="{base(world)}"' in staff.page(f"/desk/posts/{world.own.vacancy.public_id}")
    assert "candidates" not in staff.page(f"/desk/posts/{world.own.held.public_id}")


def test_a_person_who_took_it_back_is_masked_again(staff: Staff, services: Services, world: World) -> None:
    who = person(services, 1)
    row = applied(services, who, world.own.vacancy)
    moved(services, who.scope, row, Event.WITHDRAW, me=who.id)
    assert staff.send(f"{base(world)}/{row.public_id}/contact").status_code == 403


def test_the_labour_company_asks_its_people_and_the_employer_learns_of_the_yes_only(
    staff: Staff, services: Services, world: World
) -> None:
    near, other = person(services, 1), person(services, 2)
    far = person(services, 3, county="431224")
    listed(services, world.own.vacancy, [near, other, far])
    staff.send(f"{base(world)}/company", {"wanted": "1", "token": "t"})
    lines = staff.page("/desk/referrals")
    (address,) = set(re.findall(r'href="(/desk/referrals/\w+)">缝纫工', lines))
    assert "单位请求推荐人选" in staff.page("/desk"), "it stands among what is to do"
    page = staff.page(address)
    assert near.public_id in page
    assert far.public_id not in page
    assert not [canary for one in (near, other) for canary in one.canaries if canary in page]
    form = {"who": [near.public_id, far.public_id], "token": hidden(page, "token")[0]}
    answer = staff.send(f"{address}/ask", form)
    assert (answer.status_code, "1人没有办成" in text_of(answer)) == (409, True)
    assert staff.send(f"{address}/ask", {**form, "who": near.public_id}).status_code == 303, "once"
    page = staff.page(address)
    assert near.public_id not in page, "asked already"
    assert other.public_id in page
    assert "卓**" not in staff.page(base(world)).split('id="offers"')[0], (
        "the employer's page knows nobody yet"
    )
    with transaction(services.sessions, writes=False) as session:
        asked = session.scalars(select(Application)).one()
    moved(services, near.scope, asked, Event.AGREE, me=near.id)
    assert "劳务公司推荐" in staff.page(base(world))
    assert staff.send(f"{address}/close").status_code == 303
    assert "不再找人" not in staff.page(address)
    assert address in staff.page("/desk/referrals?state=closed")
