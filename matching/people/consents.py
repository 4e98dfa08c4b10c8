"""Consent of a person: asked one question at a time, answered yes or no, taken back at any time.

Each answer is a row and none is ever changed into another; the newest one counts.  A no is an answer too: it
keeps the question away for 30 days (网络数据安全管理条例 22(5)).  Sources: PIPL 15 (taking back), 23 (the
receiver by name), 24 (being found), 29 (sensitive facts apart), 49 (somebody acts for a person).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.models import Organisation, Role, User
from matching.accounts.scope import Scope
from matching.errors import DomainError, Forbidden, NotFound
from matching.notices.kinds import Kind, Party
from matching.notices.service import notify
from matching.outbox.events import JobseekerChanged
from matching.outbox.service import emit
from matching.people.codes import ConsentKind, GivenBy, ToldBy
from matching.people.masking import mask_name
from matching.people.models import Consent, Jobseeker, Member
from matching.people.queries import member_in_scope, people_in

#: A refused or withdrawn question is not put again before so much time has passed.
ASK_AGAIN_AFTER = timedelta(days=30)
#: The text that is shown now; older answers keep the version of theirs.
TEXT_VERSION = dict.fromkeys(ConsentKind, "2026-11")


def member_spoken_for(
    session: Session, scope: Scope, person: str, me: int | None, *, lock: bool = False
) -> Member:
    """The person for whom this actor may speak: oneself, or somebody of a helper's area.

    Args:
        person: public id of the member.
        me: row of the member as whom a jobseeker is signed in; the doorstep has proved it.  None for staff.

    Raises:
        NotFound: ``person_unknown``, also for anybody else.
    """
    if scope.role != Role.JOBSEEKER:
        return member_in_scope(session, scope, person, lock=lock)
    statement = select(Member).where(Member.public_id == person, Member.id == me)
    if scope.tenant_id is not None:
        statement = statement.where(Member.tenant_id == scope.tenant_id)
    found = session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound("person_unknown")
    return found


def answer(
    session: Session,
    scope: Scope,
    member: Member,
    kind: ConsentKind,
    *,
    agreed: bool,
    now: datetime,
    receiver_id: int | None = None,
) -> Consent:
    """Note a person's yes or no.  A yes that stands already is not noted twice.

    Args:
        member: from :func:`member_spoken_for`, locked.
        receiver_id: the organisation that gets name and telephone, for ``pass_to_employer`` only.

    Raises:
        Forbidden: ``not_allowed``.
        DomainError: ``receiver_needed``; ``not_a_jobseeker``: only jobseekers can be found.
    """
    by = given_by(scope)
    if (receiver_id is not None) != (kind is ConsentKind.PASS_TO_EMPLOYER):
        raise DomainError("receiver_needed")
    newest = _newest(session, member.id, kind, receiver_id)
    if agreed and newest is not None and _holds(newest):
        return newest
    if kind is ConsentKind.BE_FOUND:
        _set_flag(session, member.id, "findable", agreed, now)
    given = Consent(
        member_id=member.id,
        kind=kind.value,
        receiver_id=receiver_id,
        agreed=agreed,
        text_version=TEXT_VERSION[kind],
        given_at=now,
        given_by=by.value,
        helper_id=scope.user_id if by is GivenBy.HELPER else None,
    )
    session.add(given)
    session.flush()
    _audit(session, scope, "consent.given" if agreed else "consent.refused", given, now)
    # That an application was made, and with it the telephone passed on, is one event and one message.
    if by is GivenBy.HELPER and kind is not ConsentKind.PASS_TO_EMPLOYER:
        _tell(session, member, given, now)
    return given


def _tell(session: Session, member: Member, given: Consent, now: datetime) -> None:
    """The person learns what a helper noted for her (PIPL 49), by phone or on paper."""
    facts = {"consent": given.id}
    notify(
        session,
        kind=Kind.CONSENT_GIVEN,
        event_key=f"consent:{given.id}",
        recipient=Party("member", member.id),
        subject=Party("consent", given.id),
        facts=facts if given.helper_id is None else {**facts, "user": given.helper_id},
        now=now,
        tenant_id=member.tenant_id,
    )


def withdraw(
    session: Session,
    scope: Scope,
    member: Member,
    kind: ConsentKind,
    *,
    now: datetime,
    receiver_id: int | None = None,
) -> None:
    """Take a standing yes back; without one nothing happens.

    Args:
        member: from :func:`member_spoken_for`, locked.

    Raises:
        Forbidden: ``not_allowed``.
    """
    given_by(scope)
    newest = _newest(session, member.id, kind, receiver_id)
    if newest is None or not _holds(newest):
        return
    newest.withdrawn_at = now
    if kind is ConsentKind.BE_FOUND:
        _set_flag(session, member.id, "findable", False, now)
    _audit(session, scope, "consent.withdrawn", newest, now)


def switch_matching(session: Session, scope: Scope, member: Member, *, on: bool, now: datetime) -> None:
    """Switch automatic matching off or on again for a person (PIPL 24); lists then go by distance and day.

    Args:
        member: from :func:`member_spoken_for`, locked.

    Raises:
        Forbidden: ``not_allowed``. DomainError: ``not_a_jobseeker``.
    """
    given_by(scope)
    if _set_flag(session, member.id, "matching_on", on, now):
        fields = {"columns": ["matching_on"]}
        audit.record(session, scope, "member.matching_switched", "member", member.id, now, fields=fields)


def standing(session: Session, member_id: int, kind: ConsentKind, *, receiver_id: int | None = None) -> bool:
    """Whether a person's yes to a question stands."""
    newest = _newest(session, member_id, kind, receiver_id)
    return newest is not None and _holds(newest)


