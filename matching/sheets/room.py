"""What a room brings along so that its sheets can be imported: this room knows files, that one rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from sqlalchemy.orm import Session

from matching.clock import Clock
from matching.crypto import Keyring
from matching.sheets.headers import Match
from matching.sheets.mapping import Mapping as Family
from matching.sheets.mapping import Schema, parse_mapping
from matching.sheets.models import Ledger, LedgerChange
from matching.sheets.problems import Problem
from matching.sheets.reading import Line


class Outcome(StrEnum):
    """What became of a row: each has exactly one"""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class CheckedRow(Protocol):
    """One row after the checks that need no database."""

    @property
    def row(self) -> Any:
        """The room's dataclass; None when the row is rejected."""
        ...

    @property
    def problems(self) -> Sequence[Problem]:
        """What was found."""
        ...


@dataclass
class Applied:
    """What a chunk did.

    Args:
        outcomes: line → outcome.
        problems: found only with the database at hand.
        findings: lists for the preview (new settlements and the like), without personal facts.
    """

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    findings: dict[str, Any] = field(default_factory=dict)


#: Checks one line of a matched sheet; keeps what it needs for checks across the file.
Checker = Callable[[Line], CheckedRow]


class Room(Protocol):
    """One kind of sheet."""

    #: Dataclass of a checked row; its fields hold what JSON can hold, days and tuples.
    row: ClassVar[type[Any]]

    def mappings(self, chosen: str | None) -> list[Family]:
        """The families of this kind, or only the chosen one (a name or the text of a mapping file)."""
        ...

    def checker(self, today: date) -> Callable[[Match], Checker]:
        """A checker per matched sheet of one file; duplicates are found across all of them."""
        ...

    def prepare(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Work out for a chunk what is dear and needs no database; one row back for each."""
        ...

    def apply(
        self,
        session: Session,
        keyring: Keyring,
        clock: Clock,
        ledger: Ledger,
        rows: Sequence[tuple[int, Any]],
    ) -> Applied:
        """Write one chunk of (line, row): upserts, changes, outbox rows and audit, in this transaction."""
        ...

    def foresee(self, session: Session, ledger: Ledger, findings: dict[str, Any]) -> dict[str, Any]:
        """What :meth:`finished` would do, for the preview; ``findings`` are those of all chunks."""
        ...

    def finished(self, session: Session, keyring: Keyring, clock: Clock, ledger: Ledger) -> dict[str, Any]:
        """What remains after the last chunk (closing missing vacancies); returns findings."""
        ...

    def take_back(
        self,
        session: Session,
        keyring: Keyring,
        clock: Clock,
        ledger: Ledger,
        changes: Sequence[LedgerChange],
    ) -> None:
        """Undo these changes, the newest first; raises ``import_rows_changed_since`` if one cannot be."""
        ...


def choose_mappings(chosen: str | None, families: Mapping[str, Family], schema: Schema) -> list[Family]:
    """The families to try on a file.

    Args:
        chosen: None for all, the name of one, or the text of a mapping file.

    Raises:
        DomainError: ``mapping_invalid``.
    """
    if chosen is None:
        return list(families.values())
    if chosen in families:
        return [families[chosen]]
    return [parse_mapping(chosen, schema)]


def across_file(check: Checker, see: Callable[[Any, int], Problem | None]) -> Checker:
    """A checker that also asks what can only be seen across the rows of one file.

    Args:
        check: checks one line by itself.
        see: told of every row that passed, in order; answers with the problem that rejects it.
    """

    def checked(line: Line) -> CheckedRow:
        result = check(line)
        if result.row is None:
            return result
        found = see(result.row, line.number)
        return result if found is None else Rejected(None, (*result.problems, found))

    return checked


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is rejected because of another row of its file."""

    row: None
    problems: tuple[Problem, ...]
