"""Whose data an account sees: what makes a link, what it is worth, and when it is worth nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from matching.accounts import phones
from matching.accounts.models import AuditEvent, PhoneAccount, Role
from matching.accounts.scope import Scope
from matching.bootstrap import Services
from matching.db import transaction
from matching.errors import DomainError, Forbidden, NotFound
from matching.notices.kinds import Party
from matching.outbox.models import OutboxRow
from matching.pairing.queries import matches_for_jobseeker, visible
from matching.pairing.store import ColumnStore
from matching.people import claims, doubles, helper_codes
from matching.people.helper_codes import HELPER_SIGNS
from matching.people.models import AccountLink, HelperCode, Household, Jobseeker, Member, Registration
from matching.people.person_writer import FactRefused
from matching.people.queries import find_people, member_in_scope
from matching.people.registration import Newcomer, confirm, dismiss, register
from matching.people.registration_queries import unconfirmed
from matching.people.service import correct_person, unmask
from matching.placements.merging import carry_over
from matching.places.models import Settlement
from tests import factories
from tests.accounts.test_phones import newest_code
from tests.notices.posts import notices, tell
from tests.people.test_service import correct, only, scope_of
from tests.stack import bring_in, id_number, person, with_site
from tests.web.desk.world import person as stored_person

pytestmark = pytest.mark.wide

FIRST, SECOND, OTHER = "19900000001", "19900000002", "19900000077"
VALID, AGAIN = timedelta(days=30), timedelta(days=180)
HERE = "198.51.100.7"


def facts_of(serial: int) -> dict[str, Any]:
    """A person of the ledger, without a telephone."""
    born = {"birth_date": date(1980, 6, 15), "sex": "male"}
    return {"name": f"测试{serial}", "id_number": id_number(serial), "work": "unemployed", **born}


class City:
    """A ledger of three, stored without a sheet: the third states no telephone of their own."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.office_id = with_site(services)
        with transaction(services.sessions) as session:
            site = session.scalars(select(Settlement)).one()
            for serial, phone in enumerate((FIRST, SECOND, None), start=1):
                home = factories.household(session, settlement=site)
                facts = facts_of(serial)
                stored_person(session, services.keyring, home, facts | ({"phone": phone} if phone else {}))
        self.scope = scope_of(services, self.office_id)

    @property
    def now(self) -> Any:
        return self.services.clock.now()

    def do(self, act: Callable[..., Any], *args: Any, **options: Any) -> Any:
        with transaction(self.services.sessions) as session:
            return act(session, *args, **options)

    def account(self, phone: str) -> PhoneAccount:
        """Sign in with a telephone, anew."""

        def act(session: Any) -> PhoneAccount:
            ring = self.services.keyring
            token = phones.request_code(
                session,
                ring,
                phone=phone,
                address=HERE,
                now=self.now,
                budget=2_000,
            )
            entered = phones.enter(
                session,
                ring,
                token=token,
                code=newest_code(session, self.services)[1],
                device="",
                now=self.now,
                valid=VALID,
                prove_again=AGAIN,
            )
            return entered.account

        self.services.clock.advance(timedelta(minutes=2))
        return self.do(act)

    def claim(self, account: PhoneAccount, serial: int, address: str = HERE) -> int:
        number = id_number(serial)
        return self.do(
            claims.claim, self.services.keyring, account, number=number, address=address, now=self.now
        )

    def names(self, account: PhoneAccount) -> list[str]:
        with transaction(self.services.sessions, writes=False) as session:
            fresh = session.get_one(PhoneAccount, account.id)
            return [one.name for one in claims.people_of(session, self.services.keyring, fresh)]

    def member(self, serial: int) -> Member:
        return only(self.services, Member, Member.name == f"测试{serial}")

    def code(self, serial: int, scope: Scope | None = None) -> str:
        return self.do(
            helper_codes.make_helper_code,
            scope or self.scope,
            self.services.keyring,
            self.member(serial).public_id,
            self.now,
        )[1]

    def redeem(self, code: str, account: PhoneAccount | None = None, address: str = HERE) -> Any:
        ring = self.services.keyring
        return self.do(helper_codes.redeem, ring, code=code, account=account, address=address, now=self.now)

    def register(self, account: PhoneAccount, **facts: Any) -> Member:
        made = {
            "public_id": "abcdefghjkmn",
            "name": "新来的人",
            "number": None,
            "settlement": None,
            "county": "431222",
        }
        return self.do(
            register,
            self.services.keyring,
            account,
            Newcomer(**{**made, **facts}),
            today=self.services.clock.today(),
            now=self.now,
        )

    def decide(self, act: Callable[..., Any], public_id: str, scope: Scope | None = None) -> Any:
        return self.do(
            act,
            scope or self.scope,
            self.services.keyring,
            public_id,
            today=self.services.clock.today(),
            now=self.now,
        )


