"""Likely doubles settled by somebody who looked: one person twice, or two people.

A merge keeps one record.  Facts, spells, history and what sheets said move to it where it has none of its
own; the other row is deleted, its number is free, its document leaves the index, and a pointer from its
public id to the kept person stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.scope import Scope
from matching.crypto import Keyring
from matching.errors import DomainError, Forbidden, NotFound, StaleVersion
from matching.notices.kinds import Party
from matching.notices.service import move_recipient
from matching.outbox.events import JobseekerMerged
from matching.outbox.service import emit_erased
from matching.people.codes import ConsentKind, LinkedBy
from matching.people.consents import standing
from matching.people.facts import JOBSEEKER, MEMBER, SEALED, Facts, stored_facts
from matching.people.models import (
    AccountLink,
    Consent,
    CorrectionRequest,
    EmploymentSpell,
    Household,
    ImportedFacts,
    Jobseeker,
    Member,
    MergedPerson,
    OwnStatement,
    Registration,
    ToldApart,
    WillingnessRecord,
)
from matching.people.person_writer import PersonWriter, finish
from matching.people.queries import member_in_scope

#: Facts of the person alone; those of the household and her place in it are not taken over.
OWN = (frozenset({*MEMBER, *SEALED, *JOBSEEKER, "willingness"})) - {"relation", "person_code"}


#: (session, scope, row that stays, row that goes, now): both are jobseekers, and both still stand.
Carry = Callable[[Session, Scope, int, int, datetime], None]


@dataclass(frozen=True, slots=True)
class Version:
    """A person as the page showed them."""

    public_id: str
    version: int


def tell_apart(session: Session, scope: Scope, first: str, second: str, now: datetime) -> None:
    """Note that two likely doubles are two people: the pair is not listed again.

    Raises:
        Forbidden: ``not_allowed``. NotFound: ``person_unknown``. DomainError: ``not_doubles``.
    """
    one, other = _pair(session, scope, first, second)
    low, high = sorted((one.id, other.id))
    if session.get(ToldApart, (low, high)) is None:
        session.add(ToldApart(first_id=low, second_id=high, told_at=now))
        session.flush()
    for member in (one, other):
        audit.record(session, scope, "member.told_apart", "member", member.id, now)


def merge(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    kept: Version,
    closed: Version,
    *,
    carry: Carry,
    today: date,
    now: datetime,
) -> Member:
    """Make one person of two records.

    Args:
        kept: stays, with all that it says.
        closed: gives what the other does not say, and goes.
        carry: moves what rooms above this one keep of the person that goes.

    Raises:
        Forbidden: ``not_allowed``. NotFound: ``person_unknown``. DomainError: ``not_doubles``,
            ``ledger_record_kept``. StaleVersion: ``changed_meanwhile``. FactRefused: the facts together
            cannot be so.
    """
    keeper, goer = _pair(session, scope, kept.public_id, closed.public_id)
    if (keeper.version, goer.version) != (kept.version, closed.version):
        raise StaleVersion("changed_meanwhile")
    if _waits(session, keeper) and not _waits(session, goer):
        # Whoever registered alone under this name would see all that the ledger knows of the person.
        raise DomainError("ledger_record_kept")
    taken = _facts_to_take(session, keyring, keeper, goer)
    if _waits(session, goer):
        # Nor does that telephone become the one that opens the person's data.
        taken.pop("phone", None)
    # The number of the one that goes may be the very fact that is taken over.
    goer.id_index = None
    session.flush()
    person = PersonWriter(session, keyring, keeper, today, now, scope)
    changed = person.apply(taken)
    marks = {name: day for name, day in goer.by_hand.items() if name in changed}
    keeper.by_hand = {**marks, **keeper.by_hand}
    _move_history(session, keeper.id, goer.id)
    _move_links(session, keeper.id, goer.id)
    _move_consents(session, keeper.id, goer.id)
    _move_statements(session, keeper.id, goer.id)
    if session.get(Jobseeker, keeper.id) is not None:
        carry(session, scope, keeper.id, goer.id, now)
    _close(session, keeper, goer, now)
    person.finish()
    fields = {"columns": sorted(changed), "closed": goer.public_id}
    audit.record(session, scope, "member.merged", "member", keeper.id, now, fields=fields)
    audit.record(session, scope, "member.closed", "member", goer.id, now, fields={"kept": keeper.public_id})
    return keeper


def check_pair(session: Session, scope: Scope, first: str, second: str) -> None:
    """See that two people are likely doubles of this scope, before they are shown side by side.

    Raises:
        Forbidden: ``not_allowed``. NotFound: ``person_unknown``. DomainError: ``not_doubles``.
    """
    _pair(session, scope, first, second, lock=False)


def kept_instead(session: Session, scope: Scope, public_id: str) -> str | None:
    """The person into whom one that is gone was merged, if this actor may see them."""
    member_id = session.scalar(select(MergedPerson.member_id).where(MergedPerson.public_id == public_id))
    kept = session.get(Member, member_id) if member_id is not None else None
    try:
        return member_in_scope(session, scope, kept.public_id).public_id if kept else None
    except NotFound:
        return None


def _pair(
    session: Session, scope: Scope, first: str, second: str, *, lock: bool = True
) -> tuple[Member, Member]:
    if not scope.changes:
        raise Forbidden("not_allowed")
    # Always locked in one order, so that two who decide at once wait for each other instead of for good.
    found = {name: member_in_scope(session, scope, name, lock=lock) for name in sorted({first, second})}
    one, other = found[first], found[second]
    alike = (one.tenant_id, one.name, one.birth_date) == (other.tenant_id, other.name, other.birth_date)
    if one is other or not alike or one.birth_date is None:
        raise DomainError("not_doubles")
    return one, other


def _facts_to_take(session: Session, keyring: Keyring, keeper: Member, goer: Member) -> Facts:
    known, offered = (_facts(session, keyring, member) for member in (keeper, goer))
    taken = {name: value for name, value in offered.items() if name in OWN and name not in known}
    if "id_number" not in taken:
        taken.pop("id_type", None)
    else:
        taken["id_type"] = offered["id_type"]
    return taken


def _facts(session: Session, keyring: Keyring, member: Member) -> Facts:
    household = session.get_one(Household, member.household_id)
    return stored_facts(keyring, household, member, session.get(Jobseeker, member.id))


def _waits(session: Session, member: Member) -> bool:
    row = session.get(Registration, member.id)
    return row is not None and row.confirmed_at is None


def _move_history(session: Session, keeper: int, goer: int) -> None:
    seeker, other = session.get(Jobseeker, keeper), session.get(Jobseeker, goer)
    if seeker is not None and other is not None:
        seeker.matching_on = seeker.matching_on and other.matching_on
        spells = EmploymentSpell.jobseeker_id == goer
        if _has_open_spell(session, keeper):
            # Both name the present work; the kept record's word stands.
            spells &= EmploymentSpell.ended_on.is_not(None)
        session.execute(update(EmploymentSpell).where(spells).values(jobseeker_id=keeper))
        session.execute(
            update(WillingnessRecord)
            .where(WillingnessRecord.jobseeker_id == goer)
            .values(jobseeker_id=keeper)
        )
    known = select(ImportedFacts.source).where(ImportedFacts.member_id == keeper)
    sources = session.scalars(known).all()
    session.execute(
        update(ImportedFacts)
        .where(ImportedFacts.member_id == goer, ImportedFacts.source.not_in(sources))
        .values(member_id=keeper)
    )


def _move_consents(session: Session, keeper: int, goer: int) -> None:
    """Both records' answers are this person's; the newest one counts."""
    session.execute(update(Consent).where(Consent.member_id == goer).values(member_id=keeper))
    seeker = session.get(Jobseeker, keeper)
    if seeker is not None:
        seeker.findable = standing(session, keeper, ConsentKind.BE_FOUND)


def _move_statements(session: Session, keeper: int, goer: int) -> None:
    """What one record answered the person has answered; what she asked to be put right still waits."""
    asked = session.scalars(select(OwnStatement.question).where(OwnStatement.member_id == keeper)).all()
    session.execute(
        update(OwnStatement)
        .where(OwnStatement.member_id == goer, OwnStatement.question.not_in(asked))
        .values(member_id=keeper)
    )
    requests = update(CorrectionRequest).where(CorrectionRequest.member_id == goer)
    session.execute(requests.values(member_id=keeper))


def _move_links(session: Session, keeper: int, goer: int) -> None:
    """Accounts that proved who it is go on with the kept record; who only registered proves it anew."""
    held = select(AccountLink.account_id).where(AccountLink.member_id == keeper)
    accounts = session.scalars(held).all()
    session.execute(
        update(AccountLink)
        .where(
            AccountLink.member_id == goer,
            AccountLink.account_id.not_in(accounts),
            AccountLink.how != LinkedBy.REGISTERED,
        )
        .values(member_id=keeper)
    )


def _has_open_spell(session: Session, jobseeker_id: int) -> bool:
    which: Any = (EmploymentSpell.jobseeker_id == jobseeker_id) & EmploymentSpell.ended_on.is_(None)
    return bool(session.scalar(select(func.count()).select_from(EmploymentSpell).where(which)))


def _close(session: Session, keeper: Member, goer: Member, now: datetime) -> None:
    # Earlier pointers to the one that goes now lead on.
    session.execute(update(MergedPerson).where(MergedPerson.member_id == goer.id).values(member_id=keeper.id))
    session.add(MergedPerson(public_id=goer.public_id, member_id=keeper.id, merged_at=now))
    if session.get(Jobseeker, goer.id) is not None:
        emit_erased(session, JobseekerMerged, [goer.id], now)
    move_recipient(session, Party("member", goer.id), Party("member", keeper.id))
    home = goer.household_id
    session.flush()
    # The rows that hang on a member go with it, by the database's own cascade.
    session.execute(delete(Member).where(Member.id == goer.id))
    if session.scalar(select(func.count()).select_from(Member).where(Member.household_id == home)):
        finish(session, {home}, (), now)
    else:
        session.execute(delete(Household).where(Household.id == home))
