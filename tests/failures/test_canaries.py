"""P9 and E11: whoever gets the raw files, without the keys, gets no ID number, telephone or state of health.

What would go wrong: a value stands in clear in a column, an index, a queue, a log or a forgotten file.
"""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from matching.db import transaction
from matching.search.documents import Collection
from matching.sheets.models import LedgerState
from tests.failures.plant import Plant, say, until
from tests.failures.writes import hand_in, settled_office, somebody
from tests.services import service_url
from tests.stack import ledger_of

pytestmark = pytest.mark.processes
PEOPLE, POSTS = 1_000, 50


def canary_people() -> list[dict[str, Any]]:
    lines = [
        {**somebody(n), "健康状况": "长期慢性病", "备注": f"精神残疾四级{n:05}"} for n in range(1, PEOPLE + 1)
    ]
    for line in lines[:30]:  # rejected ones are kept for the error workbook
        line["身份证号"] = line["身份证号"][:-1] + ("0" if line["身份证号"][-1] != "0" else "1")
    return lines


def canary_posts() -> list[dict[str, Any]]:
    return [
        {
            "岗位编号": f"G{n:05}",
            "岗位名称": "缝纫工",
            "岗位类别": "帮扶车间",
            "用人单位": "青云帮扶车间",
            "联系人": f"欧阳探测{n:03}",
            "联系电话": f"1387654{n:04}",
            "招聘人数": "8",
            "工作内容": "踩电动缝纫机,做校服。",
            "工作地点": "青云安置区旁",
            "区划代码": "431222",
            "薪资": "2800-3500元/月",
        }
        for n in range(1, POSTS + 1)
    ]


def forms(value: str) -> list[bytes]:
    """How a value may stand in a raw file."""
    escaped = json.dumps(value)[1:-1]
    return [value.encode(), value.encode("utf-16-le"), value.encode("gb18030"), escaped.encode()]


def canaries() -> list[str]:
    people, posts = canary_people(), canary_posts()
    found = [line[name] for line in people for name in ("身份证号", "电话")]
    found += [line["备注"] for line in people[:200]] + ["长期慢性病"]
    return found + [line[name] for line in posts for name in ("联系人", "联系电话")]


class Seeker:
    """Looks for any of very many byte strings in one pass."""

    def __init__(self, values: list[str]) -> None:
        wanted = {form for value in values for form in forms(value)}
        self._pattern = re.compile(b"|".join(map(re.escape, sorted(wanted))))

    def found(self, raw: bytes) -> set[bytes]:
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
        return set(self._pattern.findall(raw))


def live(plant: Plant) -> None:
    """A day's work: imported, indexed, paired, asked for, and something that fails."""
    office_id = settled_office(plant.services)
    plant.worker("one")
    plant.sweep()
    ids = [
        hand_in(plant.services, office_id, "vacancies", canary_posts(), vouch=True),
        hand_in(plant.services, office_id, "ledger", canary_people()),
    ]
    until(lambda: plant.empty(), 120, "everything is done")
    people = ledger_of(plant.services, ids[1])
    assert (people.state, people.created, people.rejected) == (LedgerState.DONE, PEOPLE - 30, 30)
    plant.command("search", "缝纫工", "--json")
    with transaction(plant.services.sessions, writes=False) as session:
        post = session.execute(text("SELECT public_id FROM vacancies ORDER BY id LIMIT 1")).scalar_one()
    shown = plant.command("match", "vacancy", post, "--json").stdout
    assert not Seeker(canaries()).found(shown.encode())


def files_of(plant: Plant) -> dict[str, bytes]:
    """Every file of the data directory but the keys, logs included, and those of the queue server."""
    plant.queue.client.save()
    roots = (plant.data, plant.queue.directory)
    found = {str(path): path.read_bytes() for root in roots for path in root.rglob("*") if path.is_file()}
    return {name: raw for name, raw in found.items() if name != str(plant.settings.keys_path)}


def documents_of(plant: Plant) -> bytes:
    engine = plant.services.search
    parts = [
        json.dumps(engine.read(one, [key for key, _ in engine.all_versions(one)]), ensure_ascii=False)
        for one in Collection
    ]
    assert len(parts[0]) > 1_000
    return "\n".join(parts).encode()


def dump_of(plant: Plant) -> bytes:
    """The database as plain text (SQLite's file is among the files already)."""
    if not plant.settings.database_url:
        return b""
    url = plant.settings.database_url.replace("postgresql+psycopg", "postgresql")
    done = subprocess.run([pg_dump(), "--dbname", url], capture_output=True, check=True)
    assert b"COPY public.members" in done.stdout
    # Sealed columns are bytea in hexadecimal: what stands in clear in them would not show as text.
    blobs = re.findall(rb"\\\\x([0-9a-f]{32,})", done.stdout)
    return done.stdout + b"\n".join(bytes.fromhex(one.decode()) for one in blobs if len(one) % 2 == 0)


def pg_dump() -> Path | str:
    service_url("ANYE_DATABASE_URL")
    own = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))
    return own[-1] if own else "pg_dump"


def test_no_canary_stands_in_any_raw_store(plant: Plant) -> None:
    """P9: database files or dump, index, queue, logs, and whatever else lies in the data directory."""
    live(plant)
    seeker = Seeker(canaries())
    stores = {**files_of(plant), "documents": documents_of(plant), "dump": dump_of(plant)}
    say(canaries=len(canaries()), stores=len(stores), mib=sum(map(len, stores.values())) // 1024**2)
    assert {name: seen for name, raw in stores.items() if (seen := seeker.found(raw))} == {}
    # The test could fail: the keys open what is there.
    with transaction(plant.services.sessions, writes=False) as session:
        sealed = session.execute(text("SELECT sealed FROM members ORDER BY id LIMIT 1")).scalar_one()
    assert seeker.found(
        json.dumps(plant.services.keyring.open_facts(bytes(sealed), "member.sealed")).encode()
    )


def test_keys_and_arguments_of_the_queue_hold_nothing_but_ids(small_plant: Plant) -> None:
    """E11: whatever lies in Redis while work waits: topics, numbers and codes."""
    plant = small_plant
    office_id = settled_office(plant.services)
    hand_in(plant.services, office_id, "ledger", canary_people()[:40])
    client = plant.queue.client
    arguments = [client.hget(key, "data") for key in client.keys("rq:job:*")]
    assert arguments
    seeker = Seeker([*canaries(), *(line["姓名"] for line in canary_people())])
    for key in client.keys("*"):
        kind = client.type(key)
        value = client.dump(key) if kind != b"hash" else b"\n".join(client.hgetall(key).values())
        assert not seeker.found(key + b"\n" + (value or b""))
