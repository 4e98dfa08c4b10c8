"""A telephone account registers for an employer; staff decides (``vacancies.verification``).

What was typed is compared with nothing before that: whether an employer of this credit code exists, who acts
for it and whether it is verified is told to nobody who merely knows the code.  Sources: 人力资源市场暂行条例
art. 26 (papers), notice of five ministries of 2025-12-25 (classes of accounts, credit code).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matching.accounts import audit, phones
from matching.accounts.employer_codes import AccountClass, NoCode, PaperKind, Standing
from matching.accounts.employers import worn_row
from matching.accounts.models import EmployerAccount, PhoneAccount, Tenant
from matching.accounts.papers import Paper, keep, media_type
from matching.crypto import Keyring
from matching.errors import DomainError, InvalidTransition
from matching.places import regions
from matching.sheets import cells
from matching.sheets.problems import CellProblem

SEAL_EMPLOYER = "employer.contact"
#: Employers one account may act for: an agency's clients are many, a flood of registrations is none.
MOST = 30
#: Registrations of one account that may wait at once.
MOST_WAITING = 5


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody states who registers an employer.

    Args:
        credit_code: as typed; empty where there is none.
        no_code: why there is none.
        county: 6 digits.
        contact: who is to be asked for.
        phone: as typed; empty: the telephone of the account.
        agency, agency_licence: of an agency that posts by commission.
    """

    name: str
    credit_code: str
    no_code: str
    county: str
    contact: str
    phone: str
    account_class: str
    agency: str = ""
    agency_licence: str = ""


def register(
    session: Session,
    keyring: Keyring,
    account: PhoneAccount,
    claim: Claim,
    papers: Sequence[Paper],
    *,
    public_id: str,
    now: datetime,
) -> EmployerAccount:
    """Ask to act for an employer.

    Args:
        public_id: made with the form: the same form sent twice registers once.

    Raises:
        DomainError: ``employer_name_missing``, ``credit_code_form``, ``no_code_missing``,
            ``county_not_served``, ``employer_phone_form``, ``agency_missing``, ``paper_missing``,
            ``commission_missing``, ``employers_enough``; FileRefused: as
            :func:`matching.accounts.papers.media_type`.
    """
    again = session.scalar(
        select(EmployerAccount).where(
            EmployerAccount.public_id == public_id, EmployerAccount.account_id == account.id
        )
    )
    if again is not None:
        return again
    facts = _facts(session, keyring, account, claim, papers, now)
    _refuse_too_many(session, account)
    row = EmployerAccount(
        public_id=public_id, account_id=account.id, state=Standing.WAITING, created_at=now, **facts
    )
    session.add(row)
    session.flush()
    _tell(session, keyring, account, row, papers, "employer.registered", now)
    return row


def register_again(
    session: Session,
    keyring: Keyring,
    account: PhoneAccount,
    claim: Claim,
    papers: Sequence[Paper],
    *,
    employer_account_id: int,
    now: datetime,
) -> EmployerAccount:
    """State it anew after a refusal; what was drafted meanwhile stays.

    Raises:
        As :func:`register`; InvalidTransition: ``registration_decided``.
    """
    row = worn_row(session, account, employer_account_id)
    if row.state != Standing.REFUSED:
        raise InvalidTransition("registration_decided")
    for name, value in _facts(session, keyring, account, claim, papers, now).items():
        setattr(row, name, value)
    row.state, row.refusal, row.version = Standing.WAITING, None, row.version + 1
    _tell(session, keyring, account, row, papers, "employer.registered", now)
    return row


def add_papers(
    session: Session,
    keyring: Keyring,
    account: PhoneAccount,
    papers: Sequence[Paper],
    *,
    employer_account_id: int,
    now: datetime,
) -> None:
    """Hand in newer papers, before the half year of a verification is over.

    Raises:
        DomainError: ``paper_missing``; FileRefused: as :func:`matching.accounts.papers.media_type`.
    """
    row = worn_row(session, account, employer_account_id)
    if not papers:
        raise DomainError("paper_missing")
    row.version, row.touched_at = row.version + 1, now
    _tell(session, keyring, account, row, papers, "employer.papers_added", now)


