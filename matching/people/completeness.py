"""How complete the ledger is, per settlement; always in a scope."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from matching.accounts.scope import Scope
from matching.people.models import Household, Jobseeker, Member
from matching.people.queries import people_in
from matching.people.rules import AT_WORK
from matching.people.worklists import sites_in
from matching.places.models import Settlement

#: Mandatory fields of the base ledger (郴政办发〔2022〕14号 §1): of all, of jobseekers, at work.
ASKED_OF_ALL = ("household_size", "sex", "birth_date", "education", "capacity")
ASKED_OF_JOBSEEKERS = ("work", "training_wish")
ASKED_AT_WORK = ("work_place",)
MANDATORY = (*ASKED_OF_ALL, *ASKED_OF_JOBSEEKERS, *ASKED_AT_WORK)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How complete one settlement's ledger is.

    Args:
        public_id: of the settlement; None: people without one.
        persons: members.
        asked: mandatory fields of all of them together.
        missing: field → people who lack it.
        unconfirmed: made from a ledger's mention.
    """

    public_id: str | None
    name: str | None
    county: str | None
    persons: int
    asked: int
    missing: dict[str, int]
    unconfirmed: bool

    @property
    def stated(self) -> int:
        """Mandatory fields that are stated."""
        return self.asked - sum(self.missing.values())

    @property
    def percent(self) -> int | None:
        """Stated of asked, rounded down: 100 means nothing is missing."""
        return self.stated * 100 // self.asked if self.asked else None


def completeness(session: Session, scope: Scope) -> list[Completeness]:
    """Every settlement of the scope, and the people who have none."""
    able = func.coalesce(Jobseeker.eligible, False).label("able")
    working = Jobseeker.work.in_(AT_WORK).label("working")
    missing = cast(Member.missing, Text).label("missing")
    people = (
        select(Household.settlement_id, able, working, missing)
        .select_from(Member)
        .join(Household, Household.id == Member.household_id)
        .outerjoin(Jobseeker, Jobseeker.id == Member.id)
        .where(people_in(scope))
        .subquery()
    )
    # Few combinations occur, so the database counts people who are alike and the fields are counted here.
    counted = select(people, func.count().label("persons")).group_by(*people.c)
    tallies: dict[int | None, _Tally] = {}
    for row in session.execute(counted):
        tallies.setdefault(row.settlement_id, _Tally()).add(row)
    sites = session.scalars(
        select(Settlement).where(sites_in(scope)).order_by(Settlement.county, Settlement.name)
    )
    found = [_completeness(site, tallies.get(site.id)) for site in sites]
    return [*found, _completeness(None, tallies[None])] if None in tallies else found


@dataclass
class _Tally:
    persons: int = 0
    asked: int = 0
    missing: Counter[str] = field(default_factory=Counter)

    def add(self, row: Any) -> None:
        """Count people who are alike."""
        asked = len(ASKED_OF_ALL)
        if row.able:
            asked += len(ASKED_OF_JOBSEEKERS) + (len(ASKED_AT_WORK) if row.working else 0)
        self.persons += row.persons
        self.asked += asked * row.persons
        for name in json.loads(row.missing or "[]"):
            self.missing[name] += row.persons


def _completeness(site: Settlement | None, tally: _Tally | None) -> Completeness:
    known = tally or _Tally()
    return Completeness(
        site.public_id if site else None,
        site.name if site else None,
        site.county if site else None,
        known.persons,
        known.asked,
        {name: known.missing[name] for name in MANDATORY},
        bool(site and site.unconfirmed),
    )