@pytest.fixture
def city(stack: Services) -> City:
    return City(stack)


def test_id_number_and_own_telephone_link(city: City) -> None:
    account = city.account(FIRST)
    assert city.names(account) == []
    assert city.claim(account, 1) == city.member(1).id
    assert city.names(account) == ["测试1"]


def test_a_telephone_of_somebody_else_links_nobody(city: City) -> None:
    account = city.account(SECOND)
    assert city.claim(account, 1) == 0
    assert city.claim(account, 99) == 0
    assert city.names(account) == []


def test_the_household_s_telephone_links_its_members(city: City) -> None:
    correct(city.services, city.scope, city.member(3), household_phone=FIRST)
    account = city.account(FIRST)
    assert city.claim(account, 3) == city.member(3).id
    assert city.claim(account, 1) == city.member(1).id
    assert city.names(account) == ["测试3", "测试1"]


def test_a_link_is_worth_nothing_once_the_ledger_names_another_telephone(city: City) -> None:
    account = city.account(FIRST)
    city.claim(account, 1)
    correct(city.services, city.scope, city.member(1), phone=OTHER)
    assert city.names(account) == []
    assert city.claim(account, 1) == 0


def test_after_180_days_everybody_is_proved_anew_each_by_the_own_number(city: City) -> None:
    correct(city.services, city.scope, city.member(3), household_phone=FIRST)
    account = city.account(FIRST)
    city.claim(account, 1)
    city.claim(account, 3)
    city.services.clock.advance(AGAIN)
    account = city.account(FIRST)
    assert city.names(account) == []
    with transaction(city.services.sessions, writes=False) as session:
        assert claims.sleeping(session, session.get_one(PhoneAccount, account.id))
    city.claim(account, 3)
    assert city.names(account) == ["测试3"]


def test_wrong_numbers_are_limited_for_an_account_and_an_address(city: City) -> None:
    account = city.account(OTHER)
    for n in range(5):
        city.claim(account, 50 + n)
    with pytest.raises(DomainError, match="too_many_wrong"):
        city.claim(account, 1)
    city.services.clock.advance(timedelta(hours=1))
    for n in range(5):
        city.claim(account, 60 + n)
    city.services.clock.advance(timedelta(hours=1))
    with pytest.raises(DomainError, match="too_many_wrong"):
        city.claim(account, 1)
    for n in range(4):
        other = city.account(f"1990000030{n}")
        for serial in range(5):
            city.claim(other, 70 + serial, address="203.0.113.1")
    with pytest.raises(DomainError, match="too_many_wrong"):
        city.claim(city.account("19900000400"), 1, address="203.0.113.1")


def test_only_the_accounts_own_people_can_be_chosen(city: City) -> None:
    account = city.account(FIRST)
    city.claim(account, 1)
    ring = city.services.keyring
    with pytest.raises(NotFound):
        city.do(claims.choose, ring, account, "token", city.member(2).public_id, city.now)


def test_a_jobseekers_scope_holds_the_own_people_and_nothing_else(city: City, tmp_path: Any) -> None:
    account = city.account(FIRST)
    city.claim(account, 1)
    services, ring, today = city.services, city.services.keyring, city.services.clock.today()
    with transaction(services.sessions, writes=False) as session:
        own = claims.people_of(session, ring, session.get_one(PhoneAccount, account.id))[0]
        scope = claims.scope_of(account, own)
        assert scope.member_ids == {own.member_id}
        assert set(session.scalars(select(Jobseeker.id).where(visible(scope)))) == {own.member_id}
        nobody = claims.scope_of(account, None)
        assert session.scalars(select(Jobseeker.id).where(visible(nobody))).all() == []
        assert member_in_scope(session, scope, own.public_id).id == own.member_id
        with pytest.raises(NotFound):
            member_in_scope(session, scope, city.member(2).public_id)
        assert len(find_people(session, ring, scope, "测试", today)[1]) == 1
        store = ColumnStore(tmp_path / "columns")
        found = matches_for_jobseeker(session, scope, own.member_id, store=store, now=city.now)
        assert found.subject == own.seeker
        for seen in (nobody, scope):
            with pytest.raises(NotFound):
                matches_for_jobseeker(session, seen, city.member(2).id, store=store, now=city.now)
    with pytest.raises(Forbidden):
        city.do(unmask, scope, ring, own.public_id, "id_number", "看看", city.now)
    with pytest.raises(Forbidden):
        city.do(
            correct_person, scope, ring, own.public_id, 1, {"work": "employed"}, today=today, now=city.now
        )