def _tell(
    session: Session,
    keyring: Keyring,
    account: PhoneAccount,
    row: EmployerAccount,
    papers: Sequence[Paper],
    action: str,
    now: datetime,
) -> None:
    keep(session, keyring, row, papers, now)
    fields = {"papers": [paper.kind.value for paper in papers]}
    audit.record(session, phones.scope_of(account), action, "employer_account", row.id, now, fields=fields)


def _facts(
    session: Session,
    keyring: Keyring,
    account: PhoneAccount,
    claim: Claim,
    papers: Sequence[Paper],
    now: datetime,
) -> dict[str, object]:
    name = " ".join(claim.name.split())
    if not name:
        raise DomainError("employer_name_missing")
    code, no_code = _code(claim)
    agency = _agency(claim)
    _refuse_lacking(code, claim, papers)
    contact = {"contact": " ".join(claim.contact.split()), "phone": _phone(keyring, account, claim)}
    return {
        "tenant_id": _tenant(session, claim.county),
        "county": claim.county,
        "name": name,
        "credit_code": code,
        "no_code": no_code,
        **agency,
        "sealed": keyring.seal_facts(contact, SEAL_EMPLOYER),
        "proved_at": now,
        "touched_at": now,
    }


def _code(claim: Claim) -> tuple[str | None, str | None]:
    if claim.credit_code.strip():
        try:
            return cells.credit_code(claim.credit_code), None
        except CellProblem:
            raise DomainError("credit_code_form") from None
    if claim.no_code not in set(NoCode):
        raise DomainError("no_code_missing")
    return None, claim.no_code


def _agency(claim: Claim) -> dict[str, str | None]:
    if claim.account_class != AccountClass.COMMERCIAL:
        return {"account_class": AccountClass.DIRECT.value, "agency": None, "agency_licence": None}
    agency, licence = claim.agency.strip(), claim.agency_licence.strip()
    if not agency or not licence:
        raise DomainError("agency_missing")
    return {"account_class": AccountClass.COMMERCIAL.value, "agency": agency, "agency_licence": licence}


def _refuse_lacking(code: str | None, claim: Claim, papers: Sequence[Paper]) -> None:
    """Who has a credit code has a licence to show; who posts by commission shows that (L10)."""
    for paper in papers:
        media_type(paper.content)
    kinds = {paper.kind for paper in papers}
    if code and PaperKind.LICENCE not in kinds:
        raise DomainError("paper_missing")
    if claim.account_class == AccountClass.COMMERCIAL and PaperKind.COMMISSION not in kinds:
        raise DomainError("commission_missing")


def _phone(keyring: Keyring, account: PhoneAccount, claim: Claim) -> str | None:
    if not claim.phone.strip():
        return phones.number_of(keyring, account)
    try:
        return cells.phone(claim.phone)
    except CellProblem:
        raise DomainError("employer_phone_form") from None


def _tenant(session: Session, county: str) -> int:
    """The tenant that serves a county, the real one before the demo's."""
    try:
        prefecture = regions.prefecture_of(county)
    except DomainError:
        raise DomainError("county_not_served") from None
    found = session.scalar(select(Tenant.id).where(Tenant.prefecture == prefecture).order_by(Tenant.demo))
    if found is None:
        raise DomainError("county_not_served")
    return found


def _refuse_too_many(session: Session, account: PhoneAccount) -> None:
    counted = session.execute(
        select(EmployerAccount.state, func.count())
        .where(EmployerAccount.account_id == account.id, EmployerAccount.state != Standing.ENDED)
        .group_by(EmployerAccount.state)
    )
    counts = {str(state): int(count) for state, count in counted}
    if sum(counts.values()) >= MOST or counts.get(Standing.WAITING, 0) >= MOST_WAITING:
        raise DomainError("employers_enough")
