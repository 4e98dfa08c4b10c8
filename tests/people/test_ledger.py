from datetime import date

import pytest
from sqlalchemy import func, select, update

from matching.accounts.audit import first_broken
from matching.db import transaction
from matching.errors import DomainError
from matching.notices.kinds import Party
from matching.people.models import (
    EmploymentSpell,
    Household,
    ImportConflict,
    Jobseeker,
    Member,
    TransferRequest,
    WillingnessRecord,
)
from matching.places.models import Settlement
from matching.search.documents import Collection
from matching.sheets import service as sheets
from matching.sheets.models import LedgerProblem, LedgerState
from tests.notices.posts import notices, tell
from tests.stack import (
    bring_in,
    counts,
    drain_all,
    id_number,
    ledger_of,
    office,
    person,
    receive,
    sheet,
    with_site,
)
from workers.handlers import ROOMS

#: Whole sheets, one a test.
pytestmark = pytest.mark.wide


def all_of(services, table):
    with transaction(services.sessions, writes=False) as session:
        return session.scalars(select(table).order_by(table.id)).all()


def codes(services, ledger):
    with transaction(services.sessions, writes=False) as session:
        rows = session.execute(
            select(LedgerProblem.line, LedgerProblem.code, LedgerProblem.level)
            .where(LedgerProblem.ledger_id == ledger.id)
            .order_by(LedgerProblem.line, LedgerProblem.code)
        )
        return [tuple(row) for row in rows]


def test_a_ledger_makes_households_members_and_jobseekers_with_documents_and_lists(stack):
    home = with_site(stack)
    child = person(2, 户编号="H00001", 户主关系="之子", 身份证号=id_number(9, birth="20180101"), 劳动技能="")
    ledger = bring_in(stack, home, "ledger", [person(1), child, person(3, 劳动技能="丧失劳动力")])
    assert ledger.state == LedgerState.DONE
    assert counts(ledger) == (3, 0, 0, 0)
    assert [household.code for household in all_of(stack, Household)] == ["H00001", "H00003"]
    assert [member.name for member in all_of(stack, Member)] == ["测试1", "测试2", "测试3"]
    (seeker,) = all_of(stack, Jobseeker)
    assert seeker.longitude == 110.39
    assert seeker.willingness == "yes"
    assert seeker.older_from == date(2030, 6, 15)
    assert stack.search.versions(Collection.JOBSEEKERS, [seeker.id]) == {seeker.id: seeker.version}
    with transaction(stack.sessions, writes=False) as session:
        assert first_broken(session) is None


def test_the_same_file_again_changes_nothing(stack):
    home = with_site(stack)
    rows = [person(n) for n in range(1, 30)]
    bring_in(stack, home, "ledger", rows)
    before = [(seeker.id, seeker.version) for seeker in all_of(stack, Jobseeker)]
    again = bring_in(stack, home, "ledger", rows)
    assert counts(again) == (0, 0, 29, 0)
    assert [(seeker.id, seeker.version) for seeker in all_of(stack, Jobseeker)] == before


def test_an_empty_cell_never_erases_and_a_missing_person_stays(stack):
    home = with_site(stack)
    bring_in(stack, home, "ledger", [person(1, 期望月薪="3000"), person(2)])
    ledger = bring_in(stack, home, "ledger", [person(1, 期望月薪="", 电话="")])
    assert ledger.updated + ledger.unchanged == 1
    first, second = all_of(stack, Jobseeker)
    assert first.wage_floor_cents == 300_000
    assert (
        stack.keyring.open_facts(all_of(stack, Member)[0].sealed, "member.sealed")["phone"] == "19900000001"
    )
    assert second is not None


