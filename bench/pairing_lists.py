"""Storing the pass, and one change after it, in a database of one city.

    python -m bench.pairing_lists [--people 50000] [--vacancies 20000] [--url sqlite:///…]

Storing is measured beside a bulk insert of the same packed rows into the same empty table.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from matching.accounts.models import Organisation, Tenant
from matching.clock import FixedClock
from matching.db import make_engine, make_sessions, transaction
from matching.pairing import service
from matching.pairing.models import JobseekerMatches, VacancyMatches
from matching.pairing.service import Pairing
from matching.pairing.store import ColumnStore
from matching.people.models import Household, Jobseeker, Member
from matching.places import regions
from matching.schema import metadata
from matching.vacancies.codes import Kind
from matching.vacancies.models import Vacancy

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
STAMPS = {"created_at": NOW, "touched_at": NOW - timedelta(hours=1)}
COUNTIES = [region.code for region in regions.children("431200")]
TRADES = ("6-05-01-03", "6-05-01-04", "4-08-02-04", "5-01-01-01", "6-29-01-01", "4-03-02-01")


def build(sessions: sessionmaker[Session], people: int, vacancies: int) -> None:
    """A city: settlements of 150 people, vacancies of all kinds, a third of them away."""
    rng = random.Random(1)
    with transaction(sessions) as session:
        session.execute(insert(Tenant), [{"id": 1, "prefecture": "431200", "name": "怀化", "demo": False}])
        office = {"id": 1, "tenant_id": 1, "kind": "office", "name": "就业中心", "region_code": "431200"}
        session.execute(
            insert(Organisation), [office | {"county": "431200", "demo": False, "created_at": NOW}]
        )
    homes = [_home(rng, at) for at in range(max(1, people // 150))]
    for start in range(0, people, 5_000):
        ids = range(start + 1, min(start + 5_000, people) + 1)
        with transaction(sessions) as session:
            session.execute(insert(Household), [_household(row, homes[row % len(homes)]) for row in ids])
            session.execute(insert(Member), [_member(row, homes[row % len(homes)]) for row in ids])
            session.execute(insert(Jobseeker), [_person(rng, row, homes[row % len(homes)]) for row in ids])
    for start in range(0, vacancies, 5_000):
        ids = range(start + 1, min(start + 5_000, vacancies) + 1)
        with transaction(sessions) as session:
            session.execute(insert(Vacancy), [_post(rng, row) for row in ids])


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


def _post(rng: random.Random, row: int) -> dict[str, Any]:
    away, low = rng.random() < 0.33, rng.randrange(180_000, 600_000, 10_000)
    return {
        "id": row,
        "tenant_id": 1,
        "organisation_id": 1,
        "employer_id": 1,
        "key_digest": f"{row:064x}",
        "title": "缝纫工",
        "kind": rng.choice(list(Kind)),
        "state": "open",
        "region_code": "431222",
        "county": rng.choice(COUNTIES),
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
        "valid_until": date(2026, 12, 31),
        "posted_at": NOW - timedelta(days=rng.randrange(20)),
        **STAMPS,
    }


def storing(sessions: sessionmaker[Session], folder: Path) -> dict[str, float]:
    """Seconds of the pass, of storing it, and of a bulk insert of the same rows."""
    scored = {"s": 0.0}
    real = service.full_pass

    def timed(*args: Any) -> Any:
        started = time.perf_counter()
        found = real(*args)
        scored["s"] = time.perf_counter() - started
        return found

    service.full_pass = timed
    started = time.perf_counter()
    with transaction(sessions, writes=False) as session:
        store = ColumnStore(folder)
        store.people(session, NOW)
        store.posts(session, NOW)
    loading = time.perf_counter() - started
    started = time.perf_counter()
    Pairing(store).pair_all(sessions, FixedClock(NOW))
    stored = time.perf_counter() - started - scored["s"]
    service.full_pass = real
    floor = 0.0
    for model in (JobseekerMatches, VacancyMatches):
        with transaction(sessions, writes=False) as session:
            rows = [dict(row) for row in session.execute(select(*model.__table__.columns)).mappings()]
        with transaction(sessions) as session:
            session.execute(model.__table__.delete())
        started = time.perf_counter()
        for start in range(0, len(rows), 5_000):
            with transaction(sessions) as session:
                session.execute(insert(model), rows[start : start + 5_000])
        floor += time.perf_counter() - started
    return {
        "load_columns_s": round(loading, 2),
        "pass_s": round(scored["s"], 2),
        "store_s": round(stored, 2),
        "bulk_insert_s": round(floor, 2),
        "store_ratio": round(stored / floor, 2),
    }


def changes(
    sessions: sessionmaker[Session], folder: Path, vacancies: int, tries: int = 30
) -> dict[str, float]:
    """Milliseconds of one changed vacancy: in a process that lives on, and in a new one."""
    rng, taken, fresh = random.Random(5), [], []
    pairing, now = Pairing(ColumnStore(folder)), NOW
    for again in range(30):
        now += timedelta(seconds=5)
        row = rng.randrange(1, vacancies + 1)
        changed = {
            k: v for k, v in _post(rng, row).items() if k in ("shifts", "load", "tags", "month_high_cents")
        }
        with transaction(sessions) as session:
            newer = {"version": Vacancy.version + 1, "touched_at": now}
            session.execute(update(Vacancy).where(Vacancy.id == row).values(**changed, **newer))
        at_once = pairing if again % 5 else Pairing(ColumnStore(folder))
        started = time.perf_counter()
        with transaction(sessions) as session:
            at_once.pair_vacancies(session, [row], now)
        (taken if again % 5 else fresh).append(time.perf_counter() - started)
    return {
        "change_p50_ms": round(float(np.median(taken[1:])) * 1000, 1),
        "change_worst_ms": round(max(taken[1:]) * 1000, 1),
        "change_new_process_ms": round(float(np.median(fresh)) * 1000, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--vacancies", type=int, default=20_000)
    parser.add_argument("--url", help="an empty database; default: SQLite in a temporary folder")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engine = make_engine(chosen.url or f"sqlite:///{folder / 'city.db'}", statement_timeout_ms=300_000)
        metadata().create_all(engine)
        sessions = make_sessions(engine)
        build(sessions, chosen.people, chosen.vacancies)
        result = storing(sessions, folder / "columns")
        print(json.dumps(result | changes(sessions, folder / "columns", chosen.vacancies)))
        engine.dispose()


if __name__ == "__main__":
    main()
