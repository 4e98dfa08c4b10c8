"""Writing the people of one chunk: new ones in bulk, known ones field by field."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from matching.accounts.models import Organisation
from matching.clock import Clock
from matching.crypto import Keyring
from matching.occupations.skills import parse_certificates, parse_skills
from matching.people.codes import Relation, Willingness, Work
from matching.people.facts import (
    Facts,
    household_columns,
    jobseeker_columns,
    member_columns,
    stored_facts,
)
from matching.people.ledger_lookup import Known, Lookup, Site
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
from matching.places import regions
from matching.sheets.models import Ledger, LedgerChange

_FIELDS = tuple(field.name for field in fields(PersonRow))
#: Fields that say where a household lives or what it is called; they are not facts of the person.
_PLACING = frozenset(
    {"region_code", "region_parts", "region_text", "address", "settlement_name", "household_code"}
    | {"head_name", "head_id_number", "confirmed_year", "remark", "age"}
)
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
SEAL_BEFORE, SEAL_OFFER = "ledger.before", "conflict.offer"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row's person lives now."""

    region_code: str
    county: str
    site: Site | None


def row_digest(keyring: Keyring, row: PersonRow) -> str:
    """Keyed digest of everything a row states."""
    stated = [getattr(row, name) for name in _FIELDS]
    return keyring.blind(json.dumps(stated, ensure_ascii=False, default=str), "ledger.row")


def field_digests(keyring: Keyring, row: PersonRow) -> dict[str, str]:
    """Keyed digest of each field that a row states (12 hex digits each)."""
    key = keyring.index_key
    return {
        name: hashlib.blake2b(repr(value).encode(), key=key, digest_size=6).hexdigest()
        for name in _FIELDS
        if (value := getattr(row, name)) is not None
    }


