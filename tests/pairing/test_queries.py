"""What pages and commands get: true now, within scope, in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from matching.accounts.models import Role
from matching.accounts.scope import OPERATOR, Scope
from matching.clock import FixedClock
from matching.db import transaction
from matching.errors import NotFound
from matching.pairing.queries import matches_for_jobseeker, matches_for_vacancy
from matching.pairing.service import Pairing
from matching.pairing.store import ColumnStore
from matching.people.models import Jobseeker
from matching.vacancies.models import Vacancy
from tests.factories import NOW
from tests.pairing.rows import city


@pytest.fixture(scope="module")
def sessions(tmp_path_factory):
    made = city(tmp_path_factory.mktemp("queries"), people=20, posts=40, seed=3)
    Pairing(ColumnStore()).pair_all(made, FixedClock(NOW))
    yield made
    made.kw["bind"].dispose()


@pytest.fixture
def session(sessions):
    with sessions() as session:
        yield session
        session.rollback()


def of_person(session, row, scope=OPERATOR, **more):
    return matches_for_jobseeker(session, scope, row, store=ColumnStore(), now=NOW, **more)


def of_post(session, row, scope=OPERATOR, **more):
    return matches_for_vacancy(session, scope, row, store=ColumnStore(), now=NOW, **more)


def ids(session, model):
    return session.scalars(select(model.id).order_by(model.id)).all()


def test_every_match_has_reasons_in_words_that_add_up(session):
    shown = 0
    for row in ids(session, Jobseeker):
        found = of_person(session, row)
        assert found.as_of == NOW
        for match in found.matches:
            shown += 1
            assert sum(reason.points for reason in match.reasons) == match.total
            assert all(reason.words for reason in match.reasons)
            assert match.title == "缝纫工"
        assert [m.total for m in found.matches] == sorted((m.total for m in found.matches), reverse=True)
        for near in found.near_misses:
            assert len(near.missing) == 1
            assert near.missing[0].words
    assert shown > 50


def test_a_stored_list_and_one_made_now_are_the_same(session):
    row = max(ids(session, Jobseeker), key=lambda each: len(of_person(session, each).matches))
    stored = of_person(session, row)
    session.execute(Jobseeker.metadata.tables["jobseeker_matches"].delete())
    live = of_person(session, row)
    assert stored.matches
    assert live.matches == stored.matches
    assert live.as_of is None


def test_a_post_that_closed_since_is_not_shown(session):
    row = next(each for each in ids(session, Jobseeker) if of_person(session, each).matches)
    best = of_person(session, row).matches[0]
    session.execute(update(Vacancy).where(Vacancy.id == best.row_id).values(state="closed"))
    assert best.id not in [match.id for match in of_person(session, row).matches]


def test_a_person_who_found_work_leaves_posts_for_those_without(session):
    public = session.scalars(
        select(Vacancy.id).where(Vacancy.kind == "public_welfare", Vacancy.state == "open")
    )
    row = next(each for each in public if of_post(session, each).matches)
    best = of_post(session, row).matches[0]
    session.execute(update(Jobseeker).where(Jobseeker.id == best.row_id).values(work="employed"))
    shown = of_post(session, row)
    assert best.row_id not in [match.row_id for match in shown.matches]


def test_a_county_sees_its_own_people_only(session):
    tenant = session.scalar(select(Jobseeker.tenant_id))
    county = Scope(Role.COUNTY, "someone", tenant, "431222", None)
    own = set(session.scalars(select(Jobseeker.id).where(Jobseeker.county == "431222")))
    others = set(ids(session, Jobseeker)) - own
    for row in ids(session, Vacancy):
        found = of_post(session, row, county, near_limit=50)
        assert {match.row_id for match in (*found.matches, *found.near_misses)} <= own
    with pytest.raises(NotFound):
        of_person(session, min(others), county)


@pytest.mark.parametrize("role", [Role.EMPLOYER, Role.JOBSEEKER])
def test_who_may_see_no_people_sees_none(session, role):
    scope = Scope(role, "someone", 1, None, None)
    for row in ids(session, Vacancy)[:10]:
        found = of_post(session, row, scope)
        assert found.matches == found.near_misses == ()
    with pytest.raises(NotFound):
        of_person(session, ids(session, Jobseeker)[0], scope)


def test_a_row_that_does_not_exist_is_not_found(session):
    with pytest.raises(NotFound):
        of_person(session, 10**6)
    with pytest.raises(NotFound):
        of_post(session, 10**6)


def test_recall_narrows_what_is_scored(session):
    row = next(each for each in ids(session, Jobseeker) if len(of_person(session, each).matches) > 2)
    whole = of_person(session, row)
    kept = [match.row_id for match in whole.matches[1:]]
    narrowed = of_person(session, row, recall=lambda _: kept)
    assert [match.row_id for match in narrowed.matches] == kept


def test_a_paused_vacancy_has_no_matches(session):
    paused = session.scalar(select(Vacancy.id).where(Vacancy.state == "paused"))
    assert of_post(session, paused).matches == ()


def test_the_list_is_true_tomorrow_too(sessions):
    with transaction(sessions, writes=False) as session:
        row = ids(session, Jobseeker)[0]
        later = NOW + timedelta(days=365)
        found = matches_for_jobseeker(session, OPERATOR, row, store=ColumnStore(), now=later)
        assert found.matches == ()
