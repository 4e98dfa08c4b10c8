"""My data: everything that is stored, who saw it, put right, taken along, agreed to, deleted."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from matching.accounts.models import AuditEvent, PhoneAccount, Role
from matching.accounts.scope import OPERATOR, Scope
from matching.db import transaction
from matching.people import consents, service
from matching.people.codes import ConsentKind
from matching.people.models import (
    AccountLink,
    Consent,
    CorrectionRequest,
    Jobseeker,
    Member,
    OwnStatement,
)
from matching.placements.models import Application
from matching.placements.service import contact
from tests import factories
from tests.stack import drain_all
from tests.web.helpers import text_of
from tests.web.me.conftest import PHONE, Family, Phone
from tests.web.me.test_profile import say, seeker
from tests.web.me.test_wanted import want
from tests.webapp import token_of

SECRET = "慢性肾病"


@pytest.fixture
def noted(family: Family, services: Any) -> Family:
    """The first of the family with facts of an office, some of them sensitive."""
    with transaction(services.sessions) as session:
        service.correct_person(
            session,
            OPERATOR,
            services.keyring,
            family.first.public_id,
            session.get_one(Member, family.first.id).version,
            {"work_place": "怀化市", "health": ["chronic"], "difficulty": SECRET},
            today=services.clock.today(),
            now=services.clock.now(),
        )
    return family


@pytest.fixture
def other(telephone: Any, family: Family) -> Phone:
    """The neighbour's browser."""
    made: Phone = telephone()
    made.sign_in("19900000009")
    made.link(family.numbers[family.stranger.id])
    return made


def count(services: Any, model: Any, *conditions: Any) -> int:
    with transaction(services.sessions, writes=False) as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def looked(services: Any, member: Member, reason: str) -> None:
    """Somebody of an office opens the telephone of a person."""
    with transaction(services.sessions) as session:
        office = factories.organisation(session, name="沅陵县就业服务中心")
        clerk = factories.user(session, role=Role.COUNTY, organisation=office, name="李办事员")
        scope = Scope(Role.COUNTY, clerk.public_id, member.tenant_id, None, office.id, clerk.id)
        service.unmask(
            session, scope, services.keyring, member.public_id, "phone", reason, services.clock.now()
        )


def test_each_right_is_three_taps_from_the_first_page(inside: Phone) -> None:
    assert 'href="/me"' in inside.page("/")
    assert 'href="/me/data"' in inside.page("/me")
    page = inside.page("/me/data")
    ways = ("stored", "looks", "consents", "download", "delete")
    for way in ways:
        assert f'href="/me/data/{way}"' in page
        assert inside.client.get(f"/me/data/{way}").status_code == 200


def test_what_is_stored_stands_in_words_with_its_origin(inside: Phone, noted: Family) -> None:
    say(inside, "reach", "town")
    page = inside.page("/me/data/stored")
    words = text_of(inside.client.get("/me/data/stored"))
    for said in ("姓名测试甲", "务工地点怀化市", "可接受距离本乡镇你说的"):
        assert said in words, said
    assert noted.numbers[noted.first.id] not in page
    assert PHONE not in page
    assert 'href="/me/profile/reach?from=all"' in page
    assert 'href="/me/data/correct/work_place"' in page


def test_health_is_shown_only_with_its_own_consent(inside: Phone, noted: Family) -> None:
    assert SECRET not in inside.page("/me/data/stored")
    assert "就业困难类别" in inside.page("/me/data/stored")
    for answer in ("no", "yes"):
        inside.send("/me/data/consents", {"kind": "sensitive", "answer": answer})
        assert (SECRET in inside.page("/me/data/stored")) == (answer == "yes")
    inside.send("/me/data/consents", {"kind": "sensitive", "answer": "no"})
    assert SECRET not in inside.page("/me/data/stored")
    file = inside.send("/me/data/download", {"format": "json"}).get_data(as_text=True)
    assert SECRET not in file


