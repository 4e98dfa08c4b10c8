"""Bringing a vacancy sheet in; the same re-import rules as for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.models import Organisation, Role
from matching.accounts.scope import Scope
from matching.clock import Clock
from matching.crypto import Keyring
from matching.errors import DomainError
from matching.outbox.events import LedgerFinished, VacancyErased, VacancyImported
from matching.outbox.service import emit, emit_erased, emit_many
from matching.sheets.headers import Match
from matching.sheets.mapping import Mapping
from matching.sheets.models import Ledger, LedgerChange
from matching.sheets.problems import Level, Problem
from matching.sheets.room import Applied, Checker, Outcome, across_file, choose_mappings
from matching.vacancies.codes import MAX_VALID_DAYS, Held, State
from matching.vacancies.employers import employer_of, is_verified, vouch
from matching.vacancies.facts import Facts, columns, key_digest, occupations
from matching.vacancies.models import Vacancy
from matching.vacancies.posting import Finding, Verdict, check, place_of_work, reasons_to_hold
from matching.vacancies.rules import state_after_sheet
from matching.vacancies.sheet_fields import COLUMNS_OF, SHEET_FIELD, WORDS_KEPT, field_digests, row_facts
from matching.vacancies.vacancy_rows import VacancyReader, VacancyRow, vacancy_families, vacancy_schema

SEAL_BEFORE = "ledger.before"
#: States in which ``--replace`` closes what a sheet leaves out.
STANDING = (State.OPEN, State.HELD, State.PAUSED)
#: Columns that facts do not make: they are decided after them.
_DECIDED = ("state", "held", "stopped_by")


class VacancySheet:
    """The vacancies room's side of an import."""

    row: ClassVar[type[Any]] = VacancyRow

    def mappings(self, chosen: str | None) -> list[Mapping]:
        """The header families, or the one asked for."""
        return choose_mappings(chosen, vacancy_families(), vacancy_schema())

    def checker(self, today: date) -> Callable[[Match], Checker]:
        """Checks of single rows, then duplicates across the file."""
        seen: set[str] = set()

        def see(row: VacancyRow, line: int) -> Problem | None:
            key = key_digest(0, row.ref, row.employer_name or "", row.title, row.place)
            if key in seen:
                return Problem(Level.REJECTED, "duplicate_in_file", "岗位编号", line)
            seen.add(key)
            return None

        return lambda match: across_file(VacancyReader(match, today).check, see)

    def prepare(self, rows: Sequence[VacancyRow]) -> list[VacancyRow]:
        """Code the titles of a chunk together, before any transaction is open."""
        coded = occupations([row.title for row in rows])
        return [
            replace(row, occupations=codes, occupation_confidence=confidence)
            for row, (codes, confidence) in zip(rows, coded, strict=True)
        ]

    def apply(
        self,
        session: Session,
        keyring: Keyring,
        clock: Clock,
        ledger: Ledger,
        rows: Sequence[tuple[int, VacancyRow]],
    ) -> Applied:
        """Write one chunk."""
        return _Chunk(session, keyring, clock, ledger, rows).apply()

    def finished(self, session: Session, keyring: Keyring, clock: Clock, ledger: Ledger) -> dict[str, Any]:
        """Close what the sheet left out, where that was asked for; then one pass over everything."""
        closed = self._close_missing(session, clock, ledger) if ledger.options.get("replace") else 0
        if ledger.created or ledger.updated or closed:
            emit(session, LedgerFinished(ledger.tenant_id), clock.now())
        return {"closed": closed} if ledger.options.get("replace") else {}

    def foresee(self, session: Session, ledger: Ledger, findings: dict[str, Any]) -> dict[str, Any]:
        """How many vacancies ``--replace`` would close."""
        if not ledger.options.get("replace"):
            return {}
        standing = session.scalar(
            select(func.count()).where(
                Vacancy.organisation_id == ledger.organisation_id, Vacancy.state.in_(STANDING)
            )
        )
        return {"closing": int(standing or 0) - int(findings.get("kept", 0))}

    def _close_missing(self, session: Session, clock: Clock, ledger: Ledger) -> int:
        missing = session.scalars(
            select(Vacancy).where(
                Vacancy.organisation_id == ledger.organisation_id,
                Vacancy.state.in_(STANDING),
                or_(Vacancy.last_sheet_id.is_(None), Vacancy.last_sheet_id != ledger.id),
            )
        ).all()
        for vacancy in missing:
            before = {name: getattr(vacancy, name) for name in _DECIDED}
            vacancy.state, vacancy.stopped_by = State.CLOSED, "sheet"
            vacancy.version += 1
            vacancy.touched_at = clock.now()
            session.add(_change(ledger, 0, vacancy, "updated", json.dumps(before).encode()))
        emit_many(session, VacancyImported, [vacancy.id for vacancy in missing], clock.now())
        return len(missing)

    def take_back(
        self,
        session: Session,
        keyring: Keyring,
        clock: Clock,
        ledger: Ledger,
        changes: Sequence[LedgerChange],
    ) -> None:
        """Undo an import whose vacancies nobody changed since.

        Raises:
            DomainError: ``import_rows_changed_since``, ``import_undo_gone``.
        """
        erased, restored = [], []
        for change in changes:
            vacancy = session.get(Vacancy, change.entity_id)
            if vacancy is None or vacancy.version != change.version:
                raise DomainError("import_rows_changed_since", line=change.line)
            if change.action == "created":
                session.delete(vacancy)
                erased.append(vacancy.id)
                continue
            if change.before is None:
                raise DomainError("import_undo_gone")
            _restore(vacancy, json.loads(change.before))
            vacancy.version += 1
            vacancy.touched_at = clock.now()
            restored.append(vacancy.id)
        session.flush()
        emit_erased(session, VacancyErased, erased, clock.now())
        emit_many(session, VacancyImported, restored, clock.now())
        emit(session, LedgerFinished(ledger.tenant_id), clock.now())
        audit.record(session, _importer(ledger), "ledger.taken_back", "ledger", ledger.id, clock.now())


