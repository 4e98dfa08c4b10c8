"""A person says that something an office wrote down is wrong (PIPL 46); the office looks and answers.

What the person herself said she changes at once, by the eight questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.scope import Scope
from matching.crypto import Keyring
from matching.errors import DomainError, Forbidden, NotFound
from matching.people.consents import given_by, member_spoken_for
from matching.people.masking import mask_name
from matching.people.models import CorrectionRequest, Member
from matching.people.my_data import GROUPS, QUESTION_OF, SENSITIVE
from matching.people.queries import CLOSED, member_in_scope, people_in

SEAL = "correction.said"
#: What may be asked to be put right.
CORRECTABLE = tuple(
    name for names in (*GROUPS.values(), SENSITIVE) for name in names if name not in QUESTION_OF
)
LONGEST, MOST_OPEN = 200, 12


def ask(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    person: str,
    field: str,
    said: str,
    *,
    me: int | None = None,
    now: datetime,
) -> CorrectionRequest:
    """Ask an office to put a fact right; asked again before the answer, the new words replace the old ones.

    Args:
        person, me: as for :func:`consents.member_spoken_for`.
        field: of :data:`CORRECTABLE`.
        said: what is right, in the person's words.

    Raises:
        Forbidden: ``not_allowed``. NotFound: ``person_unknown``.
        DomainError: ``field_not_correctable``, ``correction_empty``, ``corrections_enough``.
    """
    given_by(scope)
    if field not in CORRECTABLE:
        raise DomainError("field_not_correctable")
    text = " ".join(said.split())[:LONGEST]
    if not text:
        raise DomainError("correction_empty")
    member = member_spoken_for(session, scope, person, me, lock=True)
    waiting = session.scalars(
        select(CorrectionRequest).where(
            CorrectionRequest.member_id == member.id, CorrectionRequest.settled_at.is_(None)
        )
    ).all()
    request = next((one for one in waiting if one.field == field), None)
    if request is None and len(waiting) >= MOST_OPEN:
        raise DomainError("corrections_enough")
    if request is None:
        request = CorrectionRequest(
            tenant_id=member.tenant_id, member_id=member.id, field=field, created_at=now, sealed=b""
        )
        session.add(request)
    request.sealed = keyring.seal(text.encode(), SEAL)
    session.flush()
    audit.record(session, scope, "correction.asked", "member", member.id, now, fields={"columns": [field]})
    return request


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the person sees it; ``granted`` is None while it waits."""

    field: str
    created_at: datetime
    granted: bool | None
    answer: str | None


def asked(session: Session, scope: Scope, person: str, *, me: int | None = None) -> list[Asked]:
    """What a person asked to be put right, newest first.

    Raises:
        NotFound: ``person_unknown``.
    """
    member = member_spoken_for(session, scope, person, me)
    rows = session.scalars(
        select(CorrectionRequest)
        .where(CorrectionRequest.member_id == member.id)
        .order_by(CorrectionRequest.id.desc())
    )
    return [Asked(row.field, row.created_at, row.granted, row.answer) for row in rows]


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """A request in the office's list.

    Args:
        person: public id; the name is masked.
        said: what is right; None for closed facts, which :func:`open_words` opens.
    """

    public_id: str
    person: str
    name: str
    county: str
    field: str
    said: str | None
    created_at: datetime


def waiting_in(scope: Scope) -> ColumnElement[bool]:
    """The condition for requests within a scope that nobody has answered (joined with ``Member``)."""
    return and_(people_in(scope), CorrectionRequest.settled_at.is_(None))


def count_waiting(session: Session, scope: Scope) -> int:
    """How many requests wait in a scope."""
    rows = select(func.count()).select_from(CorrectionRequest).join(Member).where(waiting_in(scope))
    return session.scalar(rows) or 0


def waiting(
    session: Session, scope: Scope, keyring: Keyring, *, limit: int, offset: int
) -> tuple[int, list[CorrectionLine]]:
    """Requests that wait, the oldest first, closed facts without their words.

    Returns:
        How many there are in all, and the page.
    """
    rows = session.execute(
        select(CorrectionRequest, Member)
        .join(Member, Member.id == CorrectionRequest.member_id)
        .where(waiting_in(scope))
        .order_by(CorrectionRequest.created_at, CorrectionRequest.id)
        .limit(limit)
        .offset(offset)
    )
    lines = [
        CorrectionLine(
            row.public_id,
            member.public_id,
            mask_name(member.name),
            member.county,
            row.field,
            None if _is_closed(row.field) else _said(keyring, row),
            row.created_at,
        )
        for row, member in rows
    ]
    return count_waiting(session, scope), lines


def open_words(session: Session, scope: Scope, keyring: Keyring, public_id: str, now: datetime) -> str:
    """What a person said of a closed fact; the look is audited for her to see.

    Raises:
        Forbidden: ``not_allowed``. NotFound: ``correction_unknown``.
    """
    request, member = _in_scope(session, scope, public_id)
    fields = {"columns": [request.field]}
    audit.record(session, scope, "correction.opened", "member", member.id, now, fields=fields)
    return _said(keyring, request)


def settle(
    session: Session, scope: Scope, public_id: str, *, granted: bool, answer: str, now: datetime
) -> None:
    """Answer a request; the fact itself is corrected on the person's page.

    Args:
        answer: what the person is told; needed for a no.

    Raises:
        Forbidden: ``not_allowed``. NotFound: ``correction_unknown``. DomainError: ``correction_why``.
    """
    request, member = _in_scope(session, scope, public_id)
    told = " ".join(answer.split())[:LONGEST]
    if not granted and not told:
        raise DomainError("correction_why")
    request.settled_at, request.granted, request.answer = now, granted, told or None
    fields = {"columns": [request.field], "granted": granted}
    audit.record(session, scope, "correction.settled", "member", member.id, now, fields=fields)


def _in_scope(session: Session, scope: Scope, public_id: str) -> tuple[CorrectionRequest, Member]:
    if not scope.changes:
        raise Forbidden("not_allowed")
    request = session.scalar(
        select(CorrectionRequest).where(CorrectionRequest.public_id == public_id).with_for_update()
    )
    owner = session.get(Member, request.member_id) if request else None
    if request is None or owner is None or request.settled_at is not None:
        raise NotFound("correction_unknown")
    try:
        return request, member_in_scope(session, scope, owner.public_id)
    except NotFound:
        raise NotFound("correction_unknown") from None


def _is_closed(field: str) -> bool:
    return field in CLOSED or field in SENSITIVE


def _said(keyring: Keyring, request: CorrectionRequest) -> str:
    return keyring.open(request.sealed, SEAL).decode()
