"""Forms of the desk: nothing typed is lost, nothing is done twice, nothing typed runs."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import func, select

from matching.accounts.models import Role
from matching.bootstrap import Services
from matching.db import transaction
from matching.people.models import Household, Jobseeker, Member
from matching.people.queries import opened
from matching.places.models import Settlement
from matching.sheets.models import Ledger
from matching.vacancies.models import Vacancy
from tests.stack import drain_all, person, sheet
from tests.web.desk.staff import Staff, field
from tests.web.desk.world import World, id_number

XSS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{7*7}}{%if 1%}x{%endif%}",
    "</textarea><svg onload=alert(1)>",
    "javascript:alert(1)",
)


@pytest.fixture
def staff(desk: Any, services: Services, world: World) -> Staff:
    """The own county's office."""
    return Staff(desk, services, world)


def count(services: Services, table: Any) -> int:
    """Rows of a table."""
    with transaction(services.sessions, writes=False) as session:
        return int(session.scalar(select(func.count()).select_from(table)) or 0)


def test_a_person_is_added_once_however_often_the_form_is_sent(staff: Staff, services: Services) -> None:
    form = {
        "token": field(staff.page("/desk/people/new"), "token"),
        "name": "测试新",
        "id_number": id_number("431222", 551),
        "phone": "139 0000 1234",
        "household_code": "H551",
        "settlement": staff.world.own.settlement.public_id,
        "capacity": "ordinary",
        "skills": "缝纫",
        "wanted_regions": "广东、长沙",
    }
    before = count(services, Member)
    first, second = staff.send("/desk/people/new", form), staff.send("/desk/people/new", form)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert count(services, Member) == before + 1
    with transaction(services.sessions, writes=False) as session:
        member = session.scalars(select(Member).order_by(Member.id.desc())).first()
        seeker = session.get_one(Jobseeker, member.id)
        assert opened(services.keyring, member.sealed)["phone"] == "13900001234"
        assert (str(member.birth_date), member.sex) == ("1980-05-01", "male")
        assert seeker.settlement_id == staff.world.own.settlement.id
        assert seeker.wanted_regions == ["440000", "430100"]
        assert seeker.skills


def test_a_person_who_is_known_is_shown_and_not_added(staff: Staff, services: Services) -> None:
    before = count(services, Member)
    form = {"name": "别名", "id_number": staff.world.own.canaries[1], "training_wish": "缝纫班"}
    answer = staff.send("/desk/people/new", {"token": field(staff.page("/desk/people/new"), "token"), **form})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f"/desk/people/{staff.world.own.member.public_id}" in page
    assert 'value="缝纫班"' in page
    assert count(services, Member) == before