def _importer(ledger: Ledger) -> Scope:
    return Scope(Role.ADMINISTRATOR, "system", None, None, ledger.organisation_id, ledger.user_id)


def _change(ledger: Ledger, line: int, vacancy: Vacancy, action: str, before: bytes | None) -> LedgerChange:
    return LedgerChange(
        ledger_id=ledger.id,
        line=line,
        entity="vacancy",
        entity_id=vacancy.id,
        action=action,
        version=vacancy.version,
        before=before,
    )


def _restore(vacancy: Vacancy, before: dict[str, Any]) -> None:
    for name, value in before.items():
        if value is not None and name in {"start_on", "valid_until"}:
            value = date.fromisoformat(value)
        elif value is not None and name == "contact":
            value = bytes.fromhex(value)
        setattr(vacancy, name, value)


class _Chunk:
    """One chunk in its transaction."""

    def __init__(
        self,
        session: Session,
        keyring: Keyring,
        clock: Clock,
        ledger: Ledger,
        rows: Sequence[tuple[int, VacancyRow]],
    ) -> None:
        self.session, self.keyring, self.ledger, self.rows = session, keyring, ledger, rows
        self.now, self.today = clock.now(), clock.today()
        self.poster = session.get_one(Organisation, ledger.organisation_id)
        self.scope = _importer(ledger)
        self.valid_days = int(ledger.options.get("valid_days", MAX_VALID_DAYS))
        self.keys = [self._key(row) for _, row in rows]
        self.known = {
            vacancy.key_digest: vacancy
            for vacancy in session.scalars(
                select(Vacancy).where(
                    Vacancy.organisation_id == ledger.organisation_id, Vacancy.key_digest.in_(self.keys)
                )
            )
        }
        self.standing = sum(vacancy.state in STANDING for vacancy in self.known.values())
        self.result = Applied()

    def _key(self, row: VacancyRow) -> str:
        employer = row.employer_name or self.poster.name
        return key_digest(self.poster.id, row.ref, employer, row.title, row.place)

    def apply(self) -> Applied:
        changes: list[tuple[int, Vacancy, str, bytes | None]] = []
        for (line, row), key in zip(self.rows, self.keys, strict=True):
            try:
                self.result.outcomes[line] = self._row(line, row, key, changes)
            except DomainError as error:
                self.result.problems.append(Problem(Level.REJECTED, error.code, "区划代码", line))
                self.result.outcomes[line] = Outcome.REJECTED
        self.session.flush()
        self.session.add_all(_change(self.ledger, *change) for change in changes)
        ids = [vacancy.id for _, vacancy, _, _ in changes]
        emit_many(self.session, VacancyImported, ids, self.now)
        self.result.findings["held"] = sum(vacancy.state == State.HELD for _, vacancy, _, _ in changes)
        if self.ledger.options.get("replace"):
            self._mark_seen()
        counts = {one.value: list(self.result.outcomes.values()).count(one) for one in Outcome}
        audit.record(
            self.session, self.scope, "vacancies.applied", "ledger", self.ledger.id, self.now, fields=counts
        )
        return self.result

    def _mark_seen(self) -> None:
        """Note which vacancies the sheet names (no change of theirs: their version stays)."""
        self.result.findings["kept"] = self.standing
        self.session.execute(
            update(Vacancy)
            .where(Vacancy.organisation_id == self.poster.id, Vacancy.key_digest.in_(self.keys))
            .values(last_sheet_id=self.ledger.id)
        )

    def _row(self, line: int, row: VacancyRow, key: str, changes: list[Any]) -> Outcome:
        digests = field_digests(self.keyring, row)
        digest = self.keyring.blind(json.dumps(digests), "vacancy.row")
        vacancy = self.known.get(key)
        unchanged = vacancy is not None and vacancy.row_digest == digest
        if vacancy is not None and unchanged and not self._comes_back(vacancy):
            return Outcome.UNCHANGED
        facts = row_facts(row)
        made = columns(self.keyring, facts, home=self.poster.region_code, today=self.today)
        employer = employer_of(
            self.session,
            self.poster,
            name=row.employer_name,
            credit_code=row.credit_code,
            region_code=made["region_code"],
            county=made["county"],
            now=self.now,
        )
        if self.ledger.options.get("vouch"):
            vouch(self.session, self.scope, self.poster, employer, self.now)
        if vacancy is None:
            self._create(line, row, key, digest, digests, made, employer, changes)
            return Outcome.CREATED
        return self._update(line, vacancy, digest, digests, made, employer, changes)

    def _reasons(
        self, line: int, facts: Facts, employer: Organisation, reviewed: dict[str, str]
    ) -> list[Held]:
        """Why the vacancy of a row waits; what the law says about it goes into the error workbook."""
        findings = check(facts, today=self.today, county=place_of_work(facts), valid_days=self.valid_days)
        for finding in findings:
            decided = finding.verdict is Verdict.DOUBTFUL and finding.key in reviewed
            if finding.verdict in {Verdict.BLOCK, Verdict.DOUBTFUL} and not decided:
                self.result.problems.append(self._problem(line, finding))
        return reasons_to_hold(findings, verified=is_verified(employer), reviewed=reviewed)

    def _problem(self, line: int, finding: Finding) -> Problem:
        names = vacancy_families()["vacancy_sheet"].headers[SHEET_FIELD.get(finding.field, finding.field)]
        column = next((name for name in names if name in self.ledger.header), names[0])
        return Problem(Level.HELD, finding.code, column, line, finding.words[:WORDS_KEPT])

    def _comes_back(self, vacancy: Vacancy) -> bool:
        """A sheet had left it out, or its employer has been vouched for meanwhile."""
        left_out = vacancy.state == State.CLOSED and vacancy.stopped_by == "sheet"
        return left_out or ("employer_unverified" in vacancy.held and bool(self.ledger.options.get("vouch")))

    def _create(
        self,
        line: int,
        row: VacancyRow,
        key: str,
        digest: str,
        digests: dict[str, str],
        made: dict[str, Any],
        employer: Organisation,
        changes: list[Any],
    ) -> None:
        reasons = self._reasons(line, made, employer, {})
        vacancy = Vacancy(
            tenant_id=self.poster.tenant_id,
            demo=self.poster.demo,
            organisation_id=self.poster.id,
            employer_id=employer.id,
            ref=row.ref,
            key_digest=key,
            row_digest=digest,
            imported=digests,
            state=state_after_sheet(None, None, reasons, made["valid_until"], self.today),
            held=[reason.value for reason in reasons],
            version=1,
            posted_at=self.now,
            created_at=self.now,
            touched_at=self.now,
            **made,
        )
        self.session.add(vacancy)
        self.known[key] = vacancy
        changes.append((line, vacancy, "created", None))

    def _update(
        self,
        line: int,
        vacancy: Vacancy,
        digest: str,
        digests: dict[str, str],
        made: dict[str, Any],
        employer: Organisation,
        changes: list[Any],
    ) -> Outcome:
        fresh = {name for name, value in digests.items() if vacancy.imported.get(name) != value}
        fresh -= set(vacancy.by_hand)
        wanted = {
            name: made[name] for field in fresh for name in COLUMNS_OF.get(field, (field,)) if name in made
        }
        # What was sealed anew looks different though it says the same; only a changed field counts.
        wanted = {name: value for name, value in wanted.items() if value is not None}
        wanted["employer_id"] = employer.id
        after = {**{name: getattr(vacancy, name) for name in made}, **wanted}
        reasons = self._reasons(line, after, employer, vacancy.reviewed or {})
        state = state_after_sheet(
            vacancy.state, vacancy.stopped_by, reasons, after["valid_until"], self.today
        )
        wanted |= {"held": [reason.value for reason in reasons], "state": state.value}
        if state in {State.OPEN, State.HELD}:
            wanted["stopped_by"] = None
        before: dict[str, Any] = {}
        for name, value in wanted.items():
            old = getattr(vacancy, name)
            if old != value:
                before[name] = old.hex() if isinstance(old, bytes) else old
                setattr(vacancy, name, value)
        vacancy.row_digest, vacancy.imported = digest, {**vacancy.imported, **digests}
        if not before:
            return Outcome.UNCHANGED
        vacancy.version += 1
        vacancy.touched_at = self.now
        changes.append(
            (line, vacancy, "updated", json.dumps(before, ensure_ascii=False, default=str).encode())
        )
        return Outcome.UPDATED
