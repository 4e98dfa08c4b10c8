"""Doubtful posts wait for a reviewer: at the form, at the import, and after they were written anew."""

from dataclasses import replace
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from matching import imports
from matching.accounts.models import AuditEvent, Role
from matching.accounts.scope import Scope
from matching.db import transaction
from matching.errors import DomainError, Forbidden, StaleVersion
from matching.sheets import queries
from matching.vacancies import review, service
from matching.vacancies.codes import Kind, Refusal
from matching.vacancies.models import Vacancy
from matching.vacancies.posting import PostingRefused
from tests import factories
from tests.stack import bring_in, counts, ledger_of, office
from tests.vacancies.test_sheet import post

pytestmark = pytest.mark.wide
FACTS = {
    "title": "缝纫工",
    "kind": Kind.ENTERPRISE,
    "content": "踩平车",
    "headcount": 2,
    "place": "园区",
    "pay_low_cents": 300_000,
    "pay_unit": "month",
    "pay_text": "3000元/月",
}


def desk(session, role=Role.COUNTY):
    home = factories.organisation(session, county="431222")
    return Scope(role, "tester", home.tenant_id, None, home.id)


def times(stack):
    return {"today": stack.clock.today(), "now": stack.clock.now(), "valid_days": 90}


def posted(stack, session, scope, token="a", **facts):
    return service.post(session, scope, stack.keyring, {**FACTS, **facts}, form_token=token, **times(stack))


def test_a_form_with_unlawful_words_stores_nothing(stack):
    with transaction(stack.sessions) as session:
        scope = desk(session)
        with pytest.raises(PostingRefused) as refused:
            posted(stack, session, scope, title="缝纫工(限女性)", hours_per_day=12.0)
        assert [finding.field for finding in refused.value.findings] == ["title", "hours_per_day"]
        assert session.scalars(select(Vacancy)).all() == []


def test_a_correction_cannot_bring_unlawful_words_in(stack):
    with transaction(stack.sessions) as session:
        scope = desk(session)
        made = posted(stack, session, scope)
        assert made.state == "open"
        with pytest.raises(PostingRefused):
            worse = {**FACTS, "content": "入职交押金"}
            service.correct(session, scope, stack.keyring, made.public_id, 1, worse, **times(stack))
        assert (made.version, made.content) == (1, "踩平车")


def test_a_doubtful_post_waits_and_opens_when_a_reviewer_lets_it_pass(stack):
    with transaction(stack.sessions) as session:
        scope = desk(session)
        made = posted(stack, session, scope, pay_low_cents=100_000, pay_text="1000元/月")
        assert (made.state, made.held) == ("held", ["review"])
        when = {"today": stack.clock.today(), "valid_days": 90}
        assert [one.code for one in review.doubts(session, scope, made.public_id, **when)] == [
            "pay_below_minimum"
        ]
        with pytest.raises(DomainError, match="review_reason_missing"):
            review.approve(session, scope, made.public_id, 1, reason=" 好 ", **times(stack))
        review.approve(session, scope, made.public_id, 1, reason="每天只做两小时", **times(stack))
        assert (made.state, made.held, made.version) == ("open", [], 2)
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert (event.action, event.reason) == ("vacancy.review_approved", "每天只做两小时")
        assert event.fields == {"columns": ["pay_below_minimum"]}
        assert review.doubts(session, scope, made.public_id, **when) == ()
        # Another figure is another question.
        facts = {**FACTS, "pay_low_cents": 90_000, "pay_text": "900元/月"}
        service.correct(session, scope, stack.keyring, made.public_id, 2, facts, **times(stack))
        assert (made.state, made.held) == ("held", ["review"])


def test_a_refused_post_stays_held_until_it_is_written_differently(stack):
    with transaction(stack.sessions) as session:
        scope = desk(session)
        made = posted(stack, session, scope, pay_low_cents=100_000, pay_text="1000元/月")
        review.refuse(session, scope, made.public_id, 1, reason=Refusal.PAY_TOO_LOW, **times(stack))
        assert (made.state, made.held) == ("held", ["refused"])
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert (event.action, event.reason) == ("vacancy.review_refused", "pay_too_low")
        with pytest.raises(DomainError, match="nothing_to_review"):
            review.approve(session, scope, made.public_id, 2, reason="还是通过吧", **times(stack))
        service.correct(session, scope, stack.keyring, made.public_id, 2, FACTS, **times(stack))
        assert (made.state, made.held) == ("open", [])