def test_who_saw_it_names_the_office_the_reason_and_no_clerk(inside: Phone, family: Family, services) -> None:
    assert "还没有人看过" in inside.page("/me/data/looks")
    looked(services, family.first, "核对电话")
    page = inside.page("/me/data/looks")
    for said in ("沅陵县就业服务中心", "核对电话", "联系电话", "编号"):
        assert said in page, said
    assert "李办事员" not in page


def test_an_employer_who_opens_the_telephone_is_in_the_list(inside: Phone, family: Family, services) -> None:
    want(inside, family.posts[0])
    with transaction(services.sessions) as session:
        application = session.scalars(select(Application)).one()
        boss = Scope(Role.EMPLOYER, "boss", application.tenant_id, None, application.employer_id)
        contact(session, boss, services.keyring, application.public_id, services.clock.now())
    assert "(用人单位)查看了姓名、联系电话" in text_of(inside.client.get("/me/data/looks"))


def test_a_fact_of_the_office_is_asked_to_be_put_right_and_answered(
    inside: Phone, noted: Family, services, sign_in_as
) -> None:
    path = "/me/data/correct/work_place"
    assert inside.send(path, {"said": "  "}).status_code == 422
    for said in ("在长沙", "在长沙市雨花区"):
        assert inside.send(path, {"said": said}).status_code == 303
    assert "办事的人在核对" in inside.page("/me/data/stored")
    with transaction(services.sessions, writes=False) as session:
        request = session.scalars(select(CorrectionRequest)).one()
        assert "长沙".encode() not in request.sealed
        office = factories.organisation(session)
    desk = sign_in_as(Role.COUNTY, organisation=office)
    listed = desk.get("/desk/corrections").get_data(as_text=True)
    assert "在长沙市雨花区" in listed
    assert "本人要求的更正" in desk.get("/desk").get_data(as_text=True)
    token = listed.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    address = f"/desk/corrections/{request.public_id}"
    refused = desk.post(address, data={"csrf_token": token, "granted": "no", "answer": " "})
    assert refused.status_code == 422
    assert refused.get_data(as_text=True).count("请写明为什么不改") == 2
    told = {"csrf_token": token, "granted": "no", "answer": "单位在怀化,已电话核实"}
    assert desk.post(address, data=told).status_code == 303
    assert desk.post(address, data=told).status_code == 404
    assert "单位在怀化,已电话核实" in inside.page("/me/data/stored")


def test_what_somebody_says_of_a_closed_fact_is_opened_one_at_a_time(
    inside: Phone, family: Family, services, sign_in_as
) -> None:
    inside.send("/me/data/correct/phone", {"said": "13812345678"})
    with transaction(services.sessions, writes=False) as session:
        office = factories.organisation(session)
        request = session.scalars(select(CorrectionRequest)).one()
    desk = sign_in_as(Role.COUNTY, organisation=office)
    listed = desk.get("/desk/corrections").get_data(as_text=True)
    assert "13812345678" not in listed
    token = listed.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    shown = desk.post(f"/desk/corrections/{request.public_id}/open", data={"csrf_token": token})
    assert "13812345678" in shown.get_data(as_text=True)
    assert "看了要求更正的" in text_of(inside.client.get("/me/data/looks"))


def test_only_what_an_office_wrote_goes_to_the_office(inside: Phone) -> None:
    for field in ("reach", "willingness", "classes", "sealed", "x"):
        assert inside.client.get(f"/me/data/correct/{field}").status_code == 404
        assert inside.send(f"/me/data/correct/{field}", {"said": "x"}).status_code == 404


