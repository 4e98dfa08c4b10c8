"""S9: every route × every kind of visitor × own, neighbouring and foreign things, as ``matrix.yaml`` says.

A route without an entry fails, and so does an entry without a route.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from matching.accounts.models import Role
from matching.bootstrap import Services
from matching.db import transaction
from tests.web.desk.world import Corner, World, make
from tests.web.routes import method_of, path_of
from tests.webapp import token_of

MATRIX = yaml.safe_load((Path(__file__).parent / "matrix.yaml").read_text("utf-8"))
#: What a visitor outside may get instead of the page.
TO_SIGN_IN, NOT_FOR_YOU, NOT_THERE = 303, 403, 404
ROLES = (
    Role.EMPLOYER,
    Role.COMPANY,
    Role.COORDINATOR,
    Role.COUNTY,
    Role.PREFECTURE,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)


def _rules(app: Flask) -> list[Any]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint)


def test_every_route_has_an_entry_and_every_entry_a_route(app: Flask) -> None:
    assert {rule.endpoint for rule in _rules(app)} == set(MATRIX)


def test_who_may_come_in_stands_in_the_matrix(app: Flask) -> None:
    known = {"everybody", "signed_in", *MATRIX_ROLES}
    assert {entry["may"] for entry in MATRIX.values()} <= known


MATRIX_ROLES: dict[str, tuple[Role, ...]] = {
    "readers": tuple(role for role in ROLES if role is not Role.EMPLOYER),
    "writers": tuple(role for role in ROLES if role not in (Role.EMPLOYER, Role.AUDITOR)),
    "verifiers": (Role.COMPANY, Role.COUNTY, Role.PREFECTURE, Role.ADMINISTRATOR),
    "operators": (Role.ADMINISTRATOR,),
    "reviewers": (Role.COUNTY, Role.PREFECTURE, Role.ADMINISTRATOR),
    "deciders": (Role.PREFECTURE, Role.ADMINISTRATOR),
    "seekers": (Role.JOBSEEKER,),
    # Nobody with a password: who acts for an employer is a telephone that proved it.
    "employers": (),
    "tokens": (),
}
#: Software without a token is told so; a cookie opens none of these addresses.
NO_TOKEN = 401


def _may(entry: dict[str, Any], role: Role | None) -> bool:
    if entry["may"] == "everybody":
        return True
    return role is not None and (entry["may"] == "signed_in" or role in MATRIX_ROLES[entry["may"]])


@pytest.fixture
def world(services: Services) -> World:
    """Two tenants and three counties."""
    with transaction(services.sessions) as session:
        return make(session, services.keyring)


def _values(entry: dict[str, Any], corner: Corner, world: World) -> dict[str, Any]:
    subjects = {
        "member": corner.member.public_id,
        "vacancy": corner.vacancy.public_id,
        "settlement": corner.settlement.public_id,
        "ledger": corner.ledger.public_id,
        "household": corner.provisional.public_id,
        "conflict": corner.conflict.id,
        "transfer": corner.transfer.id,
        "registration": corner.registration.public_id,
        "paper": corner.paper.public_id,
        "referral": corner.referral.public_id,
        "complaint": corner.complaint.public_id,
        "doubtful": corner.doubtful.public_id,
        "newcomer": corner.newcomer.public_id,
        "parked": corner.parked.public_id,
        "correction": corner.correction.public_id,
    }
    about = entry.get("about", {}).items()
    return {name: subjects[subject] for name, subject in about if subject in subjects}


def _ask(
    client: Any, app: Flask, rule: Any, entry: dict[str, Any], values: dict[str, Any], token: str
) -> int:
    path, method = path_of(app, rule, values), method_of(rule)
    form = {"csrf_token": token, **entry.get("form", {})}
    with client.open(path, method=method, data=form if method != "GET" else None) as answer:
        return int(answer.status_code)


@pytest.mark.wide
@pytest.mark.parametrize("role", [None, *ROLES], ids=lambda role: role.value if role else "anonymous")
def test_the_matrix_holds(app: Flask, world: World, sign_in_as: Any, client: Any, role: Role | None) -> None:
    browser = sign_in_as(role, organisation=world.own.office) if role else client
    token = token_of(client) if role is None else _token(browser)
    wrong = []
    for rule in _rules(app):
        entry = MATRIX[rule.endpoint]
        if entry.get("ends_session"):
            continue
        got = _ask(browser, app, rule, entry, _values(entry, world.own, world), token)
        if _may(entry, role):
            fine = got in entry.get("own", [200])
        elif entry["may"] == "tokens":
            fine = got == NO_TOKEN
        elif role is None:
            fine = got == TO_SIGN_IN
        else:
            fine = got == NOT_FOR_YOU
        if not fine:
            wrong.append((rule.endpoint, "own", got))
        if entry.get("about") and _may(entry, role) and not entry.get("public_thing"):
            wrong += _elsewhere(browser, app, rule, entry, world, token, role)
    assert wrong == []


def _elsewhere(
    browser: Any, app: Flask, rule: Any, entry: dict[str, Any], world: World, token: str, role: Role | None
) -> list[Any]:
    """Another tenant's things are not there for anybody; a neighbour's not for those of one county."""
    wrong = []
    got = _ask(browser, app, rule, entry, _values(entry, world.foreign, world), token)
    if got != NOT_THERE:
        wrong.append((rule.endpoint, "other tenant", got))
    if role in (Role.COMPANY, Role.COORDINATOR, Role.COUNTY):
        got = _ask(browser, app, rule, entry, _values(entry, world.neighbour, world), token)
        if got != NOT_THERE:
            wrong.append((rule.endpoint, "other county", got))
    return wrong


def _token(browser: Any) -> str:
    page = browser.get("/account").get_data(as_text=True)
    return str(page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0])
