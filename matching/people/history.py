"""What happened to a person: work, wishes, where facts came from, and who touched them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts.models import AuditEvent, Organisation, PhoneAccount, User
from matching.accounts.scope import Scope
from matching.people.models import EmploymentSpell, ImportedFacts, Member, WillingnessRecord
from matching.people.person_rows import person_families
from matching.people.queries import people_in
from matching.people.words import OWN_ACCOUNT


@dataclass(frozen=True, slots=True)
class Spell:
    """A period of work."""

    employer: str | None
    place: str | None
    channel: str | None
    started_on: date | None
    ended_on: date | None
    monthly_income_cents: int | None


def spells(session: Session, scope: Scope, member_id: int) -> list[Spell]:
    """Periods of work of a person in scope, the present one first."""
    rows = session.scalars(
        select(EmploymentSpell)
        .join(Member, Member.id == EmploymentSpell.jobseeker_id)
        .where(Member.id == member_id, people_in(scope))
        .order_by(EmploymentSpell.ended_on.is_not(None), EmploymentSpell.id.desc())
    )
    return [
        Spell(
            row.employer_name, row.place, row.channel, row.started_on, row.ended_on, row.monthly_income_cents
        )
        for row in rows
    ]


def willingness_history(session: Session, scope: Scope, member_id: int) -> list[tuple[date, str]]:
    """What a person in scope said about wanting work, newest first."""
    rows = session.execute(
        select(WillingnessRecord.stated_on, WillingnessRecord.value)
        .join(Member, Member.id == WillingnessRecord.jobseeker_id)
        .where(Member.id == member_id, people_in(scope))
        .order_by(WillingnessRecord.stated_on.desc(), WillingnessRecord.id.desc())
    )
    return list(rows.all())


@dataclass(frozen=True, slots=True)
class Source:
    """A sheet's family and organisation that stated something of a person, and which fields."""

    family: str
    organisation: str
    fields: tuple[str, ...]


def sources(session: Session, scope: Scope, member_id: int) -> list[Source]:
    """Where a person's facts came from."""
    rows = session.scalars(
        select(ImportedFacts)
        .join(Member, Member.id == ImportedFacts.member_id)
        .where(Member.id == member_id, people_in(scope))
    ).all()
    families = person_families()
    found = []
    for row in rows:
        family, _, number = row.source.rpartition("@")
        organisation = session.get(Organisation, int(number)) if number.isdigit() else None
        title = families[family].title if family in families else family
        found.append(Source(title, organisation.name if organisation else number, tuple(sorted(row.fields))))
    return found


@dataclass(frozen=True, slots=True)
class Event:
    """One audited act.

    Args:
        action: stable verb.
        who: name of the user and organisation, "own telephone", or the action's machine.
        columns: fields concerned, without values.
    """

    at: datetime
    action: str
    who: str
    columns: tuple[str, ...]
    reason: str | None


def events(session: Session, subject_kind: str, subject_id: int, limit: int = 50) -> list[Event]:
    """What was done to a thing that the caller has found within its scope, newest first."""
    rows = session.execute(
        select(AuditEvent, User.name, Organisation.name, PhoneAccount.id)
        .outerjoin(User, User.public_id == AuditEvent.actor)
        .outerjoin(Organisation, Organisation.id == AuditEvent.organisation_id)
        .outerjoin(PhoneAccount, PhoneAccount.public_id == AuditEvent.actor)
        .where(AuditEvent.subject_kind == subject_kind, AuditEvent.subject_id == subject_id)
        .order_by(AuditEvent.id.desc())
        .limit(limit)
    ).all()
    return [
        Event(
            row.at,
            row.action,
            " / ".join(part for part in (organisation, user) if part)
            or (OWN_ACCOUNT if account else row.actor),
            tuple(row.fields.get("columns", ())),
            row.reason,
        )
        for row, user, organisation, account in rows
    ]
