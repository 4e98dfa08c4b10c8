"""Both engines answer every question as the plain model does: sets, counts, facets, explicit orders."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from matching.search.documents import Collection, VacancyDocument
from matching.search.port import SearchEngine
from matching.search.queries import FACETS, Near, QueryRejected, Sort, VacancyQuery
from tests.contract import samples
from tests.contract.samples import VACANCIES, ids, in_order, passes, question


def expected(query: VacancyQuery) -> list[VacancyDocument]:
    return [v for v in VACANCIES if passes(query, v)]


@pytest.mark.wide
def test_sets_and_counts_equal_the_model_for_random_questions(filled: SearchEngine) -> None:
    chance, sizes = random.Random(1), Counter[bool]()
    for _ in range(150):
        query = question(chance)
        page = filled.search(query)
        assert set(ids(page)) == {v.id for v in expected(query)}, query
        assert page.total == len(page.hits)
        sizes[page.total > 20] += 1
    assert min(sizes.values()) >= 30  # both narrow and wide questions were asked


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.PAY, Sort.NEAREST])
def test_explicit_orders_are_total_and_equal_the_model(filled: SearchEngine, sort: Sort) -> None:
    chance = random.Random(2)
    for _ in range(40):
        query = replace(question(chance), sort=sort)
        if sort is Sort.NEAREST:
            query = replace(query, near=Near(110.2, 27.65, 40))
        assert ids(filled.search(query)) == in_order(query, sort, expected(query)), query


@pytest.mark.wide
def test_facets_equal_the_model_and_leave_their_own_filter_out(filled: SearchEngine) -> None:
    chance = random.Random(3)
    for _ in range(30):
        query = question(chance)
        facets = filled.facets(query)
        assert set(facets) == set(FACETS)
        for name, own in FACETS.items():
            found = expected(replace(query, **{own: ()}) if own else query)
            stated = [getattr(v, name) for v in found]
            codes = [
                code for value in stated for code in ((value,) if isinstance(value, str) else value or ())
            ]
            assert facets[name].values == Counter(map(str, codes)), (name, query)
            if name not in ("benefits", "tags"):
                assert facets[name].unstated == sum(not value for value in stated)


def test_choosing_a_value_of_a_facet_shows_as_many_as_it_promised(filled: SearchEngine) -> None:
    facets = filled.facets(VacancyQuery())
    for code, count in facets["shifts"].values.items():
        assert filled.search(VacancyQuery(shifts=(code,))).total == count + facets["shifts"].unstated
    for code, count in facets["benefits"].values.items():
        assert filled.search(VacancyQuery(benefits=(code,))).total == count


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.PAY])
@pytest.mark.parametrize("near", [None, Near(110.2, 27.65, 40)])
def test_pages_by_cursor_give_every_hit_once(filled: SearchEngine, sort: Sort, near: Near | None) -> None:
    query = VacancyQuery(sort=sort, limit=37, near=near)
    whole = ids(filled.search(replace(query, limit=1_000)))
    page = filled.search(query)
    read = ids(page)
    while page.cursor is not None:
        page = filled.search(replace(query, cursor=page.cursor))
        assert page.total == len(whole)
        read += ids(page)
    assert read == whole


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_by_offset_fit_together(filled: SearchEngine, sort: Sort) -> None:
    query = VacancyQuery(words="缝纫", sort=sort, limit=7, near=Near(110.2, 27.65, 60))
    whole = ids(filled.search(replace(query, limit=1_000)))
    parts = [ids(filled.search(replace(query, offset=at))) for at in range(0, len(whole) + 7, 7)]
    assert [key for part in parts for key in part] == whole
    assert len(whole) > 14


def test_relevance_puts_the_exact_title_first_then_titles_then_other_texts(engine: SearchEngine) -> None:
    def made(key: int, title: str, employer: str = "", content: str = "") -> VacancyDocument:
        return VacancyDocument(
            id=key, version=1, open=True, title=title, employer=employer, content=content, kind="enterprise",
            posted_at=1_000,
        )  # fmt: skip

    others = [made(key, "保洁员", content="打扫卫生") for key in range(10, 30)]
    documents = [
        made(1, "普工", content="做缝纫工的活"),
        made(2, "普工", employer="缝纫工之家"),
        made(3, "缝纫工 急招 长期 包吃住"),
        made(4, "缝纫工"),
    ]
    engine.apply(Collection.VACANCIES, [*documents, *others])
    samples.settle(engine)
    assert ids(engine.search(VacancyQuery(words="缝纫工"))) == [4, 3, 2, 1]


def test_a_part_of_a_title_outweighs_the_word_in_somebody_elses_description(engine: SearchEngine) -> None:
    def made(key: int, title: str, content: str) -> VacancyDocument:
        return VacancyDocument(
            id=key, version=1, open=True, title=title, content=content, employer="青云车间", place="一楼",
            kind="enterprise", posted_at=1_000,
        )  # fmt: skip

    sewers = [made(key, "缝纫工", "做校服") for key in range(1, 12)]
    mechanics = [made(key, "机修工", "保养缝纫设备") for key in range(20, 22)]
    others = [made(key, "保洁员", "打扫卫生") for key in range(30, 60)]
    engine.apply(Collection.VACANCIES, [*sewers, *mechanics, *others])
    samples.settle(engine)
    found = ids(engine.search(VacancyQuery(words="缝纫")))
    assert set(found[:11]) == {sewer.id for sewer in sewers}
    assert set(found[11:]) == {20, 21}


def test_suggestions_are_open_titles_with_their_numbers(filled: SearchEngine) -> None:
    found = filled.suggest("缝纫")
    shown = Counter("".join(v.title.split()) for v in VACANCIES if v.open and v.title.startswith("缝纫"))
    assert found == sorted(shown.items(), key=lambda pair: (-pair[1], pair[0]))
    assert filled.suggest("缝纫", limit=1) == found[:1]
    assert filled.suggest(".*") == filled.suggest("") == []
    assert dict(filled.suggest("cnc", demo=True)) == {
        "cnc操作员": sum(v.title == "CNC操作员" and v.open and v.demo for v in VACANCIES)
    }


def test_the_edge_of_a_circle_is_exact(engine: SearchEngine) -> None:
    places = {1: (110.0, 27.5), 2: (110.05, 27.5), 3: (110.0, 27.55), 4: (110.05, 27.55), 5: (-179.99, 0.0)}
    documents = [
        VacancyDocument(
            id=key, version=1, open=True, title="普工", kind="enterprise", posted_at=1, lon=x, lat=y
        )
        for key, (x, y) in places.items()
    ]
    documents.append(
        VacancyDocument(
            id=6, version=1, open=True, title="普工", kind="enterprise", posted_at=1, lon=0.0, lat=90.0
        )
    )
    engine.apply(Collection.VACANCIES, documents)
    samples.settle(engine)
    for key, (x, y) in places.items():
        km = samples.kilometres(110.0, 27.5, x, y)
        if 0 < km < 9_000:
            assert key in ids(engine.search(VacancyQuery(near=Near(110.0, 27.5, km + 0.001))))
            assert key not in ids(engine.search(VacancyQuery(near=Near(110.0, 27.5, km - 0.001))))
    assert ids(engine.search(VacancyQuery(near=Near(110.0, 27.5, 6.5)))) == [1, 2, 3]  # 4 is in the corner
    assert ids(engine.search(VacancyQuery(near=Near(179.99, 0.0, 5)))) == [5]  # across the 180th meridian
    assert ids(engine.search(VacancyQuery(near=Near(123.0, 89.99, 5)))) == [6]  # over the pole


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (VacancyQuery(words="工" * 101), "query_too_long"),
        (VacancyQuery(words="x" * 10_000), "query_too_long"),
        (VacancyQuery(kinds=("no_such_kind",)), "unknown_code"),
        (VacancyQuery(tags=("?",)), "unknown_code"),
        (VacancyQuery(regions=("43 OR 1",)), "bad_region"),
        (VacancyQuery(near=Near(200, 0, 5)), "bad_place"),
        (VacancyQuery(near=Near(float("nan"), 0, 5)), "bad_place"),
        (VacancyQuery(near=Near(110, 27, 0)), "bad_place"),
        (VacancyQuery(sort=Sort.NEAREST), "bad_place"),
        (VacancyQuery(offset=9_990, limit=20), "page_too_deep"),
        (VacancyQuery(offset=-1), "page_too_deep"),
        (VacancyQuery(limit=0), "page_size"),
        (VacancyQuery(limit=5_000), "page_size"),
        (VacancyQuery(cursor=5, sort=Sort.NEAREST, near=Near(110, 27, 5)), "bad_cursor"),
        (VacancyQuery(cursor=2**63), "bad_cursor"),
        (VacancyQuery(pay_at_least=-1), "bad_amount"),
    ],
)
def test_what_may_not_be_asked_is_said_so(filled: SearchEngine, query: VacancyQuery, code: str) -> None:
    with pytest.raises(QueryRejected) as caught:
        filled.search(query)
    assert caught.value.code == code
