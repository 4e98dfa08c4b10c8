"""Stored lists stay what scoring everything anew would give, through every kind of change."""

from __future__ import annotations

import random
import shutil
import threading
from contextlib import ExitStack
from datetime import timedelta
from urllib.parse import urlsplit

import numpy as np
import pytest
from sqlalchemy import delete, select, update

from matching.clock import FixedClock, local_day
from matching.db import make_engine, make_sessions, transaction
from matching.pairing import service
from matching.pairing.lists import ListIndex, take_turn, write
from matching.pairing.models import JobseekerMatches, VacancyMatches
from matching.pairing.packed import unpack
from matching.pairing.scorer import score_one_jobseeker, score_one_vacancy
from matching.pairing.service import Pairing
from matching.pairing.sides import PEOPLE, POSTS
from matching.pairing.store import ColumnStore
from matching.people.models import Jobseeker, Member
from matching.vacancies.models import Vacancy
from tests import factories
from tests.factories import NOW
from tests.pairing.rows import city, person_facts, post_facts
from tests.services import scratch_postgres


def fresh(sessions, now):
    """Columns read anew, without any store."""
    store = ColumnStore()
    with transaction(sessions, writes=False) as session:
        return store.people(session, now), store.posts(session, now), store.weights


def stored(sessions, model):
    with transaction(sessions, writes=False) as session:
        key = model.__table__.primary_key.columns.values()[0]
        rows = session.execute(select(key, model.packed, model.complete, model.count, model.worst))
        return {row[0]: row[1:] for row in rows}


def assert_true(sessions, now, *, posts=True):
    """Every person's list is the true ranking or, cut off, the beginning of it."""
    js, vs, weights = fresh(sessions, now)
    day = local_day(now).toordinal()
    people = stored(sessions, JobseekerMatches)
    for row in range(len(js)):
        at, totals = score_one_jobseeker(js, row, vs, day, weights, limit=None)
        packed, complete, count, worst = people[int(js.id[row])]
        entries = unpack(packed)
        assert entries["id"].tolist() == vs.id[at[: len(entries)]].tolist()
        assert entries["total"].tolist() == totals[: len(entries)].tolist()
        assert count == len(entries) <= 40
        assert worst == (entries["total"][-1] if count else 0)
        assert count == len(at) if complete else count >= 20
    of_posts = stored(sessions, VacancyMatches)
    for row in range(len(vs) if posts else 0):
        at, _ = score_one_vacancy(js, vs, row, day, weights)
        assert unpack(of_posts[int(vs.id[row])][0])["id"].tolist() == js.id[at].tolist()


def on_lists(sessions, listed, model=JobseekerMatches):
    """Owners of the lists that name this id."""
    return [row for row, (packed, *_) in stored(sessions, model).items() if listed in unpack(packed)["id"]]


def paired(place):
    """A city whose lists are stored, in a folder or at a URL, with nobody connected."""
    sessions = city(place, people=24, posts=110)
    Pairing(ColumnStore()).pair_all(sessions, FixedClock(NOW))
    sessions.kw["bind"].dispose()


