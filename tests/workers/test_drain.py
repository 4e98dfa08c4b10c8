import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from matching.db import transaction
from matching.errors import DependencyDown
from matching.outbox.events import QUEUES, VacancyChanged
from matching.outbox.models import OutboxRow
from matching.outbox.queries import buried_rows
from matching.outbox.service import MAX_TRIES, LeaseLost, claim, emit
from matching.search.documents import Collection
from matching.vacancies.models import Vacancy
from tests import factories
from workers import drain as drains
from workers.context import Work
from workers.drain import drain_topic
from workers.handlers import HANDLERS

TOPIC = "search.vacancy"


def emit_for(services, *ids):
    with transaction(services.sessions) as session:
        for key in ids:
            emit(session, VacancyChanged(key), services.clock.now())


def waiting(services, topic=TOPIC):
    with transaction(services.sessions, writes=False) as session:
        return [row.key for row in session.scalars(select(OutboxRow).where(OutboxRow.topic == topic))]


def test_every_topic_has_a_handler():
    assert set(HANDLERS) == set(QUEUES)


def test_a_drain_brings_index_and_rows_into_step(stack):
    stack.search.prepare()
    with transaction(stack.sessions) as session:
        vacancy = factories.vacancy(session)
        emit(session, VacancyChanged(vacancy.id), stack.clock.now())
    assert drain_topic(stack, TOPIC).done == 1
    assert stack.search.versions(Collection.VACANCIES, [vacancy.id]) == {vacancy.id: 1}
    with transaction(stack.sessions) as session:
        session.delete(session.get_one(Vacancy, vacancy.id))
        emit(session, VacancyChanged(vacancy.id), stack.clock.now())
    drain_topic(stack, TOPIC)
    assert stack.search.versions(Collection.VACANCIES, [vacancy.id]) == {}


@pytest.fixture
def handler(request):
    """Puts a handler of the test's own in the place of one topic's."""
    original = HANDLERS[TOPIC]

    def install(function):
        HANDLERS[TOPIC] = function

    yield install
    HANDLERS[TOPIC] = original


def test_one_bad_row_is_buried_and_the_others_go_through(embedded, handler):
    done = []

    def handle(work):
        if 3 in work.keys:
            raise ValueError("broken")
        done.extend(work.keys)

    handler(handle)
    emit_for(embedded, 1, 2, 3, 4)
    for _ in range(MAX_TRIES):
        drain_topic(embedded, TOPIC)
        embedded.clock.advance(timedelta(seconds=31))
    assert sorted(done) == [1, 2, 4]
    with transaction(embedded.sessions, writes=False) as session:
        assert [(row.key, row.reason) for row in buried_rows(session)] == [(3, "ValueError")]


def test_rows_wait_unblamed_while_an_engine_is_down(embedded, handler):
    def handle(work):
        raise DependencyDown("search_down")

    handler(handle)
    emit_for(embedded, 1, 2)
    for _ in range(4 * MAX_TRIES):
        assert drain_topic(embedded, TOPIC).done == 0
        embedded.clock.advance(timedelta(seconds=31))
    assert waiting(embedded) == [1, 2]
    with transaction(embedded.sessions, writes=False) as session:
        assert buried_rows(session) == []


def test_an_orphan_that_wakes_up_after_its_lease_changes_nothing(stack):
    """R3: the orphan is kept alive on purpose and finishes after its heir has."""
    emit_for(stack, 1)
    with transaction(stack.sessions) as session:
        orphan = Work(stack, claim(session, TOPIC, 10, stack.clock.now(), timedelta(seconds=60)))
    stack.clock.advance(timedelta(seconds=61))
    with transaction(stack.sessions) as session:
        heir = Work(stack, claim(session, TOPIC, 10, stack.clock.now(), timedelta(seconds=60)))
    with heir.finishing() as session:
        factories.tenant(session)
    with pytest.raises(LeaseLost), orphan.finishing() as session:
        factories.vacancy(session)
    with transaction(stack.sessions, writes=False) as session:
        assert session.scalars(select(Vacancy)).all() == []
    assert waiting(stack) == []


def test_a_handler_that_takes_long_keeps_its_lease(embedded, handler):
    """The renewal comes from a thread of the same process, so only a dead process loses its rows."""
    quick = replace(embedded.settings, lease_seconds=0.3)
    embedded.settings = quick
    renewed = threading.Event()
    original = Work.beat

    def beat(self, session):
        original(self, session)
        renewed.set()

    def handle(work):
        assert renewed.wait(10)

    handler(handle)
    emit_for(embedded, 1)
    Work.beat = beat
    try:
        assert drain_topic(embedded, TOPIC).done == 1
    finally:
        Work.beat = original
    assert waiting(embedded) == []


def test_what_a_failing_row_says_in_the_log_is_a_place_not_a_value(embedded, handler, capsys):
    def handle(work):
        raise ValueError("431222198006150011 王小明")

    handler(handle)
    emit_for(embedded, 1)
    drain_topic(embedded, TOPIC)
    shown = capsys.readouterr()
    assert "test_drain.py" in shown.out + shown.err
    assert "431222198006150011" not in shown.out + shown.err


def test_a_second_drain_of_the_embedded_index_waits_for_the_first(embedded):
    from workers.index import writing

    embedded.settings = replace(embedded.settings, drain_seconds=0.2)
    emit_for(embedded, 1)
    with writing(embedded):
        assert drain_topic(embedded, TOPIC).done == 0
    embedded.search.prepare()
    assert drain_topic(embedded, TOPIC).done == 1


def test_a_drain_that_runs_out_of_time_asks_for_another(embedded, handler):
    handler(lambda work: None)
    drains.BATCH[TOPIC] = 2
    try:
        emit_for(embedded, *range(1, 8))
        result = drain_topic(embedded, TOPIC, seconds=1e-9)
    finally:
        drains.BATCH[TOPIC] = 500
    assert (result.done, result.more) == (2, True)