def test_a_person_of_another_county_is_not_told_apart_by_a_fact(staff: Staff) -> None:
    form = {"name": "别名", "id_number": staff.world.neighbour.canaries[1]}
    answer = staff.send("/desk/people/new", {"token": field(staff.page("/desk/people/new"), "token"), **form})
    page = answer.get_data(as_text=True)
    assert "此人登记在别的县" in page
    assert staff.world.neighbour.member.public_id not in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"id_number": "431222198005011130"}, "证件号码不对"),
        ({"phone": "12345"}, "电话号码不对"),
        ({"work_start": "去年"}, "日期请写成"),
        ({"skills": "念经"}, "没有认出“念经”"),
        ({"wanted_regions": "月球"}, "没有认出“月球”"),
        ({"work": "employed", "capacity": "lost"}, "不能同时登记为就业"),
    ],
)
def test_a_wrong_fact_is_said_beside_its_field_and_nothing_is_stored(
    staff: Staff, services: Services, changed: dict[str, str], words: str
) -> None:
    member = staff.world.own.member
    path = f"/desk/people/{member.public_id}/correct"
    form = {"version": field(staff.page(path), "version"), "training_wish": "叉车班", **changed}
    answer = staff.send(path, form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert page.count(words) == 2, "once in the summary, once beside the field"
    assert 'value="叉车班"' in page
    with transaction(services.sessions, writes=False) as session:
        assert session.get_one(Member, member.id).version == member.version


def test_a_stale_correction_shows_both_and_the_second_one_wins(staff: Staff, services: Services) -> None:
    member = staff.world.own.member
    path = f"/desk/people/{member.public_id}/correct"
    version = field(staff.page(path), "version")
    form = {"education": "junior", "capacity": "ordinary", "work": "unemployed", "willingness": "yes"}
    assert staff.send(path, {**form, "version": version, "training_wish": "缝纫班"}).status_code == 303
    answer = staff.send(path, {**form, "version": version, "training_wish": "叉车班"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "别人刚刚改过这条记录" in page
    assert "<td>缝纫班</td><td>叉车班</td>" in page
    assert 'value="叉车班"' in page
    assert staff.send(path, {**form, "version": field(page, "version"), "training_wish": "叉车班"}).location
    with transaction(services.sessions, writes=False) as session:
        assert session.get_one(Jobseeker, member.id).training_wish == "叉车班"
        assert "training_wish" in session.get_one(Member, member.id).by_hand


def test_closed_facts_left_empty_stay_as_they_are(staff: Staff, services: Services) -> None:
    member = staff.world.own.member
    path = f"/desk/people/{member.public_id}/correct"
    page = staff.page(path)
    assert staff.world.own.canaries[1] not in page
    assert staff.send(path, {"version": field(page, "version"), "capacity": "weak"}).status_code == 303
    with transaction(services.sessions, writes=False) as session:
        stored = session.get_one(Member, member.id)
        facts = opened(services.keyring, stored.sealed)
    assert facts["id_number"] == staff.world.own.canaries[1]
    assert facts["phone"] == staff.world.own.canaries[2]
    assert facts["health"] == ["chronic"]
    assert (stored.name, stored.capacity) == (member.name, "weak")


@pytest.mark.parametrize("text", XSS)
def test_what_is_typed_never_runs(staff: Staff, text: str) -> None:
    token = field(staff.page("/desk/posts/new"), "token")
    form = {"token": token, "title": text, "kind": "enterprise", "content": text, "place": text, "pay": text}
    refused = staff.send("/desk/posts/new", form).get_data(as_text=True)
    posted = staff.send("/desk/posts/new", {**form, "pay": "3000-4000元/月"})
    pages = [refused, staff.page(posted.location), staff.page("/desk/posts")]
    pages.append(staff.send("/desk/people/find", {"text": text}).get_data(as_text=True))
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<svg onload" not in page
        assert "49" not in page.split("</h1>")[0].rsplit("<h1>", 1)[1]


def test_a_post_is_posted_once_however_often_the_form_is_sent(staff: Staff, services: Services) -> None:
    form = {
        "token": field(staff.page("/desk/posts/new"), "token"),
        "title": "保洁员",
        "kind": "public_welfare",
        "headcount": "3",
        "content": "打扫卫生",
        "place": "社区",
        "pay": "2000元/月",
        "shifts": ["day", "flexible"],
    }
    before = count(services, Vacancy)
    first, second = staff.send("/desk/posts/new", form), staff.send("/desk/posts/new", form)
    assert first.location == second.location
    assert count(services, Vacancy) == before + 1
    page = staff.page(first.location)
    assert "招聘中" in page
    assert "白班、时间自由" in page


def test_a_form_with_unlawful_words_says_which_and_keeps_what_was_typed(
    staff: Staff, services: Services
) -> None:
    form = {
        "token": field(staff.page("/desk/posts/new"), "token"),
        "title": "缝纫工(限女性)",
        "kind": "enterprise",
        "headcount": "3",
        "content": "踩平车",
        "place": "园区",
        "pay": "3000元/月",
        "hours_per_day": "10",
    }
    before = count(services, Vacancy)
    answer = staff.send("/desk/posts/new", form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "“限女性”" in page
    assert "每天工时不能超过 8 小时" in page
    assert field(page, "title") == "缝纫工(限女性)"
    assert count(services, Vacancy) == before
    put_right = {**form, "title": "缝纫工", "hours_per_day": "8"}
    assert staff.send("/desk/posts/new", put_right).status_code == 303


def test_vouching_for_an_employer_opens_what_waited_for_it(staff: Staff) -> None:
    held = staff.world.own.held
    path = f"/desk/posts/{held.public_id}"
    assert "用人单位还没有核实" in staff.page(path)
    staff.send(f"{path}/vouch")
    page = staff.page(path)
    assert "招聘中" in page
    assert f"{staff.world.own.office.name} / 试用人员" in page


def test_a_stale_post_keeps_what_was_typed(staff: Staff) -> None:
    path = f"/desk/posts/{staff.world.own.vacancy.public_id}/correct"
    form = {"version": "1", "title": "平车工", "kind": "support_workshop", "pay": "3000元/月"}
    assert staff.send(path, form).status_code == 303
    answer = staff.send(path, {**form, "title": "锁边工"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "<td>平车工</td><td>锁边工</td>" in page


def test_a_settlement_of_the_same_name_is_refused_beside_its_field(staff: Staff, services: Services) -> None:
    before = count(services, Settlement)
    name = staff.world.own.settlement.name
    answer = staff.send("/desk/settlements/new", {"name": name, "region_code": "431222", "persons": "12"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "已经登记过了" in page
    assert 'value="12"' in page
    foreign = staff.send("/desk/settlements/new", {"name": "外县区", "region_code": "431224"})
    assert "这不属于您所在的县" in foreign.get_data(as_text=True)
    assert count(services, Settlement) == before


def test_a_provisional_household_is_linked_and_gone(staff: Staff, services: Services) -> None:
    own = staff.world.own
    path = f"/desk/worklists/households/{own.provisional.public_id}"
    form = {"version": field(staff.page(path), "version"), "way": "link", "code": "没有"}
    unknown = staff.send(f"{path}/link", form)
    assert "没有这个户编号" in unknown.get_data(as_text=True)
    assert staff.send(f"{path}/link", {**form, "code": own.household.code}).status_code == 303
    with transaction(services.sessions, writes=False) as session:
        assert session.get(Household, own.provisional.id) is None
        people = session.scalars(select(Member).where(Member.household_id == own.household.id)).all()
        assert len(people) == 2
        assert sum(one.is_head for one in people) == 1
        assert {session.get_one(Jobseeker, one.id).settlement_id for one in people} == {own.settlement.id}


def test_the_same_file_at_once_leads_to_the_import_that_runs(staff: Staff, services: Services) -> None:
    address = staff.upload()
    rows = [person(1, 安置点名称=staff.world.own.settlement.name), person(2) | {"身份证号": "1"}]
    answer = staff.send("/desk/imports/new/ledger", {"file": (io.BytesIO(sheet(rows).read()), "又一次.csv")})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "同一个文件正在导入" in page
    assert f'href="{address}"' in page
    assert count(services, Ledger) == 4


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "文件是空的"), (None, "请选择要上传的表格文件")],
)
def test_an_unusable_upload_is_refused_in_words(staff: Staff, content: bytes | None, words: str) -> None:
    form = {} if content is None else {"file": (io.BytesIO(content), "空.xlsx")}
    answer = staff.send("/desk/imports/new/vacancies", {**form, "vouch": "y"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert '<input checked id="vouch"' in page


def test_a_renamed_picture_is_refused_on_its_page(staff: Staff, services: Services) -> None:
    answer = staff.send("/desk/imports/new/ledger", {"file": (io.BytesIO(b"%PDF-1.7 nothing"), "台账.xlsx")})
    drain_all(services)
    page = staff.page(answer.location)
    assert "文件被拒绝" in page
    assert "这不是表格文件" in page


def test_another_office_may_look_at_an_import_and_not_touch_it(
    app: Any, services: Services, world: World, sign_in_as: Any
) -> None:
    other = Staff(sign_in_as(Role.COMPANY, organisation=world.own.company), services, world)
    path = f"/desk/imports/{world.own.ledger.public_id}"
    assert "已完成" in other.page(path)
    for act in ("confirm", "cancel", "errors", "take-back"):
        assert other.send(f"{path}/{act}").status_code == 403


def test_rows_that_somebody_changed_are_not_taken_back(staff: Staff, services: Services) -> None:
    address = staff.upload()
    drain_all(services)
    staff.send(f"{address}/confirm")
    drain_all(services)
    with transaction(services.sessions) as session:
        member = session.scalars(select(Member).order_by(Member.id.desc())).first()
        member.version += 1
    refused = staff.send(f"{address}/take-back")
    assert refused.status_code == 409
    assert "不能整批收回" in refused.get_data(as_text=True)
    assert "已完成" in staff.page(address)
