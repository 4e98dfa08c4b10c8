"""S1: where to go next is a signed ticket; no address that came in is ever sent out."""

from __future__ import annotations

import pytest
from flask import Flask, url_for

from matching.accounts.models import Role
from tests.webapp import PASSWORD, post
from web.account.views import AFTER_SIGN_IN
from web.tickets import make_ticket, open_ticket

HOSTILE = [
    "http://evil.example", "https://evil.example/", "//evil.example", "///evil.example", "////evil.example",
    "/\t/evil.example", "/%09/evil.example", "\t//evil.example", "/\\evil.example", "\\/evil.example",
    "\\\\evil.example", "/\\/evil.example", "https:evil.example", "https:/evil.example",
    "http:\\\\evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x",
    "//evil.example/%2f..", "/%2f/evil.example", "/%5cevil.example", "/.evil.example",
    "//localhost@evil.example",
    "https://localhost.evil.example", "//evil。example", "/\r\nLocation: //evil.example", "/\n//evil.example",
    "/\x00/evil.example", "\x01//evil.example", " //evil.example", "/ /evil.example", "/;@evil.example",
    "?next=//evil.example", "#//evil.example", "/account//evil.example", "../../evil", "😀", "a" * 10_000,
    "WyJwdWJsaWMuaG9tZSIse30se31d.aaaaaa.forged", "public.home", "account.own",
]  # fmt: skip


def test_the_corpus_has_forty_strings() -> None:
    assert len(HOSTILE) >= 40


@pytest.mark.wide
@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_next_stays_here(app: Flask, sign_in_as, value: str) -> None:
    client = sign_in_as(Role.COUNTY)
    answer = client.get("/sign-in", query_string={"next": value})
    assert (answer.status_code, answer.location) == (303, _landing(app))


def _landing(app: Flask) -> str:
    with app.test_request_context():
        return url_for(AFTER_SIGN_IN)


def test_signing_in_with_a_hostile_next_stays_here(app: Flask, client, user_of) -> None:
    user = user_of(Role.COUNTY)
    answer = post(client, "/sign-in?next=//evil.example", {"login": user.login, "password": PASSWORD})
    assert answer.location == _landing(app)


def test_a_ticket_leads_back_to_its_page(app: Flask) -> None:
    with app.test_request_context("/?q=缝纫&kind=enterprise&kind=cooperative"):
        app.preprocess_request()
        ticket = make_ticket()
        address = open_ticket(ticket, "account.sign_in")
    assert address == "/?q=%E7%BC%9D%E7%BA%AB&kind=enterprise&kind=cooperative"


def test_names_that_steer_the_making_of_addresses_are_left_out(app: Flask) -> None:
    with app.test_request_context("/?_external=1&_scheme=javascript&_anchor=x&_method=POST&q=a"):
        assert open_ticket(make_ticket(), "account.sign_in") == "/?q=a"


def test_a_ticket_is_worth_nothing_after_a_day(app: Flask) -> None:
    import time_machine

    with app.test_request_context("/place"):
        with time_machine.travel("2026-11-21T00:00:00Z"):
            ticket = make_ticket()
        with time_machine.travel("2026-11-22T00:00:00Z"):
            assert open_ticket(ticket, "public.home") == "/"


def test_a_ticket_of_another_installation_is_worth_nothing(app: Flask) -> None:
    with app.test_request_context("/place"):
        ticket = make_ticket()
        app.secret_key = b"x" * 32
        assert open_ticket(ticket, "public.home") == "/"
