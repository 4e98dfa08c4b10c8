"""Writing one person's facts, and everything that follows from them.

All facts go through :mod:`matching.people.facts`, so that what follows (age classes, indexes, what is
missing) cannot differ from an import's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from matching.accounts.models import Role, Tenant
from matching.accounts.scope import Scope
from matching.crypto import Keyring
from matching.errors import DomainError
from matching.outbox.events import JobseekerChanged
from matching.outbox.service import emit_many
from matching.people import zero_job
from matching.people.codes import Capacity, IdType, Relation, School, Sex, Target
from matching.people.facts import (
    HOUSEHOLD,
    INDEX_ID,
    JOBSEEKER,
    SEALED,
    Facts,
    household_columns,
    jobseeker_columns,
    member_columns,
    stored_facts,
)
from matching.people.models import Household, Jobseeker, Member, WillingnessRecord
from matching.people.rules import AT_WORK, is_jobseeker
from matching.people.spells import SPELL, open_spell, write_spell
from matching.places.models import Settlement
from matching.sheets.cells import phone as parse_phone
from matching.sheets.identity import parse_identity
from matching.sheets.problems import CellProblem

#: What a wish or a period of work says of where it came from: somebody of an office, or the person herself.
BY_HAND, BY_HERSELF = "hand", "self"
#: Facts that belong to everybody of a household.
SHARED = frozenset({*HOUSEHOLD, "household_phone"})
#: Facts of jobseekers only.
SEEKING = frozenset({*JOBSEEKER, *SPELL, "willingness"})
#: A document number decides the birth date and the sex.
IDENTITY = frozenset({"id_number", "id_type", "birth_date", "sex"})


class FactRefused(DomainError):
    """A fact cannot be so; ``field`` names it."""

    def __init__(self, code: str, field: str, **facts: Any) -> None:
        super().__init__(code, field=field, **facts)
        self.field = field


class PersonWriter:
    """One member whose facts change, in the caller's transaction."""

    def __init__(
        self,
        session: Session,
        keyring: Keyring,
        member: Member,
        today: date,
        now: datetime,
        scope: Scope,
    ) -> None:
        self.session, self.keyring, self.member, self.today, self.now = session, keyring, member, today, now
        self.scope = scope
        self.source = BY_HERSELF if scope.role is Role.JOBSEEKER else BY_HAND
        self.household = session.get_one(Household, member.household_id)
        self.touched: set[int] = set()

    def apply(self, changes: Mapping[str, Any]) -> set[str]:
        """Write changed facts and what follows from them.

        Returns:
            Names of the fields that really changed.
        """
        seeker = self.session.get(Jobseeker, self.member.id) if self.member.id else None
        stored = self._stored(seeker)
        facts = self._checked({**stored, **changes}, stored)
        if seeker is None and not self._jobseeker(facts):
            # Wishes and work are a jobseeker's: there is no place for a child's.
            facts = {name: value for name, value in facts.items() if name not in SEEKING}
            changes = {name: value for name, value in changes.items() if name not in SEEKING}
        changed = {name for name in {*changes, *facts} if _plain(facts.get(name)) != _plain(stored.get(name))}
        if not changed:
            return set()
        self._write_member(facts, changed)
        self._write_household(facts, changed)
        self._write_seeker(facts, changed)
        return changed

    def _jobseeker(self, facts: Facts) -> bool:
        known = (facts.get("birth_date"), facts.get("school"), facts.get("capacity"))
        return is_jobseeker(*known, self.today)

    def _stored(self, seeker: Jobseeker | None) -> Facts:
        stored = stored_facts(self.keyring, self.household, self.member, seeker)
        if not self.member.id:
            stored = {name: value for name, value in stored.items() if name in SHARED}
        spell = open_spell(self.session, seeker.id) if seeker else None
        if spell is not None:
            stored |= {name: getattr(spell, column) for name, column in SPELL.items()}
        return {**stored, "in_settlement": self.household.settlement_id is not None}

    def _checked(self, facts: Facts, stored: Facts) -> Facts:
        facts = {name: value for name, value in facts.items() if value is not None}
        if not facts.get("name"):
            raise FactRefused("name_needed", "name")
        for field in ("phone", "household_phone"):
            if facts.get(field) and facts[field] != stored.get(field):
                facts[field] = _phone(facts[field], field)
        if facts.get("id_number") and any(facts.get(name) != stored.get(name) for name in IDENTITY):
            self._check_identity(facts)
        _check_work(facts)
        return facts

    def _check_identity(self, facts: Facts) -> None:
        resident = facts.get("id_type") != IdType.OTHER
        try:
            identity = parse_identity(facts["id_number"], resident=resident)
        except CellProblem:
            raise FactRefused("id_form", "id_number") from None
        if identity is None:
            raise FactRefused("id_needed", "id_number")
        facts["id_number"] = identity.number
        if identity.birth_date is not None:
            # The number is the document; a birth date or sex that was typed beside it follows it.
            facts["birth_date"] = identity.birth_date
            facts["sex"] = (Sex.MALE if identity.male else Sex.FEMALE).value
        self._refuse_double(identity.number)

    def _refuse_double(self, number: str) -> None:
        known = self.session.scalar(
            select(Member).where(
                Member.tenant_id == self.household.tenant_id,
                Member.id_index == self.keyring.blind(number, INDEX_ID),
            )
        )
        if known is None or known.id == self.member.id:
            return
        if self.scope.county not in (None, known.county):
            raise FactRefused("person_elsewhere", "id_number")
        raise FactRefused("person_exists", "id_number", person=known.public_id)

    def _write_member(self, facts: Facts, changed: set[str]) -> None:
        columns = member_columns(self.keyring, facts, self.today)
        if not changed & set(SEALED):
            columns.pop("sealed")
        if columns["is_head"] and not self.member.is_head:
            self._step_down()
        for name, value in columns.items():
            setattr(self.member, name, value)
        self.member.version += 1
        self.member.touched_at = self.now
        self.session.add(self.member)
        self.session.flush()

    def _step_down(self) -> None:
        """A household has one head: whoever was it before is another relative now."""
        heads = select(Member).where(Member.household_id == self.household.id, Member.is_head)
        for old in self.session.scalars(heads):
            if old.id != self.member.id:
                old.is_head, old.relation = False, Relation.OTHER.value
                old.version += 1
                old.touched_at = self.now

    def _write_household(self, facts: Facts, changed: set[str]) -> None:
        if not changed & SHARED:
            return
        columns = household_columns(self.keyring, facts)
        if "household_phone" not in changed:
            columns.pop("sealed")
        for name, value in columns.items():
            setattr(self.household, name, value)
        self.household.version += 1
        self.household.touched_at = self.now
        self.session.flush()
        others = select(Member).where(Member.household_id == self.household.id, Member.id != self.member.id)
        for other in self.session.scalars(others):
            self.touched |= rewrite(self.session, self.keyring, other, self.today, self.now)

    def _write_seeker(self, facts: Facts, changed: set[str]) -> None:
        columns = seeker_columns(self.session, self.household, facts, self.today)
        seeker = self.session.get(Jobseeker, self.member.id)
        if seeker is None and not columns["eligible"]:
            return
        before = seeker.willingness if seeker is not None else None
        save_seeker(self.session, self.member, seeker, columns, self.now)
        if before != columns["willingness"] and (before or facts.get("willingness")):
            said = {"jobseeker_id": self.member.id, "value": columns["willingness"]}
            said |= {"stated_on": self.today, "source": self.source}
            self.session.execute(insert(WillingnessRecord), [said])
        if changed & {*SPELL, "work", "work_place"}:
            write_spell(self.session, self.member, facts, self.source, self.today, self.now)
        self.touched.add(self.member.id)

    def finish(self) -> None:
        """What follows for the household and for matching."""
        finish(self.session, {self.household.id}, self.touched, self.now)


