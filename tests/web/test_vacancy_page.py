"""One vacancy's page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests import factories
from tests.web.helpers import put, put_vacancies, text_of, titles


def test_the_page_says_what_the_card_says_and_more(client, services) -> None:
    vacancy = put_vacancies(
        services,
        {
            "content": "踩缝纫机,做校服。", "max_age": 55, "age_reason": "要站着做", "load": "medium",
            "certificates": ["health"], "education": "primary", "source": "县就业网",
            "targets": ["relocated"],
        },
    )[0]  # fmt: skip
    words = text_of(client.get(f"/vacancies/{vacancy.public_id}"))
    for said in (
        "每月2,800–3,500元", "踩缝纫机,做校服。", "找谁李经理", "健康证", "小学", "建议年龄55岁以下·要站着做",
        "活儿一般", "县就业网", "面向搬迁来的人", "有效期到12月31日", "怎么去",
    ):  # fmt: skip
        assert said in words, said


def test_the_warning_stands_before_the_call_button(client, services) -> None:
    vacancy = put_vacancies(services, {})[0]
    page = client.get(f"/vacancies/{vacancy.public_id}").get_data(as_text=True)
    assert page.index("不交押金") < page.index('href="tel:13800005678"') < page.index("<h2>")


def test_similar_posts_follow_without_the_post_itself(client, services) -> None:
    facts = [
        {"title": "缝纫工"},
        {"title": "缝纫工"},
        {"title": "裁剪工"},
        {"title": "护林员", "kind": "work_relief"},
    ]
    vacancy = put_vacancies(services, *facts)[0]
    assert titles(client.get(f"/vacancies/{vacancy.public_id}")) == ["缝纫工", "裁剪工"]


@pytest.mark.parametrize("state", ["closed", "expired"])
def test_a_post_that_is_over_says_so_and_shows_others(client, services, state: str) -> None:
    over, _open = put_vacancies(services, {"title": "缝纫工", "state": state}, {"title": "保洁员"})
    answer = client.get(f"/vacancies/{over.public_id}")
    assert answer.status_code == 410
    assert "招满了,或者过期了" in text_of(answer)
    assert titles(answer) == ["保洁员"]
    assert "13800005678" not in answer.get_data(as_text=True).split("保洁员")[0]


def test_a_post_is_over_from_midnight_in_china(client, services, clock) -> None:
    vacancy = put_vacancies(services, {"valid_until": date(2026, 11, 22)})[0]
    clock.advance(timedelta(hours=14, minutes=59))
    assert client.get(f"/vacancies/{vacancy.public_id}").status_code == 200
    clock.advance(timedelta(minutes=1))
    assert client.get(f"/vacancies/{vacancy.public_id}").status_code == 410


@pytest.mark.parametrize("state", ["draft", "held", "paused"])
def test_a_post_that_is_not_public_does_not_exist(client, services, state: str) -> None:
    vacancy = put_vacancies(services, {"state": state})[0]
    answer = client.get(f"/vacancies/{vacancy.public_id}")
    assert answer.status_code == 404
    assert "缝纫工" not in text_of(answer)


def test_an_address_nobody_made_does_not_exist(client) -> None:
    for name in ("aaaaaaaaaaaa", "1", "%00", "😀", "x" * 3000):
        assert client.get(f"/vacancies/{name}").status_code == 404


def test_what_an_employer_writes_is_text_and_nothing_else(client, services) -> None:
    nasty = "<script>alert(1)</script>\"' onmouseover=x javascript:alert(1)"
    vacancy = put_vacancies(
        services,
        {"title": nasty, "content": nasty, "place": nasty, "contact": nasty, "phone": "javascript:alert(1)"},
    )[0]
    for path in ("/", f"/vacancies/{vacancy.public_id}"):
        page = client.get(path).get_data(as_text=True)
        assert "<script>alert" not in page
        assert 'href="javascript' not in page


@pytest.mark.parametrize(
    ("left", "back"),
    [
        ("http://localhost/?kind=enterprise&q=%E7%BC%9D", "/?q=%E7%BC%9D&kind=enterprise"),
        ("http://localhost/?page=2", "/?page=2"),
        ("http://localhost/?kind=moon", "/"),
        ("http://localhost/", "/"),
        ("http://localhost/desk/people?kind=enterprise", "/"),
        ("http://elsewhere.example/?kind=enterprise", "/"),
        ("http://localhost/?q=%22%3E%3Cscript%3E", "/?q=%22%3E%3Cscript%3E"),
        ("//[", "/"),
        (None, "/"),
    ],
)
def test_the_way_back_leads_to_the_list_as_it_was_left(client, services, left, back) -> None:
    vacancy = put_vacancies(services, {})[0]
    headers = {"Referer": left} if left else {}
    page = client.get(f"/vacancies/{vacancy.public_id}", headers=headers).get_data(as_text=True)
    assert f'<p class="back"><a href="{back.replace("&", "&amp;")}">' in page


@pytest.mark.parametrize(
    ("kind", "said"), [("office", "已核实"), ("company", "已核实"), ("employer", "没核实")]
)
def test_an_office_needs_nobody_to_vouch_for_it(client, services, kind: str, said: str) -> None:
    boss = put(services, lambda s: factories.organisation(s, kind=kind, verified_at=None))
    vacancy = put_vacancies(services, {"employer": boss})[0]
    assert said in text_of(client.get(f"/vacancies/{vacancy.public_id}"))
    assert said in text_of(client.get("/"))
