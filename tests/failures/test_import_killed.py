"""An import is killed, runs out of room, or meets a locked database.

What would go wrong: rows are applied twice or not at all; the counts do not add up; the import hangs for
ever; the user sees a traceback; the memory of a worker grows with the file.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import xlsxwriter
from sqlalchemy import func, select

from matching.db import transaction
from matching.people.models import Jobseeker, Member
from matching.sheets.models import LedgerState
from tests.failures.plant import Plant, embedded_plant, say, until
from tests.failures.writes import Rows, assert_index_equals_rows, hand_in_file, settled_office, somebody
from tests.sheets import makers
from tests.stack import ledger_of, sheet
from tests.webapp import compile_catalogues
from web import create_app

pytestmark = pytest.mark.processes
MEGABYTE = 1024 * 1024
SHARED_MEMORY = Path("/dev/shm")


def workbook(lines: Rows) -> io.BytesIO:
    """The same as :func:`tests.stack.sheet`, as xlsx."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"constant_memory": True})
    page = book.add_worksheet("台账")
    header = list(lines[0])
    page.write_row(0, 0, header)
    for number, line in enumerate(lines, 1):
        page.write_row(number, 0, [line[name] for name in header])
    book.close()
    made.seek(0)
    return made


class Memory:
    """The largest resident size of any job, and of what it started, in bytes."""

    def __init__(self, plant: Plant) -> None:
        self.plant, self.job, self.reader = plant, 0, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            for horse in self.plant.horses():
                with contextlib.suppress(psutil.NoSuchProcess):
                    self.job = max(self.job, horse.memory_info().rss)
                    for child in horse.children():
                        self.reader = max(self.reader, child.memory_info().rss)


def people(plant: Plant) -> tuple[int, int]:
    with transaction(plant.services.sessions, writes=False) as session:
        members = session.scalar(select(func.count()).select_from(Member))
        seekers = session.scalar(select(func.count()).select_from(Jobseeker))
    return int(members or 0), int(seekers or 0)


def ended(plant: Plant, ledger_id: int) -> bool:
    plant.keep()
    return ledger_of(plant.services, ledger_id).state in {LedgerState.DONE, LedgerState.REFUSED}


def kill_a_job(plant: Plant) -> bool:
    for horse in plant.horses():
        with contextlib.suppress(psutil.NoSuchProcess):
            horse.kill()
            return True
    return False


def kill_and_go_on(plant: Plant, count: int) -> None:
    chance = random.Random(4)
    office_id = settled_office(plant.services)
    file = sheet([somebody(n) for n in range(1, count + 1)])
    plant.worker("one")
    plant.sweep()
    ledger_id = hand_in_file(plant.services, office_id, "ledger", file, "a.csv")
    kills = {"sheet.read": 0, "sheet.apply": 0}

    def kill_now_and_then() -> bool:
        plant.keep()
        held = [row.topic for row in plant.outbox(*kills) if row.token is not None and row.lease_until]
        for topic in held:
            if kills[topic] < 2:
                time.sleep(chance.uniform(0, 0.3))  # a random point, not a wait for something
                kills[topic] += kill_a_job(plant)
        return ended(plant, ledger_id) and plant.empty()

    until(kill_now_and_then, 600, "the import ends")
    ledger = ledger_of(plant.services, ledger_id)
    say(rows=count, **kills)
    assert sum(kills.values()) >= 3
    assert (ledger.rows, ledger.created, ledger.rejected) == (count, count, 0)
    assert people(plant) == (count, count)
    assert_index_equals_rows(plant.services)
    file.seek(0)
    again = hand_in_file(plant.services, office_id, "ledger", file, "a.csv")
    until(lambda: ended(plant, again) and plant.empty(), 300, "the second import ends")
    second = ledger_of(plant.services, again)
    assert (second.created, second.updated, second.unchanged, second.rejected) == (0, 0, count, 0)


@pytest.mark.production
def test_an_import_that_is_killed_at_any_row_goes_on(large_plant: Plant) -> None:
    """R11: while it is read and while it is applied; exact counts; the same file again changes nothing."""
    kill_and_go_on(large_plant, 2_000)


