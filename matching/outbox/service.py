"""Claim, finish, give back and bury.

The failures this is written against: a worker is killed anywhere; it comes back as an orphan after its lease
and finishes beside its own retry; the queue server loses every message; one row poisons its batch; the
sweep was off for an hour; a row kills whoever takes it, with all that was claimed beside it.  So the table
alone decides, every claim has a lease and a fencing token, a handler's changes and its "finished" are one
transaction, and what was taken and never given back is claimed in ever smaller parts.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.orm import Session

from matching.errors import DomainError, NotFound
from matching.outbox.events import EVENTS, Event
from matching.outbox.models import OutboxRow, claimable

#: After so many failed tries a row is buried.
MAX_TRIES = 5
#: Each try that ended without a word makes the next claim so many times smaller.
SHRINK = 10
#: After so many tries a row is claimed alone.
ALONE = 3
#: The longest lease and a minute.
ERASE_AGAIN = timedelta(minutes=11)
#: Where a session notes the topics it wrote to, so that its doorstep can ring after the commit.
EMITTED = "emitted_topics"
#: Rows of one INSERT: bounded by SQLite's limit on variables.
INSERT_ROWS = 5_000


class LeaseLost(DomainError):
    """The claim ran out and somebody else has (or had) the rows: nothing of this work may be committed."""


@dataclass(frozen=True)
class Claim:
    """Rows of one topic that one process holds until ``until``.

    Args:
        topic: the topic.
        token: fencing token.
        rows: (row id, key, tries so far) in order of age.
        until: end of the lease.
    """

    topic: str
    token: int
    rows: tuple[tuple[int, int, int], ...]
    until: datetime

    @property
    def keys(self) -> list[int]:
        """The keys to look at, each once, in order of age."""
        return list(dict.fromkeys(key for _, key, _ in self.rows))

    def part(self, key: int) -> Claim:
        """The same claim, for one key only: how a failed batch is tried row by row."""
        return Claim(self.topic, self.token, tuple(row for row in self.rows if row[1] == key), self.until)


def emit(session: Session, event: Event, now: datetime) -> None:
    """Write an event's outbox rows into the transaction that makes it true."""
    emit_many(session, type(event), (event.id,), now)


def emit_many(
    session: Session, event: type[Event], ids: Iterable[int], now: datetime, *, due_at: datetime | None = None
) -> None:
    """Write the outbox rows of many equal events in bulk.

    Args:
        ids: keys of the rows concerned.
        due_at: not before this moment (default: at once).
    """
    rows = [
        {"topic": topic, "key": key, "created_at": now, "due_at": due_at or now, "tries": 0}
        for key in ids
        for topic in EVENTS[event]
    ]
    for start in range(0, len(rows), INSERT_ROWS):
        session.execute(insert(OutboxRow), rows[start : start + INSERT_ROWS])
    if rows and due_at is None:
        session.info.setdefault(EMITTED, set()).update(EVENTS[event])


def emit_erased(session: Session, event: type[Event], ids: Sequence[int], now: datetime) -> None:
    """Tell of rows that are gone, at once and once more when every lease of today has run out.

    An orphaned worker may hold the old document in its hands and write it back after the first erasure.
    """
    emit_many(session, event, ids, now)
    emit_many(session, event, ids, now, due_at=now + ERASE_AGAIN)


def claim(session: Session, topic: str, limit: int, now: datetime, lease: timedelta) -> Claim:
    """Take up to ``limit`` due rows of a topic, the oldest first; safe beside any number of other claimers.

    Rows that were tried before are taken with their like only, and fewer of them: one of them may be what
    killed their worker.
    """
    token = secrets.randbits(62)
    until = now + lease
    free = and_(OutboxRow.topic == topic, claimable(now))
    oldest = session.scalar(select(OutboxRow.tries).where(free).order_by(OutboxRow.id).limit(1))
    if oldest is None:
        return Claim(topic, token, (), until)
    alike = OutboxRow.tries >= ALONE if oldest >= ALONE else OutboxRow.tries == oldest
    due = (
        select(OutboxRow.id)
        .where(free, alike)
        .order_by(OutboxRow.id)
        .limit(max(1, limit // SHRINK**oldest) if oldest < ALONE else 1)
        .with_for_update(skip_locked=True)
    )
    taken = session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(due))
        .values(token=token, lease_until=until, tries=OutboxRow.tries + 1)
        .returning(OutboxRow.id, OutboxRow.key, OutboxRow.tries)
        .execution_options(synchronize_session=False)
    ).all()
    return Claim(topic, token, tuple(sorted((row.id, row.key, row.tries) for row in taken)), until)


