"""Registering in the browser: from the form to the office's yes."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from sqlalchemy import select

from matching.accounts.models import EmployerAccount, Role
from matching.bootstrap import Services
from matching.db import transaction
from tests.accounts.test_registering import CODE, PHOTO
from tests.web.desk.staff import field
from tests.web.employers.conftest import Workshop
from tests.web.me.conftest import Phone


def form(phone: Phone, path: str = "/employer/register", **changes: Any) -> dict[str, Any]:
    """A form filled in; the photo is a fresh stream each time."""
    filled = {
        "token": field(phone.page(path), "token"),
        "name": "清溪竹艺坊",
        "credit_code": CODE,
        "county": "431222",
        "contact": "测试甲",
        "account_class": "direct",
        "licence": (BytesIO(PHOTO), "licence.jpg"),
    }
    return {**filled, **changes}


def signed_in(telephone: Callable[[], Phone], number: str = "19900000078") -> Phone:
    phone = telephone()
    phone.sign_in(number)
    return phone


def test_from_the_form_to_the_offices_yes(
    telephone: Callable[[], Phone], workshop: Workshop, services: Services, sign_in_as: Any
) -> None:
    phone = signed_in(telephone)
    assert phone.send("/employer/register", form(phone)).location == "/employer"
    assert "登记的资料还在核实" in phone.page("/employer")
    office = sign_in_as(Role.COUNTY, organisation=workshop.office)
    listed = office.get("/desk/employers").get_data(as_text=True)
    address = listed.split('href="/desk/employers/', 1)[1].split('"', 1)[0]
    page = office.get(f"/desk/employers/{address}").get_data(as_text=True)
    assert "清溪竹艺坊" in page
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    paper = page.split(f"/desk/employers/{address}/paper/", 1)[1].split('"', 1)[0]
    got = office.post(f"/desk/employers/{address}/paper/{paper}", data={"csrf_token": token})
    assert got.data == PHOTO
    assert got.headers["Content-Disposition"].startswith("attachment")
    answer = office.post(
        f"/desk/employers/{address}/approve", data={"csrf_token": token, "version": field(page, "version")}
    )
    assert answer.status_code == 303
    assert "已核实" in phone.page("/employer")


def test_a_known_employer_is_answered_like_an_unknown_one(
    telephone: Callable[[], Phone], workshop: Workshop, services: Services
) -> None:
    phone = signed_in(telephone)
    with transaction(services.sessions) as session:
        session.merge(workshop.own).credit_code = CODE
    answers = []
    for code in (CODE, "91431222MA4L000049"):
        phone.send("/employer/register", form(phone, credit_code=code, name="某厂"))
        answers.append(phone.page("/employer/who").count("某厂"))
    assert answers[0] == 1
    page = phone.page("/employer")
    assert "缝纫工" not in page


def test_what_was_typed_is_kept_and_what_is_wrong_is_said_twice(
    telephone: Callable[[], Phone], workshop: Workshop
) -> None:
    phone = signed_in(telephone)
    answer = phone.send("/employer/register", form(phone, credit_code="123"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert page.count("信用代码是 18 位,再看一遍。") == 2
    assert 'value="清溪竹艺坊"' in page
    assert "照片要重新选一次" in page


def test_a_file_that_is_no_photo_is_refused(telephone: Callable[[], Phone], workshop: Workshop) -> None:
    phone = signed_in(telephone)
    answer = phone.send("/employer/register", form(phone, licence=(BytesIO(b"<html>"), "licence.jpg")))
    assert answer.status_code == 422
    assert "这不是照片或扫描件" in answer.get_data(as_text=True)


def test_after_a_refusal_it_is_stated_anew(
    telephone: Callable[[], Phone], workshop: Workshop, services: Services
) -> None:
    phone = signed_in(telephone)
    phone.send("/employer/register", form(phone))
    with transaction(services.sessions) as session:
        row = session.scalars(select(EmployerAccount)).one()
        row.state, row.refusal = "refused", "paper_unreadable"
    assert "证件照片看不清" in phone.page("/employer")
    path = "/employer/register/again"
    assert phone.send(path, form(phone, path, name="清溪竹艺厂")).status_code == 303
    assert "登记的资料还在核实" in phone.page("/employer")
    assert "清溪竹艺厂" in phone.page("/employer")


def test_the_form_holds_no_telephone_of_the_account(
    telephone: Callable[[], Phone], workshop: Workshop
) -> None:
    assert "19900000078" not in signed_in(telephone).page("/employer/register")