@pytest.mark.long
def test_a_large_import_that_is_killed_at_any_row_goes_on(plant: Plant) -> None:
    """R11 at 50,000 rows."""
    kill_and_go_on(plant, 50_000)


WIDE = {
    "就业意愿": "有",
    "可接受距离": "10公里内",
    "可接受班次": "白班",
    "期望月薪": "3000",
    "愿否外出": "愿意",
    "意向地区": "广东省",
    "照料责任": "无",
    "证书": "焊工证",
    **{f"备注{n}": "无" for n in range(1, 9)},
}


def bring_in_many(plant: Plant, count: int) -> tuple[float, Memory]:
    office_id = settled_office(plant.services)
    lines = [{**somebody(n), **WIDE} for n in range(1, count + 1)]
    file = workbook(lines)
    width = len(lines[0])
    del lines
    plant.worker("one")
    plant.sweep()
    with Memory(plant) as memory:
        started = time.monotonic()
        ledger_id = hand_in_file(plant.services, office_id, "ledger", file, "a.xlsx")
        until(lambda: ended(plant, ledger_id), 600, "the import ends")
        took = time.monotonic() - started
    ledger = ledger_of(plant.services, ledger_id)
    assert (ledger.state, ledger.created) == ("done", count)
    say(
        rows=count,
        columns=width,
        seconds=round(took, 1),
        job_mib=memory.job // MEGABYTE,
        reader_mib=memory.reader // MEGABYTE,
    )
    assert memory.job + memory.reader <= 512 * MEGABYTE
    return took, memory


def test_the_memory_of_an_import_is_bounded(small_plant: Plant) -> None:
    """R11 at 10,000 rows."""
    bring_in_many(small_plant, 10_000)


@pytest.mark.long
def test_fifty_thousand_rows_of_twenty_five_columns(plant: Plant) -> None:
    """R11 as written: two minutes and 512 MiB."""
    took, _ = bring_in_many(plant, 50_000)
    assert took <= 120


def bombs(directory: Path) -> Iterator[tuple[Path, str]]:
    with zipfile.ZipFile(directory / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", "<workbook/>")
        with made.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(210):
                part.write(b" " * MEGABYTE)
    yield directory / "bomb.xlsx", "file_bomb"
    entities = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><worksheet><v>&a;</v></worksheet>'
    )
    yield makers.xlsx_with(directory / "entities.xlsx", entities), "file_bomb"
    corner = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    yield makers.xlsx_with(directory / "corner.xlsx", makers.sheet_xml(corner)), "cells_far_apart"
    (directory / "blank.csv").write_bytes(b"\n" * 10_000_000)
    yield directory / "blank.csv", ""
    (directory / "paper.xlsx").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 40)
    yield directory / "paper.xlsx", "not_a_workbook"


def test_hostile_files_leave_the_worker_small(small_plant: Plant, tmp_path: Path) -> None:
    """S3: each refused with its own code, and no job grows by more than 50 MiB."""
    plant = small_plant
    office_id = settled_office(plant.services)
    plant.worker("one")
    with Memory(plant) as usual:
        ledger_id = hand_in_file(plant.services, office_id, "ledger", sheet([somebody(1)]), "a.csv")
        until(lambda: ended(plant, ledger_id) and plant.empty(), 60, "a usual sheet is brought in")
    with Memory(plant) as memory:
        for path, code in bombs(tmp_path):
            with path.open("rb") as file:
                ledger_id = hand_in_file(plant.services, office_id, "ledger", file, path.name)
            until(lambda key=ledger_id: ended(plant, key), 60, f"{path.name} is refused")
            ledger = ledger_of(plant.services, ledger_id)
            assert ledger.state == LedgerState.REFUSED
            assert not code or ledger.refusal["code"] == code
    say(usual_mib=usual.job // MEGABYTE, job_mib=memory.job // MEGABYTE, reader_mib=memory.reader // MEGABYTE)
    assert memory.job - usual.job <= 50 * MEGABYTE


@contextlib.contextmanager
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own of some 40 MiB: mounted, or what a container has for shared memory."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", disk], capture_output=True)
    if not mounted.returncode:
        try:
            yield disk
        finally:
            subprocess.run(["umount", "-l", disk], check=True)
    elif SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).total <= 128 * MEGABYTE:
        with tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as folder:
            yield Path(folder)
    elif os.environ.get("CI") == "true":
        pytest.fail("a small disk cannot be mounted here")
    else:
        pytest.skip("a small disk needs root: mount -t tmpfs is not permitted")


