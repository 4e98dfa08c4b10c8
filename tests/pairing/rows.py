"""A small city in a real database, with facts drawn at random."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from matching.db import make_engine, make_sessions, transaction
from matching.schema import metadata
from tests import factories
from tests.factories import NOW

TODAY = date(2026, 11, 20)
PLACES = (("431222", 110.39, 28.45), ("431223", 110.1, 28.0), ("431224", 110.5, 27.9))
TRADES = ("6-05-01-03", "6-05-01-04", "4-08-02-04", "5-01-01-01")


def empty_city(place: Path | str) -> sessionmaker[Session]:
    """Sessions of a new database in a folder or at a URL."""
    engine = make_engine(place if isinstance(place, str) else f"sqlite:///{place / 'city.db'}")
    metadata().create_all(engine)
    return make_sessions(engine)


def city(place: Path | str, people: int = 30, posts: int = 60, seed: int = 1) -> sessionmaker[Session]:
    """Sessions of a database with so many people and vacancies."""
    sessions, rng = empty_city(place), random.Random(seed)
    with transaction(sessions) as session:
        sites = [
            factories.settlement(session, county=county, longitude=lon, latitude=lat, point_exact=bool(at))
            for at, (county, lon, lat) in enumerate(PLACES)
        ]
        homes = [factories.household(session, settlement=site) for site in sites]
        for _ in range(people):
            person = factories.member(session, household=rng.choice(homes))
            factories.jobseeker(session, member=person, **person_facts(rng))
        boss = factories.employer(session)
        for _ in range(posts):
            factories.vacancy(session, employer=boss, **post_facts(rng))
    return sessions


def person_facts(rng: random.Random) -> dict:
    """What a ledger might state of somebody."""
    return {
        "willingness": rng.choice(["yes", "yes", "yes", "no", "unknown"]),
        "work": rng.choice(["employed", "unemployed", "farming", None]),
        "capacity": rng.choice(["ordinary", "skilled", "weak", None]),
        "education": rng.choice(["primary", "junior", None]),
        "reach": rng.choice(["walk", "town", "county", "prefecture", "anywhere", None]),
        "shifts": rng.choice([None, ["day"], ["day", "evening"], ["school_hours"]]),
        "wage_floor_cents": rng.choice([None, 200_000, 300_000]),
        "will_leave": rng.choice([None, True, False]),
        "wanted_regions": rng.choice([None, [], ["44"], ["440300", "33"]]),
        "care": rng.choice([None, ["child"]]),
        "skills": rng.choice([None, [], ["sewing"], ["welding", "sewing"]]),
        "occupations": rng.choice([None, [rng.choice(TRADES)]]),
        "classes": rng.choice([{}, {"relocated": True}, {"relocated": True, "disabled": False}]),
        "working_age_from": rng.choice([None, date(1990, 1, 1)]),
        "adult_from": date(1992, 1, 1),
        "older_from": rng.choice([None, date(2020, 1, 1), date(2040, 1, 1)]),
    }


def post_facts(rng: random.Random) -> dict:
    """What a vacancy might state."""
    away = rng.random() < 0.3
    low = rng.choice([None, 180_000, 260_000, 400_000])
    return {
        "kind": rng.choice(["support_workshop", "public_welfare", "enterprise"]),
        "state": rng.choice(["open"] * 9 + ["paused"]),
        "county": rng.choice(PLACES)[0],
        "destination": rng.choice(["440306", "3301"]) if away else None,
        "longitude": None if away else rng.uniform(110.0, 110.5),
        "latitude": None if away else rng.uniform(27.9, 28.5),
        "month_low_cents": low,
        "month_high_cents": low and low + rng.choice([0, 60_000]),
        "shifts": rng.choice([None, ["day"], ["evening"], ["flexible"], ["rotating", "night"]]),
        "load": rng.choice([None, "light", "medium", "heavy"]),
        "required_skills": rng.choice([None, None, ["sewing"]]),
        "preferred_skills": rng.choice([None, ["welding"]]),
        "education": rng.choice([None, None, "junior"]),
        "occupations": [rng.choice(TRADES)],
        "benefits": rng.choice([None, ["lunch"], ["meals", "housing"]]),
        "tags": rng.choice([None, ["no_experience"], ["school_hours", "older_welcome"]]),
        "targets": rng.choice([None, None, ["relocated"], ["disabled", "older"]]),
        "start_on": rng.choice([None, TODAY + timedelta(days=3)]),
        "posted_at": NOW - timedelta(days=rng.randrange(9)),
    }
