"""Asking people who did not apply: by the employer itself, or through the labour company.

Nothing of a person reaches the employer before that person said yes (PIPL 23): an employer asks by a masked
line, a labour company asks its own people, and either way the application waits in the state ``asked``.
"""

from __future__ import annotations

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.models import Organisation, OrganisationKind, Role
from matching.accounts.scope import Scope
from matching.clock import Clock
from matching.errors import DomainError, Forbidden, NotFound
from matching.people.models import Jobseeker, Member
from matching.people.queries import member_in_scope
from matching.placements.codes import Event, Origin, ReferralState, State
from matching.placements.hiring import check_age
from matching.placements.models import Application, Referral
from matching.placements.moves import Moves, lock_vacancy, sent_before
from matching.placements.parties import askable, own_vacancy, party_for
from matching.vacancies.codes import State as VacancyState
from matching.vacancies.models import Vacancy

#: More than this in one request is a list, not a search for people.
MOST_WANTED = 100
#: So many may be asked for one vacancy and not have answered: each question is a message to somebody.
MOST_ASKED = 30


def approach(
    session: Session, scope: Scope, clock: Clock, vacancy: str, seeker: str, *, form_token: str
) -> Application:
    """Ask somebody who agreed to be found whether the employer may have name and telephone.

    Args:
        vacancy: public id of a vacancy of the employer's.
        seeker: public id of the jobseeker, as a masked line shows it.

    Raises:
        NotFound: ``vacancy_unknown``, ``person_unknown`` (also for those who did not agree to be found,
            and for an office's those of another county).
        Forbidden: ``not_allowed``. DomainError: those of :func:`ask`.
    """
    target = lock_vacancy(session, own_vacancy(session, scope, vacancy).id)
    found = select(Jobseeker).join(Member, Member.id == Jobseeker.id)
    found = found.where(
        askable(scope),
        Jobseeker.public_id == seeker,
        Jobseeker.tenant_id == target.tenant_id,
        Jobseeker.findable,
        Jobseeker.matching_on,
        Jobseeker.eligible,
    )
    person = session.scalar(found)
    if person is None:
        raise NotFound("person_unknown")
    return ask(session, scope, clock, target, person, Origin.INVITED, form_token=form_token)


def ask(
    session: Session,
    scope: Scope,
    clock: Clock,
    vacancy: Vacancy,
    seeker: Jobseeker,
    origin: Origin,
    *,
    form_token: str,
    referral_id: int | None = None,
) -> Application:
    """Put the question to a person who has nothing to do with this vacancy yet.

    Args:
        vacancy: locked.

    Raises:
        Forbidden: ``not_allowed``. DomainError: ``vacancy_over``, ``already_in_pipeline``, ``too_young``,
            ``demo_only``, ``form_token_used``, ``too_many_asked``.
    """
    again = sent_before(session, form_token, seeker.id, vacancy.id)
    if again is not None:
        return again
    if vacancy.state != VacancyState.OPEN or vacancy.valid_until < clock.today():
        raise DomainError("vacancy_over")
    if vacancy.demo != seeker.demo:
        raise DomainError("demo_only")
    check_age(seeker, vacancy, clock.today())
    waiting = select(func.count()).where(
        Application.vacancy_id == vacancy.id, Application.state == State.ASKED
    )
    if (session.scalar(waiting) or 0) >= MOST_ASKED:
        raise DomainError("too_many_asked", most=MOST_ASKED)
    # Whoever said no to this vacancy, or was turned down, is not asked again.
    known = select(Application.id).where(
        Application.jobseeker_id == seeker.id, Application.vacancy_id == vacancy.id
    )
    if session.scalar(known.limit(1)) is not None:
        raise DomainError("already_in_pipeline")
    application = Application(
        tenant_id=seeker.tenant_id,
        jobseeker_id=seeker.id,
        vacancy_id=vacancy.id,
        employer_id=vacancy.employer_id,
        form_token=form_token,
        origin=origin.value,
        referral_id=referral_id,
        interviews=0,
        version=0,
        created_at=clock.now(),
    )
    moves = Moves(session, scope, clock.now())
    moves.move(application, Event.ASK, party_for(session, scope, application, Event.ASK))
    moves.finish()
    return application


