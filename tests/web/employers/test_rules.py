"""S9 and S12 for employers: which routes a hat opens, and that each change leaves its audit row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from matching.accounts import audit
from matching.accounts.models import AuditEvent, EmployerAccount
from matching.bootstrap import Services
from matching.db import transaction
from matching.placements.models import InterviewQuestion
from tests.web.desk.staff import field
from tests.web.employers.conftest import Workshop
from tests.web.employers.people import applied, person
from tests.web.employers.test_posts import GOOD, begin, write
from tests.web.employers.test_register import form as registration
from tests.web.me.conftest import Phone
from tests.web.routes import method_of, path_of
from tests.web.test_matrix import MATRIX, NO_TOKEN, NOT_FOR_YOU


@pytest.mark.wide
def test_a_hat_opens_employers_pages_the_accounts_own_and_the_public_ones(app: Flask, boss: Phone) -> None:
    wrong = []
    token = boss.token()
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
        entry = MATRIX[rule.endpoint]
        if entry.get("ends_session"):
            continue
        method = method_of(rule)
        form = {"csrf_token": token} if method != "GET" else None
        with boss.client.open(path_of(app, rule), method=method, data=form) as answer:
            got = answer.status_code
        if entry["may"] == "tokens":
            assert got == NO_TOKEN, rule.endpoint
            continue
        may = entry["may"] in ("everybody", "seekers", "employers")
        fine = got in (*entry.get("own", [200]), 404, 303) if may else got == NOT_FOR_YOU
        if not fine:
            wrong.append((rule.endpoint, got))
    assert wrong == []


def test_every_change_asks_for_the_form_token(app: Flask, boss: Phone) -> None:
    changing = [rule for rule in app.url_map.iter_rules() if method_of(rule) != "GET"]
    own = [rule for rule in changing if MATRIX[rule.endpoint]["may"] == "employers"]
    assert len(own) > 8
    for rule in own:
        assert boss.client.open(path_of(app, rule), method="POST").status_code == 400, rule.endpoint


def _chosen(boss: Phone, services: Services) -> Any:
    with transaction(services.sessions, writes=False) as session:
        hat = session.scalars(select(EmployerAccount.public_id)).one()
    return boss.send("/employer/who", {"employer": hat})


def _again(boss: Phone, services: Services) -> Any:
    with transaction(services.sessions) as session:
        session.scalars(select(EmployerAccount)).one().state = "refused"
    path = "/employer/register/again"
    return boss.send(path, registration(boss, path))


def _post(boss: Phone, workshop: Workshop, act: str, **form: str) -> Any:
    path = f"/employer/posts/{workshop.post.public_id}"
    page = boss.page(path)
    return boss.send(f"{path}/{act}", {"version": "1", "token": field(page, "token"), **form})


def _candidate(boss: Phone, workshop: Workshop, services: Services, act: str, **form: str) -> Any:
    """A page below somebody who applied, was met and is asked about."""
    row = applied(services, person(services, 1), workshop.post)
    asked = InterviewQuestion(
        application_id=row.id, interview=0, side="employer", asked_at=services.clock.now()
    )
    with transaction(services.sessions) as session:
        session.add(asked)
    return boss.send(f"{_people(workshop)}/{row.public_id}/{act}", form)


def _people(workshop: Workshop) -> str:
    return f"/employer/posts/{workshop.post.public_id}/candidates"


def _moved(boss: Phone, workshop: Workshop, services: Services) -> Any:
    row = applied(services, person(services, 1), workshop.post)
    return boss.send(f"{_people(workshop)}/do/invite", {"who": f"{row.public_id}.1"})


def _asked(boss: Phone, workshop: Workshop, services: Services) -> Any:
    found = person(services, 1, findable=True)
    return boss.send(f"{_people(workshop)}/ask", {"who": found.seeker, "token": "t"})


#: Endpoint → how it is used with success.
USES: dict[str, Callable[[Phone, Workshop, Services], Any]] = {
    "employer.add_papers": lambda b, w, s: b.send("/employer/papers", registration(b)),
    "employer.begin": lambda b, w, s: b.send(begin(b) + "/take-back"),
    "employer.candidate_contact": lambda b, w, s: _candidate(b, w, s, "contact"),
    "employer.candidate_said": lambda b, w, s: _candidate(b, w, s, "said", said="taken"),
    "employer.candidates_asked": _asked,
    "employer.candidates_company": lambda b, w, s: b.send(
        f"{_people(w)}/company", {"wanted": "2", "token": "t"}
    ),
    "employer.candidates_move": _moved,
    "employer.change_state": lambda b, w, s: _post(b, w, "state", event="pause"),
    "employer.choose": lambda b, w, s: _chosen(b, s),
    "employer.copy": lambda b, w, s: _post(b, w, "copy"),
    "employer.discard": lambda b, w, s: b.send(begin(b) + "/discard"),
    "employer.extend": lambda b, w, s: _post(b, w, "extend"),
    "employer.register_again": lambda b, w, s: _again(b, s),
    "employer.register_now": lambda b, w, s: b.send("/employer/register", registration(b)),
    "employer.save": lambda b, w, s: _post(b, w, "correct", **GOOD),
    "employer.save_draft": lambda b, w, s: write(b, begin(b), "save"),
    "employer.take_back": lambda b, w, s: b.send(begin(b) + "/take-back"),
}


def test_every_change_of_an_employer_is_used_here() -> None:
    changing = {
        name for name, entry in MATRIX.items() if name.startswith("employer.") and entry.get("changes")
    }
    assert changing == set(USES)


@pytest.mark.parametrize("endpoint", sorted(USES))
def test_a_change_leaves_its_audit_row(
    boss: Phone, workshop: Workshop, services: Services, endpoint: str
) -> None:
    def told() -> list[str]:
        with transaction(services.sessions, writes=False) as session:
            return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))

    before = len(told())
    assert USES[endpoint](boss, workshop, services).status_code in (200, 303)
    assert set(MATRIX[endpoint]["audited"]) & set(told()[before:])
    with transaction(services.sessions, writes=False) as session:
        assert audit.first_broken(session) is None
