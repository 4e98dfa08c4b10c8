"""Vacancies by hand: posted, corrected, paused, closed, opened again; and what expires by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.models import Organisation, Role
from matching.accounts.scope import SYSTEM, Scope
from matching.crypto import Keyring
from matching.errors import DomainError, Forbidden, InvalidTransition, NotFound, StaleVersion
from matching.outbox.events import VacancyChanged
from matching.outbox.service import emit, emit_many
from matching.vacancies.codes import MAX_VALID_DAYS, State
from matching.vacancies.employers import employer_of, is_verified, vouch
from matching.vacancies.facts import SEAL_CONTACT, columns, key_digest
from matching.vacancies.models import Vacancy
from matching.vacancies.posting import Finding, check, place_of_work, reasons_to_hold, refuse_blocked
from matching.vacancies.rules import moved

#: Columns that are not facts a form may set.
_PLACED = ("longitude", "latitude", "point_exact")


def may_manage(scope: Scope) -> None:
    """Refuse whoever does not write posts: offices and companies do, and verified employers for themselves.

    Raises:
        Forbidden: ``not_allowed``.
    """
    if not scope.changes and (scope.role != Role.EMPLOYER or scope.organisation_id is None):
        raise Forbidden("not_allowed")


def own_posts_of(scope: Scope) -> ColumnElement[bool]:
    """The condition under which a vacancy is an employer's own; nothing without an organisation."""
    if scope.role != Role.EMPLOYER or scope.organisation_id is None:
        return false()
    ours = or_(Vacancy.employer_id == scope.organisation_id, Vacancy.organisation_id == scope.organisation_id)
    return and_(Vacancy.tenant_id == scope.tenant_id, ours)


def vacancy_in_scope(session: Session, scope: Scope, public_id: str, *, lock: bool = False) -> Vacancy:
    """A vacancy that this actor may manage.

    Raises:
        NotFound: ``vacancy_unknown``, also for one of somebody else.
    """
    statement = select(Vacancy).where(Vacancy.public_id == public_id)
    if scope.tenant_id is not None:
        statement = statement.where(Vacancy.tenant_id == scope.tenant_id)
    if scope.role == Role.EMPLOYER:
        statement = statement.where(own_posts_of(scope))
    elif scope.county is not None:
        statement = statement.join(Organisation, Organisation.id == Vacancy.organisation_id).where(
            (Vacancy.county == scope.county) | (Organisation.county == scope.county)
        )
    found = session.scalar(statement.with_for_update(of=Vacancy) if lock else statement)
    if found is None:
        raise NotFound("vacancy_unknown")
    return found


def post(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    facts: dict[str, Any],
    *,
    form_token: str,
    today: date,
    now: datetime,
    valid_days: int,
) -> Vacancy:
    """Post a vacancy by hand; it is public at once unless something holds it.

    Args:
        facts: as for :func:`matching.vacancies.facts.columns`, with ``employer_name`` and ``credit_code``.
        form_token: made with the form: the same form sent twice gives the same vacancy.

    Raises:
        Forbidden: ``not_allowed``.
        DomainError: ``vacancy_exists``, ``region_unknown``.
        PostingRefused: ``posting_refused``, with what the law forbids.
    """
    may_manage(scope)
    if scope.organisation_id is None:
        raise Forbidden("not_allowed")
    again = session.scalar(select(Vacancy).where(Vacancy.form_token == form_token))
    if again is not None:
        return again
    poster = session.get_one(Organisation, scope.organisation_id)
    made = columns(keyring, facts, home=poster.region_code, today=today)
    findings = check(made, today=today, county=place_of_work(made), valid_days=valid_days)
    refuse_blocked(findings)
    # An employer posts for itself only (L11): no form of its own speaks for another.
    name = poster.name if scope.role == Role.EMPLOYER else facts.get("employer_name") or poster.name
    key = key_digest(poster.id, facts.get("ref"), name, facts["title"], facts.get("place"))
    double = select(Vacancy.id).where(Vacancy.organisation_id == poster.id, Vacancy.key_digest == key)
    if session.scalar(double) is not None:
        raise DomainError("vacancy_exists")
    employer = employer_of(
        session,
        poster,
        name=name,
        credit_code=facts.get("credit_code"),
        region_code=made["region_code"],
        county=made["county"],
        now=now,
    )
    reasons = reasons_to_hold(findings, verified=is_verified(employer), reviewed={})
    vacancy = Vacancy(
        tenant_id=poster.tenant_id,
        demo=poster.demo,
        organisation_id=poster.id,
        employer_id=employer.id,
        ref=facts.get("ref"),
        key_digest=key,
        form_token=form_token,
        state=moved(State.DRAFT, "hold" if reasons else "post"),
        held=[reason.value for reason in reasons],
        by_hand={name: today.isoformat() for name in facts},
        imported={},
        version=1,
        posted_at=now,
        created_at=now,
        touched_at=now,
        **made,
    )
    session.add(vacancy)
    session.flush()
    tell(session, scope, vacancy, "vacancy.posted", sorted(facts), now)
    return vacancy


