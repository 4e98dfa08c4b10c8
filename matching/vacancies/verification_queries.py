"""What staff reads of employers' registrations: who waits, and whose half year ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matching.accounts.employer_codes import Standing
from matching.accounts.models import EmployerAccount, Organisation
from matching.accounts.papers import PaperLine, papers_of
from matching.accounts.registering import SEAL_EMPLOYER
from matching.accounts.scope import Scope
from matching.crypto import Keyring
from matching.vacancies.verification import may_verify, registration, within

#: So many days before its end a verification stands in the list.
SOON = timedelta(days=30)
LISTED = 200


@dataclass(frozen=True, slots=True)
class RegistrationLine:
    """A registration in the list.

    Args:
        due: last day on which the verification holds; None where there is none yet.
    """

    public_id: str
    name: str
    credit_code: str | None
    county: str
    account_class: str
    state: str
    touched_at: datetime
    due: date | None


@dataclass(frozen=True, slots=True)
class RegistrationPage:
    """One registration in full.

    Args:
        known: an employer of this credit code is registered already; the account would act for that one.
        refused_before: refusals of other registrations with this credit code.
    """

    line: RegistrationLine
    version: int
    no_code: str | None
    agency: str | None
    agency_licence: str | None
    contact: str | None
    phone: str | None
    refusal: str | None
    decided_by: str | None
    papers: list[PaperLine]
    known: bool
    refused_before: int
    verified: bool


def waiting(session: Session, scope: Scope) -> list[RegistrationLine]:
    """Registrations that wait for a decision, oldest first.

    Raises:
        Forbidden: ``not_allowed``.
    """
    may_verify(scope)
    rows = session.scalars(
        select(EmployerAccount)
        .where(within(scope), EmployerAccount.state == Standing.WAITING)
        .order_by(EmployerAccount.touched_at, EmployerAccount.id)
        .limit(LISTED)
    )
    return [_line(row, None) for row in rows]


def count_waiting(session: Session, scope: Scope) -> int:
    """How many registrations wait."""
    statement = select(func.count()).where(within(scope), EmployerAccount.state == Standing.WAITING)
    return session.scalar(statement) or 0


def due(session: Session, scope: Scope, today: date) -> list[RegistrationLine]:
    """Employers whose verification ends soon or has ended, the most urgent first.

    Raises:
        Forbidden: ``not_allowed``.
    """
    may_verify(scope)
    rows = session.execute(
        select(EmployerAccount, Organisation.verify_due)
        .join(Organisation, Organisation.id == EmployerAccount.organisation_id)
        .where(
            within(scope),
            EmployerAccount.state == Standing.APPROVED,
            Organisation.verify_due <= today + SOON,
        )
        .order_by(Organisation.verify_due, EmployerAccount.id)
        .limit(LISTED)
    )
    return [_line(row, until) for row, until in rows]


def registration_page(session: Session, keyring: Keyring, scope: Scope, public_id: str) -> RegistrationPage:
    """One registration of the scope.

    Raises:
        Forbidden: ``not_allowed``; NotFound: ``employer_registration_unknown``.
    """
    row = registration(session, scope, public_id)
    employer = session.get(Organisation, row.organisation_id) if row.organisation_id else None
    contact = keyring.open_facts(row.sealed, SEAL_EMPLOYER)
    return RegistrationPage(
        line=_line(row, employer.verify_due if employer else None),
        version=row.version,
        no_code=row.no_code,
        agency=row.agency,
        agency_licence=row.agency_licence,
        contact=contact.get("contact"),
        phone=contact.get("phone"),
        refusal=row.refusal,
        decided_by=row.decided_by,
        papers=papers_of(session, row),
        known=_known(session, row),
        refused_before=_refused_before(session, row),
        verified=employer is not None and employer.verified_at is not None,
    )


def _known(session: Session, row: EmployerAccount) -> bool:
    if row.credit_code is None:
        return False
    same = select(Organisation.id).where(
        Organisation.tenant_id == row.tenant_id, Organisation.credit_code == row.credit_code
    )
    return session.scalar(same.limit(1)) is not None


def _refused_before(session: Session, row: EmployerAccount) -> int:
    if row.credit_code is None:
        return 0
    refused = select(func.count()).where(
        EmployerAccount.tenant_id == row.tenant_id,
        EmployerAccount.credit_code == row.credit_code,
        EmployerAccount.state == Standing.REFUSED,
        EmployerAccount.id != row.id,
    )
    return session.scalar(refused) or 0


def _line(row: EmployerAccount, until: date | None) -> RegistrationLine:
    return RegistrationLine(
        public_id=row.public_id,
        name=row.name,
        credit_code=row.credit_code,
        county=row.county,
        account_class=row.account_class,
        state=row.state,
        touched_at=row.touched_at,
        due=until,
    )
