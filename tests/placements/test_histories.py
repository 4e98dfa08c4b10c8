"""Random histories: never more hired than places, no state outside the table, the history whole."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from matching.db import transaction
from matching.errors import DomainError
from matching.people.models import EmploymentSpell, Jobseeker
from matching.placements import asking, service
from matching.placements.codes import DECLINING, Event, Party, State
from matching.placements.lifecycle import LIVING, MAY, MOVES
from matching.placements.models import Application, ApplicationStep, Placement
from matching.placements.service import STEPS, Details
from matching.vacancies.models import Vacancy
from tests.placements.world import Person, World, make_world

pytestmark = pytest.mark.wide

PEOPLE, POSTS, PLACES = 4, 2, 2
VERBS = ("apply", "approach", "have_work", "quit", *sorted(STEPS))
#: (what, who, where, whether the page is an old one)
Step = tuple[str, int, int, bool]
histories = st.lists(
    st.tuples(
        st.sampled_from([*VERBS, "apply", "apply", "apply", "hire", "hire", "offer", "accept"]),
        st.integers(0, PEOPLE - 1),
        st.integers(0, POSTS - 1),
        st.sampled_from([False, False, False, True]),
    ),
    min_size=8,
    max_size=30,
)


@dataclass
class Run:
    """One history: its people and vacancies, all new."""

    world: World
    people: list[Person]
    posts: list[Vacancy]

    def take(self, session: Session, what: str, who: Person, post: Vacancy, stale: bool) -> None:
        services = self.world.services
        if what == "apply":
            token = secrets.token_hex(8)
            service.apply(
                session,
                who.scope,
                services.clock,
                who.public_id,
                post.public_id,
                form_token=token,
                me=who.id,
            )
        elif what == "approach":
            seeker, token = session.get_one(Jobseeker, who.id).public_id, secrets.token_hex(8)
            asking.approach(
                session, self.world.boss, services.clock, post.public_id, seeker, form_token=token
            )
        elif what == "have_work":
            name = f"店{who.id}"
            service.have_work_now(
                session,
                who.scope,
                services.keyring,
                services.clock,
                who.public_id,
                employer_name=name,
                me=who.id,
            )
        elif what == "quit":
            session.execute(
                update(EmploymentSpell)
                .where(EmploymentSpell.jobseeker_id == who.id)
                .values(ended_on=services.clock.today())
            )
        else:
            self.step(session, Event(what), who, post, stale)

    def step(self, session: Session, event: Event, who: Person, post: Vacancy, stale: bool) -> None:
        services = self.world.services
        newest = select(Application).where(
            Application.jobseeker_id == who.id, Application.vacancy_id == post.id
        )
        row = session.scalars(newest.order_by(Application.id.desc())).first()
        if row is None:
            return
        hers = Party.JOBSEEKER in MAY[event]
        details = Details(
            reason=DECLINING[0] if event is Event.DECLINE else None,
            interview_at=services.clock.now() + timedelta(days=1),
        )
        service.act(
            session,
            who.scope if hers else self.world.boss,
            services.keyring,
            services.clock,
            row.public_id,
            row.version - (1 if stale else 0),
            event,
            details,
            me=who.id if hers else None,
        )

    def check(self) -> None:
        with transaction(self.world.services.sessions, writes=False) as session:
            for post in self.posts:
                check_places(session, post)
            mine = Application.jobseeker_id.in_([one.id for one in self.people])
            for row in session.scalars(select(Application).where(mine)):
                steps = session.scalars(
                    select(ApplicationStep)
                    .where(ApplicationStep.application_id == row.id)
                    .order_by(ApplicationStep.number)
                ).all()
                check_history(row, steps)


def check_places(session: Session, post: Vacancy) -> None:
    taken = (
        select(func.count())
        .select_from(Placement)
        .join(EmploymentSpell, EmploymentSpell.id == Placement.spell_id)
        .where(Placement.vacancy_id == post.id, EmploymentSpell.ended_on.is_(None))
    )
    full = session.scalar(taken) or 0
    assert full <= PLACES
    state = session.get_one(Vacancy, post.id).state
    pending = select(func.count()).where(
        Application.vacancy_id == post.id,
        Application.ended_at.is_(None),
        Application.state != State.HIRED,
    )
    if full == PLACES:
        assert (state, session.scalar(pending)) == ("closed", 0)


def check_history(row: Application, steps: Sequence[ApplicationStep]) -> None:
    assert [step.number for step in steps] == list(range(1, row.version + 1))
    state: State | None = None
    for step in steps:
        state = MOVES[(state, Event(step.event))]
        assert step.state == state
        assert Party(step.party) in MAY[Event(step.event)]
    assert row.state == state
    assert (row.ended_at is None) == (state in LIVING)
    agreed = [step.at for step in steps if step.event in (Event.APPLY, Event.AGREE)]
    assert row.agreed_at == (agreed[-1] if agreed else None)


@pytest.fixture
def shared(stack: Any) -> World:
    return make_world(stack)


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=histories)
def test_whatever_people_do_in_whatever_order_the_rules_hold(shared: World, steps: list[Step]) -> None:
    people = [shared.person(findable=True) for _ in range(PEOPLE)]
    run = Run(shared, people, [shared.another_vacancy(headcount=PLACES) for _ in range(POSTS)])
    for what, who, where, stale in steps:
        try:
            with transaction(shared.services.sessions) as session:
                run.take(session, what, people[who], run.posts[where], stale)
        except DomainError:
            pass
        else:
            run.check()
    run.check()
