"""The newest version wins, in whatever order messages come, and one bad document blocks no other."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from matching.search.documents import Collection, Erasure, JobseekerDocument, VacancyDocument
from matching.search.port import ApplyReport, SearchEngine, SearchUnavailable
from matching.search.queries import VacancyQuery
from matching.search.rebuild import rebuild
from matching.search.shaping import shape
from tests.contract import samples
from tests.contract.samples import ids
from tests.patience import patient

V = Collection.VACANCIES
PLAIN = VacancyDocument(id=1, version=1, open=True, title="普工", kind="enterprise", posted_at=1_000)


def test_an_older_version_never_overwrites_a_newer(engine: SearchEngine) -> None:
    engine.apply(V, [replace(PLAIN, version=5, title="电焊工")])
    assert engine.apply(V, [replace(PLAIN, version=4)]) == ApplyReport(0, (1,), ())
    samples.settle(engine)
    assert engine.versions(V, [1]) == {1: 5}
    assert ids(engine.search(VacancyQuery(words="电焊工"))) == [1]
    assert engine.search(VacancyQuery(words="普工")).total == 0


def test_the_same_version_may_be_written_again(engine: SearchEngine) -> None:
    assert [engine.apply(V, [PLAIN]).applied for _ in range(3)] == [1, 1, 1]
    samples.settle(engine)
    assert engine.search(VacancyQuery()).total == 1


def test_of_several_versions_in_one_batch_the_newest_stays(engine: SearchEngine) -> None:
    batch = [replace(PLAIN, version=version) for version in (2, 7, 3)]
    assert engine.apply(V, batch) == ApplyReport(2, (1,), ())
    assert engine.versions(V, [1]) == {1: 7}


def test_an_erased_document_does_not_come_back_by_a_late_message(engine: SearchEngine) -> None:
    engine.apply(V, [replace(PLAIN, version=3)])
    assert engine.apply(V, [], [Erasure(1, 4)]).applied == 1
    assert engine.apply(V, [replace(PLAIN, version=3)]).stale == (1,)
    samples.settle(engine)
    assert engine.search(VacancyQuery(open_only=False)).total == 0
    assert engine.versions(V, [1]) == {} == engine.read(V, [1])
    assert list(engine.all_versions(V)) == []
    assert engine.suggest("普") == []


def test_erasing_what_was_never_there_bars_older_messages_too(engine: SearchEngine) -> None:
    assert engine.apply(V, [], [Erasure(9, 4)]) == ApplyReport(1, (), ())
    assert engine.apply(V, [replace(PLAIN, id=9, version=3)]).stale == (9,)


def test_an_old_erasure_does_not_take_a_newer_document_away(engine: SearchEngine) -> None:
    engine.apply(V, [replace(PLAIN, version=5)])
    assert engine.apply(V, [], [Erasure(1, 4)]).stale == (1,)
    assert engine.versions(V, [1]) == {1: 5}


def test_nothing_of_an_erased_document_can_be_read(engine: SearchEngine) -> None:
    engine.apply(V, [replace(PLAIN, title="独一无二的岗位")])
    engine.apply(V, [], [Erasure(1, 1)])
    samples.settle(engine)
    assert engine.facets(VacancyQuery(open_only=False))["kind"].values == {}
    assert engine.read(V, [1]) == {}


def test_a_closed_vacancy_stays_as_a_document_and_leaves_the_lists(engine: SearchEngine) -> None:
    engine.apply(V, [PLAIN, replace(PLAIN, id=2)])
    engine.apply(V, [replace(PLAIN, version=2, open=False)])
    samples.settle(engine)
    assert ids(engine.search(VacancyQuery())) == [2]
    assert set(ids(engine.search(VacancyQuery(open_only=False)))) == {1, 2}
    assert dict(engine.all_versions(V)) == {1: 2, 2: 1}


@pytest.mark.parametrize(
    "poison",
    [
        replace(PLAIN, lon=float("nan"), lat=1.0),
        replace(PLAIN, lon=10.0),
        replace(PLAIN, lat=91.0, lon=0.0),
        replace(PLAIN, kind="x" * 10_000),
        replace(PLAIN, kind="\ud800"),
        replace(PLAIN, tags=("",)),
        replace(PLAIN, shifts=("?",)),
        replace(PLAIN, pay_high=2**70),
        replace(PLAIN, pay_high="viel"),
        replace(PLAIN, posted_at=-5),
        replace(PLAIN, version=-1),
        replace(PLAIN, title=None),
        replace(PLAIN, valid_until=True),
    ],
)
def test_one_poisoned_document_blocks_no_other(engine: SearchEngine, poison: VacancyDocument) -> None:
    engine.apply(V, [replace(PLAIN, version=1)])
    poison = replace(poison, version=poison.version if poison.version < 0 else 2)
    report = engine.apply(V, [replace(PLAIN, id=2), poison, replace(PLAIN, id=3)])
    assert report.applied == 2
    assert [failure.id for failure in report.failures] == [1]
    assert report.failures[0].reason
    assert engine.versions(V, [1, 2, 3]) == {1: 1, 2: 1, 3: 1}


def test_odd_texts_are_no_poison(engine: SearchEngine) -> None:
    odd = [
        "\x00\x01",
        "\ud800",
        "🎉" * 500,
        "a" * 40_000,
        "工" * 40_000,
        "",
        " ",
        "\u202e",
        '+-&&||!(){}[]^"~*?:\\/',
    ]
    batch = [
        replace(PLAIN, id=key, title=text, employer=text, place=text, content=text)
        for key, text in enumerate(odd, 1)
    ]
    assert engine.apply(V, batch) == ApplyReport(len(odd), (), ())
    samples.settle(engine)
    assert engine.search(VacancyQuery()).total == len(odd)


def test_stored_fields_equal_the_shaped_document_field_by_field(filled: SearchEngine) -> None:
    for collection, documents in ((V, samples.VACANCIES), (Collection.JOBSEEKERS, samples.JOBSEEKERS)):
        read = filled.read(collection, [document.id for document in documents])
        assert read == {document.id: shape(document) for document in documents}


def test_no_field_holds_a_name_or_a_number_of_a_person() -> None:
    fields = set(shape(JobseekerDocument(id=1, version=1, tenant_id=1, open=True)))
    assert not {
        word for word in fields if any(part in word for part in ("name", "phone", "number", "birth", "sex"))
    }


class Rows:
    """Rows of a model: what the index must look like in the end."""

    def __init__(self, keys: int) -> None:
        self.now: dict[int, VacancyDocument] = {}
        self.versions = dict.fromkeys(range(1, keys + 1), 0)

    def change(self, chance: random.Random) -> VacancyDocument | Erasure:
        """Create, edit, close or delete some row; returns the message that a reader of it would send."""
        key = chance.choice(list(self.versions))
        self.versions[key] += 1
        if key in self.now and chance.random() < 0.2:
            del self.now[key]
            return Erasure(key, self.versions[key])
        self.now[key] = replace(samples.vacancy(chance, key), version=self.versions[key])
        return self.now[key]

    def erasures(self) -> list[Erasure]:
        """Of what is gone: sent a second time, after the longest lease."""
        return [Erasure(key, version) for key, version in self.versions.items() if key not in self.now]


def deliver(engine: SearchEngine, rows: Rows, chance: random.Random, changes: int) -> None:
    """Messages late, twice and in any order, with a rebuild somewhere between them."""
    letters = [rows.change(chance) for _ in range(changes)]
    sent = letters + chance.choices(letters, k=changes // 2)
    chance.shuffle(sent)
    rebuild_at = chance.randrange(len(sent))
    while sent:
        size = chance.randint(1, 90)
        batch, sent = sent[:size], sent[size:]
        upserts = [letter for letter in batch if isinstance(letter, VacancyDocument)]
        report = engine.apply(V, upserts, [letter for letter in batch if isinstance(letter, Erasure)])
        assert not report.failures
        if len(sent) <= rebuild_at:
            rebuild_at = -1
            rebuild(engine, V, list(rows.now.values()), rows.erasures)
    engine.apply(V, [], rows.erasures())


@pytest.mark.wide
def test_any_interleaving_ends_as_the_rows_are(engine: SearchEngine) -> None:
    """Rounds of 60 rows, each row with a random history of its own: 1,200 random interleavings (240 over the
    wire)."""
    chance, rows = random.Random(7), Rows(keys=60)
    for _ in range(4 if hasattr(engine, "link") else 20):
        deliver(engine, rows, chance, changes=150)
        samples.settle(engine)
        assert dict(engine.all_versions(V)) == {key: row.version for key, row in rows.now.items()}
        assert engine.read(V, list(rows.versions)) == {key: shape(row) for key, row in rows.now.items()}
        assert set(ids(engine.search(VacancyQuery(open_only=False, limit=100)))) == set(rows.now)


def test_a_writer_elsewhere_is_said_so_and_can_be_tried_again(engine: SearchEngine) -> None:
    """Only the embedded engine has a single writer; on both the batch goes through in the end."""
    from matching.search.embedded import EmbeddedEngine
    from matching.search.embedded_index import Generation

    if isinstance(engine, EmbeddedEngine):
        store = engine._stores[V]
        with Generation(store, store.serving()).writer():
            with pytest.raises(SearchUnavailable) as caught:
                engine.apply(V, [PLAIN])
            assert caught.value.code == "search_busy"
    assert engine.apply(V, [PLAIN]).applied == 1


def test_a_commit_is_searchable_within_two_seconds(engine: SearchEngine) -> None:
    engine.apply(V, [PLAIN])
    start = time.monotonic()
    while engine.search(VacancyQuery()).total == 0:
        assert time.monotonic() - start < patient(2)
