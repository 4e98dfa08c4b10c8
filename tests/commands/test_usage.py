"""Wrong use ends in one sentence of ours, or in one object, and with 2; help speaks Chinese."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from commands import COMMANDS
from commands.words import ERRORS
from tests.commands.conftest import Terminal

WRONG = [
    (("search", "工", "--nix"), "option_unknown"),
    (("search",), "value_missing"),
    (("demo", "--out", "x"), "value_missing"),
    (("search", "工", "--limit", "viele"), "value_form"),
    (("search", "工", "--near", "110,28", "--within", "weit"), "value_form"),
    (("search", "工", "more"), "wrong_use"),
    (("search", "工", "--limit"), "option_needs_value"),
    (("outbox", "--json=yes"), "option_without_value"),
    (("search", "工", "--limit", "500"), "limit_range"),
    (("search", "工", "--limit", "0"), "limit_range"),
    (("search", "工", "--near", "110"), "near_form"),
    (("search", "工", "--kind", "nix"), "kind_unknown"),
    (("match", "employer", "x"), "side_unknown"),
    (("template", "nix", "x.xlsx"), "template_kind_unknown"),
    (("nix",), "command_unknown"),
    (("nix", "工", "--limit", "3"), "command_unknown"),
    (("organisation", "nix"), "command_unknown"),
    (("organisation", "--nix"), "option_unknown"),
    (("organisation", "add", "甲"), "value_missing"),
]


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A terminal in front of an installation that no command of wrong use ever touches."""
    made = Terminal(tmp_path_factory.mktemp("usage") / "var")
    yield made
    made.close()


@pytest.mark.parametrize(("typed", "code"), WRONG)
def test_wrong_use_is_one_sentence(terminal: Terminal, typed: tuple[str, ...], code: str) -> None:
    result = terminal.run(*typed, code=2)
    assert result.stdout == ""
    sentence = result.stderr.removesuffix("\n")
    assert "\n" not in sentence
    assert sentence.endswith("。")
    assert re.fullmatch(re.sub(r"\\{\w+\\}", ".+", re.escape(ERRORS[code])), sentence)


@pytest.mark.parametrize(("typed", "code"), [case for case in WRONG if case[1][:6] != "option"])
def test_wrong_use_is_one_object_where_json_was_asked_for(
    terminal: Terminal, typed: tuple[str, ...], code: str
) -> None:
    told = terminal.json(*typed, code=2)
    assert list(told) == ["error"]
    assert told["error"]["code"] == code
    assert told["error"]["message"]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (("search", "--json", "工", "--nix"), "option_unknown"),
        (("search", "工", "--json", "--limit"), "option_needs_value"),
        (("search", "工", "--kind", "--json"), "kind_unknown"),
        (("search", "工", "--limit", "--json"), "value_form"),
        (("organisation", "--json"), "option_unknown"),
        (("organisation", "--json", "add"), "option_unknown"),
        (("nix", "--json", "工"), "command_unknown"),
    ],
)
def test_json_may_stand_anywhere(terminal: Terminal, typed: tuple[str, ...], code: str) -> None:
    result = terminal.run(*typed, code=2)
    assert json.loads(result.stdout)["error"]["code"] == code
    assert result.stderr == ""


def test_behind_two_dashes_json_is_a_word(terminal: Terminal) -> None:
    assert terminal.run("search", "工", "--", "--json", code=2).stdout == ""


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: str(command.name))
def test_help_speaks_chinese(terminal: Terminal, command: click.Command) -> None:
    page = terminal.run(str(command.name), "--help").stdout
    assert page.startswith("用法:")
    assert "选项:" in page
    for theirs in ("Usage", "Options", "OPTIONS", "Commands", "COMMAND", "Show this", "required", "default"):
        assert theirs not in page


def test_a_file_that_does_not_exist_is_told_with_its_name(terminal: Terminal, tmp_path: Path) -> None:
    missing = tmp_path / "missing.xlsx"
    for command in ("import-settlements", "import-ledger", "import-vacancies"):
        told = terminal.json(command, missing, "--yes", code=3)["error"]
        assert told["code"] == "file_unreadable"
        assert str(missing) in told["message"]
