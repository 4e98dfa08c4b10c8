"""Bringing a person sheet in: one chunk at a time, new people in bulk, known people field by field.

Re-import rules (design 4.6): a field is written only if this source's value changed since its last import; a
field corrected by hand stays and the offer is listed; an empty cell never erases; a person missing from a
file is never removed; an unchanged row costs one comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import insert
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.models import Organisation, Role
from matching.accounts.scope import Scope
from matching.clock import Clock
from matching.crypto import Keyring
from matching.errors import DomainError
from matching.outbox.events import JobseekerImported, LedgerFinished
from matching.outbox.service import emit, emit_many
from matching.people import settlement_service, zero_job
from matching.people.ledger_create import Newcomer, NewPeople
from matching.people.ledger_facts import Place, row_digest
from matching.people.ledger_journal import Journal
from matching.people.ledger_lookup import Known, Lookup, Site
from matching.people.ledger_undo import take_back
from matching.people.ledger_update import KnownPeople
from matching.people.models import TransferRequest
from matching.people.person_rows import FileChecks, PersonReader, PersonRow, person_families, person_schema
from matching.places import regions
from matching.sheets.headers import Match
from matching.sheets.mapping import Mapping
from matching.sheets.models import Ledger, LedgerChange
from matching.sheets.problems import Level, Problem
from matching.sheets.room import Applied, Checker, Outcome, across_file, choose_mappings


class LedgerSheet:
    """The people room's side of an import."""

    row: ClassVar[type[Any]] = PersonRow

    def mappings(self, chosen: str | None) -> list[Mapping]:
        """The header families, or the one asked for."""
        return choose_mappings(chosen, person_families(), person_schema())

    def checker(self, today: date) -> Callable[[Match], Checker]:
        """Checks of single rows, then duplicates and second heads across the file."""
        across = FileChecks()

        return lambda match: across_file(PersonReader(match, today).check, across.see)

    def prepare(self, rows: Sequence[PersonRow]) -> Sequence[PersonRow]:
        """Nothing to work out."""
        return rows

    def apply(
        self,
        session: Session,
        keyring: Keyring,
        clock: Clock,
        ledger: Ledger,
        rows: Sequence[tuple[int, PersonRow]],
    ) -> Applied:
        """Write one chunk."""
        return _Chunk(session, keyring, clock, ledger, rows).apply()

    def foresee(self, session: Session, ledger: Ledger, findings: dict[str, Any]) -> dict[str, Any]:
        """Nothing happens after the last row that a preview would have to tell."""
        return {}

    def finished(self, session: Session, keyring: Keyring, clock: Clock, ledger: Ledger) -> dict[str, Any]:
        """Ask for one pass over everything, unless nothing changed."""
        if ledger.created or ledger.updated:
            emit(session, LedgerFinished(ledger.tenant_id), clock.now())
        return {}

    def take_back(
        self,
        session: Session,
        keyring: Keyring,
        clock: Clock,
        ledger: Ledger,
        changes: Sequence[LedgerChange],
    ) -> None:
        """Undo an import."""
        take_back(session, keyring, clock, ledger, changes)


