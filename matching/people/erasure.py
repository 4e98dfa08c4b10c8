"""A person deletes her data (PIPL 47): what she gave herself goes, what an office must keep is only kept.

Who registered alone and was never confirmed, and never worked through us, goes as a whole.  Of everybody else
the ledger stays: it is kept to carry out a statutory duty (PIPL 13(3), 47 last paragraph), and records of
service are kept for three years.  It is stored and no longer used: no matching, no list, nobody is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from matching.accounts import audit, phones
from matching.accounts.models import PhoneAccount
from matching.accounts.scope import Scope
from matching.crypto import Keyring
from matching.notices.kinds import Party
from matching.notices.service import forget_recipient
from matching.outbox.events import JobseekerChanged, JobseekerErased
from matching.outbox.service import emit, emit_erased
from matching.people.consents import member_spoken_for
from matching.people.models import (
    AccountLink,
    Consent,
    CorrectionRequest,
    EmploymentSpell,
    HelperCode,
    Household,
    Jobseeker,
    Member,
    OwnStatement,
    Registration,
    WillingnessRecord,
)
from matching.people.own import profile
from matching.people.person_writer import BY_HERSELF, PersonWriter
from matching.people.questions import FIELDS


@dataclass(frozen=True, slots=True)
class Erased:
    """What a deletion came to.

    Args:
        whole: nothing of the person is left.
        signed_out: the account had nobody else, so it is closed and its number forgotten.
    """

    whole: bool
    signed_out: bool


def goes_as_a_whole(session: Session, member_id: int) -> bool:
    """Whether nothing obliges an office to keep anything of this person."""
    waits = exists().where(Registration.member_id == member_id, Registration.confirmed_at.is_(None))
    worked = exists().where(EmploymentSpell.jobseeker_id == member_id)
    return bool(session.scalar(select(waits & ~worked)))


def erase(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    account: PhoneAccount,
    person: str,
    *,
    me: int,
    today: date,
    now: datetime,
) -> Erased:
    """Delete what a person may have deleted, at once.

    Args:
        account: of which the person is taken off, as off every other one.
        person, me: as for :func:`consents.member_spoken_for`.

    Raises:
        NotFound: ``person_unknown``.
    """
    member = member_spoken_for(session, scope, person, me, lock=True)
    whole = goes_as_a_whole(session, member.id)
    if whole:
        audit.record(session, scope, "member.erased", "member", member.id, now, fields={"whole": True})
        erase_member(session, member, now)
    else:
        _take_back(session, scope, keyring, member, me, today, now)
        audit.record(session, scope, "member.erased", "member", member.id, now, fields={"whole": False})
    others = select(AccountLink.id).where(
        AccountLink.account_id == account.id, AccountLink.ended_at.is_(None)
    )
    signed_out = session.scalar(others.limit(1)) is None
    if signed_out:
        phones.close(session, session.get_one(PhoneAccount, account.id), now)
    return Erased(whole, signed_out)


def erase_member(session: Session, member: Member, now: datetime) -> None:
    """Take a person out with all rows that hang on her, and the household if nobody is left in it."""
    if session.get(Jobseeker, member.id) is not None:
        emit_erased(session, JobseekerErased, [member.id], now)
    forget_recipient(session, Party("member", member.id))
    household_id = member.household_id
    session.flush()
    # The rows that hang on a member go with it, by the database's own cascade.
    session.execute(delete(Member).where(Member.id == member.id))
    if not session.scalar(select(func.count()).where(Member.household_id == household_id)):
        session.execute(delete(Household).where(Household.id == household_id))


def _take_back(
    session: Session, scope: Scope, keyring: Keyring, member: Member, me: int, today: date, now: datetime
) -> None:
    seeker = session.get(Jobseeker, member.id, with_for_update=True)
    if seeker is not None:
        answers = profile(session, scope, keyring, member.public_id, me=me).answers
        said = [field for name, answer in answers.items() if answer.own for field in FIELDS[name]]
        writer = PersonWriter(session, keyring, member, today, now, scope)
        if writer.apply(dict.fromkeys(said)):
            writer.finish()
        member.by_hand = {name: day for name, day in member.by_hand.items() if name not in said}
        seeker.matching_on = seeker.findable = False
        seeker.version += 1
        seeker.touched_at = now
        emit(session, JobseekerChanged(seeker.id), now)
    for table in (OwnStatement, CorrectionRequest, HelperCode):
        session.execute(delete(table).where(table.member_id == member.id))
    session.execute(
        delete(WillingnessRecord).where(
            WillingnessRecord.jobseeker_id == member.id, WillingnessRecord.source == BY_HERSELF
        )
    )
    links = update(AccountLink).where(AccountLink.member_id == member.id, AccountLink.ended_at.is_(None))
    session.execute(links.values(ended_at=now))
    yeses = update(Consent).where(Consent.member_id == member.id, Consent.withdrawn_at.is_(None))
    session.execute(yeses.values(withdrawn_at=now))
    session.expire_all()
