"""What every answer carries, and the configuration behind it (S2)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask

from matching.accounts.models import Role
from tests.web.routes import path_of
from tests.webapp import post
from web import create_app
from web.gate import BY_TELEPHONE, rule_of


@pytest.fixture
def https(settings, services) -> Flask:
    return create_app(replace(settings, https=True), services=_with(services, https=True))


def _with(services, **changes):
    services.settings = replace(services.settings, **changes)
    return services


def test_hardened_values_stand_in_the_configuration(https: Flask) -> None:
    config = https.config
    assert config["MAX_CONTENT_LENGTH"] == 31 * 1024 * 1024
    assert config["SESSION_COOKIE_SECURE"] is True
    assert config["SESSION_COOKIE_HTTPONLY"] is True
    assert config["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert config["DEBUG"] is False
    assert len(config["SECRET_KEY"]) == 32
    assert "WTF_CSRF_ENABLED" not in config or config["WTF_CSRF_ENABLED"]


@pytest.mark.parametrize("path", ["/", "/place", "/sign-in", "/nope", "/healthz", "/vacancies/nothere"])
def test_every_answer_carries_the_security_headers(client, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in headers


def test_https_adds_hsts_for_a_year(https: Flask) -> None:
    header = https.test_client().get("/healthz").headers["Strict-Transport-Security"]
    assert int(re.search(r"max-age=(\d+)", header).group(1)) >= 31_536_000


def test_over_https_the_session_cookie_is_bound_to_the_host(https: Flask, user_of) -> None:
    client = https.test_client()
    user = user_of(Role.COUNTY)
    options = {"base_url": "https://localhost"}
    page = client.get("/sign-in", **options).get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    data = {"csrf_token": token, "login": user.login, "password": "correct horse battery"}
    answer = client.post("/sign-in", data=data, headers={"Referer": "https://localhost/sign-in"}, **options)
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("__Host-anye_session="))
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_pages_of_signed_in_people_are_kept_by_no_cache_and_not_packed(sign_in_as) -> None:
    answer = sign_in_as(Role.COUNTY).get("/account", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in answer.headers


def test_static_files_are_kept_for_a_year_under_their_digest(client) -> None:
    page = client.get("/").get_data(as_text=True)
    path = re.search(r"/static/[0-9a-f]{12}/anye\.css", page).group(0)
    fresh, stale = client.get(path), client.get("/static/000000000000/anye.css")
    assert "immutable" in fresh.headers["Cache-Control"]
    assert stale.headers["Cache-Control"] == "no-cache"
    assert fresh.data == stale.data


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_a_forwarded_address_is_believed_only_from_configured_proxies(
    settings, services, proxies: int, address: str
) -> None:
    app = create_app(replace(settings, trusted_proxies=proxies), services=services)
    seen = []
    app.before_request_funcs[None].insert(0, lambda: seen.append(__import__("flask").request.remote_addr))
    app.test_client().get("/healthz", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    assert seen == [address]


def test_a_form_without_its_token_changes_nothing_and_leads_back(client, user_of) -> None:
    user = user_of(Role.COUNTY)
    answer = client.post("/sign-in", data={"login": user.login, "password": "correct horse battery"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "页面放得太久了" in page
    assert 'href="/sign-in"' in page
    assert client.get("/account").status_code == 303


def test_every_changing_route_asks_for_the_token(app: Flask, sign_in_as) -> None:
    client = sign_in_as(Role.ADMINISTRATOR)
    changing = [rule for rule in app.url_map.iter_rules() if rule.methods - {"GET", "HEAD", "OPTIONS"}]
    # Telephones' own are asked as such (tests/web/me, tests/web/employers); no cookie opens the interface.
    changing = [rule for rule in changing if not (rule_of(app, rule.endpoint).roles or set()) & BY_TELEPHONE]
    changing = [rule for rule in changing if not rule.endpoint.startswith("account_api.")]
    assert changing
    for rule in changing:
        path = path_of(app, rule)
        for method in rule.methods - {"GET", "HEAD", "OPTIONS"}:
            assert client.open(path, method=method).status_code == 400, rule.endpoint


def test_switching_print_and_colours_needs_no_script_and_leads_back(client) -> None:
    page = client.get("/place?county=431222").get_data(as_text=True)
    ticket = page.split('name="next" value="', 1)[1].split('"', 1)[0]
    answer = post(client, "/display", {"choose": "size-large", "next": ticket})
    assert answer.location == "/place?county=431222"
    assert '<html lang="zh-Hans" class="people large">' in client.get("/").get_data(as_text=True)
    post(client, "/display", {"choose": "contrast-high"})
    assert 'class="people large contrast"' in client.get("/").get_data(as_text=True)
    post(client, "/display", {"choose": "size-normal"})
    assert 'class="people contrast"' in client.get("/").get_data(as_text=True)
