"""An employer with posts, and a telephone that acts for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from matching.accounts import employers
from matching.accounts.models import Organisation, PhoneAccount
from matching.accounts.scope import OPERATOR
from matching.bootstrap import Services
from matching.db import transaction
from matching.vacancies.models import Vacancy
from tests import factories
from tests.web.me.conftest import Inbox, Phone, inbox, telephone

__all__ = ["Inbox", "inbox", "telephone"]
PHONE = "19900000077"


@dataclass
class Workshop:
    """An employer and somebody else's.

    Args:
        other: an employer with which the telephone has nothing to do.
    """

    office: Organisation
    own: Organisation
    other: Organisation
    post: Vacancy
    held: Vacancy
    others_post: Vacancy


@pytest.fixture
def workshop(services: Services) -> Workshop:
    """Two employers of one county with posts of an office and of their own."""
    with transaction(services.sessions) as session:
        office = factories.organisation(session)
        own = factories.employer(session, name="青溪制衣厂", credit_code="91431222MA4L00001X")
        other = factories.employer(session, name="白露家具厂")
        return Workshop(
            office,
            own,
            other,
            factories.vacancy(session, employer=own, keyring=services.keyring, title="缝纫工"),
            factories.vacancy(session, employer=own, title="裁剪工", state="held", held=["no_pay"]),
            factories.vacancy(session, employer=other, title="木工"),
        )


def appoint(services: Services, organisation: Organisation) -> None:
    """Let the telephone of the newest account act for an employer."""
    with transaction(services.sessions) as session:
        account = session.scalars(select(PhoneAccount).order_by(PhoneAccount.id.desc())).first()
        assert account is not None
        employers.appoint(session, OPERATOR, account, organisation, services.clock.now())


@pytest.fixture
def boss(telephone: Callable[[], Phone], workshop: Workshop, services: Services) -> Phone:
    """A browser of somebody who acts for the workshop."""
    made = telephone()
    made.sign_in(PHONE)
    appoint(services, workshop.own)
    return made