class _Chunk:
    """One chunk in its transaction."""

    def __init__(
        self,
        session: Session,
        keyring: Keyring,
        clock: Clock,
        ledger: Ledger,
        rows: Sequence[tuple[int, PersonRow]],
    ) -> None:
        self.session, self.clock, self.ledger, self.rows = session, clock, ledger, rows
        self.keyring = keyring
        self.organisation = session.get_one(Organisation, ledger.organisation_id)
        self.source = f"{ledger.family}@{ledger.organisation_id}"[:60]
        self.lookup = Lookup(session, keyring, self.organisation, self.source, [row for _, row in rows])
        demo = self.organisation.demo
        self.journal = Journal(
            session, keyring, ledger, self.lookup, self.source, clock.now(), clock.today(), demo
        )
        self.new, self.known = NewPeople(self.journal), KnownPeople(self.journal)
        self.result = Applied()
        self.creates = all(mapping.creates != "never" for mapping in self._families())

    def _families(self) -> list[Mapping]:
        known = person_families()
        return [known[name] for name in (self.ledger.family or "").split(",") if name in known]

    def apply(self) -> Applied:
        transfers: list[dict[str, Any]] = []
        for line, row in self.rows:
            self.result.outcomes[line] = self._row(line, row, transfers)
        if transfers:
            self.session.execute(insert(TransferRequest), transfers)
        self.new.write()
        self.journal.write()
        zero = zero_job.refresh(self.session, self.journal.households, self.clock.now())
        changed = self.journal.changed | set(zero)
        emit_many(self.session, JobseekerImported, sorted(changed), self.clock.now())
        self._audit()
        return self.result

    def _row(self, line: int, row: PersonRow, transfers: list[dict[str, Any]]) -> Outcome:
        known = self.lookup.person(row)
        digest = row_digest(self.keyring, row)
        if known is not None and known.row_digest == digest:
            return Outcome.UNCHANGED
        if known is None and not self._may_create(row):
            return self._reject(line, "unknown_person", "身份证号")
        try:
            place = self._place(row, known)
        except DomainError as error:
            column = "安置点名称" if error.code == "settlement_unknown" else "区划"
            return self._reject(line, error.code, column)
        if self._foreign(place, known):
            transfers.append(self._transfer(row, place, known))
            return self._reject(line, "other_county", "区划")
        if known is None:
            self.new.add(Newcomer(line, row, place, digest))
            return Outcome.CREATED
        changed = self.known.update(line, row, place if self._states_place(row) else None, digest, known)
        return Outcome.UPDATED if changed else Outcome.UNCHANGED

    def _may_create(self, row: PersonRow) -> bool:
        return self.creates and row.name is not None

    def _states_place(self, row: PersonRow) -> bool:
        return self.creates and bool(
            row.settlement_name or row.region_code or row.region_parts or row.region_text or row.address
        )

    def _place(self, row: PersonRow, known: Known | None) -> Place:
        """Raises ``region_unknown`` or ``settlement_unknown``."""
        if known is not None and not self.creates:
            # Records about known people name their register (户籍), which is not where they live.
            return Place(known.county, known.county, None)
        region = self.lookup.region(row)
        county = regions.county_of(region) if region else None
        own = self.organisation.county
        if not row.settlement_name:
            code = region or self.organisation.region_code
            home = county or (known.county if known else None) or regions.county_of(code) or own
            return Place(code, home, None)
        likely = county or (own if not own.endswith("00") else None)
        site = self.lookup.settlement(row.settlement_name, county) or self.lookup.settlement(
            row.settlement_name, likely
        )
        if site is None:
            site = self._new_site(row.settlement_name, likely)
        return Place(region or site.region_code, site.county, site)

    def _new_site(self, name: str, county: str | None) -> Site:
        if county is None:
            raise DomainError("settlement_unknown")
        listed = self.result.findings.setdefault("new_settlements", [])
        if {"name": name, "county": county} not in listed:
            listed.append({"name": name, "county": county})
        if not self.ledger.options.get("new_settlements"):
            raise DomainError("settlement_unknown")
        made = settlement_service.add_unconfirmed(
            self.session, self.ledger, name=name, county=county, now=self.clock.now()
        )
        site = Site(made.id, county, county, made.longitude, made.latitude, False)
        self.lookup.add_site(name, site)
        return site

    def _foreign(self, place: Place, known: Known | None) -> bool:
        """Whether the row is another county's (or prefecture's) business."""
        prefecture = self.lookup.tenant.prefecture
        if regions.prefecture_of(place.county) not in {prefecture, None}:
            return True
        own = self.organisation.county
        if own.endswith("00"):
            return False
        return place.county != own or (known is not None and known.county != own)

    def _transfer(self, row: PersonRow, place: Place, known: Known | None) -> dict[str, Any]:
        return {
            "tenant_id": self.ledger.tenant_id,
            "id_index": self.lookup.id_index.get(row.id_number) if row.id_number else None,
            "from_county": known.county if known else place.county,
            "to_county": self.organisation.county,
            "ledger_id": self.ledger.id,
            "created_at": self.clock.now(),
        }

    def _reject(self, line: int, code: str, column: str) -> Outcome:
        self.result.problems.append(Problem(Level.REJECTED, code, column, line))
        return Outcome.REJECTED

    def _audit(self) -> None:
        counts = {one.value: list(self.result.outcomes.values()).count(one) for one in Outcome}
        scope = Scope(Role.ADMINISTRATOR, "system", None, None, self.ledger.organisation_id)
        audit.record(
            self.session, scope, "ledger.applied", "ledger", self.ledger.id, self.clock.now(), fields=counts
        )