@pytest.fixture(scope="module")
def paired_sqlite(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paired")
    paired(folder)
    return folder / "city.db"


@pytest.fixture(scope="module")
def paired_postgres():
    with scratch_postgres() as url:
        paired(url)
        yield urlsplit(url).path[1:]


@pytest.fixture(params=["embedded", pytest.param("production", marks=pytest.mark.production)])
def sessions(request, tmp_path):
    """A copy of that city for this test alone."""
    with ExitStack() as stack:
        if request.param == "embedded":
            shutil.copy(request.getfixturevalue("paired_sqlite"), tmp_path / "city.db")
            url = f"sqlite:///{tmp_path / 'city.db'}"
        else:
            url = stack.enter_context(scratch_postgres(request.getfixturevalue("paired_postgres")))
        engine = make_engine(url)
        yield make_sessions(engine)
        engine.dispose()


def change(sessions, model, row, now, **values):
    with transaction(sessions) as session:
        session.execute(
            update(model).where(model.id == row).values(version=model.version + 1, touched_at=now, **values)
        )


def test_a_pass_over_everything_stores_the_true_lists(sessions):
    assert_true(sessions, NOW)
    assert any(not complete for _, complete, _, _ in stored(sessions, JobseekerMatches).values())


def test_a_second_pass_changes_no_list(sessions):
    before = stored(sessions, JobseekerMatches)
    Pairing(ColumnStore()).pair_all(sessions, FixedClock(NOW))
    assert stored(sessions, JobseekerMatches) == before


@pytest.mark.parametrize("seed", range(3))
def test_lists_stay_true_through_changes_of_vacancies(sessions, seed):
    rng, pairing, now = random.Random(seed), Pairing(ColumnStore()), NOW
    _, vs, _ = fresh(sessions, NOW)
    for _ in range(12):
        now += timedelta(seconds=rng.choice([1, 90]))
        ids = [int(each) for each in rng.sample(vs.id.tolist(), rng.choice([1, 3]))]
        for each in ids:
            change(sessions, Vacancy, each, now, **post_facts(rng))
        with transaction(sessions) as session:
            pairing.pair_vacancies(session, ids, now)
    assert_true(sessions, now)


@pytest.mark.parametrize("seed", range(2))
def test_lists_stay_true_through_changes_of_people(sessions, seed):
    rng, pairing, now = random.Random(seed), Pairing(ColumnStore()), NOW
    js, _, _ = fresh(sessions, NOW)
    for _ in range(8):
        now += timedelta(seconds=rng.choice([1, 90]))
        someone = int(rng.choice(js.id.tolist()))
        change(sessions, Jobseeker, someone, now, **person_facts(rng))
        with transaction(sessions) as session:
            pairing.pair_jobseekers(session, [someone], now)
    assert_true(sessions, now)


def change_some(sessions, rng, model, ids, now):
    facts = person_facts if model is Jobseeker else post_facts
    for each in ids:
        change(sessions, model, each, now, **facts(rng))


def looked_ahead(sessions, rng, now):
    """A pairing that has worked out what a few changed vacancies do to the lists, and their ids."""
    pairing, posts = Pairing(ColumnStore()), [int(each) for each in fresh(sessions, now)[1].id[:5]]
    change_some(sessions, rng, Vacancy, posts, now)
    with transaction(sessions, writes=False) as session:
        pairing.look_ahead(session, POSTS, posts, now)
    return pairing, posts


@pytest.mark.parametrize("meanwhile", ["nothing", "person", "vacancy"])
def test_what_changes_after_the_look_ahead_is_put_right_by_its_own_event(sessions, meanwhile):
    rng, now = random.Random(8), NOW + timedelta(minutes=2)
    pairing, posts = looked_ahead(sessions, rng, now)
    people = [int(each) for each in fresh(sessions, now)[0].id] if meanwhile == "person" else []
    again = posts if meanwhile == "vacancy" else []
    change_some(sessions, rng, Jobseeker, people, now)
    change_some(sessions, rng, Vacancy, again, now)
    with transaction(sessions) as session:
        pairing.pair_vacancies(session, posts, now)
    with transaction(sessions) as session:
        pairing.pair_vacancies(session, again, now)
        pairing.pair_jobseekers(session, people, now)
    assert_true(sessions, now)


def test_what_was_worked_out_is_void_once_somebody_else_has_written_lists(sessions):
    rng, now = random.Random(8), NOW + timedelta(minutes=2)
    pairing, posts = looked_ahead(sessions, rng, now)
    people = [int(each) for each in fresh(sessions, now)[0].id]
    change_some(sessions, rng, Jobseeker, people, now)
    with transaction(sessions) as session:
        Pairing(ColumnStore()).pair_jobseekers(session, people, now)
    with transaction(sessions) as session:
        pairing.pair_vacancies(session, posts, now)
    assert_true(sessions, now)


def test_what_was_worked_out_ahead_is_not_worked_out_twice(sessions, monkeypatch):
    pairing, posts = looked_ahead(sessions, random.Random(8), NOW + timedelta(minutes=2))
    asked, real = [], service.ranked
    monkeypatch.setattr(service, "ranked", lambda *what: asked.append(what[1]) or real(*what))
    with transaction(sessions) as session:
        pairing.pair_vacancies(session, posts, NOW + timedelta(minutes=2))
    assert not asked
    assert_true(sessions, NOW + timedelta(minutes=2))


def test_parts_of_many_changes_build_on_each_other(sessions, monkeypatch):
    monkeypatch.setattr(service, "TOGETHER", 2)
    pairing, posts = looked_ahead(sessions, random.Random(9), NOW + timedelta(minutes=2))
    with transaction(sessions) as session:
        pairing.pair_vacancies(session, posts, NOW + timedelta(minutes=2))
    assert_true(sessions, NOW + timedelta(minutes=2))


def test_a_list_that_was_read_is_read_again_only_when_it_was_written(sessions, monkeypatch):
    index, read = ListIndex(PEOPLE), []
    real = ListIndex._put
    monkeypatch.setattr(ListIndex, "_put", lambda self, *rows: (read.append(len(rows[0])), real(self, *rows)))
    for _ in range(2):
        with transaction(sessions, writes=False) as session:
            index.refresh(session)
    assert read == [24]
    with transaction(sessions) as session:
        key = session.scalars(select(JobseekerMatches.jobseeker_id)).first()
        session.execute(
            update(JobseekerMatches)
            .where(JobseekerMatches.jobseeker_id == key)
            .values(turn=take_turn(session), packed=b"", count=0)
        )
    with transaction(sessions, writes=False) as session:
        index.refresh(session)
    assert read == [24, 1]
    assert index.ids[index.owners == key].max() == 0


def test_what_was_rolled_back_is_not_taken_for_read(sessions):
    index = ListIndex(PEOPLE)
    with transaction(sessions, writes=False) as session:
        key = session.scalars(select(JobseekerMatches.jobseeker_id)).first()
    emptied = update(JobseekerMatches).where(JobseekerMatches.jobseeker_id == key)
    with sessions() as session:
        turn = take_turn(session)
        session.execute(emptied.values(turn=turn, packed=b"", count=0))
        index.refresh(session, turn)
        session.rollback()
    with transaction(sessions) as session:
        assert take_turn(session) == turn
        session.execute(emptied.values(turn=turn, worst=77))
    with transaction(sessions, writes=False) as session:
        index.refresh(session)
    assert index.ids[index.owners == key].max() > 0
    assert index.worst[index.owners == key] == 77


def test_a_new_vacancy_enters_and_a_closed_one_leaves(sessions):
    pairing, now = Pairing(ColumnStore()), NOW + timedelta(minutes=5)
    with transaction(sessions) as session:
        facts = {"tags": ["school_hours", "no_experience"], "shifts": ["flexible"], "benefits": ["meals"]}
        pay = {"month_low_cents": 900_000, "month_high_cents": 900_000}
        best = factories.vacancy(session, touched_at=now, posted_at=now, **facts, **pay)
        pairing.pair_vacancies(session, [best.id], now)
    assert on_lists(sessions, best.id)
    assert_true(sessions, now)
    now += timedelta(minutes=5)
    change(sessions, Vacancy, best.id, now, state="closed")
    with transaction(sessions) as session:
        pairing.pair_vacancies(session, [best.id], now)
    assert not on_lists(sessions, best.id)
    assert stored(sessions, VacancyMatches)[best.id][2] == 0
    assert_true(sessions, now)


def test_pairing_the_same_change_twice_writes_nothing_new(sessions):
    now = NOW + timedelta(minutes=5)
    _, vs, _ = fresh(sessions, NOW)
    change(sessions, Vacancy, int(vs.id[3]), now, month_high_cents=800_000)
    for _ in range(2):
        with transaction(sessions) as session:
            Pairing(ColumnStore()).pair_vacancies(session, [int(vs.id[3])], now)
    first = stored(sessions, JobseekerMatches)
    with transaction(sessions) as session:
        Pairing(ColumnStore()).pair_vacancies(session, [int(vs.id[3])], now)
    assert stored(sessions, JobseekerMatches) == first
    assert_true(sessions, now)


def test_an_erased_vacancy_leaves_every_list(sessions):
    packed = [entry[0] for entry in stored(sessions, JobseekerMatches).values()]
    gone = int(np.concatenate([unpack(each)["id"] for each in packed])[0])
    with transaction(sessions) as session:
        session.execute(delete(Vacancy).where(Vacancy.id == gone))
        Pairing(ColumnStore()).pair_vacancies(session, [gone], NOW)
    assert not on_lists(sessions, gone)


def test_an_erased_person_takes_the_list_along(sessions):
    js, _, _ = fresh(sessions, NOW)
    gone = int(js.id[0])
    with transaction(sessions) as session:
        session.execute(delete(Member).where(Member.id == gone))
        Pairing(ColumnStore()).pair_jobseekers(session, [gone], NOW)
    assert gone not in stored(sessions, JobseekerMatches)
    assert not on_lists(sessions, gone, VacancyMatches)


def test_a_list_of_an_older_version_is_not_written(sessions):
    js, _, _ = fresh(sessions, NOW)
    someone = int(js.id[0])
    with transaction(sessions, writes=False) as session:
        row = session.get_one(JobseekerMatches, someone)
        values = {c.key: getattr(row, c.key) for c in JobseekerMatches.__table__.columns}
    change(sessions, Jobseeker, someone, NOW, will_leave=True)
    with transaction(sessions) as session:
        assert write(session, PEOPLE, [{**values, "count": 99}]) == 0
    assert stored(sessions, JobseekerMatches)[someone][2] != 99


def test_two_at_once_leave_true_lists(sessions):
    js, vs, _ = fresh(sessions, NOW)
    now, rng = NOW + timedelta(minutes=5), random.Random(1)
    posts, people = [int(each) for each in vs.id[:6]], [int(each) for each in js.id[:6]]
    for row in posts:
        change(sessions, Vacancy, row, now, **post_facts(rng))
    for row in people:
        change(sessions, Jobseeker, row, now, **person_facts(rng))
    failures = []

    def work(ids, name):
        pairing = Pairing(ColumnStore())
        for row in ids:
            try:
                with transaction(sessions) as session:
                    getattr(pairing, name)(session, [row], now)
            except Exception as error:
                failures.append(error)

    jobs = [(posts, "pair_vacancies"), (posts[::-1], "pair_vacancies"), (people, "pair_jobseekers")]
    threads = [threading.Thread(target=work, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert_true(sessions, now)


def test_what_changes_during_the_pass_is_paired_after_it(sessions, monkeypatch):
    now, real = NOW + timedelta(minutes=5), service.full_pass

    def and_a_change(js, vs, *rest):
        change(sessions, Vacancy, int(vs.id[0]), now, month_low_cents=900_000, month_high_cents=900_000)
        change(sessions, Jobseeker, int(js.id[0]), now, willingness="yes", shifts=None)
        return real(js, vs, *rest)

    monkeypatch.setattr(service, "full_pass", and_a_change)
    Pairing(ColumnStore()).pair_all(sessions, FixedClock(now))
    assert_true(sessions, now)
