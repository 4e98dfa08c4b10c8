"""Doubtful posts are neither dropped nor published: a reviewer lets them pass or says no, with a reason."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from matching.accounts.models import Role
from matching.accounts.scope import Scope
from matching.errors import DomainError, Forbidden, StaleVersion
from matching.vacancies.codes import Held, Refusal, State
from matching.vacancies.models import Vacancy
from matching.vacancies.posting import APPROVED, CHANGE, Finding, Verdict
from matching.vacancies.service import findings_of, judge, tell, vacancy_in_scope

#: Who decides: offices, not those who post for others.
REVIEWERS = frozenset({Role.COUNTY, Role.PREFECTURE, Role.ADMINISTRATOR})
SHORTEST_REASON = 4


def doubts(
    session: Session, scope: Scope, public_id: str, *, today: date, valid_days: int
) -> tuple[Finding, ...]:
    """What a reviewer has to decide about a vacancy; empty when nothing is doubtful any more.

    Raises:
        Forbidden: ``not_allowed``; NotFound: ``vacancy_unknown``.
    """
    _may(scope)
    return _open(vacancy_in_scope(session, scope, public_id), today, valid_days)


def approve(
    session: Session,
    scope: Scope,
    public_id: str,
    version: int,
    *,
    reason: str,
    today: date,
    now: datetime,
    valid_days: int,
) -> Vacancy:
    """Let the doubtful findings pass; the vacancy opens unless something else holds it.

    The decision is for what was read: another text in the same field is doubtful again.

    Args:
        version: of the vacancy as the reviewer read it.
        reason: why it may pass, kept in the audit.

    Raises:
        Forbidden, NotFound; StaleVersion: ``changed_meanwhile``; DomainError: ``review_reason_missing``,
        ``nothing_to_review``.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise DomainError("review_reason_missing")
    return _decide(session, scope, public_id, version, APPROVED, reason.strip(), today, now, valid_days)


def refuse(
    session: Session,
    scope: Scope,
    public_id: str,
    version: int,
    *,
    reason: Refusal,
    today: date,
    now: datetime,
    valid_days: int,
) -> Vacancy:
    """Say no: the vacancy stays held until what was doubtful is written differently.

    Raises:
        As :func:`approve`.
    """
    return _decide(session, scope, public_id, version, reason.value, reason.value, today, now, valid_days)


def ask_for_change(
    session: Session,
    scope: Scope,
    public_id: str,
    version: int,
    *,
    note: str,
    today: date,
    now: datetime,
    valid_days: int,
) -> Vacancy:
    """Neither yes nor no: say what to write differently; the vacancy waits until it is.

    Args:
        note: what to change, for whoever posted it; kept in the audit.

    Raises:
        As :func:`approve`.
    """
    if len(note.strip()) < SHORTEST_REASON:
        raise DomainError("review_reason_missing")
    return _decide(session, scope, public_id, version, CHANGE, note.strip(), today, now, valid_days)


#: Decision → what the history says of it.
ACTIONS = {APPROVED: "vacancy.review_approved", CHANGE: "vacancy.review_returned"}


def _decide(
    session: Session,
    scope: Scope,
    public_id: str,
    version: int,
    decision: str,
    reason: str,
    today: date,
    now: datetime,
    valid_days: int,
) -> Vacancy:
    _may(scope)
    vacancy = vacancy_in_scope(session, scope, public_id, lock=True)
    if vacancy.version != version:
        raise StaleVersion("changed_meanwhile")
    waiting = _open(vacancy, today, valid_days)
    if vacancy.state != State.HELD or Held.REVIEW not in vacancy.held or not waiting:
        raise DomainError("nothing_to_review")
    vacancy.reviewed = {**(vacancy.reviewed or {}), **{finding.key: decision for finding in waiting}}
    judge(session, vacancy, today, valid_days)
    vacancy.version += 1
    vacancy.touched_at = now
    action = ACTIONS.get(decision, "vacancy.review_refused")
    codes = sorted({finding.code for finding in waiting})
    tell(session, scope, vacancy, action, codes, now, reason=reason)
    return vacancy


def _may(scope: Scope) -> None:
    if scope.role not in REVIEWERS:
        raise Forbidden("not_allowed")


def _open(vacancy: Vacancy, today: date, valid_days: int) -> tuple[Finding, ...]:
    findings = findings_of(vacancy, today=today, valid_days=valid_days)
    return tuple(
        finding
        for finding in findings
        if finding.verdict is Verdict.DOUBTFUL and finding.key not in (vacancy.reviewed or {})
    )
