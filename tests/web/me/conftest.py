"""A family in a ledger, posts near it, and telephones to sign in with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from matching.accounts.models import OneTimeCode
from matching.accounts.phones import phone_of_code, text_of_code
from matching.bootstrap import Services
from matching.db import transaction
from matching.people.models import Household, Member
from tests import factories
from tests.web.desk.world import facts_of, person
from tests.web.helpers import put_vacancies

PHONE = "19900000001"


@dataclass
class Family:
    """Two of one household with one telephone, and a neighbour with another."""

    household: Household
    first: Member
    second: Member
    stranger: Member
    numbers: dict[int, str]
    posts: list[Any]


@pytest.fixture
def family(services: Services) -> Family:
    with transaction(services.sessions) as session:
        factories.organisation(session)
        site = factories.settlement(session, name="青云安置区")
        home = factories.household(session, settlement=site)
        numbers, people = {}, []
        for n, (name, phone) in enumerate(
            (("测试甲", PHONE), ("测试乙", PHONE), ("测试丙", "19900000009")), start=1
        ):
            facts = facts_of("431222", 300 + n, name) | {"phone": phone}
            people.append(person(session, services.keyring, home, facts))
            numbers[people[-1].id] = facts["id_number"]
    posts = put_vacancies(
        services,
        {"title": "缝纫工", "shifts": ["day"]},
        {"title": "保洁员", "longitude": 110.42},
        {"title": "木工", "longitude": 110.48, "education": "bachelor"},
    )
    return Family(home, *people, numbers, posts)


class Inbox:
    """Codes as the sender of their messages learns them."""

    def __init__(self, services: Services) -> None:
        self.services, self._last = services, ""

    @property
    def sent(self) -> list[str | None]:
        """The telephones to which codes went, in order."""
        with transaction(self.services.sessions, writes=False) as session:
            rows = session.scalars(select(OneTimeCode.id).order_by(OneTimeCode.id)).all()
            return [phone_of_code(session, self.services.keyring, row) for row in rows]

    @property
    def code(self) -> str:
        """The newest code; the server forgets it when it is used."""
        with transaction(self.services.sessions, writes=False) as session:
            newest = session.scalars(select(func.max(OneTimeCode.id))).one()
            self._last = text_of_code(session, self.services.keyring, newest) or self._last
        return self._last


@pytest.fixture
def inbox(services: Services) -> Inbox:
    """Where codes arrive."""
    return Inbox(services)


class Phone:
    """A browser on a telephone, which types into forms."""

    def __init__(self, app: Flask, inbox: Inbox) -> None:
        self.client: FlaskClient = app.test_client()
        self.inbox = inbox

    def page(self, path: str) -> str:
        return str(self.client.get(path).get_data(as_text=True))

    def token(self) -> str:
        # Every page of the people's side has the form of the print switch.
        return self.page("/me/helper-code").split('name="csrf_token" value="', 1)[1].split('"', 1)[0]

    def send(self, path: str, form: dict[str, Any] | None = None, **options: Any) -> Any:
        return self.client.post(path, data={"csrf_token": self.token(), **(form or {})}, **options)

    def sign_in(self, number: str = PHONE, path: str = "") -> Any:
        """Through both steps; ``path`` is a query that goes along."""
        asked = self.send(f"/me/sign-in{path}", {"phone": number})
        assert asked.status_code == 303, asked.get_data(as_text=True)
        return self.send(asked.location, {"code": self.inbox.code})

    def link(self, number: str) -> Any:
        return self.send("/me/link", {"number": number})


@pytest.fixture
def telephone(app: Flask, inbox: Inbox) -> Callable[[], Phone]:
    """``telephone()``: a new browser."""
    return lambda: Phone(app, inbox)


@pytest.fixture
def inside(telephone: Callable[[], Phone], family: Family) -> Phone:
    """A browser in which the family's first is signed in and chosen."""
    made = telephone()
    made.sign_in()
    assert made.link(family.numbers[family.first.id]).status_code == 303
    return made