def extend(session: Session, claimed: Claim, until: datetime) -> None:
    """Hold the rows longer: long work says that it is alive in each of its transactions.

    Raises:
        LeaseLost: somebody else has them; the caller's transaction must be rolled back.
    """
    held = session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_([row[0] for row in claimed.rows]), OutboxRow.token == claimed.token)
        .values(lease_until=until)
        .execution_options(synchronize_session=False)
    )
    if held.rowcount != len(claimed.rows):  # type: ignore[attr-defined]
        raise LeaseLost("lease_lost", topic=claimed.topic)


def finish(session: Session, claimed: Claim) -> list[datetime]:
    """Remove the claimed rows, in the transaction that holds the work.

    Returns:
        Since when each of them could have been done.

    Raises:
        LeaseLost: a row was claimed by somebody else meanwhile; the caller's transaction must be rolled back.
    """
    ids = [row[0] for row in claimed.rows]
    done = session.execute(
        delete(OutboxRow)
        .where(OutboxRow.id.in_(ids), OutboxRow.token == claimed.token)
        .returning(OutboxRow.created_at, OutboxRow.due_at, OutboxRow.tries)
        .execution_options(synchronize_session=False)
    ).all()
    if len(done) != len(ids):
        raise LeaseLost("lease_lost", topic=claimed.topic)
    # Some things are to be done later on purpose; after a failure "later" is no excuse.
    return [row.due_at if row.tries <= 1 else row.created_at for row in done]


def give_back(session: Session, claimed: Claim, reason: str, now: datetime, *, countable: bool = True) -> int:
    """After a failure: due again with back-off, or buried when the tries are used up.

    Args:
        reason: code of the failure; no values from the row.
        countable: False when the row is not to blame (an engine is down): it never gets buried for that.

    Returns:
        How many rows were buried.
    """
    buried = 0
    for row_id, _, tries in claimed.rows:
        values: dict[str, object] = {"token": None, "lease_until": None, "reason": reason[:300]}
        if countable and tries >= MAX_TRIES:
            values["buried_at"] = now
            buried += 1
        else:
            values["due_at"] = now + backoff(tries)
            if not countable:
                values["tries"] = OutboxRow.tries - 1
        session.execute(
            update(OutboxRow).where(OutboxRow.id == row_id, OutboxRow.token == claimed.token).values(**values)
        )
    return buried


def backoff(tries: int) -> timedelta:
    """Seconds until the next try: 1, 2, 4, 8 … at most 30."""
    return timedelta(seconds=min(30, 2 ** max(0, tries - 1)))


def retry_buried(session: Session, ids: Sequence[int] | None, now: datetime) -> list[str]:
    """Dig buried rows up again ("try again").

    Args:
        ids: row ids, or None for all.

    Returns:
        The topics to ring.

    Raises:
        NotFound: ``buried_row_unknown`` when ids were given and none of them is buried.
    """
    chosen = select(OutboxRow.id, OutboxRow.topic).where(OutboxRow.buried_at.is_not(None))
    if ids is not None:
        chosen = chosen.where(OutboxRow.id.in_(ids))
    found = session.execute(chosen).all()
    if ids is not None and not found:
        raise NotFound("buried_row_unknown")
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_([row.id for row in found]))
        .values(buried_at=None, tries=0, due_at=now, lease_until=None, token=None)
    )
    return sorted({row.topic for row in found})


def topics_with_work(session: Session, now: datetime) -> list[str]:
    """Topics that have a row anybody could claim: an open-ended question, so no outage hides a row."""
    found = session.scalars(select(OutboxRow.topic).where(claimable(now)).group_by(OutboxRow.topic))
    return sorted(found)


def pending(session: Session, topics: Sequence[str]) -> int:
    """Rows of these topics that are neither finished nor buried, due or not."""
    count = session.scalar(
        select(func.count())
        .select_from(OutboxRow)
        .where(OutboxRow.topic.in_(topics), OutboxRow.buried_at.is_(None))
    )
    return int(count or 0)