def test_everything_goes_along_as_a_file(inside: Phone, noted: Family, services) -> None:
    say(inside, "pay", "3000")
    want(inside, noted.posts[0])
    looked(services, noted.first, "核对电话")
    answer = inside.send("/me/data/download", {"format": "json"})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    file = json.loads(answer.get_data(as_text=True))
    facts = {one["field"]: (one["value"], one["own"]) for one in file["facts"]}
    assert facts["name"] == ("测试甲", False)
    assert facts["wage_floor_cents"] == ("3000 元", True)
    assert [one["post"] for one in file["applications"]] == ["缝纫工"]
    assert [one["question"] for one in file["consents"]] == ["把姓名和电话给这家单位"]
    assert [one["for"] for one in file["looks"] if one["who"]] == ["核对电话"]
    read = inside.send("/me/data/download", {"format": "html"}).get_data(as_text=True)
    for said in ("测试甲", "3000 元", "缝纫工", "核对电话"):
        assert said in read, said
    assert "<script" not in read
    everything = answer.get_data(as_text=True) + read
    for hidden in (noted.numbers[noted.first.id], PHONE, "测试乙", "测试丙", SECRET):
        assert hidden not in everything, hidden
    assert inside.send("/me/data/download", {"format": "exe"}).status_code == 303


def test_after_a_quarter_of_an_hour_a_new_code_is_asked_for(inside: Phone, family: Family, clock) -> None:
    clock.advance(timedelta(minutes=16))
    for path in ("/me/data/download", "/me/data/delete"):
        assert inside.client.get(path).location.startswith("/me/again?next=")
        sent = inside.send(path, {"format": "json", "sure": "yes"})
        assert sent.location.startswith("/me/again?next="), path
    asked = inside.send(inside.client.get("/me/data/download").location)
    assert asked.location.startswith("/me/sign-in?next=")
    assert inside.client.get("/me").status_code == 303  # the old session is over
    query = asked.location[asked.location.index("?") :]
    assert inside.sign_in(path=query).location == "/me/data/download"
    assert inside.client.get("/me/data/download").status_code == 200


def test_consents_stand_apart_and_what_is_taken_back_holds_at_once(
    inside: Phone, family: Family, services
) -> None:
    page = inside.page("/me/data/consents")
    assert page.count('name="kind"') == 3
    assert "checked" not in page
    inside.send("/me/data/consents", {"kind": "be_found", "answer": "yes"})
    assert seeker(services, family.first).findable
    with transaction(services.sessions, writes=False) as session:
        kinds = session.scalars(select(Consent.kind)).all()
    assert kinds == ["be_found"]
    inside.send("/me/data/consents", {"kind": "be_found", "answer": "no"})
    assert not seeker(services, family.first).findable
    assert inside.send("/me/data/consents", {"kind": "pass_to_employer", "answer": "yes"}).status_code == 422


def test_who_agrees_to_nothing_still_looks_and_applies(inside: Phone, family: Family) -> None:
    for kind in ("be_found", "sensitive", "helper_acts"):
        inside.send("/me/data/consents", {"kind": kind, "answer": "no"})
    assert inside.client.get("/me/jobs").status_code == 200
    assert want(inside, family.posts[0]).status_code == 303


def test_taken_back_from_an_employer_the_application_ends_and_the_name_is_closed(
    inside: Phone, family: Family, services, other: Phone
) -> None:
    want(inside, family.posts[0])
    with transaction(services.sessions, writes=False) as session:
        line = session.scalars(select(Consent)).one()
        employer = line.receiver_id
    assert f"/me/data/consents/{line.id}" in inside.page("/me/data/consents")
    assert other.send(f"/me/data/consents/{line.id}").status_code == 404
    assert inside.send(f"/me/data/consents/{line.id}").status_code == 303
    with transaction(services.sessions, writes=False) as session:
        assert session.scalars(select(Application.state)).one() == "withdrawn"
        kind = ConsentKind.PASS_TO_EMPLOYER
        assert not consents.standing(session, family.first.id, kind, receiver_id=employer)
    assert "没有单位" in inside.page("/me/data/consents")


def test_before_deleting_it_says_what_goes_and_what_stays(inside: Phone, family: Family, services) -> None:
    words = text_of(inside.client.get("/me/data/delete"))
    assert "政府的台账,法律要求留着" in words
    assert inside.send("/me/data/delete", {}).location == "/me/data/delete"
    assert count(services, AccountLink, AccountLink.ended_at.is_(None)) == 1


