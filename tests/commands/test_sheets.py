"""Templates, the demo city, and taking it out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from demo.places import PREFECTURE
from demo.sheets import Written
from matching.accounts.models import AuditEvent, Organisation, Tenant
from matching.accounts.scope import OPERATOR
from matching.accounts.service import add_organisation, add_user
from matching.demo_removal import tables
from matching.outbox.models import OutboxRow
from matching.people.models import Member
from matching.schema import metadata
from matching.vacancies.models import Vacancy
from tests.commands.conftest import Terminal

DEMO_OFFICE = "示例中心"


@pytest.mark.parametrize(
    ("kind", "column"), [("settlements", "安置点名称"), ("ledger", "身份证号"), ("vacancies", "岗位名称")]
)
def test_a_template_is_a_sheet_with_its_columns(
    terminal: Terminal, tmp_path: Path, kind: str, column: str
) -> None:
    file = tmp_path / "empty.xlsx"
    told = terminal.json("template", kind, file)
    header = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()[0]
    assert [name for name in header if name] == told["columns"]
    assert column in header


def test_a_template_of_anything_else_is_told(terminal: Terminal) -> None:
    assert terminal.json("template", "nix", "x.xlsx", code=2)["error"]["code"] == "template_kind_unknown"


def test_a_template_that_cannot_be_written_is_told(terminal: Terminal) -> None:
    told = terminal.json("template", "ledger", "no/where/x.xlsx", code=3)
    assert told["error"]["code"] == "file_unwritable"


def test_the_demo_writes_its_files(terminal: Terminal, tmp_path: Path) -> None:
    told = terminal.json(
        "demo", "--people", 30, "--seed", 1, "--as-of", "2026-11-22", "--out", tmp_path / "d"
    )
    assert [Path(file).name for file in told["files"]] == ["settlements.csv", "ledger.xlsx", "vacancies.xlsx"]
    assert told["people"] == 30
    assert all(Path(file).stat().st_size for file in told["files"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--people", "0", "--out", "d"], "people_range"),
        (["--people", "1000001", "--out", "d"], "people_range"),
        (["--people", "5", "--as-of", "gestern", "--out", "d"], "date_form"),
    ],
)
def test_a_demo_that_cannot_be_is_told(terminal: Terminal, arguments: list[str], code: str) -> None:
    assert terminal.json("demo", *arguments, code=2)["error"]["code"] == code


def test_without_a_demo_there_is_nothing_to_remove(city: Terminal) -> None:
    assert city.json("demo-remove", code=2)["error"]["code"] == "demo_missing"


def _rows(terminal: Terminal) -> dict[str, int]:
    with terminal.session() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata().sorted_tables
        }


@pytest.mark.wide
def test_the_demo_goes_and_nothing_real_does(city: Terminal, sheets: Written) -> None:
    before = _rows(city)
    now = city.services.clock.now()
    with city.session() as session:
        office = add_organisation(
            session, OPERATOR, name=DEMO_OFFICE, kind="office", region_code=PREFECTURE, now=now, demo=True
        )
        add_user(
            session,
            OPERATOR,
            login="demo-x",
            name="x",
            role="county",
            now=now,
            organisation=office,
            password="correct horse battery",
            demo=True,
        )
    (city.data / "demo-accounts.txt").write_text("x")
    for command, file in (
        ("import-settlements", sheets.settlements),
        ("import-ledger", sheets.ledgers[0]),
        ("import-vacancies", sheets.vacancies),
    ):
        city.run(command, file, "--for", DEMO_OFFICE, "--yes", "--wait")
    city.run("import-settlements", sheets.settlements, "--for", DEMO_OFFICE, "--yes")  # left unfinished
    with city.session() as session:
        assert session.scalar(select(func.count()).select_from(Member)) == 2 * before["members"]
    removed = city.json("demo-remove")["removed"]
    assert removed["members"] == before["members"]
    after = _rows(city)
    kept = {"audit_events", "audit_head", "outbox"}
    assert {name: after[name] for name in after if name not in kept} == {
        name: before[name] for name in before if name not in kept
    }
    assert after["audit_events"] > before["audit_events"]
    assert not (city.data / "demo-accounts.txt").exists()
    with city.session() as session:
        assert session.scalar(select(func.count()).select_from(Tenant).where(Tenant.demo)) == 0
        assert "demo.removed" in session.scalars(select(AuditEvent.action)).all()
        # Erased at once, and once more when every lease of today has run out.
        later = OutboxRow.due_at > now + timedelta(minutes=10)
        waits = {tuple(row) for row in session.execute(select(OutboxRow.topic, later).distinct())}
    assert {("search.vacancy", False), ("search.vacancy", True)} <= waits
    assert not {topic for topic, _ in waits if topic.startswith("sheet.")}


def test_every_table_that_can_hold_a_tenants_rows_is_emptied() -> None:
    whole = {
        "audit_events", "audit_head", "outbox", "pairing_turns", "setup_tokens", "sign_in_failures",
        "lag_counts", "sms_days", "sms_uses", "timetable_runs",
        # An account is a telephone and belongs to no tenant; what it may see went with the people.
        "account_sessions", "one_time_codes", "phone_accounts",
    }  # fmt: skip
    assert {table.name for table in tables()} == set(metadata().tables) - whole


def test_real_rows_are_not_the_demos(city: Terminal) -> None:
    with city.session() as session:
        assert session.scalar(select(func.count()).select_from(Vacancy).where(Vacancy.demo)) == 0
        assert session.scalar(select(func.count()).select_from(Organisation).where(Organisation.demo)) == 0
