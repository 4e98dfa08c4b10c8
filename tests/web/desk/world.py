"""Two tenants and three counties full of canaries: whatever of another's is shown is found by searching."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from matching.accounts.models import (
    EmployerAccount,
    EmployerPaper,
    Organisation,
    OrganisationKind,
    PhoneAccount,
)
from matching.accounts.papers import SEAL_PAPER
from matching.accounts.registering import SEAL_EMPLOYER
from matching.casework.models import Complaint
from matching.casework.service import complain
from matching.clock import FixedClock
from matching.crypto import Keyring
from matching.notices.models import Notice
from matching.outbox.models import OutboxRow
from matching.people.codes import Relation
from matching.people.corrections import SEAL as SEAL_CORRECTION
from matching.people.facts import INDEX_ID, jobseeker_columns, member_columns
from matching.people.models import (
    CorrectionRequest,
    Household,
    ImportConflict,
    Member,
    Registration,
    TransferRequest,
)
from matching.people.registration_queries import SEAL_REGISTRATION
from matching.placements.models import Referral
from matching.places.models import Settlement
from matching.sheets.identity import check_character
from matching.sheets.models import Ledger, LedgerState
from matching.vacancies.models import Vacancy
from tests import factories
from tests.factories import NOW

TODAY = FixedClock().today()
OWN, NEIGHBOUR, FOREIGN = "431222", "431224", "430121"


def id_number(county: str, number: int, born: str = "19800501") -> str:
    """A well-formed document number of nobody."""
    first = f"{county}{born}{number:03}"
    return first + check_character(first)


@dataclass
class Corner:
    """One county with one of everything.

    Args:
        canaries: texts that nobody outside may ever see.
    """

    county: str
    office: Organisation
    company: Organisation
    settlement: Settlement
    household: Household
    member: Member
    provisional: Household
    vacancy: Vacancy
    held: Vacancy
    ledger: Ledger
    conflict: ImportConflict
    transfer: TransferRequest
    complaint: Complaint
    referral: Referral
    registration: EmployerAccount
    paper: EmployerPaper
    doubtful: Vacancy
    newcomer: Member
    parked: Notice
    slip: Notice
    correction: CorrectionRequest
    canaries: tuple[str, ...]


def person(
    session: Session, keyring: Keyring, household: Household, facts: dict[str, Any], *, demo: bool = False
) -> Member:
    """A member with the columns that an import would give."""
    made: dict[str, Any] = {
        "tenant_id": household.tenant_id,
        "household_id": household.id,
        "county": household.county,
        "created_at": NOW,
        "touched_at": NOW,
        **member_columns(keyring, facts, TODAY),
    }
    member = Member(**made)
    session.add(member)
    session.flush()
    columns = jobseeker_columns(facts, TODAY)
    if columns["eligible"]:
        factories.jobseeker(session, member=member, demo=demo, **columns)
    return member


def facts_of(county: str, number: int, name: str) -> dict[str, Any]:
    """A jobseeker of 46 with a telephone and a document number."""
    return {
        "name": name,
        "id_number": id_number(county, number),
        "phone": f"139{county}{number % 100:02}",
        "sex": "male",
        "birth_date": date(1980, 5, 1),
        "relation": Relation.HEAD.value,
        "education": "junior",
        "capacity": "ordinary",
        "health": ["chronic"],
        "work": "unemployed",
        "willingness": "yes",
        "household_size": 4,
    }


def corner(session: Session, keyring: Keyring, county: str, mark: str) -> Corner:
    """One of everything in a county; every name holds ``mark``."""
    office = factories.organisation(session, county=county, name=f"{mark}就业中心")
    company = factories.organisation(
        session, county=county, name=f"{mark}劳务公司", kind=OrganisationKind.COMPANY
    )
    site = factories.settlement(session, county=county, name=f"{mark}安置区", unconfirmed=True)
    home = factories.household(session, settlement=site, code=f"{mark}001")
    facts = facts_of(county, 113, f"{mark[0]}{mark}甲")
    member = person(session, keyring, home, facts)
    loose = factories.household(session, county=county, code=None, provisional=True)
    person(session, keyring, loose, facts_of(county, 215, facts["name"]))
    boss = factories.employer(session, county=county, name=f"{mark}制衣厂")
    vacancy = factories.vacancy(session, employer=boss, keyring=keyring, title="缝纫工")
    unverified = factories.employer(session, county=county, verified=False, name=f"{mark}家具厂")
    held = factories.vacancy(
        session, employer=unverified, title=f"{mark}木工", state="held", held=["employer_unverified"]
    )
    ledger = Ledger(
        tenant_id=office.tenant_id,
        organisation_id=office.id,
        kind="ledger",
        filename=f"{mark}台账.xlsx",
        size=1000,
        state=LedgerState.DONE,
        rows=2,
        created=1,
        rejected=1,
        header=["姓名"],
        created_at=NOW,
        finished_at=NOW,
    )
    session.add(ledger)
    session.flush()
    conflict = ImportConflict(
        tenant_id=office.tenant_id,
        member_id=member.id,
        field="work_place",
        source=f"base_ledger@{office.id}",
        offered=keyring.seal(f'"{mark}工地"'.encode(), "conflict.offer"),
        created_at=NOW,
    )
    transfer = TransferRequest(
        tenant_id=office.tenant_id,
        from_county=county,
        to_county="431202",
        ledger_id=ledger.id,
        created_at=NOW,
    )
    session.add_all([conflict, transfer])
    session.flush()
    facts_of_complaint = {"address": mark, "form_token": f"token-{mark}", "now": NOW}
    complaint = complain(session, keyring, vacancy.public_id, "asks_money", **facts_of_complaint)
    referral = Referral(
        tenant_id=office.tenant_id,
        vacancy_id=held.id,
        company_id=company.id,
        form_token=f"referral-{mark}",
        wanted=2,
        state="open",
        created_at=NOW,
    )
    session.add(referral)
    session.flush()
    low = {"pay_low_cents": 100_000, "pay_high_cents": None, "pay_text": "1000元/月"}
    doubtful = factories.vacancy(
        session, employer=boss, title="杂工", state="held", held=["review"], **low, month_low_cents=100_000
    )
    newcomer = _newcomer(session, keyring, county, mark)
    registration, paper = registered(session, keyring, office, mark)
    correction = CorrectionRequest(
        tenant_id=member.tenant_id,
        member_id=member.id,
        field="work_place",
        sealed=keyring.seal(f"{mark}更正".encode(), SEAL_CORRECTION),
        created_at=NOW,
    )
    session.add(correction)
    session.flush()
    closed = (mark, facts["id_number"], facts["phone"], member.public_id, home.public_id, ledger.public_id)
    return Corner(
        county,
        office,
        company,
        site,
        home,
        member,
        loose,
        vacancy,
        held,
        ledger,
        conflict,
        transfer,
        complaint,
        referral,
        registration,
        paper,
        doubtful,
        newcomer,
        *(_notice(session, member, state) for state in ("parked", "waiting")),
        correction,
        closed,
    )


def registered(
    session: Session, keyring: Keyring, office: Organisation, mark: str
) -> tuple[EmployerAccount, EmployerPaper]:
    """A registration that waits, with its paper."""
    account = PhoneAccount(created_at=NOW)
    session.add(account)
    session.flush()
    row = EmployerAccount(
        account_id=account.id,
        tenant_id=office.tenant_id,
        state="waiting",
        name=f"{mark}农场",
        no_code="family_farm",
        county=office.county,
        account_class="direct",
        sealed=keyring.seal_facts({"contact": f"{mark}农", "phone": None}, SEAL_EMPLOYER),
        proved_at=NOW,
        created_at=NOW,
        touched_at=NOW,
    )
    session.add(row)
    session.flush()
    paper = EmployerPaper(
        employer_account_id=row.id,
        kind="licence",
        media_type="image/png",
        size=9,
        sealed=keyring.seal(b"\x89PNG\r\n\x1a\n1", SEAL_PAPER),
        created_at=NOW,
    )
    session.add(paper)
    session.flush()
    return row, paper


def _newcomer(session: Session, keyring: Keyring, county: str, mark: str) -> Member:
    """Somebody who registered alone, with a document number that nobody has."""
    account = PhoneAccount(created_at=NOW)
    session.add(account)
    session.flush()
    home = factories.household(session, county=county, code=None, provisional=True)
    made = person(session, keyring, home, {"name": f"{mark}新人", "willingness": "yes"})
    number = id_number(county, 777)
    session.add(
        Registration(
            member_id=made.id,
            account_id=account.id,
            id_index=keyring.blind(number, INDEX_ID),
            sealed=keyring.seal(number.encode(), SEAL_REGISTRATION),
            registered_at=NOW,
        )
    )
    session.flush()
    return made


def _notice(session: Session, member: Member, state: str) -> Notice:
    """A notice that got stuck, or a slip that waits to be printed."""
    made = Notice(
        tenant_id=member.tenant_id,
        kind="linked",
        event_key=state,
        recipient_kind="member",
        recipient_id=member.id,
        subject_kind="member",
        subject_id=member.id,
        channel="sms" if state == "parked" else "slip",
        facts={},
        state=state,
        reason="perhaps_sent" if state == "parked" else None,
        due_at=NOW,
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


@dataclass
class World:
    """The viewer's county, a neighbour in the same tenant, and a county of another tenant."""

    own: Corner
    neighbour: Corner
    foreign: Corner
    buried: int


def make(session: Session, keyring: Keyring) -> World:
    """Everything, twice more than anybody may see."""
    buried = OutboxRow(
        topic="search.vacancy", key=999, created_at=NOW, due_at=NOW, tries=5, buried_at=NOW, reason="refused"
    )
    session.add(buried)
    session.flush()
    return World(
        corner(session, keyring, OWN, "鹭洲"),
        corner(session, keyring, NEIGHBOUR, "雁塔"),
        corner(session, keyring, FOREIGN, "鹤乡"),
        buried.id,
    )
