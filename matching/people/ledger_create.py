"""New people of one chunk: collected, then inserted in bulk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from matching.db import new_public_id, table_of
from matching.people.codes import Relation
from matching.people.facts import Facts, household_columns, jobseeker_columns, member_columns
from matching.people.ledger_facts import Place, field_digests
from matching.people.ledger_journal import Journal, ids_by_public_id
from matching.people.models import (
    EmploymentSpell,
    Household,
    ImportedFacts,
    Jobseeker,
    Member,
    WillingnessRecord,
)
from matching.people.person_rows import PersonRow


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A row whose person is not known yet."""

    line: int
    row: PersonRow
    place: Place
    digest: str


class NewPeople:
    """Collects newcomers and writes them together."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._session = journal.session
        self._newcomers: list[Newcomer] = []

    def add(self, newcomer: Newcomer) -> None:
        """Note one; nothing is written before :meth:`write`."""
        self._newcomers.append(newcomer)

    def write(self) -> None:
        """Insert households, members, jobseekers and what hangs on them."""
        if not self._newcomers:
            return
        people = [self._journal.facts(one.row, one.place) for one in self._newcomers]
        households = self._households(people)
        self._replace_heads(households)
        self._people(households, people)
        self._journal.households.update(households)

    # -- households

    def _households(self, people: list[Facts]) -> list[int]:
        """The household of each newcomer, made where there is none."""
        keys: list[int | str] = []
        new: dict[str, dict[str, Any]] = {}
        lines: dict[str, int] = {}
        for one, facts in zip(self._newcomers, people, strict=True):
            known = self._known_household(one.row)
            keys.append(self._household_key(one) if known is None else known)
            if known is None:
                self._collect(new, lines, str(keys[-1]), one, facts)
        made = self._insert_households(new, lines)
        return [made[key] if isinstance(key, str) else key for key in keys]

    def _collect(
        self, new: dict[str, dict[str, Any]], lines: dict[str, int], key: str, one: Newcomer, facts: Facts
    ) -> None:
        if key not in new:
            lines[key] = one.line
            row = self._journal.household_row(one.row, one.place, facts)
            new[key] = {"public_id": new_public_id(), **row}
            return
        stated = household_columns(self._journal.keyring, facts)
        new[key].update({name: value for name, value in stated.items() if value is not None})

    def _insert_households(self, new: dict[str, dict[str, Any]], lines: dict[str, int]) -> dict[str, int]:
        if not new:
            return {}
        self._session.execute(insert(table_of(Household)), list(new.values()))
        ids = ids_by_public_id(self._session, Household, [row["public_id"] for row in new.values()])
        made = {key: ids[row["public_id"]] for key, row in new.items()}
        for key, household_id in made.items():
            self._journal.note("household", household_id, lines[key], "created", 1)
            if code := new[key]["code"]:
                self._journal.lookup.households[code] = household_id
        return made

    def _known_household(self, row: PersonRow) -> int | None:
        if row.household_code:
            return self._journal.lookup.households.get(row.household_code)
        head = self._journal.lookup.head(row)
        return head.household_id if head else None

    @staticmethod
    def _household_key(one: Newcomer) -> str:
        """Rows of one new household share it: its code, else its head's number, else nobody shares."""
        row = one.row
        if row.household_code:
            return f"code {row.household_code}"
        head = row.id_number if row.relation == Relation.HEAD else row.head_id_number
        return f"head {head}" if head else f"line {one.line}"

    def _replace_heads(self, households: list[int]) -> None:
        new_heads = {
            household_id: one.line
            for household_id, one in zip(households, self._newcomers, strict=True)
            if one.row.relation == Relation.HEAD and not self._journal.noted("household", household_id)
        }
        if not new_heads:
            return
        heads = self._session.scalars(
            select(Member).where(Member.household_id.in_(new_heads), Member.is_head)
        ).all()
        for old in heads:
            self._journal.step_down([old], new_heads[old.household_id])

    # -- people

    def _people(self, households: list[int], people: list[Facts]) -> None:
        journal = self._journal
        members = [
            {
                "public_id": new_public_id(),
                "tenant_id": journal.ledger.tenant_id,
                "household_id": household_id,
                "county": one.place.county,
                "by_hand": {},
                **journal.stamps,
                **member_columns(journal.keyring, facts, journal.today),
            }
            for household_id, facts, one in zip(households, people, self._newcomers, strict=True)
        ]
        self._session.execute(insert(table_of(Member)), members)
        ids = ids_by_public_id(self._session, Member, [row["public_id"] for row in members])
        seekers: list[dict[str, Any]] = []
        spells: list[dict[str, Any]] = []
        willing: list[dict[str, Any]] = []
        imported: list[dict[str, Any]] = []
        for member, facts, one in zip(members, people, self._newcomers, strict=True):
            member_id = ids[member["public_id"]]
            journal.note("member", member_id, one.line, "created", 1)
            imported.append(imported_row(journal, member_id, one.row, one.digest))
            columns = jobseeker_columns(facts, journal.today)
            if not columns["eligible"]:
                continue
            seekers.append({"id": member_id, **journal.seeker_place(one.place), **columns, **journal.stamps})
            if (spell := journal.spell_row(member_id, one.row)) is not None:
                spells.append(spell)
            if one.row.willingness:
                willing.append(journal.willingness_row(member_id, one.row.willingness))
        for table, rows in (
            (ImportedFacts, imported),
            (Jobseeker, seekers),
            (EmploymentSpell, spells),
            (WillingnessRecord, willing),
        ):
            if rows:
                self._session.execute(insert(table_of(table)), rows)
        journal.changed.update(seeker["id"] for seeker in seekers)


def imported_row(journal: Journal, member_id: int, row: PersonRow, digest: str) -> dict[str, Any]:
    """What this source says of a person, as digests."""
    return {
        "member_id": member_id,
        "source": journal.source,
        "row_digest": digest,
        "fields": field_digests(journal.keyring, row),
        "reading": 1,
    }
