"""An employer's candidates: masked, asked, met, hired, declined; never another employer's."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import Any

import pytest
from sqlalchemy import select

from matching.accounts.models import AuditEvent, OrganisationKind
from matching.db import transaction
from matching.placements import asking, followups
from matching.placements.codes import Event, Reason
from matching.placements.models import Application, ApplicationStep, InterviewQuestion, Referral
from matching.placements.service import Details
from matching.vacancies.models import Vacancy
from tests import factories
from tests.web.employers.conftest import Workshop, appoint
from tests.web.employers.people import applied, hidden, hide, listed, moved, person, state
from tests.web.helpers import text_of
from tests.web.me.conftest import Phone
from workers.drain import drain_topic


def base(post: Vacancy) -> str:
    return f"/employer/posts/{post.public_id}/candidates"


def who(*rows: Application, version: int = 1) -> list[str]:
    return [f"{row.public_id}.{version}" for row in rows]


def step(boss: Phone, post: Vacancy, event: str, rows: list[str], **form: Any) -> Any:
    return boss.send(f"{base(post)}/do/{event}", {"who": rows, **form})


def told(services: Any) -> list[str]:
    with transaction(services.sessions, writes=False) as session:
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def every_page(boss: Phone, post: Vacancy, rows: list[Application]) -> str:
    """All that an employer can read of these without opening anybody."""
    marks = "&".join(f"who={mark}" for mark in who(*rows))
    paths = [base(post), f"{base(post)}/company", *(f"{base(post)}/{row.public_id}" for row in rows)]
    paths += [f"{base(post)}/do/{event}?{marks}" for event in ("invite", "decline", "set_interview", "hire")]
    return "\n".join(boss.page(path) for path in paths)


def test_those_who_applied_are_masked_until_they_are_opened_one_at_a_time(
    boss: Phone, workshop: Workshop, services: Any
) -> None:
    people = [person(services, number) for number in range(2)]
    rows = [applied(services, one, workshop.post) for one in people]
    pages = every_page(boss, workshop.post, rows)
    assert "卓**" in pages
    assert not [canary for one in people for canary in one.canaries if canary in pages]
    before = len(told(services))
    shown = boss.send(f"{base(workshop.post)}/{rows[0].public_id}/contact").get_data(as_text=True)
    assert people[0].name in shown
    assert f'href="tel:{people[0].phone}"' in shown
    assert not [canary for canary in people[1].canaries if canary in shown]
    assert told(services)[before:] == ["member.contact_seen"]
    assert people[0].name not in boss.page(f"{base(workshop.post)}/{rows[0].public_id}"), "closed again"


def test_nobody_is_opened_before_the_yes_or_after_the_end(
    boss: Phone, workshop: Workshop, services: Any
) -> None:
    found = person(services, 1, findable=True)
    listed(services, workshop.post, [found])
    boss.send(f"{base(workshop.post)}/ask", {"who": found.seeker, "token": "t"})
    with transaction(services.sessions, writes=False) as session:
        asked = session.scalars(select(Application)).one()
    address = f"{base(workshop.post)}/{asked.public_id}"
    assert "看姓名和电话" not in boss.page(address)
    refused = boss.send(f"{address}/contact")
    assert refused.status_code == 403
    assert not [canary for canary in found.canaries if canary in refused.get_data(as_text=True)]
    moved(services, found.scope, asked, Event.AGREE, me=found.id)
    assert found.name in boss.send(f"{address}/contact").get_data(as_text=True)
    moved(services, found.scope, asked, Event.WITHDRAW, me=found.id)
    assert boss.send(f"{address}/contact").status_code == 403


def test_another_employers_people_are_not_there(boss: Phone, workshop: Workshop, services: Any) -> None:
    theirs = applied(services, person(services, 1), workshop.others_post)
    mine = applied(services, person(services, 2), workshop.post)
    token = boss.token()
    for post, row in (
        (workshop.others_post, theirs),
        (workshop.others_post, mine),
        (workshop.post, theirs),
    ):
        for path in ("", "/contact", "/said"):
            address = f"{base(post)}/{row.public_id}{path}"
            got = boss.client.post(address, data={"csrf_token": token}) if path else boss.client.get(address)
            assert got.status_code == 404, address
    for path in ("", "/ask", "/company", "/do/invite", "/do/hire"):
        assert boss.client.get(f"{base(workshop.others_post)}{path}").status_code == 404, path
    for path in ("/ask", "/company", "/do/invite", "/do/hire"):
        form = {"csrf_token": token, "who": who(theirs), "wanted": "1"}
        answer = boss.client.post(f"{base(workshop.others_post)}{path}", data=form)
        assert answer.status_code == 404, path
    smuggled = step(boss, workshop.post, "invite", who(theirs))
    assert smuggled.status_code == 409
    assert "没有找到这次报名" in text_of(smuggled)
    assert state(services, theirs) == "applied"
    assert boss.client.get("/employer/posts/aaaaaaaaaaaa/candidates").status_code == 404
    assert boss.client.get(f"{base(workshop.post)}/do/fill").status_code == 404
    assert boss.client.get(f"{base(workshop.post)}/do/x").status_code == 404


def test_before_the_registration_is_checked_there_are_no_candidates(
    boss: Phone, workshop: Workshop, telephone: Any, services: Any
) -> None:
    applied(services, person(services, 1), workshop.post)
    stranger = telephone()
    assert stranger.client.get(base(workshop.post)).status_code == 303
    stranger.sign_in("19900000088")
    assert stranger.client.get(base(workshop.post)).location.startswith("/employer/who")
    appoint(services, workshop.other)
    assert stranger.client.get(base(workshop.post)).status_code == 404


def test_several_are_declined_with_one_reason_and_the_form_sent_twice_does_it_once(
    boss: Phone, workshop: Workshop, services: Any
) -> None:
    rows = [applied(services, person(services, number), workshop.post) for number in range(3)]
    marks = "&".join(f"who={mark}" for mark in who(*rows[:2]))
    look = boss.page(f"{base(workshop.post)}/do/decline?{marks}")
    assert hidden(look, "who") == who(*rows[:2])
    assert "给 2 人办" in look
    missing = step(boss, workshop.post, "decline", hidden(look, "who"))
    assert missing.status_code == 422
    assert missing.get_data(as_text=True).count("请选一个原因。") == 2, "summary and field"
    assert hidden(missing.get_data(as_text=True), "who") == who(*rows[:2])
    assert step(boss, workshop.post, "decline", who(*rows[:2]), reason="too_old").status_code == 422
    for _ in range(2):
        done = step(boss, workshop.post, "decline", who(*rows[:2]), reason="skills")
        assert (done.status_code, done.location) == (303, base(workshop.post))
    assert [state(services, row) for row in rows] == ["declined", "declined", "applied"]
    with transaction(services.sessions, writes=False) as session:
        steps = session.scalars(select(ApplicationStep).where(ApplicationStep.event == "decline")).all()
        assert [(one.party, one.reason) for one in steps] == [("employer", "skills")] * 2
    assert "手艺不对口" in boss.page(base(workshop.post))


def test_a_step_without_anybody_ticked_says_so(boss: Phone, workshop: Workshop, services: Any) -> None:
    row = applied(services, person(services, 1), workshop.post)
    for query in ("", "?who=nonsense", "?who=aaaaaaaaaaaa.1"):
        assert boss.client.get(f"{base(workshop.post)}/do/invite{query}").location == base(workshop.post)
        assert "请先勾选要办的人。" in text_of(boss.client.get(base(workshop.post)))
    step(boss, workshop.post, "decline", who(row), reason="hours")
    boss.client.get(f"{base(workshop.post)}/do/invite?who={row.public_id}.2")
    assert "现在办不了这一步" in text_of(boss.client.get(base(workshop.post)))


def test_whoever_moved_meanwhile_is_left_and_both_states_are_shown(
    boss: Phone, workshop: Workshop, services: Any
) -> None:
    people = [person(services, number) for number in range(2)]
    rows = [applied(services, one, workshop.post) for one in people]
    moved(services, people[0].scope, rows[0], Event.WITHDRAW, me=people[0].id)
    answer = step(boss, workshop.post, "invite", who(*rows))
    words = text_of(answer)
    assert answer.status_code == 409
    assert "已办好1人" in words
    assert "你刚才看到:已报名现在是:本人撤回" in words
    assert [state(services, row) for row in rows] == ["withdrawn", "invited"]


def test_a_meeting_needs_day_time_and_place_and_all_that_was_typed_stays(
    boss: Phone, workshop: Workshop, services: Any
) -> None:
    row = applied(services, person(services, 1), workshop.post)
    path = f"{base(workshop.post)}/do/set_interview"
    assert 'value="青云安置区旁"' in boss.page(f"{path}?who={row.public_id}.1")
    for typed, words in (
        ({}, "请写哪天面谈。"),
        ({"day": "明天", "time": "14:30", "place": "门口"}, "日期写成2026-11-25这样。"),
        ({"day": "2026-11-25", "time": "下午", "place": "门口"}, "时间写成14:30这样。"),
        ({"day": "2026-11-20", "time": "14:30", "place": "<i>门口"}, "面谈的时间要在现在以后。"),
        (
            {"day": "2026-11-25", "time": "14:30", "place": "门口,先交押金200元"},
            "面谈的地方不能写“先交押金200元”。",
        ),
    ):
        answer = step(boss, workshop.post, "set_interview", who(row), **typed)
        assert answer.status_code == 422
        assert text_of(answer).count(words) == 2
        if "place" in typed:
            assert escape(typed["place"]) in answer.get_data(as_text=True)
    typed = {"day": "2026-11-25", "time": "14:30", "place": "厂门口,找李师傅"}
    assert step(boss, workshop.post, "set_interview", who(row), **typed).status_code == 303
    page = boss.page(f"{base(workshop.post)}/{row.public_id}")
    assert "2026-11-25 14:30" in page
    assert "厂门口,找李师傅" in page


def test_after_the_meeting_the_employer_is_asked_once(boss: Phone, workshop: Workshop, services: Any) -> None:
    row = applied(services, person(services, 1), workshop.post)
    day = services.clock.now() + timedelta(hours=1)
    with transaction(services.sessions) as session:
        stored = session.get_one(Application, row.id)
        stored.state, stored.interview_at, stored.interviews = "interview", day, 1
    question = "面谈过了,结果怎么样?"
    assert question not in text_of(boss.client.get(base(workshop.post)))
    services.clock.advance(timedelta(hours=5))
    with transaction(services.sessions) as session:
        assert followups.ask_about_interviews(session, services.clock) == 1
    assert question in text_of(boss.client.get(base(workshop.post)))
    address = f"{base(workshop.post)}/{row.public_id}"
    assert boss.send(f"{address}/said", {"said": "nonsense"}).status_code == 303
    for _ in range(2):
        assert boss.send(f"{address}/said", {"said": "taken"}).location == address
    assert question not in text_of(boss.client.get(base(workshop.post)))
    with transaction(services.sessions, writes=False) as session:
        said = {one.side: one.answer for one in session.scalars(select(InterviewQuestion))}
    assert said == {"employer": "taken", "jobseeker": None}


def test_hiring_to_the_last_place_closes_the_post_and_tells_so(
    boss: Phone, workshop: Workshop, services: Any
) -> None:
    with transaction(services.sessions) as session:
        session.get_one(Vacancy, workshop.post.id).headcount = 1
    rows = [applied(services, person(services, number), workshop.post) for number in range(2)]
    assert step(boss, workshop.post, "hire", who(rows[0]), started_on="2020-01-01").status_code == 422
    assert step(boss, workshop.post, "hire", who(rows[0]), started_on="2026-11-30").status_code == 303
    words = text_of(boss.client.get(base(workshop.post)))
    assert "人招满了,岗位已关闭,其他人会收到通知。" in words
    assert "招1人,已录用1人。" in words
    assert [state(services, row) for row in rows] == ["hired", "closed_full"]


def test_who_agreed_to_be_found_is_asked_and_shown_only_after_the_yes(
    boss: Phone, workshop: Workshop, services: Any
) -> None:
    found, gone = person(services, 1, findable=True), person(services, 2, findable=True)
    shy = [person(services, number, wage_floor_cents=100_000, care=["child"]) for number in range(3, 9)]
    listed(services, workshop.post, [found, gone, *shy])
    page = boss.page(base(workshop.post))
    assert "住得近" in page
    assert "还有 6 人合适" in page
    assert found.seeker in page
    assert not [one for one in shy if one.seeker in page or one.public_id in page]
    look = boss.page(f"{base(workshop.post)}/ask?who={found.seeker}&who={gone.seeker}&who={shy[0].seeker}")
    assert hidden(look, "who") == [found.seeker, gone.seeker]
    hide(services, gone)
    form = {"who": hidden(look, "who"), "token": hidden(look, "token")[0]}
    first = boss.send(f"{base(workshop.post)}/ask", form)
    assert (first.status_code, "已办好1人" in text_of(first)) == (409, True)
    again = boss.send(f"{base(workshop.post)}/ask", {**form, "who": [found.seeker]})
    assert again.status_code == 303
    with transaction(services.sessions, writes=False) as session:
        asked = session.scalars(select(Application)).one()
    pages = boss.page(base(workshop.post)) + boss.page(f"{base(workshop.post)}/{asked.public_id}")
    everything = pages + look + page
    assert not [canary for one in (found, gone, *shy) for canary in one.canaries if canary in everything]
    assert "待本人答复" in pages
    assert found.seeker not in boss.page(base(workshop.post)), "not offered as new any more"


def test_small_numbers_of_others_are_not_told(boss: Phone, workshop: Workshop, services: Any) -> None:
    listed(services, workshop.post, [person(services, number) for number in range(4)])
    assert "还有 少于 5 人合适" in boss.page(base(workshop.post))


def test_the_labour_company_is_asked_once_and_its_people_are_nobodys_business_before_their_yes(
    boss: Phone, workshop: Workshop, services: Any
) -> None:
    with transaction(services.sessions) as session:
        factories.organisation(session, kind=OrganisationKind.COMPANY, name="试用劳务公司")
    path = f"{base(workshop.post)}/company"
    look = boss.page(path)
    for wanted in ("", "0", "101", "很多"):
        answer = boss.send(path, {"wanted": wanted, "token": "t"})
        assert answer.status_code == 422
        assert f'value="{wanted}"' in answer.get_data(as_text=True)
    form = {"wanted": "3", "token": hidden(look, "token")[0]}
    for _ in range(2):
        assert boss.send(path, form).status_code == 303
    assert "试用劳务公司正在找 3 人,已有 0 人答应。" in boss.page(base(workshop.post))
    assert f'{path}"' not in boss.page(base(workshop.post)), "no second request while one runs"
    refused = boss.send(path, {"wanted": "3", "token": "another"})
    assert (refused.status_code, "已经请劳务公司在找人了" in text_of(refused)) == (422, True)
    with transaction(services.sessions, writes=False) as session:
        assert len(session.scalars(select(Referral)).all()) == 1


def test_what_is_new_is_marked_until_the_employer_looks(
    boss: Phone, workshop: Workshop, services: Any
) -> None:
    row = applied(services, person(services, 1), workshop.post)
    drain_topic(services, "notice.application")
    mark = '<span class="tag look">新</span>'
    assert mark in boss.page(base(workshop.post))
    boss.page(f"{base(workshop.post)}/{row.public_id}")
    assert mark not in boss.page(base(workshop.post))


def test_the_page_of_a_post_leads_to_its_people(boss: Phone, workshop: Workshop, services: Any) -> None:
    link = f'href="{base(workshop.post)}"'
    assert link in boss.page(f"/employer/posts/{workshop.post.public_id}")
    with transaction(services.sessions) as session:
        session.get_one(Vacancy, workshop.post.id).organisation_id = workshop.own.id
        session.get_one(Vacancy, workshop.post.id).employer_id = workshop.other.id
    assert link not in boss.page(f"/employer/posts/{workshop.post.public_id}"), "they apply to the other"
    assert boss.client.get(base(workshop.post)).status_code == 404


def test_an_empty_list_says_what_will_come(boss: Phone, workshop: Workshop) -> None:
    words = text_of(boss.client.get(base(workshop.post)))
    assert "还没有人报名。" in words
    assert "名单正在做" in words


@pytest.mark.parametrize("event", ["invite", "offer"])
def test_a_step_is_the_employers_in_the_history(
    boss: Phone, workshop: Workshop, services: Any, event: str
) -> None:
    row = applied(services, person(services, 1), workshop.post)
    assert step(boss, workshop.post, event, who(row)).status_code == 303
    with transaction(services.sessions, writes=False) as session:
        last = session.scalars(select(ApplicationStep).order_by(ApplicationStep.id.desc())).first()
        assert (last.event, last.party) == (event, "employer")
    assert f"application.{event}" in told(services)


def test_a_reason_of_the_person_is_shown_to_the_employer(
    boss: Phone, workshop: Workshop, services: Any
) -> None:
    one = person(services, 1)
    row = applied(services, one, workshop.post)
    moved(services, one.scope, row, Event.WITHDRAW, Details(reason=Reason.PAY), me=one.id)
    assert "工钱没谈拢" in boss.page(base(workshop.post))


def test_a_refusal_says_its_reason_with_the_number_it_is_about(
    boss: Phone, workshop: Workshop, services: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_ASKED", 0)
    found = person(services, 1, findable=True)
    listed(services, workshop.post, [found])
    answer = boss.send(f"{base(workshop.post)}/ask", {"who": found.seeker, "token": "t"})
    assert answer.status_code == 409
    assert "有0人还没回话,先等一等。" in text_of(answer)


def test_an_action_of_the_address_is_not_in_the_form(boss: Phone, workshop: Workshop, services: Any) -> None:
    """Somebody who was left out of the step is not taken along by the query of the page before."""
    rows = [applied(services, person(services, number), workshop.post) for number in range(2)]
    answer = boss.send(f"{base(workshop.post)}/do/invite?who={rows[1].public_id}.1", {"who": who(rows[0])})
    assert answer.status_code == 303
    assert [state(services, row) for row in rows] == ["invited", "applied"]
