"""For which employers a telephone account may act: one account, two hats (a jobseeker may also run a farm).

An account wears an employer's hat only on employers' pages; what is the person's own stays with the person.
A hat holds as long as staff did not end it and the telephone did not change hands meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts import audit, phones
from matching.accounts.employer_codes import AccountClass, Standing
from matching.accounts.models import EmployerAccount, Organisation, PhoneAccount, Role, Tenant
from matching.accounts.scope import Scope
from matching.errors import NotFound


@dataclass(frozen=True, slots=True)
class Hat:
    """An employer for whom an account may act, or has asked to.

    Args:
        id: row of ``employer_accounts``.
        organisation_id: the employer; None before staff approved the registration.
        refusal: code of a refusal.
        demo: of the demo's city.
    """

    id: int
    public_id: str
    name: str
    state: str
    tenant_id: int
    organisation_id: int | None
    county: str
    account_class: str
    refusal: str | None
    demo: bool


def hats_of(session: Session, account: PhoneAccount) -> list[Hat]:
    """Every hat of an account that holds now, oldest first."""
    rows = session.execute(
        select(EmployerAccount, Tenant.demo)
        .join(Tenant, Tenant.id == EmployerAccount.tenant_id)
        .where(EmployerAccount.account_id == account.id, EmployerAccount.state != Standing.ENDED)
        .order_by(EmployerAccount.id)
    ).all()
    return [
        Hat(
            id=row.id,
            public_id=row.public_id,
            name=row.name,
            state=row.state,
            tenant_id=row.tenant_id,
            organisation_id=row.organisation_id if row.state == Standing.APPROVED else None,
            county=row.county,
            account_class=row.account_class,
            refusal=row.refusal,
            demo=demo,
        )
        for row, demo in rows
        if account.prove_after is None or row.proved_at >= account.prove_after
    ]


def worn(hats: list[Hat], chosen: int | None) -> Hat | None:
    """The hat that was chosen, or the only one."""
    if len(hats) == 1:
        return hats[0]
    return next((hat for hat in hats if hat.id == chosen), None)


def worn_row(session: Session, account: PhoneAccount, employer_account_id: int) -> EmployerAccount:
    """The row of one of the account's own hats, locked.

    Raises:
        NotFound: ``employer_unknown``.
    """
    row = session.scalar(
        select(EmployerAccount)
        .where(EmployerAccount.id == employer_account_id, EmployerAccount.account_id == account.id)
        .with_for_update()
    )
    if row is None or row.state == Standing.ENDED:
        raise NotFound("employer_unknown")
    return row


def choose(session: Session, account: PhoneAccount, token: str, public_id: str, now: datetime) -> Hat:
    """Say for which employer this browser acts from now on.

    Raises:
        NotFound: ``employer_unknown``: not one of the account's.
    """
    for hat in hats_of(session, account):
        if hat.public_id == public_id:
            phones.remember_employer(session, token, hat.id)
            fields = {"employer_account": hat.id}
            scope = scope_of(account, hat)
            audit.record(session, scope, "employer.chosen", "phone_account", account.id, now, fields=fields)
            return hat
    raise NotFound("employer_unknown")


def scope_of(account: PhoneAccount, hat: Hat) -> Scope:
    """What an account may see for an employer: nothing of any organisation before it is approved."""
    return Scope(Role.EMPLOYER, account.public_id, hat.tenant_id, None, hat.organisation_id)


def appoint(
    session: Session, scope: Scope, account: PhoneAccount, organisation: Organisation, now: datetime
) -> EmployerAccount:
    """Let an account act for an employer; the caller has seen that it may."""
    row = EmployerAccount(
        account_id=account.id,
        tenant_id=organisation.tenant_id,
        organisation_id=organisation.id,
        state=Standing.APPROVED,
        name=organisation.name,
        credit_code=organisation.credit_code,
        county=organisation.county,
        account_class=AccountClass.DIRECT,
        decided_at=now,
        proved_at=now,
        created_at=now,
        touched_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(session, scope, "employer.appointed", "employer_account", row.id, now)
    return row
