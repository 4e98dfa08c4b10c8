"""An employer asks, meets and hires by keyboard, JavaScript off; its pages and the desk's have no fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from matching.accounts.models import Organisation, OrganisationKind, Role
from matching.accounts.scope import OPERATOR
from matching.db import transaction
from matching.people.helper_codes import make_helper_code
from matching.placements import followups
from matching.placements.models import Application
from matching.vacancies.models import Vacancy
from tests import factories
from tests.journeys.conftest import SMALL_TARGETS, faults, too_wide
from tests.web.employers.conftest import Workshop, boss, workshop
from tests.web.employers.people import Person, applied, listed, person
from tests.web.me.conftest import Phone, inbox, telephone

__all__ = ["boss", "inbox", "telephone", "workshop"]


@dataclass
class Pipeline:
    """A post with somebody in each of three stages, and people who may be asked."""

    post: Vacancy
    rows: list[Application]
    people: list[Person]
    found: list[Person]

    @property
    def below(self) -> str:
        return f"/posts/{self.post.public_id}/candidates"


@pytest.fixture
def pipeline(workshop: Workshop, services: Any) -> Pipeline:
    people = [person(services, number, skills=["sewing"], shifts=["day"]) for number in range(4)]
    found = [person(services, number, findable=True, shifts=["day"]) for number in range(4, 7)]
    rows = [applied(services, one, workshop.post) for one in people]
    with transaction(services.sessions) as session:
        factories.organisation(session, kind=OrganisationKind.COMPANY)
        met = session.get_one(Application, rows[2].id)
        met.state, met.interviews, met.interview_place = "interview", 1, "厂门口"
        met.interview_at = services.clock.now() - timedelta(days=1)
        session.get_one(Application, rows[3].id).state = "declined"
        session.get_one(Application, rows[3].id).reason = "hours"
    with transaction(services.sessions) as session:
        followups.ask_about_interviews(session, services.clock)
    listed(services, workshop.post, found)
    return Pipeline(workshop.post, rows, people, found)


def _press(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name, exact=True).first
    button.focus()
    page.keyboard.press("Enter")


def test_an_employer_meets_and_hires_without_scripts_or_mouse(
    visit: Callable[..., Page], boss: Phone, pipeline: Pipeline, picture: Callable[..., None]
) -> None:
    page = visit(width=320, client=boss.client)
    page.goto(f"/employer{pipeline.below}")
    picture(page, "candidates-list-320")
    for box in page.get_by_role("checkbox").all()[:2]:
        box.focus()
        page.keyboard.press("Space")
    _press(page, "约面谈")
    expect(page.get_by_role("heading", level=2).first).to_have_text("给 2 人办")
    page.get_by_label("哪天面谈").fill("2026-11-26")
    page.get_by_label("几点面谈").fill("09:00")
    picture(page, "candidates-interview-320")
    _press(page, "约面谈")
    expect(page.get_by_text("已办好 2 人。")).to_be_visible()
    page.get_by_role("link", name="看看卓**").first.click()
    _press(page, "看姓名和电话")
    expect(page.locator("#contact a")).to_have_attribute("href", f"tel:{pipeline.people[0].phone}")
    picture(page, "candidates-one-320")
    page.get_by_role("link", name="录用", exact=True).click()
    picture(page, "candidates-hire-320")
    _press(page, "录用")
    expect(page.get_by_text("已录用 1 人。")).to_be_visible()
    page.get_by_role("checkbox").last.check()
    _press(page, "去问他们")
    picture(page, "candidates-ask-320")
    _press(page, "去问 1 人")
    expect(page.get_by_role("heading", name="待本人答复")).to_be_visible()


def _paths(pipeline: Pipeline) -> list[str]:
    first, _second, met, _over = pipeline.rows
    return [
        "",
        f"/{first.public_id}",
        f"/{met.public_id}",
        f"/do/decline?who={first.public_id}.1",
        f"/do/set_interview?who={first.public_id}.1",
        f"/do/hire?who={first.public_id}.1",
        f"/ask?who={pipeline.found[0].seeker}",
        "/company",
    ]


def _look(page: Page, path: str, touch: float) -> None:
    page.goto(path)
    for details in page.locator("details").all():
        details.locator("summary").click()
    assert faults(page) == [], path
    assert too_wide(page) == 0, path
    assert page.evaluate(SMALL_TARGETS, touch) == [], path


@pytest.mark.parametrize(("width", "mode"), [(320, "large"), (1280, ""), (320, "contrast")])
def test_an_employers_pages_have_no_fault(
    visit: Callable[..., Page],
    boss: Phone,
    pipeline: Pipeline,
    picture: Callable[..., None],
    width: int,
    mode: str,
) -> None:
    page = visit(width=width, scripts=True, display=mode, client=boss.client)
    for path in _paths(pipeline):
        _look(page, f"/employer{pipeline.below}{path}", 60 if mode == "large" else 48)
    page.goto(f"/employer{pipeline.below}")
    picture(page, f"candidates-list-{width}-{mode or 'normal'}")
    page.goto(f"/employer{pipeline.below}/do/decline?who={pipeline.rows[0].public_id}.1")
    page.get_by_role("button", name="不合适").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page) == []
    page.goto(f"/employer{pipeline.below}/do/set_interview?who={pipeline.rows[3].public_id}.1")
    assert faults(page) == []


@pytest.mark.parametrize("width", [320, 1280])
def test_the_desks_pages_have_no_fault(
    visit: Callable[..., Page],
    sign_in_as: Any,
    workshop: Workshop,
    pipeline: Pipeline,
    picture: Callable[..., None],
    width: int,
) -> None:
    desk = sign_in_as(Role.COUNTY, organisation=workshop.office)
    page = visit(width=width, scripts=True, client=desk)
    for path in _paths(pipeline):
        _look(page, f"/desk{pipeline.below}{path}", 24)
    page.goto(f"/desk{pipeline.below}")
    picture(page, f"candidates-desk-{width}")


@pytest.mark.parametrize(("width", "mode"), [(320, "large"), (1280, "")])
def test_the_persons_and_the_companys_pages_have_no_fault(
    visit: Callable[..., Page],
    boss: Phone,
    telephone: Callable[[], Phone],
    pipeline: Pipeline,
    workshop: Workshop,
    services: Any,
    sign_in_as: Any,
    picture: Callable[..., None],
    width: int,
    mode: str,
) -> None:
    who = pipeline.found[0]
    boss.send(f"/employer{pipeline.below}/ask", {"who": who.seeker, "token": "t"})
    boss.send(f"/employer{pipeline.below}/company", {"wanted": "2", "token": "t"})
    met = applied(services, who, workshop.others_post)
    with transaction(services.sessions) as session:
        row = session.get_one(Application, met.id)
        row.state, row.interviews, row.interview_place = "interview", 1, "厂门口,找李师傅"
        row.interview_at = services.clock.now() - timedelta(days=1)
        offered = factories.vacancy(session, employer=session.get_one(Organisation, workshop.own.id))
        code = make_helper_code(session, OPERATOR, services.keyring, who.public_id, services.clock.now())[1]
    offer = applied(services, who, offered)
    with transaction(services.sessions) as session:
        followups.ask_about_interviews(session, services.clock)
        session.get_one(Application, offer.id).state = "offered"
    seeker = telephone()
    seeker.sign_in("19900000055")
    seeker.send(f"/go/{code}")
    page = visit(width=width, scripts=True, display=mode, client=seeker.client)
    _look(page, "/me/wanted", 60 if mode else 48)
    expect(page.get_by_role("button", name="我愿意", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="谈成了")).to_be_visible()
    expect(page.get_by_role("button", name="我去上班")).to_be_visible()
    picture(page, f"wanted-{width}")
    desk = visit(
        width=width, scripts=True, display=mode, client=sign_in_as(Role.COUNTY, organisation=workshop.office)
    )
    _look(desk, "/desk/referrals", 24)
    desk.locator("tbody th a").first.click()
    expect(desk.get_by_role("heading", name="合适、还没有问过的人")).to_be_visible()
    assert faults(desk) == []
    assert too_wide(desk) == 0
    picture(desk, f"referral-{width}")