def finish(session: Session, household_ids: Collection[int], touched: Collection[int], now: datetime) -> None:
    """Set the zero-job class of these households again, and tell of every jobseeker that changed."""
    session.flush()
    changed = {*touched, *zero_job.refresh(session, household_ids, now)}
    emit_many(session, JobseekerChanged, sorted(changed), now)


def rewrite(session: Session, keyring: Keyring, member: Member, today: date, now: datetime) -> set[int]:
    """Make a member's derived columns again after the household changed.

    Returns:
        The jobseeker's id, if the member is one.
    """
    household = session.get_one(Household, member.household_id)
    seeker = session.get(Jobseeker, member.id)
    facts = stored_facts(keyring, household, member, seeker)
    facts["in_settlement"] = household.settlement_id is not None
    member.missing = member_columns(keyring, facts, today)["missing"]
    member.county = household.county
    member.version += 1
    member.touched_at = now
    if seeker is None:
        return set()
    save_seeker(session, member, seeker, seeker_columns(session, household, facts, today), now)
    return {member.id}


def seeker_columns(session: Session, household: Household, facts: Facts, today: date) -> dict[str, Any]:
    """Columns of a jobseeker with the place where distances start."""
    site = session.get(Settlement, household.settlement_id) if household.settlement_id else None
    return {
        **jobseeker_columns(facts, today),
        "tenant_id": household.tenant_id,
        "demo": session.get_one(Tenant, household.tenant_id).demo,
        "county": household.county,
        "settlement_id": household.settlement_id,
        "longitude": site.longitude if site else None,
        "latitude": site.latitude if site else None,
        "point_exact": bool(site and site.point_exact and site.longitude is not None),
    }


def save_seeker(
    session: Session, member: Member, seeker: Jobseeker | None, columns: Mapping[str, Any], now: datetime
) -> None:
    """Make or change the jobseeker of a member; the zero-job class is the household's and stays."""
    if seeker is None:
        session.add(Jobseeker(id=member.id, version=1, created_at=now, touched_at=now, **columns))
        session.flush()
        return
    held = {name: value for name, value in seeker.classes.items() if name == Target.ZERO_JOB}
    for name, value in {**columns, "classes": {**columns["classes"], **held}}.items():
        setattr(seeker, name, value)
    seeker.version += 1
    seeker.touched_at = now


def _phone(value: str, field: str) -> str:
    try:
        return parse_phone(value) or ""
    except CellProblem:
        raise FactRefused("phone_wrong", field) from None


def _check_work(facts: Facts) -> None:
    if facts.get("work") not in AT_WORK:
        return
    if facts.get("capacity") in (Capacity.LOST, Capacity.NONE):
        raise FactRefused("work_without_capacity", "work")
    if facts.get("school") == School.IN_SCHOOL:
        raise FactRefused("work_in_school", "work")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
