"""What a desk page shows of notices: ids and codes, no phone, no text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from matching.clock import local_day
from matching.errors import NotFound
from matching.notices.kinds import Channel, Party, State
from matching.notices.models import Notice, SmsDay


@dataclass(frozen=True)
class Budget:
    """Messages of one day in China.

    Args:
        count: asked for or sent.
        budget: the most that may be.
        alarm: four fifths are used; only what people ask for still goes out.
    """

    day: date
    count: int
    budget: int
    alarm: bool

    @property
    def left(self) -> int:
        """How many may still go."""
        return max(0, self.budget - self.count)


@dataclass(frozen=True)
class Stuck:
    """Notices that wait for a person's decision, of every tenant: how many, and since when the oldest."""

    count: int
    since: datetime | None


@dataclass(frozen=True)
class NoticeView:
    """A notice as it stands."""

    id: int
    public_id: str
    kind: str
    channel: str
    recipient: Party
    subject: Party
    facts: dict[str, int]
    state: str
    reason: str | None
    tries: int
    message_id: str | None
    due_at: datetime
    created_at: datetime
    ended_at: datetime | None


def budget_of(session: Session, now: datetime, budget: int) -> Budget:
    """How much of today's budget is used."""
    day = local_day(now)
    row = session.get(SmsDay, day)
    return Budget(day, row.count, budget, row.alarm) if row else Budget(day, 0, budget, False)


def days(session: Session, limit: int = 30) -> list[SmsDay]:
    """Messages per day, the newest first."""
    return list(session.scalars(select(SmsDay).order_by(SmsDay.day.desc()).limit(limit)))


def counts(session: Session) -> dict[str, int]:
    """Notices per state, those without any included."""
    per_state = select(Notice.state, func.count().label("number")).group_by(Notice.state)
    found = {row.state: row.number for row in session.execute(per_state)}
    return {state: found.get(state, 0) for state in State}


def parked(session: Session, tenant_id: int | None, *, limit: int = 200, offset: int = 0) -> list[NoticeView]:
    """Notices that wait for a person's decision, oldest first.

    Args:
        tenant_id: of the scope of who looks; None sees those of every tenant and of none.
    """
    rows = session.scalars(
        select(Notice)
        .where(Notice.state == State.PARKED, _of(tenant_id))
        .order_by(Notice.id)
        .limit(limit)
        .offset(offset)
    )
    return [_view(row) for row in rows]


def count_parked(session: Session, tenant_id: int | None) -> int:
    """How many notices wait for a person's decision, of a tenant or of all and of none."""
    counted = select(func.count()).select_from(Notice).where(Notice.state == State.PARKED, _of(tenant_id))
    return session.scalar(counted) or 0


def parked_since(session: Session) -> Stuck:
    """What waits for a person's decision, all tenants together."""
    parked_at = func.min(Notice.ended_at)
    row = session.execute(select(func.count(), parked_at).where(Notice.state == State.PARKED)).one()
    return Stuck(int(row[0]), row[1])


def told_to(
    session: Session,
    recipients: Sequence[Party],
    *,
    channels: Sequence[Channel] = tuple(Channel),
    limit: int = 50,
) -> list[NoticeView]:
    """What these recipients were told or will be, newest first; the caller checks that they may be shown."""
    found: list[NoticeView] = []
    for recipient in recipients:
        rows = session.scalars(
            select(Notice)
            .where(
                Notice.recipient_kind == recipient.kind,
                Notice.recipient_id == recipient.id,
                Notice.channel.in_(channels),
            )
            .order_by(Notice.id.desc())
            .limit(limit)
        )
        found += [_view(row) for row in rows]
    return sorted(found, key=lambda view: view.id, reverse=True)[:limit]


def by_public_id(session: Session, tenant_id: int | None, public_id: str) -> NoticeView:
    """One notice, by its name in URLs.

    Raises:
        NotFound: ``notice_unknown``, also for one of another tenant.
    """
    row = session.scalar(select(Notice).where(Notice.public_id == public_id, _of(tenant_id)))
    if row is None:
        raise NotFound("notice_unknown")
    return _view(row)


def _of(tenant_id: int | None) -> ColumnElement[bool]:
    return true() if tenant_id is None else Notice.tenant_id == tenant_id


def _view(row: Notice) -> NoticeView:
    return NoticeView(
        row.id,
        row.public_id,
        row.kind,
        row.channel,
        Party(row.recipient_kind, row.recipient_id),
        Party(row.subject_kind, row.subject_id),
        row.facts,
        row.state,
        row.reason,
        row.tries,
        row.message_id,
        row.due_at,
        row.created_at,
        row.ended_at,
    )
