"""零就业家庭: households that have somebody who could work and nobody who does.

The class depends on all members, so it is set after a chunk or a correction, for the households concerned.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matching.people.codes import Target, Willingness
from matching.people.models import Jobseeker, Member
from matching.people.rules import AT_WORK


def refresh(session: Session, household_ids: Collection[int], now: datetime) -> list[int]:
    """Set or lift the class for the jobseekers of these households.

    A household of which some member's work is not known is "to be checked": the class is left out.

    Returns:
        Ids of the jobseekers whose class changed.
    """
    if not household_ids:
        return []
    rows = session.execute(
        select(
            Member.household_id,
            Jobseeker.id,
            Jobseeker.work,
            Jobseeker.willingness,
            Jobseeker.classes,
            Jobseeker.version,
        )
        .join(Jobseeker, Jobseeker.id == Member.id)
        .where(Member.household_id.in_(household_ids), Jobseeker.eligible)
    ).all()
    works: dict[int, list[str | None]] = {}
    for row in rows:
        if row.willingness != Willingness.NO or row.work in AT_WORK:
            works.setdefault(row.household_id, []).append(row.work)
    changed = []
    for row in rows:
        wanted = zero_job(works.get(row.household_id, []))
        if row.classes.get(Target.ZERO_JOB) != wanted:
            classes = _with(row.classes, wanted)
            changed.append({"id": row.id, "classes": classes, "version": row.version + 1, "touched_at": now})
    if changed:
        session.execute(update(Jobseeker), changed)
    return [row["id"] for row in changed]


def zero_job(works: list[str | None]) -> bool | None:
    """Whether a household has no job, from the work of its willing members; None when that is not known."""
    if any(work in AT_WORK for work in works):
        return False
    if not works or None in works:
        return None
    return True


def _with(classes: dict[str, bool], zero: bool | None) -> dict[str, bool]:
    kept = {name: holds for name, holds in classes.items() if name != Target.ZERO_JOB}
    return kept if zero is None else {**kept, Target.ZERO_JOB.value: zero}