def test_a_helpers_code_is_short_plain_and_stored_as_a_digest(city: City) -> None:
    code = city.code(2)
    assert len(code) == 6
    assert set(code) <= set(HELPER_SIGNS)
    assert not set(HELPER_SIGNS) & set("0O1IL5S2ZBUV")
    row = only(city.services, HelperCode)
    assert code not in str(vars(row))
    assert row.made_by == "tester"


def test_a_helpers_code_is_good_once_and_for_a_day(city: City) -> None:
    code = city.code(2)
    owner, member = city.redeem(f" {code[:3]} {code[3:].lower()}")
    assert member.name == "测试2"
    assert city.names(owner) == ["测试2"]
    assert city.redeem(code) is None
    late = city.code(2)
    city.services.clock.advance(timedelta(days=1))
    assert city.redeem(late) is None


def test_who_has_no_telephone_keeps_one_account(city: City) -> None:
    first, _member = city.redeem(city.code(2))
    second, _member = city.redeem(city.code(2))
    assert first.id == second.id


def test_a_helpers_code_links_to_the_account_that_asks_and_survives_a_new_number(city: City) -> None:
    account = city.account(OTHER)
    assert city.redeem(city.code(2), account)[0].id == account.id
    correct(city.services, city.scope, city.member(2), phone="19900000055")
    assert city.names(account) == ["测试2"]


def test_helpers_make_codes_for_people_of_their_own_area_only(city: City) -> None:
    elsewhere = Scope(Role.COUNTY, "tester", city.scope.tenant_id, "431224", None)
    with pytest.raises(NotFound):
        city.code(2, elsewhere)
    auditor = Scope(Role.AUDITOR, "tester", city.scope.tenant_id, None, None)
    with pytest.raises(Forbidden):
        city.code(2, auditor)


def test_guessed_codes_are_counted_with_the_guesses_at_numbers(city: City) -> None:
    code = city.code(2)
    for _ in range(20):
        assert city.redeem("ACDEFG" if code != "ACDEFG" else "ACDEFH") is None
    with pytest.raises(DomainError, match="too_many_wrong"):
        city.redeem(code)
    assert city.redeem(code, address="203.0.113.8") is not None


def test_who_registers_is_a_jobseeker_without_the_number_that_was_typed(city: City) -> None:
    account = city.account(OTHER)
    taken = id_number(1)
    member = city.register(account, number=taken)
    assert city.names(account) == ["新来的人"]
    assert member.id_index is None
    assert only(city.services, Household, Household.id == member.household_id).provisional
    assert only(city.services, Jobseeker, Jobseeker.id == member.id).willingness == "yes"
    row = only(city.services, Registration)
    assert taken not in str(vars(row))
    with transaction(city.services.sessions, writes=False) as session:
        due = session.scalars(select(OutboxRow.key).where(OutboxRow.topic == "pair.jobseeker")).all()
        actions = set(session.scalars(select(AuditEvent.action)))
    assert member.id in due
    assert {"member.registered", "link.made"} <= actions


def test_a_ledger_gives_its_facts_to_its_own_person_and_not_to_who_typed_the_number(
    embedded: Services,
) -> None:
    city = City(embedded)
    account = city.account(OTHER)
    member = city.register(account, number=id_number(9))
    bring_in(city.services, city.office_id, "ledger", [person(9, 户编号="H9", 务工地点="长沙市")])
    assert only(city.services, Jobseeker, Jobseeker.id == member.id).work_place is None
    assert city.member(9).id != member.id


def test_a_coordinator_confirms_a_registration_of_the_own_county(city: City) -> None:
    member = city.register(city.account(OTHER), number=id_number(9))
    ring = city.services.keyring
    elsewhere = Scope(Role.COUNTY, "tester", city.scope.tenant_id, "431224", None)
    with transaction(city.services.sessions, writes=False) as session:
        total, lines = unconfirmed(session, ring, city.scope, limit=10, offset=0)
        assert (total, lines[0].name, lines[0].known) == (1, "新**", False)
        assert unconfirmed(session, ring, elsewhere, limit=10, offset=0) == (0, [])
    with pytest.raises(NotFound):
        city.decide(confirm, member.public_id, elsewhere)
    city.decide(confirm, member.public_id)
    assert only(city.services, Member, Member.id == member.id).id_index is not None
    assert only(city.services, Registration).sealed is None
    with pytest.raises(NotFound):
        city.decide(confirm, member.public_id)


