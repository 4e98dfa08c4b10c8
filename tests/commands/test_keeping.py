"""Backup and restore: everything comes back, or nothing changes."""

from __future__ import annotations

import gzip
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from matching.people.models import Member
from matching.people.queries import opened
from matching.vacancies.models import Vacancy
from tests.commands.conftest import Terminal
from tests.services import scratch_postgres

pytestmark = pytest.mark.wide


def _fresh(tmp_path: Path, city: Terminal | None, name: str = "other", **settings: str) -> Terminal:
    data = tmp_path / name
    data.mkdir()
    if city is not None:
        shutil.copy(city.data / "keys.json", data / "keys.json")
    return Terminal(data, **settings)


def _same(one: dict[str, Any], other: dict[str, Any], *, but: set[str]) -> None:
    assert {name: one["sha256"][name] for name in one["sha256"] if name not in but} == {
        name: other["sha256"][name] for name in other["sha256"] if name not in but
    }


#: A restore and a backup are audited themselves.
AUDIT = {"audit_events", "audit_head"}


def test_a_wiped_installation_comes_back_whole(city: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "all.backup"
    made = city.json("backup", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert made["tables"]["members"] == 60
    other = _fresh(tmp_path, city)
    restored = other.json("restore", file)
    _same(made, restored, but=set())
    assert restored["documents"] == city.json("verify-index")["checked"]
    _same(made, other.json("backup", tmp_path / "again.backup"), but=AUDIT)
    assert other.json("verify-index")["missing"] == 0
    assert other.json("audit", "verify")["intact"]
    with other.session() as session:
        member = session.scalars(select(Member).where(Member.sealed.is_not(None))).first()
        assert member is not None
        title = session.scalar(select(Vacancy.title).where(Vacancy.state == "open").limit(1))
    assert other.json("search", title)["total"] > 0
    other.close()


def test_sealed_values_stay_sealed(city: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "all.backup"
    city.run("backup", file)
    with city.session() as session:
        sealed = session.scalars(select(Member.sealed).where(Member.sealed.is_not(None))).all()
    numbers = [opened(city.services.keyring, one).get("id_number") for one in sealed]
    stated = [number for number in numbers if number]
    text = gzip.decompress(file.read_bytes())
    assert len(stated) > 50
    assert [number for number in stated if number.encode() in text] == []


def test_a_backup_without_its_key_is_refused(city: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "all.backup"
    city.run("backup", file)
    other = _fresh(tmp_path, None)
    told = other.json("restore", file, code=2)
    assert told["error"]["code"] == "backup_key_differs"
    other.close()


def test_people_who_are_there_are_not_replaced_by_accident(city: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "all.backup"
    city.run("backup", file)
    with city.session() as session:
        session.execute(Member.__table__.update().values(name="改过"))
    assert city.json("restore", file, code=2)["error"]["code"] == "database_not_empty"
    city.run("restore", file, "--replace")
    with city.session() as session:
        assert session.scalar(select(func.count()).select_from(Member).where(Member.name == "改过")) == 0


def _cut(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


def _changed(content: bytes) -> bytes:
    text = gzip.decompress(content)
    return gzip.compress(text.replace("户主".encode(), b"x").replace(b'"head"', b'"tail"', 1))


def _short(content: bytes) -> bytes:
    lines = gzip.decompress(content).splitlines(keepends=True)
    return gzip.compress(b"".join(lines[:-1]))


@pytest.mark.parametrize("spoil", [_cut, _changed, _short])
def test_a_damaged_backup_changes_nothing(city: Terminal, tmp_path: Path, spoil: Any) -> None:
    file = tmp_path / "all.backup"
    city.run("backup", file)
    before = city.json("backup", tmp_path / "before")
    file.write_bytes(spoil(file.read_bytes()))
    told = city.json("restore", file, "--replace", code=3)
    assert told["error"]["code"] == "backup_damaged"
    _same(before, city.json("backup", tmp_path / "after"), but=AUDIT)


@pytest.mark.parametrize(
    "content", [b"", b"hello", gzip.compress(b"hello\n", mtime=0), gzip.compress(b'{"a": 1}\n', mtime=0)]
)
def test_a_file_that_is_no_backup_is_refused(city: Terminal, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    assert city.json("restore", file, "--replace", code=3)["error"]["code"] == "backup_not_ours"


def test_a_backup_that_cannot_be_written_leaves_nothing(city: Terminal, tmp_path: Path) -> None:
    told = city.json("backup", tmp_path / "no" / "where", code=3)
    assert told["error"]["code"] == "file_unwritable"
    assert not list(tmp_path.glob(".*"))


def test_a_missing_backup_is_named(city: Terminal) -> None:
    assert city.json("restore", "nothing", code=3)["error"]["code"] == "file_unreadable"


@pytest.mark.production
def test_a_backup_moves_from_one_database_to_the_other_and_back(city: Terminal, tmp_path: Path) -> None:
    file, back = tmp_path / "all.backup", tmp_path / "back.backup"
    made = city.json("backup", file)
    with scratch_postgres() as url:
        other = _fresh(tmp_path, city, ANYE_DATABASE_URL=url)
        other.run("migrate")
        _same(made, other.json("restore", file), but=set())
        _same(made, other.json("backup", back), but=AUDIT)
        # The next numbers continue behind the restored ones.
        other.run("organisation", "add", "新中心", "--kind", "office", "--region", "431222")
        other.close()
    third = _fresh(tmp_path, city, "third")
    _same(made, third.json("restore", back), but=AUDIT)
    third.close()
