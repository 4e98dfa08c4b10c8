"""A7: what a page weighs on the line, packed, cold."""

from __future__ import annotations

import re

import pytest

from tests.web.helpers import put_vacancies

PACKED = {"Accept-Encoding": "gzip"}
LONG = "负责车间日常生产、质量检查和设备保养,服从班组长安排,能吃苦耐劳。"


def _weight(client, path: str) -> tuple[int, int, str]:
    page = client.get(path, headers=PACKED)
    assert page.headers["Content-Encoding"] == "gzip"
    plain = client.get(path).get_data(as_text=True)
    style = client.get(re.search(r'href="(/static/[^"]+\.css)"', plain).group(1), headers=PACKED)
    assert style.headers["Content-Encoding"] == "gzip"
    return len(page.data), len(style.data), plain


@pytest.fixture
def full(client, services):
    """Forty posts that differ, with everything stated."""
    vacancies = put_vacancies(
        services,
        *(
            {
                "title": f"第{n}车间缝纫工",
                "content": LONG * 3,
                "place": f"工业园{n}栋{n * 7}号",
                "phone": f"138{n * 271_828 % 10**8:08}",
                "shifts": ["day", "evening"],
                "benefits": ["lunch", "housing"],
                "tags": ["no_experience", "older_welcome", "couples_welcome"],
                "preferred_skills": ["sewing"],
                "kind": ["support_workshop", "enterprise", "public_welfare", "cooperative"][n % 4],
                "month_high_cents": 300_000 + n * 1000,
                "pay_high_cents": 300_000 + n * 1000,
            }
            for n in range(40)
        ),
    )
    return client, vacancies


def test_the_list_of_twenty_weighs_little(full) -> None:
    client, _vacancies = full
    page, style, _plain = _weight(client, "/")
    assert page + style <= 30_000, (page, style)


def test_one_vacancy_weighs_little(full) -> None:
    client, vacancies = full
    page, style, _plain = _weight(client, f"/vacancies/{vacancies[0].public_id}")
    assert page + style <= 30_000, (page, style)


def test_a_page_needs_no_script_no_font_and_nothing_from_elsewhere(full) -> None:
    client, vacancies = full
    for path in ("/", f"/vacancies/{vacancies[0].public_id}", "/place", "/sign-in"):
        plain = client.get(path).get_data(as_text=True)
        # Data for search machines is no script: nothing runs it.
        assert "<script" not in plain.replace('<script type="application/ld+json">', "")
        assert "<style" not in plain
        assert ' style="' not in plain
        fetched = re.findall(
            r'<(?:link(?! rel="canonical")|img|script|iframe)[^>]+(?:href|src)="([^"]+)"', plain
        )
        assert len(fetched) <= 3
        assert all(address.startswith("/static/") for address in fetched)


def test_the_style_sheet_is_small_and_fetches_nothing(client) -> None:
    path = re.search(r'href="(/static/[^"]+\.css)"', client.get("/").get_data(as_text=True)).group(1)
    style = client.get(path).get_data(as_text=True)
    assert len(style.encode()) <= 16_000
    assert "url(" not in style
    assert "@import" not in style
