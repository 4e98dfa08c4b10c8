"""What search machines and feed readers get equals the page and the rows."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from xml.etree import ElementTree as Xml

import pytest

from matching.db import transaction
from matching.vacancies.codes import State
from matching.vacancies.models import Vacancy
from tests.web.helpers import put_vacancies, text_of

SITE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "</script><script>alert(1)</script>\x0b]]>&amp;\"'"


def posting(answer):
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text, re.S)
    assert len(found) == 1
    return json.loads(found[0])


def test_a_vacancy_stands_in_its_page_as_a_job_posting(client, services) -> None:
    """E1: the properties that search machines ask for, with the values of the row."""
    facts = {"title": "缝纫工", "content": "踩缝纫机。", "headcount": 8, "valid_until": date(2026, 12, 31)}
    vacancy = put_vacancies(services, facts)[0]
    answer = client.get(f"/vacancies/{vacancy.public_id}")
    found = posting(answer)
    assert (found["@context"], found["@type"]) == ("https://schema.org/", "JobPosting")
    assert (found["title"], found["description"]) == ("缝纫工", "踩缝纫机。")
    assert found["identifier"]["value"] == vacancy.public_id
    assert (found["datePosted"], found["validThrough"]) == ("2026-11-20", "2026-12-31T23:59:59+08:00")
    assert found["totalJobOpenings"] == 8
    assert found["jobLocation"]["address"]["addressLocality"] == "沅陵县"
    assert found["jobLocation"]["address"]["addressRegion"] == "湖南省"
    assert found["baseSalary"]["value"] == {
        "@type": "QuantitativeValue",
        "unitText": "MONTH",
        "minValue": vacancy.pay_low_cents / 100,
        "maxValue": vacancy.pay_high_cents / 100,
    }
    words = text_of(answer)
    for shown in (found["hiringOrganization"]["name"], "发布日期11月20日", "有效期到12月31日", "招8人"):
        assert shown in words, shown


@pytest.mark.parametrize(
    ("facts", "value"),
    [
        (
            {"pay_unit": "day", "pay_low_cents": 12_000, "pay_high_cents": 12_000},
            {"unitText": "DAY", "value": 120},
        ),
        (
            {"pay_unit": "hour", "pay_low_cents": 1_850, "pay_high_cents": None},
            {"unitText": "HOUR", "minValue": 18.5},
        ),
        (
            {"pay_unit": "piece", "pay_low_cents": 50, "pay_high_cents": 80, "month_low_cents": 300_000},
            {"unitText": "MONTH", "minValue": 3_000},
        ),
    ],
)
def test_pay_keeps_the_unit_in_which_it_was_written(client, services, facts, value) -> None:
    vacancy = put_vacancies(services, {"month_high_cents": None, **facts})[0]
    found = posting(client.get(f"/vacancies/{vacancy.public_id}"))["baseSalary"]["value"]
    assert value.items() <= found.items()


def test_hostile_text_stays_text_in_page_feed_and_interface(client, services) -> None:
    vacancy = put_vacancies(services, {"title": HOSTILE[:100], "content": HOSTILE, "place": HOSTILE})[0]
    answer = client.get(f"/vacancies/{vacancy.public_id}")
    assert posting(answer)["description"] == HOSTILE
    assert "<script>alert" not in answer.text
    feed = client.get("/feed.atom")
    assert "alert(1)" in Xml.fromstring(feed.data).find(f"{ATOM}entry/{ATOM}title").text
    assert client.get(f"/api/v1/vacancies/{vacancy.public_id}").json["content"] == HOSTILE


def test_a_page_that_is_over_has_no_posting(client, services) -> None:
    vacancy = put_vacancies(services, {"state": "closed"})[0]
    answer = client.get(f"/vacancies/{vacancy.public_id}")
    assert answer.status_code == 410
    assert "ld+json" not in answer.text


def test_the_sitemap_names_what_is_in_force_and_when_it_changed(client, services) -> None:
    open_, _closed = put_vacancies(services, {}, {"state": "closed"})
    index = Xml.fromstring(client.get("/sitemap.xml").data)
    part = index.find(f"{SITE}sitemap/{SITE}loc").text
    urls = Xml.fromstring(client.get(part.split("localhost")[1]).data)
    assert [loc.text.rsplit("/")[-1] for loc in urls.iter(f"{SITE}loc")] == [open_.public_id]
    assert [mark.text for mark in urls.iter(f"{SITE}lastmod")] == [open_.touched_at.isoformat()]
    assert client.get("/robots.txt").text.splitlines()[-1].endswith("/sitemap.xml")
    assert client.get("/sitemaps/7.xml").status_code == 404


def entries(answer):
    root = Xml.fromstring(answer.data)
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    return [entry.find(f"{ATOM}title").text for entry in root.findall(f"{ATOM}entry")], links


def test_a_feed_is_about_a_county_and_an_occupation(client, services) -> None:
    put_vacancies(
        services,
        {"title": "缝纫工", "occupations": ["6-05-01-03"]},
        {"title": "保洁员", "occupations": ["4-09-08-01"]},
        {"title": "裁剪工", "occupations": ["6-05-01-02"], "county": "431224", "region_code": "431224"},
    )
    assert set(entries(client.get("/feed.atom"))[0]) == {"缝纫工", "保洁员", "裁剪工"}
    assert set(entries(client.get("/feed.atom?occupation=6-05"))[0]) == {"缝纫工", "裁剪工"}
    assert entries(client.get("/feed.atom?occupation=6-05&county=431222"))[0] == ["缝纫工"]
    for unknown in ("county=999999", "county=431200", "occupation=x", "before=x"):
        assert client.get(f"/feed.atom?{unknown}").status_code in (404, 422)


def test_a_feed_pages_to_its_end_and_names_each_once(client, services) -> None:
    made = put_vacancies(services, *({"title": f"岗位{n:03}"} for n in range(120)))
    address, found = "/feed.atom", []
    while address:
        page, links = entries(client.get(address))
        found += page
        address = links.get("next", "").split("localhost")[-1]
    assert sorted(found) == sorted(vacancy.title for vacancy in made)


def test_a_feed_without_news_is_not_sent_again(client, services, clock) -> None:
    vacancy = put_vacancies(services, {})[0]
    first = client.get("/feed.atom")
    again = client.get("/feed.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    with transaction(services.sessions) as session:
        session.get_one(Vacancy, vacancy.id).state = State.CLOSED
    assert client.get("/feed.atom", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_feed_changes_at_midnight_in_china_without_a_write(client, services, clock) -> None:
    put_vacancies(services, {"valid_until": date(2026, 11, 22)})
    first = client.get("/feed.atom")
    clock.advance(timedelta(hours=15))
    later = client.get("/feed.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert later.status_code == 200
    assert entries(later)[0] == []
