"""People by hand: added, corrected, opened for a look, and offers of sheets decided.

Opening, correcting, adding and deciding are audited in the transaction that does them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.models import Tenant
from matching.accounts.scope import Scope
from matching.crypto import Keyring
from matching.errors import DomainError, Forbidden, NotFound, StaleVersion
from matching.people.facts import Facts
from matching.people.ledger_facts import person_facts
from matching.people.masking import UNMASKABLE
from matching.people.models import Household, ImportConflict, Member
from matching.people.person_rows import PersonRow
from matching.people.person_writer import SHARED, FactRefused, PersonWriter
from matching.people.queries import household_phone, member_in_scope, opened
from matching.people.worklists import offered_value
from matching.sheets.chunks import from_list, to_list

SHORTEST_REASON, LONGEST_REASON = 2, 200


def unmask(
    session: Session, scope: Scope, keyring: Keyring, public_id: str, field: str, reason: str, now: datetime
) -> Any:
    """One closed fact in clear, for a reason; the look is audited in the same transaction.

    Args:
        field: one of :data:`masking.UNMASKABLE`.

    Returns:
        The fact as stored; None when nothing is stated.

    Raises:
        NotFound: ``person_unknown``. Forbidden: ``not_allowed``. DomainError: ``reason_needed``.
    """
    if not scope.changes or field not in UNMASKABLE:
        raise Forbidden("not_allowed")
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if len(reason) < SHORTEST_REASON:
        raise DomainError("reason_needed")
    member = member_in_scope(session, scope, public_id)
    audit.record(
        session,
        scope,
        "member.unmasked",
        "member",
        member.id,
        now,
        fields={"columns": [field]},
        reason=reason,
    )
    if field == "name":
        return member.name
    if field == "household_phone":
        return household_phone(keyring, session.get_one(Household, member.household_id))
    return opened(keyring, member.sealed).get(field)


def correct_person(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    public_id: str,
    version: int,
    changes: Mapping[str, Any],
    *,
    today: date,
    now: datetime,
) -> Member:
    """Correct facts of a person; an import does not overwrite them later but offers what it says.

    Args:
        version: of the member as the form showed it.
        changes: field → new value; None takes a fact away. Fields that say what is stored already are passed
            over.

    Raises:
        NotFound, Forbidden; StaleVersion: ``changed_meanwhile``; FactRefused: a fact cannot be so.
    """
    if not scope.changes:
        raise Forbidden("not_allowed")
    member = member_in_scope(session, scope, public_id, lock=True)
    if member.version != version:
        raise StaleVersion("changed_meanwhile")
    person = PersonWriter(session, keyring, member, today, now, scope)
    changed = person.apply(changes)
    if not changed:
        return member
    marks = {name: today.isoformat() for name in changed}
    member.by_hand = {**member.by_hand, **marks}
    shared = {name: day for name, day in marks.items() if name in SHARED}
    if shared:
        _mark_household(session, member, shared)
    person.finish()
    audit.record(
        session, scope, "member.corrected", "member", member.id, now, fields={"columns": sorted(changed)}
    )
    return member


def _mark_household(session: Session, member: Member, marks: Mapping[str, str]) -> None:
    others = select(Member).where(Member.household_id == member.household_id, Member.id != member.id)
    for other in session.scalars(others):
        other.by_hand = {**other.by_hand, **marks}


def add_person(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    household: Household,
    facts: Mapping[str, Any],
    *,
    public_id: str,
    today: date,
    now: datetime,
) -> Member:
    """Add a person to a household of the scope.

    Args:
        household: from :func:`households.household_for`.
        public_id: made with the form: the same form sent twice gives the same person.

    Raises:
        FactRefused: ``person_exists`` (``person`` is the public id of the one known),
            ``person_elsewhere``, or a fact cannot be so.
    """
    if not scope.changes:
        raise Forbidden("not_allowed")
    stated = {name: value for name, value in facts.items() if value is not None}
    if not stated.get("name"):
        raise FactRefused("name_needed", "name")
    if not stated.get("id_number"):
        raise FactRefused("id_needed", "id_number")
    member = Member(
        public_id=public_id,
        tenant_id=household.tenant_id,
        household_id=household.id,
        county=household.county,
        name=stated["name"],
        by_hand={name: today.isoformat() for name in stated},
        missing=[],
        version=0,
        created_at=now,
        touched_at=now,
    )
    person = PersonWriter(session, keyring, member, today, now, scope)
    person.apply(stated)
    person.finish()
    audit.record(session, scope, "member.added", "member", member.id, now, fields={"columns": sorted(stated)})
    return member


def resolve_conflict(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    conflict_id: int,
    *,
    take: bool,
    today: date,
    now: datetime,
) -> Member:
    """Decide what a sheet offered: take it, or keep what was corrected by hand.

    Raises:
        NotFound: ``conflict_unknown``: none, decided already, or of another county or tenant.
    """
    if not scope.changes:
        raise Forbidden("not_allowed")
    conflict = session.get(ImportConflict, conflict_id, with_for_update=True)
    owner = session.get(Member, conflict.member_id) if conflict else None
    if conflict is None or owner is None or conflict.resolved_at is not None:
        raise NotFound("conflict_unknown")
    member = member_in_scope(session, scope, owner.public_id, lock=True)
    conflict.resolved_at = now
    if take:
        person = PersonWriter(session, keyring, member, today, now, scope)
        person.apply(_offered(session, keyring, member, conflict))
        member.by_hand = {name: day for name, day in member.by_hand.items() if name != conflict.field}
        person.finish()
    action = "conflict.taken" if take else "conflict.kept"
    audit.record(session, scope, action, "member", member.id, now, fields={"columns": [conflict.field]})
    return member


def _offered(session: Session, keyring: Keyring, member: Member, conflict: ImportConflict) -> Facts:
    """The offered value of a sheet's field, as the facts that columns are made of."""
    names = [field.name for field in fields_of(PersonRow)]
    values = to_list(PersonRow())
    values[names.index(conflict.field)] = offered_value(keyring, conflict.offered)
    row = from_list(PersonRow, values)
    prefecture = session.get_one(Tenant, member.tenant_id).prefecture
    facts = person_facts(row, None, prefecture)
    return {name: value for name, value in facts.items() if name == conflict.field}
