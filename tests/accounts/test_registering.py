"""An employer registers: what is asked for, what is refused, and that nothing of others is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts.employer_codes import PaperKind, Standing
from matching.accounts.employers import hats_of, scope_of
from matching.accounts.models import EmployerAccount, EmployerPaper, PhoneAccount
from matching.accounts.papers import MOST_MEGABYTES, Paper, media_type
from matching.accounts.registering import Claim, add_papers, register, register_again
from matching.bootstrap import Services
from matching.db import new_public_id, transaction
from matching.errors import DomainError, FileRefused, InvalidTransition
from tests import factories
from tests.factories import NOW

CODE = "91431222MA4L000010"
PHOTO = b"\xff\xd8\xff\xe0 a photo of a licence"
LICENCE = Paper(PaperKind.LICENCE, PHOTO)
CLAIM = Claim("青溪制衣厂", CODE, "", "431222", "测试甲", "", "direct")


def account(session: Session, services: Services) -> PhoneAccount:
    factories.tenant(session)
    made = PhoneAccount(
        phone_index="x" * 32, sealed=services.keyring.seal(b"19900000077", "account.phone"), created_at=NOW
    )
    session.add(made)
    session.flush()
    return made


def registered(
    session: Session,
    services: Services,
    who: PhoneAccount,
    claim: Claim = CLAIM,
    *papers: Paper,
    **facts: Any,
) -> EmployerAccount:
    return register(
        session,
        services.keyring,
        who,
        claim,
        (LICENCE,),
        **{"public_id": new_public_id(), "now": NOW, **facts},
    )


def test_a_registration_waits_and_reaches_no_organisation(stack: Services) -> None:
    with transaction(stack.sessions) as session:
        row = registered(session, stack, account(session, stack))
        assert (row.state, row.organisation_id, row.credit_code) == (Standing.WAITING, None, CODE)


def test_the_same_form_sent_twice_registers_once(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        who, token = account(session, embedded), new_public_id()
        first = registered(session, embedded, who, public_id=token)
        assert registered(session, embedded, who, public_id=token) is first


def test_papers_lie_sealed(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        registered(session, embedded, account(session, embedded))
        paper = session.scalars(select(EmployerPaper)).one()
        assert PHOTO not in paper.sealed
        assert embedded.keyring.open(paper.sealed, "employer.paper") == PHOTO


@pytest.mark.parametrize(
    ("changes", "papers", "code"),
    [
        ({"name": "  "}, (LICENCE,), "employer_name_missing"),
        ({"credit_code": CODE[:-1] + "D"}, (LICENCE,), "credit_code_form"),
        ({"credit_code": "", "no_code": "because"}, (), "no_code_missing"),
        ({"county": "110101"}, (LICENCE,), "county_not_served"),
        ({"county": ""}, (LICENCE,), "county_not_served"),
        ({"phone": "12"}, (LICENCE,), "employer_phone_form"),
        ({"account_class": "commercial"}, (LICENCE,), "agency_missing"),
        (
            {"account_class": "commercial", "agency": "某机构", "agency_licence": "1"},
            (LICENCE,),
            "commission_missing",
        ),
        ({}, (Paper(PaperKind.COMMISSION, PHOTO),), "paper_missing"),
    ],
)
def test_what_is_lacking_is_named(
    embedded: Services, changes: dict[str, Any], papers: tuple[Paper, ...], code: str
) -> None:
    with transaction(embedded.sessions) as session:
        who, claim = account(session, embedded), replace(CLAIM, **changes)
        with pytest.raises(DomainError) as refused:
            register(session, embedded.keyring, who, claim, papers, public_id=new_public_id(), now=NOW)
        assert refused.value.code == code


def test_a_family_farm_needs_neither_code_nor_licence(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        claim = replace(CLAIM, credit_code="", no_code="family_farm")
        row = register(
            session, embedded.keyring, account(session, embedded), claim, (), public_id="f" * 12, now=NOW
        )
        assert (row.credit_code, row.no_code) == (None, "family_farm")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "paper_empty"),
        (b"<html>", "paper_form"),
        (b"MZ\x90 a program called licence.jpg", "paper_form"),
        (b"<svg onload='x'/>", "paper_form"),
        (b"\xff\xd8\xff" + b"0" * (MOST_MEGABYTES * 1024**2), "paper_too_large"),
    ],
)
def test_a_paper_is_what_its_first_bytes_say(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        media_type(content)
    assert refused.value.code == code


def test_registrations_that_wait_are_few(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        who = account(session, embedded)
        for _ in range(5):
            registered(session, embedded, who)
        with pytest.raises(DomainError) as refused:
            registered(session, embedded, who)
        assert refused.value.code == "employers_enough"


def test_only_what_was_refused_is_stated_anew(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        who = account(session, embedded)
        row = registered(session, embedded, who)
        again = {"employer_account_id": row.id, "now": NOW}
        with pytest.raises(InvalidTransition):
            register_again(session, embedded.keyring, who, CLAIM, (LICENCE,), **again)
        row.state = Standing.REFUSED
        newer = replace(CLAIM, name="青溪制衣有限公司")
        made = register_again(session, embedded.keyring, who, newer, (LICENCE,), **again)
        assert (made.id, made.state, made.name) == (row.id, Standing.WAITING, "青溪制衣有限公司")
        assert len(session.scalars(select(EmployerPaper)).all()) == 1


def test_nobody_hands_in_papers_for_another_account(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        row = registered(session, embedded, account(session, embedded))
        stranger = PhoneAccount(created_at=NOW)
        session.add(stranger)
        session.flush()
        with pytest.raises(DomainError) as refused:
            add_papers(session, embedded.keyring, stranger, (LICENCE,), employer_account_id=row.id, now=NOW)
        assert refused.value.code == "employer_unknown"


def test_a_hat_that_is_not_approved_reaches_no_organisation_whatever_its_row_says(embedded: Services) -> None:
    with transaction(embedded.sessions) as session:
        who = account(session, embedded)
        row = registered(session, embedded, who)
        row.organisation_id = factories.employer(session).id
        for state in (Standing.WAITING, Standing.REFUSED):
            row.state = state
            [hat] = hats_of(session, who)
            assert (hat.organisation_id, scope_of(who, hat).organisation_id) == (None, None)
