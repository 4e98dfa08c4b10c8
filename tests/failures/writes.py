"""Mixed writes as pages and commands make them, each with its own key, and what must be there in the end."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from doorbell import work
from matching.accounts.models import Organisation, Role
from matching.accounts.scope import Scope
from matching.bootstrap import Services
from matching.db import transaction
from matching.people.models import Member
from matching.search import rows
from matching.search.documents import Collection
from matching.search.shaping import shape
from matching.sheets import service as sheets
from matching.sheets.models import Ledger
from matching.vacancies import service as vacancies
from matching.vacancies.models import Vacancy
from tests.stack import SITE, id_number, office, person, sheet

VALID_DAYS = 90
Rows = list[dict[str, Any]]


def facts(number: int, **more: Any) -> dict[str, Any]:
    """What a form says about a vacancy."""
    return {
        "ref": f"F{number:06}",
        "title": "缝纫工",
        "kind": "support_workshop",
        "headcount": 8,
        "content": "踩电动缝纫机,做校服。",
        "place": "青云安置区旁",
        "region_code": "431222",
        "pay_low_cents": 280_000,
        "pay_high_cents": 350_000,
        "pay_unit": "month",
        "contact": "李经理",
        "phone": "13800005678",
        **more,
    }


@dataclass
class Writer:
    """Writes at random, and knows what it wrote.

    Args:
        office_id: whose writes they are.
        chance: the seeded source of every choice.
        people_each: rows of one small ledger.
    """

    services: Services
    office_id: int
    chance: random.Random
    people_each: int = 5
    #: public id → version it must have.
    posts: dict[str, int] = field(default_factory=dict)
    ledgers: list[int] = field(default_factory=list)
    people: int = 0
    number: int = 0

    def write(self) -> None:
        """One write of a random kind."""
        kind = self.chance.random()
        if kind < 0.06:
            self.hand_in()
        elif kind < 0.55 or not self.posts:
            self.post()
        elif kind < 0.85:
            self.correct()
        else:
            self.stop()

    def post(self) -> None:
        """A vacancy by hand; the form is sent twice, as impatient people do."""
        self.number += 1
        for _ in range(2):
            with work(self.services) as session:
                made = vacancies.post(
                    session,
                    self.scope(session),
                    self.services.keyring,
                    facts(self.number),
                    form_token=f"form-{self.number}",
                    **self._when(),
                )
                self.posts[made.public_id] = made.version

    def correct(self) -> None:
        """Another pay."""
        public_id = self.chance.choice(list(self.posts))
        with work(self.services) as session:
            made = vacancies.correct(
                session,
                self.scope(session),
                self.services.keyring,
                public_id,
                self.posts[public_id],
                facts(0, ref=None, pay_high_cents=self.chance.randrange(300_000, 900_000)),
                **self._when(),
            )
            self.posts[public_id] = made.version

    def stop(self) -> None:
        """Closed, or opened again."""
        public_id = self.chance.choice(list(self.posts))
        with work(self.services) as session:
            state = session.scalar(select(Vacancy.state).where(Vacancy.public_id == public_id))
            event = "post" if state == "closed" else "close"
            made = vacancies.change_state(
                session, self.scope(session), public_id, self.posts[public_id], event, **self._when()
            )
            self.posts[public_id] = made.version

    def hand_in(self) -> None:
        """A small ledger of new people."""
        people = [somebody(self.people + n) for n in range(1, self.people_each + 1)]
        self.people += self.people_each
        self.ledgers.append(hand_in(self.services, self.office_id, "ledger", people))

    def scope(self, session: Any) -> Scope:
        mine = session.get_one(Organisation, self.office_id)
        return Scope(
            role=Role.COUNTY,
            actor="tester",
            tenant_id=mine.tenant_id,
            county=mine.county,
            organisation_id=mine.id,
        )

    def _when(self) -> dict[str, Any]:
        clock = self.services.clock
        return {"today": clock.today(), "now": clock.now(), "valid_days": VALID_DAYS}

    def check(self) -> None:
        """Nothing lost, nothing applied twice, the index as the rows are."""
        with transaction(self.services.sessions, writes=False) as session:
            stored = dict(session.execute(select(Vacancy.public_id, Vacancy.version)).all())
            people = session.scalar(select(func.count()).select_from(Member))
            ended = session.scalars(select(Ledger).where(Ledger.id.in_(self.ledgers))).all()
        assert stored == self.posts
        assert people == self.people
        counts = {(one.state, one.created, one.unchanged, one.rejected) for one in ended}
        assert counts <= {("done", self.people_each, 0, 0)}
        assert_index_equals_rows(self.services)


def somebody(serial: int, **facts: Any) -> dict[str, Any]:
    """A row of the base ledger; serials up to 10 million give different people."""
    birth = date(1970, 1, 1) + timedelta(days=serial // 400)
    number = id_number(serial % 400, birth=f"{birth:%Y%m%d}")
    made = person(1, 身份证号=number, 电话=f"199{serial:08}")
    return {**made, "户编号": f"H{serial:07}", "姓名": f"测试{serial}", **facts}


def hand_in(
    services: Services, office_id: int, kind: str, lines: list[dict[str, Any]], **options: Any
) -> int:
    """Upload a sheet as the page does, ring included; returns the import's id."""
    return hand_in_file(services, office_id, kind, sheet(lines), f"{kind}.csv", **options)


def hand_in_file(
    services: Services, office_id: int, kind: str, file: Any, filename: str, **options: Any
) -> int:
    """Upload a file as the page does, ring included; returns the import's id."""
    with work(services) as session:
        mine = session.get_one(Organisation, office_id)
        return sheets.receive(
            session,
            services.keyring,
            file,
            kind=kind,
            filename=filename,
            tenant_id=mine.tenant_id,
            organisation_id=mine.id,
            user_id=None,
            options={"confirm": True, **options},
            now=services.clock.now(),
            most_bytes=200 * 1024 * 1024,
        ).id


def settled_office(services: Services) -> int:
    """An office with its settlement 青云安置区, made without any worker."""
    from tests.stack import bring_in, counts

    office_id = office(services)
    assert counts(bring_in(services, office_id, "settlements", [SITE])) == (1, 0, 0, 0)
    return office_id


def assert_index_equals_rows(services: Services) -> None:
    """Every document equals its row field by field, and there is none without a row."""
    for collection in Collection:
        with transaction(services.sessions, writes=False) as session:
            wanted = {one.id: shape(one) for one in rows.all_documents(session, collection)}
        assert services.search.read(collection, list(wanted)) == wanted
        assert {key for key, _ in services.search.all_versions(collection)} == set(wanted)