def correct(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    public_id: str,
    version: int,
    facts: dict[str, Any],
    *,
    today: date,
    now: datetime,
    valid_days: int,
) -> Vacancy:
    """Correct a vacancy; a later sheet does not overwrite what was corrected by hand.

    Args:
        version: of the vacancy as the form showed it.
        facts: all facts of the form.

    Raises:
        NotFound, Forbidden; StaleVersion: ``changed_meanwhile``.
        PostingRefused: ``posting_refused``, with what the law forbids.
    """
    may_manage(scope)
    vacancy = vacancy_in_scope(session, scope, public_id, lock=True)
    if vacancy.version != version:
        raise StaleVersion("changed_meanwhile")
    made = columns(keyring, facts, home=vacancy.region_code, today=today)
    refuse_blocked(check(made, today=today, county=place_of_work(made), valid_days=valid_days))
    before = keyring.open_facts(vacancy.contact, SEAL_CONTACT)
    if before == {name: facts[name] for name in ("contact", "phone") if facts.get(name)}:
        made.pop("contact")
    changed = sorted(name for name, value in made.items() if getattr(vacancy, name) != value)
    if not changed:
        return vacancy
    for name in changed:
        setattr(vacancy, name, made[name])
    stated = [name for name in facts if name in changed or set(_PLACED) & set(changed)]
    vacancy.by_hand = {**vacancy.by_hand, **{name: today.isoformat() for name in stated}}
    judge(session, vacancy, today, valid_days)
    vacancy.version += 1
    vacancy.touched_at = now
    tell(session, scope, vacancy, "vacancy.corrected", changed, now)
    return vacancy


def findings_of(vacancy: Vacancy, *, today: date, valid_days: int) -> tuple[Finding, ...]:
    """What the posting law says about a stored vacancy."""
    facts = {column.key: getattr(vacancy, column.key) for column in Vacancy.__table__.columns}
    return check(facts, today=today, county=place_of_work(facts), valid_days=valid_days)


def judge(session: Session, vacancy: Vacancy, today: date, valid_days: int) -> None:
    """Whether it may be public, after its facts, its employer or a reviewer's decision changed."""
    employer = session.get_one(Organisation, vacancy.employer_id)
    reasons = reasons_to_hold(
        findings_of(vacancy, today=today, valid_days=valid_days),
        verified=is_verified(employer),
        reviewed=vacancy.reviewed or {},
    )
    vacancy.held = [reason.value for reason in reasons]
    if vacancy.state in {State.HELD, State.OPEN, State.EXPIRED}:
        if vacancy.valid_until < today:
            vacancy.state = State.EXPIRED
        else:
            vacancy.state = State.HELD if reasons else State.OPEN


def change_state(
    session: Session,
    scope: Scope,
    public_id: str,
    version: int,
    event: str,
    *,
    today: date,
    now: datetime,
    valid_days: int,
) -> Vacancy:
    """Pause, close or open again.

    Args:
        event: ``pause``, ``close`` or ``post``.

    Raises:
        NotFound, Forbidden, StaleVersion; InvalidTransition: ``vacancy_move_refused``.
    """
    may_manage(scope)
    vacancy = vacancy_in_scope(session, scope, public_id, lock=True)
    if vacancy.version != version:
        raise StaleVersion("changed_meanwhile")
    vacancy.state = moved(vacancy.state, event)
    vacancy.stopped_by = "hand" if event in {"pause", "close"} else None
    if event == "post":
        judge(session, vacancy, today, valid_days)
    vacancy.version += 1
    vacancy.touched_at = now
    tell(session, scope, vacancy, f"vacancy.{event}", ["state"], now)
    return vacancy


