"""What waits, for how long, and what was buried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matching.outbox.events import TOPICS
from matching.outbox.models import OutboxRow, claimable


@dataclass(frozen=True)
class TopicState:
    """Depth of one topic (rows), age of its oldest row in seconds, and buried rows."""

    depth: int
    oldest_seconds: float
    buried: int


@dataclass(frozen=True)
class BuriedRow:
    """A row that failed too often."""

    id: int
    topic: str
    key: int
    tries: int
    reason: str
    buried_at: datetime


def topic_states(session: Session, now: datetime) -> dict[str, TopicState]:
    """State of every topic, those without work included."""
    waiting = {
        row.topic: (row.depth, (now - row.oldest).total_seconds())
        for row in session.execute(
            select(
                OutboxRow.topic, func.count().label("depth"), func.min(OutboxRow.created_at).label("oldest")
            )
            .where(OutboxRow.buried_at.is_(None))
            .group_by(OutboxRow.topic)
        )
    }
    buried = {
        row.topic: row.buried
        for row in session.execute(
            select(OutboxRow.topic, func.count().label("buried"))
            .where(OutboxRow.buried_at.is_not(None))
            .group_by(OutboxRow.topic)
        )
    }
    return {
        topic: TopicState(*waiting.get(topic, (0, 0.0)), buried.get(topic, 0))
        for topic in sorted({*TOPICS, *waiting, *buried})
    }


def anything_due(session: Session, topic: str, now: datetime) -> bool:
    """Whether a row of the topic could be claimed now."""
    waiting = select(OutboxRow.id).where(OutboxRow.topic == topic, claimable(now))
    return session.scalar(waiting.limit(1)) is not None


def buried_rows(session: Session, limit: int = 200) -> list[BuriedRow]:
    """Buried rows, oldest first."""
    rows = session.scalars(
        select(OutboxRow).where(OutboxRow.buried_at.is_not(None)).order_by(OutboxRow.id).limit(limit)
    )
    return [
        BuriedRow(row.id, row.topic, row.key, row.tries, row.reason or "", row.buried_at or row.created_at)
        for row in rows
    ]
