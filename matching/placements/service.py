"""Applying, and every step after it.

Each verb is one transaction of the caller's: rows locked, version checked, the move's own conditions,
history, audit and event together.  ``me`` is the row of the jobseeker as whom somebody is signed in, which
the doorstep has proved; None for staff and employers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.models import Role
from matching.accounts.scope import Scope
from matching.clock import Clock
from matching.crypto import Keyring
from matching.errors import DomainError, Forbidden, NotFound
from matching.people import consents
from matching.people.codes import ConsentKind, GivenBy, Work
from matching.people.models import Jobseeker, Member
from matching.people.queries import opened
from matching.placements.codes import DECLINING, WITHDRAWING, Event, Origin, Party, Reason, State
from matching.placements.hiring import check_age, drop_out, end_over, take_place, undo_place, write_work
from matching.placements.lifecycle import AGREED, LIVING
from matching.placements.models import Application, ApplicationStep
from matching.placements.moves import (
    Moves,
    check_version,
    lock_application,
    lock_applications,
    lock_vacancy,
    sent_before,
)
from matching.placements.parties import find, for_employer, party_for, reachable
from matching.regulations.wording import Verdict, screen
from matching.vacancies.codes import State as VacancyState
from matching.vacancies.models import Vacancy

#: What a helper may do in a person's name only with that person's yes to being helped (P14).
_NEEDS_HELPER_CONSENT = frozenset({Event.APPLY, Event.AGREE, Event.ACCEPT})
#: Moves of one application by one side; the others come about by applying, asking, hiring and finding work.
STEPS = frozenset(Event) - {Event.ASK, Event.APPLY, Event.FILL, Event.LEAVE, Event.END, Event.MERGE}


@dataclass(frozen=True, slots=True)
class Details:
    """What some moves need besides their name.

    Args:
        reason: of ``decline`` (needed) and ``withdraw``.
        interview_at: moment of the interview that is set.
        interview_place: where it is, in words (default: the vacancy's place).
        started_on: first day of work; default: the day of the hire.
    """

    reason: Reason | None = None
    interview_at: datetime | None = None
    interview_place: str | None = None
    started_on: date | None = None


NO_DETAILS = Details()


def apply(
    session: Session,
    scope: Scope,
    clock: Clock,
    person: str,
    vacancy: str,
    *,
    form_token: str,
    me: int | None = None,
) -> Application:
    """Apply for a vacancy, for oneself or for a person of the helper's area.

    To apply is the consent to pass name and telephone to this employer (PIPL 23); it is recorded.

    Args:
        person: public id of the member.
        vacancy: public id.
        form_token: made with the form; the same one again gives the same application.

    Raises:
        Forbidden: ``not_allowed``. NotFound: ``person_unknown``, ``vacancy_unknown``.
        DomainError: ``not_a_jobseeker``, ``vacancy_over``, ``too_young``, ``helper_consent_missing``,
            ``form_token_used``, ``demo_only``.
    """
    party = _speaker(scope)
    target = _vacancy(session, vacancy)
    living = lock_applications(session, people=[_person(session, scope, person, me)])
    member = consents.member_spoken_for(session, scope, person, me, lock=True)
    again = sent_before(session, form_token, member.id, target.id)
    moves = Moves(session, scope, clock.now())
    if again is None:
        end_over(moves, member.id, living)
        again = next((one for one in living if _is_for(one, target)), None)
    if again is not None and again.state != State.ASKED:
        moves.finish()
        return again
    application = again or _new(member, target, form_token, party, clock.now())
    _join(moves, application, target, member, Event.APPLY, party, clock.today())
    moves.finish()
    return application


def _speaker(scope: Scope) -> Party:
    return Party.JOBSEEKER if consents.given_by(scope) is GivenBy.SELF else Party.HELPER


def _person(session: Session, scope: Scope, person: str, me: int | None) -> int:
    return consents.member_spoken_for(session, scope, person, me).id


def _is_for(application: Application, vacancy: Vacancy) -> bool:
    return application.vacancy_id == vacancy.id and application.state in LIVING


def _vacancy(session: Session, public_id: str) -> Vacancy:
    """A vacancy that is or was public, locked."""
    found = session.scalar(select(Vacancy.id).where(Vacancy.public_id == public_id))
    if found is None:
        raise NotFound("vacancy_unknown")
    vacancy = lock_vacancy(session, found)
    if vacancy.state in (VacancyState.DRAFT, VacancyState.HELD):
        raise NotFound("vacancy_unknown")
    return vacancy


def _new(member: Member, vacancy: Vacancy, form_token: str, party: Party, now: datetime) -> Application:
    return Application(
        tenant_id=member.tenant_id,
        jobseeker_id=member.id,
        vacancy_id=vacancy.id,
        employer_id=vacancy.employer_id,
        form_token=form_token,
        origin=(Origin.SELF if party is Party.JOBSEEKER else Origin.HELPER).value,
        interviews=0,
        version=0,
        created_at=now,
    )


def _join(
    moves: Moves,
    application: Application,
    vacancy: Vacancy,
    member: Member,
    event: Event,
    party: Party,
    today: date,
) -> None:
    """The person's yes to this employer: conditions, move, consent."""
    session = moves.session
    seeker = session.get(Jobseeker, member.id)
    if seeker is None:
        raise DomainError("not_a_jobseeker")
    if vacancy.state != VacancyState.OPEN or vacancy.valid_until < today:
        raise DomainError("vacancy_over")
    if vacancy.demo != seeker.demo:
        raise DomainError("demo_only")
    check_age(seeker, vacancy, today)
    _check_helper(session, member.id, event, party)
    moves.move(application, event, party)
    consents.answer(
        session,
        moves.scope,
        member,
        ConsentKind.PASS_TO_EMPLOYER,
        agreed=True,
        now=moves.now,
        receiver_id=vacancy.employer_id,
    )


def _check_helper(session: Session, member_id: int, event: Event, party: Party) -> None:
    needed = party is Party.HELPER and event in _NEEDS_HELPER_CONSENT
    if needed and not consents.standing(session, member_id, ConsentKind.HELPER_ACTS):
        raise DomainError("helper_consent_missing")


def act(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    clock: Clock,
    public_id: str,
    version: int,
    event: Event,
    details: Details = NO_DETAILS,
    *,
    me: int | None = None,
) -> Application:
    """Move an application; the same click twice is one move.

    Args:
        public_id: of the application.
        version: of the application as the actor saw it.

    Raises:
        NotFound: ``application_unknown``. Forbidden: ``not_allowed``.
        StaleVersion: ``application_moved`` with ``seen`` and ``now``.
        InvalidTransition: ``invalid_transition``.
        DomainError: ``reason_not_listed``, ``interview_past``, ``place_wording``, ``vacancy_over``,
            ``vacancy_full``, ``vacancy_not_open``, ``too_young``, ``helper_consent_missing``.
    """
    if event not in STEPS:
        raise Forbidden("not_allowed")
    seen = find(session, scope, public_id, me)
    party = party_for(session, scope, seen, event, me)
    vacancy = lock_vacancy(session, seen.vacancy_id)
    living = _locked(session, seen, event)
    application = lock_application(session, seen.id)
    if _same_click(session, scope, application, version, event, party):
        return application
    check_version(session, application, version)
    _check_helper(session, application.jobseeker_id, event, party)
    moves = Moves(session, scope, clock.now())
    if event in (Event.HIRE, Event.ACCEPT):
        take_place(moves, keyring, clock, vacancy, application, living, event, party, details.started_on)
    elif event is Event.DENY:
        undo_place(moves, keyring, clock, application, event, party)
    else:
        EFFECTS.get(event, _plain)(_Move(moves, application, vacancy, event, party, details, clock))
    moves.finish()
    return application


def _locked(session: Session, application: Application, event: Event) -> list[Application]:
    if event not in (Event.HIRE, Event.ACCEPT):
        return []
    return lock_applications(session, vacancy_id=application.vacancy_id, people=[application.jobseeker_id])


def _same_click(
    session: Session, scope: Scope, application: Application, version: int, event: Event, party: Party
) -> bool:
    if application.version != version + 1:
        return False
    last = select(ApplicationStep.event, ApplicationStep.party, ApplicationStep.user_id).where(
        ApplicationStep.application_id == application.id, ApplicationStep.number == application.version
    )
    # Accounts of telephones have no user's row: what the same side did is the same.
    return session.execute(last).one() == (event, party, scope.user_id)


@dataclass(frozen=True, slots=True)
class _Move:
    """One move under way."""

    moves: Moves
    application: Application
    vacancy: Vacancy
    event: Event
    party: Party
    details: Details
    clock: Clock


def _plain(it: _Move) -> None:
    it.moves.move(it.application, it.event, it.party)


def _agree(it: _Move) -> None:
    member = it.moves.session.get_one(Member, it.application.jobseeker_id, with_for_update=True)
    _join(it.moves, it.application, it.vacancy, member, it.event, it.party, it.clock.today())


def _set_interview(it: _Move) -> None:
    if it.details.interview_at is None or it.details.interview_at <= it.moves.now:
        raise DomainError("interview_past")
    typed = " ".join((it.details.interview_place or "").split())
    # What a post may not ask for, a fee above all, may not be asked for here either.
    unlawful = next((hit for hit in screen(typed) if hit.verdict is Verdict.BLOCK), None)
    if unlawful is not None:
        raise DomainError("place_wording", words=unlawful.words)
    it.moves.move(it.application, it.event, it.party)
    it.application.interview_at = it.details.interview_at
    it.application.interview_place = (typed or it.vacancy.place or "")[:120] or None
    it.application.interviews += 1


def _decline(it: _Move) -> None:
    if it.details.reason not in DECLINING:
        raise DomainError("reason_not_listed")
    it.moves.move(it.application, it.event, it.party, it.details.reason)


def _withdraw(it: _Move) -> None:
    """Taking an application back takes back the consent too, unless another one there still needs it."""
    if it.details.reason is not None and it.details.reason not in WITHDRAWING:
        raise DomainError("reason_not_listed")
    session, application = it.moves.session, it.application
    it.moves.move(application, it.event, it.party, it.details.reason)
    others = select(Application.id).where(
        Application.jobseeker_id == application.jobseeker_id,
        Application.employer_id == application.employer_id,
        Application.state.in_(AGREED),
    )
    if session.scalar(others.limit(1)) is None:
        member = session.get_one(Member, application.jobseeker_id, with_for_update=True)
        kind, receiver = ConsentKind.PASS_TO_EMPLOYER, application.employer_id
        consents.withdraw(session, it.moves.scope, member, kind, now=it.moves.now, receiver_id=receiver)


EFFECTS: dict[Event, Callable[[_Move], None]] = {
    Event.AGREE: _agree,
    Event.SET_INTERVIEW: _set_interview,
    Event.DECLINE: _decline,
    Event.WITHDRAW: _withdraw,
}


def have_work_now(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    clock: Clock,
    person: str,
    *,
    employer_name: str | None = None,
    started_on: date | None = None,
    me: int | None = None,
) -> int:
    """ "I have work now": the period of work begins, and the person drops out of all lists.

    Args:
        person: public id of the member.
        employer_name: where, if the person says so.
        started_on: since when (default: today).

    Returns:
        How many applications ended by it.

    Raises:
        NotFound: ``person_unknown``. Forbidden: ``not_allowed``. DomainError: ``not_a_jobseeker``.
    """
    party = _speaker(scope)
    member_id = _person(session, scope, person, me)
    if session.get(Jobseeker, member_id) is None:
        raise DomainError("not_a_jobseeker")
    living = lock_applications(session, people=[member_id])
    moves = Moves(session, scope, clock.now())
    name = " ".join((employer_name or "").split())[:120] or None
    facts = {"work": Work.EMPLOYED.value, "employer_name": name, "work_start": started_on or clock.today()}
    write_work(session, scope, keyring, clock, member_id, facts)
    end_over(moves, member_id, living)
    ended = drop_out(moves, member_id, living, party, Reason.HAVE_WORK)
    moves.finish()
    audit.record(
        session,
        scope,
        "member.has_work",
        "member",
        member_id,
        clock.now(),
        fields={"columns": sorted(name for name, value in facts.items() if value is not None)},
    )
    return ended


@dataclass(frozen=True, slots=True)
class Contact:
    """Name and telephone in clear, for an employer to whom the person agreed."""

    application: str
    name: str
    phone: str | None


def contact(session: Session, scope: Scope, keyring: Keyring, public_id: str, now: datetime) -> Contact:
    """Name and telephone of a candidate; the look is audited for the person to see.

    Raises:
        NotFound: ``application_unknown``.
        Forbidden: ``contact_closed``: the person did not agree, took it back, or the application has ended;
            ``not_allowed``.
    """
    statement = reachable(scope).where(Application.public_id == public_id, for_employer(scope))
    application = session.scalar(statement)
    if application is None:
        raise NotFound("application_unknown")
    if scope.role != Role.EMPLOYER and not scope.changes:
        raise Forbidden("not_allowed")
    kind, receiver = ConsentKind.PASS_TO_EMPLOYER, application.employer_id
    agreed = consents.standing(session, application.jobseeker_id, kind, receiver_id=receiver)
    if application.state not in AGREED or not agreed:
        raise Forbidden("contact_closed")
    member = session.get_one(Member, application.jobseeker_id)
    fields = {"columns": ["name", "phone"], "application": application.id}
    audit.record(session, scope, "member.contact_seen", "member", member.id, now, fields=fields)
    return Contact(application.public_id, member.name, opened(keyring, member.sealed).get("phone"))
