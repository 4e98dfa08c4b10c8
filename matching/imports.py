"""Imports as a doorstep offers them: which room takes which sheet, who may do what, each act audited."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.models import Organisation
from matching.accounts.scope import Scope
from matching.clock import Clock
from matching.crypto import Keyring
from matching.errors import DomainError, Forbidden, NotFound
from matching.people.ledger_service import LedgerSheet
from matching.people.settlement_service import SettlementSheet
from matching.people.words import PROBLEMS as PEOPLE_PROBLEMS
from matching.placements.models import Application
from matching.sheets import queries, service
from matching.sheets.errors_workbook import write_errors
from matching.sheets.mapping import Mapping as Family
from matching.sheets.models import Ledger, LedgerChange, LedgerState, SheetKind
from matching.sheets.problems import Level
from matching.sheets.room import Room
from matching.sheets.templates import write_template
from matching.vacancies.sheet_service import VacancySheet
from matching.vacancies.words import PROBLEMS as VACANCY_PROBLEMS

#: kind of sheet → the room that knows how to check and apply its rows.
ROOMS: dict[str, Room] = {
    SheetKind.SETTLEMENTS: SettlementSheet(),
    SheetKind.LEDGER: LedgerSheet(),
    SheetKind.VACANCIES: VacancySheet(),
}
#: kind of sheet → code of a finding → sentence.
PROBLEMS: dict[str, Mapping[str, str]] = {
    SheetKind.SETTLEMENTS: PEOPLE_PROBLEMS,
    SheetKind.LEDGER: PEOPLE_PROBLEMS,
    SheetKind.VACANCIES: VACANCY_PROBLEMS,
}


def visible_organisations(session: Session, scope: Scope) -> dict[int, str]:
    """Organisations whose imports this actor may look at (the cells stay closed to all but the own one)."""
    statement = select(Organisation.id, Organisation.name)
    if scope.tenant_id is not None:
        statement = statement.where(Organisation.tenant_id == scope.tenant_id)
    if scope.county is not None:
        statement = statement.where(
            (Organisation.county == scope.county) | (Organisation.id == scope.organisation_id)
        )
    return dict(session.execute(statement).all())


def template(kind: str) -> Family:
    """The family whose empty sheet is offered for a kind."""
    return next(family for family in ROOMS[kind].mappings(None) if family.template)


def write_empty_sheet(kind: str, file: BinaryIO) -> None:
    """Write the empty sheet of a kind with its code lists."""
    write_template(template(kind), file)


def find(session: Session, scope: Scope, public_id: str) -> Ledger:
    """An import that this actor may look at.

    Raises:
        NotFound: ``import_unknown``, also for one outside the scope.
    """
    ledger = session.scalar(select(Ledger).where(Ledger.public_id == public_id))
    if ledger is None or ledger.organisation_id not in visible_organisations(session, scope):
        raise NotFound("import_unknown")
    return ledger


def own(session: Session, scope: Scope, public_id: str) -> Ledger:
    """An import of the actor's own organisation, locked, to be acted on.

    Raises:
        NotFound: ``import_unknown``.
        Forbidden: ``import_not_yours``, ``not_allowed``.
    """
    ledger = find(session, scope, public_id)
    if not scope.changes:
        raise Forbidden("not_allowed")
    if ledger.organisation_id != scope.organisation_id:
        raise Forbidden("import_not_yours")
    session.refresh(ledger, with_for_update=True)
    return ledger


def receive(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    file: IO[bytes],
    *,
    kind: str,
    filename: str,
    options: dict[str, Any],
    now: datetime,
    most_bytes: int,
) -> Ledger:
    """Take in an uploaded file for the actor's organisation; see :func:`matching.sheets.service.receive`.

    Raises:
        Forbidden: ``not_allowed``, ``import_needs_organisation``.
    """
    if not scope.changes:
        raise Forbidden("not_allowed")
    if scope.organisation_id is None or scope.tenant_id is None:
        raise Forbidden("import_needs_organisation")
    if options.get("mapping"):
        ROOMS[kind].mappings(options["mapping"])  # raises mapping_invalid before anything is stored
    ledger = service.receive(
        session,
        keyring,
        file,
        kind=kind,
        filename=filename,
        tenant_id=scope.tenant_id,
        organisation_id=scope.organisation_id,
        user_id=scope.user_id,
        options=options,
        now=now,
        most_bytes=most_bytes,
    )
    _note(session, scope, "import.received", ledger, now, {"kind": kind, "bytes": ledger.size})
    return ledger


def confirm(session: Session, scope: Scope, public_id: str, now: datetime) -> Ledger:
    """Yes: apply it."""
    ledger = own(session, scope, public_id)
    service.confirm(session, ledger, now)
    ledger.options = {**ledger.options, "confirmed_at": now.isoformat()}
    _note(session, scope, "import.confirmed", ledger, now)
    return ledger


def cancel(session: Session, scope: Scope, public_id: str, now: datetime) -> Ledger:
    """Stop an import that is not over."""
    ledger = own(session, scope, public_id)
    service.cancel(session, ledger, now)
    _note(session, scope, "import.cancelled", ledger, now)
    return ledger


def take_back(session: Session, scope: Scope, keyring: Keyring, clock: Clock, public_id: str) -> Ledger:
    """Undo a finished import while its rows are unchanged."""
    ledger = own(session, scope, public_id)
    _nobody_applied(session, ledger)
    service.take_back(session, keyring, clock, ROOMS, ledger)
    _note(session, scope, "import.taken_back", ledger, clock.now())
    return ledger


def _nobody_applied(session: Session, ledger: Ledger) -> None:
    """Rows to which an application hangs by now are not "unchanged since", though they are the same."""
    sides = {"member": Application.jobseeker_id, "vacancy": Application.vacancy_id}
    for entity, column in sides.items():
        line = session.scalar(
            select(LedgerChange.line)
            .where(
                LedgerChange.ledger_id == ledger.id,
                LedgerChange.entity == entity,
                LedgerChange.entity_id.in_(select(column).where(Application.created_at >= ledger.created_at)),
            )
            .limit(1)
        )
        if line is not None:
            raise DomainError("import_rows_changed_since", line=line)


def error_workbook(
    session: Session, scope: Scope, keyring: Keyring, public_id: str, now: datetime
) -> tuple[Ledger, bytes]:
    """Rejected rows and rows that wait to be put right, with reasons; the download is audited.

    Only for the importing organisation.

    Raises:
        DomainError: ``import_rows_gone`` when the retention time is over.
    """
    ledger = own(session, scope, public_id)
    if not queries.has_rows(session, ledger.id):
        raise DomainError("import_rows_gone")
    rows = list(queries.rejected_rows(session, keyring, ledger.id))
    held = list(queries.rejected_rows(session, keyring, ledger.id, Level.HELD))
    file = io.BytesIO()
    write_errors(file, ledger.header, rows, PROBLEMS[ledger.kind], held)
    _note(session, scope, "import.errors_downloaded", ledger, now, {"rows": len(rows) + len(held)})
    return ledger, file.getvalue()


def may_take_back(ledger: Ledger) -> bool:
    """Whether taking back is worth offering; that rows changed since shows only when it is tried."""
    changed = ledger.created or ledger.updated or ledger.findings.get("closed")
    return bool(changed) and ledger.state in {LedgerState.DONE, LedgerState.CANCELLED}


def _note(
    session: Session,
    scope: Scope,
    action: str,
    ledger: Ledger,
    now: datetime,
    fields: dict[str, Any] | None = None,
) -> None:
    audit.record(session, scope, action, "ledger", ledger.id, now, fields=fields)
