"""Both engines find the same beyond what the words find, and the same where descriptions do not count."""

from __future__ import annotations

import random
from dataclasses import replace

from matching.search.listing import find
from matching.search.port import SearchEngine
from matching.search.queries import Near, Others, Sort, VacancyQuery
from tests.contract import samples
from tests.contract.samples import VACANCIES, ids, in_order, passes, question


def _others(chance: random.Random) -> Others:
    occupations = tuple(chance.sample([*samples.CODES, "6-18", "9-99"], chance.randint(1, 3)))
    return Others(occupations, chance.choice(["", "", "溆浦", "鹤城区"]))


def test_sets_counts_and_orders_equal_the_model(filled: SearchEngine) -> None:
    chance, found = random.Random(4), 0
    for _ in range(50):
        query = replace(question(chance), words=chance.choice(["", "缝纫", "保洁员", "dhg", "夜班"]))
        query = replace(query, firmly=chance.random() < 0.5, sort=chance.choice([Sort.NEWEST, Sort.PAY]))
        if chance.random() < 0.7:
            query = replace(query, others=_others(chance))
        page = filled.search(query)
        expected = [v for v in VACANCIES if passes(query, v)]
        assert ids(page) == in_order(query, query.sort or Sort.NEWEST, expected), query
        assert page.total == len(expected)
        found += page.total > 0
    assert found > 20


def test_counts_of_the_filters_equal_the_model(filled: SearchEngine) -> None:
    query = VacancyQuery(words="保洁", others=Others(("6-18-02-04",)), near=Near(110.2, 27.65, 60))
    expected = [v for v in VACANCIES if passes(query, v)]
    assert filled.facets(query)["kind"].values == {
        kind: count for kind in {v.kind for v in expected} if (count := sum(v.kind == kind for v in expected))
    }


def test_what_the_words_may_have_meant_follows_what_they_find(filled: SearchEngine) -> None:
    found = find(filled, VacancyQuery(words="店焊工", limit=1_000))
    assert (found.ids, found.total) == ([], 0)
    welders = {v.id for v in VACANCIES if v.open and "6-18-02-04" in v.occupations}
    assert set(found.other_ids) == welders
    assert found.others == len(welders) > 0


def test_the_order_of_relevance_is_newest_beyond_the_words(filled: SearchEngine) -> None:
    query = VacancyQuery(words="缝纫", others=Others(("4-09-08-01",)), limit=1_000)
    relevant = ids(filled.search(replace(query, sort=Sort.RELEVANCE)))
    assert relevant == ids(filled.search(replace(query, sort=Sort.NEWEST)))
