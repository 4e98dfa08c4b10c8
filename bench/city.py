"""A city in the database: people, employers, and vacancies of all seven kinds with texts that differ."""

from __future__ import annotations

import csv
import random
import shutil
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session, sessionmaker

from matching import schema
from matching.accounts.models import Organisation, Tenant
from matching.db import make_engine, make_sessions, table_of, transaction
from matching.people.models import Household, Jobseeker, Member
from matching.places import regions
from matching.vacancies.codes import Kind
from matching.vacancies.models import Vacancy

NOW = datetime.now(UTC).replace(microsecond=0)
STAMPS = {"created_at": NOW, "touched_at": NOW - timedelta(hours=1)}
COUNTIES = [region.code for region in regions.children("431200")]
TRADES = ("6-05-01-03", "6-05-01-04", "4-08-02-04", "5-01-01-01", "6-29-01-01", "4-03-02-01")
EMPLOYERS = 500
#: Rows of one INSERT.
TOGETHER = 5_000
_POSTS = Path(__file__).parents[1] / "demo" / "posts.csv"
_WORDS = ("青云", "白鹭", "稻香", "晨光", "杜鹃", "松风", "石榴", "春燕", "云雀", "麦穗", "映山", "竹影")


def database(path: Path, people: int, vacancies: int) -> str:
    """URL of a SQLite city at ``path``, built if it is not there."""
    url = f"sqlite:///{path}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = make_engine(url)
        schema.upgrade(engine)
        build(make_sessions(engine), people, vacancies)
        engine.dispose()
    return url


def own(folder: Path, path: Path, people: int, vacancies: int) -> str:
    """URL of a city at ``path`` that may be written to: a copy of the one that rows share in ``folder``."""
    shared = folder / f"city-{people}-{vacancies}.db"
    database(shared, people, vacancies)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(shared, path)
    return f"sqlite:///{path}"


