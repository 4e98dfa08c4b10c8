"""People in a post's pipeline, with names and telephones that stand on no page before their yes."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import delete

from matching.accounts.models import Role
from matching.accounts.scope import Scope
from matching.accounts.service import scope_of
from matching.bootstrap import Services
from matching.db import transaction
from matching.pairing.models import VacancyMatches
from matching.pairing.packed import RECORD, pack
from matching.pairing.weights import shipped
from matching.people.facts import SEAL_MEMBER
from matching.people.models import Jobseeker
from matching.placements import service
from matching.placements.codes import Event
from matching.placements.models import Application
from matching.placements.service import NO_DETAILS, Details
from matching.vacancies.models import Vacancy
from tests import factories

POINT = {"longitude": 110.393, "latitude": 28.452, "point_exact": True}


@dataclass
class Person:
    """Somebody who looks for work, with a name and a telephone to search pages for."""

    id: int
    public_id: str
    seeker: str
    name: str
    phone: str
    scope: Scope

    @property
    def canaries(self) -> tuple[str, str, str]:
        """What no page may show: name, given name, telephone."""
        return self.name, self.name[1:], self.phone


def person(services: Services, number: int, *, county: str = factories.COUNTY, **facts: Any) -> Person:
    """Somebody; ``number`` tells them apart."""
    name, phone = f"卓玛{chr(0x6850 + number)}", f"1991111{number:04}"
    with transaction(services.sessions) as session:
        member = factories.member(
            session,
            household=factories.household(session, county=county),
            name=name,
            sealed=services.keyring.seal_facts({"phone": phone}, SEAL_MEMBER),
        )
        made = factories.jobseeker(session, member=member, **{"willingness": "yes", **POINT, **facts})
        user = factories.user(session, role=Role.JOBSEEKER, tenant_id=member.tenant_id)
        return Person(member.id, member.public_id, made.public_id, name, phone, scope_of(session, user))


def applied(services: Services, who: Person, post: Vacancy) -> Application:
    """An application of hers."""
    with transaction(services.sessions) as session:
        token = secrets.token_hex(8)
        arguments = (services.clock, who.public_id, post.public_id)
        return service.apply(session, who.scope, *arguments, form_token=token, me=who.id)


def moved(
    services: Services,
    scope: Scope,
    row: Application,
    event: Event,
    details: Details = NO_DETAILS,
    **more: Any,
) -> None:
    """A step of either side."""
    with transaction(services.sessions) as session:
        version = session.get_one(Application, row.id).version
        arguments = (services.keyring, services.clock, row.public_id, version, event, details)
        service.act(session, scope, *arguments, **more)


def listed(services: Services, post: Vacancy, people: list[Person]) -> None:
    """The stored list of a post, as a worker would have left it."""
    with transaction(services.sessions) as session:
        session.execute(delete(VacancyMatches).where(VacancyMatches.vacancy_id == post.id))
        session.add(
            VacancyMatches(
                vacancy_id=post.id,
                packed=pack(np.array([(one.id, 1, 1) for one in people], dtype=RECORD)),
                count=len(people),
                worst=1,
                complete=True,
                scoring_version=shipped().version,
                source_version=1,
                computed_at=services.clock.now(),
            )
        )


def state(services: Services, row: Application) -> str:
    """Where an application stands."""
    with transaction(services.sessions, writes=False) as session:
        return session.get_one(Application, row.id).state


def hide(services: Services, who: Person) -> None:
    """She is not to be found any more."""
    with transaction(services.sessions) as session:
        session.get_one(Jobseeker, who.id).findable = False


def hidden(page: str, name: str) -> list[str]:
    """Values of the hidden fields of a name."""
    return re.findall(rf'type="hidden" name="{name}" value="([^"]*)"', page)
