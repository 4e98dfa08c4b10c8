"""Known people of one chunk: changed field by field, by what this source states anew."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import insert, select

from matching.people.codes import Relation, Target, Work
from matching.people.facts import (
    Facts,
    household_columns,
    jobseeker_columns,
    member_columns,
    stored_facts,
)
from matching.people.ledger_create import imported_row
from matching.people.ledger_facts import Place, field_digests
from matching.people.ledger_journal import Journal
from matching.people.ledger_lookup import Known
from matching.people.models import (
    EmploymentSpell,
    Household,
    ImportConflict,
    ImportedFacts,
    Jobseeker,
    Member,
    WillingnessRecord,
)
from matching.people.person_rows import PersonRow
from matching.people.rules import AT_WORK

#: Fields of the present employment spell.
_SPELL = frozenset(
    {
        "employer_name",
        "work_start",
        "work_end",
        "monthly_income_cents",
        "months_worked",
        "channel",
        "industry",
    }
)
SEAL_OFFER = "conflict.offer"


class KnownPeople:
    """Writes what rows state anew about people who are in the tables."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._session = journal.session

    def update(self, line: int, row: PersonRow, place: Place | None, digest: str, known: Known) -> bool:
        """Write what this source states anew about a known person.

        Args:
            place: None where the row states no place: then the person stays where they are.

        Returns:
            Whether anything was written.
        """
        member = self._session.get_one(Member, known.member_id)
        digests = field_digests(self._journal.keyring, row)
        record = self._session.get(ImportedFacts, (member.id, self._journal.source))
        before = record.fields if record else {}
        fresh = {name for name, value in digests.items() if before.get(name) != value}
        fresh -= self._conflicts(member, row, fresh)
        undo = {
            "imported": None if record is None else {"row_digest": record.row_digest, "fields": record.fields}
        }
        if record is None:
            self._session.add(ImportedFacts(**imported_row(self._journal, member.id, row, digest)))
        else:
            record.row_digest, record.fields = digest, {**before, **digests}
        written = self._write_known(line, row, place, member, fresh, undo)
        if written:
            self._journal.note("member", member.id, line, "updated", member.version, undo)
        return written

    def _conflicts(self, member: Member, row: PersonRow, fresh: set[str]) -> set[str]:
        """Fields that somebody corrected by hand: they stay, and the offer is listed."""
        kept = fresh & set(member.by_hand)
        for name in kept:
            conflict = self._session.scalar(
                select(ImportConflict).where(
                    ImportConflict.member_id == member.id,
                    ImportConflict.field == name,
                    ImportConflict.source == self._journal.source,
                )
            )
            if conflict is None:
                conflict = ImportConflict(
                    tenant_id=member.tenant_id, member_id=member.id, field=name, source=self._journal.source
                )
                self._session.add(conflict)
            offered = json.dumps(getattr(row, name), ensure_ascii=False, default=str)
            conflict.offered = self._journal.keyring.seal(offered.encode(), SEAL_OFFER)
            conflict.created_at, conflict.resolved_at = self._journal.now, None
        return kept

    def _write_known(
        self,
        line: int,
        row: PersonRow,
        place: Place | None,
        member: Member,
        fresh: set[str],
        undo: dict[str, Any],
    ) -> bool:
        household = self._household_of(line, row, place, member, undo)
        seeker = self._session.get(Jobseeker, member.id)
        stored = stored_facts(self._journal.keyring, household, member, seeker)
        offered = self._journal.facts(row, place)
        facts = {**stored, **{name: value for name, value in offered.items() if name in fresh}}
        facts["in_settlement"] = household.settlement_id is not None
        moved = self._settle(household, line, place) if place else False
        if facts.get("relation") == Relation.HEAD and not member.is_head:
            heads = select(Member).where(Member.household_id == household.id, Member.is_head)
            self._journal.step_down(list(self._session.scalars(heads.where(Member.id != member.id))), line)
        member_new = member_columns(self._journal.keyring, facts, self._journal.today)
        same_seal = _same(
            facts, stored, ("id_number", "phone", "health", "disability", "disabled", "difficulty")
        )
        if same_seal:
            member_new.pop("sealed")
        changed = self._journal.assign(
            member, {**member_new, "household_id": household.id, "county": household.county}, undo, "member"
        )
        house_new = household_columns(self._journal.keyring, facts)
        if _same(facts, stored, ("household_phone",)):
            house_new.pop("sealed")
        house_changed = self._assign_household(household, house_new, line)
        seeker_changed = self._write_seeker(row, member, seeker, facts, household, fresh, undo)
        if not (changed or house_changed or seeker_changed or moved):
            return False
        member.version += 1
        member.touched_at = self._journal.now
        self._journal.households.add(household.id)
        return True

    def _write_seeker(
        self,
        row: PersonRow,
        member: Member,
        seeker: Jobseeker | None,
        facts: Facts,
        household: Household,
        fresh: set[str],
        undo: dict[str, Any],
    ) -> bool:
        columns = jobseeker_columns(facts, self._journal.today)
        site = self._journal.lookup.site(household.settlement_id)
        columns |= self._journal.seeker_place(Place(household.region_code, household.county, site))
        if seeker is None:
            if not columns["eligible"]:
                return False
            self._session.execute(insert(Jobseeker), [{"id": member.id, **columns, **self._journal.stamps}])
            undo["jobseeker"] = None
            self._journal.changed.add(member.id)
            self._write_spell(row, member.id, facts)
            return True
        zero = {name: held for name, held in seeker.classes.items() if name == Target.ZERO_JOB}
        columns["classes"] = {**columns["classes"], **zero}
        willing = columns["willingness"]
        if seeker.willingness != willing:
            self._session.execute(
                insert(WillingnessRecord), [self._journal.willingness_row(member.id, willing)]
            )
        changed = self._journal.assign(seeker, columns, undo, "jobseeker")
        if fresh & (_SPELL | {"work", "work_place"}):
            self._write_spell(row, member.id, facts)
            changed = True
        if changed:
            seeker.version += 1
            seeker.touched_at = self._journal.now
            self._journal.changed.add(member.id)
        return changed

    def _write_spell(self, row: PersonRow, member_id: int, facts: Facts) -> None:
        """Keep the open spell in step: begin it, correct it, or end it."""
        spell = self._session.scalar(
            select(EmploymentSpell)
            .where(EmploymentSpell.jobseeker_id == member_id, EmploymentSpell.ended_on.is_(None))
            .order_by(EmploymentSpell.id.desc())
            .limit(1)
        )
        if facts.get("work") not in AT_WORK:
            if spell is not None and row.work in {Work.UNEMPLOYED, Work.FARMING}:
                spell.ended_on = row.work_end or self._journal.today
            return
        if spell is None or (
            row.employer_name and spell.employer_name and row.employer_name != spell.employer_name
        ):
            if spell is not None:
                spell.ended_on = row.work_start or self._journal.today
            stated = self._journal.spell_row(member_id, row) or {}
            if stated:
                self._session.execute(insert(EmploymentSpell), [stated])
            return
        stated = self._journal.spell_row(member_id, row) or {}
        for name in ("employer_name", "place", "channel", "started_on", "ended_on", "monthly_income_cents"):
            if stated.get(name) is not None:
                setattr(spell, name, stated[name])

    # -- households of known people

    def _household_of(
        self, line: int, row: PersonRow, place: Place | None, member: Member, undo: dict[str, Any]
    ) -> Household:
        """The household after this row: a provisional one is linked once its code is known."""
        household = self._session.get_one(Household, member.household_id)
        code = row.household_code
        if not code or household.code == code:
            return household
        target = self._journal.lookup.households.get(code)
        if target is not None:
            self._journal.households.add(household.id)
            return self._session.get_one(Household, target)
        if household.provisional:
            self._assign_household(household, {"code": code, "provisional": False}, line)
            self._journal.lookup.households[code] = household.id
            return household
        here = place or Place(
            household.region_code, household.county, self._journal.lookup.site(household.settlement_id)
        )
        made = Household(**self._journal.household_row(row, here, self._journal.facts(row, here)))
        self._session.add(made)
        self._session.flush()
        self._journal.lookup.households[code] = made.id
        self._journal.note("household", made.id, line, "created", 1, None)
        self._journal.households.add(household.id)
        return made

    def _settle(self, household: Household, line: int, place: Place) -> bool:
        columns: dict[str, Any] = {"region_code": place.region_code, "county": place.county}
        if place.site:
            columns["settlement_id"] = place.site.id
        elif household.settlement_id is not None:
            return False  # a row that names no settlement does not move anybody out of one
        return self._assign_household(household, columns, line)

    def _assign_household(self, household: Household, columns: dict[str, Any], line: int) -> bool:
        stated = {name: value for name, value in columns.items() if value is not None}
        undo: dict[str, Any] = {}
        if not self._journal.assign(household, stated, undo, "household"):
            return False
        if not self._journal.noted("household", household.id):
            household.version += 1
            household.touched_at = self._journal.now
            self._journal.note("household", household.id, line, "updated", household.version, undo)
        return True


def _same(facts: Facts, stored: Facts, names: tuple[str, ...]) -> bool:
    return all(_listed(facts.get(name)) == _listed(stored.get(name)) for name in names)


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