def test_deleting_takes_back_what_was_said_and_the_ledger_is_only_kept(
    inside: Phone, noted: Family, services
) -> None:
    say(inside, "pay", "3000")
    say(inside, "school", "primary")
    want(inside, noted.posts[0])
    inside.send("/me/data/consents", {"kind": "be_found", "answer": "yes"})
    inside.send("/me/data/correct/work_place", {"said": "在长沙"})
    drain_all(services)
    gone = inside.send("/me/data/delete", {"sure": "yes"})
    assert (gone.status_code, gone.location) == (303, "/")
    drain_all(services)
    row = seeker(services, noted.first)
    assert (row.wage_floor_cents, row.education, row.work_place) == (None, None, "怀化市")
    assert not row.matching_on
    assert not row.findable
    assert (count(services, OwnStatement), count(services, CorrectionRequest)) == (0, 0)
    assert count(services, Consent, Consent.withdrawn_at.is_(None)) == 0
    assert count(services, Application, Application.ended_at.is_(None)) == 0
    with transaction(services.sessions, writes=False) as session:
        account = session.scalars(select(PhoneAccount)).one()
        assert (account.phone_index, account.sealed, account.closed_at is not None) == (None, None, True)
    assert inside.client.get("/me/data").status_code == 303
    assert "测试甲" not in inside.page("/me/sign-in")


def test_who_registered_alone_goes_as_a_whole(telephone, family: Family, services) -> None:
    phone = telephone()
    phone.sign_in("19900000555")
    phone.send("/me/register", {"name": "新来的人"})
    phone.send("/me/register/number", {"number": ""})
    phone.send("/me/register/place", {"place": "431222"})
    want(phone, family.posts[0])
    assert "什么都不留" in phone.page("/me/data/delete")
    assert phone.send("/me/data/delete", {"sure": "yes"}).location == "/"
    drain_all(services)
    assert count(services, Member, Member.name == "新来的人") == 0
    assert count(services, Jobseeker) == 3
    assert count(services, Application) == 0


def test_one_of_a_family_deletes_and_the_others_stay(inside: Phone, family: Family, services) -> None:
    inside.link(family.numbers[family.second.id])
    inside.send("/me/who", {"person": family.first.public_id})
    assert inside.send("/me/data/delete", {"sure": "yes"}).location == "/me/who"
    who = inside.page("/me/who")
    assert "测试乙" in who
    assert "测试甲" not in who
    assert seeker(services, family.second).matching_on
    assert inside.send("/me/who", {"person": family.first.public_id}).status_code == 404


def test_nobody_sees_anothers_data(inside: Phone, other: Phone, noted: Family, services) -> None:
    say(inside, "pay", "5000")
    inside.send("/me/data/correct/work_place", {"said": "在长沙"})
    looked(services, noted.first, "核对电话")
    inside.link(noted.numbers[noted.second.id])
    inside.send("/me/who", {"person": noted.second.public_id})
    for phone in (inside, other):
        for path in ("stored", "looks", "consents"):
            page = phone.page(f"/me/data/{path}")
            for hidden in ("测试甲", "5000", "在长沙", "核对电话", "怀化市", SECRET):
                assert hidden not in page, (path, hidden)
        file = phone.send("/me/data/download", {"format": "json"}).get_data(as_text=True)
        assert "测试甲" not in file
        assert "5000" not in file


def test_no_word_of_it_is_in_the_audit(inside: Phone, noted: Family, services) -> None:
    say(inside, "pay", "3000")
    inside.send("/me/data/correct/phone", {"said": "13812345678"})
    inside.send("/me/data/download", {"format": "json"})
    with transaction(services.sessions, writes=False) as session:
        written = str([(one.fields, one.reason) for one in session.scalars(select(AuditEvent))])
    assert not re.search("13812345678|300000|3000", written)


def test_staff_have_no_data_here(sign_in_as, client) -> None:
    desk = sign_in_as(Role.COUNTY)
    assert desk.get("/me/data/stored").status_code == 403
    assert client.get("/me/data/stored").status_code == 303
    assert client.post("/me/data/delete", data={"csrf_token": token_of(client)}).status_code == 303
