"""What an employer reads of its own vacancies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts.scope import Scope
from matching.crypto import Keyring
from matching.vacancies.codes import State
from matching.vacancies.facts import SEAL_CONTACT
from matching.vacancies.models import Vacancy
from matching.vacancies.posting import Finding
from matching.vacancies.queries import VacancyCard
from matching.vacancies.service import findings_of, own_posts_of, vacancy_in_scope

#: What asks for something comes first.
_ORDER = (State.HELD, State.OPEN, State.PAUSED, State.EXPIRED, State.CLOSED)


_LISTED = ("shifts", "required_skills", "preferred_skills", "benefits", "tags")
_COPIED = (
    *("title", "kind", "headcount", "place", "county", "destination", "pay_text", "pay_low_cents"),
    *("pay_high_cents", "pay_unit", "month_low_cents", "month_high_cents", "hours_per_day"),
    *("days_per_week", "load", "start_on", "valid_until"),
)


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


def own_posts(session: Session, scope: Scope) -> list[OwnPost]:
    """An employer's vacancies: what waits first, then what is open, the newest first."""
    plain = ("public_id", "version", "title", "kind", "state", "headcount", "pay_text", "valid_until")
    pay = ("pay_low_cents", "pay_high_cents", "pay_unit")
    rows = session.scalars(select(Vacancy).where(own_posts_of(scope)).order_by(Vacancy.id.desc()))
    made = [
        OwnPost(held=tuple(row.held), **{name: getattr(row, name) for name in (*plain, *pay)}) for row in rows
    ]
    return sorted(made, key=lambda post: _ORDER.index(State(post.state)))


def findings_in(
    session: Session, scope: Scope, public_id: str, today: date, valid_days: int
) -> tuple[Finding, ...]:
    """What the posting law says about an employer's own vacancy.

    Raises:
        NotFound: ``vacancy_unknown``.
    """
    return findings_of(vacancy_in_scope(session, scope, public_id), today=today, valid_days=valid_days)


def preview_of(keyring: Keyring, made: Mapping[str, Any], *, employer: str, verified: bool) -> VacancyCard:
    """The card of a vacancy that is not posted yet.

    Args:
        made: its columns, from :func:`matching.vacancies.facts.columns`.
        employer: name of the employer.
        verified: whether it is.
    """
    facts: dict[str, Any] = {name: made[name] for name in _COPIED}
    facts |= {name: tuple(made[name] or ()) for name in _LISTED}
    contact = keyring.open_facts(made["contact"], SEAL_CONTACT)
    return VacancyCard(
        id=0,
        public_id="",
        demo=False,
        longitude=made["longitude"] if made["point_exact"] else None,
        latitude=made["latitude"] if made["point_exact"] else None,
        employer=employer,
        verified=verified,
        contact=contact.get("contact"),
        phone=contact.get("phone"),
        **facts,
    )
