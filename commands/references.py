"""From what an operator types (a public id, or a sheet's number) to the row."""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from matching.accounts.lookup import organisation_by
from matching.accounts.models import Organisation
from matching.errors import DomainError, NotFound
from matching.people.models import Household, Jobseeker, Member
from matching.vacancies.models import Vacancy

#: Choices listed in a sentence.
LISTED = 10
#: 15 or 17 digits and a check character: never an argument, because arguments are seen by everybody.
ID_NUMBER = re.compile(r"\d{15}|\d{17}[\dXx]")


def vacancy_by(session: Session, text: str) -> int:
    """The vacancy of a public id, a sheet's number or ``ORGANISATION/number``.

    Raises:
        NotFound: ``vacancy_ref_unknown``, ``organisation_unknown``.
        DomainError: ``vacancy_ambiguous``, listing the organisations.
    """
    found = _vacancies(session, or_(Vacancy.public_id == text, Vacancy.ref == text))
    if not found and "/" in text:
        name, ref = text.split("/", 1)
        owner = organisation_by(session, name)
        found = _vacancies(session, and_(Vacancy.ref == ref, Vacancy.organisation_id == owner.id))
    if not found:
        raise NotFound("vacancy_ref_unknown", ref=text)
    if len(found) > 1:
        choices = "、".join(f"{name}/{text}" for _, name in found[:LISTED])
        raise DomainError("vacancy_ambiguous", ref=text, choices=choices)
    return found[0][0]


def _vacancies(session: Session, which: ColumnElement[bool]) -> list[tuple[int, str]]:
    statement = (
        select(Vacancy.id, Organisation.name)
        .join(Organisation, Organisation.id == Vacancy.organisation_id)
        .where(which)
        .order_by(Vacancy.id)
    )
    return [(row.id, row.name) for row in session.execute(statement)]


def jobseeker_by(session: Session, text: str) -> int:
    """The jobseeker of a public id, a person's number (人编号) or ``户编号/人编号``.

    Raises:
        NotFound: ``jobseeker_unknown``.
        DomainError: ``jobseeker_ambiguous``, ``jobseeker_ref_form``.
    """
    if ID_NUMBER.fullmatch(text):
        raise DomainError("jobseeker_ref_form")
    found = _jobseekers(
        session, or_(Jobseeker.public_id == text, Member.public_id == text, Member.code == text)
    )
    if not found and "/" in text:
        household, code = text.rsplit("/", 1)
        found = _jobseekers(session, and_(Household.code == household, Member.code == code))
    if not found:
        raise NotFound("jobseeker_unknown", ref=text)
    if len(found) > 1:
        choices = "、".join(f"{household}/{text}" for _, household in found[:LISTED])
        raise DomainError("jobseeker_ambiguous", ref=text, choices=choices)
    return found[0][0]


def _jobseekers(session: Session, which: ColumnElement[bool]) -> list[tuple[int, str | None]]:
    statement = (
        select(Jobseeker.id, Household.code)
        .join(Member, Member.id == Jobseeker.id)
        .join(Household, Household.id == Member.household_id)
        .where(which)
        .order_by(Jobseeker.id)
    )
    return [(row.id, row.code) for row in session.execute(statement)]
