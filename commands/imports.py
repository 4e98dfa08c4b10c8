"""``flask import-…``: the import that the pages use, from a terminal or a script."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from commands.frame import (
    FINDING,
    Finding,
    answer,
    as_json_option,
    command,
    end,
    file_errors,
    say,
    services,
)
from commands.import_report import as_owner, preview, report
from commands.waiting import View, buried, follow, look_at, waiting_rows
from doorbell import work
from matching import imports
from matching.accounts.lookup import importing_organisation
from matching.accounts.scope import OPERATOR
from matching.bootstrap import Services
from matching.db import transaction
from matching.errors import DomainError, FileRefused
from matching.outbox.models import OutboxRow
from matching.sheets.models import ACTIVE, Ledger, LedgerState, SheetKind
from matching.sheets.service import SameImportRunning
from matching.vacancies.employers import VOUCHERS

READ, APPLY = ("sheet.read",), ("sheet.apply",)
AFTER = ("search.vacancy", "search.jobseeker", "pair.all", "pair.vacancy", "pair.jobseeker")


@dataclass(frozen=True)
class Asked:
    """What an import command was asked to do.

    Args:
        owner: ``--for``.
        options: of the import itself.
    """

    kind: SheetKind
    file: str
    owner: str | None
    options: dict[str, Any]
    yes: bool
    wait: bool
    as_json: bool


def _shared(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        as_json_option,
        click.option("--wait", is_flag=True, help="等到行、索引和匹配都做完"),
        click.option("--yes", is_flag=True, help="不预览,直接导入"),
        click.option("--for", "owner", metavar="ORGANISATION", help="组织的名称或编号"),
        click.argument("file"),
    ):
        function = option(function)
    return function


_mapping = click.option("--mapping", metavar="NAME|PATH", help="对照的名称,或对照文件的路径")


@command("import-settlements")
@_shared
def import_settlements(file: str, owner: str | None, **flags: bool) -> None:
    """导入安置点表。"""
    run(Asked(SheetKind.SETTLEMENTS, file, owner, {}, **flags))


@command("import-ledger")
@_mapping
@click.option("--new-settlements", is_flag=True, help="表里没登记过的安置点一并新建(待核实)")
@_shared
def import_ledger(
    file: str, owner: str | None, mapping: str | None, new_settlements: bool, **flags: bool
) -> None:
    """导入人员台账。"""
    options = {"mapping": mapping, "new_settlements": new_settlements}
    run(Asked(SheetKind.LEDGER, file, owner, options, **flags))


@command("import-vacancies")
@_mapping
@click.option("--replace", is_flag=True, help="本组织的岗位中,表里没有的全部关闭")
@click.option("--vouch", is_flag=True, help="为表里未核实的用人单位担保(记名)")
@_shared
def import_vacancies(
    file: str, owner: str | None, mapping: str | None, replace: bool, vouch: bool, **flags: bool
) -> None:
    """导入岗位表。"""
    options = {"mapping": mapping, "replace": replace, "vouch": vouch}
    run(Asked(SheetKind.VACANCIES, file, owner, options, **flags))


@command("import-take-back")
@click.argument("ledger")
@as_json_option
def import_take_back(ledger: str, as_json: bool) -> None:
    """撤回一次导入(它的内容后来没有改过时)。"""
    mine = services()
    with work(mine) as session:
        scope = as_owner(imports.find(session, OPERATOR, ledger))
        imports.take_back(session, scope, mine.keyring, mine.clock, ledger)
    result = {"ledger": ledger, "state": LedgerState.TAKEN_BACK.value}
    answer(result, as_json=as_json, text=lambda: f"已撤回 {ledger}。")


def run(asked: Asked) -> None:
    """Bring a sheet in."""
    if not asked.yes and not at_a_terminal():
        raise DomainError("confirmation_needed")
    mine = services()
    started = mine.clock.now()
    ledger_id = receive(mine, asked)
    try:
        ledger = read(mine, ledger_id)
        if not asked.yes and ledger.state == LedgerState.CHECKED and not confirmed(mine, ledger):
            stop(mine, ledger_id)
            say("没有导入。")
            end(FINDING)
    except (KeyboardInterrupt, click.Abort):
        stop(mine, ledger_id)
        raise
    if not asked.wait:
        queued = {"ledger": ledger.public_id, "state": LedgerState.QUEUED.value, "rows": ledger.rows}
        answer(queued, as_json=asked.as_json, text=lambda: f"已排队:{ledger.rows} 行,{ledger.public_id}")
        return
    finish(mine, ledger_id, started)
    report(mine, ledger_id, asked.as_json)


def at_a_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


def receive(mine: Services, asked: Asked) -> int:
    """Store the file and ask for it to be read."""
    options = {name: value for name, value in asked.options.items() if value}
    if "mapping" in options:
        options["mapping"] = _chosen(asked.kind, options["mapping"])
    options |= {"confirm": asked.yes, "valid_days": mine.settings.valid_days}
    with file_errors(asked.file), open(asked.file, "rb") as file:
        try:
            with work(mine) as session:
                organisation = importing_organisation(session, asked.owner)
                if options.get("vouch") and organisation.kind not in VOUCHERS:
                    raise DomainError("may_not_vouch", organisation=organisation.name)
                scope = replace(OPERATOR, tenant_id=organisation.tenant_id, organisation_id=organisation.id)
                ledger = imports.receive(
                    session,
                    scope,
                    mine.keyring,
                    file,
                    kind=asked.kind,
                    filename=os.path.basename(asked.file),
                    options=options,
                    now=mine.clock.now(),
                    most_bytes=mine.settings.upload_megabytes * 1024**2,
                )
        except IntegrityError:
            # The same file came in between the look and the insert.
            raise SameImportRunning("same_import_running", ledger="") from None
    return ledger.id


def _chosen(kind: SheetKind, chosen: str) -> str:
    """The name of a family, or the text of a mapping file; wrong ones are told before anything is stored."""
    room = imports.ROOMS[kind]
    path = Path(chosen)
    if path.is_file():
        try:
            chosen = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            raise DomainError("mapping_unreadable", file=str(path)) from None
    else:
        known = [family.name for family in room.mappings(None)]
        if chosen not in known:
            raise DomainError("mapping_unknown", mapping=chosen, known="、".join(known))
    room.mappings(chosen)
    return chosen


def read(mine: Services, ledger_id: int) -> Ledger:
    """Wait until the file is read.

    Raises:
        FileRefused: it cannot be taken in.
    """
    say("正在读文件 …")
    ledger = _stand(mine, ledger_id, READ, {LedgerState.RECEIVED, LedgerState.READING})
    if ledger.state == LedgerState.REFUSED:
        facts = dict(ledger.refusal or {})
        raise FileRefused(facts.pop("code", "file_damaged"), **facts)
    return ledger


def _stand(mine: Services, ledger_id: int, topics: tuple[str, ...], unsettled: set[LedgerState]) -> Ledger:
    """Wait until an import leaves some states.

    Raises:
        Finding: ``buried_left`` where its work failed too often, ``import_cancelled``.
    """

    def look(session: Session) -> View:
        ledger = session.get_one(Ledger, ledger_id)
        mine_only = (OutboxRow.topic.in_(topics)) & (OutboxRow.key == ledger_id)
        row = look_at(session, mine_only & OutboxRow.buried_at.is_(None))
        dead = look_at(session, mine_only & OutboxRow.buried_at.is_not(None))
        settled = ledger.state not in unsettled or not dead.settled
        return View(
            settled, (ledger.state, ledger.checkpoint, ledger.chunks, row.sign), row.blocked, row.reason
        )

    def progress(sign: Any) -> None:
        state, checkpoint, chunks, _ = sign
        if state == LedgerState.APPLYING and chunks > 1:
            say(f"正在写入 {checkpoint * 100 // chunks}%")

    follow(mine, topics, look, progress)
    with transaction(mine.sessions, writes=False) as session:
        ledger = session.get_one(Ledger, ledger_id)
        if ledger.state in unsettled:
            raise Finding("buried_left", count=1)
        if ledger.state == LedgerState.CANCELLED:
            raise Finding("import_cancelled")
        return ledger


def confirmed(mine: Services, ledger: Ledger) -> bool:
    """Show what would happen, ask, and confirm on a yes."""
    say(preview(ledger))
    if not click.confirm("确认导入?", err=True):
        return False
    with work(mine) as session:
        imports.confirm(session, as_owner(ledger), ledger.public_id, mine.clock.now())
    return True


def stop(mine: Services, ledger_id: int) -> None:
    """Cancel an import that was not confirmed."""
    with work(mine) as session:
        ledger = session.get_one(Ledger, ledger_id)
        if ledger.state in ACTIVE:
            imports.cancel(session, as_owner(ledger), ledger.public_id, mine.clock.now())


def finish(mine: Services, ledger_id: int, started: datetime) -> None:
    """Wait until rows, index and matches are done.

    Raises:
        Finding: ``buried_left`` where some of it failed too often.
    """
    say("正在写入 …")
    _stand(mine, ledger_id, APPLY, {LedgerState.CHECKED, LedgerState.QUEUED, LedgerState.APPLYING})
    say("正在更新索引和匹配 …")
    until = mine.clock.now()
    look = partial(_left, mine, until)
    follow(mine, AFTER, look)
    with transaction(mine.sessions, writes=False) as session:
        count = buried(session, AFTER, started)
    if count:
        raise Finding("buried_left", count=count)


def _left(mine: Services, until: datetime, session: Session) -> View:
    return look_at(session, waiting_rows(AFTER, until, mine.clock.now()))
