"""Posts that somebody keeps, and posts shown to others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from matching.db import transaction
from matching.placements.models import SavedVacancy
from matching.vacancies.codes import State
from matching.vacancies.models import Vacancy
from tests.web.helpers import text_of, titles
from tests.web.me.conftest import Family, Phone


def count(services: Any) -> int:
    with transaction(services.sessions, writes=False) as session:
        return session.scalar(select(func.count()).select_from(SavedVacancy)) or 0


def test_a_post_is_kept_once_and_taken_off(inside: Phone, family: Family, services) -> None:
    post = family.posts[0]
    assert f'action="/me/saved/{post.public_id}"' in inside.page(f"/vacancies/{post.public_id}")
    for _ in range(2):
        assert inside.send(f"/me/saved/{post.public_id}").location == "/me/saved"
    assert count(services) == 1
    assert titles(inside.client.get("/me/saved")) == ["缝纫工"]
    inside.send(f"/me/saved/{post.public_id}/drop")
    assert "还没有收藏" in inside.page("/me/saved")


def test_what_is_over_leaves_the_page_and_is_counted(inside: Phone, family: Family, services) -> None:
    for post in family.posts[:2]:
        inside.send(f"/me/saved/{post.public_id}")
    with transaction(services.sessions) as session:
        session.get_one(Vacancy, family.posts[0].id).state = State.CLOSED
    listed = inside.client.get("/me/saved")
    assert titles(listed) == ["保洁员"]
    assert "有1个" in text_of(listed)
    assert inside.send(f"/me/saved/{family.posts[0].public_id}").status_code == 404


def test_a_family_keeps_each_its_own(inside: Phone, family: Family, services) -> None:
    inside.send(f"/me/saved/{family.posts[0].public_id}")
    inside.link(family.numbers[family.second.id])
    inside.send("/me/who", {"person": family.second.public_id})
    assert titles(inside.client.get("/me/saved")) == []
    inside.send(f"/me/saved/{family.posts[0].public_id}/drop")
    assert count(services) == 1


def test_it_goes_with_the_rest_when_somebody_deletes(inside: Phone, family: Family, services) -> None:
    inside.send(f"/me/saved/{family.posts[0].public_id}")
    inside.send("/me/data/delete", {"sure": "yes"})
    assert count(services) == 0


def test_a_post_is_shown_to_others_by_its_address_as_text_and_picture(client, family: Family) -> None:
    path = f"/vacancies/{family.posts[0].public_id}"
    page = client.get(path).get_data(as_text=True)
    assert f'href="{path}/share"' in page
    assert "/me/saved/" not in page
    shared = client.get(f"{path}/share").get_data(as_text=True)
    assert f"http://localhost{path}" in shared
    assert "<svg" in shared
    assert "style=" not in shared


def test_a_post_that_is_over_is_not_shown_to_others(client, family: Family, services) -> None:
    with transaction(services.sessions) as session:
        session.get_one(Vacancy, family.posts[0].id).state = State.CLOSED
    assert client.get(f"/vacancies/{family.posts[0].public_id}/share").status_code == 410