def test_a_changed_cell_changes_its_field_alone(stack):
    home = with_site(stack)
    bring_in(stack, home, "ledger", [person(1, 期望月薪="3000", 可接受距离="本县")])
    (before,) = all_of(stack, Jobseeker)
    ledger = bring_in(stack, home, "ledger", [person(1, 期望月薪="3500", 可接受距离="本县")])
    assert counts(ledger) == (0, 1, 0, 0)
    (after,) = all_of(stack, Jobseeker)
    assert (after.wage_floor_cents, after.reach, after.version) == (350_000, "county", before.version + 1)


def test_what_was_corrected_by_hand_stays_and_the_offer_is_listed(stack):
    home = with_site(stack)
    bring_in(stack, home, "ledger", [person(1, 期望月薪="3000", 文化="初中")])
    with transaction(stack.sessions) as session:
        session.execute(update(Member).values(by_hand={"wage_floor_cents": "2026-11-01"}))
        session.execute(update(Jobseeker).values(wage_floor_cents=200_000))
    # The same value again is no news: nothing is offered.
    bring_in(stack, home, "ledger", [person(1, 期望月薪="3000", 文化="高中")])
    assert all_of(stack, ImportConflict) == []
    bring_in(stack, home, "ledger", [person(1, 期望月薪="3800", 文化="高中")])
    (seeker,) = all_of(stack, Jobseeker)
    assert (seeker.wage_floor_cents, seeker.education) == (200_000, "senior")
    (conflict,) = all_of(stack, ImportConflict)
    assert conflict.field == "wage_floor_cents"
    assert stack.keyring.open(conflict.offered, "conflict.offer") == b"380000"


def test_rejected_rows_say_why_and_the_others_go_in(stack):
    home = with_site(stack)
    bad = id_number(4)[:-1] + ("0" if id_number(4)[-1] != "0" else "1")
    rows = [
        person(1),
        person(2, 姓名=""),
        person(4, 身份证号=bad),
        person(5, 性别="女"),
        person(6, 安置点名称="没有的安置点"),
        person(1, 户编号="H00009"),
        person(8, 户编号="H00001"),
        person(9, 电话="12345"),
    ]
    ledger = bring_in(stack, home, "ledger", rows)
    assert counts(ledger) == (2, 0, 0, 6)
    assert codes(stack, ledger) == [
        (3, "name_missing", "rejected"),
        (4, "id_checksum", "rejected"),
        (5, "sex_mismatch", "rejected"),
        (6, "settlement_unknown", "rejected"),
        (7, "duplicate_in_file", "rejected"),
        (8, "second_head", "rejected"),
        (9, "phone_form", "left_out"),
    ]
    assert ledger.warnings == 1


def test_an_unknown_settlement_is_made_at_the_countys_point_when_asked_for(stack):
    home = with_site(stack)
    ledger = bring_in(stack, home, "ledger", [person(1, 安置点名称="河滨安置点")], new_settlements=True)
    assert counts(ledger) == (1, 0, 0, 0)
    made = all_of(stack, Settlement)[-1]
    assert (made.name, made.unconfirmed, made.point_exact) == ("河滨安置点", True, False)
    (seeker,) = all_of(stack, Jobseeker)
    assert (seeker.settlement_id, seeker.point_exact) == (made.id, False)


def test_a_row_without_a_settlement_goes_in_under_its_county(stack):
    home = office(stack)
    ledger = bring_in(stack, home, "ledger", [person(1, 安置点名称="")])
    assert counts(ledger) == (1, 0, 0, 0)
    (household,) = all_of(stack, Household)
    assert (household.settlement_id, household.county) == (None, "431222")


def test_another_countys_person_is_rejected_and_a_transfer_is_asked_for(stack):
    home = with_site(stack, "431222")
    bring_in(stack, home, "ledger", [person(1)])
    neighbour = office(stack, "431223")
    ledger = bring_in(stack, neighbour, "ledger", [person(1, 安置点名称="")])
    assert counts(ledger) == (0, 0, 0, 1)
    assert [code for _, code, _ in codes(stack, ledger)] == ["other_county"]
    (request,) = all_of(stack, TransferRequest)
    assert (request.from_county, request.to_county) == ("431222", "431223")
    assert [member.county for member in all_of(stack, Member)] == ["431222"]


