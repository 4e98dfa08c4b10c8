"""Notices and how much was sent.  No telephone number and no text stands here, only ids."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matching.db import Base, HasId, UtcDateTime


class Notice(HasId, Base):
    """One event told to one recipient, once."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("kind", "event_key", "recipient_kind", "recipient_id"),
        Index("ix_notices_recipient", "recipient_kind", "recipient_id"),
        Index("ix_notices_subject", "subject_kind", "subject_id"),
        Index("ix_notices_state", "state"),
    )

    #: Whose desk looks after it; None: what belongs to no prefecture, such as a sign-in code.
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    #: Names the event, for example ``application:17``; the same event gives no second notice.
    event_key: Mapped[str] = mapped_column(String(80))
    recipient_kind: Mapped[str] = mapped_column(String(30))
    recipient_id: Mapped[int] = mapped_column(BigInteger)
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(String(10))
    #: Ids and counts from which the text is made when it is sent.
    facts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    #: The person has just asked for it (a code, an answer): not held back at night.
    asked_for: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(String(12))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    #: Code of why it waits, is parked or was cancelled.
    reason: Mapped[str | None] = mapped_column(String(80))
    #: The provider's name for the message.
    message_id: Mapped[str | None] = mapped_column(String(120))
    #: Fencing token of the attempt; who does not know it cannot say how the attempt ended.
    token: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sending_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SmsUse(Base):
    """When messages were asked for or sent, by keyed digest of a phone or an address, within the last day."""

    __tablename__ = "sms_uses"

    #: ``asked:…`` and ``told:…`` of a phone, ``address:…`` of a network address.
    subject: Mapped[str] = mapped_column(String(60), primary_key=True)
    #: Seconds since 1970, ascending; as many as the widest limit needs.
    times: Mapped[list[int]] = mapped_column(JSON, default=list)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class SmsDay(Base):
    """Messages of one day in China, all recipients together."""

    __tablename__ = "sms_days"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    count: Mapped[int] = mapped_column(Integer, default=0)
    #: Four fifths of the day's budget are used.
    alarm: Mapped[bool] = mapped_column(Boolean, default=False)
