"""Where the rows of one chunk belong: their county, settlement, household and the person already known.

One query per table and chunk, never one per row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts.models import Organisation, Tenant
from matching.crypto import Keyring
from matching.people.facts import INDEX_ID
from matching.people.models import Household, ImportedFacts, Member
from matching.people.person_rows import PersonRow
from matching.places import regions
from matching.places.models import Settlement

_SITE_WORDS = re.compile(r"(易地扶贫)?(搬迁)?(集中)?(安置点|安置区|安置社区|社区|小区)$")


@dataclass(frozen=True, slots=True)
class Known:
    """A person whom the row means."""

    member_id: int
    household_id: int
    county: str
    row_digest: str | None


@dataclass(frozen=True, slots=True)
class Site:
    """A settlement as rows need it."""

    id: int
    county: str
    region_code: str
    longitude: float | None
    latitude: float | None
    exact: bool


class Lookup:
    """What is known about the rows of one chunk before any of them is written.

    Args:
        session: the chunk's transaction.
        keyring: for blind indexes.
        organisation: whose ledger it is.
        source: family @ organisation, whose earlier statements count.
        rows: the chunk.
    """

    def __init__(
        self,
        session: Session,
        keyring: Keyring,
        organisation: Organisation,
        source: str,
        rows: Sequence[PersonRow],
    ) -> None:
        self._session = session
        self._keyring = keyring
        self._organisation = organisation
        self._source = source
        self.tenant = session.get_one(Tenant, organisation.tenant_id)
        self.id_index = {
            row.id_number: keyring.blind(row.id_number, INDEX_ID) for row in rows if row.id_number
        }
        self._by_index = self._members(rows)
        self.households = self._households(rows)
        self._by_codes = self._members_by_codes(rows)
        self._sites, self._sites_by_name = self._settlements()

    # -- persons

    def person(self, row: PersonRow) -> Known | None:
        """The person of this tenant whom the row means, by ID number, else by household and person code."""
        if row.id_number:
            found = self._by_index.get(self.id_index[row.id_number])
            if found is not None:
                return found
        if row.household_code and row.person_code:
            household = self.households.get(row.household_code)
            return self._by_codes.get((household, row.person_code)) if household else None
        return None

    def head(self, row: PersonRow) -> Known | None:
        """The stored head of the household, where the row names one by ID number."""
        if not row.head_id_number:
            return None
        return self._by_index.get(self._keyring.blind(row.head_id_number, INDEX_ID))

    def _members(self, rows: Sequence[PersonRow]) -> dict[str, Known]:
        wanted = set(self.id_index.values())
        wanted |= {self._keyring.blind(row.head_id_number, INDEX_ID) for row in rows if row.head_id_number}
        statement = self._select().where(Member.id_index.in_(wanted))
        return {row.id_index: self._known(row) for row in self._session.execute(statement)} if wanted else {}

    def _members_by_codes(self, rows: Sequence[PersonRow]) -> dict[tuple[int, str], Known]:
        ids = {self.households[row.household_code] for row in rows if row.household_code in self.households}
        if not ids:
            return {}
        statement = self._select().where(Member.household_id.in_(ids), Member.code.is_not(None))
        return {(row.household_id, row.code): self._known(row) for row in self._session.execute(statement)}

    def _select(self) -> Any:
        return (
            select(
                Member.id,
                Member.id_index,
                Member.household_id,
                Member.code,
                Member.county,
                ImportedFacts.row_digest,
            )
            .outerjoin(
                ImportedFacts,
                (ImportedFacts.member_id == Member.id) & (ImportedFacts.source == self._source),
            )
            .where(Member.tenant_id == self.tenant.id)
        )

    @staticmethod
    def _known(row: Any) -> Known:
        return Known(row.id, row.household_id, row.county, row.row_digest)

    def _households(self, rows: Iterable[PersonRow]) -> dict[str, int]:
        codes = {row.household_code for row in rows if row.household_code}
        if not codes:
            return {}
        found = self._session.execute(
            select(Household.code, Household.id).where(
                Household.tenant_id == self.tenant.id, Household.code.in_(codes)
            )
        )
        return {code: key for code, key in found if code}

    # -- places

    def region(self, row: PersonRow) -> str | None:
        """The division a row states; None where it states none.

        Raises:
            DomainError: ``region_unknown`` where it states one that does not exist.
        """
        return stated_region(
            row.region_code, row.region_parts, row.region_text, row.address, self.tenant.prefecture
        )

    def settlement(self, name: str, county: str | None) -> Site | None:
        """The tenant's settlement of that name, in the county if one is stated.

        A name that only lacks or adds 安置点, 社区 and the like is understood where just one fits.
        """
        for key in (name, plain_site(name)):
            found = self._sites_by_name.get(key, [])
            if county:
                found = [site for site in found if site.county == county]
            if len(found) == 1:
                return found[0]
        return None

    def add_site(self, name: str, site: Site) -> None:
        """Make a settlement known that was just made."""
        self._sites[site.id] = site
        for key in {name, plain_site(name)}:
            self._sites_by_name.setdefault(key, []).append(site)

    def site(self, settlement_id: int | None) -> Site | None:
        """A settlement by its id."""
        return self._sites.get(settlement_id) if settlement_id else None

    def _settlements(self) -> tuple[dict[int, Site], dict[str, list[Site]]]:
        sites: dict[int, Site] = {}
        by_name: dict[str, list[Site]] = {}
        for row in self._session.scalars(select(Settlement).where(Settlement.tenant_id == self.tenant.id)):
            site = Site(row.id, row.county, row.region_code, row.longitude, row.latitude, row.point_exact)
            sites[row.id] = site
            for key in {row.name, plain_site(row.name)}:
                by_name.setdefault(key, []).append(site)
        return sites, by_name


def plain_site(name: str) -> str:
    """A settlement's name without the words that ledgers add or leave out."""
    return _SITE_WORDS.sub("", name) or name


@lru_cache(maxsize=20_000)
def stated_region(
    code: str | None,
    parts: tuple[str, ...] | None,
    text: str | None,
    address: str | None,
    prefecture: str,
) -> str | None:
    """Code of the division that a row states in any of its ways, the most exact first.

    Args:
        prefecture: 6 digits; a short name such as 沅陵 is looked for there first.

    Raises:
        DomainError: ``region_unknown``.
    """
    if code:
        return regions.get(code).code
    if parts and any(parts):
        found = regions.resolve(parts) or _within(next(part for part in reversed(parts) if part), prefecture)
        return found.code if found else _unknown("/".join(part for part in parts if part))
    if text:
        found = regions.parse_address(text) or _within(text, prefecture)
        return found.code if found else _unknown(text)
    if address:
        # An address is for people; one that names no division is not wrong.
        found = regions.parse_address(address)
        return found.code if found else None
    return None


def _within(name: str, prefecture: str) -> regions.Region | None:
    return regions.find(name, prefecture)


def _unknown(stated: str) -> str:
    # Asking for it raises the error with what was stated.
    return regions.get(stated).code
