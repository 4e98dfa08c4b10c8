"""Complaints as the person who made one sees it, and as the office does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from matching.accounts.models import Organisation
from matching.accounts.scope import Scope
from matching.casework.codes import CaseState
from matching.casework.models import Complaint
from matching.casework.service import SEAL, complaint_in_scope
from matching.crypto import Keyring
from matching.errors import NotFound
from matching.people.models import Member
from matching.people.queries import people_in
from matching.vacancies.models import Vacancy


@dataclass(frozen=True, slots=True)
class PublicCase:
    """What whoever has the case number may read."""

    number: str
    kind: str
    state: str
    outcome: str | None
    answer: str | None
    title: str
    vacancy_id: str
    created_at: datetime
    settle_by: datetime


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A complaint in the office's list.

    Args:
        late: it waits for longer than it may.
        others: other complaints about the same post.
    """

    number: str
    kind: str
    state: str
    title: str
    employer: str
    county: str
    created_at: datetime
    due_at: datetime
    late: bool
    others: int


@dataclass(frozen=True, slots=True)
class CasePage:
    """One complaint for the office.

    Args:
        evidence: the post as it stood when the complaint came.
        changed: the post has been changed since.
        person: public id of who asks for her wages, where this actor may see her.
    """

    line: CaseLine
    version: int
    outcome: str | None
    answer: str | None
    vacancy_id: str
    vacancy_state: str
    evidence: dict[str, Any]
    changed: bool
    acknowledged_at: datetime | None
    settled_at: datetime | None
    person: str | None


def public_case(session: Session, number: str) -> PublicCase:
    """A complaint by its case number.

    Raises:
        NotFound: ``complaint_unknown``.
    """
    row = session.execute(
        select(Complaint, Vacancy.title, Vacancy.public_id)
        .join(Vacancy, Vacancy.id == Complaint.vacancy_id)
        .where(Complaint.public_id == number)
    ).one_or_none()
    if row is None:
        raise NotFound("complaint_unknown")
    found, title, vacancy_id = row
    return PublicCase(
        number=found.public_id,
        kind=found.kind,
        state=found.state,
        outcome=found.outcome,
        answer=found.answer,
        title=title,
        vacancy_id=vacancy_id,
        created_at=found.created_at,
        settle_by=found.settle_by,
    )


def waiting_cases(session: Session, scope: Scope) -> int:
    """How many complaints within a scope are not settled."""
    found = select(func.count()).select_from(_cases(scope).where(_unsettled()).subquery())
    return session.scalar(found) or 0


def listed(
    session: Session, scope: Scope, now: datetime, *, settled: bool, limit: int, offset: int
) -> tuple[int, list[CaseLine]]:
    """Complaints within a scope: those that wait, the most urgent first, or those that are settled.

    Returns:
        How many there are in all, and one page of them.
    """
    chosen = _cases(scope).where(~_unsettled() if settled else _unsettled())
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    order = (Complaint.settled_at.desc(),) if settled else (_due(), Complaint.id)
    rows = session.execute(chosen.order_by(*order).limit(limit).offset(offset)).all()
    return total, [_line(row, now) for row in rows]


def one(session: Session, scope: Scope, keyring: Keyring, number: str, now: datetime) -> CasePage:
    """One complaint with its evidence.

    Raises:
        NotFound: ``complaint_unknown``.
    """
    found = complaint_in_scope(session, scope, number)
    row = session.execute(_cases(scope).where(Complaint.id == found.id)).one()
    vacancy = session.get_one(Vacancy, found.vacancy_id)
    return CasePage(
        line=_line(row, now),
        version=found.version,
        outcome=found.outcome,
        answer=found.answer,
        vacancy_id=vacancy.public_id,
        vacancy_state=vacancy.state,
        evidence=keyring.open_facts(found.evidence, SEAL),
        changed=vacancy.version != found.vacancy_version,
        acknowledged_at=found.acknowledged_at,
        settled_at=found.settled_at,
        person=_person(session, scope, found.member_id),
    )


def _person(session: Session, scope: Scope, member_id: int | None) -> str | None:
    if member_id is None:
        return None
    return session.scalar(select(Member.public_id).where(Member.id == member_id, people_in(scope)))


def _unsettled() -> ColumnElement[bool]:
    return Complaint.state != CaseState.SETTLED


def _due() -> ColumnElement[datetime]:
    received = Complaint.state == CaseState.RECEIVED
    return case((received, Complaint.acknowledge_by), else_=Complaint.settle_by)


_EMPLOYER = Organisation.__table__.alias("employer")
_POSTER = Organisation.__table__.alias("poster")
_OTHER = Complaint.__table__.alias("other")


def _cases(scope: Scope) -> Select[Any]:
    others = select(func.count()).where(_OTHER.c.vacancy_id == Complaint.vacancy_id).scalar_subquery() - 1
    found = (
        select(
            Complaint.public_id,
            Complaint.kind,
            Complaint.state,
            Complaint.created_at,
            _due().label("due_at"),
            Vacancy.title,
            Vacancy.county,
            _EMPLOYER.c.name.label("employer"),
            others.label("others"),
        )
        .join(Vacancy, Vacancy.id == Complaint.vacancy_id)
        .join(_EMPLOYER, _EMPLOYER.c.id == Vacancy.employer_id)
        .join(_POSTER, _POSTER.c.id == Vacancy.organisation_id)
    )
    if scope.tenant_id is not None:
        found = found.where(Complaint.tenant_id == scope.tenant_id)
    if scope.county is not None:
        # As ``vacancies.service.vacancy_in_scope`` has it.
        found = found.where((Vacancy.county == scope.county) | (_POSTER.c.county == scope.county))
    return found


def _line(row: Any, now: datetime) -> CaseLine:
    return CaseLine(
        number=row.public_id,
        kind=row.kind,
        state=row.state,
        title=row.title,
        employer=row.employer,
        county=row.county,
        created_at=row.created_at,
        due_at=row.due_at,
        late=row.state != CaseState.SETTLED and row.due_at < now,
        others=row.others,
    )
