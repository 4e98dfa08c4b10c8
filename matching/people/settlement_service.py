"""Settlements: by sheet, by hand, and made from a ledger's mention.

The table belongs to ``places``; writing it belongs here, because every change is audited.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.models import Organisation, Role
from matching.accounts.scope import Scope
from matching.clock import Clock
from matching.crypto import Keyring
from matching.errors import DomainError, Forbidden, NotFound, StaleVersion
from matching.outbox.events import JobseekerImported, LedgerFinished
from matching.outbox.service import emit, emit_many
from matching.people.models import Household, Jobseeker
from matching.places import regions
from matching.places.models import Settlement
from matching.places.settlement_rows import (
    SettlementReader,
    SettlementRow,
    settlement_families,
    settlement_schema,
)
from matching.sheets.headers import Match
from matching.sheets.mapping import Mapping
from matching.sheets.models import Ledger, LedgerChange
from matching.sheets.problems import Level, Problem
from matching.sheets.room import Applied, Checker, Outcome, across_file, choose_mappings

#: Columns that a sheet or a form may set.
FACTS = ("name", "region_code", "county", "resettlement", "persons", "longitude", "latitude", "point_exact")


class SettlementSheet:
    """The import of a settlement sheet; the key is county and name."""

    row: ClassVar[type[Any]] = SettlementRow

    def mappings(self, chosen: str | None) -> list[Mapping]:
        """The one family, or a mapping file."""
        return choose_mappings(chosen, settlement_families(), settlement_schema())

    def checker(self, today: date) -> Callable[[Match], Checker]:
        """Checks of single rows, then duplicates across the file."""
        seen: set[tuple[str, str]] = set()

        def see(row: SettlementRow, line: int) -> Problem | None:
            key = (row.region_code[:6], row.name)
            if key in seen:
                return Problem(Level.REJECTED, "duplicate_in_file", "安置点名称", line)
            seen.add(key)
            return None

        return lambda match: across_file(SettlementReader(match).check, see)

    def prepare(self, rows: Sequence[SettlementRow]) -> Sequence[SettlementRow]:
        """Nothing to work out."""
        return rows

    def apply(
        self,
        session: Session,
        keyring: Keyring,
        clock: Clock,
        ledger: Ledger,
        rows: Sequence[tuple[int, SettlementRow]],
    ) -> Applied:
        """Upsert the settlements of one chunk."""
        result = Applied()
        organisation = session.get_one(Organisation, ledger.organisation_id)
        for line, row in rows:
            code = _foreign(organisation, row)
            if code:
                result.problems.append(Problem(Level.REJECTED, code, "区划代码", line))
                result.outcomes[line] = Outcome.REJECTED
                continue
            result.outcomes[line] = _upsert(session, ledger, line, row, clock.now())
        counts = {one.value: list(result.outcomes.values()).count(one) for one in Outcome}
        audit.record(
            session, _importer(ledger), "settlements.applied", "ledger", ledger.id, clock.now(), fields=counts
        )
        return result

    def foresee(self, session: Session, ledger: Ledger, findings: dict[str, Any]) -> dict[str, Any]:
        """Nothing happens after the last row that a preview would have to tell."""
        return {}

    def finished(self, session: Session, keyring: Keyring, clock: Clock, ledger: Ledger) -> dict[str, Any]:
        """Distances may have changed: ask for one pass over everything."""
        if ledger.updated:
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
        """Remove what was made and is not in use.

        Raises:
            DomainError: ``import_rows_changed_since``.
        """
        for change in changes:
            row = session.get(Settlement, change.entity_id)
            if row is None or row.version != change.version or change.action != "created":
                raise DomainError("import_rows_changed_since", line=change.line)
            if session.scalar(select(func.count()).where(Household.settlement_id == row.id)):
                raise DomainError("import_rows_changed_since", line=change.line)
            session.execute(delete(Settlement).where(Settlement.id == row.id))
        audit.record(session, _importer(ledger), "ledger.taken_back", "ledger", ledger.id, clock.now())


def _importer(ledger: Ledger) -> Scope:
    return Scope(Role.ADMINISTRATOR, "system", None, None, ledger.organisation_id)


def _foreign(organisation: Organisation, row: SettlementRow) -> str | None:
    county = regions.county_of(row.region_code)
    if county is None:
        return "region_unknown"
    own = organisation.county
    allowed = county == own if not own.endswith("00") else regions.prefecture_of(county) == own
    return None if allowed else "other_county"


def _upsert(session: Session, ledger: Ledger, line: int, row: SettlementRow, now: datetime) -> Outcome:
    county = regions.county_of(row.region_code) or row.region_code
    known = session.scalar(
        select(Settlement).where(
            Settlement.tenant_id == ledger.tenant_id, Settlement.county == county, Settlement.name == row.name
        )
    )
    columns = settlement_columns(
        row.name, row.region_code, row.resettlement, row.persons, row.longitude, row.latitude
    )
    if known is None:
        known = Settlement(tenant_id=ledger.tenant_id, version=1, created_at=now, touched_at=now, **columns)
        session.add(known)
        session.flush()
        outcome = Outcome.CREATED
    else:
        stated = {name: value for name, value in columns.items() if value is not None}
        if not _assign(session, known, stated, now):
            return Outcome.UNCHANGED
        outcome = Outcome.UPDATED
    session.add(
        LedgerChange(
            ledger_id=ledger.id,
            line=line,
            entity="settlement",
            entity_id=known.id,
            action=outcome.value,
            version=known.version,
        )
    )
    return outcome


def settlement_columns(
    name: str,
    region_code: str,
    resettlement: str | None,
    persons: int | None,
    longitude: float | None,
    latitude: float | None,
) -> dict[str, Any]:
    """Columns of a settlement; without a position of its own it stands at its county's point."""
    code = regions.get(region_code).code
    county = regions.county_of(code) or code
    exact = longitude is not None and latitude is not None
    point = (longitude, latitude) if exact else regions.point(county)
    return {
        "name": name,
        "region_code": code,
        "county": county,
        "resettlement": resettlement,
        "persons": persons,
        "longitude": point[0] if point else None,
        "latitude": point[1] if point else None,
        "point_exact": exact,
    }