def ask_company(
    session: Session, scope: Scope, clock: Clock, vacancy: str, *, wanted: int, form_token: str
) -> Referral:
    """Ask the labour company of the vacancy's county (else its office) to find people.

    Args:
        vacancy: public id of a vacancy of the employer's.
        wanted: how many people, 1 to 100.

    Raises:
        NotFound: ``vacancy_unknown``. Forbidden: ``not_allowed``.
        DomainError: ``vacancy_over``, ``wanted_range``, ``no_company``, ``referral_open``.
    """
    if scope.role != Role.EMPLOYER and not scope.changes:
        raise Forbidden("not_allowed")
    target = lock_vacancy(session, own_vacancy(session, scope, vacancy).id)
    again = session.scalar(
        select(Referral).where(Referral.form_token == form_token, Referral.vacancy_id == target.id)
    )
    if again is not None:
        return again
    if target.state != VacancyState.OPEN or target.valid_until < clock.today():
        raise DomainError("vacancy_over")
    if not 1 <= wanted <= MOST_WANTED:
        raise DomainError("wanted_range", most=MOST_WANTED)
    running = select(Referral.id).where(
        Referral.vacancy_id == target.id, Referral.state == ReferralState.OPEN
    )
    if session.scalar(running.limit(1)) is not None:
        raise DomainError("referral_open")
    referral = Referral(
        tenant_id=target.tenant_id,
        vacancy_id=target.id,
        company_id=_company_of(session, target),
        form_token=form_token,
        wanted=wanted,
        state=ReferralState.OPEN.value,
        asked_by=scope.user_id,
        created_at=clock.now(),
    )
    session.add(referral)
    session.flush()
    audit.record(session, scope, "referral.opened", "referral", referral.id, clock.now())
    return referral


def _company_of(session: Session, vacancy: Vacancy) -> int:
    """The labour company of the county, else its office, else an office of the whole prefecture."""
    prefecture = vacancy.county[:4] + "00"
    statement = (
        select(Organisation.id)
        .where(
            Organisation.tenant_id == vacancy.tenant_id,
            Organisation.kind.in_([OrganisationKind.COMPANY, OrganisationKind.OFFICE]),
            Organisation.county.in_([vacancy.county, prefecture]),
        )
        .order_by(
            case((Organisation.county == vacancy.county, 0), else_=1),
            case((Organisation.kind == OrganisationKind.COMPANY, 0), else_=1),
            Organisation.id,
        )
    )
    found = session.scalar(statement.limit(1))
    if found is None:
        raise DomainError("no_company")
    return found


def referral_in_scope(session: Session, scope: Scope, public_id: str) -> Referral:
    """A referral on which this actor may work: of the own organisation, or within the office's area.

    Raises:
        NotFound: ``referral_unknown``.
    """
    referral = session.scalar(select(Referral).where(Referral.public_id == public_id))
    if referral is None or not _works_on(session, scope, referral):
        raise NotFound("referral_unknown")
    return referral


def _works_on(session: Session, scope: Scope, referral: Referral) -> bool:
    if not scope.sees_people or scope.tenant_id not in (None, referral.tenant_id):
        return False
    if referral.company_id == scope.organisation_id:
        return True
    company = session.get_one(Organisation, referral.company_id)
    return scope.county in (None, company.county)


def propose(
    session: Session, scope: Scope, clock: Clock, referral: str, person: str, *, form_token: str
) -> Application:
    """Ask one of the labour company's people whether she wants this work.

    Args:
        referral: public id.
        person: public id of a member within the scope.

    Raises:
        NotFound: ``referral_unknown``, ``person_unknown``. Forbidden: ``not_allowed``.
        DomainError: ``referral_closed``, ``not_a_jobseeker``, and those of :func:`ask`.
    """
    if not scope.changes:
        raise Forbidden("not_allowed")
    found = referral_in_scope(session, scope, referral)
    target = lock_vacancy(session, found.vacancy_id)
    session.refresh(found)
    if found.state != ReferralState.OPEN:
        raise DomainError("referral_closed")
    seeker = session.get(Jobseeker, member_in_scope(session, scope, person).id)
    if seeker is None:
        raise DomainError("not_a_jobseeker")
    return ask(
        session,
        scope,
        clock,
        target,
        seeker,
        Origin.REFERRAL,
        form_token=form_token,
        referral_id=found.id,
    )


def close_referral(session: Session, scope: Scope, clock: Clock, referral: str) -> Referral:
    """Stop looking; whoever was asked already may still answer.

    Raises:
        NotFound: ``referral_unknown``. Forbidden: ``not_allowed``.
    """
    if not scope.changes:
        raise Forbidden("not_allowed")
    found = referral_in_scope(session, scope, referral)
    session.refresh(found, with_for_update=True)
    if found.state == ReferralState.OPEN:
        found.state, found.closed_at = ReferralState.CLOSED.value, clock.now()
        audit.record(session, scope, "referral.closed", "referral", found.id, clock.now())
    return found