class Writer:
    """Collects and writes the changes of one chunk."""

    def __init__(
        self, session: Session, keyring: Keyring, clock: Clock, ledger: Ledger, lookup: Lookup, source: str
    ) -> None:
        self.session, self.keyring, self.ledger, self.lookup, self.source = (
            session,
            keyring,
            ledger,
            lookup,
            source,
        )
        self.now, self.today = clock.now(), clock.today()
        self.demo = session.get_one(Organisation, ledger.organisation_id).demo
        self.households_touched: set[int] = set()
        self._new: list[tuple[int, PersonRow, Place, str]] = []
        self._changed: set[int] = set()
        self._undo: dict[tuple[str, int], dict[str, Any]] = {}

    # -- new people

    def create(self, line: int, row: PersonRow, place: Place, digest: str) -> None:
        """Note a new person; written by :meth:`flush`."""
        self._new.append((line, row, place, digest))

    def flush(self) -> set[int]:
        """Write the new people and every undo record.

        Returns:
            Ids of all jobseekers that were made or changed.
        """
        if self._new:
            self._insert_people(self._insert_households())
        if self._undo:
            self.session.flush()
            self.session.execute(insert(LedgerChange), list(self._undo.values()))
        return self._changed

    def _insert_households(self) -> list[int]:
        """Household of each new person, made where there is none; returns one id per new person."""
        keys: list[int | str] = []
        new: dict[str, dict[str, Any]] = {}
        lines: dict[str, int] = {}
        for line, row, place, _ in self._new:
            known = self._known_household(row)
            if known is not None:
                keys.append(known)
                continue
            key = self._household_key(line, row)
            keys.append(key)
            facts = person_facts(row, place, self.lookup.tenant.prefecture)
            if key not in new:
                lines[key] = line
                new[key] = self._household(row, place, facts)
            else:
                stated = household_columns(self.keyring, facts)
                new[key].update({name: value for name, value in stated.items() if value is not None})
        if new:
            ids = self.session.scalars(
                insert(Household).returning(Household.id, sort_by_parameter_order=True), list(new.values())
            ).all()
            made = dict(zip(new, ids, strict=True))
            for key, household_id in made.items():
                self._note("household", household_id, lines[key], "created", 1, None)
                code = new[key]["code"]
                if code:
                    self.lookup.households[code] = household_id
            keys = [made[key] if isinstance(key, str) else key for key in keys]
        return [int(key) for key in keys]

    def _known_household(self, row: PersonRow) -> int | None:
        if row.household_code:
            return self.lookup.households.get(row.household_code)
        head = self.lookup.head(row)
        return head.household_id if head else None

    def _household_key(self, line: int, row: PersonRow) -> str:
        """Rows of one new household share it: its code, else its head's number, else nobody shares."""
        if row.household_code:
            return f"code {row.household_code}"
        head = row.id_number if row.relation == Relation.HEAD else row.head_id_number
        return f"head {head}" if head else f"line {line}"

    def _household(self, row: PersonRow, place: Place, facts: Facts) -> dict[str, Any]:
        return {
            "tenant_id": self.ledger.tenant_id,
            "code": row.household_code,
            "provisional": row.household_code is None,
            "settlement_id": place.site.id if place.site else None,
            "region_code": place.region_code,
            "county": place.county,
            "version": 1,
            "created_at": self.now,
            "touched_at": self.now,
            **household_columns(self.keyring, facts),
        }

    def _insert_people(self, household_ids: list[int]) -> None:
        self._replace_heads(household_ids)
        people = [person_facts(row, place, self.lookup.tenant.prefecture) for _, row, place, _ in self._new]
        stamps = {"version": 1, "created_at": self.now, "touched_at": self.now}
        members = [
            {
                "tenant_id": self.ledger.tenant_id,
                "household_id": household_id,
                "county": place.county,
                "by_hand": {},
                **stamps,
                **member_columns(self.keyring, facts, self.today),
            }
            for household_id, facts, (_, _, place, _) in zip(household_ids, people, self._new, strict=True)
        ]
        ids = self.session.scalars(
            insert(Member).returning(Member.id, sort_by_parameter_order=True), members
        ).all()
        seekers, spells, willing, imported = [], [], [], []
        for member_id, facts, (line, row, place, digest) in zip(ids, people, self._new, strict=True):
            self._note("member", member_id, line, "created", 1, None)
            imported.append(self._imported(member_id, row, digest))
            columns = jobseeker_columns(facts, self.today)
            if not columns["eligible"]:
                continue
            seekers.append({"id": member_id, **self._seeker_place(place), **columns, **stamps})
            if (spell := self._spell(member_id, row)) is not None:
                spells.append(spell)
            if row.willingness:
                willing.append(self._willing(member_id, row.willingness))
        for table, rows in (
            (ImportedFacts, imported),
            (Jobseeker, seekers),
            (EmploymentSpell, spells),
            (WillingnessRecord, willing),
        ):
            if rows:
                self.session.execute(insert(table), rows)
        self._changed.update(seeker["id"] for seeker in seekers)
        self.households_touched.update(household_ids)

    def _seeker_place(self, place: Place) -> dict[str, Any]:
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

    def _imported(self, member_id: int, row: PersonRow, digest: str) -> dict[str, Any]:
        return {
            "member_id": member_id,
            "source": self.source,
            "row_digest": digest,
            "fields": field_digests(self.keyring, row),
            "reading": 1,
        }

    def _spell(self, member_id: int, row: PersonRow) -> dict[str, Any] | None:
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

    def _willing(self, member_id: int, value: str) -> dict[str, Any]:
        return {"jobseeker_id": member_id, "value": value, "stated_on": self.today, "source": self.source}

    # -- known people

    def update(self, line: int, row: PersonRow, place: Place | None, digest: str, known: Known) -> bool:
        """Write what this source states anew about a known person.

        Args:
            place: None where the row states no place: then the person stays where they are.

        Returns:
            Whether anything was written.
        """
        member = self.session.get_one(Member, known.member_id)
        digests = field_digests(self.keyring, row)
        record = self.session.get(ImportedFacts, (member.id, self.source))
        before = record.fields if record else {}
        fresh = {name for name, value in digests.items() if before.get(name) != value}
        fresh -= self._conflicts(member, row, fresh)
        undo = {
            "imported": None if record is None else {"row_digest": record.row_digest, "fields": record.fields}
        }
        if record is None:
            self.session.add(ImportedFacts(**self._imported(member.id, row, digest)))
        else:
            record.row_digest, record.fields = digest, {**before, **digests}
        written = self._write_known(line, row, place, member, fresh, undo)
        if written:
            self._note("member", member.id, line, "updated", member.version, undo)
        return written

    def _conflicts(self, member: Member, row: PersonRow, fresh: set[str]) -> set[str]:
        """Fields that somebody corrected by hand: they stay, and the offer is listed."""
        kept = fresh & set(member.by_hand)
        for name in kept:
            conflict = self.session.scalar(
                select(ImportConflict).where(
                    ImportConflict.member_id == member.id,
                    ImportConflict.field == name,
                    ImportConflict.source == self.source,
                )
            )
            if conflict is None:
                conflict = ImportConflict(
                    tenant_id=member.tenant_id, member_id=member.id, field=name, source=self.source
                )
                self.session.add(conflict)
            offered = json.dumps(getattr(row, name), ensure_ascii=False, default=str)
            conflict.offered = self.keyring.seal(offered.encode(), SEAL_OFFER)
            conflict.created_at, conflict.resolved_at = self.now, None
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
        seeker = self.session.get(Jobseeker, member.id)
        stored = stored_facts(self.keyring, household, member, seeker)
        offered = person_facts(row, place, self.lookup.tenant.prefecture)
        facts = {**stored, **{name: value for name, value in offered.items() if name in fresh}}
        facts["in_settlement"] = household.settlement_id is not None
        moved = self._settle(household, line, place) if place else False
        if facts.get("relation") == Relation.HEAD and not member.is_head:
            self._replace_head(household.id, member.id, line)
        member_new = member_columns(self.keyring, facts, self.today)
        same_seal = _same(
            facts, stored, ("id_number", "phone", "health", "disability", "disabled", "difficulty")
        )
        if same_seal:
            member_new.pop("sealed")
        changed = self._assign(
            member, {**member_new, "household_id": household.id, "county": household.county}, undo, "member"
        )
        house_new = household_columns(self.keyring, facts)
        if _same(facts, stored, ("household_phone",)):
            house_new.pop("sealed")
        house_changed = self._assign_household(household, house_new, line)
        seeker_changed = self._write_seeker(row, member, seeker, facts, household, fresh, undo)
        if not (changed or house_changed or seeker_changed or moved):
            return False
        member.version += 1
        member.touched_at = self.now
        self.households_touched.add(household.id)
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
        columns = jobseeker_columns(facts, self.today)
        site = self.lookup.site(household.settlement_id)
        columns |= self._seeker_place(Place(household.region_code, household.county, site))
        if seeker is None:
            if not columns["eligible"]:
                return False
            stamps = {"version": 1, "created_at": self.now, "touched_at": self.now}
            self.session.execute(insert(Jobseeker), [{"id": member.id, **columns, **stamps}])
            undo["jobseeker"] = None
            self._changed.add(member.id)
            self._write_spell(row, member.id, facts)
            return True
        zero = {name: held for name, held in seeker.classes.items() if name == "zero_job"}
        columns["classes"] = {**columns["classes"], **zero}
        willing = columns["willingness"]
        if seeker.willingness != willing:
            self.session.execute(insert(WillingnessRecord), [self._willing(member.id, willing)])
        changed = self._assign(seeker, columns, undo, "jobseeker")
        if fresh & (_SPELL | {"work", "work_place"}):
            self._write_spell(row, member.id, facts)
            changed = True
        if changed:
            seeker.version += 1
            seeker.touched_at = self.now
            self._changed.add(member.id)
        return changed

    def _write_spell(self, row: PersonRow, member_id: int, facts: Facts) -> None:
        """Keep the open spell in step: begin it, correct it, or end it."""
        spell = self.session.scalar(
            select(EmploymentSpell)
            .where(EmploymentSpell.jobseeker_id == member_id, EmploymentSpell.ended_on.is_(None))
            .order_by(EmploymentSpell.id.desc())
            .limit(1)
        )
        if facts.get("work") not in AT_WORK:
            if spell is not None and row.work in {Work.UNEMPLOYED, Work.FARMING}:
                spell.ended_on = row.work_end or self.today
            return
        if spell is None or (
            row.employer_name and spell.employer_name and row.employer_name != spell.employer_name
        ):
            if spell is not None:
                spell.ended_on = row.work_start or self.today
            stated = self._spell(member_id, row) or {}
            if stated:
                self.session.execute(insert(EmploymentSpell), [stated])
            return
        stated = self._spell(member_id, row) or {}
        for name in ("employer_name", "place", "channel", "started_on", "ended_on", "monthly_income_cents"):
            if stated.get(name) is not None:
                setattr(spell, name, stated[name])

    # -- households of known people

    def _household_of(
        self, line: int, row: PersonRow, place: Place | None, member: Member, undo: dict[str, Any]
    ) -> Household:
        """The household after this row: a provisional one is linked once its code is known."""
        household = self.session.get_one(Household, member.household_id)
        code = row.household_code
        if not code or household.code == code:
            return household
        target = self.lookup.households.get(code)
        if target is not None:
            return self._moved(household, self.session.get_one(Household, target), member)
        if household.provisional:
            self._assign_household(household, {"code": code, "provisional": False}, line)
            self.lookup.households[code] = household.id
            return household
        here = place or Place(
            household.region_code, household.county, self.lookup.site(household.settlement_id)
        )
        columns = self._household(row, here, person_facts(row, here, self.lookup.tenant.prefecture))
        made = Household(**columns)
        self.session.add(made)
        self.session.flush()
        self.lookup.households[code] = made.id
        self._note("household", made.id, line, "created", 1, None)
        self.households_touched.add(household.id)
        return made

    def _moved(self, old: Household, new: Household, member: Member) -> Household:
        self.households_touched.add(old.id)
        return new

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
        if not self._assign(household, stated, undo, "household"):
            return False
        key = ("household", household.id)
        if key not in self._undo:
            household.version += 1
            household.touched_at = self.now
            self._note("household", household.id, line, "updated", household.version, undo)
        return True

    # -- heads

    def _replace_heads(self, household_ids: list[int]) -> None:
        for household_id, (line, row, _, _) in zip(household_ids, self._new, strict=True):
            if row.relation == Relation.HEAD:
                self._replace_head(household_id, None, line)

    def _replace_head(self, household_id: int, member_id: int | None, line: int) -> None:
        """A head that differs from the stored one replaces it; the change record is its history."""
        heads = self.session.scalars(
            select(Member).where(
                Member.household_id == household_id, Member.is_head, Member.id != (member_id or 0)
            )
        ).all()
        for old in heads:
            undo: dict[str, Any] = {}
            self._assign(old, {"is_head": False, "relation": Relation.OTHER.value}, undo, "member")
            old.version += 1
            old.touched_at = self.now
            self._note("member", old.id, line, "updated", old.version, undo)

    # -- small things

    def _assign(self, row: Any, columns: dict[str, Any], undo: dict[str, Any], part: str) -> bool:
        before: dict[str, Any] = {}
        for name, value in columns.items():
            old = getattr(row, name)
            if old != value:
                before[name] = old.hex() if isinstance(old, bytes) else old
                setattr(row, name, value)
        if before:
            undo[part] = {**before, **undo.get(part, {})}
        return bool(before)

    def _note(
        self, entity: str, entity_id: int, line: int, action: str, version: int, undo: dict[str, Any] | None
    ) -> None:
        existing = self._undo.get((entity, entity_id))
        if existing is not None:
            existing["version"] = version
            return
        sealed = None
        if undo is not None:
            text = json.dumps(undo, ensure_ascii=False, default=str)
            sealed = self.keyring.seal(text.encode(), SEAL_BEFORE)
        self._undo[(entity, entity_id)] = {
            "ledger_id": self.ledger.id,
            "line": line,
            "entity": entity,
            "entity_id": entity_id,
            "action": action,
            "version": version,
            "before": sealed,
        }


