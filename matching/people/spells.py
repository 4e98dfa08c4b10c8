"""The present period of work, kept in step with what is said by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.people.models import EmploymentSpell, Member
from matching.people.rules import AT_WORK

#: Facts of the present work → column of the spell.
SPELL = {
    "employer_name": "employer_name",
    "channel": "channel",
    "work_start": "started_on",
    "monthly_income_cents": "monthly_income_cents",
}


def open_spell(session: Session, jobseeker_id: int) -> EmploymentSpell | None:
    """The period of work that has not ended."""
    return session.scalar(
        select(EmploymentSpell)
        .where(EmploymentSpell.jobseeker_id == jobseeker_id, EmploymentSpell.ended_on.is_(None))
        .order_by(EmploymentSpell.id.desc())
        .limit(1)
    )


def write_spell(
    session: Session, member: Member, facts: Mapping[str, Any], source: str, today: date, now: datetime
) -> None:
    """Begin, correct or end the present period of work.

    Args:
        facts: all facts of the person; ``work`` decides.
        source: who says so.
    """
    spell = open_spell(session, member.id)
    if facts.get("work") not in AT_WORK:
        if spell is not None:
            spell.ended_on = today
        return
    employer = facts.get("employer_name")
    if spell is not None and employer and spell.employer_name and spell.employer_name != employer:
        spell.ended_on = facts.get("work_start") or today
        spell = None
    if spell is None:
        spell = EmploymentSpell(
            tenant_id=member.tenant_id, jobseeker_id=member.id, source=source, created_at=now
        )
        session.add(spell)
    if facts.get("work_place") is not None:
        spell.place = facts["work_place"]
    for name, column in SPELL.items():
        if facts.get(name) is not None:
            setattr(spell, column, facts[name])
