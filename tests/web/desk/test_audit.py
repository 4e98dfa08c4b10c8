"""S12: whatever changes something, or shows a closed fact, leaves an audit row in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from matching.accounts import audit
from matching.accounts.models import AuditEvent, Role
from matching.accounts.scope import OPERATOR
from matching.bootstrap import Services
from matching.db import transaction
from matching.people import consents
from matching.people.codes import ConsentKind
from matching.people.models import ImportConflict, Jobseeker, Member
from matching.placements import service as placements
from matching.placements.models import InterviewQuestion, Referral
from matching.sheets.models import Ledger, LedgerState
from tests.stack import drain_all
from tests.web.desk.staff import Staff, field
from tests.web.desk.world import World, id_number
from tests.web.test_matrix import MATRIX
from tests.webapp import PASSWORD

HELPS = ConsentKind.HELPER_ACTS


def actions(services: Services) -> list[str]:
    """Everything in the audit, in order."""
    with transaction(services.sessions, writes=False) as session:
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def _imported(staff: Staff) -> str:
    address = staff.upload()
    drain_all(staff.services)
    return address


def _applied(staff: Staff) -> str:
    address = _imported(staff)
    staff.send(f"{address}/confirm")
    drain_all(staff.services)
    return address


def _corrected(staff: Staff) -> Any:
    path = f"/desk/people/{staff.world.own.member.public_id}/correct"
    return staff.send(path, {"version": field(staff.page(path), "version"), "work_place": "怀化市"})


def _settlement(staff: Staff, path: str, name: str) -> Any:
    page = staff.page(path)
    return staff.send(
        path, {"version": field(page, "version"), "name": name, "region_code": "431222", "persons": "80"}
    )


def _posted(staff: Staff) -> Any:
    token = field(staff.page("/desk/posts/new"), "token")
    return staff.send("/desk/posts/new", {"token": token, "title": "保洁员", "kind": "enterprise"})


def _post_corrected(staff: Staff) -> Any:
    path = f"/desk/posts/{staff.world.own.vacancy.public_id}/correct"
    form = {"version": field(staff.page(path), "version"), "title": "平车工", "kind": "support_workshop"}
    return staff.send(path, form)


def _added(staff: Staff) -> Any:
    token = field(staff.page("/desk/people/new"), "token")
    form = {"token": token, "name": "测试新", "id_number": id_number("431222", 551)}
    return staff.send("/desk/people/new", form)


def _household(staff: Staff, act: str, form: dict[str, str]) -> Any:
    path = f"/desk/worklists/households/{staff.world.own.provisional.public_id}"
    return staff.send(f"{path}/{act}", {"version": field(staff.page(path), "version"), **form})


def _double(staff: Staff, act: str) -> Any:
    listed = staff.page("/desk/worklists/doubles")
    path = listed.split('href="/desk/worklists/doubles/', 1)[1].split('"', 1)[0]
    page = staff.page(f"/desk/worklists/doubles/{path}")
    versions = {name: field(page, name) for name in ("first_version", "second_version")}
    return staff.send(f"/desk/worklists/doubles/{path}/{act}", versions)


def _complaint(staff: Staff) -> str:
    return f"/desk/complaints/{staff.world.own.complaint.public_id}"


def _people(staff: Staff) -> str:
    return f"/desk/posts/{staff.world.own.vacancy.public_id}/candidates"


def _applied_for(staff: Staff) -> str:
    """Address of the candidate that the own member has become."""
    own, services = staff.world.own, staff.services
    with transaction(services.sessions) as session:
        member = session.get_one(Member, own.member.id, with_for_update=True)
        asked = InterviewQuestion(interview=0, side="employer", asked_at=services.clock.now())
        consents.answer(session, OPERATOR, member, HELPS, agreed=True, now=services.clock.now())
        arguments = (services.clock, member.public_id, own.vacancy.public_id)
        made = placements.apply(session, OPERATOR, *arguments, form_token="audit")
        asked.application_id = made.id
        session.add(asked)
        return made.public_id


def _proposed(staff: Staff) -> Any:
    staff.send(f"{_people(staff)}/company", {"wanted": "2", "token": "open"})
    with transaction(staff.services.sessions, writes=False) as session:
        made = session.scalars(select(Referral).order_by(Referral.id.desc())).first()
    form = {"who": staff.world.own.member.public_id, "token": "t"}
    return staff.send(f"/desk/referrals/{made.public_id}/ask", form)


def _found(staff: Staff) -> str:
    """Public id of the own member, who agreed to be found."""
    with transaction(staff.services.sessions) as session:
        seeker = session.get_one(Jobseeker, staff.world.own.member.id)
        seeker.findable = True
        return seeker.public_id


def _employer(staff: Staff) -> str:
    return f"/desk/employers/{staff.world.own.registration.public_id}"


def _verified(staff: Staff) -> str:
    staff.send(f"{_employer(staff)}/approve", {"version": "1"})
    return _employer(staff)


def _newcomer(staff: Staff) -> str:
    return f"/desk/registrations/{staff.world.own.newcomer.public_id}"


def _correction(staff: Staff) -> str:
    return f"/desk/corrections/{staff.world.own.correction.public_id}"


#: Endpoint → how it is used with success.
USES: dict[str, Callable[[Staff], Any]] = {
    "complaints.acknowledge": lambda s: s.send(f"{_complaint(s)}/acknowledge", {"version": "1"}),
    "complaints.settle": lambda s: s.send(
        f"{_complaint(s)}/settle", {"version": "1", "outcome": "confirmed", "answer": "岗位已关闭。"}
    ),
    "corrections.open_one": lambda s: s.send(f"{_correction(s)}/open"),
    "corrections.settle": lambda s: s.send(_correction(s), {"granted": "yes", "answer": ""}),
    "doubles.apart": lambda s: _double(s, "apart"),
    "doubles.merge": lambda s: _double(s, "merge"),
    "employers.approve": lambda s: s.send(f"{_employer(s)}/approve", {"version": "1"}),
    "employers.end": lambda s: s.send(f"{_verified(s)}/end", {"version": "2"}),
    "employers.paper": lambda s: s.send(f"{_employer(s)}/paper/{s.world.own.paper.public_id}"),
    "employers.refuse": lambda s: s.send(
        f"{_employer(s)}/refuse", {"version": "1", "reason": "paper_unreadable"}
    ),
    "employers.renew": lambda s: s.send(f"{_verified(s)}/renew", {"version": "2"}),
    "imports.upload": lambda s: s.upload(),
    "imports.confirm": lambda s: s.send(f"{_imported(s)}/confirm"),
    "imports.cancel": lambda s: s.send(f"{_imported(s)}/cancel"),
    "imports.errors": lambda s: s.send(f"{_imported(s)}/errors"),
    "imports.take_back": lambda s: s.send(f"{_applied(s)}/take-back"),
    "operations.retry": lambda s: s.send("/desk/operations/retry", {"id": str(s.world.buried)}),
    "people.add": _added,
    "people.decide": lambda s: s.send(
        f"/desk/people/conflicts/{s.world.own.conflict.id}", {"decide": "keep"}
    ),
    "people.export": lambda s: s.send("/desk/people/export"),
    "people.find": lambda s: s.send("/desk/people/find", {"text": "鹭"}),
    "people.save": _corrected,
    "me.make_code": lambda s: s.send(f"/desk/people/{s.world.own.member.public_id}/code"),
    "people.unmask": lambda s: s.send(
        f"/desk/people/{s.world.own.member.public_id}/unmask", {"field": "phone", "reason": "核对电话"}
    ),
    "posts.add": _posted,
    "posts.candidate_contact": lambda s: s.send(f"{_people(s)}/{_applied_for(s)}/contact"),
    "posts.candidate_said": lambda s: s.send(f"{_people(s)}/{_applied_for(s)}/said", {"said": "taken"}),
    "posts.candidates_asked": lambda s: s.send(f"{_people(s)}/ask", {"who": _found(s), "token": "t"}),
    "posts.candidates_company": lambda s: s.send(f"{_people(s)}/company", {"wanted": "2", "token": "t"}),
    "posts.candidates_move": lambda s: s.send(f"{_people(s)}/do/invite", {"who": f"{_applied_for(s)}.1"}),
    "posts.change_state": lambda s: s.send(
        f"/desk/posts/{s.world.own.vacancy.public_id}/state", {"event": "pause", "version": "1"}
    ),
    "posts.export": lambda s: s.send("/desk/posts/export"),
    "posts.save": _post_corrected,
    "posts.vouch": lambda s: s.send(f"/desk/posts/{s.world.own.held.public_id}/vouch"),
    "settlements.add": lambda s: s.send(
        "/desk/settlements/new", {"name": "新安置区", "region_code": "431222"}
    ),
    "settlements.export": lambda s: s.send("/desk/settlements/export"),
    "settlements.save": lambda s: _settlement(
        s, f"/desk/settlements/{s.world.own.settlement.public_id}", "改名安置区"
    ),
    "worklists.export": lambda s: s.send("/desk/worklists/provisional/export"),
    "worklists.link": lambda s: _household(s, "link", {"way": "own", "code": "H777"}),
    "worklists.place": lambda s: _household(s, "place", {"settlement": s.world.own.settlement.public_id}),
    "worklists.settle": lambda s: s.send(f"/desk/worklists/transfers/{s.world.own.transfer.id}"),
    "referrals.ask": _proposed,
    "referrals.close": lambda s: s.send(f"/desk/referrals/{s.world.own.referral.public_id}/close"),
    "me.end_accounts": lambda s: s.send(f"/desk/people/{s.world.own.member.public_id}/end-accounts"),
    "notices.decide": lambda s: s.send(
        f"/desk/notices/{s.world.own.parked.public_id}", {"decision": "arrived"}
    ),
    "registrations.confirm": lambda s: s.send(f"{_newcomer(s)}/confirm"),
    "registrations.dismiss": lambda s: s.send(f"{_newcomer(s)}/dismiss"),
    "reviews.decide": lambda s: s.send(
        f"/desk/reviews/{s.world.own.doubtful.public_id}",
        {"version": "1", "decision": "refuse", "refusal": "pay_too_low"},
    ),
    "slips.printed": lambda s: s.send("/desk/slips", {"slip": s.world.own.slip.public_id}),
    "reports.make": lambda s: s.send(
        f"/vacancies/{s.world.own.vacancy.public_id}/report", {"kind": "not_real", "token": "t"}
    ),
    "account.sign_in_now": lambda s: s.send(
        "/sign-in", {"login": s.browser.user.login, "password": PASSWORD}
    ),
    "account.change_password": lambda s: s.send(
        "/account/password", {"old": PASSWORD, "new": "a quiet river", "again": "a quiet river"}
    ),
    "account.sign_out": lambda s: s.send("/sign-out"),
    "account.sign_out_everywhere": lambda s: s.send("/sign-out/everywhere"),
}
#: Tested with the set-up itself (``test_sign_in``), and with the pages of jobseekers and
#: employers and the interface of accounts (``tests/web/me``, ``tests/web/employers``).
ABOUT_ACCOUNTS = ("me.", "employer.", "account_api.")
ELSEWHERE = {"account.set_up", *(name for name in MATRIX if name.startswith(ABOUT_ACCOUNTS))} - {
    "me.make_code",
    "me.end_accounts",
}
#: They change nothing but a cookie of the visitor's.
COOKIES_ONLY = {"public.display", "desk.area", "me.take_name", "me.take_number"}


def test_every_route_that_changes_something_is_used_here(app: Flask) -> None:
    changing = {name for name, entry in MATRIX.items() if entry.get("changes")}
    assert changing - ELSEWHERE == set(USES)
    writing = {
        rule.endpoint for rule in app.url_map.iter_rules() if rule.methods - {"GET", "HEAD", "OPTIONS"}
    }
    assert writing - COOKIES_ONLY == changing


@pytest.mark.parametrize("endpoint", sorted(USES))
def test_a_change_leaves_its_audit_row(
    app: Flask, services: Services, world: World, sign_in_as: Any, endpoint: str
) -> None:
    role = Role.ADMINISTRATOR if endpoint.startswith(("operations", "notices")) else Role.COUNTY
    staff = Staff(sign_in_as(role, organisation=world.own.office), services, world)
    before = len(actions(services))
    answer = USES[endpoint](staff)
    assert isinstance(answer, str) or answer.status_code < 400, answer.get_data(as_text=True)
    new = actions(services)[before:]
    assert set(MATRIX[endpoint]["audited"]) & set(new), new
    with transaction(services.sessions, writes=False) as session:
        assert audit.first_broken(session) is None


def test_a_refused_look_shows_nothing(services: Services, world: World, desk: Any) -> None:
    staff = Staff(desk, services, world)
    before = len(actions(services))
    path = f"/desk/people/{world.own.member.public_id}/unmask"
    answer = staff.send(path, {"field": "id_number", "reason": " "})
    assert answer.status_code == 422
    assert world.own.canaries[1] not in answer.get_data(as_text=True)
    assert "请写明查看的理由" in answer.get_data(as_text=True)
    assert actions(services)[before:] == []
    shown = staff.send(path, {"field": "id_number", "reason": "核对"}).get_data(as_text=True)
    assert world.own.canaries[1] in shown
    with transaction(services.sessions, writes=False) as session:
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert (event.action, event.fields, event.reason) == (
            "member.unmasked", {"columns": ["id_number"]}, "核对",
        )  # fmt: skip


def test_the_audit_names_fields_and_never_values(services: Services, world: World, desk: Any) -> None:
    staff = Staff(desk, services, world)
    _corrected(staff)
    staff.send("/desk/people/find", {"text": world.own.canaries[2]})
    with transaction(services.sessions, writes=False) as session:
        told = [(event.action, str(event.fields)) for event in session.scalars(select(AuditEvent))]
    assert ("people.found", "{'by': 'phone', 'rows': 1}") in told
    assert not [text for _action, text in told if "怀化" in text or world.own.canaries[2] in text]


def test_a_decided_offer_is_decided(services: Services, world: World, desk: Any) -> None:
    staff = Staff(desk, services, world)
    path = f"/desk/people/conflicts/{world.own.conflict.id}"
    assert staff.send(path, {"decide": "take"}).status_code == 303
    assert "鹭洲工地" in staff.page(f"/desk/people/{world.own.member.public_id}")
    assert staff.send(path, {"decide": "keep"}).status_code == 404
    with transaction(services.sessions, writes=False) as session:
        assert session.get_one(ImportConflict, world.own.conflict.id).resolved_at is not None
        assert session.get_one(Ledger, world.own.ledger.id).state == LedgerState.DONE
