"""Finding an organisation by what an operator types."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matching.accounts.models import Organisation, OrganisationKind
from matching.errors import DomainError, NotFound

#: Names listed in a sentence.
LISTED = 20


def organisation_by(session: Session, wanted: str) -> Organisation:
    """The organisation of this name or public id, in whatever tenant.

    Raises:
        NotFound: ``organisation_unknown``.
        DomainError: ``organisation_ambiguous``: two tenants have one of this name.
    """
    wanted = " ".join(wanted.split())
    found = session.scalars(
        select(Organisation)
        .where(or_(Organisation.name == wanted, Organisation.public_id == wanted))
        .order_by(Organisation.id)
    ).all()
    if not found:
        raise NotFound("organisation_unknown", organisation=wanted)
    if len(found) > 1:
        raise DomainError("organisation_ambiguous", names="、".join(f"{one.public_id}" for one in found))
    return found[0]


def importing_organisation(session: Session, wanted: str | None) -> Organisation:
    """Whose import it is: the one named, else the only one that is not an employer.

    Raises:
        NotFound: ``organisation_unknown``.
        DomainError: ``organisation_ambiguous``, ``organisation_none``.
    """
    if wanted is not None:
        return organisation_by(session, wanted)
    found = session.scalars(
        select(Organisation)
        .where(Organisation.kind != OrganisationKind.EMPLOYER)
        .order_by(Organisation.id)
        .limit(LISTED)
    ).all()
    if not found:
        raise DomainError("organisation_none")
    if len(found) > 1:
        raise DomainError("organisation_ambiguous", names="、".join(one.name for one in found))
    return found[0]
