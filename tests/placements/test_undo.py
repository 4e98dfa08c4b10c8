"""A sheet is not taken back from under an application that hangs on its rows."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from matching import imports
from matching.accounts.models import Organisation, Role
from matching.accounts.scope import Scope
from matching.bootstrap import Services
from matching.db import transaction
from matching.errors import DomainError
from matching.people import consents
from matching.people.codes import ConsentKind
from matching.people.models import Member
from matching.placements import service
from matching.placements.models import Application
from matching.sheets.models import Ledger
from tests import factories
from tests.stack import bring_in, person, with_site


def take_back(services: Services, scope: Scope, ledger: Ledger) -> None:
    with transaction(services.sessions) as session:
        imports.take_back(session, scope, services.keyring, services.clock, ledger.public_id)


def test_people_who_applied_since_keep_their_sheet(stack: Services) -> None:
    office_id = with_site(stack)
    first, second = (bring_in(stack, office_id, "ledger", [person(number)]) for number in (1, 2))
    with transaction(stack.sessions) as session:
        office = session.get_one(Organisation, office_id)
        scope = Scope(Role.COUNTY, "tester", office.tenant_id, office.county, office.id)
        member = session.scalars(select(Member).order_by(Member.id)).all()[1]
        helped = ConsentKind.HELPER_ACTS
        consents.answer(session, scope, member, helped, agreed=True, now=stack.clock.now())
        vacancy = factories.vacancy(session)
        service.apply(session, scope, stack.clock, member.public_id, vacancy.public_id, form_token="one")
    with pytest.raises(DomainError, match="import_rows_changed_since"):
        take_back(stack, scope, second)
    take_back(stack, scope, first)
    with transaction(stack.sessions, writes=False) as session:
        assert len(session.scalars(select(Application)).all()) == 1
        assert session.scalars(select(Member.id)).all() == [member.id]
