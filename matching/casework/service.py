"""Complaints: anybody makes one with a tap, the office acknowledges and settles it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.models import Role
from matching.accounts.scope import Scope
from matching.casework.codes import OF_POSTS, CaseState, Grievance, Outcome
from matching.casework.models import Complaint
from matching.casework.rules import ACKNOWLEDGE_WITHIN, moved, settle_by
from matching.crypto import Keyring
from matching.errors import DomainError, Forbidden, NotFound, StaleVersion
from matching.people.consents import member_spoken_for
from matching.placements.codes import State as Stage
from matching.placements.models import Application
from matching.vacancies.codes import State
from matching.vacancies.facts import SEAL_CONTACT
from matching.vacancies.models import Vacancy
from matching.vacancies.service import change_state, vacancy_in_scope

SEAL = "complaint.evidence"
REPORTER = "complaint.reporter"
#: From one address; several people may share it.
MOST_AN_HOUR, MOST_A_DAY = 5, 20
#: Applications out of which work came: hired here, over again, or told of as "I have work now".
WORKED = (Stage.HIRED, Stage.LEFT, Stage.ELSEWHERE)
#: What the public saw of the post.
FROZEN = (
    *("title", "kind", "state", "headcount", "content", "place", "region_code", "destination", "pay_text"),
    *("pay_low_cents", "pay_high_cents", "pay_unit", "hours_per_day", "days_per_week", "source"),
)
#: A post that was never public cannot have been seen.
SEEN = (State.OPEN, State.PAUSED, State.CLOSED, State.EXPIRED)


def complain(
    session: Session,
    keyring: Keyring,
    vacancy_id: str,
    kind: str,
    *,
    address: str,
    form_token: str,
    now: datetime,
) -> Complaint:
    """Make a complaint about a post; no account is needed, nobody is asked for a name (700号令 第四十条).

    Args:
        vacancy_id: public id.
        kind: of :class:`Grievance`.
        address: where it comes from; only its blind index is kept.
        form_token: made with the page: a button pressed twice is one complaint.

    Raises:
        NotFound: ``vacancy_unknown``. DomainError: ``complaint_kind_unknown``, ``complaint_too_many``.
    """
    if kind not in OF_POSTS:
        raise DomainError("complaint_kind_unknown")
    again = _sent_before(session, form_token)
    if again is not None:
        return again
    vacancy = session.scalar(select(Vacancy).where(Vacancy.public_id == vacancy_id, Vacancy.state.in_(SEEN)))
    if vacancy is None:
        raise NotFound("vacancy_unknown")
    reporter = keyring.blind(address, REPORTER)
    _check_flood(session, reporter, now)
    public = Scope(Role.JOBSEEKER, "public", vacancy.tenant_id, None, None)
    return _make(session, public, keyring, vacancy, kind, form_token, now, reporter=reporter)


def wages_unpaid(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    person: str,
    application: str,
    *,
    me: int,
    form_token: str,
    now: datetime,
) -> Complaint:
    """A person who worked somewhere was not paid; the office learns who it is, to help her
    (保障农民工工资支付条例 第十条).

    One report about one post at a time: as long as it is not settled, another one is the same.

    Args:
        person: public id of the member, ``me`` its row.
        application: public id of the one through which the work came about.

    Raises:
        NotFound: ``person_unknown``. DomainError: ``unpaid_not_worked``.
    """
    member = member_spoken_for(session, scope, person, me, lock=True)
    vacancy = session.scalar(
        select(Vacancy)
        .join(Application, Application.vacancy_id == Vacancy.id)
        .where(
            Application.public_id == application,
            Application.jobseeker_id == member.id,
            Application.state.in_(WORKED),
        )
    )
    if vacancy is None:
        raise DomainError("unpaid_not_worked")
    waiting = select(Complaint).where(
        Complaint.member_id == member.id,
        Complaint.vacancy_id == vacancy.id,
        Complaint.kind == Grievance.UNPAID,
        Complaint.state != CaseState.SETTLED,
    )
    again = _sent_before(session, form_token) or session.scalar(waiting)
    if again is not None and again.member_id == member.id:
        return again
    return _make(session, scope, keyring, vacancy, Grievance.UNPAID, form_token, now, member_id=member.id)


def _sent_before(session: Session, form_token: str) -> Complaint | None:
    return session.scalar(select(Complaint).where(Complaint.form_token == form_token))


def _make(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    vacancy: Vacancy,
    kind: str,
    form_token: str,
    now: datetime,
    **who: Any,
) -> Complaint:
    complaint = Complaint(
        tenant_id=vacancy.tenant_id,
        vacancy_id=vacancy.id,
        kind=str(kind),
        state=CaseState.RECEIVED,
        evidence=_frozen(keyring, vacancy),
        vacancy_version=vacancy.version,
        form_token=form_token,
        acknowledge_by=now + ACKNOWLEDGE_WITHIN,
        settle_by=settle_by(now),
        created_at=now,
        **who,
    )
    session.add(complaint)
    session.flush()
    fields = {"kind": str(kind)}
    audit.record(session, scope, "complaint.made", "complaint", complaint.id, now, fields=fields)
    return complaint


def acknowledge(session: Session, scope: Scope, case: str, version: int, now: datetime) -> Complaint:
    """Say that somebody looks into it.

    Raises:
        NotFound, Forbidden, StaleVersion; InvalidTransition: ``complaint_move_refused``.
    """
    complaint = _taken(session, scope, case, version)
    complaint.state = moved(complaint.state, "acknowledge")
    complaint.acknowledged_at = now
    _changed(session, scope, complaint, "complaint.acknowledged", now)
    return complaint


def settle(
    session: Session,
    scope: Scope,
    case: str,
    version: int,
    outcome: str,
    answer: str,
    *,
    today: date,
    now: datetime,
    valid_days: int,
) -> Complaint:
    """Settle it; a complaint that turned out to be true closes the post.

    Args:
        outcome: of :class:`Outcome`.
        answer: what the person who complained is told.

    Raises:
        NotFound, Forbidden, StaleVersion; InvalidTransition: ``complaint_move_refused``;
        DomainError: ``complaint_outcome_missing``, ``complaint_answer_missing``.
    """
    if outcome not in set(Outcome):
        raise DomainError("complaint_outcome_missing")
    if not answer.strip():
        raise DomainError("complaint_answer_missing")
    complaint = _taken(session, scope, case, version)
    complaint.state = moved(complaint.state, "settle")
    complaint.outcome, complaint.answer = outcome, answer.strip()[:300]
    complaint.settled_at, complaint.reporter = now, None
    if outcome == Outcome.CONFIRMED:
        vacancy = session.get_one(Vacancy, complaint.vacancy_id)
        if vacancy.state in (State.OPEN, State.PAUSED):
            change_state(
                session,
                scope,
                vacancy.public_id,
                vacancy.version,
                "close",
                today=today,
                now=now,
                valid_days=valid_days,
            )
    _changed(session, scope, complaint, "complaint.settled", now)
    return complaint


def complaint_in_scope(session: Session, scope: Scope, case: str, *, lock: bool = False) -> Complaint:
    """A complaint about a post that this actor may manage.

    Raises:
        NotFound: ``complaint_unknown``, also for one of somebody else.
    """
    statement = select(Complaint).where(Complaint.public_id == case)
    complaint = session.scalar(statement.with_for_update() if lock else statement)
    if complaint is None:
        raise NotFound("complaint_unknown")
    try:
        vacancy_in_scope(session, scope, session.get_one(Vacancy, complaint.vacancy_id).public_id)
    except NotFound as error:
        raise NotFound("complaint_unknown") from error
    return complaint


def _taken(session: Session, scope: Scope, case: str, version: int) -> Complaint:
    if not scope.changes:
        raise Forbidden("not_allowed")
    complaint = complaint_in_scope(session, scope, case, lock=True)
    if complaint.version != version:
        raise StaleVersion("changed_meanwhile")
    return complaint


def _changed(session: Session, scope: Scope, complaint: Complaint, action: str, now: datetime) -> None:
    complaint.version += 1
    fields = {"state": complaint.state, "outcome": complaint.outcome}
    audit.record(session, scope, action, "complaint", complaint.id, now, fields=fields)


def _check_flood(session: Session, reporter: str, now: datetime) -> None:
    made = Complaint.reporter == reporter
    for within, most in ((timedelta(hours=1), MOST_AN_HOUR), (timedelta(days=1), MOST_A_DAY)):
        since = Complaint.created_at > now - within
        if (session.scalar(select(func.count()).select_from(Complaint).where(made, since)) or 0) >= most:
            raise DomainError("complaint_too_many")


def _frozen(keyring: Keyring, vacancy: Vacancy) -> bytes:
    facts = {name: getattr(vacancy, name) for name in FROZEN}
    contact = keyring.open_facts(vacancy.contact, SEAL_CONTACT)
    return keyring.seal_facts({**facts, "contact": contact}, SEAL)
