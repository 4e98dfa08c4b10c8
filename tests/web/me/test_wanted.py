"""I want to go there: one button, one application, and what became of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from matching.accounts.models import Organisation, OrganisationKind, Role
from matching.accounts.scope import Scope
from matching.accounts.service import scope_of
from matching.db import transaction
from matching.people.models import Consent, Jobseeker
from matching.placements import asking, followups, service
from matching.placements.codes import Event, Outcome
from matching.placements.models import Application, InterviewQuestion
from matching.placements.service import NO_DETAILS, Details
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


def boss_of(services: Any, post: Any) -> Scope:
    """The employer of a post, signed in."""
    with transaction(services.sessions) as session:
        home = session.get_one(Organisation, post.employer_id)
        return scope_of(session, factories.user(session, role=Role.EMPLOYER, organisation=home))


def step(services: Any, scope: Scope, event: Event, details: Details = NO_DETAILS) -> None:
    """The employer's step with the only application."""
    with transaction(services.sessions) as session:
        row = session.scalars(select(Application)).one()
        arguments = (services.keyring, services.clock, row.public_id, row.version, event, details)
        service.act(session, scope, *arguments)


def asked_by_employer(services: Any, family: Family) -> Scope:
    scope = boss_of(services, family.posts[0])
    with transaction(services.sessions) as session:
        seeker = session.get_one(Jobseeker, family.first.id)
        seeker.findable = True
        session.flush()
        vacancy = family.posts[0].public_id
        asking.approach(session, scope, services.clock, vacancy, seeker.public_id, form_token="t")
    return scope


def test_an_invitation_says_what_they_will_see_before_the_yes(
    inside: Phone, family: Family, services
) -> None:
    scope = asked_by_employer(services, family)
    page = inside.page("/me/wanted")
    words = text_of(inside.client.get("/me/wanted"))
    assert "有活找你,等你回话" in words
    assert "才看到姓名和电话。不给别家。" in words
    assert page.index("不交押金") < page.index("我愿意</button>")
    assert [event for *_rest, event in buttons(page)] == ["agree", "refuse"]
    assert count(services, Consent) == 0
    address, version, _event = buttons(page)[0]
    assert inside.send(address, {"version": version, "event": "agree"}).status_code == 303
    with transaction(services.sessions, writes=False) as session:
        consent = session.scalars(select(Consent)).one()
        assert (consent.kind, consent.receiver_id) == ("pass_to_employer", scope.organisation_id)
    assert "已报名" in text_of(inside.client.get("/me/wanted"))


def test_a_no_to_an_invitation_passes_nothing_on(inside: Phone, family: Family, services) -> None:
    asked_by_employer(services, family)
    address, version, _event = buttons(inside.page("/me/wanted"))[0]
    assert inside.send(address, {"version": version, "event": "refuse"}).status_code == 303
    assert "你没有答应" in text_of(inside.client.get("/me/wanted"))
    assert count(services, Consent) == 0


def test_a_referral_names_the_company_that_asks(inside: Phone, family: Family, services) -> None:
    scope = boss_of(services, family.posts[0])
    with transaction(services.sessions) as session:
        company = factories.organisation(session, kind=OrganisationKind.COMPANY, name="试用劳务公司")
        clerk = scope_of(session, factories.user(session, role=Role.COMPANY, organisation=company))
        vacancy = family.posts[0].public_id
        referral = asking.ask_company(session, scope, services.clock, vacancy, wanted=2, form_token="r")
        arguments = (services.clock, referral.public_id, family.first.public_id)
        asking.propose(session, clerk, *arguments, form_token="p")
    assert "试用劳务公司替他们来问你" in text_of(inside.client.get("/me/wanted"))


def test_a_meeting_is_shown_with_day_and_place_and_asked_about_once(
    inside: Phone, family: Family, services
) -> None:
    want(inside, family.posts[0])
    scope = boss_of(services, family.posts[0])
    day = services.clock.now() + timedelta(days=1, hours=5, minutes=30)
    place = "车间门口的<b>门卫室</b>"
    step(services, scope, Event.SET_INTERVIEW, Details(interview_at=day, interview_place=place))
    page = inside.page("/me/wanted")
    assert "11月23日 星期一 下午2点半" in page
    assert "车间门口的&lt;b&gt;门卫室" in page
    assert "/said" not in page
    services.clock.advance(timedelta(days=2))
    with transaction(services.sessions) as session:
        followups.ask_about_interviews(session, services.clock)
    address = re.search(r'action="(/me/wanted/\w+/said)"', inside.page("/me/wanted"))
    assert address
    assert inside.send(address.group(1), {"said": "nonsense"}).status_code == 303
    assert inside.send(address.group(1), {"said": "waiting"}).location == "/me/wanted"
    # Who was taken is led on to say that she has work.
    assert inside.send(address.group(1), {"said": "taken"}).location == "/me/work"
    assert inside.send(address.group(1), {"said": "waiting"}).location == "/me/wanted"
    assert "/said" not in inside.page("/me/wanted")
    with transaction(services.sessions, writes=False) as session:
        said = {row.side: row.answer for row in session.scalars(select(InterviewQuestion))}
    assert said == {"jobseeker": Outcome.WAITING, "employer": None}


def test_whoever_was_slower_sees_what_was_and_what_is(inside: Phone, family: Family, services) -> None:
    want(inside, family.posts[0])
    address, version, _event = buttons(inside.page("/me/wanted"))[0]
    step(services, boss_of(services, family.posts[0]), Event.OFFER)
    answer = inside.send(address, {"version": version, "event": "withdraw"})
    words = text_of(answer)
    assert answer.status_code == 409
    assert "你刚才看到:已报名,等单位回话现在是:单位要你,等你回话" in words
    page = inside.page("/me/wanted")
    accept = next(one for one in buttons(page) if one[2] == "accept")
    assert inside.send(accept[0], {"version": accept[1], "event": "accept"}).status_code == 303
    assert "录用了" in text_of(inside.client.get("/me/wanted"))


def test_nobody_says_for_another_what_came_of_a_meeting(inside: Phone, family: Family, telephone) -> None:
    want(inside, family.posts[0])
    address = buttons(inside.page("/me/wanted"))[0][0]
    other = telephone()
    other.sign_in("19900000009")
    other.link(family.numbers[family.stranger.id])
    assert other.send(f"{address}/said", {"said": "taken"}).status_code == 404


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
