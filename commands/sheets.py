"""``flask template`` and the demo city: sheets to fill in, sheets to try with, and taking the demo out."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click
from sqlalchemy import Table

from commands.files import replaced
from commands.frame import answer, as_json_option, command, file_errors, say, services
from demo import generate
from doorbell import work
from matching import imports
from matching.accounts import audit
from matching.accounts.scope import OPERATOR
from matching.bootstrap import Services
from matching.db import transaction
from matching.demo_removal import demo_tenants, remove_some, tables
from matching.errors import DomainError
from matching.sheets.models import SheetKind
from matching.sheets.templates import template_headers

MOST_PEOPLE = 1_000_000
#: What the launcher wrote for the demo; its note of what was brought in stays, so nothing comes back.
DEMO_ACCOUNTS, DEMO_SHEETS = "demo-accounts.txt", "demo"


@command("template")
@click.argument("kind")
@click.argument("file")
@as_json_option
def template(kind: str, file: str, as_json: bool) -> None:
    """写一张空表:settlements、ledger 或 vacancies,附填写说明。"""
    if kind not in set(SheetKind):
        raise DomainError("template_kind_unknown", kind=kind)
    with replaced(file) as out:
        imports.write_empty_sheet(kind, out)
    result = {"file": file, "kind": kind, "columns": template_headers(imports.template(kind))}
    answer(result, as_json=as_json, text=lambda: f"已写到 {file}。")


@command("demo")
@click.option("--people", type=int, required=True, metavar="N", help="人数,1 到 1,000,000")
@click.option("--seed", type=int, default=20, show_default=True, metavar="S", help="任意整数")
@click.option("--as-of", metavar="DATE", help="台账的日期,默认今天")
@click.option("--out", required=True, metavar="DIR", help="写到哪个目录")
@as_json_option
def demo(people: int, seed: int, as_of: str | None, out: str, as_json: bool) -> None:
    """编一座城市的台账和岗位(没有真人)。"""
    if not 1 <= people <= MOST_PEOPLE:
        raise DomainError("people_range")
    day = services().clock.today() if as_of is None else _day(as_of)
    with file_errors(out, "file_unwritable"):
        written = generate(people, seed, day, Path(out), progress=lambda n: say(f"已写 {n} 人"))
    files = [written.settlements, *written.ledgers, written.vacancies]
    result = {
        "files": [str(file) for file in files],
        "as_of": day.isoformat(),
        "seed": seed,
        **written.counts,
    }
    answer(result, as_json=as_json, text=lambda: "\n".join(map(str, files)))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DomainError("date_form", text=text) from None


@command("demo-remove")
@as_json_option
def demo_remove(as_json: bool) -> None:
    """删除全部演示数据,真实资料一条不动。"""
    mine = services()
    with transaction(mine.sessions, writes=False) as session:
        tenants = demo_tenants(session)
    if not tenants:
        raise DomainError("demo_missing")
    removed = {table.name: count for table in tables() if (count := _emptied(mine, table, tenants))}
    with work(mine) as session:
        audit.record(session, OPERATOR, "demo.removed", "tenant", None, mine.clock.now(), fields=removed)
    (mine.settings.data_dir / DEMO_ACCOUNTS).unlink(missing_ok=True)
    shutil.rmtree(mine.settings.data_dir / DEMO_SHEETS, ignore_errors=True)
    text = f"已删除演示数据 {sum(removed.values())} 行。"
    answer({"removed": removed}, as_json=as_json, text=lambda: text)


def _emptied(mine: Services, table: Table, tenants: Sequence[int]) -> int:
    count = 0
    while True:
        with work(mine) as session:
            some = remove_some(session, table, tenants, mine.clock.now())
        count += some
        if not some:
            return count
        say(f"  {table.name} {count}")
