"""``flask rebuild-index``, ``verify-index`` and ``outbox``: the index and the work behind the pages."""

from __future__ import annotations

from typing import Any

import click

from commands.frame import FINDING, answer, as_json_option, command, end, say, services
from doorbell import ring
from matching.accounts import audit
from matching.accounts.scope import OPERATOR
from matching.bootstrap import Services
from matching.db import transaction
from matching.errors import NotFound
from matching.outbox.queries import buried_rows, topic_states
from matching.outbox.service import retry_buried
from matching.search.documents import Collection
from workers.index import rebuild_collection, roll_back, verify_collection

ALL = "all"


@command("rebuild-index")
@click.option("--back", is_flag=True, help="换回上一次重建之前的索引")
@as_json_option
def rebuild_index(back: bool, as_json: bool) -> None:
    """按数据库重建两个索引,建好才换上。"""
    if back:
        _go_back(as_json)
        return
    result, failures = rebuilt(services())
    text = f"已重建 {result['documents']} 条:{'、'.join(result['index'].values())}"
    answer(result, as_json=as_json, text=lambda: text)
    if failures:
        say(f"有 {failures} 条写不进索引。")
        end(FINDING)


def _go_back(as_json: bool) -> None:
    mine = services()
    names = {collection.value: roll_back(mine, collection) for collection in Collection}
    _note(mine, "index.rolled_back", {})
    answer({"index": names}, as_json=as_json, text=lambda: f"已换回 {'、'.join(names.values())}")


def rebuilt(mine: Services) -> tuple[dict[str, Any], int]:
    """Rebuild both indexes; gives the result and how many documents were refused."""
    mine.search.prepare()
    names: dict[str, str] = {}
    documents = failures = 0
    for collection in Collection:
        say(f"正在重建 {collection.value} …")
        done = rebuild_collection(mine, collection)
        names[collection.value] = done.name
        documents, failures = documents + done.documents, failures + len(done.failures)
    _note(mine, "index.rebuilt", {"documents": documents})
    return {"documents": documents, "index": names}, failures


@command("verify-index")
@click.option("--repair", is_flag=True, help="把对不上的改好")
@as_json_option
def verify_index(repair: bool, as_json: bool) -> None:
    """逐条核对索引和数据库。"""
    mine = services()
    mine.search.prepare()
    reports = [verify_collection(mine, collection, repair=repair) for collection in Collection]
    counts = ("checked", "missing", "extra", "stale", "repaired")
    result = {name: sum(getattr(report, name) for report in reports) for name in counts}
    words = ("核对", "缺少", "多余", "过时", "已改好")
    text = ",".join(f"{word} {result[name]}" for word, name in zip(words, counts, strict=True))
    answer(result, as_json=as_json, text=lambda: text)
    if repair and result["repaired"]:
        _note(mine, "index.repaired", {"repaired": result["repaired"]})
    if any(report.drift > report.repaired for report in reports):
        if any(report.needs_rebuild for report in reports):
            say("有的条目比数据库还新,改不回来。请运行 flask rebuild-index。")
        end(FINDING)


def _note(mine: Services, action: str, fields: dict[str, int]) -> None:
    with transaction(mine.sessions) as session:
        audit.record(session, OPERATOR, action, "index", None, mine.clock.now(), fields=fields)


@command("outbox")
@click.option("--retry", metavar="ID", help="再试一件停下的工作;all 是全部")
@as_json_option
def outbox(retry: str | None, as_json: bool) -> None:
    """后台工作还有多少,哪些停下了。"""
    mine = services()
    if retry is not None:
        _retry(mine, retry)
    with transaction(mine.sessions, writes=False) as session:
        states = topic_states(session, mine.clock.now())
        stopped = buried_rows(session)
    result = {
        "topics": {
            name: {
                "depth": state.depth,
                "oldest_seconds": round(state.oldest_seconds, 1),
                "buried": state.buried,
            }
            for name, state in states.items()
        },
        "buried": [
            {"id": row.id, "topic": row.topic, "tries": row.tries, "reason": row.reason} for row in stopped
        ],
    }
    answer(result, as_json=as_json, text=lambda: _outbox_text(result))
    if stopped:
        end(FINDING)


def _retry(mine: Services, which: str) -> None:
    if which != ALL and not which.isdecimal():
        raise NotFound("buried_row_unknown")
    now = mine.clock.now()
    with transaction(mine.sessions) as session:
        ids = None if which == ALL else [int(which)]
        topics = retry_buried(session, ids, now)
        audit.record(
            session,
            OPERATOR,
            "outbox.retried",
            "outbox",
            ids[0] if ids else None,
            now,
            fields={"topics": topics},
        )
    if not ring(mine, topics):
        say("队列服务没有回答;它恢复后会接着做。")


def _outbox_text(result: dict[str, Any]) -> str:
    lines = [
        f"{name:<18}{state['depth']:>8} 件  最久 {state['oldest_seconds']:g} 秒  停下 {state['buried']}"
        for name, state in result["topics"].items()
    ]
    for row in result["buried"]:
        lines.append(f"停下:{row['id']}  {row['topic']}  试了 {row['tries']} 次  {row['reason']}")
    return "\n".join(lines)
