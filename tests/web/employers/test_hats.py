"""One account, two hats: for whom an account acts, and what a hat does not open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from matching.accounts.models import AccountSession, EmployerAccount, PhoneAccount, Role
from matching.bootstrap import Services
from matching.db import transaction
from tests import factories
from tests.web.employers.conftest import PHONE, Workshop, appoint
from tests.web.me.conftest import Phone


def test_a_visitor_signs_in_by_telephone_and_arrives(
    telephone: Callable[[], Phone], workshop: Workshop, services: Services
) -> None:
    phone = telephone()
    asked = phone.client.get("/employer")
    assert asked.status_code == 303
    assert asked.location.startswith("/me/sign-in?next=")
    entered = phone.sign_in(PHONE, asked.location.removeprefix("/me/sign-in"))
    assert entered.location == "/employer"
    assert phone.client.get("/employer").location.startswith("/employer/who")
    assert "我要招人" in phone.page("/employer/who")
    appoint(services, workshop.own)
    assert "青溪制衣厂" in phone.page("/employer")


def test_an_employer_sees_its_own_posts_and_why_they_wait(boss: Phone) -> None:
    page = boss.page("/employer")
    assert "缝纫工" in page
    assert "没有写明薪资" in page
    assert page.index("裁剪工") < page.index("缝纫工")
    assert "木工" not in page


def test_an_employer_without_posts_is_told_to_write_one(
    telephone: Callable[[], Phone], workshop: Workshop, services: Services
) -> None:
    phone = telephone()
    phone.sign_in(PHONE)
    with transaction(services.sessions) as session:
        bare = factories.employer(session, name="空厂")
    appoint(services, bare)
    assert "还没有岗位" in phone.page("/employer")


def test_with_two_hats_one_is_chosen(boss: Phone, workshop: Workshop, services: Services) -> None:
    appoint(services, workshop.other)
    assert boss.client.get("/employer").location.startswith("/employer/who")
    with transaction(services.sessions, writes=False) as session:
        chosen = session.scalars(
            select(EmployerAccount.public_id).where(EmployerAccount.name == "白露家具厂")
        ).one()
    assert boss.send("/employer/who", {"employer": chosen}).status_code == 303
    page = boss.page("/employer")
    assert "木工" in page
    assert "缝纫工" not in page


def test_somebody_elses_hat_cannot_be_chosen(
    boss: Phone, telephone: Callable[[], Phone], services: Services
) -> None:
    with transaction(services.sessions, writes=False) as session:
        foreign = session.scalars(select(EmployerAccount.public_id)).one()
    stranger = telephone()
    stranger.sign_in("19900000078")
    assert stranger.send("/employer/who", {"employer": foreign}).status_code == 404
    with transaction(services.sessions) as session:
        number = session.scalars(select(EmployerAccount.id)).one()
        session.execute(update(AccountSession).values(employer_account_id=number))
    assert stranger.client.get("/employer").status_code == 303


def test_the_hat_leaves_the_persons_own_pages_alone(boss: Phone) -> None:
    assert boss.client.get("/me/devices").status_code == 200
    assert boss.client.get("/desk").status_code == 403


def test_a_hat_that_was_ended_opens_nothing_from_the_next_request_on(boss: Phone, services: Services) -> None:
    assert boss.client.get("/employer").status_code == 200
    with transaction(services.sessions) as session:
        session.execute(update(EmployerAccount).values(state="ended"))
    assert boss.client.get("/employer").status_code == 303


def test_a_telephone_that_changed_hands_brings_no_hat_along(boss: Phone, services: Services) -> None:
    with transaction(services.sessions) as session:
        session.execute(update(PhoneAccount).values(prove_after=services.clock.now() + timedelta(days=1)))
    assert boss.client.get("/employer").status_code == 303


def test_a_password_with_the_role_opens_no_employers_page(sign_in_as: Any, workshop: Workshop) -> None:
    assert sign_in_as(Role.EMPLOYER, organisation=workshop.own).get("/employer").status_code == 403
