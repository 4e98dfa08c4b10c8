"""What an import command shows: the preview before, figures and rejected rows after."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from commands.frame import FINDING, answer, end, say, why
from commands.words import PROBLEMS
from doorbell import work
from matching import imports
from matching.accounts.scope import OPERATOR, Scope
from matching.bootstrap import Services
from matching.db import transaction
from matching.sheets.findings import problems
from matching.sheets.models import Ledger

ERRORS_SHOWN = 100
ERRORS_PRINTED = 10


def as_owner(ledger: Ledger) -> Scope:
    """The local operator, acting for the organisation whose import it is."""
    return replace(OPERATOR, tenant_id=ledger.tenant_id, organisation_id=ledger.organisation_id)


def preview(ledger: Ledger) -> str:
    """What would happen, in lines for a reader."""
    counts = ledger.findings.get("preview", {})
    words = {"created": "新增", "updated": "更新", "unchanged": "未变", "rejected": "退回"}
    lines = [
        f"共 {ledger.rows} 行:" + ",".join(f"{word} {counts.get(key, 0)}" for key, word in words.items())
    ]
    for key, found in sorted(ledger.findings.items()):
        if key not in {"preview", "problems"} and found:
            shown = found if isinstance(found, int) else f"{len(found)}:{'、'.join(map(_name, found[:10]))}"
            lines.append(f"  {FINDINGS.get(key, key)} {shown}")
    for one in ledger.findings.get("problems", [])[:ERRORS_PRINTED]:
        lines.append(f"  第 {one['line']} 行 {one['column']}:{PROBLEMS.get(one['code'], one['code'])}")
    return "\n".join(lines)


FINDINGS = {
    "ignored_sheets": "没有读的工作表",
    "unknown_columns": "不认识的列",
    "new_settlements": "要新建的安置点",
    "unknown_settlements": "没登记过的安置点",
    "closing": "将要关闭的岗位",
    "held": "先不公开、要补内容的岗位",
}


def _name(found: Any) -> str:
    if isinstance(found, dict):
        return str(found.get("name") or found.get("sheet") or next(iter(found.values()), ""))
    return str(found)


def report(mine: Services, ledger_id: int, as_json: bool) -> None:
    """Write the result and, for rejected rows, the error workbook."""
    with transaction(mine.sessions, writes=False) as session:
        ledger = session.get_one(Ledger, ledger_id)
        errors = [
            {
                "row": one.line,
                "column": one.column,
                "code": one.code,
                "message": PROBLEMS.get(one.code, one.code),
            }
            for one in problems(session, ledger_id, ERRORS_SHOWN)
        ]
    workbook = write_workbook(mine, ledger) if ledger.rejected else None
    counts = {name: getattr(ledger, name) for name in COUNTS}
    result = {
        "ledger": ledger.public_id,
        "state": ledger.state,
        **counts,
        "errors_file": workbook,
        "errors": errors,
    }
    answer(result, as_json=as_json, text=lambda: _text(result))
    if ledger.rows and ledger.rejected == ledger.rows:
        end(FINDING)


COUNTS = ("rows", "created", "updated", "unchanged", "rejected", "warnings")
COUNT_WORDS = ("行", "新增", "更新", "未变", "退回", "提醒")


def _text(result: dict[str, Any]) -> str:
    counts = ",".join(f"{word} {result[key]}" for key, word in zip(COUNTS, COUNT_WORDS, strict=True))
    lines = [f"{result['ledger']}  {counts}"]
    for one in result["errors"][:ERRORS_PRINTED]:
        lines.append(f"  第 {one['row']} 行 {one['column'] or ''}:{one['message']}")
    if len(result["errors"]) > ERRORS_PRINTED:
        lines.append("  …")
    if result["errors_file"]:
        lines.append(f"退回的行和原因:{result['errors_file']}(含证件号码,改完请删除)")
    return "\n".join(lines)


def write_workbook(mine: Services, ledger: Ledger) -> str | None:
    """Write the rejected rows with their reasons into the working directory, readable by its owner only.

    Never into the data directory: nothing there may hold an ID number in clear.
    """
    path = Path.cwd() / f"{Path(ledger.filename).stem}-{ledger.public_id}-errors.xlsx"
    with work(mine) as session:
        _, content = imports.error_workbook(
            session, as_owner(ledger), mine.keyring, ledger.public_id, mine.clock.now()
        )
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        say(f"写不了 {path}:{why(error)}")
        path.unlink(missing_ok=True)
        return None
    return str(path)
