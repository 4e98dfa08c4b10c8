"""Applications send word: the right people, once, and only what still holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from matching.accounts.models import User
from matching.db import transaction
from matching.letters import LETTERS
from matching.notices.kinds import Kind
from matching.notices.models import Notice
from matching.outbox.events import ApplicationMoved
from matching.outbox.service import LeaseLost, claim, emit
from matching.people.codes import ConsentKind
from matching.people.facts import SEAL_MEMBER
from matching.people.models import Household, Member
from matching.placements import followups, telling
from matching.placements.codes import Event, Party, Reason, Side
from matching.placements.lifecycle import MAY
from matching.placements.models import Application, ApplicationNews
from matching.placements.news import sides_told
from tests.notices.posts import with_carrier
from tests.placements.world import World
from workers.context import Work
from workers.drain import drain_topic
from workers.handlers import note_applications

TOPIC = "notice.application"
HERS, BOSSES = "19900001234", "13800009999"


@pytest.fixture
def told(world: World) -> World:
    """The employer can be rung up."""
    with transaction(world.services.sessions) as session:
        session.merge(world.employer).phone = BOSSES
    return world


def written(world: World) -> list[tuple[str, str]]:
    """(kind, kind of recipient) of every notice, in order."""
    assert drain_topic(world.services, TOPIC).failed == 0
    with transaction(world.services.sessions, writes=False) as session:
        rows = session.scalars(select(Notice).order_by(Notice.id))
        return [(row.kind, row.recipient_kind) for row in rows]


def sent(world: World, carrier) -> list[tuple[str, str]]:
    """(phone, text) of what goes out within a quarter of an hour."""
    before = len(carrier.taken)
    for _ in range(15):
        drain_topic(world.services, "notice.send")
        world.services.clock.advance(timedelta(minutes=1))
    return [(message.to, message.text) for message in carrier.taken[before:]]


def test_from_applying_to_being_hired_each_side_hears_what_the_other_did(told: World) -> None:
    carrier, who = with_carrier(told.services), told.person()
    row = told.apply(who)
    assert written(told) == [("application_received", "organisation")]
    assert sent(told, carrier) == [(BOSSES, "有人想来做缝纫工。请登录看一看,早点回话。")]
    name = told.employer.name
    told.act(told.boss, row, Event.INVITE)
    drain_topic(told.services, TOPIC)
    assert sent(told, carrier) == [(HERS, f"{name}想跟你谈谈缝纫工。等电话,或登录看。")]
    day = told.now.replace(hour=1, minute=30) + timedelta(days=3)
    told.act(told.boss, row, Event.SET_INTERVIEW, interview_at=day)
    drain_topic(told.services, TOPIC)
    assert sent(told, carrier) == [
        (HERS, f"{name}请你{day.month}月{day.day}日09:30去见面谈缝纫工。地点登录看。")
    ]
    told.act(told.boss, row, Event.OFFER)
    drain_topic(told.services, TOPIC)
    assert sent(told, carrier) == [(HERS, f"{name}想请你做缝纫工。去不去,请登录回一声。")]
    told.act(who.scope, row, Event.ACCEPT, me=who.id)
    drain_topic(told.services, TOPIC)
    assert sent(told, carrier) == [(BOSSES, "有人答应来做缝纫工了。请登录看一看。")]


def test_hired_declined_and_full_reach_those_whom_they_are_about(told: World) -> None:
    carrier = with_carrier(told.services)
    first, second, third, fourth = (told.apply(told.person()) for _ in range(4))
    drain_topic(told.services, TOPIC)
    told.act(told.boss, first, Event.DECLINE, reason=Reason.SKILLS)
    told.act(told.boss, second, Event.HIRE)
    told.act(told.boss, third, Event.HIRE)
    drain_topic(told.services, TOPIC)
    with transaction(told.services.sessions, writes=False) as session:
        found = session.scalars(select(Notice).where(Notice.recipient_kind == "member").order_by(Notice.id))
        assert {(one.recipient_id, one.kind) for one in found} == {
            (first.jobseeker_id, "declined"),
            (second.jobseeker_id, "hired"),
            (third.jobseeker_id, "hired"),
            (fourth.jobseeker_id, "vacancy_closed"),
        }
    words = [text for to, text in sent(told, carrier) if to == HERS]
    assert len(words) == 4
    assert "缝纫工已经招满了。差不多的活帮你找好了,登录看。" in words


def test_thirty_who_apply_on_one_day_are_one_message_to_the_employer(told: World) -> None:
    for _ in range(3):
        told.apply(told.person())
    assert written(told) == [("application_received", "organisation")]
    told.services.clock.advance(timedelta(days=1))
    told.apply(told.person())
    assert len(written(told)) == 2


def test_an_employer_without_an_account_is_sent_nothing(told: World) -> None:
    with transaction(told.services.sessions) as session:
        session.get_one(User, told.boss.user_id).active = False
    told.apply(told.person())
    assert written(told) == []


def test_what_a_helper_did_for_somebody_that_person_hears(told: World) -> None:
    carrier, who = with_carrier(told.services), told.person()
    told.answer(told.helper, who, ConsentKind.HELPER_ACTS)
    row = told.apply(type(who)(who.id, who.public_id, told.helper))
    told.act(told.helper, row, Event.WITHDRAW)
    assert ("answered_by_helper", "member") in written(told)
    words = [text for to, text in sent(told, carrier) if to == HERS]
    assert words == [
        "试用人员替你记下:你同意请他替你办事。要改主意,请打12333。",
        "试用人员帮你报名去做缝纫工,单位会打电话来。不想去,请打12333。",
        "试用人员替你回了话:缝纫工。不是你的意思,请打12333。",
    ]


def test_asked_by_an_employer_or_the_labour_company_the_text_differs(told: World) -> None:
    who = told.person()
    told.answer(who.scope, who, ConsentKind.BE_FOUND)
    told.approach(who)
    assert written(told) == [("invited", "member")]
    assert telling.kind_for_person("referral", Event.ASK, Party.DESK) is Kind.REFERRAL_ASKED


def test_taken_back_before_any_answer_is_no_message(told: World) -> None:
    silent, answered = told.person(), told.person()
    first, second = told.apply(silent), told.apply(answered)
    told.act(silent.scope, first, Event.WITHDRAW, me=silent.id)
    told.act(told.boss, second, Event.INVITE)
    told.act(answered.scope, second, Event.WITHDRAW, me=answered.id)
    kinds = [kind for kind, to in written(told) if to == "organisation"]
    assert kinds == ["application_received", "application_withdrawn"]


def test_the_job_run_twice_tells_once(told: World) -> None:
    who = told.person()
    row = told.apply(who)
    told.act(told.boss, row, Event.OFFER)
    once = written(told)
    for _ in range(2):
        with transaction(told.services.sessions) as session:
            emit(session, ApplicationMoved(row.id), told.now)
        assert written(told) == once
    assert len(once) == 2


def test_killed_before_the_end_it_has_told_nothing_and_then_tells_once(told: World, monkeypatch) -> None:
    row = told.apply(told.person())
    told.act(told.boss, row, Event.INVITE)
    services = told.services
    with transaction(services.sessions) as session:
        dying = Work(services, claim(session, TOPIC, 10, told.now, timedelta(seconds=60)))

    class Killed(BaseException):
        pass

    def killed(*_args):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("workers.context.finish", killed)
        with pytest.raises(Killed):
            note_applications(dying)
    with transaction(services.sessions, writes=False) as session:
        assert session.scalars(select(Notice)).all() == []
        assert session.scalars(select(ApplicationNews)).all() == []
    services.clock.advance(timedelta(seconds=61))
    assert len(written(told)) == 2
    with pytest.raises(LeaseLost):
        note_applications(dying)
    assert len(written(told)) == 2


def test_what_changed_before_the_morning_is_not_told(told: World) -> None:
    carrier = with_carrier(told.services)
    told.services.clock.moment = told.now.replace(hour=14, minute=0)  # 22:00 in China
    who = told.person()
    row = told.apply(who)
    told.act(told.boss, row, Event.OFFER)
    drain_topic(told.services, TOPIC)
    told.act(told.boss, row, Event.DECLINE, reason=Reason.POST_GONE)
    drain_topic(told.services, TOPIC)
    assert sent(told, carrier) == []
    told.services.clock.advance(timedelta(hours=10))
    assert sent(told, carrier) == [(HERS, "缝纫工这次没选上你。还有别的活适合你,登录看。")]


def test_a_day_that_is_over_is_not_announced(told: World) -> None:
    carrier = with_carrier(told.services)
    told.services.clock.moment = told.now.replace(hour=14, minute=0)
    row = told.apply(told.person())
    told.act(told.boss, row, Event.SET_INTERVIEW, interview_at=told.now + timedelta(hours=9))
    drain_topic(told.services, TOPIC)
    told.services.clock.advance(timedelta(hours=10))
    assert not any("见面" in text for _, text in sent(told, carrier))


def test_after_an_interview_both_are_asked_once_and_not_after_they_answered(told: World) -> None:
    carrier, who = with_carrier(told.services), told.person()
    row = told.apply(who)
    told.act(told.boss, row, Event.SET_INTERVIEW, interview_at=told.now + timedelta(days=1))
    drain_topic(told.services, TOPIC)
    sent(told, carrier)
    told.services.clock.advance(timedelta(days=2))
    for _ in range(2):
        with transaction(told.services.sessions) as session:
            followups.ask_about_interviews(session, told.services.clock)
            emit(session, ApplicationMoved(row.id), told.now)
        drain_topic(told.services, TOPIC)
    with transaction(told.services.sessions) as session:
        followups.answer_interview(
            session, told.boss, told.services.clock, row.public_id, Side.EMPLOYER, followups.Outcome.WAITING
        )
    assert sent(told, carrier) == [(HERS, "缝纫工见面谈得怎么样?请登录点一下。")]


def test_nobodys_phone_is_needed(told: World) -> None:
    with_carrier(told.services)
    who = told.person()
    with transaction(told.services.sessions) as session:
        member = session.get_one(Member, who.id)
        member.sealed = told.services.keyring.seal_facts({}, SEAL_MEMBER)
        assert session.get_one(Household, member.household_id).sealed is None
    told.act(told.boss, told.apply(who), Event.INVITE)
    drain_topic(told.services, TOPIC)
    drain_topic(told.services, "notice.send")
    with transaction(told.services.sessions, writes=False) as session:
        (slip,) = session.scalars(select(Notice).where(Notice.recipient_kind == "member"))
        assert (slip.channel, slip.state, slip.tenant_id) == ("slip", "waiting", told.helper.tenant_id)


def test_every_message_about_an_application_can_be_made() -> None:
    kinds = {*telling.TO_PERSON.values(), *telling.FROM_HELPER.values(), *telling.TO_EMPLOYER.values()}
    always = {Kind.APPLIED_BY_HELPER, Kind.ANSWERED_BY_HELPER}
    assert kinds - always <= set(LETTERS.checks)
    for event in telling.TO_EMPLOYER:
        assert Side.EMPLOYER in sides_told(event, Party.JOBSEEKER)
    for event in (*telling.TO_PERSON, *telling.FROM_HELPER):
        assert any(Side.JOBSEEKER in sides_told(event, party) for party in MAY[event])


def test_the_application_is_what_a_notice_is_about(told: World) -> None:
    row = told.apply(told.person())
    drain_topic(told.services, TOPIC)
    with transaction(told.services.sessions, writes=False) as session:
        (notice,) = session.scalars(select(Notice))
        assert (notice.subject_kind, notice.subject_id) == ("application", row.id)
        assert set(notice.facts) == {"application", "number", "vacancy", "employer", "user"}
        assert session.get_one(Application, row.id).version == notice.facts["number"]
