from datetime import date, timedelta

import pytest
from sqlalchemy import select

from matching.accounts.models import Organisation
from matching.db import transaction
from matching.errors import DomainError
from matching.search.documents import Collection
from matching.sheets import service as sheets
from matching.sheets.models import LedgerState
from matching.vacancies.models import Vacancy
from tests.stack import bring_in, counts, drain_all, ledger_of, office, receive, sheet
from workers.handlers import ROOMS

pytestmark = pytest.mark.wide


def post(number=1, **facts):
    """A row of the vacancy sheet with the six elements."""
    return {
        "岗位编号": f"G{number:04}",
        "岗位名称": "缝纫工",
        "岗位类别": "帮扶车间",
        "用人单位": "青云帮扶车间",
        "联系人": "李经理",
        "联系电话": "13800005678",
        "招聘人数": "8",
        "工作内容": "踩电动缝纫机,做校服。",
        "工作地点": "青云安置区旁",
        "区划代码": "431222",
        "经度": "110.395",
        "纬度": "28.455",
        "薪资": "2800-3500元/月",
        "有效期至": "2026-12-31",
        "信息来源": "本单位",
        **facts,
    }


def all_posts(services):
    with transaction(services.sessions, writes=False) as session:
        return session.scalars(select(Vacancy).order_by(Vacancy.id)).all()


def test_a_vouched_sheet_is_public_at_once_and_indexed(stack):
    home = office(stack)
    ledger = bring_in(stack, home, "vacancies", [post(1), post(2, 岗位名称="保洁员")], vouch=True)
    assert counts(ledger) == (2, 0, 0, 0)
    first, second = all_posts(stack)
    assert (first.state, first.held, first.point_exact) == ("open", [], True)
    assert (first.month_low_cents, first.month_high_cents) == (280_000, 350_000)
    assert first.occupations[0].startswith("6-")
    assert second.occupation_confidence > 50
    assert stack.keyring.open_facts(first.contact, "vacancy.contact") == {
        "contact": "李经理",
        "phone": "13800005678",
    }
    assert stack.search.versions(Collection.VACANCIES, [first.id]) == {first.id: first.version}
    with transaction(stack.sessions, writes=False) as session:
        employer = session.get_one(Organisation, first.employer_id)
        assert employer.name == "青云帮扶车间"
        assert employer.verified_by.startswith("第")


@pytest.mark.parametrize(
    ("facts", "vouch", "reason"),
    [
        ({"薪资": "面议"}, True, "no_pay"),
        ({"薪资": ""}, True, "no_pay"),
        ({}, False, "employer_unverified"),
        ({"有效期至": "2027-12-31"}, True, "valid_too_long"),
        ({"工作内容": ""}, True, "missing_element"),
    ],
)
def test_what_may_not_be_public_is_held_with_its_reason(embedded, facts, vouch, reason):
    home = office(embedded)
    ledger = bring_in(embedded, home, "vacancies", [post(1, **facts)], vouch=vouch)
    assert counts(ledger) == (1, 0, 0, 0)
    (vacancy,) = all_posts(embedded)
    assert (vacancy.state, vacancy.held) == ("held", [reason])


def test_the_preview_and_the_result_say_how_many_posts_are_held(embedded):
    home = office(embedded)
    bring_in(embedded, home, "vacancies", [post(1, 薪资="面议")], vouch=True)
    rows = [post(1, 薪资="面议"), post(2, 薪资="面议"), post(3), post(4, 薪资="")]
    ledger_id = receive(embedded, home, "vacancies", sheet(rows), vouch=True, confirm=False)
    drain_all(embedded)
    assert ledger_of(embedded, ledger_id).findings["held"] == 2, "the first is unchanged"
    with transaction(embedded.sessions) as session:
        sheets.confirm(session, session.merge(ledger_of(embedded, ledger_id)), embedded.clock.now())
    drain_all(embedded)
    assert ledger_of(embedded, ledger_id).findings["held"] == 2


def test_a_held_post_opens_when_a_later_sheet_vouches_for_its_employer(stack):
    home = office(stack)
    bring_in(stack, home, "vacancies", [post(1)])
    ledger = bring_in(stack, home, "vacancies", [post(1)], vouch=True)
    assert counts(ledger) == (0, 1, 0, 0)
    assert [vacancy.state for vacancy in all_posts(stack)] == ["open"]


def test_the_last_valid_day_may_be_exactly_ninety_days_away(embedded):
    home = office(embedded)
    today = embedded.clock.today()
    rows = [
        post(1, 有效期至=(today + timedelta(days=90)).isoformat()),
        post(2, 有效期至=(today + timedelta(days=91)).isoformat()),
        post(3, 有效期至=(today - timedelta(days=1)).isoformat()),
    ]
    bring_in(embedded, home, "vacancies", rows, vouch=True)
    assert [vacancy.state for vacancy in all_posts(embedded)] == ["open", "held", "expired"]


def test_the_same_sheet_again_changes_nothing(stack):
    home = office(stack)
    rows = [post(n) for n in range(1, 20)]
    bring_in(stack, home, "vacancies", rows, vouch=True)
    before = [(vacancy.id, vacancy.version) for vacancy in all_posts(stack)]
    assert counts(bring_in(stack, home, "vacancies", rows, vouch=True)) == (0, 0, 19, 0)
    assert [(vacancy.id, vacancy.version) for vacancy in all_posts(stack)] == before


