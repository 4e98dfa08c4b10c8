"""The account's side of the interface: a mini-program's whole way, and what opens nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from sqlalchemy import func, select

from matching.accounts.models import AuditEvent, OneTimeCode
from matching.db import transaction
from matching.placements.models import Application
from tests.web.me.conftest import PHONE, Family, Inbox, Phone
from tests.web.test_matrix import MATRIX
from web.api.account_description import paths
from web.problems import MIMETYPE

KEY = "press-of-a-button-1"


class Program:
    """A mini-program: JSON, and a token where it has one."""

    def __init__(self, client: Any, inbox: Inbox) -> None:
        self.client, self.inbox, self.token = client, inbox, ""

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if body is not None:
            options["json"] = body
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **options)

    def sign_in(self, number: str = PHONE) -> Any:
        ticket = self.send("POST", "/codes", {"phone": number}).json["ticket"]
        entered = self.send(
            "POST", "/sessions", {"ticket": ticket, "code": self.inbox.code, "device": "test"}
        )
        assert entered.status_code == 201, entered.text
        self.token = entered.json["token"]
        return entered.json


@pytest.fixture
def program(client: Any, inbox: Inbox) -> Program:
    return Program(client, inbox)


@pytest.fixture
def own(program: Program, inside: Phone, app: Any, inbox: Inbox, clock: Any) -> Program:
    """A program whose account has the family's first as its person."""
    clock.advance(timedelta(minutes=2))
    program.client = app.test_client()
    program.sign_in()
    return program


def actions(services: Any) -> list[str]:
    with transaction(services.sessions, writes=False) as session:
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def refused(answer: Any, status: int, code: str) -> bool:
    assert (answer.status_code, answer.mimetype) == (status, MIMETYPE), answer.text
    assert answer.json["detail"].endswith("。")
    return answer.json["code"] == code


def test_from_the_code_to_the_application_and_back(own: Program, family: Family, services: Any) -> None:
    (person,) = own.send("GET", "/people").json["people"]
    assert (person["id"], person["jobseeker"]) == (family.first.public_id, True)
    path = f"/people/{person['id']}/applications"
    assert own.send("GET", path).json == {"applications": []}
    made = own.send("POST", path, {"vacancy": family.posts[0].public_id, "key": KEY})
    assert (made.status_code, made.json["state"]) == (201, "applied")
    assert made.json["words"] == "已报名,等单位回话"
    assert made.json["next"] == ["withdraw"]
    moved = own.send(
        "POST", f"{path}/{made.json['id']}/events", {"event": "withdraw", "version": made.json["version"]}
    )
    assert (moved.status_code, moved.json["state"]) == (200, "withdrawn")
    assert own.send("GET", path).json["applications"] == [moved.json]
    assert own.send("DELETE", "/sessions").status_code == 204
    assert refused(own.send("GET", "/people"), 401, "http_401")
    told = {*actions(services), "consent.given"}
    for endpoint, entry in MATRIX.items():
        if endpoint.startswith("account_api."):
            assert set(entry.get("audited", [])) <= told, endpoint


def test_a_person_is_linked_by_id_number_and_the_ledgers_telephone(
    program: Program, family: Family, clock: Any
) -> None:
    assert program.sign_in()["people"] == []
    for member in (family.stranger, None):
        number = family.numbers[member.id] if member else "431222197001010000"
        assert refused(program.send("POST", "/people", {"id_number": number}), 403, "link_refused")
    linked = program.send("POST", "/people", {"id_number": family.numbers[family.second.id]})
    assert [one["id"] for one in linked.json["people"]] == [family.second.public_id]
    codes = [
        program.send("POST", "/people", {"id_number": "431222197001010000"}).json["code"] for _ in range(4)
    ]
    assert codes[-1] == "too_many_wrong"


def test_the_same_key_is_one_application(own: Program, family: Family, services: Any) -> None:
    path = f"/people/{family.first.public_id}/applications"
    answers = [own.send("POST", path, {"vacancy": family.posts[0].public_id, "key": KEY}) for _ in range(3)]
    assert len({answer.json["id"] for answer in answers}) == 1
    with transaction(services.sessions, writes=False) as session:
        assert session.scalar(select(func.count()).select_from(Application)) == 1
    other = own.send("POST", path, {"vacancy": family.posts[1].public_id, "key": KEY})
    assert refused(other, 422, "form_token_used")


def test_a_stale_version_and_an_employers_step_change_nothing(own: Program, family: Family) -> None:
    path = f"/people/{family.first.public_id}/applications"
    made = own.send("POST", path, {"vacancy": family.posts[0].public_id, "key": KEY}).json
    events = f"{path}/{made['id']}/events"
    assert refused(own.send("POST", events, {"event": "withdraw", "version": 77}), 409, "application_moved")
    assert refused(own.send("POST", events, {"event": "hire", "version": 1}), 400, "parameters_wrong")
    assert own.send("GET", path).json["applications"] == [made]


