"""Every command of the specification is there, and stands on its page with its options."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from commands import COMMANDS

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
WANTED = {
    "import-settlements", "import-ledger", "import-vacancies", "import-take-back", "search", "match",
    "code-title", "rebuild-index", "verify-index", "outbox", "backup", "restore", "demo", "demo-remove",
    "template", "organisation add", "user add", "migrate", "config check", "audit verify",
}  # fmt: skip


def _all() -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for command in COMMANDS:
        if isinstance(command, click.Group):
            found |= {f"{command.name} {name}": one for name, one in command.commands.items()}
        else:
            found[str(command.name)] = command
    return found


def test_all_commands_are_there() -> None:
    assert set(_all()) == WANTED


@pytest.mark.parametrize("name", sorted(WANTED))
def test_a_command_is_documented_with_its_options(name: str) -> None:
    page = PAGE.read_text("utf-8")
    start = page.find(f"`flask {name}")
    assert start >= 0, name
    line = page[start : page.index("\n", start)]
    for parameter in _all()[name].params:
        if isinstance(parameter, click.Option):
            option = max(parameter.opts, key=len)
            assert option in line or option == "--json", (name, option)


def test_every_command_that_prints_a_result_prints_json_too() -> None:
    assert [name for name, one in _all().items() if not any("--json" in p.opts for p in one.params)] == []


def test_no_command_takes_an_identity_number() -> None:
    names = {p.name for one in _all().values() for p in one.params}
    assert names.isdisjoint({"id_number", "identity", "id_card"})