def test_a_changed_pay_changes_every_figure_that_follows_from_it(stack):
    home = office(stack)
    bring_in(stack, home, "vacancies", [post(1)], vouch=True)
    assert counts(bring_in(stack, home, "vacancies", [post(1, 薪资="120元/天")], vouch=True)) == (0, 1, 0, 0)
    (vacancy,) = all_posts(stack)
    assert (vacancy.pay_unit, vacancy.pay_low_cents, vacancy.month_low_cents) == ("day", 12_000, 261_000)


def test_what_was_corrected_by_hand_stays(stack):
    home = office(stack)
    bring_in(stack, home, "vacancies", [post(1)], vouch=True)
    with transaction(stack.sessions) as session:
        vacancy = session.scalars(select(Vacancy)).one()
        vacancy.headcount, vacancy.by_hand = 3, {"headcount": "2026-11-20"}
    bring_in(stack, home, "vacancies", [post(1, 招聘人数="10", 工作内容="做工作服。")], vouch=True)
    (vacancy,) = all_posts(stack)
    assert (vacancy.headcount, vacancy.content) == (3, "做工作服。")


def test_posts_missing_from_a_new_sheet_stay_unless_it_replaces(stack):
    home = office(stack)
    bring_in(stack, home, "vacancies", [post(1), post(2), post(3)], vouch=True)
    bring_in(stack, home, "vacancies", [post(1)], vouch=True)
    assert [vacancy.state for vacancy in all_posts(stack)] == ["open", "open", "open"]
    ledger_id = receive(
        stack, home, "vacancies", sheet([post(1), post(4)]), replace=True, vouch=True, confirm=False
    )
    drain_all(stack)
    assert ledger_of(stack, ledger_id).findings["closing"] == 2
    with transaction(stack.sessions) as session:
        sheets.confirm(session, session.merge(ledger_of(stack, ledger_id)), stack.clock.now())
    drain_all(stack)
    assert ledger_of(stack, ledger_id).findings["closed"] == 2
    assert [vacancy.state for vacancy in all_posts(stack)] == ["open", "closed", "closed", "open"]
    # What only a sheet had left out comes back with the next sheet that names it.
    assert counts(bring_in(stack, home, "vacancies", [post(2)], vouch=True)) == (0, 1, 0, 0)
    assert all_posts(stack)[1].state == "open"


def test_another_organisations_posts_are_not_replaced(embedded):
    first, second = office(embedded), office(embedded)
    bring_in(embedded, first, "vacancies", [post(1)], vouch=True)
    bring_in(embedded, second, "vacancies", [post(9)], vouch=True, replace=True)
    assert [vacancy.state for vacancy in all_posts(embedded)] == ["open", "open"]


def test_without_a_number_the_key_is_employer_title_and_place(stack):
    home = office(stack)
    rows = [post(1, 岗位编号=""), post(2, 岗位编号="", 工作地点="河滨安置区"), post(3, 岗位编号="")]
    ledger = bring_in(stack, home, "vacancies", rows, vouch=True)
    assert counts(ledger) == (2, 0, 0, 1)
    assert counts(bring_in(stack, home, "vacancies", rows[:2], vouch=True)) == (0, 0, 2, 0)


def test_an_import_is_taken_back(stack):
    home = office(stack)
    bring_in(stack, home, "vacancies", [post(1)], vouch=True)
    second = bring_in(
        stack, home, "vacancies", [post(1, 招聘人数="20", 上岗日期="2026-12-01"), post(2)], vouch=True
    )
    with transaction(stack.sessions) as session:
        sheets.take_back(session, stack.keyring, stack.clock, ROOMS, session.merge(second))
    drain_all(stack)
    (vacancy,) = all_posts(stack)
    assert (vacancy.headcount, vacancy.start_on) == (8, None)
    assert ledger_of(stack, second.id).state == LedgerState.TAKEN_BACK
    assert list(stack.search.all_versions(Collection.VACANCIES)) == [(vacancy.id, vacancy.version)]


def test_an_import_with_a_post_changed_since_stays(embedded):
    home = office(embedded)
    first = bring_in(embedded, home, "vacancies", [post(1)], vouch=True)
    bring_in(embedded, home, "vacancies", [post(1, 招聘人数="20")], vouch=True)
    with (
        pytest.raises(DomainError, match="import_rows_changed_since"),
        transaction(embedded.sessions) as session,
    ):
        sheets.take_back(session, embedded.keyring, embedded.clock, ROOMS, session.merge(first))


def test_labour_cooperation_stands_where_the_work_is(embedded):
    home = office(embedded)
    row = post(
        1, 岗位类别="劳务协作", 区划代码="", 输入地区划="441900", 经度="", 纬度="", 工作地点="东莞市厚街镇"
    )
    bring_in(embedded, home, "vacancies", [row], vouch=True)
    (vacancy,) = all_posts(embedded)
    assert (vacancy.kind, vacancy.destination, vacancy.point_exact) == ("labour_cooperation", "441900", False)
    assert vacancy.valid_until == date(2026, 12, 31)
