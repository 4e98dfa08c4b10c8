"""Index, background work, settings, audit chain, accounts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from commands.frame import told
from config import load
from matching.accounts.models import AuditEvent, User
from matching.accounts.passwords import verify_password
from matching.outbox.models import OutboxRow
from matching.search.documents import Collection, Erasure
from matching.vacancies.models import Vacancy
from tests.commands.conftest import Terminal
from web import create_app

pytestmark = pytest.mark.wide

FAR = 2**31 - 1


def test_a_rebuild_tells_how_many_and_where(city: Terminal) -> None:
    told = city.json("rebuild-index")
    assert list(told) == ["documents", "index"]
    assert told["documents"] == city.json("verify-index")["checked"] > 0
    assert set(told["index"]) == {"vacancies", "jobseekers"}


@pytest.mark.wide
def test_drift_is_a_finding_until_it_is_repaired(city: Terminal) -> None:
    with city.session() as session:
        vacancy, stale = session.execute(
            select(Vacancy.id, Vacancy.version).order_by(Vacancy.id).limit(2)
        ).all()
        session.execute(update(Vacancy).where(Vacancy.id == stale.id).values(version=stale.version + 1))
    city.services.search.apply(Collection.VACANCIES, [], [Erasure(vacancy.id, vacancy.version)])
    told = city.json("verify-index", code=1)
    assert list(told) == ["checked", "missing", "extra", "stale", "repaired"]
    assert (told["missing"], told["stale"], told["repaired"]) == (1, 1, 0)
    told = city.json("verify-index", "--repair")
    assert told["repaired"] == 2
    assert city.json("verify-index")["missing"] == 0


def _bury(city: Terminal) -> int:
    now = city.services.clock.now()
    with city.session() as session:
        facts: dict[str, Any] = {"created_at": now, "due_at": now, "buried_at": now, "tries": 5}
        row = OutboxRow(topic="search.vacancy", key=1, reason="Refused", **facts)
        session.add(row)
        session.flush()
        return row.id


def test_the_outbox_tells_every_topic_and_what_was_buried(city: Terminal) -> None:
    told = city.json("outbox")
    assert list(told) == ["topics", "buried"]
    assert told["topics"]["search.vacancy"] == {"depth": 0, "oldest_seconds": 0.0, "buried": 0}
    row = _bury(city)
    told = city.json("outbox", code=1)
    assert told["buried"] == [{"id": row, "topic": "search.vacancy", "tries": 5, "reason": "Refused"}]


@pytest.mark.parametrize("which", ["one", "all"])
def test_buried_work_is_tried_again(city: Terminal, which: str) -> None:
    row = _bury(city)
    told = city.json("outbox", "--retry", row if which == "one" else "all")
    assert told["topics"]["search.vacancy"] == {"depth": 1, "oldest_seconds": 0.0, "buried": 0}


@pytest.mark.parametrize("row", ["999", "nix"])
def test_unknown_buried_work_is_told(city: Terminal, row: str) -> None:
    assert city.json("outbox", "--retry", row, code=2)["error"]["code"] == "buried_row_unknown"


def test_the_chain_of_the_audit_is_verified(city: Terminal) -> None:
    assert city.json("audit", "verify") == {"intact": True, "first_broken": None}
    with city.session() as session:
        second = session.scalars(select(AuditEvent.id).order_by(AuditEvent.id)).all()[1]
        session.execute(update(AuditEvent).where(AuditEvent.id == second).values(actor="somebody"))
    assert city.json("audit", "verify", code=1) == {"intact": False, "first_broken": second}


def test_settings_are_listed_without_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(tmp_path / "var", ANYE_SEARCH_URL="http://u:geheim@127.0.0.1:1/")
    result = terminal.run("config", "check")
    assert "ANYE_SEARCH_URL=http://***@127.0.0.1:1/" in result.stdout
    assert "geheim" not in result.output
    rows = terminal.json("config", "check")["settings"]
    assert {"name", "value", "source", "says"} == set(rows[0])
    terminal.close()


def test_settings_that_cannot_be_used_are_told_at_the_start() -> None:
    with pytest.raises(Exception, match="ANYE_NIX is not a setting") as raised, told():
        load({"ANYE_NIX": "1"})
    assert getattr(raised.value, "exit_code", None) == 2


def test_a_key_file_that_others_can_read_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{}")
    (tmp_path / "keys.json").chmod(0o644)
    with pytest.raises(Exception, match="chmod 600"), told():
        create_app(load({"ANYE_DATA": str(tmp_path)}))


def test_migrating_twice_is_nothing(terminal: Terminal) -> None:
    first = terminal.json("migrate")
    assert first["before"] == first["after"]


def test_a_database_that_is_not_there_yet_says_what_to_run(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "var")
    told = terminal.json("search", "工", code=4)["error"]
    assert told["code"] == "database_not_migrated"
    assert "flask migrate" in told["message"]
    terminal.close()


def test_a_database_that_cannot_be_reached_is_told(terminal: Terminal, tmp_path: Path) -> None:
    lost = f"sqlite:///{tmp_path / 'no' / 'where' / 'anye.db'}"
    services = terminal.app.extensions["anye_commands"]
    services.settings = replace(services.settings, database_url=lost)
    services.__dict__.pop("engine", None)
    services.__dict__.pop("sessions", None)
    assert terminal.json("outbox", code=4)["error"]["code"] == "database_down"


def test_what_nobody_foresaw_gets_a_reference_and_no_traceback(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise RuntimeError("李四 11010519491231002X")

    monkeypatch.setattr("commands.upkeep.topic_states", fails)
    result = terminal.run("outbox", code=1)
    assert "编号" in result.stderr
    assert "李四" not in result.output


def test_organisations_and_users_are_made_without_a_browser(terminal: Terminal) -> None:
    made = terminal.json("organisation", "add", "乙县中心", "--kind", "office", "--region", "431222")
    assert made["region"] == "431222"
    told = terminal.run(
        "user", "add", "li.si", "--role", "county", "--organisation", "乙县中心", "--name", "李四"
    )
    password = told.stdout.strip()
    with terminal.session() as session:
        user = session.scalar(select(User).where(User.login == "li.si"))
        assert user is not None
        assert verify_password(user.password_hash, password)
        assert user.must_change_password
    assert "一次" in told.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["organisation", "add", "丁", "--kind", "nix", "--region", "431200"], "organisation_kind_unknown"),
        (["organisation", "add", "丁", "--kind", "office", "--region", "990000"], "region_unknown"),
        (
            ["organisation", "add", "甲市就业服务中心", "--kind", "office", "--region", "431200"],
            "organisation_exists",
        ),
        (["user", "add", "li.si", "--role", "nix"], "role_unknown"),
        (["user", "add", "li.si", "--role", "county"], "organisation_required"),
        (["user", "add", "li.si", "--role", "county", "--organisation", "无"], "organisation_unknown"),
    ],
)
def test_what_cannot_be_made_is_told(terminal: Terminal, arguments: list[str], code: str) -> None:
    assert terminal.json(*arguments, code=2)["error"]["code"] == code


def test_an_unknown_command_or_a_missing_argument_is_wrong_use(terminal: Terminal) -> None:
    for arguments in (["nix"], ["search"], ["import-ledger"], ["demo", "--people", "x"]):
        assert CliRunner().invoke(terminal.app.cli, arguments).exit_code == 2
