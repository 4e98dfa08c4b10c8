"""What an employer reads of its own vacancies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from matching.accounts.models import Role
from matching.accounts.scope import Scope
from matching.vacancies.codes import State
from matching.vacancies.models import Vacancy

#: What asks for something comes first.
_ORDER = (State.HELD, State.OPEN, State.PAUSED, State.EXPIRED, State.CLOSED)


@dataclass(frozen=True, slots=True)
class OwnPost:
    """A vacancy in its employer's list."""

    public_id: str
    version: int
    title: str
    kind: str
    state: str
    held: tuple[str, ...]
    headcount: int | None
    pay_text: str | None
    pay_low_cents: int | None
    pay_high_cents: int | None
    pay_unit: str | None
    valid_until: date


def posts_of(scope: Scope) -> ColumnElement[bool]:
    """The condition under which a vacancy is the employer's own; nothing without an organisation."""
    if scope.role != Role.EMPLOYER or scope.organisation_id is None:
        return false()
    ours = or_(Vacancy.employer_id == scope.organisation_id, Vacancy.organisation_id == scope.organisation_id)
    return and_(Vacancy.tenant_id == scope.tenant_id, ours)


def own_posts(session: Session, scope: Scope) -> list[OwnPost]:
    """An employer's vacancies: what waits first, then what is open, the newest first."""
    plain = ("public_id", "version", "title", "kind", "state", "headcount", "pay_text", "valid_until")
    pay = ("pay_low_cents", "pay_high_cents", "pay_unit")
    rows = session.scalars(select(Vacancy).where(posts_of(scope)).order_by(Vacancy.id.desc()))
    made = [
        OwnPost(held=tuple(row.held), **{name: getattr(row, name) for name in (*plain, *pay)}) for row in rows
    ]
    return sorted(made, key=lambda post: _ORDER.index(State(post.state)))