def _assign(session: Session, settlement: Settlement, columns: dict[str, Any], now: datetime) -> bool:
    if settlement.point_exact and not columns.get("point_exact", True):
        # The county's point says less than what is known already.
        columns = {k: v for k, v in columns.items() if k not in {"longitude", "latitude", "point_exact"}}
    changed = {name for name, value in columns.items() if getattr(settlement, name) != value}
    if not changed and not settlement.unconfirmed:
        return False
    for name in changed:
        setattr(settlement, name, columns[name])
    settlement.unconfirmed = False
    settlement.version += 1
    settlement.touched_at = now
    if changed & {"longitude", "latitude", "point_exact", "county"}:
        _move_people(session, settlement, now)
    return True


def _move_people(session: Session, settlement: Settlement, now: datetime) -> None:
    """Distances start at the settlement: its people carry its point."""
    ids = list(session.scalars(select(Jobseeker.id).where(Jobseeker.settlement_id == settlement.id)))
    session.execute(
        update(Jobseeker)
        .where(Jobseeker.settlement_id == settlement.id)
        .values(
            longitude=settlement.longitude,
            latitude=settlement.latitude,
            point_exact=settlement.point_exact,
            version=Jobseeker.version + 1,
            touched_at=now,
        )
        .execution_options(synchronize_session=False)
    )
    emit_many(session, JobseekerImported, ids, now)


def save_settlement(
    session: Session,
    scope: Scope,
    *,
    public_id: str | None,
    version: int | None,
    name: str,
    region_code: str,
    resettlement: str | None,
    persons: int | None,
    longitude: float | None,
    latitude: float | None,
    now: datetime,
) -> Settlement:
    """Add a settlement by hand, or correct and confirm one.

    Args:
        public_id, version: of the settlement to correct, as it was when the form was shown; None to add.

    Raises:
        NotFound, Forbidden, StaleVersion; DomainError: ``settlement_exists``, ``region_unknown``.
    """
    if not scope.changes or scope.tenant_id is None:
        raise Forbidden("not_allowed")
    columns = settlement_columns(name.strip(), region_code, resettlement, persons, longitude, latitude)
    if scope.county and columns["county"] != scope.county:
        raise Forbidden("other_county")
    settlement = _one(session, scope, public_id) if public_id else None
    double = session.scalar(
        select(Settlement.id).where(
            Settlement.tenant_id == scope.tenant_id,
            Settlement.county == columns["county"],
            Settlement.name == columns["name"],
        )
    )
    if double is not None and (settlement is None or settlement.id != double):
        raise DomainError("settlement_exists", settlement=columns["name"])
    if settlement is None:
        settlement = Settlement(
            tenant_id=scope.tenant_id, version=1, created_at=now, touched_at=now, **columns
        )
        session.add(settlement)
        session.flush()
        audit.record(session, scope, "settlement.added", "settlement", settlement.id, now)
        return settlement
    if settlement.version != version:
        raise StaleVersion("changed_meanwhile")
    if _assign(session, settlement, columns, now):
        emit(session, LedgerFinished(settlement.tenant_id), now)
        audit.record(
            session,
            scope,
            "settlement.corrected",
            "settlement",
            settlement.id,
            now,
            fields={"columns": sorted(FACTS)},
        )
    return settlement


def _one(session: Session, scope: Scope, public_id: str) -> Settlement:
    statement = select(Settlement).where(
        Settlement.public_id == public_id, Settlement.tenant_id == scope.tenant_id
    )
    if scope.county:
        statement = statement.where(Settlement.county == scope.county)
    found = session.scalar(statement.with_for_update())
    if found is None:
        raise NotFound("settlement_missing")
    return found


def add_unconfirmed(session: Session, ledger: Ledger, *, name: str, county: str, now: datetime) -> Settlement:
    """A settlement that a ledger mentions and nobody registered: at the county's point, to be confirmed."""
    columns = settlement_columns(name[:60], county, None, None, None, None)
    made = Settlement(
        tenant_id=ledger.tenant_id, unconfirmed=True, version=1, created_at=now, touched_at=now, **columns
    )
    session.add(made)
    session.flush()
    session.add(
        LedgerChange(
            ledger_id=ledger.id, line=0, entity="settlement", entity_id=made.id, action="created", version=1
        )
    )
    return made
