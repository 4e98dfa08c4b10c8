"""Notices on paper: what has to be printed for people without a telephone, and that it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.scope import Scope
from matching.errors import Forbidden
from matching.notices.kinds import Channel, State
from matching.notices.letters import Desk, Letters
from matching.notices.models import Notice
from matching.notices.service import end, locked
from matching.notices.service import mark_printed as note_printed
from matching.notices.words import placeholders, text
from matching.people.masking import mask_name
from matching.people.models import Household, Member
from matching.people.queries import people_in
from matching.places.models import Settlement

#: Kind of the recipients of this room.
MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip that waits, for a person whose name is masked.

    Args:
        public_id: of the notice.
        person: public id of whom it is for.
        household: key of the household; None where it has none.
        text: what stands on it; None: what it says is no longer so, or cannot be said.
    """

    public_id: str
    person: str
    name: str
    settlement: str | None
    household: str | None
    county: str
    text: str | None


def waiting(scope: Scope) -> Select[Any]:
    """The slips of a scope that wait to be printed."""
    return (
        select(Notice)
        .join(Member, (Notice.recipient_id == Member.id) & (Notice.recipient_kind == MEMBER))
        .where(people_in(scope), Notice.channel == Channel.SLIP, Notice.state == State.WAITING)
    )


def count_waiting(session: Session, scope: Scope) -> int:
    """How many slips wait."""
    counted = waiting(scope).with_only_columns(func.count(), maintain_column_froms=True)
    return session.scalar(counted) or 0


def slips(desk: Desk, letters: Letters, scope: Scope, *, limit: int, offset: int) -> tuple[int, list[Slip]]:
    """Slips that wait, by settlement and household so that one walk brings them all.

    Returns:
        How many there are in all, and the page.
    """
    columns: Any = (Notice, Member, Household.code, Settlement.name.label("settlement"))
    rows = desk.session.execute(
        waiting(scope)
        .with_only_columns(*columns)
        .join(Household, Household.id == Member.household_id)
        .outerjoin(Settlement, Settlement.id == Household.settlement_id)
        .order_by(Household.settlement_id, Household.id, Notice.id)
        .limit(limit)
        .offset(offset)
    )
    return count_waiting(desk.session, scope), [
        Slip(
            public_id=row.Notice.public_id,
            person=row.Member.public_id,
            name=mask_name(row.Member.name),
            settlement=row.settlement,
            household=row.code,
            county=row.Member.county,
            text=_text(desk, letters, row.Notice),
        )
        for row in rows
    ]


def _text(desk: Desk, letters: Letters, notice: Notice) -> str | None:
    values = letters.values(desk, notice, placeholders(notice.kind))
    return text(notice.kind, values) if values is not None and letters.holds(desk, notice) else None


def mark_printed(desk: Desk, letters: Letters, scope: Scope, public_ids: Sequence[str]) -> int:
    """Note that these slips were printed; what no longer holds is taken off the list instead.

    Those out of the scope, and those that somebody else has printed meanwhile, are passed over.

    Returns:
        How many were printed.

    Raises:
        Forbidden: ``not_allowed``.
    """
    if not scope.changes:
        raise Forbidden("not_allowed")
    session, printed = desk.session, 0
    chosen = waiting(scope).with_only_columns(Notice.id).where(Notice.public_id.in_(public_ids))
    for notice_id in session.scalars(chosen.order_by(Notice.id)).all():
        notice = locked(session, notice_id)
        if notice.state != State.WAITING:
            continue
        if _text(desk, letters, notice) is None:
            end(notice, State.CANCELLED, "outdated", desk.now)
            audit.record(session, scope, "notice.dropped", "notice", notice.id, desk.now)
            continue
        note_printed(session, notice_id, desk.now)
        letters.note_told(desk, notice)
        audit.record(session, scope, "notice.printed", "notice", notice.id, desk.now)
        printed += 1
    return printed
