"""Vacancies for others to read on: search machines, feed readers, and mirrors that keep a copy.

All three read in an order that does not shift under their hands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.orm import Session

from matching.errors import DomainError
from matching.vacancies.codes import State
from matching.vacancies.models import Vacancy
from matching.vacancies.queries import in_force

#: Addresses that one file of a sitemap may hold (sitemaps.org).
BLOCK = 50_000
#: No transaction that writes vacancies is open for longer than this: what it touched may show up so late.
LATE = timedelta(seconds=60)
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Block:
    """Vacancies in force whose ids lie together.

    Args:
        number: of the block; it never changes for a vacancy.
        touched_at: when the last of them changed.
    """

    number: int
    touched_at: datetime


def blocks(session: Session, today: date) -> list[Block]:
    """All blocks with something in force."""
    number = Vacancy.id // BLOCK
    rows = session.execute(
        select(number, func.max(Vacancy.touched_at)).where(in_force(today)).group_by(number).order_by(number)
    )
    return [Block(*row) for row in rows]


def block(session: Session, number: int, today: date) -> Sequence[tuple[str, datetime]]:
    """Public id and last change of each vacancy of a block, by rising id."""
    first = number * BLOCK
    rows = session.execute(
        select(Vacancy.public_id, Vacancy.touched_at)
        .where(in_force(today), Vacancy.id >= first, Vacancy.id < first + BLOCK)
        .order_by(Vacancy.id)
    )
    return [(public_id, touched_at) for public_id, touched_at in rows]


@dataclass(frozen=True, slots=True)
class Topic:
    """What a feed is about.

    Args:
        county: 6 digits of the work place, or None.
        occupation: a CSCO-2022 code or the beginning of one (``6-05``), or None.
    """

    county: str | None = None
    occupation: str | None = None

    def condition(self, today: date) -> ColumnElement[bool]:
        """The vacancies in force of this topic."""
        found = in_force(today)
        if self.county is not None:
            found &= Vacancy.county == self.county
        if self.occupation is not None:
            # Codes are digits and hyphens, so a part of the stored list says it on either database.
            found &= cast(Vacancy.occupations, String).like(f'%"{self.occupation}%')
        return found


def state_of(session: Session, topic: Topic, today: date) -> tuple[int, datetime | None]:
    """How many vacancies a topic has, and when the last of them changed: equal means nothing is new."""
    count, newest = session.execute(
        select(func.count(), func.max(Vacancy.touched_at)).where(topic.condition(today))
    ).one()
    return count, newest


def newest(session: Session, topic: Topic, today: date, *, before: Position | None, limit: int) -> list[int]:
    """Ids of a topic, newest post first.

    Args:
        before: only what was posted before this place in the order.
    """
    statement = select(Vacancy.id).where(topic.condition(today))
    if before is not None:
        earlier = or_(Vacancy.posted_at < before.at, Vacancy.id < before.id)
        statement = statement.where(Vacancy.posted_at <= before.at, earlier)
    order = (Vacancy.posted_at.desc(), Vacancy.id.desc())
    return list(session.scalars(statement.order_by(*order).limit(limit)))


@dataclass(frozen=True, slots=True)
class Position:
    """A place in an order by time and id; as text it is the cursor that a reader hands back.

    Args:
        at: moment of the last row read.
        id: its row.
        began: when this reader began to read without a pause.
    """

    at: datetime
    id: int
    began: datetime | None = None

    def __str__(self) -> str:
        parts = [_microseconds(self.at), self.id]
        if self.began is not None:
            parts.append(_microseconds(self.began))
        return "-".join(f"{part:x}" for part in parts)

    @classmethod
    def read(cls, text: str) -> Position:
        """The position that a cursor names.

        Raises:
            DomainError: ``cursor_unknown``.
        """
        try:
            at, key, *began = (int(part, 16) for part in text.split("-"))
            if key < 0 or key > 2**62 or len(began) > 1:
                raise ValueError(text)
            return cls(_moment(at), key, *map(_moment, began))
        except (ValueError, OverflowError) as error:
            raise DomainError("cursor_unknown") from error


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened since a cursor.

    Args:
        rows: (row, public id, version, moment) of each vacancy that changed, oldest change first.
        cursor: where to go on.
        more: there is more already.
    """

    rows: Sequence[tuple[int, str, int, datetime]]
    cursor: Position
    more: bool


def changes(session: Session, since: Position | None, now: datetime, *, limit: int) -> Changes:
    """Vacancies that were ever posted, in the order of their last change.

    A transaction may commit a little after its rows were stamped, so a reader that has caught up starts
    again a minute before it began: a row may come twice (its version tells), none is left out.

    Args:
        since: from an earlier answer; None: from the beginning.
        limit: at most so many rows.
    """
    begun = since or Position(EPOCH, 0)
    started = begun.began or now
    later = or_(Vacancy.touched_at > begun.at, Vacancy.id > begun.id)
    rows = session.execute(
        select(Vacancy.id, Vacancy.public_id, Vacancy.version, Vacancy.touched_at)
        .where(Vacancy.state != State.DRAFT, Vacancy.touched_at >= begun.at, later)
        .order_by(Vacancy.touched_at, Vacancy.id)
        .limit(limit + 1)
    ).all()
    found = [(row.id, row.public_id, row.version, row.touched_at) for row in rows[:limit]]
    if len(rows) > limit:
        return Changes(found, Position(found[-1][3], found[-1][0], started), True)
    last = (found[-1][3], found[-1][0]) if found else (begun.at, begun.id)
    return Changes(found, Position(*min(last, (started - LATE, 0))), False)


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def _moment(microseconds: int) -> datetime:
    if microseconds < 0:
        raise ValueError(microseconds)
    return EPOCH + microseconds * MICROSECOND