@pytest.fixture
def narrow_plant(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Plant]:
    """An installation on a disk that is soon full."""
    with small_disk(tmp_path) as disk, embedded_plant(disk / "var", migrated_sqlite) as made:
        yield made


def fill_disk(path: Path, leave: int) -> None:
    stat = os.statvfs(path.parent)
    with path.open("wb") as file, contextlib.suppress(OSError):
        file.write(b"\0" * max(0, stat.f_bavail * stat.f_frsize - leave))


def test_an_import_on_a_full_disk_waits_for_room(narrow_plant: Plant, tmp_path: Path) -> None:
    """A clear sentence, nothing lost, and it goes on by itself when there is room again."""
    plant = narrow_plant
    count = 4_000
    office_id = settled_office(plant.services)
    lines = sheet([somebody(n) for n in range(1, count + 1)])
    plant.worker("one")
    plant.sweep()
    ledger_id = hand_in_file(plant.services, office_id, "ledger", lines, "a.csv")
    ballast = plant.data.parent / "ballast"
    fill_disk(ballast, 0)
    (tmp_path / "b.csv").write_bytes(sheet([somebody(n) for n in range(9_001, 12_000)]).getvalue())
    told = plant.command_outside("import-ledger", str(tmp_path / "b.csv"), "--yes", "--wait")
    assert (told.returncode, "Traceback" in told.stderr) == (4, False), told.stderr
    assert "磁盘" in told.stderr or "空间" in told.stderr
    assert not ended(plant, ledger_id)
    ballast.unlink()
    until(lambda: ended(plant, ledger_id) and plant.empty(), 90, "the import ends by itself")
    ledger = ledger_of(plant.services, ledger_id)
    assert (ledger.state, ledger.created) == ("done", count)
    assert people(plant) == (count, count)
    assert "Traceback" not in said(plant)
    assert_index_equals_rows(plant.services)


def said(plant: Plant) -> str:
    return plant.log("one").read_text() + plant.log("sweep").read_text()


@contextlib.contextmanager
def locked(plant: Plant) -> Iterator[None]:
    """Another program holds SQLite's write lock."""
    other = sqlite3.connect(plant.data / "anye.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_a_locked_database_is_told_and_lived_through(small_plant: Plant, tmp_path: Path) -> None:
    """Locked for longer than anybody waits: a sentence on the page and in the terminal, and nothing lost."""
    plant = small_plant
    office_id = settled_office(plant.services)
    plant.worker("one")
    plant.sweep()
    ledger_id = hand_in_file(plant.services, office_id, "ledger", sheet([somebody(1)]), "a.csv")
    (tmp_path / "b.csv").write_bytes(sheet([somebody(2)]).getvalue())
    compile_catalogues()
    client = create_app(plant.settings, services=plant.services).test_client()
    token = client.get("/sign-in").get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    with locked(plant), ThreadPoolExecutor(1) as side:
        asked = side.submit(plant.command_outside, "import-ledger", str(tmp_path / "b.csv"), "--yes")
        assert client.get("/").status_code == 200
        form = {"csrf_token": token, "login": "x", "password": "y"}
        answer = client.post("/sign-in", data=form)
        assert answer.status_code == 503
        assert "Traceback" not in answer.get_data(as_text=True)
        told = asked.result()
    assert (told.returncode, "Traceback" in told.stderr) == (4, False), told.stderr
    until(lambda: ended(plant, ledger_id) and plant.empty(), 60, "the import ends by itself")
    assert people(plant) == (1, 1)
    assert "Traceback" not in said(plant)
