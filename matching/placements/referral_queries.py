"""Requests to labour companies, as employers and companies read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from matching.accounts.models import Organisation, Role
from matching.accounts.scope import Scope
from matching.errors import Forbidden, NotFound
from matching.people.models import Member
from matching.people.queries import people_in
from matching.placements.asking import referral_in_scope
from matching.placements.codes import ReferralState, State
from matching.placements.models import Application, Referral
from matching.vacancies.models import Vacancy


@dataclass(frozen=True, slots=True)
class ReferralLine:
    """A request to a labour company.

    Args:
        asked, agreed: people asked and people who said yes; ``asked`` is None for the employer's eyes.
    """

    public_id: str
    vacancy: str
    title: str
    employer: str
    company: str
    wanted: int
    state: str
    asked: int | None
    agreed: int
    created_at: datetime


def referrals(
    session: Session, scope: Scope, *, state: ReferralState | None = None, vacancy: str | None = None
) -> list[ReferralLine]:
    """Requests that the actor made (employers) or has to work on (companies and offices), oldest first.

    Args:
        state: only these.
        vacancy: public id; only for this one.

    Raises:
        Forbidden: ``not_allowed``.
    """
    company = Organisation.__table__.alias("company")
    statement = (
        select(Referral, Vacancy.public_id, Vacancy.title, Organisation.name, company.c.name)
        .join(Vacancy, Vacancy.id == Referral.vacancy_id)
        .join(Organisation, Organisation.id == Vacancy.employer_id)
        .join(company, company.c.id == Referral.company_id)
        .where(_whose_referrals(scope, company.c.county))
        .order_by(Referral.id)
    )
    if state is not None:
        statement = statement.where(Referral.state == state)
    if vacancy is not None:
        statement = statement.where(Vacancy.public_id == vacancy)
    rows = session.execute(statement).all()
    counted = _answers(session, [row[0].id for row in rows])
    lines = []
    for referral, vacancy, title, employer, name in rows:
        asked, agreed = counted.get(referral.id, (0, 0))
        lines.append(
            ReferralLine(
                public_id=referral.public_id,
                vacancy=vacancy,
                title=title,
                employer=employer,
                company=name,
                wanted=referral.wanted,
                state=referral.state,
                asked=None if scope.role == Role.EMPLOYER else asked,
                agreed=agreed,
                created_at=referral.created_at,
            )
        )
    return lines


def _whose_referrals(scope: Scope, company_county: ColumnElement[str]) -> ColumnElement[bool]:
    if scope.role == Role.EMPLOYER:
        return Vacancy.employer_id == scope.organisation_id
    if not scope.sees_people:
        raise Forbidden("not_allowed")
    conditions: list[ColumnElement[bool]] = [Referral.id.is_not(None)]
    if scope.tenant_id is not None:
        conditions.append(Referral.tenant_id == scope.tenant_id)
    if scope.county is not None:
        conditions.append((Referral.company_id == scope.organisation_id) | (company_county == scope.county))
    return and_(*conditions)


def _answers(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    rows = session.execute(
        select(Application.referral_id, func.count(), func.count(Application.agreed_at))
        .where(Application.referral_id.in_(ids))
        .group_by(Application.referral_id)
    )
    return {referral: (asked, agreed) for referral, asked, agreed in rows if referral is not None}


@dataclass(frozen=True, slots=True)
class ReferralPage:
    """A request as those read it who work on it.

    Args:
        vacancy_id: row of the vacancy, for the list of people who fit.
        known: rows of the scope's people who have to do with the vacancy already: none is asked again.
    """

    line: ReferralLine
    vacancy_id: int
    known: frozenset[int]


def referral_page(session: Session, scope: Scope, public_id: str) -> ReferralPage:
    """A request on which this actor works.

    Raises:
        NotFound: ``referral_unknown``.
    """
    referral = referral_in_scope(session, scope, public_id)
    vacancy = session.scalars(select(Vacancy.public_id).where(Vacancy.id == referral.vacancy_id)).one()
    lines = [line for line in referrals(session, scope, vacancy=vacancy) if line.public_id == public_id]
    if not lines:
        raise NotFound("referral_unknown")
    known = session.scalars(
        select(Application.jobseeker_id)
        .join(Member, Member.id == Application.jobseeker_id)
        .where(people_in(scope), Application.vacancy_id == referral.vacancy_id)
    )
    return ReferralPage(lines[0], referral.vacancy_id, frozenset(known))


def count_open(session: Session, scope: Scope) -> int:
    """How many requests wait for people of the actor's."""
    company = Organisation.__table__.alias("company")
    statement = (
        select(func.count())
        .select_from(Referral)
        .join(Vacancy, Vacancy.id == Referral.vacancy_id)
        .join(company, company.c.id == Referral.company_id)
        .where(_whose_referrals(scope, company.c.county), Referral.state == ReferralState.OPEN)
    )
    return session.scalar(statement) or 0


def waiting_for_people(session: Session, scope: Scope) -> int:
    """How many people of the scope were asked and have not answered."""
    statement = (
        select(func.count())
        .select_from(Application)
        .join(Member, Member.id == Application.jobseeker_id)
        .where(people_in(scope), Application.state == State.ASKED)
    )
    return session.scalar(statement) or 0
