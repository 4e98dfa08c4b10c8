"""Every route is closed unless it says who may come in."""

from __future__ import annotations

import pytest
from flask import Flask

from matching.accounts.models import Role
from tests.webapp import post
from web.gate import READS, allowed, check_rules, opened, rule_of

#: Public on purpose; a new name here is a decision.
OPENED = {
    "account.set_up",
    "account.setup",
    "account.sign_in",
    "account.sign_in_now",
    "asset",
    "favicon",
    "health.alive",
    "health.ready",
    "me.code",
    "me.enter",
    "me.go",
    "me.go_on",
    "me.helper_code",
    "me.send_code",
    "me.sign_in",
    "me.use_helper_code",
    "public.display",
    "public.home",
    "public.places",
    "public.share",
    "public.vacancy",
    "account_api.ask_for_code",
    "account_api.sign_in",
    "api.complete",
    "api.openapi",
    "api.search",
    "api.stream",
    "api.vacancy",
    "open_data.feed",
    "open_data.robots",
    "open_data.sitemap",
    "open_data.sitemap_part",
    "status.page",
    "reports.case",
    "reports.make",
}


def test_every_endpoint_has_a_rule(app: Flask) -> None:
    assert [rule.endpoint for rule in app.url_map.iter_rules() if rule_of(app, rule.endpoint) is None] == []


def test_only_the_listed_endpoints_are_public(app: Flask) -> None:
    public = {name for name in app.view_functions if rule_of(app, name).roles is None}
    assert public == OPENED


def test_no_view_both_reads_and_writes(app: Flask) -> None:
    methods: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        methods.setdefault(rule.endpoint, set()).update(rule.methods)
    both = [name for name, used in methods.items() if used & {"GET", "HEAD"} and used - READS]
    assert both == []


def test_an_application_with_a_view_without_rule_does_not_start() -> None:
    app = Flask("broken")
    app.add_url_rule("/open", "forgotten", lambda: "secret")
    with pytest.raises(RuntimeError, match="forgotten has no rule"):
        check_rules(app)


def test_an_application_whose_view_reads_and_writes_does_not_start() -> None:
    app = Flask("broken", static_folder=None)
    app.add_url_rule("/both", "both", opened()(lambda: "x"), methods=["GET", "POST"])
    with pytest.raises(RuntimeError, match="both reads and writes"):
        check_rules(app)


def test_a_view_whose_rule_vanished_lets_nobody_in(app: Flask) -> None:
    app.add_url_rule("/late", "late", lambda: "secret")
    answer = app.test_client().get("/late")
    assert answer.status_code == 403
    assert b"secret" not in answer.data


def test_a_closed_view_names_its_roles() -> None:
    with pytest.raises(ValueError, match="names its roles"):
        allowed()


def test_a_visitor_is_sent_to_sign_in_and_back(app: Flask, client, user_of) -> None:
    answer = client.get("/account")
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=")
    user = user_of(Role.COUNTY)
    entered = post(client, answer.location, {"login": user.login, "password": "correct horse battery"})
    assert (entered.status_code, entered.location) == (303, "/account")


def test_another_role_is_refused(app: Flask, sign_in_as) -> None:
    view = allowed(Role.ADMINISTRATOR)(lambda: "for administrators")
    app.add_url_rule("/test-only", "test_only", view)
    county, administrator = sign_in_as(Role.COUNTY), sign_in_as(Role.ADMINISTRATOR)
    assert county.get("/test-only").status_code == 403
    assert administrator.get("/test-only").data == b"for administrators"


def test_a_form_larger_than_forms_are_is_refused(client) -> None:
    answer = client.post("/sign-in", data={"login": "x" * 600_000})
    assert answer.status_code == 413