def test_the_prefectures_ledger_reaches_every_county_of_its_own_and_no_other(stack):
    home = office(stack, "431200")
    rows = [
        person(1, 安置点名称="", 区划代码="431222"),
        person(2, 安置点名称="", 区划代码="431223"),
        person(3, 安置点名称="", 区划代码="430521"),
    ]
    ledger = bring_in(stack, home, "ledger", rows)
    assert counts(ledger) == (2, 0, 0, 1)
    assert [member.county for member in all_of(stack, Member)] == ["431222", "431223"]


def test_without_a_household_key_the_household_is_provisional_until_it_is_linked(stack):
    home = with_site(stack)
    row = person(1)
    del row["户编号"]
    bring_in(stack, home, "ledger", [row])
    (household,) = all_of(stack, Household)
    assert (household.code, household.provisional) == (None, True)
    bring_in(stack, home, "ledger", [person(1)])
    (household,) = all_of(stack, Household)
    assert (household.code, household.provisional) == ("H00001", False)


def test_a_head_that_differs_replaces_the_stored_one(stack):
    home = with_site(stack)
    bring_in(stack, home, "ledger", [person(1), person(2, 户编号="H00001", 户主关系="配偶")])
    bring_in(stack, home, "ledger", [person(2, 户编号="H00001", 户主关系="户主")])
    assert [(member.name, member.is_head) for member in all_of(stack, Member)] == [
        ("测试1", False),
        ("测试2", True),
    ]


def test_a_new_member_who_is_head_replaces_the_stored_one(stack):
    home = with_site(stack)
    bring_in(stack, home, "ledger", [person(1)])
    bring_in(stack, home, "ledger", [person(2, 户编号="H00001", 户主关系="户主")])
    assert [(member.name, member.is_head) for member in all_of(stack, Member)] == [
        ("测试1", False),
        ("测试2", True),
    ]


def test_zero_job_households_are_told_from_all_their_members(stack):
    home = with_site(stack)
    rows = [
        person(1, 就业状况="未就业"),
        person(2, 户编号="H00001", 户主关系="配偶", 就业状况="未就业"),
        person(3, 就业状况="未就业"),
        person(4, 户编号="H00003", 户主关系="配偶", 就业状况="已就业"),
        person(5, 就业状况=""),
    ]
    bring_in(stack, home, "ledger", rows)
    assert [seeker.classes.get("zero_job") for seeker in all_of(stack, Jobseeker)] == [
        True,
        True,
        False,
        False,
        None,
    ]
    bring_in(stack, home, "ledger", [person(2, 户编号="H00001", 户主关系="配偶", 就业状况="已就业")])
    assert [seeker.classes.get("zero_job") for seeker in all_of(stack, Jobseeker)][:2] == [False, False]


def test_work_opens_a_spell_and_its_end_closes_it(stack):
    home = with_site(stack)
    bring_in(stack, home, "ledger", [person(1, 就业状况="已就业", 务工地点="广东省东莞市")])
    (spell,) = all_of(stack, EmploymentSpell)
    assert (spell.place, spell.ended_on) == ("广东省东莞市", None)
    bring_in(stack, home, "ledger", [person(1, 就业状况="未就业", 务工地点="")])
    (spell,) = all_of(stack, EmploymentSpell)
    assert spell.ended_on == stack.clock.today()


def test_willingness_keeps_its_history(stack):
    home = with_site(stack)
    bring_in(stack, home, "ledger", [person(1, 就业意愿="有")])
    bring_in(stack, home, "ledger", [person(1, 就业意愿="无")])
    assert [record.value for record in all_of(stack, WillingnessRecord)] == ["yes", "no"]
    assert [seeker.willingness for seeker in all_of(stack, Jobseeker)] == ["no"]