def may_ask(
    session: Session, member_id: int, kind: ConsentKind, now: datetime, *, receiver_id: int | None = None
) -> bool:
    """Whether the question may be put: no yes stands, and the last no is 30 days old."""
    newest = _newest(session, member_id, kind, receiver_id)
    if newest is None:
        return True
    return not _holds(newest) and (newest.withdrawn_at or newest.given_at) + ASK_AGAIN_AFTER <= now


@dataclass(frozen=True, slots=True)
class Untold:
    """A helper's answer of which the person has not been told; the name is masked."""

    id: int
    person: str
    name: str
    kind: str
    given_at: datetime


def untold(session: Session, scope: Scope, *, limit: int = 50) -> list[Untold]:
    """Helpers' answers for people of the scope who have yet to be told, the oldest first."""
    rows = session.execute(
        select(Consent.id, Member.public_id, Member.name, Consent.kind, Consent.given_at)
        .join(Member, Member.id == Consent.member_id)
        .where(people_in(scope), Consent.given_by == GivenBy.HELPER, Consent.told_at.is_(None))
        .order_by(Consent.given_at, Consent.id)
        .limit(limit)
    )
    return [Untold(row.id, row.public_id, mask_name(row.name), row.kind, row.given_at) for row in rows]


def mark_told(session: Session, scope: Scope, consent_id: int, how: ToldBy, now: datetime) -> None:
    """Note that a person was told of what a helper answered for them (P14).

    Raises:
        NotFound: ``consent_unknown``: none, one's own answer, or of somebody outside the scope.
    """
    consent = session.get(Consent, consent_id)
    member = session.get(Member, consent.member_id) if consent else None
    if consent is None or member is None or consent.given_by != GivenBy.HELPER:
        raise NotFound("consent_unknown")
    member_in_scope(session, scope, member.public_id)
    if consent.told_at is None:
        consent.told_at, consent.told_by = now, how.value
        _audit(session, scope, "consent.told", consent, now)


def passing_untold(session: Session, member_id: int, receiver_id: int) -> list[int]:
    """A person's answers about one receiver that a helper gave for her and of which she was not told."""
    rows = session.scalars(
        select(Consent.id).where(
            Consent.member_id == member_id,
            Consent.kind == ConsentKind.PASS_TO_EMPLOYER,
            Consent.receiver_id == receiver_id,
            Consent.given_by == GivenBy.HELPER,
            Consent.told_at.is_(None),
        )
    )
    return list(rows)


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One answer as the person and their helper may read it.

    Args:
        receiver: name of the organisation that gets name and telephone, and its row.
        helper: name of the helper who answered for the person.
        holds: whether it is a yes that stands.
    """

    id: int
    kind: str
    receiver: str | None
    agreed: bool
    text_version: str
    given_at: datetime
    given_by: str
    helper: str | None
    withdrawn_at: datetime | None
    told_at: datetime | None
    holds: bool
    receiver_id: int | None


def history(session: Session, scope: Scope, person: str, *, me: int | None = None) -> list[ConsentLine]:
    """All answers of a person, newest first.

    Args:
        person, me: as for :func:`member_spoken_for`.

    Raises:
        NotFound: ``person_unknown``.
    """
    member = member_spoken_for(session, scope, person, me)
    rows = session.execute(
        select(Consent, Organisation.name, User.name)
        .outerjoin(Organisation, Organisation.id == Consent.receiver_id)
        .outerjoin(User, User.id == Consent.helper_id)
        .where(Consent.member_id == member.id)
        .order_by(Consent.given_at.desc(), Consent.id.desc())
    )
    newest: set[tuple[str, int | None]] = set()
    lines = []
    for row, receiver, helper in rows:
        question = (row.kind, row.receiver_id)
        holds = question not in newest and _holds(row)
        newest.add(question)
        lines.append(
            ConsentLine(
                row.id,
                row.kind,
                receiver,
                row.agreed,
                row.text_version,
                row.given_at,
                row.given_by,
                helper,
                row.withdrawn_at,
                row.told_at,
                holds,
                row.receiver_id,
            )
        )
    return lines


def given_by(scope: Scope) -> GivenBy:
    """Whose hand answers under this scope.

    Raises:
        Forbidden: ``not_allowed``.
    """
    if scope.role == Role.JOBSEEKER:
        return GivenBy.SELF
    if not scope.changes:
        raise Forbidden("not_allowed")
    return GivenBy.HELPER


def _holds(consent: Consent) -> bool:
    return consent.agreed and consent.withdrawn_at is None


def _newest(session: Session, member_id: int, kind: ConsentKind, receiver_id: int | None) -> Consent | None:
    return session.scalar(
        select(Consent)
        .where(
            Consent.member_id == member_id,
            Consent.kind == kind,
            Consent.receiver_id.is_(None) if receiver_id is None else Consent.receiver_id == receiver_id,
        )
        .order_by(Consent.given_at.desc(), Consent.id.desc())
        .limit(1)
    )


def _set_flag(session: Session, member_id: int, name: str, value: bool, now: datetime) -> bool:
    """Set a flag of the jobseeker and tell matching; returns whether it changed."""
    seeker = session.get(Jobseeker, member_id, with_for_update=True)
    if seeker is None:
        raise DomainError("not_a_jobseeker")
    if getattr(seeker, name) == value:
        return False
    setattr(seeker, name, value)
    seeker.version += 1
    seeker.touched_at = now
    emit(session, JobseekerChanged(seeker.id), now)
    return True


def _audit(session: Session, scope: Scope, action: str, consent: Consent, now: datetime) -> None:
    fields = {"columns": [consent.kind], "text": consent.text_version, "receiver": consent.receiver_id}
    audit.record(session, scope, action, "member", consent.member_id, now, fields=fields)
