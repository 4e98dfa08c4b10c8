"""The eight questions on pages, all answers on one page, and the switch of matching."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from matching.accounts.models import Role
from matching.accounts.scope import OPERATOR
from matching.db import transaction
from matching.pairing.models import JobseekerMatches
from matching.people import service
from matching.people.models import Jobseeker, Member
from matching.people.questions import QUESTIONS
from tests.stack import drain_all
from tests.web.helpers import text_of, titles
from tests.web.me.conftest import Family, Phone

ANSWERS = {
    "willing": "yes",
    "reach": "anywhere",
    "hours": "day",
    "care": "child",
    "leave": "no",
    "pay": "2000",
    "skill": "sewing",
    "school": "primary",
}


def mark_in(page: str) -> str:
    found = re.search(r'name="mark"[^>]* value="([^"]+)"', page)
    assert found
    return found.group(1)


def say(phone: Phone, question: str, choice: str, query: str = "") -> Any:
    """Answer on the page as it is now."""
    path = f"/me/profile/{question}{query}"
    return phone.send(path, {"answer": choice, "mark": mark_in(phone.page(path))})


def chosen(page: str) -> list[str]:
    return re.findall(r'<input checked[^>]* value="(\w+)"', page)


def seeker(services: Any, member: Member) -> Jobseeker:
    with transaction(services.sessions, writes=False) as session:
        return session.get_one(Jobseeker, member.id)


def test_eight_pages_lead_to_posts_with_reasons(inside: Phone, family: Family, services) -> None:
    at = inside.client.get("/me/profile").location
    for n, (question, choice) in enumerate(ANSWERS.items(), start=1):
        assert at == f"/me/profile/{question}"
        words = text_of(inside.client.get(at))
        assert f"第{n}题,共8题" in words
        at = say(inside, question, choice).location
    assert at == "/me/jobs"
    drain_all(services)
    listed = inside.client.get("/me/jobs")
    assert titles(listed)[0] == "缝纫工"
    assert "为什么推荐" in text_of(listed)
    row = seeker(services, family.first)
    assert (row.reach, row.shifts, row.care, row.education) == ("anywhere", ["day"], ["child"], "primary")
    assert inside.client.get("/me/profile").location == "/me/wishes"


def test_it_goes_on_on_another_telephone_where_it_was_left(inside, telephone, family, clock) -> None:
    say(inside, "willing", "yes")
    say(inside, "reach", "unknown")
    inside.send("/me/sign-out")
    clock.advance(timedelta(minutes=2))
    phone = telephone()
    phone.sign_in()
    assert phone.client.get("/me/profile").location == "/me/profile/hours"
    page = phone.page("/me/profile/hours")
    assert 'href="/me/profile/reach"' in page
    assert chosen(phone.page("/me/profile/reach")) == ["unknown"]


def test_without_an_answer_it_says_what_to_do_and_a_made_up_one_is_refused(inside: Phone) -> None:
    for form in ({}, {"answer": "moon"}):
        answer = inside.send("/me/profile/hours", form)
        assert answer.status_code == 422
        page = answer.get_data(as_text=True)
        assert page.count("选一个答案") == 2
        assert 'href="#answer"' in page
    assert inside.client.get("/me/profile/nothing").status_code == 404
    assert inside.send("/me/profile/nothing", {"answer": "day"}).status_code == 404


def test_a_change_of_the_office_in_between_is_shown_and_the_choice_kept(inside, family, services) -> None:
    mark = mark_in(inside.page("/me/profile/reach"))
    with transaction(services.sessions) as session:
        service.correct_person(
            session,
            OPERATOR,
            services.keyring,
            family.first.public_id,
            session.get_one(Member, family.first.id).version,
            {"reach": "county"},
            today=services.clock.today(),
            now=services.clock.now(),
        )
    answer = inside.send("/me/profile/reach", {"answer": "walk", "mark": mark})
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "刚刚被改过" in page
    assert "本县都行" in page
    assert chosen(page) == ["walk"]
    assert seeker(services, family.first).reach == "county"
    assert inside.send("/me/profile/reach", {"answer": "walk", "mark": mark_in(page)}).status_code == 303


def test_all_answers_stand_on_one_page_each_one_tap_from_its_change(inside: Phone, family: Family) -> None:
    say(inside, "pay", "3000")
    page = inside.page("/me/wishes")
    assert re.findall(r'href="/me/profile/(\w+)\?from=all"', page) == list(QUESTIONS)
    assert "3000 元" in page
    answer = say(inside, "pay", "4000", "?from=all")
    assert answer.location == "/me/wishes"
    assert "4000 元" in inside.page("/me/wishes")


def test_the_questions_need_no_script_and_have_a_voice_where_there_is_one(inside: Phone) -> None:
    page = inside.page("/me/profile/reach")
    scripts = re.findall(r"<script[^>]*>", page)
    assert scripts
    assert all(' src="/static/' in one and "defer" in one for one in scripts)
    assert re.search(r"<button[^>]*data-aloud[^>]* hidden>", page)
    assert 'id="answer"' in page


@pytest.fixture
def other(telephone: Any, family: Family) -> Phone:
    """The neighbour's browser."""
    made: Phone = telephone()
    made.sign_in("19900000009")
    made.link(family.numbers[family.stranger.id])
    return made


def test_a_family_on_one_telephone_answers_each_for_itself(inside, other, family, services) -> None:
    say(inside, "pay", "5000")
    inside.link(family.numbers[family.second.id])
    inside.send("/me/who", {"person": family.second.public_id})
    assert "5000" not in inside.page("/me/wishes")
    say(inside, "pay", "2000")
    assert "5000" not in other.page("/me/wishes")
    floors = [seeker(services, one).wage_floor_cents for one in (family.first, family.second)]
    assert floors == [500_000, 200_000]
    assert seeker(services, family.stranger).wage_floor_cents is None


def test_switched_off_there_is_a_plain_list_and_no_stored_one(inside, family, services) -> None:
    say(inside, "leave", "anywhere")
    drain_all(services)
    assert inside.send("/me/matching", {"on": "no"}).location == "/me/wishes"
    words = text_of(inside.client.get("/me/wishes"))
    assert "现在:不推荐" in words
    drain_all(services)
    with transaction(services.sessions, writes=False) as session:
        stored = session.scalar(
            select(JobseekerMatches.packed).where(JobseekerMatches.jobseeker_id == family.first.id)
        )
    assert not stored
    listed = inside.client.get("/me/jobs")
    assert titles(listed) == ["缝纫工", "保洁员", "木工"]  # the nearest first, fitting or not
    assert "为什么" not in text_of(listed)
    assert "不用你填的这些" in text_of(inside.client.get("/me/wishes"))
    inside.send("/me/matching", {"on": "yes"})
    drain_all(services)
    assert "木工" not in text_of(inside.client.get("/me/jobs")).split("差一点")[0]


def test_a_child_is_asked_nothing(inside, family, services) -> None:
    with transaction(services.sessions) as session:
        session.get_one(Jobseeker, family.first.id).eligible = False
    assert inside.client.get("/me/profile").status_code == 200
    for path in ("/me/profile/reach", "/me/wishes"):
        assert inside.client.get(path).location == "/me/profile"
    assert inside.send("/me/profile/reach", {"answer": "town"}).location == "/me/profile"


def test_staff_have_no_wishes_here(sign_in_as, family) -> None:
    assert sign_in_as(Role.COUNTY).get("/me/wishes").status_code == 403
