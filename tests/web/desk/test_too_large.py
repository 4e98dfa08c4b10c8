"""What is too large is told with the limit, and the person stays where she can choose something smaller."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from config.settings import Settings
from matching.bootstrap import Services
from matching.db import transaction
from matching.sheets.models import Ledger
from tests.web.desk.staff import Staff
from tests.web.desk.world import World

MEGABYTE = 1024**2


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Sheets of one megabyte at most."""
    return replace(settings, upload_megabytes=1)


@pytest.fixture
def staff(desk: Any, services: Services, world: World) -> Staff:
    """The own county's office."""
    return Staff(desk, services, world)


def _body(size: int, **form: str) -> dict[str, Any]:
    """The body of an upload, as a browser writes it."""
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{text}' for name, text in form.items()]
    parts.append('Content-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + "," * size)
    text = "".join(f"--edge\r\n{part}\r\n" for part in parts) + "--edge--\r\n"
    return {"data": text.encode(), "content_type": "multipart/form-data; boundary=edge"}


def _send(staff: Staff, size: int, **form: str) -> Any:
    body = _body(size, csrf_token=staff.token, **form)
    with staff.browser.post("/desk/imports/new/vacancies", **body) as answer:
        answer.get_data()
        return answer


def _imports(services: Services) -> int:
    with transaction(services.sessions, writes=False) as session:
        return session.scalar(select(func.count()).select_from(Ledger)) or 0


@pytest.mark.parametrize("megabytes", [1.5, 3])  # noticed after the body was read, and before
def test_a_sheet_above_the_limit_leaves_the_person_on_the_page_to_choose_another(
    staff: Staff, services: Services, megabytes: float
) -> None:
    before = _imports(services)
    answer = _send(staff, int(megabytes * MEGABYTE))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 413
    assert page.count("文件太大,最多 1 MB。请分成几个文件再上传。") == 2, (
        "in the summary and beside the field"
    )
    assert 'type="file"' in page
    assert "<h1>上传" in page
    assert 'name="csrf_token"' in page
    assert _imports(services) == before


def test_a_mapping_typed_as_an_endless_text_is_told_there_too(staff: Staff) -> None:
    answer = _send(staff, 10, mapping="x" * 600_000)
    assert answer.status_code == 413
    assert "一次最多发送 0.5 MB 的文字" in answer.get_data(as_text=True)
    assert 'type="file"' in answer.get_data(as_text=True)


def test_any_other_form_names_its_limit_and_leads_back(staff: Staff) -> None:
    answer = staff.send("/desk/posts/new", {"title": "x" * 600_000})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 413
    assert "一次最多发送 0.5 MB 的文字。请返回,写短一些再发送。" in page
    assert 'href="/desk/posts/new"' in page


def test_who_is_not_signed_in_is_not_told_more(client: Any) -> None:
    answer = client.post("/desk/imports/new/ledger", **_body(3 * MEGABYTE))
    assert (answer.status_code, answer.location) == (303, "/sign-in")
