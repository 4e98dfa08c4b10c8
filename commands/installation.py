"""``flask migrate``, ``flask config check`` and ``flask audit verify``: the installation itself."""

from __future__ import annotations

from commands.frame import FINDING, Group, answer, as_json_option, command, end, services
from config.settings import described
from matching import schema
from matching.accounts import audit as chain
from matching.db import transaction

config = Group("config", help="设置。")
audit = Group("audit", help="操作记录。")


@command("migrate")
@as_json_option
def migrate(as_json: bool) -> None:
    """把数据库建好或升到最新。"""
    mine = services()
    before = schema.current(mine.engine)
    schema.upgrade(mine.engine)
    after = schema.head()
    text = f"数据库已是最新({after})。" if before == after else f"数据库已升到 {after}。"
    answer({"before": before, "after": after}, as_json=as_json, text=lambda: text)


@command("check", config)
@as_json_option
def check(as_json: bool) -> None:
    """列出每一项设置、它的值和来处。"""
    mine = services()
    rows = described(mine.settings)
    lines = (f"{row['name']}={row['value']}  [{row['source']}] {row['says']}" for row in rows)
    answer({"settings": rows}, as_json=as_json, text=lambda: "\n".join(lines))


@command("verify", audit)
@as_json_option
def verify(as_json: bool) -> None:
    """核对操作记录有没有被改动、删掉或换序。"""
    with transaction(services().sessions, writes=False) as session:
        broken = chain.first_broken(session)
    words = {None: "操作记录完整。", 0: "操作记录的末尾少了。"}
    text = words.get(broken, f"操作记录从第 {broken} 条起对不上。")
    answer({"intact": broken is None, "first_broken": broken}, as_json=as_json, text=lambda: text)
    if broken is not None:
        end(FINDING)
