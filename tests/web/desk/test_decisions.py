"""What waits at the desk for a person: doubtful posts, newcomers, stuck messages, slips, lost telephones."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from matching.accounts.models import AuditEvent, PhoneAccount, Role
from matching.bootstrap import Services
from matching.db import transaction
from matching.notices.models import Notice
from matching.people.models import AccountLink, Member, Registration
from matching.vacancies.models import Vacancy
from tests.factories import NOW
from tests.web.desk.staff import Staff, field
from tests.web.desk.world import World


@pytest.fixture
def staff(desk: Any, services: Services, world: World) -> Staff:
    """The own county's office."""
    return Staff(desk, services, world)


def stored(services: Services, table: Any, key: int) -> Any:
    with transaction(services.sessions, writes=False) as session:
        return session.get(table, key)


def decide(staff: Staff, form: dict[str, str]) -> Any:
    path = f"/desk/reviews/{staff.world.own.doubtful.public_id}"
    return staff.send(path, {"version": field(staff.page(path), "version"), **form})


def test_a_doubt_names_the_article_and_where_it_stands(staff: Staff) -> None:
    assert staff.world.own.doubtful.public_id in staff.page("/desk/reviews")
    page = staff.page(f"/desk/reviews/{staff.world.own.doubtful.public_id}")
    assert "劳动法第四十八条" in page
    assert "<mark>1000元/月</mark>" in page
    assert "薪资低于当地最低工资" in page


def test_words_are_marked_where_they_stand_and_never_become_markup(staff: Staff, services: Services) -> None:
    with transaction(services.sessions) as session:
        vacancy = session.get_one(Vacancy, staff.world.own.doubtful.id)
        vacancy.content = "<b>装卸</b>,属牛的不要,按时下班" + "。" * 200
    page = staff.page(f"/desk/reviews/{staff.world.own.doubtful.public_id}")
    assert "&lt;b&gt;装卸" in page
    assert "<b>装卸" not in page


def test_a_post_that_may_pass_opens(staff: Staff, services: Services) -> None:
    own = staff.world.own
    refused = decide(staff, {"decision": "approve", "note": "好"})
    assert refused.status_code == 422
    assert stored(services, Vacancy, own.doubtful.id).state == "held"
    assert decide(staff, {"decision": "approve", "note": "包吃包住,已核实"}).location == "/desk/reviews"
    assert stored(services, Vacancy, own.doubtful.id).state == "open"
    assert own.doubtful.public_id not in staff.page("/desk/reviews")
    assert "审核通过" in staff.page(f"/desk/posts/{own.doubtful.public_id}")


def test_a_refusal_needs_its_reason_and_what_was_typed_is_kept(staff: Staff, services: Services) -> None:
    own = staff.world.own
    answer = decide(staff, {"decision": "refuse", "note": "问过老板"})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "请选择不通过的原因" in page
    assert "问过老板" in page
    decide(staff, {"decision": "refuse", "refusal": "pay_too_low"})
    assert list(stored(services, Vacancy, own.doubtful.id).held) == ["refused"]


def test_asking_for_other_words_says_which_to_whoever_posted_it(staff: Staff, services: Services) -> None:
    own = staff.world.own
    decide(staff, {"decision": "change", "note": "请写明工资按月还是按天"})
    assert list(stored(services, Vacancy, own.doubtful.id).held) == ["change"]
    page = staff.page(f"/desk/posts/{own.doubtful.public_id}")
    assert "请按审核意见改写" in page
    assert "请写明工资按月还是按天" in page


def test_a_post_that_was_changed_meanwhile_is_read_again(staff: Staff, services: Services) -> None:
    own = staff.world.own
    path = f"/desk/reviews/{own.doubtful.public_id}"
    answer = staff.send(path, {"version": "7", "decision": "approve", "note": "已核实无误"})
    assert answer.status_code == 409
    assert stored(services, Vacancy, own.doubtful.id).state == "held"


def alike(services: Services, world: World, *, number: bool) -> None:
    """The newcomer is the county's known person: by document number, or by name and birth date."""
    with transaction(services.sessions) as session:
        known = session.get_one(Member, world.own.member.id)
        new = session.get_one(Member, world.own.newcomer.id)
        if number:
            session.get_one(Registration, new.id).id_index = known.id_index
        else:
            new.name, new.birth_date = known.name, known.birth_date


def test_a_newcomer_is_confirmed_with_the_number_that_was_typed(staff: Staff, services: Services) -> None:
    own = staff.world.own
    path = f"/desk/registrations/{own.newcomer.public_id}"
    page = staff.page(path)
    assert "本地没有相同的证件号码" in page
    assert own.newcomer.name not in page
    assert staff.send(f"{path}/confirm").location == f"/desk/people/{own.newcomer.public_id}"
    assert stored(services, Member, own.newcomer.id).id_index is not None
    assert staff.send(f"{path}/confirm").status_code == 404
    assert own.newcomer.public_id not in staff.page("/desk/registrations")


def test_a_number_that_is_known_is_shown_beside_its_person_and_not_confirmed(
    staff: Staff, services: Services, world: World
) -> None:
    alike(services, world, number=True)
    with transaction(services.sessions) as session:
        row = session.get_one(Registration, world.own.newcomer.id)
        row.sealed = services.keyring.seal(world.own.canaries[1].encode(), "registration.sealed")
    path = f"/desk/registrations/{world.own.newcomer.public_id}"
    page = staff.page(path)
    assert world.own.member.public_id in page
    assert world.own.canaries[1] not in page
    assert staff.send(f"{path}/confirm").status_code == 422
    assert stored(services, Registration, world.own.newcomer.id).confirmed_at is None


