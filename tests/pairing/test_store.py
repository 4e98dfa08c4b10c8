"""Columns from rows, and snapshots that follow the database."""

from __future__ import annotations

import re
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import delete, update

from matching.db import transaction
from matching.pairing import bits, store
from matching.pairing.columns import JobseekerColumns, VacancyColumns, layout
from matching.pairing.loading import load_jobseekers, load_vacancies
from matching.pairing.store import ColumnStore
from matching.pairing.weights import shipped
from matching.people.models import Jobseeker, Member
from matching.vacancies.models import Vacancy
from tests import factories
from tests.factories import NOW
from tests.pairing.rows import TODAY, city, empty_city


@pytest.fixture
def sessions(tmp_path):
    made = city(tmp_path, people=12, posts=20)
    yield made
    made.kw["bind"].dispose()


def assert_same(a, b):
    for name in layout(type(a)):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)


def one_person(tmp_path, **facts):
    sessions = empty_city(tmp_path)
    with transaction(sessions) as session:
        factories.jobseeker(session, **facts)
        table = load_jobseekers(session, TODAY)
    sessions.kw["bind"].dispose()
    return table


def one_post(tmp_path, **facts):
    sessions = empty_city(tmp_path)
    with transaction(sessions) as session:
        factories.vacancy(session, **facts)
        table = load_vacancies(session, TODAY, shipped())
    sessions.kw["bind"].dispose()
    return table


FORBIDDEN = re.compile(
    "sex|gender|ethnic|religion|health|diagnos|disease|marr|spouse|hukou|household|birth|name|phone|id_number|_age"
)


def test_columns_hold_nothing_that_scoring_must_not_see():
    names = [*layout(JobseekerColumns), *layout(VacancyColumns)]
    assert [name for name in names if FORBIDDEN.search(name)] == []


def test_nothing_stated_is_unknown_and_not_no(tmp_path):
    table = one_person(tmp_path)
    for name in ("looking", "employed", "capacity", "education", "leaves"):
        assert getattr(table, name)[0] == -1, name
    for name in ("ages", "classes_known", "skills_known", "certificates_known", "reach", "shifts"):
        assert getattr(table, name)[0] == 0, name


def test_asked_and_none_is_known(tmp_path):
    table = one_person(tmp_path, skills=[], certificates=[])
    assert table.skills_known[0]
    assert table.certificates_known[0]
    assert table.skills[0] == table.certificates[0] == 0


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((TODAY + timedelta(days=1), TODAY + timedelta(days=700)), bits.UNDER_16),
        ((TODAY, TODAY + timedelta(days=1)), bits.AGE_16_17),
        ((date(2000, 1, 1), TODAY), bits.ADULT),
        ((None, None), 0),
    ],
)
def test_age_classes_begin_on_their_day(tmp_path, days, expected):
    table = one_person(tmp_path, working_age_from=days[0], adult_from=days[1])
    assert table.ages[0] == expected


def test_classes_that_hold_that_do_not_and_that_are_unknown(tmp_path):
    table = one_person(tmp_path, classes={"relocated": True, "disabled": False}, older_from=TODAY)
    yes = bits.to_bits(["relocated", "older"], bits.TARGET)
    assert table.classes[0] == yes
    assert table.classes_known[0] == yes | bits.to_bits(["disabled"], bits.TARGET)


@pytest.mark.parametrize("facts", [{"matching_on": False}, {"eligible": False}, {"willingness": "no"}])
def test_who_switched_matching_off_or_does_not_want_work_is_not_looking(tmp_path, facts):
    assert one_person(tmp_path, **facts).looking[0] == 0


def test_a_person_without_a_point_has_the_county_point_marked_inexact(tmp_path):
    table = one_person(tmp_path)
    assert not table.exact[0]
    assert 108 < table.lon[0] < 112


def test_a_post_away_stands_at_its_destination(tmp_path):
    table = one_post(tmp_path, destination="440306", longitude=None, latitude=None, point_exact=False)
    assert (table.county[0], table.prefecture[0], table.province[0]) == (440306, 440300, 440000)
    assert 113 < table.lon[0] < 115
    assert not table.exact[0]


def test_pay_from_a_figure_on_is_its_own_upper_end(tmp_path):
    table = one_post(tmp_path, month_low_cents=300_000, month_high_cents=None)
    assert table.pay_high[0] == 300_000


def test_a_post_over_since_yesterday_is_not_loaded(tmp_path):
    assert len(one_post(tmp_path, valid_until=TODAY - timedelta(days=1))) == 0