def test_a_yes_is_given_and_taken_back(own: Program, family: Family, services: Any) -> None:
    path = f"/people/{family.first.public_id}/consents"
    assert {one["kind"]: one["agreed"] for one in own.send("GET", path).json["consents"]} == {
        "be_found": False,
        "sensitive": False,
        "helper_acts": False,
    }
    for agreed in (True, False, False):
        answer = own.send("PUT", f"{path}/be_found", {"agreed": agreed})
        assert {"kind": "be_found", "agreed": agreed} in answer.json["consents"]
    assert refused(own.send("PUT", f"{path}/pass_to_employer", {"agreed": True}), 404, "consent_unknown")
    assert [one for one in actions(services) if one.startswith("consent")] == [
        "consent.given",
        "consent.withdrawn",
        "consent.refused",
    ]


def test_what_fits_comes_with_reasons_and_none_when_matching_is_off(own: Program, family: Family) -> None:
    found = own.send("GET", f"/people/{family.first.public_id}/matches").json
    assert found["matching_on"]
    assert {one["vacancy"]["title"] for one in found["matches"]} >= {"缝纫工", "保洁员"}
    assert all(one["reasons"] for one in found["matches"])


@pytest.mark.parametrize("path", ["matches", "applications", "consents"])
def test_nobody_elses_person_is_there(own: Program, family: Family, path: str) -> None:
    for member in (family.second, family.stranger):
        assert refused(own.send("GET", f"/people/{member.public_id}/{path}"), 404, "person_unknown")


def test_a_cookie_opens_nothing_and_a_token_opens_no_page(app: Any, inside: Phone, own: Program) -> None:
    assert inside.client.get("/me").status_code == 200
    answer = inside.client.get("/api/v1/people")
    assert refused(answer, 401, "http_401")
    assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")
    assert "Set-Cookie" not in answer.headers
    assert own.send("GET", "/people").status_code == 200
    page = own.client.get("/me", headers={"Authorization": f"Bearer {own.token}"})
    assert (page.status_code, page.location.split("?")[0]) == (303, "/me/sign-in")


@pytest.mark.parametrize("token", ["", "p.", "p.nothing", "x" * 3000, "p.\u00fc"])
def test_a_made_up_token_opens_nothing(program: Program, token: str) -> None:
    program.token = token
    assert refused(program.send("GET", "/people"), 401, "http_401")


def test_a_wrong_code_is_told_and_the_right_one_dies_with_its_tries(program: Program) -> None:
    ticket = program.send("POST", "/codes", {"phone": PHONE}).json["ticket"]
    right = program.inbox.code
    wrong = "000000" if right != "000000" else "111111"
    codes = [
        program.send("POST", "/sessions", {"ticket": ticket, "code": wrong}).json["code"] for _ in range(5)
    ]
    assert codes == ["code_wrong"] * 4 + ["code_dead"]
    assert refused(program.send("POST", "/sessions", {"ticket": ticket, "code": right}), 403, "code_dead")


def test_a_telephone_that_is_known_and_one_that_is_not_get_the_same_answer(
    program: Program, family: Family
) -> None:
    answers = [program.send("POST", "/codes", {"phone": phone}) for phone in (PHONE, "19900000777")]
    assert [sorted(answer.json) for answer in answers] == [["ticket", "valid_seconds"]] * 2
    again = program.send("POST", "/codes", {"phone": PHONE})
    assert refused(again, 429, "code_wait_minute")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, {"phone"}),
        ({"phone": 19900000001}, {"phone"}),
        ({"phone": ["19900000001"]}, {"phone"}),
        ({"phone": ""}, {"phone"}),
        ({"phone": "1234567890"}, {"phone"}),
        ({"phone": "19900000001", "role": "administrator"}, {"role"}),
    ],
)
def test_fields_that_do_not_fit_are_named(
    program: Program, services: Any, body: Any, named: set[str]
) -> None:
    answer = program.send("POST", "/codes", body)
    assert refused(answer, 400, "parameters_wrong")
    assert {fault["parameter"] for fault in answer.json["errors"]} == named
    with transaction(services.sessions, writes=False) as session:
        assert session.scalar(select(func.count()).select_from(OneTimeCode)) == 0


def test_something_else_than_a_json_object_is_refused(program: Program) -> None:
    assert program.send("POST", "/codes", data={"phone": PHONE}).status_code == 415
    assert program.send("POST", "/codes", [PHONE]).status_code == 400
    torn = program.send("POST", "/codes", data="{", content_type="application/json")
    assert refused(torn, 400, "http_400")
    assert program.send("POST", "/codes", {"phone": "1" * 600_000}).status_code == 413


@pytest.mark.wide
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(
    ("path", "method"), [(path, method.upper()) for path, methods in paths().items() for method in methods]
)
def test_whatever_is_sent_is_answered_as_described(
    app: Any, own: Program, path: str, method: str, mode: GenerationMode
) -> None:
    """schemathesis, signed in: bodies and addresses that fit the description and that do not."""
    operation = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)[path][method]
    (person,) = own.send("GET", "/people").json["people"]

    @given(operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=10,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        if "person" in case.path_parameters and mode is GenerationMode.POSITIVE:
            case.path_parameters["person"] = person["id"]
        headers = {"Accept-Encoding": "identity", "Authorization": f"Bearer {own.token}"}
        case.call_and_validate(
            headers=headers, excluded_checks=[schemathesis.checks.CHECKS.get_one("ignored_auth")]
        )

    ask()
