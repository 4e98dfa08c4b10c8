"""S9 and S12 for jobseekers: which routes let an account in, and that each change leaves its audit row."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from matching.accounts import audit
from matching.accounts.models import AuditEvent
from matching.accounts.scope import OPERATOR
from matching.db import transaction
from matching.people.helper_codes import make_helper_code
from matching.people.models import Consent
from matching.placements.models import Application, InterviewQuestion
from tests.web.me.conftest import Family, Phone
from tests.web.routes import method_of, path_of
from tests.web.test_matrix import MATRIX, NO_TOKEN, NOT_FOR_YOU, TO_SIGN_IN


@pytest.mark.wide
def test_an_account_enters_its_own_pages_and_the_public_ones_only(app: Flask, inside: Phone) -> None:
    wrong = []
    token = inside.token()
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
        entry = MATRIX[rule.endpoint]
        if entry.get("ends_session") and entry["may"] == "seekers":
            continue
        method = method_of(rule)
        form = {"csrf_token": token} if method != "GET" else None
        with inside.client.open(path_of(app, rule), method=method, data=form) as answer:
            got = answer.status_code
        may = entry["may"] in ("everybody", "seekers")
        if entry["may"] == "tokens":
            assert got == NO_TOKEN, rule.endpoint
            continue
        fine = got in (*entry.get("own", [200]), 404, 303) if may else got == NOT_FOR_YOU
        if entry["may"] == "employers":  # asked for which employer, and how to register
            fine = got == TO_SIGN_IN
        if not fine:
            wrong.append((rule.endpoint, got))
    assert wrong == []


def test_every_change_asks_for_the_form_token(app: Flask, inside: Phone) -> None:
    changing = [rule for rule in app.url_map.iter_rules() if method_of(rule) != "GET"]
    # Software sends JSON and a token, which no other page can make a browser send.
    forms = [rule for rule in changing if not rule.endpoint.startswith("account_api.")]
    own = [rule for rule in forms if MATRIX[rule.endpoint]["may"] in ("seekers", "everybody")]
    assert len(own) > 10
    for rule in own:
        assert inside.client.open(path_of(app, rule), method="POST").status_code == 400, rule.endpoint


def _helpers_code(phone: Phone, family: Family, services: Any) -> str:
    with transaction(services.sessions) as session:
        return make_helper_code(
            session, OPERATOR, services.keyring, family.stranger.public_id, services.clock.now()
        )[1]


def _entered(phone: Phone, family: Family, services: Any) -> Any:
    phone.send("/me/sign-out")
    return phone.sign_in("19900000321")


def _registered(phone: Phone, family: Family, services: Any) -> Any:
    phone.send("/me/register", {"name": "新来的人"})
    phone.send("/me/register/number", {"number": ""})
    return phone.send("/me/register/place", {"place": "431222"})


def _wanted(phone: Phone, family: Family, services: Any) -> Any:
    return phone.send(f"/me/want/{family.posts[0].public_id}", {"token": "a token of the test"})


def _withdrawn(phone: Phone, family: Family, services: Any) -> Any:
    _wanted(phone, family, services)
    with transaction(services.sessions, writes=False) as session:
        application = session.scalars(select(Application)).one()
    form = {"version": str(application.version), "event": "withdraw"}
    return phone.send(f"/me/wanted/{application.public_id}", form)


def _said(phone: Phone, family: Family, services: Any) -> Any:
    _wanted(phone, family, services)
    with transaction(services.sessions) as session:
        application = session.scalars(select(Application)).one()
        session.add(
            InterviewQuestion(
                application_id=application.id, interview=0, side="jobseeker", asked_at=services.clock.now()
            )
        )
    return phone.send(f"/me/wanted/{application.public_id}/said", {"said": "waiting"})


def _taken_back(phone: Phone, family: Family, services: Any) -> Any:
    _wanted(phone, family, services)
    with transaction(services.sessions, writes=False) as session:
        line = session.scalars(select(Consent.id)).one()
    return phone.send(f"/me/data/consents/{line}")


def _unpaid(phone: Phone, family: Family, services: Any) -> Any:
    _wanted(phone, family, services)
    with transaction(services.sessions) as session:
        application = session.scalars(select(Application)).one()
        application.state = "left"
    return phone.send("/me/wages", {"work": application.public_id})


#: Endpoint → how it is used with success.
USES: dict[str, Callable[[Phone, Family, Any], Any]] = {
    "me.answer": _withdrawn,
    "me.answer_one": lambda p, f, s: p.send(
        "/me/profile/reach",
        {
            "answer": "town",
            "mark": re.search(r'name="mark"[^>]* value="(\w+)"', p.page("/me/profile/reach"))[1],
        },
    ),
    "me.answer_consent": lambda p, f, s: p.send("/me/data/consents", {"kind": "be_found", "answer": "yes"}),
    "me.ask_correction": lambda p, f, s: p.send("/me/data/correct/work_place", {"said": "在怀化"}),
    "me.delete_now": lambda p, f, s: p.send("/me/data/delete", {"sure": "yes"}),
    "me.download_now": lambda p, f, s: p.send("/me/data/download", {"format": "json"}),
    "me.sign_in_again": lambda p, f, s: p.send("/me/again"),
    "me.take_back": _taken_back,
    "me.drop": lambda p, f, s: p.send(f"/me/saved/{f.posts[0].public_id}/drop"),
    "me.keep": lambda p, f, s: p.send(f"/me/saved/{f.posts[0].public_id}"),
    "me.look_again": lambda p, f, s: [
        p.send("/me/work", {"where": "elsewhere"}),
        p.send("/me/work/again"),
    ][1],
    "me.wages_now": _unpaid,
    "me.work_now": lambda p, f, s: p.send("/me/work", {"where": "elsewhere"}),
    "me.switch": lambda p, f, s: p.send("/me/matching", {"on": "no"}),
    "me.want_now": _wanted,
    "me.choose": lambda p, f, s: p.send("/me/who", {"person": f.first.public_id}),
    "me.enter": _entered,
    "me.go_on": lambda p, f, s: p.send(f"/go/{_helpers_code(p, f, s)}"),
    "me.link_now": lambda p, f, s: p.link(f.numbers[f.second.id]),
    "me.register_now": _registered,
    "me.say": _said,
    "me.send_code": lambda p, f, s: p.send("/me/sign-in", {"phone": "19900000321"}),
    "me.sign_out": lambda p, f, s: p.send("/me/sign-out"),
    "me.sign_out_everywhere": lambda p, f, s: p.send("/me/sign-out/everywhere"),
    "me.use_helper_code": lambda p, f, s: p.send("/me/helper-code", {"code": _helpers_code(p, f, s)}),
}


def test_every_change_of_an_account_is_used_here() -> None:
    changing = {name for name, entry in MATRIX.items() if name.startswith("me.") and entry.get("changes")}
    assert changing - {"me.make_code", "me.end_accounts"} == set(USES)


@pytest.mark.parametrize("endpoint", sorted(USES))
def test_a_change_leaves_its_audit_row(inside: Phone, family: Family, services: Any, endpoint: str) -> None:
    def told() -> list[str]:
        with transaction(services.sessions, writes=False) as session:
            return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))

    before = len(told())
    assert USES[endpoint](inside, family, services).status_code == (200 if "download" in endpoint else 303)
    assert set(MATRIX[endpoint]["audited"]) & set(told()[before:])
    with transaction(services.sessions, writes=False) as session:
        assert audit.first_broken(session) is None
        everything = str([vars(event) for event in session.scalars(select(AuditEvent))])
    assert not [number for number in family.numbers.values() if number in everything]