def test_only_an_office_reviews_and_only_what_it_has_read(embedded):
    with transaction(embedded.sessions) as session:
        scope = desk(session)
        made = posted(embedded, session, scope, pay_low_cents=100_000)
        for role in (Role.COMPANY, Role.COORDINATOR, Role.EMPLOYER, Role.AUDITOR):
            with pytest.raises(Forbidden):
                review.approve(
                    session,
                    replace(scope, role=role),
                    made.public_id,
                    1,
                    reason="没有问题",
                    **times(embedded),
                )
        with pytest.raises(StaleVersion):
            review.approve(session, scope, made.public_id, 7, reason="没有问题", **times(embedded))
        opened = posted(embedded, session, scope, token="b", title="质检员")
        with pytest.raises(DomainError, match="nothing_to_review"):
            review.approve(session, scope, opened.public_id, 1, reason="没有问题", **times(embedded))


def test_an_import_holds_unlawful_rows_and_says_the_words_in_the_workbook(stack):
    home = office(stack)
    rows = [
        post(1, 岗位名称="缝纫工(限女性)"),
        post(2, 薪资="1000元/月", 每天工时="8"),
        post(3, 每天工时="10", 每周天数="6"),
        post(4),
        post(5, 岗位名称=""),
    ]
    ledger = bring_in(stack, home, "vacancies", rows, vouch=True)
    assert counts(ledger) == (4, 0, 0, 1)
    with transaction(stack.sessions) as session:
        stored = session.scalars(select(Vacancy).order_by(Vacancy.id)).all()
        assert [one.held for one in stored] == [["wording"], ["review"], ["hours"], []]
        assert queries.lines_held(session, ledger.id) == 3
        scope = Scope(Role.COUNTY, "tester", stored[0].tenant_id, None, home)
        now = stack.clock.now()
        _, content = imports.error_workbook(session, scope, stack.keyring, ledger.public_id, now)
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    assert book.sheet_names == ["未导入的行", "已导入待改的行"]
    lines = book.get_sheet_by_index(1).to_python()
    title = lines[0].index("原因(岗位名称)")
    assert lines[1][title].startswith("“限女性”:")
    assert [line[0] for line in lines[1:]] == [2, 3, 4]
    # Put right and brought in again, the row opens.
    bring_in(stack, home, "vacancies", [post(1)], vouch=True)
    with transaction(stack.sessions, writes=False) as session:
        assert session.scalars(select(Vacancy).order_by(Vacancy.id)).first().state == "open"


def test_what_a_reviewer_let_pass_stays_open_when_the_sheet_comes_again(stack):
    home = office(stack)
    bring_in(stack, home, "vacancies", [post(1, 薪资="1000元/月")], vouch=True)
    with transaction(stack.sessions) as session:
        vacancy = session.scalars(select(Vacancy)).one()
        scope = Scope(Role.COUNTY, "tester", vacancy.tenant_id, None, home)
        review.approve(session, scope, vacancy.public_id, 1, reason="按件另计", **times(stack))
    again = bring_in(stack, home, "vacancies", [post(1, 薪资="1000元/月", 招聘人数="9")], vouch=True)
    assert counts(again) == (0, 1, 0, 0)
    assert ledger_of(stack, again.id).findings.get("held") == 0
    with transaction(stack.sessions, writes=False) as session:
        assert session.scalars(select(Vacancy)).one().state == "open"


def test_a_reviewer_asks_for_other_words_and_the_new_ones_are_read_anew(stack):
    with transaction(stack.sessions) as session:
        scope = desk(session)
        low = {"pay_low_cents": 100_000, "pay_text": "1000元/月"}
        made = posted(stack, session, scope, **low)
        with pytest.raises(DomainError, match="review_reason_missing"):
            review.ask_for_change(session, scope, made.public_id, 1, note="  改 ", **times(stack))
        review.ask_for_change(session, scope, made.public_id, 1, note="请写明是半天的活", **times(stack))
        assert (made.state, made.held, made.version) == ("held", ["change"], 2)
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert (event.action, event.reason) == ("vacancy.review_returned", "请写明是半天的活")
        with pytest.raises(DomainError, match="nothing_to_review"):
            review.approve(session, scope, made.public_id, 2, reason="仔细看过了", **times(stack))
        other = {**FACTS, "pay_low_cents": 90_000, "pay_text": "900元/月"}
        service.correct(session, scope, stack.keyring, made.public_id, 2, other, **times(stack))
        assert made.held == ["review"]
        better = {**FACTS, "pay_low_cents": 300_000}
        service.correct(session, scope, stack.keyring, made.public_id, 3, better, **times(stack))
        assert (made.state, made.held) == ("open", [])
