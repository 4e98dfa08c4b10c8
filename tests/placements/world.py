"""A county with an employer, its vacancy, a coordinator, a labour company and people who look for work."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from matching.accounts.models import Organisation, OrganisationKind, Role, User
from matching.accounts.scope import Scope
from matching.accounts.service import scope_of
from matching.bootstrap import Services
from matching.crypto import Keyring
from matching.db import transaction
from matching.people import consents
from matching.people.codes import ConsentKind
from matching.people.facts import SEAL_MEMBER
from matching.people.models import Jobseeker, Member
from matching.placements import asking, service
from matching.placements.codes import Event
from matching.placements.models import Application
from matching.placements.service import NO_DETAILS, Details
from matching.vacancies.models import Vacancy
from tests import factories


@dataclass
class Person:
    """Somebody who looks for work and signs in with her own phone."""

    id: int
    public_id: str
    scope: Scope


@dataclass
class World:
    """The rows of a test, with the verbs that tests use most; each verb is one transaction."""

    services: Services
    boss: Scope
    helper: Scope
    company: Scope
    employer: Organisation
    vacancy: Vacancy

    @property
    def now(self) -> Any:
        return self.services.clock.now()

    def person(self, *, county: str = factories.COUNTY, **facts: Any) -> Person:
        with transaction(self.services.sessions) as session:
            home = factories.household(session, county=county)
            return make_person(session, self.services.keyring, home, **facts)

    def another_vacancy(self, **facts: Any) -> Vacancy:
        with transaction(self.services.sessions) as session:
            employer = session.get_one(Organisation, self.employer.id)
            return factories.vacancy(session, **{"employer": employer, **facts})

    def apply(self, who: Person, vacancy: Vacancy | None = None, *, token: str | None = None) -> Application:
        target = (vacancy or self.vacancy).public_id
        with transaction(self.services.sessions) as session:
            return service.apply(
                session,
                who.scope,
                self.services.clock,
                who.public_id,
                target,
                form_token=token or secrets.token_hex(8),
                me=who.id,
            )

    def act(
        self,
        scope: Scope,
        application: Application,
        event: Event,
        *,
        version: int | None = None,
        me: int | None = None,
        **details: Any,
    ) -> Application:
        """Move with the version that is stored, unless another one is given."""
        with transaction(self.services.sessions) as session:
            stored = session.get_one(Application, application.id).version if version is None else version
            return service.act(
                session,
                scope,
                self.services.keyring,
                self.services.clock,
                application.public_id,
                stored,
                event,
                Details(**details) if details else NO_DETAILS,
                me=me,
            )

    def approach(self, who: Person, vacancy: Vacancy | None = None) -> Application:
        target = (vacancy or self.vacancy).public_id
        with transaction(self.services.sessions) as session:
            clock, token = self.services.clock, secrets.token_hex(8)
            seeker = session.get_one(Jobseeker, who.id).public_id
            return asking.approach(session, self.boss, clock, target, seeker, form_token=token)

    def answer(self, scope: Scope, who: Person, kind: ConsentKind, *, agreed: bool = True) -> None:
        me = who.id if scope.role == Role.JOBSEEKER else None
        with transaction(self.services.sessions) as session:
            member = consents.member_spoken_for(session, scope, who.public_id, me, lock=True)
            consents.answer(session, scope, member, kind, agreed=agreed, now=self.now)

    def stored(self, table: Any, key: int) -> Any:
        with transaction(self.services.sessions, writes=False) as session:
            return session.get_one(table, key)

    def state(self, application: Application) -> str:
        return str(self.stored(Application, application.id).state)


def make_person(session: Any, keyring: Keyring, home: Any, **facts: Any) -> Person:
    member: Member = factories.member(
        session,
        household=home,
        sealed=keyring.seal_facts({"phone": "19900001234"}, SEAL_MEMBER),
    )
    factories.jobseeker(session, member=member, **facts)
    user: User = factories.user(session, role=Role.JOBSEEKER, tenant_id=member.tenant_id)
    return Person(member.id, member.public_id, scope_of(session, user))


def make_world(services: Services, **facts: Any) -> World:
    """``facts`` are of the vacancy."""
    with transaction(services.sessions) as session:
        office = factories.organisation(session)
        company = factories.organisation(session, kind=OrganisationKind.COMPANY)
        employer = factories.employer(session)
        vacancy = factories.vacancy(session, employer=employer, **{"headcount": 2, **facts})
        scopes = [
            scope_of(session, factories.user(session, role=role, organisation=home))
            for role, home in (
                (Role.EMPLOYER, employer),
                (Role.COORDINATOR, office),
                (Role.COMPANY, company),
            )
        ]
    return World(services, *scopes, employer, vacancy)
