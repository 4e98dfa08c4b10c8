"""A list that found little leads on: to what was meant, beside it, wider, nearer, and to a telephone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from matching.db import transaction
from matching.search.around import occupations_around
from matching.search.listing import count_open, list_open
from matching.search.queries import Sort, VacancyQuery
from tests import factories
from tests.web.helpers import put, put_vacancies, text_of, titles
from tests.web.test_list_page import Down

SEWER = {"title": "缝纫工", "occupations": ["6-05-01-03"]}
CARER = {"title": "养老护理员", "occupations": ["4-10-01-05"]}
NURSE_AID = {"title": "护工", "occupations": ["4-14-01-02"]}
CLEANER = {"title": "保洁员", "occupations": ["4-09-08-01"]}


def test_what_was_meant_comes_after_what_was_found_and_says_so(client, services) -> None:
    put_vacancies(services, CARER, CLEANER, NURSE_AID)
    answer = client.get("/?q=护工")
    assert titles(answer) == ["护工", "养老护理员"]
    words = text_of(answer)
    assert "1个岗位" in words
    assert "按“护工”找,也看了:养老护理员1个岗位" in words


@pytest.mark.parametrize(
    "typed", ["缝认工", "fengren", "踩电车", "fr", "縫紉工", "缝纽工", "我想找打衣服的活"]
)
def test_what_nobody_calls_so_is_found_by_what_it_means(client, services, typed: str) -> None:
    put_vacancies(services, SEWER, CLEANER)
    answer = client.get("/", query_string={"q": typed})
    assert titles(answer) == ["缝纫工"]
    words = text_of(answer)
    assert "也看了:缝纫工" in words or "1个岗位" in words
    assert "没有完全合适的" not in words


def test_where_enough_was_found_nothing_else_is_looked_at(client, services) -> None:
    put_vacancies(services, CARER, *({**NURSE_AID, "place": f"{n}楼"} for n in range(5)))
    answer = client.get("/?q=护工")
    assert titles(answer) == ["护工"] * 5
    assert "也看了" not in text_of(answer)


def test_filters_and_counts_hold_for_what_was_meant(client, services) -> None:
    put_vacancies(
        services,
        SEWER,
        {**SEWER, "kind": "enterprise"},
        {**SEWER, "kind": "enterprise", "benefits": ["lunch"]},
    )
    page = client.get("/?q=缝认工").get_data(as_text=True)
    assert 'kind=enterprise" rel="nofollow">企业招工 <span class="count">2</span>' in page
    assert len(titles(client.get("/?q=缝认工&kind=enterprise"))) == 2
    assert len(titles(client.get("/?q=缝认工&kind=enterprise&benefit=lunch"))) == 1


def test_pages_lead_through_both_lists(client, services) -> None:
    put_vacancies(services, NURSE_AID, *({**CARER, "place": f"{n}楼"} for n in range(25)))
    first, second = client.get("/?q=护工"), client.get("/?q=护工&page=2")
    assert titles(first) == ["护工"] + ["养老护理员"] * 19
    assert titles(second) == ["养老护理员"] * 6
    assert "第1页,共2页" in text_of(first)


def test_nothing_found_offers_occupations_beside_it_with_counts(client, services) -> None:
    others = [
        {"title": "育婴员", "occupations": ["4-10-01-01"]}, {"title": "月嫂", "occupations": ["4-10-01-06"]},
        {"title": "月嫂", "occupations": ["4-10-01-06"], "place": "二楼"},
    ]  # fmt: skip
    put_vacancies(services, *others, CLEANER)
    answer = client.get("/?q=yanglaohuli")
    page, words = answer.get_data(as_text=True), text_of(answer)
    assert "差不多的活:家政服务员2" in words
    assert titles(client.get("/?q=家政服务员")) == ["月嫂", "月嫂"]
    assert "/?q=%E5%AE%B6%E6%94%BF%E6%9C%8D%E5%8A%A1%E5%91%98" in page
    assert "保洁员" not in words.split("打给我们")[0]
    assert "不限“yanglaohuli”4" in words


def test_a_wider_radius_says_how_many_posts_it_has(client, services) -> None:
    home = put(services, lambda s: factories.settlement(s, longitude=110.393, latitude=28.452))
    far = {"longitude": 110.453, "latitude": 28.452}  # 5.9 km
    put_vacancies(services, {**SEWER, **far}, {**SEWER, **far, "place": "二楼"}, CLEANER)
    client.get(f"/?place={home.public_id}")
    answer = client.get("/?q=缝认工&within=2")
    page, words = answer.get_data(as_text=True), text_of(answer)
    assert "10公里内2" in words
    assert "within=10" in page
    assert len(titles(client.get("/?q=缝认工&within=10"))) == 2
    assert titles(answer)[0] == "保洁员"  # the nearest one of all
    assert "12333" in words
    assert "无数据" not in words


def test_the_nearest_five_are_five(client, services) -> None:
    put_vacancies(
        services,
        *({"title": f"采茶工{n}", "posted_at": factories.NOW + timedelta(hours=n)} for n in range(8)),
    )
    assert titles(client.get("/?q=宇航员")) == [f"采茶工{n}" for n in (7, 6, 5, 4, 3)]


def test_the_database_finds_what_was_meant_as_the_index_does(client, services, clock) -> None:
    put_vacancies(
        services,
        CARER,
        {**CARER, "kind": "enterprise"},
        NURSE_AID,
        SEWER,
        {**CLEANER, "content": "护工休息室"},
        {**CLEANER, "content": "可以带小孩"},
        {"title": "育婴员", "occupations": ["4-10-01-01"]},
    )
    options = {"today": clock.today(), "keyring": services.keyring}
    with transaction(services.sessions, writes=False) as session:
        for query in (
            VacancyQuery(words="护工"), VacancyQuery(words="缝认工"), VacancyQuery(words="照顾老人"),
            VacancyQuery(words="带小孩"),
            VacancyQuery(words="护工", kinds=("enterprise",)), VacancyQuery(words="安置区 缝认工"),
            VacancyQuery(words="护工", limit=1, offset=1, sort=Sort.NEWEST),
        ):  # fmt: skip
            index, database = (
                list_open(session, engine, query, **options) for engine in (services.search, Down())
            )
            assert index.beyond is not None
            assert database.beyond is not None
            assert {card.id for card in database.cards} == {card.id for card in index.cards}, query
            assert [c.id for c in database.beyond.cards] == [c.id for c in index.beyond.cards], query
            assert (database.total, database.beyond.total) == (index.total, index.beyond.total)
            assert database.facets == index.facets
            counts = {
                count_open(session, engine, query, today=clock.today())
                for engine in (services.search, Down())
            }
            assert len(counts) == 1


def test_without_the_engine_nothing_is_said_of_neighbours(services, clock) -> None:
    put_vacancies(services, CARER)
    asked = VacancyQuery(words="月嫂")
    with transaction(services.sessions, writes=False) as session:
        assert occupations_around(session, services.search, asked, today=clock.today()) == ["养老护理员"]
        assert occupations_around(session, Down(), asked, today=clock.today()) == []
        assert (
            occupations_around(session, services.search, replace(asked, words="宇航员"), today=clock.today())
            == []
        )
