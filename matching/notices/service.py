"""One event, one notice: written with what it is about, due at once or when the night is over.

A sign-in code, and an answer that somebody has just asked for, is each its own event and not held back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Dialect, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from matching.db import new_public_id
from matching.errors import DomainError, NotFound
from matching.notices.kinds import Channel, Kind, Party, State
from matching.notices.models import Notice
from matching.notices.rules import after_quiet
from matching.outbox.events import NoticeDue
from matching.outbox.service import emit, emit_many

#: States that a person's decision, or the end of what it is about, may still change.
OPEN = (State.WAITING, State.PARKED)


def notify(
    session: Session,
    *,
    kind: Kind,
    event_key: str,
    recipient: Party,
    subject: Party,
    facts: Mapping[str, int],
    now: datetime,
    asked_for: bool = False,
    channel: Channel = Channel.SMS,
    tenant_id: int | None = None,
) -> Notice:
    """Tell one recipient of one event, in the transaction that makes the event true.

    Args:
        kind: which text.
        event_key: names the event among those of its kind, for example ``application:17``.
        recipient: who is told; the address is looked up when it is sent.
        subject: what it is about.
        facts: ids and counts from which the text is made when it is sent; never a name or a number to ring.
        asked_for: the recipient has just asked for it and waits; count it with
            :func:`matching.notices.limits.count_sms` first.
        channel: a page notice is told by being there, a slip when it is printed.
        tenant_id: whose desk looks after it when it gets stuck.

    Returns:
        The notice; the first one when this event was told before.

    Raises:
        TypeError: a fact is not a whole number.
    """
    for name, value in facts.items():
        if type(value) is not int:
            raise TypeError(f"{name}: a notice carries ids and counts only")
    told_by_being_there = channel == Channel.PAGE
    due_at = now if asked_for or channel != Channel.SMS else after_quiet(now)
    written = _insert_once(
        session,
        {
            "public_id": new_public_id(),
            "tenant_id": tenant_id,
            "kind": Kind(kind),
            "event_key": event_key,
            "recipient_kind": recipient.kind,
            "recipient_id": recipient.id,
            "subject_kind": subject.kind,
            "subject_id": subject.id,
            "channel": channel,
            "facts": dict(facts),
            "asked_for": asked_for,
            "state": State.SENT if told_by_being_there else State.WAITING,
            "due_at": due_at,
            "tries": 0,
            "reason": "quiet_hours" if due_at > now else None,
            "created_at": now,
            "ended_at": now if told_by_being_there else None,
        },
    )
    notice = session.scalars(
        select(Notice).where(
            Notice.kind == kind,
            Notice.event_key == event_key,
            Notice.recipient_kind == recipient.kind,
            Notice.recipient_id == recipient.id,
        )
    ).one()
    if written and channel == Channel.SMS:
        announce(session, notice, now)
    return notice


def _insert_once(session: Session, values: dict[str, Any]) -> bool:
    """Insert unless the event was told; two at once wait for each other and only one writes."""
    dialect: Dialect = session.get_bind().dialect
    insert = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    statement = insert(Notice).values(**values).on_conflict_do_nothing().returning(Notice.id)
    return session.scalar(statement) is not None


def announce(session: Session, notice: Notice, now: datetime) -> None:
    """Whenever ``due_at`` is set, a row of the outbox becomes due with it."""
    if notice.due_at > now:
        emit_many(session, NoticeDue, [notice.id], now, due_at=notice.due_at)
    else:
        emit(session, NoticeDue(notice.id), now)


def locked(session: Session, notice_id: int) -> Notice:
    """A notice, to be changed.

    Raises:
        NotFound: ``notice_unknown``.
    """
    notice = session.get(Notice, notice_id, with_for_update=True, populate_existing=True)
    if notice is None:
        raise NotFound("notice_unknown")
    return notice


def withdraw(session: Session, subject: Party, kinds: tuple[Kind, ...], now: datetime) -> int:
    """What these notices say is no longer so: those that wait are cancelled.

    Returns:
        How many were.
    """
    waiting = session.scalars(
        select(Notice)
        .where(
            Notice.subject_kind == subject.kind,
            Notice.subject_id == subject.id,
            Notice.kind.in_(kinds),
            Notice.state.in_(OPEN),
        )
        .order_by(Notice.id)
        .with_for_update()
    ).all()
    for notice in waiting:
        end(notice, State.CANCELLED, "withdrawn", now)
    return len(waiting)


def end(notice: Notice, state: State, reason: str | None, now: datetime) -> None:
    """Nothing more happens to a notice by itself."""
    notice.state, notice.reason, notice.ended_at = state, reason, now


def park(session: Session, notice_id: int, now: datetime, reason: str = "held") -> Notice:
    """Hold a waiting notice back until a person decides.

    Raises:
        NotFound: ``notice_unknown``.
        DomainError: ``notice_over`` when it is not waiting any more.
    """
    notice = locked(session, notice_id)
    if notice.state != State.WAITING:
        raise DomainError("notice_over")
    end(notice, State.PARKED, reason, now)
    return notice


def retry(session: Session, notice_id: int, now: datetime) -> Notice:
    """A person decides that a parked notice is sent (again); quiet hours hold for it.

    Raises:
        NotFound: ``notice_unknown``.
        DomainError: ``notice_not_parked``.
    """
    notice = _parked(session, notice_id)
    notice.state, notice.token, notice.tries, notice.ended_at = State.WAITING, None, 0, None
    notice.due_at = after_quiet(now)
    notice.reason = "quiet_hours" if notice.due_at > now else None
    announce(session, notice, now)
    return notice


def take_as_sent(session: Session, notice_id: int, now: datetime) -> Notice:
    """A person has found out that a parked notice arrived.

    Raises:
        NotFound: ``notice_unknown``.
        DomainError: ``notice_not_parked``.
    """
    notice = _parked(session, notice_id)
    notice.token = None
    end(notice, State.SENT, None, now)
    return notice


def drop(session: Session, notice_id: int, now: datetime) -> Notice:
    """A person decides that a parked notice is not sent.

    Raises:
        NotFound: ``notice_unknown``.
        DomainError: ``notice_not_parked``.
    """
    notice = _parked(session, notice_id)
    notice.token = None
    end(notice, State.CANCELLED, "withdrawn", now)
    return notice


def _parked(session: Session, notice_id: int) -> Notice:
    notice = locked(session, notice_id)
    if notice.state != State.PARKED:
        raise DomainError("notice_not_parked")
    return notice


def mark_printed(session: Session, notice_id: int, now: datetime) -> Notice:
    """A slip was printed for its recipient; a second print changes nothing.

    Raises:
        NotFound: ``notice_unknown``.
        DomainError: ``notice_not_a_slip``.
    """
    notice = locked(session, notice_id)
    if notice.channel != Channel.SLIP:
        raise DomainError("notice_not_a_slip")
    if notice.state == State.WAITING:
        end(notice, State.SENT, None, now)
    return notice


def move_recipient(session: Session, old: Party, new: Party) -> None:
    """Two recipients turn out to be one: what the old one was told the new one was; nothing is told again."""
    twin = aliased(Notice)
    session.execute(
        delete(Notice).where(
            Notice.recipient_kind == old.kind,
            Notice.recipient_id == old.id,
            select(twin.id)
            .where(
                twin.kind == Notice.kind,
                twin.event_key == Notice.event_key,
                twin.recipient_kind == new.kind,
                twin.recipient_id == new.id,
            )
            .exists(),
        )
    )
    session.execute(
        update(Notice)
        .where(Notice.recipient_kind == old.kind, Notice.recipient_id == old.id)
        .values(recipient_kind=new.kind, recipient_id=new.id)
    )


def forget_recipient(session: Session, recipient: Party) -> None:
    """The recipient is erased: what they were told goes too."""
    session.execute(
        delete(Notice).where(Notice.recipient_kind == recipient.kind, Notice.recipient_id == recipient.id)
    )
