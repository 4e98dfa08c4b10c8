"""What one chunk of a person sheet shares while it is written, and the undo records it leaves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from matching.crypto import Keyring
from matching.db import table_of
from matching.people.codes import Relation
from matching.people.facts import Facts, household_columns
from matching.people.ledger_facts import Place, person_facts
from matching.people.ledger_lookup import Lookup
from matching.people.models import Household, Member
from matching.people.person_rows import PersonRow
from matching.people.rules import AT_WORK
from matching.sheets.models import Ledger, LedgerChange

SEAL_BEFORE = "ledger.before"


@dataclass
class Journal:
    """One chunk being written.

    Args:
        source: family @ organisation.
        demo: the organisation belongs to the demo city.
        changed: ids of jobseekers that were made or changed.
        households: ids of households with a member made, changed or moved.
    """

    session: Session
    keyring: Keyring
    ledger: Ledger
    lookup: Lookup
    source: str
    now: datetime
    today: date
    demo: bool
    changed: set[int] = field(default_factory=set)
    households: set[int] = field(default_factory=set)
    _notes: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)

    @property
    def stamps(self) -> dict[str, Any]:
        """Version and moments of a new row."""
        return {"version": 1, "created_at": self.now, "touched_at": self.now}

    def note(
        self,
        entity: str,
        entity_id: int,
        line: int,
        action: str,
        version: int,
        undo: dict[str, Any] | None = None,
    ) -> None:
        """Record a change; of several changes of one thing the first keeps what stood there before."""
        existing = self._notes.get((entity, entity_id))
        if existing is not None:
            existing["version"] = version
            return
        sealed = None
        if undo is not None:
            text = json.dumps(undo, ensure_ascii=False, default=str)
            sealed = self.keyring.seal(text.encode(), SEAL_BEFORE)
        self._notes[(entity, entity_id)] = {
            "ledger_id": self.ledger.id,
            "line": line,
            "entity": entity,
            "entity_id": entity_id,
            "action": action,
            "version": version,
            "before": sealed,
        }

    def noted(self, entity: str, entity_id: int) -> bool:
        """Whether this chunk has recorded a change of the thing already."""
        return (entity, entity_id) in self._notes

    def assign(self, row: Any, columns: dict[str, Any], undo: dict[str, Any], part: str) -> bool:
        """Set columns that differ; what stood there goes into ``undo[part]``.  Returns whether any did."""
        before: dict[str, Any] = {}
        for name, value in columns.items():
            old = getattr(row, name)
            if old != value:
                before[name] = old.hex() if isinstance(old, bytes) else old
                setattr(row, name, value)
        if before:
            undo[part] = {**before, **undo.get(part, {})}
        return bool(before)

    def write(self) -> None:
        """Insert the records."""
        if self._notes:
            self.session.flush()
            self.session.execute(insert(table_of(LedgerChange)), list(self._notes.values()))

    # -- rows that new and known people share

    def facts(self, row: PersonRow, place: Place | None) -> Facts:
        """What a row states of its person and household."""
        return person_facts(row, place, self.lookup.tenant.prefecture)

    def household_row(self, row: PersonRow, place: Place, facts: Facts) -> dict[str, Any]:
        """A new household as its first row states it."""
        return {
            "tenant_id": self.ledger.tenant_id,
            "code": row.household_code,
            "provisional": row.household_code is None,
            "settlement_id": place.site.id if place.site else None,
            "region_code": place.region_code,
            "county": place.county,
            **self.stamps,
            **household_columns(self.keyring, facts),
        }

    def seeker_place(self, place: Place) -> dict[str, Any]:
        """Where a jobseeker's distances start."""
        site = place.site
        return {
            "tenant_id": self.ledger.tenant_id,
            "demo": self.demo,
            "county": place.county,
            "settlement_id": site.id if site else None,
            "longitude": site.longitude if site else None,
            "latitude": site.latitude if site else None,
            "point_exact": bool(site and site.exact and site.longitude is not None),
        }

    def spell_row(self, member_id: int, row: PersonRow) -> dict[str, Any] | None:
        """The employment spell a row states; None where it states no work."""
        if row.work not in AT_WORK:
            return None
        return {
            "tenant_id": self.ledger.tenant_id,
            "jobseeker_id": member_id,
            "employer_name": row.employer_name,
            "place": row.work_place,
            "channel": row.channel,
            "started_on": row.work_start,
            "ended_on": row.work_end if row.work_end and row.work_end <= self.today else None,
            "monthly_income_cents": row.monthly_income_cents,
            "source": self.source,
            "created_at": self.now,
        }

    def willingness_row(self, member_id: int, value: str) -> dict[str, Any]:
        """One entry of the willingness history."""
        return {"jobseeker_id": member_id, "value": value, "stated_on": self.today, "source": self.source}

    def step_down(self, heads: list[Member], line: int) -> None:
        """A head that differs from the stored one replaces it; the change record is its history."""
        for old in heads:
            undo: dict[str, Any] = {}
            self.assign(old, {"is_head": False, "relation": Relation.OTHER.value}, undo, "member")
            old.version += 1
            old.touched_at = self.now
            self.note("member", old.id, line, "updated", old.version, undo)


def ids_by_public_id(
    session: Session, table: type[Household] | type[Member], public_ids: list[str]
) -> dict[str, int]:
    """Ids that the database gave to rows just inserted in bulk."""
    return dict(
        session.execute(select(table.public_id, table.id).where(table.public_id.in_(public_ids))).all()
    )