def test_of_somebody_in_another_county_nothing_is_shown(
    staff: Staff, services: Services, world: World
) -> None:
    with transaction(services.sessions) as session:
        known = session.get_one(Member, world.neighbour.member.id)
        session.get_one(Registration, world.own.newcomer.id).id_index = known.id_index
    page = staff.page(f"/desk/registrations/{world.own.newcomer.public_id}")
    assert "别的县已有这个证件号码的登记" in page
    assert world.neighbour.member.public_id not in page
    assert "雁" not in page


def test_same_name_and_birth_date_lead_to_the_comparison(
    staff: Staff, services: Services, world: World
) -> None:
    alike(services, world, number=False)
    page = staff.page(f"/desk/registrations/{world.own.newcomer.public_id}")
    pair = f"/desk/worklists/doubles/{world.own.member.public_id}/{world.own.newcomer.public_id}"
    assert pair in page
    assert staff.browser.get(pair).status_code == 200


def test_without_a_number_nobody_looks_alike(staff: Staff, services: Services, world: World) -> None:
    with transaction(services.sessions) as session:
        session.get_one(Registration, world.own.newcomer.id).id_index = None
        session.get_one(Member, world.own.member.id).id_index = None
    page = staff.page(f"/desk/registrations/{world.own.newcomer.public_id}")
    assert "本地没有相同的证件号码" in page


def test_what_is_nobodys_is_taken_out(staff: Staff, services: Services, world: World) -> None:
    path = f"/desk/registrations/{world.own.newcomer.public_id}"
    assert staff.send(f"{path}/dismiss").location == "/desk/registrations"
    assert stored(services, Member, world.own.newcomer.id) is None


@pytest.fixture
def prefecture(sign_in_as: Any, services: Services, world: World) -> Staff:
    return Staff(sign_in_as(Role.PREFECTURE, organisation=world.own.office), services, world)


@pytest.mark.parametrize(
    ("decision", "state"), [("retried", "waiting"), ("arrived", "sent"), ("dropped", "cancelled")]
)
def test_a_stuck_message_is_decided_once(
    prefecture: Staff, services: Services, world: World, decision: str, state: str
) -> None:
    page = prefecture.page("/desk/notices")
    assert "可能已经发出" in page
    assert world.own.parked.public_id in page
    assert world.foreign.parked.public_id not in page
    path = f"/desk/notices/{world.own.parked.public_id}"
    assert prefecture.send(path, {"decision": "nonsense"}).status_code == 400
    assert prefecture.send(path, {"decision": decision}).location == "/desk/notices"
    assert stored(services, Notice, world.own.parked.id).state == state
    assert prefecture.send(path, {"decision": decision}).status_code == 422


def test_looking_at_one_county_only_does_not_close_the_list(prefecture: Staff, world: World) -> None:
    prefecture.send("/desk/area", {"area": "431224"})
    assert world.own.parked.public_id in prefecture.page("/desk/notices")


def test_slips_are_read_printed_and_gone(staff: Staff, services: Services, world: World) -> None:
    page = staff.page("/desk/slips")
    assert "你的手机号已连到找工作的资料" in page
    assert world.own.slip.public_id in page
    assert world.own.member.name not in page
    both = {"slip": [world.own.slip.public_id, world.neighbour.slip.public_id]}
    assert staff.send("/desk/slips", both).location == "/desk/slips"
    assert stored(services, Notice, world.own.slip.id).state == "sent"
    assert stored(services, Notice, world.neighbour.slip.id).state == "waiting"
    assert "没有纸条要打印" in staff.page("/desk/slips")


def test_a_lost_telephone_sees_nothing_any_more(staff: Staff, services: Services, world: World) -> None:
    path = f"/desk/people/{world.own.member.public_id}"
    assert "end-accounts" not in staff.page(path)
    with transaction(services.sessions) as session:
        account = PhoneAccount(created_at=NOW)
        session.add(account)
        session.flush()
        stamps = {"linked_at": NOW, "proved_at": NOW}
        link = AccountLink(account_id=account.id, member_id=world.own.member.id, how="ledger", **stamps)
        session.add(link)
    assert "能看到此人资料的手机:1 部" in staff.page(path)
    assert staff.send(f"{path}/end-accounts").location == path
    assert stored(services, AccountLink, link.id).ended_at is not None
    with transaction(services.sessions, writes=False) as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "links.ended")).one()
        assert event.fields == {"links": 1}


def test_what_waits_is_counted_on_the_overview(
    staff: Staff, prefecture: Staff, sign_in_as: Any, world: World
) -> None:
    home = staff.page("/desk")
    for address in ("/desk/reviews", "/desk/registrations", "/desk/slips"):
        assert f'<a href="{address}"><strong>1</strong>' in home
    assert "/desk/notices" not in home
    assert "held=review" not in home
    assert '<a href="/desk/notices"><strong>2</strong>' in prefecture.page("/desk")
    company = sign_in_as(Role.COMPANY, organisation=world.own.company).get("/desk").get_data(as_text=True)
    assert "/desk/reviews" not in company
    assert "held=review" in company