def build(sessions: sessionmaker[Session], people: int, vacancies: int) -> None:
    """A city: settlements of 150 people, vacancies of all kinds, a third of them away."""
    rng = random.Random(1)
    with transaction(sessions) as session:
        session.execute(insert(Tenant), [{"id": 1, "prefecture": "431200", "name": "怀化", "demo": False}])
        session.execute(insert(Organisation), [_organisation(row) for row in range(1, EMPLOYERS + 2)])
    homes = [_home(rng, at) for at in range(max(1, people // 150))]
    for ids in _parts(people):
        with transaction(sessions) as session:
            session.execute(insert(Household), [_household(row, homes[row % len(homes)]) for row in ids])
            session.execute(insert(Member), [_member(row, homes[row % len(homes)]) for row in ids])
            session.execute(insert(Jobseeker), [_person(rng, row, homes[row % len(homes)]) for row in ids])
    for ids in _parts(vacancies):
        with transaction(sessions) as session:
            session.execute(insert(Vacancy), [post(rng, row) for row in ids])


def _parts(count: int) -> list[range]:
    return [range(start + 1, min(start + TOGETHER, count) + 1) for start in range(0, count, TOGETHER)]


def _organisation(row: int) -> dict[str, Any]:
    name = "就业中心" if row == 1 else f"{_WORDS[row % 12]}{_WORDS[row // 12 % 12]}企业{row}"
    return {
        "id": row,
        "tenant_id": 1,
        "kind": "office" if row == 1 else "employer",
        "name": name,
        "region_code": "431200",
        "county": "431200",
        "demo": False,
        "created_at": NOW,
    }


def _home(rng: random.Random, at: int) -> dict[str, Any]:
    return {
        "county": COUNTIES[at % len(COUNTIES)],
        "longitude": rng.uniform(109, 111),
        "latitude": rng.uniform(26.2, 29),
        "point_exact": at % 10 != 0,
    }


def _household(row: int, home: dict[str, Any]) -> dict[str, Any]:
    return {"id": row, "tenant_id": 1, "region_code": home["county"], "county": home["county"], **STAMPS}


def _member(row: int, home: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row,
        "tenant_id": 1,
        "household_id": row,
        "county": home["county"],
        "name": f"{row}",
        **STAMPS,
    }


def _person(rng: random.Random, row: int, home: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row,
        "tenant_id": 1,
        **home,
        **STAMPS,
        "willingness": rng.choice(["yes", "yes", "yes", "unknown", "no"]),
        "work": rng.choice(["employed", "unemployed", "farming", None]),
        "capacity": rng.choice(["ordinary", "ordinary", "skilled", "weak", None]),
        "education": rng.choice(["primary", "junior", "senior", None]),
        "reach": rng.choice([None, None, "walk", "town", "county", "prefecture", "anywhere"]),
        "shifts": rng.choice([None, None, ["day"], ["day", "evening"], ["school_hours"]]),
        "wage_floor_cents": rng.choice([None, None, *range(200_000, 500_000, 10_000)]),
        "will_leave": rng.choice([None, True, False]),
        "wanted_regions": rng.choice([None, None, ["44"], ["440300"], ["33", "31"]]),
        "care": rng.choice([None, None, ["child"]]),
        "skills": rng.choice([None, None, ["sewing"], ["welding"]]),
        "occupations": rng.choice([None, [rng.choice(TRADES)]]),
        "classes": {"relocated": True},
        "working_age_from": date(1990, 1, 1),
        "adult_from": date(1992, 1, 1),
        "older_from": rng.choice([None, date(2020, 1, 1), date(2040, 1, 1)]),
    }


@cache
def _texts() -> list[tuple[str, str]]:
    """Titles and contents of the demo's posts."""
    with _POSTS.open(encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [(row["title"], row["content"]) for row in rows]


def titles() -> list[str]:
    """Every title there is, once."""
    return list(dict.fromkeys(title for title, _ in _texts()))


def post(rng: random.Random, row: int) -> dict[str, Any]:
    """The columns of one vacancy."""
    away, low = rng.random() < 0.33, rng.randrange(180_000, 600_000, 10_000)
    title, content = rng.choice(_texts())
    county = rng.choice(COUNTIES)
    return {
        "id": row,
        "tenant_id": 1,
        "organisation_id": 1,
        "employer_id": rng.randrange(2, EMPLOYERS + 2),
        "key_digest": f"{row:064x}",
        "title": title,
        "content": f"{content},{rng.choice(_WORDS)}{row % 97}号车间",
        "place": f"{rng.choice(_WORDS)}路{row % 89}号",
        "kind": rng.choice(list(Kind)),
        "state": "open",
        "region_code": county,
        "county": county,
        "destination": rng.choice(["440306", "330106", "310115"]) if away else None,
        "longitude": None if away else rng.uniform(109, 111),
        "latitude": None if away else rng.uniform(26.2, 29),
        "point_exact": not away,
        "month_low_cents": low,
        "month_high_cents": low + rng.randrange(0, 200_000, 10_000),
        "shifts": rng.choice([None, ["day"], ["day"], ["evening"], ["rotating", "night"]]),
        "load": rng.choice([None, "light", "medium", "heavy"]),
        "required_skills": rng.choice([None] * 6 + [["sewing"]]),
        "education": rng.choice([None, None, "junior", "senior"]),
        "occupations": [rng.choice(TRADES)],
        "benefits": rng.choice([None, ["lunch"], ["meals", "housing"]]),
        "tags": rng.choice([None, ["no_experience"], ["school_hours", "older_welcome"]]),
        "targets": rng.choice([None] * 6 + [["relocated"], ["disabled", "older"]]),
        "valid_until": NOW.date() + timedelta(days=40),
        "posted_at": NOW - timedelta(days=rng.randrange(20), seconds=rng.randrange(86_400)),
        **STAMPS,
    }


def clear(sessions: sessionmaker[Session], model: Any) -> None:
    """Empty one table."""
    with transaction(sessions) as session:
        session.execute(table_of(model).delete())
