"""Pages answer only to names that are known; no page repeats the name it was asked by."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import Any

import pytest

from config import SettingsError, load
from config.settings import Settings
from tests.web.helpers import text_of
from web.security import is_known_host

EVIL = "evil.example"


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nope", "/desk/imports", "/sign-out"])
def test_a_name_that_is_not_ours_gets_a_page_without_it(client: Any, path: str) -> None:
    answer = client.get(path, headers={"Host": EVIL})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "没有登记这个网址" in text_of(answer)
    assert EVIL not in page
    assert "Location" not in answer.headers


@pytest.mark.parametrize("host", [EVIL, "10.0.0.7:8000"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_may_ask_by_any_name(client: Any, host: str, path: str) -> None:
    assert client.get(path, headers={"Host": host}).status_code != 400


@pytest.mark.parametrize(
    ("host", "named", "nameless"),
    [
        ("localhost", True, True),
        ("127.0.0.1:9000", True, True),
        ("[::1]:9000", True, True),
        ("jobs.example.cn", True, False),
        ("JOBS.example.cn:443", True, False),
        ("example.org", True, False),
        ("a.example.org", True, False),
        ("aexample.org", False, False),
        ("192.168.1.5:9000", False, True),
        ("10.1.1.1", True, True),
        ("[2001:db8::1]:80", True, True),
        ("[2001:db8::2]:80", False, True),
        (EVIL, False, False),
        ("localhost.evil.example", False, False),
        ("evil-localhost", False, False),
        ("localhost:x", False, False),
        ("a b", False, False),
        ("", False, False),
    ],
)
def test_which_names_are_known(settings: Settings, host: str, named: bool, nameless: bool) -> None:
    hosts = load({"ANYE_HOSTS": ".example.org, 10.1.1.1 [2001:db8::1]"}).hosts
    strict = replace(settings, public_url="https://jobs.example.cn/", hosts=hosts)
    assert is_known_host(host, strict) is named
    assert is_known_host(host, settings) is nameless


def test_the_machines_own_name_is_known_until_one_is_set(settings: Settings) -> None:
    own = f"{socket.gethostname()}:8000"
    assert is_known_host(own, settings)
    assert not is_known_host(own, replace(settings, hosts=("example.org",)))


def test_a_chinese_name_is_known_as_browsers_send_it(settings: Settings) -> None:
    named = replace(settings, hosts=load({"ANYE_HOSTS": "安业.中国"}).hosts)
    assert named.hosts[0].startswith("xn--")
    assert is_known_host(named.hosts[0], named)


@pytest.mark.parametrize("text", ["https://example.org", "example.org:8000", "a b_c", "*"])
def test_what_is_no_host_name_stops_the_start(text: str) -> None:
    with pytest.raises(SettingsError, match="ANYE_HOSTS is not a list of host names"):
        load({"ANYE_HOSTS": text})
