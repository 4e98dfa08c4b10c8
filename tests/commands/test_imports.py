"""The three imports: what they print, and every way in which they end."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import event, func, select, update

import commands.waiting
from demo.sheets import Written
from doorbell import work
from matching.accounts.lookup import importing_organisation
from matching.accounts.models import AuditEvent, Organisation
from matching.outbox.models import OutboxRow
from matching.pairing.models import JobseekerMatches, VacancyMatches
from matching.people.models import Jobseeker, Member
from matching.sheets import service
from matching.sheets.models import Ledger
from matching.vacancies.models import Vacancy
from tests.commands.conftest import Terminal
from tests.sheets.locked import locked_xls, locked_xlsx

pytestmark = pytest.mark.wide

SETTLEMENTS = ["安置点名称", "区划代码", "安置方式", "搬迁人数", "经度", "纬度"]
KEYS = [
    "ledger",
    "state",
    "rows",
    "created",
    "updated",
    "unchanged",
    "rejected",
    "warnings",
    "errors_file",
    "errors",
]


def test_an_import_prints_the_object_that_scripts_rely_on(told: list[Any]) -> None:
    assert [list(one) for one in told] == [KEYS] * 3
    assert [one["state"] for one in told] == ["done"] * 3
    assert [one["rows"] for one in told] == [8, 60, 25]
    for one in told:
        assert one["rows"] == one["created"] + one["updated"] + one["unchanged"] + one["rejected"]


def test_waiting_returns_when_index_and_matches_are_done(city: Terminal) -> None:
    with city.session() as session:
        people = session.scalar(select(func.count()).select_from(Jobseeker))
        posts = session.scalar(select(func.count()).select_from(Vacancy).where(Vacancy.state == "open"))
        assert session.scalar(select(func.count()).select_from(JobseekerMatches)) == people > 0
        assert session.scalar(select(func.count()).select_from(VacancyMatches)) >= posts > 0
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0
    assert city.json("verify-index")["missing"] == 0


def test_the_same_file_again_changes_nothing(city: Terminal, sheets: Written) -> None:
    again = city.json("import-ledger", sheets.ledgers[0], "--yes", "--wait")
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 60)


def test_without_wait_the_import_is_queued(terminal: Terminal, sheets: Written) -> None:
    told = terminal.json("import-settlements", sheets.settlements, "--yes")
    assert told == {"ledger": told["ledger"], "state": "queued", "rows": 8}
    with terminal.session() as session:
        assert session.scalar(select(Ledger.state)) == "queued"


def test_only_the_result_goes_to_standard_output(terminal: Terminal, sheets: Written) -> None:
    result = terminal.run("import-settlements", sheets.settlements, "--yes", "--wait", "--json")
    assert result.stdout.count("\n") == 1
    assert "正在" in result.stderr


def test_rejected_rows_come_back_in_a_workbook_only_the_operator_can_read(
    city: Terminal, sheet: Any, tmp_path: Path
) -> None:
    file = sheet(
        [SETTLEMENTS, ["甲安置区", "431222", "集中安置", "10", "", ""], ["乙", "999999", "", "", "", ""]]
    )
    told = city.json("import-settlements", file, "--yes", "--wait")
    assert (told["created"], told["rejected"]) == (1, 1)
    assert told["errors"][0]["row"] == 3
    assert told["errors"][0]["code"] == "region_unknown"
    assert told["errors"][0]["message"].endswith("。")
    workbook = Path(told["errors_file"])
    assert workbook.parent == tmp_path
    assert stat.S_IMODE(workbook.stat().st_mode) == 0o600
    cells = CalamineWorkbook.from_path(str(workbook)).get_sheet_by_index(0).to_python()
    assert any("乙" in row for row in cells)
    with city.session() as session:
        actions = session.scalars(select(AuditEvent.action)).all()
    assert "import.errors_downloaded" in actions
    assert "import.received" in actions


def test_when_every_row_is_rejected_it_is_a_finding(terminal: Terminal, sheet: Any) -> None:
    file = sheet([SETTLEMENTS, ["乙", "999999", "", "", "", ""]])
    told = terminal.json("import-settlements", file, "--yes", "--wait", code=1)
    assert (told["rows"], told["rejected"]) == (1, 1)


def test_without_a_terminal_a_confirmation_cannot_be_asked_for(terminal: Terminal, sheets: Written) -> None:
    told = terminal.json("import-settlements", sheets.settlements, code=2)
    assert told["error"]["code"] == "confirmation_needed"
    with terminal.session() as session:
        assert session.scalar(select(func.count()).select_from(Ledger)) == 0


@pytest.fixture
def _at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commands.imports.at_a_terminal", lambda: True)


@pytest.mark.usefixtures("_at_a_terminal")
def test_at_a_terminal_the_preview_comes_first_and_a_no_leaves_nothing(
    terminal: Terminal, sheets: Written
) -> None:
    result = terminal.run("import-settlements", sheets.settlements, "--wait", code=1, typed="n\n")
    assert "新增 8" in result.stderr
    with terminal.session() as session:
        assert session.scalar(select(Ledger.state)) == "cancelled"


@pytest.mark.usefixtures("_at_a_terminal")
def test_at_a_terminal_a_yes_brings_the_rows_in(terminal: Terminal, sheets: Written) -> None:
    result = terminal.run("import-settlements", sheets.settlements, "--wait", typed="y\n")
    assert "新增 8" in result.stdout


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"%PDF-1.7 not a sheet", "not_a_workbook"),
        ("一,二\n三,四\n".encode(), "header_unknown"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(
    terminal: Terminal, tmp_path: Path, content: bytes, code: str
) -> None:
    file = tmp_path / "file.xlsx"
    file.write_bytes(content)
    assert terminal.json("import-ledger", file, "--yes", code=3)["error"]["code"] == code


def test_a_file_that_is_not_there_is_named(terminal: Terminal) -> None:
    assert "nothing.xlsx" in terminal.run("import-ledger", "nothing.xlsx", "--yes", code=3).stderr


def test_a_file_cut_off_in_the_middle_is_refused(terminal: Terminal, sheets: Written, tmp_path: Path) -> None:
    whole = sheets.ledgers[0].read_bytes()
    file = tmp_path / "half.xlsx"
    file.write_bytes(whole[: len(whole) // 2])
    assert terminal.json("import-ledger", file, "--yes", "--wait", code=3)["error"]["code"] == "file_damaged"


def test_the_same_import_at_the_same_time_is_refused(terminal: Terminal, sheets: Written) -> None:
    terminal.run("import-settlements", sheets.settlements, "--yes")
    told = terminal.json("import-settlements", sheets.settlements, "--yes", "--wait", code=5)
    assert told["error"]["code"] == "same_import_running"


def test_the_owner_must_be_said_where_there_are_several(terminal: Terminal, sheets: Written) -> None:
    terminal.run("organisation", "add", "乙县劳务公司", "--kind", "company", "--region", "431222")
    sheet = sheets.settlements
    told = terminal.json("import-settlements", sheet, "--yes", code=2)
    assert told["error"]["code"] == "organisation_ambiguous"
    assert "乙县劳务公司" in told["error"]["message"]
    told = terminal.json("import-settlements", sheet, "--yes", "--for", "没有这个", code=2)
    assert told["error"]["code"] == "organisation_unknown"
    with terminal.session() as session:
        company = session.scalar(select(Organisation.public_id).where(Organisation.kind == "company"))
    terminal.run("import-settlements", sheet, "--yes", "--for", company)
    with terminal.session() as session:
        assert (
            session.scalar(select(Organisation.name).join(Ledger, Ledger.organisation_id == Organisation.id))
            == "乙县劳务公司"
        )


def test_an_employer_does_not_make_the_owner_ambiguous(terminal: Terminal, sheets: Written) -> None:
    terminal.run("organisation", "add", "丙制衣厂", "--kind", "employer", "--region", "431222")
    terminal.run("import-settlements", sheets.settlements, "--yes")


def test_an_unknown_mapping_is_told_before_anything_is_stored(terminal: Terminal, sheets: Written) -> None:
    told = terminal.json("import-ledger", sheets.ledgers[0], "--yes", "--mapping", "nix", code=2)
    assert told["error"]["code"] == "mapping_unknown"
    assert "base_ledger" in told["error"]["message"]
    with terminal.session() as session:
        assert session.scalar(select(func.count()).select_from(Ledger)) == 0


def test_a_mapping_file_that_is_none_is_told(terminal: Terminal, sheets: Written, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("name = 3", "utf-8")
    told = terminal.json("import-ledger", sheets.ledgers[0], "--yes", "--mapping", file, code=2)
    assert told["error"]["code"] == "mapping_invalid"


def test_an_employer_may_not_vouch(terminal: Terminal, sheets: Written) -> None:
    terminal.run("organisation", "add", "丙制衣厂", "--kind", "employer", "--region", "431222")
    told = terminal.json(
        "import-vacancies", sheets.vacancies, "--yes", "--vouch", "--for", "丙制衣厂", code=2
    )
    assert told["error"]["code"] == "may_not_vouch"


def test_work_that_is_buried_does_not_make_anybody_wait(city: Terminal, sheets: Written) -> None:
    now = city.services.clock.now()
    with city.session() as session:
        vacancy = session.scalar(select(Vacancy.id).limit(1))
        # A code that no index takes, and out of tries but one.
        session.execute(update(Vacancy).where(Vacancy.id == vacancy).values(kind="k" * 100))
        row = {"topic": "search.vacancy", "key": vacancy, "created_at": now, "due_at": now, "tries": 4}
        session.add(OutboxRow(**row))
    told = city.json("import-settlements", sheets.settlements, "--yes", "--wait", code=1)
    assert told["error"]["code"] == "buried_left"
    outbox = city.json("outbox", code=1)
    assert [row["topic"] for row in outbox["buried"]] == ["search.vacancy"]


def test_with_the_index_gone_the_rows_are_safe_and_it_is_said(
    terminal: Terminal, sheets: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands.waiting, "DOWN_SECONDS", 0.1)
    terminal.run("import-settlements", sheets.settlements, "--yes", "--wait")
    # Where the name of the index that serves should stand, there is a directory.
    (terminal.data / "search" / "jobseekers" / "current").mkdir(parents=True)
    told = terminal.json("import-ledger", sheets.ledgers[0], "--yes", "--wait", code=4)
    assert told["error"]["code"] == "index_behind"
    with terminal.session() as session:
        assert session.scalar(select(func.count()).select_from(Member)) == 60


def test_with_the_disk_full_nothing_is_half_stored(terminal: Terminal, sheets: Written) -> None:
    engine = terminal.app.extensions["anye_commands"].engine
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

    @event.listens_for(engine, "connect")
    def _full(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    engine.dispose()
    told = terminal.json("import-ledger", sheets.ledgers[0], "--yes", "--wait", code=4)
    assert told["error"]["code"] == "disk_full"
    with terminal.session() as session:
        assert session.scalar(select(func.count()).select_from(Member)) == 0


def test_an_import_is_taken_back(city: Terminal, told: list[Any]) -> None:
    vacancies = told[2]["ledger"]
    assert city.json("import-take-back", vacancies) == {"ledger": vacancies, "state": "taken_back"}
    with city.session() as session:
        assert session.scalar(select(func.count()).select_from(Vacancy)) == 0
    assert city.json("import-take-back", vacancies, code=2)["error"]["code"] == "import_not_over"
    assert city.json("import-take-back", "nothing", code=2)["error"]["code"] == "import_unknown"


def test_an_import_that_somebody_else_cancels_is_a_finding(terminal: Terminal, sheets: Written) -> None:
    with work(terminal.services) as session:
        owner = importing_organisation(session, None)
        with sheets.settlements.open("rb") as file:
            ledger = service.receive(
                session,
                terminal.services.keyring,
                file,
                kind="settlements",
                filename="s.csv",
                tenant_id=owner.tenant_id,
                organisation_id=owner.id,
                user_id=None,
                options={},
                now=terminal.services.clock.now(),
                most_bytes=1 << 20,
            )
            service.cancel(session, ledger, terminal.services.clock.now())
        public_id = ledger.public_id
    assert terminal.json("import-take-back", public_id)["state"] == "taken_back"


def test_a_sheet_with_a_password_is_refused_as_such(terminal: Terminal, tmp_path: Path) -> None:
    for make, name in ((locked_xls, "locked.xls"), (locked_xlsx, "locked.xlsx")):
        told = terminal.json("import-ledger", make(tmp_path / name, [["姓名"]]), "--yes", code=3)["error"]
        assert told["code"] == "file_encrypted"
        assert "密码" in told["message"]