def extend(
    session: Session,
    scope: Scope,
    public_id: str,
    version: int,
    *,
    today: date,
    now: datetime,
    valid_days: int,
) -> Vacancy:
    """Let it run as long as it may from today on (L1: 90 days); one that had expired is open again.

    Raises:
        NotFound, Forbidden, StaleVersion; InvalidTransition: ``vacancy_move_refused`` for a closed one.
    """
    may_manage(scope)
    vacancy = vacancy_in_scope(session, scope, public_id, lock=True)
    if vacancy.version != version:
        raise StaleVersion("changed_meanwhile")
    if vacancy.state in {State.CLOSED, State.DRAFT}:
        raise InvalidTransition("vacancy_move_refused", state=vacancy.state, event="extend")
    vacancy.valid_until = today + timedelta(days=min(valid_days, MAX_VALID_DAYS))
    vacancy.by_hand = {**vacancy.by_hand, "valid_until": today.isoformat()}
    judge(session, vacancy, today, valid_days)
    vacancy.version += 1
    vacancy.touched_at = now
    tell(session, scope, vacancy, "vacancy.extended", ["valid_until", "state"], now)
    return vacancy


def vouch_for(
    session: Session, scope: Scope, public_id: str, *, today: date, now: datetime, valid_days: int
) -> Organisation:
    """Vouch for the employer of a vacancy; its vacancies that waited for nothing else are public at once.

    Raises:
        NotFound, Forbidden; DomainError: ``may_not_vouch``.
    """
    if not scope.changes or scope.organisation_id is None:
        raise Forbidden("not_allowed")
    vacancy = vacancy_in_scope(session, scope, public_id, lock=True)
    employer = session.get_one(Organisation, vacancy.employer_id)
    vouch(session, scope, session.get_one(Organisation, scope.organisation_id), employer, now)
    rejudge(session, scope, employer, State.HELD, today=today, now=now, valid_days=valid_days)
    return employer


def rejudge(
    session: Session,
    scope: Scope,
    employer: Organisation,
    state: State,
    *,
    today: date,
    now: datetime,
    valid_days: int,
) -> None:
    """Whether an employer's posts of a state may be public, after its standing changed."""
    concerned = select(Vacancy).where(Vacancy.employer_id == employer.id, Vacancy.state == state)
    for vacancy in session.scalars(concerned.with_for_update()):
        judge(session, vacancy, today, valid_days)
        vacancy.version += 1
        vacancy.touched_at = now
        tell(session, scope, vacancy, "vacancy.judged", ["held", "state"], now)


def expire(session: Session, today: date, now: datetime) -> int:
    """Mark what was valid until yesterday; returns how many."""
    over = session.scalars(
        select(Vacancy).where(
            Vacancy.valid_until < today, Vacancy.state.in_([State.OPEN, State.HELD, State.PAUSED])
        )
    ).all()
    for vacancy in over:
        vacancy.state = moved(vacancy.state, "expire")
        vacancy.version += 1
        vacancy.touched_at = now
    emit_many(session, VacancyChanged, [vacancy.id for vacancy in over], now)
    if over:
        audit.record(session, SYSTEM, "vacancies.expired", "vacancy", None, now, fields={"count": len(over)})
    return len(over)


def tell(
    session: Session,
    scope: Scope,
    vacancy: Vacancy,
    action: str,
    fields: list[str],
    now: datetime,
    *,
    reason: str | None = None,
) -> None:
    """Tell the index, the lists and the audit."""
    emit(session, VacancyChanged(vacancy.id), now)
    audit.record(
        session, scope, action, "vacancy", vacancy.id, now, fields={"columns": fields}, reason=reason
    )
