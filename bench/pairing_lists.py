"""Storing the pass, and one change after it, in a database of one city.

Storing is measured beside a bulk insert of the same packed rows into the same empty table.
"""

from __future__ import annotations

import random
import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from bench import city
from bench.city import NOW, post
from bench.harness import Result, exponent
from matching.clock import FixedClock
from matching.db import make_engine, make_sessions, transaction
from matching.pairing import service
from matching.pairing.models import JobseekerMatches, VacancyMatches
from matching.pairing.service import Pairing
from matching.pairing.store import ColumnStore
from matching.vacancies.models import Vacancy

FULL, QUICK, TINY = 50_000, 2_500, 60


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
        "load_columns_s": round(loading, 4),
        "pass_s": round(scored["s"], 4),
        "store_s": round(stored, 4),
        "bulk_insert_s": round(floor, 4),
        "store_ratio": round(stored / floor, 4),
    }


def changes(
    sessions: sessionmaker[Session], folder: Path, vacancies: int, tries: int = 30
) -> dict[str, float]:
    """Milliseconds of one changed vacancy: in a process that lives on, and in a new one."""
    rng, taken, fresh = random.Random(5), [], []
    pairing, now = Pairing(ColumnStore(folder)), NOW
    for again in range(tries):
        now += timedelta(seconds=5)
        row = rng.randrange(1, vacancies + 1)
        changed = {
            k: v for k, v in post(rng, row).items() if k in ("shifts", "load", "tags", "month_high_cents")
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


def run(folder: Path, size: int, growth: bool = True) -> list[Result]:
    """Storing the lists of a pass, and changes after it."""
    posts = size * 2 // 5
    found = _city(folder, size, posts)
    grown = {}
    if growth:
        people, vacancies = size // 4, posts // 4
        base = _city(folder, people, vacancies, changed=False)["store_s"]
        grown = {
            name: exponent([1, 2, 4], [base, *(_city(folder, *at, changed=False)["store_s"] for at in sizes)])
            for name, sizes in {
                "people": [(people * 2, vacancies), (people * 4, vacancies)],
                "vacancies": [(people, vacancies * 2), (people, vacancies * 4)],
            }.items()
        }
    return [
        Result(
            "storing the pass",
            f"{size:,} × {posts:,}",
            found["bulk_insert_s"],
            found["store_s"],
            "s",
            2,
            growth=grown,
            notes=[
                f"loading the columns {found['load_columns_s']} s; one change after it "
                f"{found['change_p50_ms']} ms p50, {found['change_worst_ms']} ms at worst, in a new process "
                f"{found['change_new_process_ms']} ms"
            ],
        )
    ]


def _city(folder: Path, people: int, vacancies: int, changed: bool = True) -> dict[str, float]:
    place = folder / f"lists-{people}-{vacancies}"
    url = city.own(folder, place / "city.db", people, vacancies)
    engine = make_engine(url, statement_timeout_ms=300_000)
    sessions = make_sessions(engine)
    found = storing(sessions, place / "columns")
    if changed:
        found |= changes(sessions, place / "columns", vacancies)
    engine.dispose()
    shutil.rmtree(place)
    return found