def test_a_number_that_somebody_has_cannot_be_confirmed_twice(city: City) -> None:
    member = city.register(city.account(OTHER), number=id_number(1))
    with pytest.raises(FactRefused, match="person_exists"):
        city.decide(confirm, member.public_id)
    with transaction(city.services.sessions, writes=False) as session:
        assert unconfirmed(session, city.services.keyring, city.scope, limit=10, offset=0)[1][0].known


def test_merging_a_registration_into_the_ledger_s_person_shows_the_account_nothing(city: City) -> None:
    account = city.account(OTHER)
    member = city.register(account, name="测试1", number=id_number(1))
    known = only(city.services, Member, Member.id_index.is_not(None), Member.name == "测试1")
    correct(city.services, city.scope, known, phone=None)
    today, ring = city.services.clock.today(), city.services.keyring

    def version(one: Member) -> doubles.Version:
        return doubles.Version(one.public_id, only(city.services, Member, Member.id == one.id).version)

    with pytest.raises(DomainError, match="ledger_record_kept"):
        city.do(
            doubles.merge,
            city.scope,
            ring,
            version(member),
            version(known),
            today=today,
            now=city.now,
            carry=carry_over,
        )
    city.do(
        doubles.merge,
        city.scope,
        ring,
        version(known),
        version(member),
        today=today,
        now=city.now,
        carry=carry_over,
    )
    assert city.names(account) == []
    assert city.claim(account, 1) == 0


def test_a_merge_keeps_the_links_that_were_proved(city: City) -> None:
    account = city.account(OTHER)
    city.redeem(city.code(2), account)
    with transaction(city.services.sessions) as session:
        home = factories.household(session, settlement=session.scalars(select(Settlement)).one())
        stored_person(session, city.services.keyring, home, facts_of(8) | {"name": "测试2"})
    goer = city.do(lambda session: session.scalars(select(AccountLink.member_id)).one())
    keeper = only(city.services, Member, Member.name == "测试2", Member.id != goer)
    gone = only(city.services, Member, Member.id == goer)
    kept, closed = (doubles.Version(one.public_id, one.version) for one in (keeper, gone))
    today, ring = city.services.clock.today(), city.services.keyring
    city.do(doubles.merge, city.scope, ring, kept, closed, today=today, now=city.now, carry=carry_over)
    assert city.names(account) == ["测试2"]


def test_a_dismissed_registration_is_gone_with_its_household(city: City) -> None:
    account = city.account(OTHER)
    member = city.register(account)
    tell(city.services, Party("member", member.id))
    city.do(dismiss, city.scope, member.public_id, city.now)
    assert city.names(account) == []
    assert [one.kind for one in notices(city.services)] == ["sign_in_code"]
    with transaction(city.services.sessions, writes=False) as session:
        assert session.get(Member, member.id) is None
        assert session.get(Household, member.household_id) is None
        assert session.scalar(select(func.count()).select_from(Registration)) == 0
        erased = select(OutboxRow.key).where(OutboxRow.topic == "search.jobseeker")
        assert member.id in session.scalars(erased).all()


def test_one_account_registers_a_family_and_not_a_village(city: City) -> None:
    account = city.account(OTHER)
    for n in range(6):
        city.register(account, public_id=f"abcdefghjkm{n + 2}")
    with pytest.raises(DomainError, match="registered_enough"):
        city.register(account, public_id="abcdefghjkma")
    assert city.register(account, public_id="abcdefghjkm2").name == "新来的人"


def test_nobody_registers_where_no_office_works(city: City) -> None:
    account = city.account(OTHER)
    for county in (None, "110101", "nowhere"):
        with pytest.raises(DomainError, match="place_needed"):
            city.register(account, county=county)


def test_a_person_taken_off_an_account_stays_where_they_are(city: City) -> None:
    account = city.account(FIRST)
    city.claim(account, 1)
    city.do(claims.unlink, account, city.member(1).id, city.now)
    assert city.names(account) == []
    city.claim(account, 1)
    assert city.names(account) == ["测试1"]


def test_an_office_takes_a_person_off_all_accounts(city: City) -> None:
    own, other = city.account(FIRST), city.account(OTHER)
    city.claim(own, 1)
    city.redeem(city.code(1), other)
    assert city.do(claims.end_links, city.scope, city.member(1).public_id, city.now) == 2
    assert city.names(own) == city.names(other) == []
    with pytest.raises(Forbidden):
        city.do(claims.end_links, claims.scope_of(own, None), city.member(1).public_id, city.now)