def _same(facts: Facts, stored: Facts, names: tuple[str, ...]) -> bool:
    return all(_listed(facts.get(name)) == _listed(stored.get(name)) for name in names)


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def person_facts(row: PersonRow, place: Place | None, prefecture: str) -> Facts:
    """What a row states, as the facts that columns are made of."""
    facts: Facts = {
        name: value for name in _FIELDS if name not in _PLACING and (value := getattr(row, name)) is not None
    }
    if row.skills is not None:
        facts["skills"] = _codes("skills", row.skills)
    if row.certificates is not None:
        facts["certificates"] = _codes("certificates", row.certificates)
    if row.wanted_regions is not None:
        county = place.county if place else prefecture
        facts["wanted_regions"] = wanted_regions(row.wanted_regions, county, prefecture) or None
    if place and place.site:
        facts["in_settlement"] = True
    if row.willingness == Willingness.UNKNOWN:
        facts.pop("willingness")
    return {name: value for name, value in facts.items() if value is not None}


@lru_cache(maxsize=10_000)
def _codes(kind: str, texts: tuple[str, ...]) -> tuple[str, ...]:
    parse = parse_skills if kind == "skills" else parse_certificates
    return tuple(dict.fromkeys(code for text in texts for code in parse(text)))


#: Areas that ledgers name beside single regions (就业地点 of a county HR system).
AREAS = {
    "长三角": ("310000", "320000", "330000", "340000"),
    "珠三角": ("440000",),
    "京津冀": ("110000", "120000", "130000"),
}


@lru_cache(maxsize=10_000)
def wanted_regions(texts: tuple[str, ...], county: str, prefecture: str) -> tuple[str, ...]:
    """Adcodes (6 digits) of the places somebody would go to; words that name no place are passed over."""
    own = {"县内": (county,), "本县": (county,), "县外市内": (prefecture,), "市内": (prefecture,)}
    found: list[str] = []
    for text in texts:
        known = own.get(text) or AREAS.get(text)
        if known:
            found.extend(known)
            continue
        region = regions.find(text) or regions.parse_address(text)
        if region is not None:
            code = region.code
            found.append(
                regions.county_of(code) or regions.prefecture_of(code) or regions.province_of(code) or code
            )
    return tuple(dict.fromkeys(found))
