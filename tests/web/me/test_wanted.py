"""I want to go there: one button, one application, and what became of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from matching.accounts.models import Role
from matching.db import transaction
from matching.people.models import Consent, Jobseeker
from matching.placements.models import Application
from matching.vacancies.codes import State
from matching.vacancies.models import Vacancy
from tests import factories
from tests.web.helpers import put_vacancies, text_of
from tests.web.me.conftest import Family, Phone


def token_in(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found.group(1)


def want(phone: Phone, vacancy: Any) -> Any:
    path = f"/me/want/{vacancy.public_id}"
    return phone.send(path, {"token": token_in(phone.page(path))})


def buttons(page: str) -> list[tuple[str, str, str]]:
    """(address, version, event) of each button on the page."""
    found = []
    for form in re.findall(r'<form method="post" action="(/me/wanted/\w+)".*?</form>', page, re.S):
        part = page.split(form, 1)[1].split("</form>", 1)[0]
        version = re.search(r'name="version" value="(\d+)"', part)
        assert version
        found += [
            (form, version.group(1), event) for event in re.findall(r'name="event" value="(\w+)"', part)
        ]
    return found


def count(services: Any, model: Any) -> int:
    with transaction(services.sessions, writes=False) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_who_gets_the_name_is_said_before_the_button(inside: Phone, family: Family, services) -> None:
    post = family.posts[0]
    assert f'href="/me/want/{post.public_id}"' in inside.page(f"/vacancies/{post.public_id}")
    page = inside.page(f"/me/want/{post.public_id}")
    assert "你的姓名和电话会给" in page
    assert page.index("不交押金") < page.index("我想去</button>")
    assert count(services, Application) == 0


def test_one_button_pressed_twice_is_one_application(inside: Phone, family: Family, services) -> None:
    path = f"/me/want/{family.posts[0].public_id}"
    token = token_in(inside.page(path))
    for _ in range(2):
        answer = inside.send(path, {"token": token})
        assert (answer.status_code, answer.location) == (303, "/me/wanted")
    assert (count(services, Application), count(services, Consent)) == (1, 1)
    words = text_of(inside.client.get("/me/wanted"))
    assert "缝纫工" in words
    assert "已报名,等单位回话" in words


def test_an_application_is_taken_back(inside: Phone, family: Family, services) -> None:
    want(inside, family.posts[0])
    address, version, event = buttons(inside.page("/me/wanted"))[0]
    assert event == "withdraw"
    assert inside.send(address, {"version": version, "event": event}).status_code == 303
    assert "你不去了" in text_of(inside.client.get("/me/wanted"))
    assert buttons(inside.page("/me/wanted")) == []


def test_an_old_page_and_an_employers_step_change_nothing(inside: Phone, family: Family) -> None:
    want(inside, family.posts[0])
    address, version, _event = buttons(inside.page("/me/wanted"))[0]
    assert inside.send(address, {"version": str(int(version) + 5), "event": "withdraw"}).status_code == 409
    assert inside.send(address, {"version": version, "event": "hire"}).status_code == 403
    assert "已报名" in text_of(inside.client.get("/me/wanted"))


def test_nobody_else_sees_or_answers_it(inside: Phone, family: Family, telephone) -> None:
    want(inside, family.posts[0])
    address, version, event = buttons(inside.page("/me/wanted"))[0]
    other = telephone()
    other.sign_in("19900000009")
    other.link(family.numbers[family.stranger.id])
    assert "缝纫工" not in other.page("/me/wanted")
    assert other.send(address, {"version": version, "event": event}).status_code == 404


def test_a_post_that_is_over_takes_nobody(inside: Phone, family: Family, services) -> None:
    path = f"/me/want/{family.posts[0].public_id}"
    token = token_in(inside.page(path))
    with transaction(services.sessions) as session:
        session.get_one(Vacancy, family.posts[0].id).state = State.CLOSED
    assert inside.client.get(path).status_code == 410
    assert inside.send(path, {"token": token}).status_code in (410, 422)
    assert count(services, Application) == 0


def test_signing_in_leads_back_to_the_post(telephone, family: Family) -> None:
    phone = telephone()
    asked = phone.client.get(f"/me/want/{family.posts[0].public_id}")
    assert asked.status_code == 303
    query = asked.location[asked.location.index("?") :]
    assert phone.sign_in(path=query).status_code == 303
    linked = phone.send(f"/me/link{query}", {"number": family.numbers[family.first.id]})
    assert linked.location == f"/me/want/{family.posts[0].public_id}"


def test_staff_are_not_asked_to_apply(family: Family, services, sign_in_as) -> None:
    with transaction(services.sessions) as session:
        office = factories.organisation(session)
    desk = sign_in_as(Role.COUNTY, organisation=office)
    assert "/me/want/" not in desk.get(f"/vacancies/{family.posts[0].public_id}").get_data(as_text=True)


def lose(services: Any, family: Family, state: str) -> None:
    with transaction(services.sessions) as session:
        application = session.scalars(select(Application)).one()
        application.state, application.ended_at = state, application.touched_at
        session.get_one(Vacancy, family.posts[0].id).state = State.CLOSED


def offered(page: str) -> list[str]:
    section = page.split('<section aria-labelledby="instead">')
    return re.findall(r'href="/vacancies/(\w+)"', section[1].split("</section>")[0]) if section[1:] else []


@pytest.mark.parametrize("state", ["closed_full", "declined"])
def test_whose_post_is_gone_is_offered_the_next_best(inside: Phone, family: Family, services, state) -> None:
    want(inside, family.posts[0])
    assert offered(inside.page("/me/wanted")) == []
    lose(services, family, state)
    page = inside.page("/me/wanted")
    assert "那个没去成。看看这几个。" in page
    assert offered(page) == [family.posts[1].public_id]
    assert page.index("差不多的活") < page.index("办到哪一步了")


def test_the_next_best_is_at_most_three_and_nothing_applied_for(
    inside: Phone, family: Family, services
) -> None:
    more = put_vacancies(services, *({"title": f"装配工{n}"} for n in range(4)))
    want(inside, family.posts[0])
    lose(services, family, "closed_full")
    before = offered(inside.page("/me/wanted"))
    assert len(before) == 3
    want(inside, next(post for post in (*family.posts, *more) if post.public_id == before[0]))
    assert before[0] not in offered(inside.page("/me/wanted"))


def test_without_matching_the_nearest_is_offered_and_after_a_month_nothing(
    inside: Phone, family: Family, services
) -> None:
    want(inside, family.posts[0])
    lose(services, family, "closed_full")
    with transaction(services.sessions) as session:
        session.get_one(Jobseeker, family.first.id).matching_on = False
    assert offered(inside.page("/me/wanted")) == [post.public_id for post in family.posts[1:]]
    with transaction(services.sessions) as session:
        session.scalars(select(Application)).one().touched_at -= timedelta(days=31)
    assert offered(inside.page("/me/wanted")) == []


def test_who_has_work_from_here_is_offered_nothing(inside: Phone, family: Family, services) -> None:
    want(inside, family.posts[0])
    lose(services, family, "closed_full")
    want(inside, family.posts[1])
    with transaction(services.sessions) as session:
        session.scalars(select(Application).order_by(Application.id.desc())).first().state = "hired"
    assert offered(inside.page("/me/wanted")) == []