def test_an_upper_age_limit_changes_no_column(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    plain = one_post(tmp_path / "a", id=7)
    limited = one_post(tmp_path / "b", id=7, max_age=35, min_age=18, age_reason="力气活")
    assert_same(plain, limited)


def test_sex_health_and_the_like_change_no_column(sessions):
    with transaction(sessions) as session:
        before = load_jobseekers(session, TODAY)
        session.execute(
            update(Member).values(
                sex="female", relation="spouse", birth_date=date(1970, 1, 1), name="别人", sealed=b"x"
            )
        )
        assert_same(before, load_jobseekers(session, TODAY))


def test_the_store_follows_changes(sessions):
    kept = ColumnStore()
    later = NOW + timedelta(minutes=10)
    with transaction(sessions) as session:
        kept.people(session, NOW)
        kept.posts(session, NOW)
        person, post = session.query(Jobseeker.id).first()[0], session.query(Vacancy.id).first()[0]
        asked = update(Jobseeker).where(Jobseeker.id == person)
        session.execute(asked.values(wage_floor_cents=1, version=Jobseeker.version + 1, touched_at=later))
        closed = update(Vacancy).where(Vacancy.id == post)
        session.execute(closed.values(state="closed", version=Vacancy.version + 1, touched_at=later))
        people, posts = kept.people(session, later), kept.posts(session, later)
        assert_same(people, load_jobseekers(session, TODAY))
        assert people.wage_floor[people.id == person] == 1
        assert not posts.open[posts.id == post].any()


def test_rows_that_are_erased_leave_the_columns_of_whoever_had_read_them(sessions):
    kept = ColumnStore()
    with transaction(sessions) as session:
        people, posts = kept.people(session, NOW), kept.posts(session, NOW)
        session.execute(delete(Member).where(Member.id == int(people.id[3])))
        session.execute(delete(Vacancy).where(Vacancy.id == int(posts.id[0])))
        assert_same(kept.people(session, NOW), load_jobseekers(session, TODAY))
        assert int(posts.id[0]) not in kept.posts(session, NOW).id
        assert (len(kept.people(session, NOW)), len(people)) == (11, 12)


def test_a_new_process_starts_from_the_snapshot_and_reads_only_what_changed(sessions, tmp_path, monkeypatch):
    folder, later = tmp_path / "columns", NOW + timedelta(minutes=10)
    with transaction(sessions) as session:
        ColumnStore(folder).people(session, NOW + timedelta(minutes=5))
        person = session.query(Jobseeker.id).first()[0]
        session.execute(
            update(Jobseeker)
            .where(Jobseeker.id == person)
            .values(wage_floor_cents=1, version=Jobseeker.version + 1, touched_at=later)
        )
        read = []
        real = store.load_jobseekers

        def counting(*args, **kwargs):
            table = real(*args, **kwargs)
            read.append(len(table))
            return table

        monkeypatch.setattr(store, "load_jobseekers", counting)
        people = ColumnStore(folder).people(session, later)
        assert read == [1]
        assert_same(people, load_jobseekers(session, TODAY))


def test_a_snapshot_that_does_not_fit_the_database_is_not_used(sessions, tmp_path):
    folder = tmp_path / "columns"
    with transaction(sessions) as session:
        ColumnStore(folder).people(session, NOW)
        # As a restored backup leaves it: another version, touched long ago.
        long_ago = NOW - timedelta(days=3)
        session.execute(update(Jobseeker).values(version=Jobseeker.version + 5, touched_at=long_ago))
        people = ColumnStore(folder).people(session, NOW + timedelta(minutes=10))
        assert_same(people, load_jobseekers(session, TODAY))


def test_a_damaged_snapshot_is_made_again(sessions, tmp_path):
    folder = tmp_path / "columns"
    with transaction(sessions) as session:
        ColumnStore(folder).people(session, NOW)
        (folder / "people.npz").write_bytes(b"PK\x03\x04 half a file")
        assert len(ColumnStore(folder).people(session, NOW)) == 12


def test_the_next_day_classes_are_computed_anew(sessions):
    kept = ColumnStore()
    with transaction(sessions) as session:
        kept.people(session, NOW)
        begins = {"working_age_from": TODAY + timedelta(days=1), "adult_from": date(2040, 1, 1)}
        session.execute(update(Jobseeker).values(**begins))
        tomorrow = kept.people(session, NOW + timedelta(days=1))
        assert (tomorrow.ages == bits.AGE_16_17).all()
