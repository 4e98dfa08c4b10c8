"""Search, matches and titles."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from matching.accounts.models import AuditEvent
from matching.people.models import Household, Jobseeker, Member
from matching.vacancies.models import Vacancy
from tests.commands.conftest import Terminal

#: They need a whole city.
pytestmark = pytest.mark.wide


def _one(city: Terminal) -> Any:
    with city.session() as session:
        return session.execute(
            select(Vacancy.id, Vacancy.public_id, Vacancy.ref, Vacancy.title, Vacancy.kind, Vacancy.county)
            .where(Vacancy.state == "open")
            .order_by(Vacancy.id)
        ).first()


def test_a_search_tells_what_was_found_where(city: Terminal) -> None:
    vacancy = _one(city)
    found = city.json("search", vacancy.title)
    assert list(found) == ["total", "source", "hits"]
    assert found["source"] == "index"
    assert found["total"] >= 1
    hit = next(hit for hit in found["hits"] if hit["id"] == vacancy.public_id)
    assert list(hit) == ["id", "ref", "title", "score", "matched"]
    assert {"field": "title", "text": vacancy.title} in hit["matched"]
    assert hit["score"] > 0


def test_a_search_is_narrowed(city: Terminal) -> None:
    vacancy = _one(city)
    narrowed = city.json("search", vacancy.title, "--kind", vacancy.kind, "--region", vacancy.county)
    assert vacancy.public_id in {hit["id"] for hit in narrowed["hits"]}
    assert city.json("search", vacancy.title, "--region", "110101")["total"] == 0
    assert len(city.json("search", vacancy.title, "--limit", "1")["hits"]) == 1


def test_a_place_narrows_too(city: Terminal) -> None:
    placed = city.json("search", "工", "--near", "110.39,28.45", "--within", "500")["total"]
    assert city.json("search", "工", "--near", "87.6,43.8", "--within", "1")["total"] < placed


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["工", "--kind", "nix"], "kind_unknown"),
        (["工", "--region", "990000"], "region_unknown"),
        (["工", "--limit", "101"], "limit_range"),
        (["工", "--limit", "0"], "limit_range"),
        (["工", "--near", "110.39"], "near_form"),
        (["工", "--near", "110.39,28.4"], "near_form"),
        (["工", "--within", "5"], "near_form"),
        (["工", "--near", "200,28", "--within", "5"], "bad_place"),
        (["工" * 10_000], "query_too_long"),
    ],
)
def test_what_may_not_be_asked_is_named(city: Terminal, arguments: list[str], code: str) -> None:
    told = city.json("search", *arguments, code=2)["error"]
    assert told["code"] == code
    assert "没有做成" not in told["message"]


def test_a_search_without_the_index_asks_the_database(city: Terminal) -> None:
    (city.data / "search").rename(city.data / "elsewhere")
    vacancy = _one(city)
    found = city.json("search", vacancy.title)
    assert found["source"] == "database"
    assert vacancy.public_id in {hit["id"] for hit in found["hits"]}


def test_lucene_syntax_is_only_text(city: Terminal) -> None:
    city.json("search", 'title:* OR "a" AND [1 TO *] ~ ^ \\ 😀')


def test_a_vacancys_matches_have_reasons_that_are_their_total(city: Terminal) -> None:
    with city.session() as session:
        refs = session.scalars(select(Vacancy.ref).where(Vacancy.state == "open")).all()
    lists = [city.json("match", "vacancy", ref) for ref in refs[:8]]
    assert all(
        list(one) == ["subject", "scoring_version", "as_of", "matches", "near_misses"] for one in lists
    )
    entries = [entry for one in lists for entry in one["matches"]]
    assert entries
    for entry in entries:
        assert list(entry) == ["id", "ref", "title", "total", "reasons"]
        assert entry["total"] == sum(reason["points"] for reason in entry["reasons"])
        assert all(reason["words"] for reason in entry["reasons"])


def test_people_are_masked_and_the_look_is_audited(city: Terminal) -> None:
    with city.session() as session:
        names = set(session.scalars(select(Member.name)))
        refs = session.scalars(select(Vacancy.ref).where(Vacancy.state == "open")).all()
    titles = {
        entry["title"]
        for ref in refs[:8]
        for side in ("matches", "near_misses")
        for entry in city.json("match", "vacancy", ref)[side]
    }
    assert titles
    assert all(title.endswith("**") for title in titles)
    assert names.isdisjoint(titles)
    with city.session() as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "matches.shown")).all()
    assert {event.actor for event in events} == {"operator"}


def test_a_persons_matches_are_found_by_any_of_her_numbers(city: Terminal) -> None:
    with city.session() as session:
        person = session.execute(
            select(Jobseeker.public_id, Jobseeker.id).order_by(Jobseeker.id).limit(1)
        ).one()
        session.execute(update(Member).where(Member.id == person.id).values(code="P77"))
        home = session.scalar(select(Household.code).join(Member).where(Member.id == person.id))
    for ref in (person.public_id, "P77", f"{home}/P77"):
        assert city.json("match", "jobseeker", ref)["subject"] == person.public_id


def test_a_number_that_two_share_asks_for_more(city: Terminal) -> None:
    city.run("organisation", "add", "乙公司", "--kind", "company", "--region", "431222")
    with city.session() as session:
        first, second = session.scalars(select(Vacancy).order_by(Vacancy.id).limit(2)).all()
        company = session.execute(select(Vacancy.organisation_id)).first()
        assert company
        ref, wanted = first.ref, first.public_id
        second.ref = ref
        second.organisation_id = second.employer_id
    told = city.json("match", "vacancy", ref, code=2)["error"]
    assert told["code"] == "vacancy_ambiguous"
    assert f"甲市就业服务中心/{ref}" in told["message"]
    assert city.json("match", "vacancy", f"甲市就业服务中心/{ref}")["subject"] == wanted


@pytest.mark.parametrize(
    ("side", "ref", "code"),
    [
        ("vacancy", "nix", "vacancy_ref_unknown"),
        ("vacancy", "没有/nix", "organisation_unknown"),
        ("jobseeker", "nix", "jobseeker_unknown"),
        ("jobseeker", "11010519491231002X", "jobseeker_ref_form"),
    ],
)
def test_an_unknown_reference_is_told(city: Terminal, side: str, ref: str, code: str) -> None:
    assert city.json("match", side, ref, code=2)["error"]["code"] == code


def test_a_match_of_anything_else_is_wrong_use(city: Terminal) -> None:
    city.run("match", "employer", "x", code=2)


def test_a_title_gets_codes(terminal: Terminal) -> None:
    codes = terminal.json("code-title", "电焊工")["codes"]
    assert list(codes[0]) == ["code", "name", "confidence"]
    assert codes[0]["code"] == "6-18-02-04"
    assert 0 < codes[0]["confidence"] <= 1
