"""One maker per model with the fewest defaults; a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from matching.accounts import service as accounts
from matching.accounts.models import Organisation, OrganisationKind, Role, Tenant, User
from matching.crypto import Keyring
from matching.people.models import Household, Jobseeker, Member
from matching.places.models import Settlement
from matching.vacancies.facts import SEAL_CONTACT
from matching.vacancies.models import Vacancy

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
PREFECTURE = "431200"
COUNTY = "431222"  # 沅陵县
PASSWORD = "correct horse battery"
_number = count(1)


@cache
def _password_hash() -> str:
    # Quick to verify: the real cost is for real passwords (tests/accounts has it).
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def _add(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row


def tenant(session: Session, prefecture: str = PREFECTURE, *, demo: bool = False) -> Tenant:
    """The tenant of a prefecture, made when it is not there."""
    return accounts.ensure_tenant(session, prefecture, demo=demo)


def organisation(session: Session, *, county: str = COUNTY, demo: bool = False, **facts: Any) -> Organisation:
    """An office of one county; ``county=PREFECTURE`` makes it one of the whole prefecture."""
    made = {
        "tenant_id": tenant(session, county, demo=demo).id,
        "kind": OrganisationKind.OFFICE,
        "name": f"第{next(_number)}就业服务中心",
        "region_code": county,
        "county": county,
        "demo": demo,
        "created_at": NOW,
    }
    return _add(session, Organisation(**{**made, **facts}))


def employer(session: Session, *, verified: bool = True, **facts: Any) -> Organisation:
    """An employer, verified unless said otherwise."""
    made = {"kind": OrganisationKind.EMPLOYER, "name": f"第{next(_number)}制衣厂"}
    made["verified_at"] = NOW if verified else None
    return organisation(session, **{**made, **facts})


def user(
    session: Session, *, role: str = Role.COUNTY, organisation: Organisation | None = None, **facts: Any
) -> User:
    """Somebody who signs in with :data:`PASSWORD`."""
    made = {
        "login": f"user{next(_number)}",
        "name": "试用人员",
        "role": role,
        "tenant_id": organisation.tenant_id if organisation else None,
        "organisation_id": organisation.id if organisation else None,
        "password_hash": _password_hash(),
        "active": True,
        "created_at": NOW,
    }
    return _add(session, User(**{**made, **facts}))


def settlement(session: Session, *, county: str = COUNTY, demo: bool = False, **facts: Any) -> Settlement:
    """A resettlement site with a point of its own."""
    made = {
        "tenant_id": tenant(session, county, demo=demo).id,
        "name": f"第{next(_number)}安置区",
        "region_code": county,
        "county": county,
        "longitude": 110.393,
        "latitude": 28.452,
        "point_exact": True,
        "created_at": NOW,
        "touched_at": NOW,
    }
    return _add(session, Settlement(**{**made, **facts}))


def household(
    session: Session, *, county: str = COUNTY, settlement: Settlement | None = None, **facts: Any
) -> Household:
    """A relocated household."""
    made = {
        "tenant_id": settlement.tenant_id if settlement else tenant(session, county).id,
        "code": f"H{next(_number):06}",
        "settlement_id": settlement.id if settlement else None,
        "region_code": settlement.region_code if settlement else county,
        "county": settlement.county if settlement else county,
        "created_at": NOW,
        "touched_at": NOW,
    }
    return _add(session, Household(**{**made, **facts}))


def member(session: Session, *, household: Household | None = None, **facts: Any) -> Member:
    """A person in a household; give ``sealed`` and the indexes yourself where a test needs them."""
    home = household or globals()["household"](session)
    made = {
        "tenant_id": home.tenant_id,
        "household_id": home.id,
        "county": home.county,
        "name": f"测试{next(_number)}",
        "created_at": NOW,
        "touched_at": NOW,
    }
    return _add(session, Member(**{**made, **facts}))


def jobseeker(session: Session, *, member: Member | None = None, **facts: Any) -> Jobseeker:
    """A member who may work; everything but place and county unknown."""
    person = member or globals()["member"](session)
    home = session.get_one(Household, person.household_id)
    site = session.get(Settlement, home.settlement_id) if home.settlement_id else None
    made: dict[str, Any] = {
        "id": person.id,
        "tenant_id": person.tenant_id,
        "county": person.county,
        "settlement_id": home.settlement_id,
        "longitude": site.longitude if site else None,
        "latitude": site.latitude if site else None,
        "point_exact": site.point_exact if site else False,
        "created_at": NOW,
        "touched_at": NOW,
    }
    return _add(session, Jobseeker(**{**made, **facts}))


def vacancy(
    session: Session,
    *,
    employer: Organisation | None = None,
    keyring: Keyring | None = None,
    contact: str = "李经理",
    phone: str = "13800005678",
    **facts: Any,
) -> Vacancy:
    """An open vacancy with the six elements; with ``keyring`` it has a contact to ring up."""
    boss = employer or globals()["employer"](session)
    number = next(_number)
    made: dict[str, Any] = {
        "tenant_id": boss.tenant_id,
        "demo": boss.demo,
        "organisation_id": boss.id,
        "employer_id": boss.id,
        "ref": f"G{number:05}",
        "key_digest": f"{number:064x}",
        "title": "缝纫工",
        "kind": "support_workshop",
        "state": "open",
        "headcount": 8,
        "content": "踩电动缝纫机,做校服。",
        "place": "青云安置区旁",
        "region_code": boss.region_code,
        "county": boss.county,
        "longitude": 110.395,
        "latitude": 28.455,
        "point_exact": True,
        "pay_low_cents": 280_000,
        "pay_high_cents": 350_000,
        "pay_unit": "month",
        "month_low_cents": 280_000,
        "month_high_cents": 350_000,
        "valid_until": date(2026, 12, 31),
        "contact": keyring.seal_facts({"contact": contact, "phone": phone}, SEAL_CONTACT)
        if keyring
        else None,
        "posted_at": NOW,
        "created_at": NOW,
        "touched_at": NOW,
    }
    return _add(session, Vacancy(**{**made, **facts}))
