"""ASVS 2.3.4: fifty reach for the last places at once, and exactly so many are hired as there are."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from matching.accounts import audit
from matching.db import transaction
from matching.errors import DomainError
from matching.people.models import EmploymentSpell
from matching.placements.codes import Event, Origin, State
from matching.placements.models import Application, ApplicationStep, Placement
from matching.vacancies.models import Vacancy
from tests import factories
from tests.placements.world import World, make_person

pytestmark = pytest.mark.wide

MANY = 50
#: As many as a web server has threads; the connection pool lets fewer in at once.
THREADS = 16


@pytest.fixture
def crowd(world: World) -> list[tuple[Any, Application]]:
    """Fifty people who were offered the work."""
    with transaction(world.services.sessions) as session:
        homes = [factories.household(session) for _ in range(MANY)]
        people = [make_person(session, world.services.keyring, home) for home in homes]
        rows = [
            Application(
                tenant_id=world.vacancy.tenant_id,
                jobseeker_id=one.id,
                vacancy_id=world.vacancy.id,
                employer_id=world.employer.id,
                state=State.OFFERED.value,
                origin=Origin.SELF.value,
                agreed_at=world.now,
                version=2,
                created_at=world.now,
                touched_at=world.now,
            )
            for one in people
        ]
        session.add_all(rows)
    return list(zip(people, rows, strict=True))


def at_once(tasks: list[Any]) -> Counter[str]:
    """Run all on threads that start together; how each ended."""
    gate = Barrier(THREADS)

    def worker(mine: list[Any]) -> list[str]:
        gate.wait()
        return [ended(task) for task in mine]

    def ended(task: Any) -> str:
        for _ in range(20):
            try:
                task()
                return "done"
            except DomainError as error:
                return error.code
            except OperationalError as error:
                # A busy machine: the lock was not free in time.  Nothing was done; a user presses again.
                if "deadlock" in str(error.orig):
                    return "deadlock"
        return "gave up"

    with ThreadPoolExecutor(THREADS) as pool:
        parts = pool.map(worker, [tasks[start::THREADS] for start in range(THREADS)])
        return Counter(code for part in parts for code in part)


def hired(world: World) -> tuple[int, int, int, Counter[str]]:
    """Placements, open periods of work, hired applications by state."""
    with transaction(world.services.sessions, writes=False) as session:
        assert audit.first_broken(session) is None
        states = Counter(session.scalars(select(Application.state)))
        open_spells = select(func.count()).where(EmploymentSpell.ended_on.is_(None))
        return (
            session.scalar(select(func.count()).select_from(Placement)) or 0,
            session.scalar(open_spells) or 0,
            session.scalar(select(func.count()).where(ApplicationStep.state == "hired")) or 0,
            states,
        )


def test_fifty_accept_at_once_and_exactly_so_many_are_hired(world: World, crowd: Any) -> None:
    places = world.vacancy.headcount or 0
    tasks = [
        lambda who=who, row=row: world.act(who.scope, row, Event.ACCEPT, version=2, me=who.id)
        for who, row in crowd
    ]
    assert at_once(tasks) == {"done": places, "application_moved": MANY - places}
    placements, spells, steps, states = hired(world)
    assert placements == spells == steps == places
    assert states == {"hired": places, "closed_full": MANY - places}
    assert world.stored(Vacancy, world.vacancy.id).state == "closed"


@pytest.mark.wide
def test_two_employers_hire_the_same_people_and_each_is_hired_once(world: World) -> None:
    """Locks of two vacancies and their common people: nobody waits for good, nobody is hired twice."""
    posts = [world.another_vacancy(headcount=3) for _ in range(3)]
    people = [world.person() for _ in range(6)]
    rows = [world.apply(who, post) for who in people for post in posts]
    tasks = [lambda row=row: world.act(world.boss, row, Event.HIRE, version=1) for row in rows]
    results = at_once(tasks)
    assert set(results) == {"done", "application_moved"}
    assert results["done"] == len(people)
    placements, spells, steps, states = hired(world)
    assert placements == spells == steps == len(people)
    assert set(states) <= {"hired", "elsewhere", "closed_full"}
    with transaction(world.services.sessions, writes=False) as session:
        taken = session.execute(select(Placement.vacancy_id, func.count()).group_by(Placement.vacancy_id))
        assert all(count <= 3 for _, count in taken)
        assert session.scalar(select(func.count(Placement.jobseeker_id.distinct()))) == len(people)


def test_the_same_form_from_many_tabs_at_once_is_one_application(world: World) -> None:
    who = world.person()
    tasks = [lambda token=token: world.apply(who, token=token) for token in ["same"] * 16 + ["a", "b", "c"]]
    assert at_once(tasks) == {"done": 19}
    with transaction(world.services.sessions, writes=False) as session:
        assert session.scalar(select(func.count()).select_from(Application)) == 1
        assert session.scalar(select(func.count()).select_from(ApplicationStep)) == 1


def test_nobody_waits_at_a_post_that_filled_up_while_she_applied(world: World) -> None:
    first = [world.apply(world.person()) for _ in range(2)]
    late = [world.person() for _ in range(30)]
    tasks: list[Any] = [lambda who=who: world.apply(who) for who in late]
    for place, row in zip((20, 10), first, strict=True):
        tasks.insert(place, lambda row=row: world.act(world.boss, row, Event.HIRE, version=1))
    assert set(at_once(tasks)) <= {"done", "vacancy_over"}
    placements, _spells, _steps, states = hired(world)
    assert placements == 2
    assert set(states) <= {"hired", "closed_full"}
