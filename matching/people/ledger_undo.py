"""Taking a person sheet back while nobody changed its rows since."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Date, delete, func, inspect, select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.models import Role
from matching.accounts.scope import Scope
from matching.clock import Clock
from matching.crypto import Keyring
from matching.errors import DomainError
from matching.notices.kinds import Party
from matching.notices.service import forget_recipient
from matching.outbox.events import JobseekerErased, JobseekerImported, LedgerFinished
from matching.outbox.service import emit, emit_erased, emit_many
from matching.people.ledger_journal import SEAL_BEFORE
from matching.people.models import Household, ImportedFacts, Jobseeker, Member
from matching.places.models import Settlement
from matching.sheets.models import Ledger, LedgerChange

ENTITIES: dict[str, Any] = {"member": Member, "household": Household, "settlement": Settlement}
#: The order in which things are undone: people, then their households, then settlements.
ORDER = ("member", "household", "settlement")


def take_back(
    session: Session, keyring: Keyring, clock: Clock, ledger: Ledger, changes: Sequence[LedgerChange]
) -> None:
    """Undo all changes of an import, in the caller's transaction.

    Raises:
        DomainError: ``import_rows_changed_since``, ``import_undo_gone`` (the retention time is over).
    """
    undo = _Undo(session, keyring, clock, ledger)
    for entity in ORDER:
        undo.entity(entity, [change for change in changes if change.entity == entity])
    undo.finish()


class _Undo:
    def __init__(self, session: Session, keyring: Keyring, clock: Clock, ledger: Ledger) -> None:
        self.session, self.keyring, self.now, self.ledger = session, keyring, clock.now(), ledger
        self.source = f"{ledger.family}@{ledger.organisation_id}"[:60]
        self.erased: list[int] = []
        self.restored: list[int] = []

    def entity(self, entity: str, changes: list[LedgerChange]) -> None:
        table = ENTITIES[entity]
        rows: dict[int, Any] = {
            row.id: row
            for start in range(0, len(changes), 500)
            for row in self.session.scalars(
                select(table).where(table.id.in_([one.entity_id for one in changes[start : start + 500]]))
            )
        }
        for change in changes:
            row = rows.get(change.entity_id)
            if row is None or row.version != change.version:
                raise DomainError("import_rows_changed_since", line=change.line)
            if change.action == "created":
                self._remove(entity, row)
            else:
                self._restore(entity, row, change)
        self.session.flush()

    def _remove(self, entity: str, row: Any) -> None:
        if entity == "member":
            if self.session.get(Jobseeker, row.id) is not None:
                self.erased.append(row.id)
            forget_recipient(self.session, Party("member", row.id))
            # The rows that hang on a member go with it, by the database's own cascade.
            self.session.execute(delete(Member).where(Member.id == row.id))
        elif not self._in_use(entity, row.id):
            self.session.delete(row)

    def _in_use(self, entity: str, row_id: int) -> bool:
        column = Member.household_id if entity == "household" else Household.settlement_id
        return bool(self.session.scalar(select(func.count()).where(column == row_id)))

    def _restore(self, entity: str, row: Any, change: LedgerChange) -> None:
        if change.before is None:
            raise DomainError("import_undo_gone")
        before = json.loads(self.keyring.open(change.before, SEAL_BEFORE))
        _put_back(row, before.get(entity, {}))
        row.version += 1
        row.touched_at = self.now
        if entity == "member":
            self._restore_seeker(row.id, before)
            self._restore_imported(row.id, before.get("imported"))

    def _restore_seeker(self, member_id: int, before: dict[str, Any]) -> None:
        seeker = self.session.get(Jobseeker, member_id)
        if seeker is None:
            return
        if "jobseeker" in before and before["jobseeker"] is None:
            self.session.delete(seeker)
            self.erased.append(member_id)
            return
        _put_back(seeker, before.get("jobseeker", {}))
        seeker.version += 1
        seeker.touched_at = self.now
        self.restored.append(member_id)

    def _restore_imported(self, member_id: int, before: dict[str, Any] | None) -> None:
        record = self.session.get(ImportedFacts, (member_id, self.source))
        if record is None:
            return
        if before is None:
            self.session.delete(record)
        else:
            record.row_digest, record.fields = before["row_digest"], before["fields"]

    def finish(self) -> None:
        emit_erased(self.session, JobseekerErased, self.erased, self.now)
        emit_many(self.session, JobseekerImported, self.restored, self.now)
        emit(self.session, LedgerFinished(self.ledger.tenant_id), self.now)
        scope = Scope(Role.ADMINISTRATOR, "system", None, None, self.ledger.organisation_id)
        audit.record(self.session, scope, "ledger.taken_back", "ledger", self.ledger.id, self.now)


def _put_back(row: Any, columns: dict[str, Any]) -> None:
    """Set columns to what they were; days and sealed bytes travelled as text."""
    types = {column.key: column.type for column in inspect(type(row)).columns}
    for name, value in columns.items():
        if value is not None and isinstance(types[name], Date):
            value = date.fromisoformat(value)
        elif value is not None and name == "sealed":
            value = bytes.fromhex(value)
        setattr(row, name, value)
