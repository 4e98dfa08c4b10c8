"""I have work now, I look again, wages not paid."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from matching.accounts.models import Role
from matching.accounts.scope import Scope
from matching.casework.models import Complaint
from matching.db import transaction
from matching.pairing.models import JobseekerMatches
from matching.people.models import EmploymentSpell, Jobseeker, Member
from matching.placements import service
from matching.placements.codes import Event
from matching.placements.models import Application, Placement
from matching.placements.service import Details
from tests import factories
from tests.stack import drain_all
from tests.web.helpers import text_of, titles
from tests.web.me.conftest import Family, Phone
from tests.web.me.test_profile import say, seeker
from tests.web.me.test_wanted import want


def applications(services: Any) -> list[Application]:
    with transaction(services.sessions, writes=False) as session:
        return list(session.scalars(select(Application).order_by(Application.id)))


def step(services: Any, event: Event, which: int = 0, **details: Any) -> None:
    """The employer's side moves an application."""
    application = applications(services)[which]
    boss = Scope(Role.EMPLOYER, "boss", application.tenant_id, None, application.employer_id)
    with transaction(services.sessions) as session:
        service.act(
            session,
            boss,
            services.keyring,
            services.clock,
            application.public_id,
            application.version,
            event,
            Details(**details),
        )


def stored(services: Any, member: Member) -> bool:
    """Whether there is anything in a person's stored list."""
    with transaction(services.sessions, writes=False) as session:
        packed = session.scalar(
            select(JobseekerMatches.packed).where(JobseekerMatches.jobseeker_id == member.id)
        )
    return bool(packed)


def test_work_elsewhere_ends_what_waits_and_stops_choosing(inside: Phone, family: Family, services) -> None:
    say(inside, "leave", "anywhere")
    want(inside, family.posts[0])
    drain_all(services)
    assert stored(services, family.first)
    page = inside.page("/me/work")
    assert applications(services)[0].public_id in page
    sent = inside.send("/me/work", {"where": "elsewhere", "employer": "县城的饭店"})
    assert (sent.status_code, sent.location) == (303, "/me")
    drain_all(services)
    row = seeker(services, family.first)
    assert (row.work, row.matching_on, row.willingness) == ("employed", True, "yes")
    assert applications(services)[0].state == "elsewhere"
    with transaction(services.sessions, writes=False) as session:
        spell = session.scalars(select(EmploymentSpell)).one()
    assert (spell.employer_name, spell.source) == ("县城的饭店", "self")
    assert not stored(services, family.first)
    assert "你有活干了" in inside.page("/me")
    listed = inside.client.get("/me/jobs")
    assert "为什么推荐" not in text_of(listed)
    assert len(titles(listed)) == 3


def test_looking_again_brings_the_list_back_and_the_work_stays(inside, family, services) -> None:
    say(inside, "leave", "anywhere")
    inside.send("/me/work", {"where": "elsewhere"})
    drain_all(services)
    assert inside.send("/me/work/again").status_code == 303
    drain_all(services)
    assert seeker(services, family.first).work == "employed"
    assert stored(services, family.first)
    assert "你有活干了" not in inside.page("/me")


def test_an_offer_is_accepted_by_saying_so(inside: Phone, family: Family, services) -> None:
    for post in family.posts[:2]:
        want(inside, post)
    step(services, Event.OFFER)
    chosen = applications(services)[0].public_id
    assert inside.send("/me/work", {"where": chosen}).location == "/me"
    assert [one.state for one in applications(services)] == ["hired", "elsewhere"]
    assert f'value="{chosen}"' not in inside.page("/me/work")
    with transaction(services.sessions, writes=False) as session:
        assert session.scalars(select(Placement)).one().jobseeker_id == family.first.id
    assert seeker(services, family.first).paused_on is not None


def test_work_where_somebody_applied_needs_no_offer(inside: Phone, family: Family, services) -> None:
    want(inside, family.posts[0])
    inside.send("/me/work", {"where": applications(services)[0].public_id})
    with transaction(services.sessions, writes=False) as session:
        spell = session.scalars(select(EmploymentSpell)).one()
        assert spell.employer_name
    assert applications(services)[0].state == "elsewhere"


@pytest.mark.parametrize("form", [{}, {"where": "x"}, {"where": "elsewhere", "employer": "长" * 61}])
def test_a_form_that_is_not_right_keeps_what_was_typed(inside: Phone, services, form: Any) -> None:
    answer = inside.send("/me/work", form)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert 'id="stop-title"' in page
    assert form.get("employer", "") in page


def test_nobody_says_it_for_somebody_else(inside: Phone, family: Family, services, telephone) -> None:
    want(inside, family.posts[0])
    other = telephone()
    other.sign_in("19900000009")
    other.link(family.numbers[family.stranger.id])
    application = applications(services)[0].public_id
    assert other.send("/me/work", {"where": application}).status_code == 422
    assert other.send("/me/wages", {"work": application}).status_code == 422
    assert applications(services)[0].state == "applied"


def test_wages_not_paid_are_told_once_and_the_office_knows_by_whom(
    inside: Phone, family: Family, services, sign_in_as
) -> None:
    assert "欠你工资" not in inside.page("/me/wages")
    want(inside, family.posts[0])
    step(services, Event.HIRE)
    page = inside.page("/me/wages")
    chosen = applications(services)[0].public_id
    assert f'value="{chosen}"' in page
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    sent = [inside.send("/me/wages", {"work": chosen, "token": token.group(1)}) for _ in range(2)]
    sent.append(inside.send("/me/wages", {"work": chosen}))
    assert len({answer.location for answer in sent}) == 1
    assert "欠我工资" in inside.page(sent[0].location)
    with transaction(services.sessions, writes=False) as session:
        case = session.scalars(select(Complaint)).one()
        office = factories.organisation(session)
    assert case.member_id == family.first.id
    desk = sign_in_as(Role.COUNTY, organisation=office)
    assert "欠我工资" in desk.get("/desk/complaints").get_data(as_text=True)
    one = desk.get(f"/desk/complaints/{case.public_id}").get_data(as_text=True)
    assert f"/desk/people/{family.first.public_id}" in one
    assert "测试甲" not in inside.page(sent[0].location)


def test_without_a_name_nobody_says_that_wages_were_not_paid(client, family: Family) -> None:
    path = f"/vacancies/{family.posts[0].public_id}"
    page = client.get(path).get_data(as_text=True)
    assert 'value="not_real"' in page
    assert 'value="unpaid"' not in page
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    form = {"csrf_token": token, "kind": "unpaid", "token": "t"}
    assert client.post(f"{path}/report", data=form).status_code == 422


def test_losing_that_work_ends_the_pause(inside: Phone, family: Family, services) -> None:
    want(inside, family.posts[0])
    step(services, Event.HIRE)
    assert "你有活干了" in inside.page("/me")
    application = applications(services)[0]
    inside.send(f"/me/wanted/{application.public_id}", {"version": str(application.version), "event": "deny"})
    with transaction(services.sessions, writes=False) as session:
        row = session.get_one(Jobseeker, family.first.id)
    assert (row.work, row.paused_on) == ("unemployed", None)
    assert "你有活干了" not in inside.page("/me")