def test_the_preview_tells_what_a_confirmation_does_and_writes_nothing(stack):
    home = with_site(stack)
    bring_in(stack, home, "ledger", [person(1)])
    rows = [person(1, 期望月薪="4000"), person(2), person(3, 姓名=""), person(4, 安置点名称="新的安置点")]
    ledger_id = receive(stack, home, "ledger", sheet(rows), confirm=False)
    drain_all(stack)
    ledger = ledger_of(stack, ledger_id)
    assert ledger.state == LedgerState.CHECKED
    assert ledger.findings["preview"] == {"created": 1, "updated": 1, "unchanged": 0, "rejected": 2}
    assert ledger.findings["new_settlements"] == [{"name": "新的安置点", "county": "431222"}]
    assert len(all_of(stack, Member)) == 1
    with transaction(stack.sessions) as session:
        sheets.confirm(session, session.merge(ledger), stack.clock.now())
    drain_all(stack)
    assert counts(ledger_of(stack, ledger_id)) == (1, 1, 0, 2)


def test_the_same_file_at_the_same_time_is_one_import(stack):
    home = with_site(stack)
    receive(stack, home, "ledger", sheet([person(1)]))
    with pytest.raises(sheets.SameImportRunning):
        receive(stack, home, "ledger", sheet([person(1)]))
    drain_all(stack)
    receive(stack, home, "ledger", sheet([person(1)]))


def take_back(services, ledger):
    with transaction(services.sessions) as session:
        row = session.merge(ledger)
        sheets.take_back(session, services.keyring, services.clock, ROOMS, row)
    drain_all(services)


def test_an_import_is_taken_back_whole(stack):
    home = with_site(stack)
    bring_in(stack, home, "ledger", [person(1, 期望月薪="3000"), person(7)])
    second = bring_in(
        stack,
        home,
        "ledger",
        [person(1, 期望月薪="4000", 文化="高中"), person(2), person(3, 户编号="H00001", 户主关系="配偶")],
    )
    assert counts(second) == (2, 1, 0, 0)
    newest = all_of(stack, Member)[-1]
    tell(stack, Party("member", newest.id))
    take_back(stack, second)
    assert notices(stack) == [], "what was told to somebody who is gone goes too"
    assert [member.name for member in all_of(stack, Member)] == ["测试1", "测试7"]
    first = all_of(stack, Jobseeker)[0]
    assert (first.wage_floor_cents, first.education) == (300_000, "junior")
    assert [household.code for household in all_of(stack, Household)] == ["H00001", "H00007"]
    assert dict(stack.search.all_versions(Collection.JOBSEEKERS)) == {
        seeker.id: seeker.version for seeker in all_of(stack, Jobseeker)
    }
    # What was taken back can come again as if it had never been there.
    assert counts(bring_in(stack, home, "ledger", [person(1, 期望月薪="4000", 文化="高中"), person(2)])) == (
        1,
        1,
        0,
        0,
    )


def test_an_import_whose_rows_were_changed_since_cannot_be_taken_back(stack):
    home = with_site(stack)
    first = bring_in(stack, home, "ledger", [person(1)])
    bring_in(stack, home, "ledger", [person(1, 期望月薪="4000")])
    with pytest.raises(DomainError, match="import_rows_changed_since"):
        take_back(stack, first)
    assert len(all_of(stack, Member)) == 1


def test_files_and_rows_are_forgotten_when_their_time_is_over(stack):
    home = with_site(stack)
    bring_in(stack, home, "ledger", [person(1)])
    from datetime import timedelta

    from matching.sheets.models import LedgerChunk, LedgerPiece

    stack.clock.advance(timedelta(days=31))
    with transaction(stack.sessions) as session:
        emptied = sheets.forget_old(session, stack.clock.now() - timedelta(days=30))
    assert emptied == 1
    with transaction(stack.sessions, writes=False) as session:
        for table in (LedgerPiece, LedgerChunk):
            assert session.scalar(select(func.count()).select_from(table)) == 0
