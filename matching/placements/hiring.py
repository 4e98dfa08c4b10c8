"""Filling a place: head count, placement, period of work, and what follows for everybody else.

All of it is one transaction under the vacancy's lock, so that of any number who reach for the last place
exactly one gets it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matching.accounts.models import Organisation
from matching.accounts.scope import SYSTEM, Scope
from matching.clock import Clock
from matching.crypto import Keyring
from matching.errors import DomainError
from matching.people.codes import Channel, Work
from matching.people.models import EmploymentSpell, Household, Jobseeker, Member
from matching.people.own import pause
from matching.people.person_writer import PersonWriter
from matching.people.rules import AT_WORK
from matching.people.spells import open_spell
from matching.placements.codes import Event, Party, Reason, ReferralState, State
from matching.placements.lifecycle import PENDING
from matching.placements.models import Application, Placement, Referral
from matching.placements.moves import Moves
from matching.vacancies.codes import MAX_VALID_DAYS, Kind
from matching.vacancies.codes import State as VacancyState
from matching.vacancies.models import Vacancy
from matching.vacancies.service import change_state

CHANNEL = {
    Kind.SUPPORT_WORKSHOP: Channel.WORKSHOP,
    Kind.PUBLIC_WELFARE: Channel.PUBLIC_WELFARE,
    Kind.LABOUR_COOPERATION: Channel.AWAY,
    Kind.WORK_RELIEF: Channel.WORK_RELIEF,
    Kind.GOVERNMENT_PROJECT: Channel.PROJECT,
    Kind.ENTERPRISE: Channel.ENTERPRISE,
    Kind.COOPERATIVE: Channel.COOPERATIVE,
}
#: Posts that break a rule or were never public are filled by nobody.
CLOSED_TO_HIRING = frozenset({VacancyState.DRAFT, VacancyState.HELD})


def check_age(seeker: Jobseeker, vacancy: Vacancy, today: date) -> None:
    """Nobody under 16, and nobody under 18 at hazardous work (禁止使用童工规定 2, 劳动法 64).

    Raises:
        DomainError: ``too_young``.
    """
    from_day = seeker.adult_from if vacancy.hazardous else seeker.working_age_from
    if from_day is not None and today < from_day:
        raise DomainError("too_young")


def places_taken(session: Session, vacancy_id: int) -> int:
    """Filled places whose period of work has not ended."""
    statement = (
        select(func.count())
        .select_from(Placement)
        .outerjoin(EmploymentSpell, EmploymentSpell.id == Placement.spell_id)
        .where(Placement.vacancy_id == vacancy_id, EmploymentSpell.ended_on.is_(None))
    )
    return session.scalar(statement) or 0


def places_left(session: Session, vacancy: Vacancy) -> int | None:
    """Places that are free; None where no head count is stated."""
    if vacancy.headcount is None:
        return None
    return vacancy.headcount - places_taken(session, vacancy.id)


def take_place(
    moves: Moves,
    keyring: Keyring,
    clock: Clock,
    vacancy: Vacancy,
    application: Application,
    living: list[Application],
    event: Event,
    party: Party,
    started_on: date | None,
) -> Placement:
    """Hire one person.

    Args:
        vacancy: locked.
        living: living applications of the vacancy and of the person, locked.
        event: ``hire`` or ``accept``.
        started_on: first day of work (default: today).

    Raises:
        InvalidTransition; DomainError: ``vacancy_not_open``, ``vacancy_full``, ``too_young``; FactRefused:
        the person cannot work as far as is known.
    """
    session, today = moves.session, clock.today()
    if vacancy.state in CLOSED_TO_HIRING:
        raise DomainError("vacancy_not_open")
    moves.move(application, event, party)
    left = places_left(session, vacancy)
    if left is not None and left <= 0:
        raise DomainError("vacancy_full")
    check_age(session.get_one(Jobseeker, application.jobseeker_id), vacancy, today)
    employer = session.get_one(Organisation, application.employer_id)
    facts = {
        "work": Work.EMPLOYED.value,
        "employer_name": employer.name,
        "work_place": (vacancy.place or "")[:120] or None,
        "work_start": started_on or today,
        "channel": CHANNEL[Kind(vacancy.kind)].value,
    }
    write_work(session, moves.scope, keyring, clock, application.jobseeker_id, facts)
    spell = open_spell(session, application.jobseeker_id)
    placement = Placement(
        tenant_id=application.tenant_id,
        application_id=application.id,
        vacancy_id=vacancy.id,
        jobseeker_id=application.jobseeker_id,
        employer_id=application.employer_id,
        spell_id=spell.id if spell else None,
        started_on=started_on or today,
        created_at=moves.now,
    )
    session.add(placement)
    session.flush()
    end_over(moves, application.jobseeker_id, living)
    drop_out(moves, application.jobseeker_id, living, Party.SYSTEM, Reason.HIRED_HERE)
    if left == 1:
        _fill(moves, vacancy, living, today)
    return placement


def undo_place(
    moves: Moves, keyring: Keyring, clock: Clock, application: Application, event: Event, party: Party
) -> None:
    """The person says that she never began: the place is free, and no period of work is left of it.

    Raises:
        InvalidTransition: ``invalid_transition``.
    """
    session, person = moves.session, application.jobseeker_id
    moves.move(application, event, party, Reason.NOT_HIRED)
    placement = session.scalars(select(Placement).where(Placement.application_id == application.id)).one()
    spell = session.get(EmploymentSpell, placement.spell_id) if placement.spell_id else None
    session.delete(placement)
    session.flush()
    if spell is None or spell.ended_on is not None:
        return
    write_work(session, moves.scope, keyring, clock, person, {"work": Work.UNEMPLOYED.value})
    if spell.created_at == placement.created_at:
        session.delete(spell)
        session.flush()


def write_work(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    clock: Clock,
    jobseeker_id: int,
    facts: Mapping[str, Any],
) -> None:
    """Write a person's present work, with the period of work and the household's class that follow.

    A later ledger does not overwrite it but offers what it says.
    """
    member = session.get_one(Member, jobseeker_id)
    # Work changes the class of everybody in the household: two who are hired at once wait for each other.
    session.get_one(Household, member.household_id, with_for_update=True)
    session.refresh(member, with_for_update=True)
    person = PersonWriter(session, keyring, member, clock.today(), clock.now(), scope)
    known = {name: value for name, value in facts.items() if value is not None}
    changed = person.apply(known)
    if changed:
        member.by_hand = {**member.by_hand, **{name: clock.today().isoformat() for name in sorted(changed)}}
    # Whoever has found work looks for nothing until she says so (docs: "I have work now").
    pause(session, jobseeker_id, clock.today() if known["work"] in AT_WORK else None, clock.now())
    if changed:
        person.finish()
    session.flush()


def drop_out(moves: Moves, jobseeker_id: int, living: list[Application], party: Party, reason: Reason) -> int:
    """End all applications of a person that still wait for an answer; returns how many."""
    waiting = [one for one in living if one.jobseeker_id == jobseeker_id and one.state in PENDING]
    for application in waiting:
        moves.move(application, Event.LEAVE, party, reason)
    return len(waiting)


def end_over(moves: Moves, jobseeker_id: int, living: list[Application]) -> None:
    """End those of a person's applications whose work is over, so that she can apply there again."""
    hired = [one for one in living if one.jobseeker_id == jobseeker_id and one.state == State.HIRED]
    over = set(
        moves.session.scalars(
            select(Placement.application_id)
            .join(EmploymentSpell, EmploymentSpell.id == Placement.spell_id)
            .where(
                Placement.application_id.in_([one.id for one in hired]),
                EmploymentSpell.ended_on.is_not(None),
            )
        )
    )
    for application in hired:
        if application.id in over:
            moves.move(application, Event.END, Party.SYSTEM)


def _fill(moves: Moves, vacancy: Vacancy, living: list[Application], today: date) -> None:
    """The last place is taken: close the vacancy and end what others still wait for."""
    session = moves.session
    for application in living:
        if application.vacancy_id == vacancy.id and application.state in PENDING:
            moves.move(application, Event.FILL, Party.SYSTEM)
    referrals = select(Referral).where(
        Referral.vacancy_id == vacancy.id, Referral.state == ReferralState.OPEN
    )
    for referral in session.scalars(referrals):
        referral.state, referral.closed_at = ReferralState.CLOSED.value, moves.now
    if vacancy.state != VacancyState.CLOSED:
        change_state(
            session,
            SYSTEM,
            vacancy.public_id,
            vacancy.version,
            "close",
            today=today,
            now=moves.now,
            valid_days=MAX_VALID_DAYS,
        )
