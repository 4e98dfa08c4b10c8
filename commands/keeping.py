"""``flask backup`` and ``flask restore``: everything in one file, and back."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
from sqlalchemy import func, select

from commands.files import replaced
from commands.frame import FINDING, answer, as_json_option, command, end, file_errors, say, services
from commands.upkeep import rebuilt
from commands.waiting import workers_run
from matching import backup as copies
from matching import schema
from matching.accounts import audit
from matching.accounts.scope import OPERATOR
from matching.bootstrap import Services
from matching.db import transaction
from matching.errors import DomainError
from matching.people.models import Member


@command("backup")
@click.argument("file")
@as_json_option
def backup(file: str, as_json: bool) -> None:
    """把全部资料写进一个文件(密钥不在里面,要另外保管)。"""
    mine = services()
    now = mine.clock.now()
    with transaction(mine.sessions) as session:
        audit.record(session, OPERATOR, "backup.made", "backup", None, now)
    with replaced(file) as out, transaction(mine.sessions, writes=False) as session:
        copies.consistent(session)
        made = copies.write(session, mine.keyring, out, now, _progress)
    result = {"file": file, "rows": made.rows, "tables": made.counts, "sha256": made.digests}
    text = f"已备份 {made.rows} 行到 {file}。密钥文件 {mine.settings.keys_path} 请另外保管,没有它无法恢复。"
    answer(result, as_json=as_json, text=lambda: text)


@command("restore")
@click.argument("file")
@click.option("--replace", is_flag=True, help="代替已有的资料")
@as_json_option
def restore(file: str, replace: bool, as_json: bool) -> None:
    """从备份恢复全部资料,核对每张表,再重建索引。"""
    mine = services()
    with file_errors(file), open(file, "rb"):
        pass
    say("正在核对备份 …")
    found = copies.check(Path(file), mine.keyring)
    schema.upgrade(mine.engine)
    _room_for(mine, replace)
    if workers_run(mine):
        say("后台程序正在运行。恢复期间它们会停下等待;最好先停掉再恢复。")
    say("正在恢复 …")
    with transaction(mine.sessions) as session:
        copies.restore(session, Path(file), found, _progress)
        audit.record(session, OPERATOR, "backup.restored", "backup", None, mine.clock.now())
    shutil.rmtree(mine.settings.data_dir / "columns", ignore_errors=True)
    index, failures = rebuilt(mine)
    result = {
        "file": file,
        "rows": found.rows,
        "tables": found.counts,
        "sha256": found.digests,
        "documents": index["documents"],
    }
    answer(result, as_json=as_json, text=lambda: f"已恢复 {found.rows} 行,索引 {index['documents']} 条。")
    if failures:
        end(FINDING)


def _room_for(mine: Services, replace: bool) -> None:
    with transaction(mine.sessions, writes=False) as session:
        people = session.scalar(select(func.count()).select_from(Member)) or 0
    if people and not replace:
        raise DomainError("database_not_empty", people=people)


def _progress(table: str, rows: int) -> None:
    if rows:
        say(f"  {table} {rows}")
