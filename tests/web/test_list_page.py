"""The public list: what it shows, how it answers to anything, and that it never ends in nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from matching.db import transaction
from matching.search.documents import Collection
from matching.search.port import SearchUnavailable
from matching.vacancies.models import Vacancy
from tests import factories
from tests.web.helpers import index, put, put_vacancies, text_of, titles

HOSTILE = [
    "a" * 10_240, "缝" * 4_000, "title:缝纫 AND (state:* OR NOT x)", '"', "(((((", ")", "*", "?", "~", "^2",
    "缝纫~2", "field:[a TO b]", "{!func}", "\\", "\\\\", "/.*/", "&&", "||", "!", "+-", "AND", "OR NOT", "TO",
    "😀", "👨‍👩‍👧‍👦" * 30, "\x00", "缝\x00纫", "\ud800", "\u202e工", "％００", "%", "_",
    "'; DROP TABLE vacancies; --",
    "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "\r\nSet-Cookie: a=b", "\t", " ", "。", "１２３", "ﬁ",
]  # fmt: skip


def test_newest_come_first_when_no_place_is_known(client, services) -> None:
    put_vacancies(
        services,
        {"title": "护林员", "posted_at": factories.NOW},
        {"title": "缝纫工", "posted_at": factories.NOW + timedelta(hours=2)},
        {"title": "保洁员", "posted_at": factories.NOW + timedelta(hours=1)},
    )
    assert titles(client.get("/")) == ["缝纫工", "保洁员", "护林员"]


def test_a_card_says_everything_without_being_opened(client, services) -> None:
    put_vacancies(
        services,
        {
            "hours_per_day": 8.0, "days_per_week": 6.0, "shifts": ["school_hours"], "benefits": ["lunch"],
            "tags": ["no_experience"], "preferred_skills": ["sewing"], "start_on": date(2026, 12, 1),
        },
    )  # fmt: skip
    words = text_of(client.get("/"))
    for said in (
        "缝纫工", "帮扶车间·招8人", "已核实", "每月2,800–3,500元", "沅陵县·青云安置区旁",
        "可以接送孩子·每天8小时·每周休1天", "包中饭", "12月1日上班", "会缝纫的优先", "不会可以教",
        "当心:不交押金,不交身份证。", "打电话13800005678",
    ):  # fmt: skip
        assert said in words, said
    assert 'href="tel:13800005678"' in client.get("/").get_data(as_text=True)


def test_what_an_employer_did_not_say_is_something_to_ask(client, services) -> None:
    put_vacancies(services, {"keyring": None, "headcount": None})
    words = text_of(client.get("/"))
    assert words.count("没写,打电话问") >= 3
    assert "没写电话,问我们12333" in words


def test_only_open_vacancies_within_their_days_are_listed(client, services, clock) -> None:
    put_vacancies(
        services,
        *(
            {"title": f"岗位{state}", "state": state}
            for state in ("draft", "held", "paused", "closed", "expired")
        ),
        {"title": "昨天到期", "valid_until": date(2026, 11, 21)},
        {"title": "今天到期", "valid_until": date(2026, 11, 22)},
    )
    assert titles(client.get("/")) == ["今天到期"]
    clock.advance(timedelta(hours=15))  # midnight in China
    assert titles(client.get("/")) == []


def test_a_row_that_closed_a_moment_ago_is_gone_whatever_the_index_says(client, services) -> None:
    first, _second = put_vacancies(services, {"title": "缝纫工"}, {"title": "保洁员"})
    with transaction(services.sessions) as session:
        session.get(Vacancy, first.id).state = "closed"
    assert titles(client.get("/")) == ["保洁员"]
    assert client.get(f"/vacancies/{first.public_id}").status_code == 410


def test_near_posts_come_first_once_a_place_is_chosen(client, services) -> None:
    home = put(
        services, lambda s: factories.settlement(s, name="青云安置区", longitude=110.393, latitude=28.452)
    )
    put_vacancies(
        services,
        {"title": "远的", "longitude": 110.60, "latitude": 28.60},
        {"title": "近的", "longitude": 110.40, "latitude": 28.455},
        {"title": "不知道在哪的", "point_exact": False},
    )
    page = client.get(f"/?place={home.public_id}")
    assert titles(page) == ["近的", "远的", "不知道在哪的"]
    assert "走路约" in text_of(page)
    assert "和你同县" in text_of(page)
    remembered = client.get("/")
    assert titles(remembered) == ["近的", "远的", "不知道在哪的"]
    assert "你住在青云安置区" in text_of(remembered)
    assert titles(client.get("/?place=none"))
    assert "你住在" not in text_of(client.get("/"))


def test_a_county_is_no_point_to_measure_from(client, services) -> None:
    put_vacancies(
        services, {"title": "同县的"}, {"title": "别县的", "county": "431223", "region_code": "431223"}
    )
    page = text_of(client.get("/?place=431222"))
    assert "和你同县" in page
    assert "在邻县" in page
    assert "公里" not in page


def test_choosing_a_radius_leaves_out_what_is_farther(client, services) -> None:
    home = put(services, lambda s: factories.settlement(s))
    put_vacancies(services, {"title": "近的"}, {"title": "远的", "longitude": 110.60, "latitude": 28.60})
    client.get(f"/?place={home.public_id}")
    assert titles(client.get("/?within=2")) == ["近的"]


def test_filters_carry_counts_and_lead_on(client, services) -> None:
    put_vacancies(
        services,
        {"title": "缝纫工", "kind": "support_workshop", "benefits": ["lunch"]},
        {"title": "保洁员", "kind": "public_welfare", "benefits": ["lunch", "housing"]},
        {"title": "护林员", "kind": "public_welfare"},
    )
    page = client.get("/").get_data(as_text=True)
    assert 'href="/?kind=public_welfare" rel="nofollow">公益岗位 <span class="count">2</span>' in page
    chosen = client.get("/?kind=public_welfare")
    assert set(titles(chosen)) == {"保洁员", "护林员"}
    both = client.get("/?kind=public_welfare&benefit=housing")
    assert titles(both) == ["保洁员"]
    assert 'href="/?benefit=housing" rel="nofollow">公益岗位 ' in both.get_data(as_text=True)
    assert "没有完全合适的" in text_of(client.get("/?pay=4000"))
    assert "3个岗位" in text_of(client.get("/?pay=3000"))


def test_an_unknown_code_is_named_and_the_other_filters_hold(client, services) -> None:
    put_vacancies(services, {"title": "缝纫工"}, {"title": "保洁员", "kind": "public_welfare"})
    page = client.get("/?kind=public_welfare&shift=moonlight&pay=77&county=999999&sort=best&within=9")
    assert page.status_code == 200
    assert titles(page) == ["保洁员"]
    words = text_of(page)
    for named in ("moonlight", "77", "999999", "best", "9"):
        assert named in words
    assert "没有用它" in words


def test_an_unknown_place_is_named(client, services) -> None:
    put_vacancies(services, {})
    assert "没有这个地方" in text_of(client.get("/?place=nowhere12345"))


def test_words_find_by_title_place_and_sound(client, services) -> None:
    put_vacancies(services, {"title": "缝纫工"}, {"title": "护林员", "place": "官庄镇"})
    assert titles(client.get("/?q=缝纫")) == ["缝纫工"]
    assert titles(client.get("/?q=官庄")) == ["护林员"]


@pytest.mark.wide
@pytest.mark.parametrize("source", ["index", "database"])
@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_never_break_the_page(client, services, words: str, source: str) -> None:
    put_vacancies(services, {})
    if source == "database":
        services.search = Down()
    encoded = words.encode("utf-8", "surrogatepass")
    answer = client.get("/", query_string={"q": encoded, "kind": encoded, "page": encoded, "place": encoded})
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.data


@pytest.mark.parametrize(
    "page", ["10000", "999999999", "99999999999999999999", "0", "-1", "x", "1e9", "²", "501"]
)
def test_any_page_number_is_answered(client, services, page: str) -> None:
    put_vacancies(services, *({"title": f"岗位{n}"} for n in range(25)))
    answer = client.get(f"/?kind=support_workshop&page={page}")
    assert answer.status_code == 200
    if page.isdigit() and page.isascii() and 2 < int(page) < 10**9:
        assert f"没有第{page}页,一共2页" in text_of(answer)
        assert 'href="/?kind=support_workshop&amp;page=2">最后一页' in answer.get_data(as_text=True)


def test_pages_hold_twenty_and_lead_on_with_all_filters(client, services) -> None:
    put_vacancies(services, *({"title": f"岗位{n}", "benefits": ["meals"]} for n in range(45)))
    first = client.get("/?benefit=meals")
    assert len(titles(first)) == 20
    assert 'rel="next" href="/?benefit=meals&amp;page=2"' in first.get_data(as_text=True)
    assert len(titles(client.get("/?benefit=meals&page=3"))) == 5
    everything = [title for page in (1, 2, 3) for title in titles(client.get(f"/?page={page}"))]
    assert len(set(everything)) == 45


def test_nothing_found_is_never_the_end(client, services) -> None:
    put_vacancies(services, *({"title": f"采茶工{n}", "kind": "cooperative"} for n in range(7)))
    answer = client.get("/?q=焊工&kind=cooperative")
    words = text_of(answer)
    assert "没有完全合适的" in words
    assert "不限“焊工”7" in words
    assert "打给我们,帮你一起找:12333" in words
    assert len(titles(answer)) == 5
    assert "无数据" not in words


def test_an_empty_installation_still_offers_the_telephone(client) -> None:
    words = text_of(client.get("/"))
    assert "12333" in words
    assert "0745-2000000" in words


class Down:
    """A search engine that does not answer."""

    def __getattr__(self, name: str):
        def refuse(*_args, **_options):
            raise SearchUnavailable("search_down")

        return refuse


def test_without_the_search_engine_the_list_comes_from_the_database_and_says_so(client, services) -> None:
    put_vacancies(
        services,
        {"title": "缝纫工", "benefits": ["lunch"]},
        {"title": "保洁员", "kind": "public_welfare", "content": "打扫楼道"},
    )
    services.search = Down()
    page = client.get("/")
    assert page.status_code == 200
    assert set(titles(page)) == {"缝纫工", "保洁员"}
    assert "快速搜索暂时没连上" in text_of(page)
    assert titles(client.get("/?q=楼道")) == ["保洁员"]
    assert (
        'href="/?kind=public_welfare" rel="nofollow">公益岗位 <span class="count">1</span>'
        in page.get_data(True)
    )


def test_the_demo_shows_a_banner_on_every_page_and_a_mark_on_its_posts(client, services) -> None:
    assert "演示" not in text_of(client.get("/"))
    put(services, lambda session: factories.tenant(session, "430500", demo=True))
    for path in ("/", "/place", "/sign-in", "/nope"):
        assert "演示:这里的人和岗位都是编的。" in text_of(client.get(path))


def test_one_damaged_contact_does_not_take_the_list_down(client, services) -> None:
    vacancy, _other = put_vacancies(services, {"title": "缝纫工"}, {"title": "保洁员"})
    with transaction(services.sessions) as session:
        session.get(Vacancy, vacancy.id).contact = b"k001" + b"x" * 40
    page = client.get("/")
    assert len(titles(page)) == 2
    assert "没写电话,问我们" in text_of(page)


def test_choosing_where_one_lives_goes_from_county_to_site(client, services) -> None:
    put(services, lambda s: factories.settlement(s, name="青云安置区"))
    counties = client.get("/place").get_data(as_text=True)
    assert 'href="/place?county=431222">沅陵县</a>' in counties
    assert 'href="/?place=431223">辰溪县</a>' in counties, "without a site there is nothing more to choose"
    sites = client.get("/place?county=431222").get_data(as_text=True)
    assert ">青云安置区</a>" in sites
    assert 'href="/?place=431222">沅陵县的其他地方</a>' in sites
    assert client.get("/place?county=;drop").status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        {}, {"kinds": ("public_welfare",)}, {"kinds": ("public_welfare", "enterprise")},
        {"shifts": ("evening",)},
        {"loads": ("light",)}, {"benefits": ("lunch",)}, {"tags": ("no_experience", "older_welcome")},
        {"regions": ("431223",)}, {"regions": ("441900",)}, {"pay_at_least": 300_000}, {"demo": False},
        {"kinds": ("enterprise",), "shifts": ("day",), "benefits": ("lunch",)},
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", [None, 3.0, 30.0, 10_000.0])
def test_the_database_finds_and_counts_what_the_index_does(services, clock, asked, around) -> None:
    from matching.search.listing import list_open
    from matching.search.queries import Near, Sort, VacancyQuery

    _varied(services)
    near = Near(110.393, 28.452, around, "431222" if around < 10_000 else None) if around else None
    # Five of everything are found close by, a hundred are not: both ways of looking for the nearest.
    limit = 5 if around == 10_000 else 100
    query = replace(VacancyQuery(limit=limit, near=near, **asked), sort=Sort.NEAREST if near else Sort.NEWEST)
    with transaction(services.sessions, writes=False) as session:
        options = {"today": clock.today(), "keyring": services.keyring}
        index_says = list_open(session, services.search, query, **options)
        database_says = list_open(session, Down(), query, **options)
    assert index_says.source == "index"
    assert database_says.source == "database"
    assert [card.id for card in database_says.cards] == [card.id for card in index_says.cards]
    assert database_says.total == index_says.total
    assert database_says.facets == index_says.facets


def _varied(services) -> None:
    kinds = ("public_welfare", "enterprise", "support_workshop")
    facts = []
    for n in range(30):
        fact = {
            "title": f"岗位{n}", "kind": kinds[n % 3], "posted_at": factories.NOW + timedelta(minutes=n),
            "longitude": 110.393 + n / 200, "month_high_cents": 200_000 + n * 10_000,
            "point_exact": n % 5 != 0,
            "shifts": [["day"], ["evening", "day"], None][n % 3], "load": ["light", "heavy", None][n % 4 % 3],
            "benefits": [["lunch"], [], None][n % 3], "tags": ["no_experience", "older_welcome"][: n % 3],
        }  # fmt: skip
        if n % 7 == 0:
            fact |= {"county": "431223", "region_code": "431223"}
        if n % 11 == 0:
            fact |= {"destination": "441900"}
        facts.append(fact)
    put_vacancies(services, *facts)


def test_the_index_is_asked_and_not_the_whole_table(client, services) -> None:
    vacancies = put_vacancies(services, {"title": "缝纫工"}, {"title": "保洁员"})
    services.search.apply(Collection.VACANCIES, [], [])
    with transaction(services.sessions) as session:
        session.get(Vacancy, vacancies[0].id).title = "改了名"
    assert "改了名" in titles(client.get("/"))
    index(services, [vacancies[0].id])
    assert titles(client.get("/?q=改了名")) == ["改了名"]
