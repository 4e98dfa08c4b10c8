"""A base ledger of a city, imported, and imported again, beside reading and bulk-inserting the same rows.

The floor reads the same file in one process and inserts the very rows that the import left, into the same
tables of an empty database, with their seals and blind indexes made anew; it checks and compares nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook
from sqlalchemy import Table, func, insert, select
from xlsxwriter import Workbook

from bench.harness import Result, Spent, exponent, spent, watched
from bench.stack import EMBEDDED, half
from demo import people as households
from demo.places import settlements
from matching.accounts.models import Organisation, Tenant
from matching.bootstrap import Services
from matching.db import table_of, transaction
from matching.outbox.models import OutboxRow
from matching.people.facts import INDEX_ID, INDEX_LAST4, INDEX_PHONE, SEAL_HOUSEHOLD, SEAL_MEMBER
from matching.people.models import Household, Member
from matching.schema import metadata
from matching.sheets import service as sheets
from matching.sheets.models import Ledger, LedgerChunk, LedgerPiece, LedgerState
from workers.drain import drain_topic

FULL, QUICK, TINY = 50_000, 4_000, 60
SEED, DAY = 7, date(2026, 11, 1)
MORE_HEADERS = ("备注", "居住地址", "人编号")
#: Sealed columns and what they are bound to.
SEALED = {
    (Member, "sealed"): SEAL_MEMBER,
    (Household, "sealed"): SEAL_HOUSEHOLD,
    (LedgerChunk, "checked"): sheets.CHECKED,
    (LedgerChunk, "raw"): sheets.RAW,
    (LedgerPiece, "sealed"): sheets.PIECE,
}
TOGETHER = 5_000


@dataclass
class Rows:
    """Rows of one table, and the clear text of their sealed columns."""

    table: Table
    rows: list[dict[str, Any]]
    new: bool
    clear: dict[str, list[bytes | None]] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    facts: list[dict[str, Any]] = field(default_factory=list)


def write_files(folder: Path, people: int) -> tuple[Path, Path]:
    """Settlements, and a ledger of 25 columns."""
    folder.mkdir(parents=True, exist_ok=True)
    sites = settlements(people, SEED)
    places, ledger = folder / f"settlements-{people}.csv", folder / f"ledger-{people}.xlsx"
    with places.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(("安置点名称", "区划代码", "安置方式", "搬迁人数", "经度", "纬度"))
        for site in sites:
            sheet.writerow((site.name, site.county, "集中安置", site.planned, site.longitude, site.latitude))
    with Workbook(str(ledger), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("基础台账")
        sheet.write_row(0, 0, (*households.LEDGER_HEADERS, *MORE_HEADERS))
        for line, (_, cells) in enumerate(households.rows(people, SEED, DAY, sites), 1):
            sheet.write_row(line, 0, (*cells, "无", f"安置区{line % 40}栋", f"{line:07}"))
    return places, ledger


def office(services: Services) -> int:
    """An office of the whole prefecture."""
    with transaction(services.sessions) as session:
        session.execute(insert(Tenant), [{"id": 1, "prefecture": "431200", "name": "怀化", "demo": False}])
        office = Organisation(
            tenant_id=1,
            kind="office",
            name="就业中心",
            region_code="431200",
            county="431200",
            demo=False,
            created_at=services.clock.now(),
        )
        session.add(office)
        session.flush()
        return office.id


def bring_in(services: Services, office_id: int, kind: str, path: Path) -> Ledger:
    """Receive, read, check and apply a sheet; index and matching stay in the outbox."""
    with transaction(services.sessions) as session, path.open("rb") as file:
        ledger_id = sheets.receive(
            session,
            services.keyring,
            file,
            kind=kind,
            filename=path.name,
            tenant_id=1,
            organisation_id=office_id,
            user_id=None,
            options={"confirm": True},
            now=services.clock.now(),
            most_bytes=100 * 2**20,
        ).id
    while any(drain_topic(services, topic, seconds=3_600).done for topic in ("sheet.read", "sheet.apply")):
        pass
    with transaction(services.sessions, writes=False) as session:
        ledger = session.get_one(Ledger, ledger_id)
    assert ledger.state == LedgerState.DONE, (ledger.state, ledger.refusal)
    return ledger


def final_rows(services: Services, before: dict[str, int]) -> list[Rows]:
    """What stands in every table after the import, in order of insertion."""
    found = []
    sealed = {(table_of(model).name, column): about for (model, column), about in SEALED.items()}
    for table in metadata().sorted_tables:
        with transaction(services.sessions, writes=False) as session:
            rows = [dict(row) for row in session.execute(select(*table.columns)).mappings()]
        if not rows:
            continue
        kept = Rows(table, rows, new=len(rows) > before.get(table.name, 0))
        for column in table.c.keys():  # noqa: SIM118  (a collection of columns, not a dict)
            about = sealed.get((table.name, column))
            if about is not None:
                kept.about[column] = about
                kept.clear[column] = [
                    None if row[column] is None else services.keyring.open(row[column], about) for row in rows
                ]
        if table.name == Member.__tablename__:
            kept.facts = [services.keyring.open_facts(row["sealed"], SEAL_MEMBER) for row in rows]
        found.append(kept)
    return found


def counts(services: Services) -> dict[str, int]:
    """Rows per table."""
    with transaction(services.sessions, writes=False) as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata().sorted_tables
        }


def floor(services: Services, ledger: Path, found: list[Rows]) -> Spent:
    """Read the file; seal; insert in bulk.  What the import found there already is put in first, untimed."""
    keyring = services.keyring
    for each in found:
        if not each.new:
            with transaction(services.sessions) as session:
                session.execute(insert(each.table), each.rows)
    found = [each for each in found if each.new]
    with spent() as taken:
        with CalamineWorkbook.from_path(str(ledger)) as book:
            read = sum(1 for _ in book.get_sheet_by_index(0).iter_rows())
        assert read > 1
        for each in found:
            for column, about in each.about.items():
                for row, clear in zip(each.rows, each.clear[column], strict=True):
                    row[column] = None if clear is None else keyring.seal(clear, about)
            for row, facts in zip(each.rows, each.facts, strict=False):
                if number := facts.get("id_number"):
                    row["id_index"] = keyring.blind(number, INDEX_ID)
                    row["id_last4_index"] = keyring.blind(number[-4:], INDEX_LAST4)
                if phone := facts.get("phone"):
                    row["phone_index"] = keyring.blind(phone, INDEX_PHONE)
            for start in range(0, len(each.rows), TOGETHER):
                with transaction(services.sessions) as session:
                    session.execute(insert(each.table), each.rows[start : start + TOGETHER])
    return taken


@contextmanager
def imported(folder: Path, people: int, mode: str) -> Iterator[tuple[Services, int, Path, dict[str, int]]]:
    """Services with the settlements in them: (services, office, ledger file, rows per table before it)."""
    places, ledger = write_files(folder, people)
    with half(mode, folder / f"ledger-{mode}-{people}") as made:
        office_id = office(made)
        bring_in(made, office_id, "settlements", places)
        yield made, office_id, ledger, counts(made)


def first_run(folder: Path, people: int, mode: str) -> float:
    """Seconds of a first import, for the growth."""
    with imported(folder, people, mode) as (services, office_id, ledger, _), spent() as taken:
        bring_in(services, office_id, "ledger", ledger)
    return clock_of(mode, taken)


def clock_of(mode: str, taken: Spent) -> float:
    """A database server works in processes of its own, so there only the wall tells."""
    return taken.cpu if mode == EMBEDDED else taken.wall


def run(folder: Path, size: int, mode: str = EMBEDDED, growth: bool = True) -> list[Result]:
    """The first import and the second one of the same file."""
    with imported(folder, size, mode) as (services, office_id, ledger, before):
        with watched() as peak, spent() as first:
            one = bring_in(services, office_id, "ledger", ledger)
        found = final_rows(services, before)
        with transaction(services.sessions, writes=False) as session:
            outbox = session.scalar(select(func.count()).select_from(OutboxRow)) or 0
        assert one.created + one.rejected == one.rows
        assert outbox >= one.created / 2
        with spent() as second:
            two = bring_in(services, office_id, "ledger", ledger)
    changes = two.created + two.updated
    with half(mode, folder / f"floor-{mode}-{size}") as bare:
        bare.__dict__["keyring"] = services.keyring
        least = floor(bare, ledger, found)
    grown = {}
    if growth:
        times = [first_run(folder, size // part, mode) for part in (4, 2)]
        grown = {"people": exponent([1, 2, 4], [*times, clock_of(mode, first)])}
    words = f"{one.rows:,} rows × {len(households.LEDGER_HEADERS) + len(MORE_HEADERS)} columns"
    walls = f"wall {first.wall:.1f} s, again {second.wall:.1f} s, floor {least.wall:.1f} s"
    return [
        Result(
            f"ledger, {mode}",
            words,
            clock_of(mode, least),
            clock_of(mode, first),
            "s",
            3,
            rss_mib=peak[0],
            rss_goal=512,
            growth=grown,
            notes=[f"{walls}; {'processor' if mode == EMBEDDED else 'wall'} seconds in the table"],
        ),
        Result(
            f"the same ledger again, {mode}",
            words,
            clock_of(mode, first),
            clock_of(mode, second),
            "s",
            0.5,
            notes=[f"{changes} changes"],
        ),
    ]
