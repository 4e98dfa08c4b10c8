"""Against pumping: how many messages a phone, a network address and the whole installation may cause (S7).

The counters are rows of the database, so that they survive a restart and are the same for every process.
What is asked for and what is told are counted apart: somebody who was just invited may sign in at once.
Where they cannot be read nothing is sent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from matching.clock import local_day
from matching.crypto import Keyring
from matching.db import Base
from matching.errors import DependencyDown, DomainError
from matching.notices.models import SmsDay, SmsUse
from matching.notices.rules import (
    ADDRESS_LIMITS,
    PHONE_LIMITS,
    Limit,
    alarming,
    blocking,
    kept,
    next_morning,
)

#: A wait of at most this long is told in seconds, as "too soon".
SOON = timedelta(minutes=1)
#: After this long a counter says nothing any more.
COUNTERS_KEPT = timedelta(days=2)
log = structlog.get_logger("notices")
Limits = tuple[Limit, ...]
Counted = tuple[SmsUse, Limits]


def count_sms(
    session: Session, keyring: Keyring, *, phone: str, address: str | None, now: datetime, budget: int
) -> None:
    """Count a message that somebody asks for, known here or not; in the transaction that then writes it.

    Args:
        phone: the number it would go to, digits.
        address: network address of who asks; None for a person at the desk.
        budget: messages that may be sent a day.

    Raises:
        DomainError: ``sms_too_soon`` (seconds), ``sms_too_many`` (minutes), ``sms_paused``; the transaction
            must be rolled back.
    """
    _count(session, _asked(keyring, phone, address), now, budget, keep=True)


def may_send(
    session: Session, keyring: Keyring, *, phone: str, address: str | None, now: datetime, budget: int
) -> None:
    """Whether a message could be asked for now, without counting it.

    Raises:
        DomainError: as :func:`count_sms`.
    """
    _count(session, _asked(keyring, phone, address), now, budget, keep=False)


def free_for_telling(
    session: Session, keyring: Keyring, *, phone: str, now: datetime, budget: int
) -> tuple[datetime, str | None]:
    """Count a message that nobody asked for, or say when it may go and what holds it back.

    Returns:
        ``(now, None)`` when it was counted and may go; else a later moment and the reason's code.
    """
    ((use, limits),) = _locked(session, {_subject(keyring, "told", phone): PHONE_LIMITS}, now)
    if stop := blocking(use.times, limits, now):
        return stop[1], "phone_limit"
    day = _day(session, local_day(now))
    if alarming(day.count + 1, budget):
        _raise_alarm(day, budget)
        return next_morning(now), "day_budget"
    _add(use, limits, now)
    _add_to_day(day, budget)
    return now, None


def forget_counters(session: Session, now: datetime) -> int:
    """Remove counters that say nothing any more.

    Returns:
        How many phones and addresses were forgotten.
    """
    gone = session.execute(delete(SmsUse).where(SmsUse.touched_at < now - COUNTERS_KEPT))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _asked(keyring: Keyring, phone: str, address: str | None) -> dict[str, Limits]:
    subjects: dict[str, Limits] = {_subject(keyring, "asked", phone): PHONE_LIMITS}
    if address is not None:
        subjects[_subject(keyring, "address", address)] = ADDRESS_LIMITS
    return subjects


def _subject(keyring: Keyring, what: str, value: str) -> str:
    return f"{what}:{keyring.blind(value, f'sms.{what}')}"


def _count(session: Session, subjects: dict[str, Limits], now: datetime, budget: int, *, keep: bool) -> None:
    try:
        counted = _locked(session, subjects, now)
        day = _day(session, local_day(now))
    except SQLAlchemyError as error:
        raise DependencyDown("sms_paused") from error
    _refuse(counted, day, now, budget)
    if keep:
        for use, limits in counted:
            _add(use, limits, now)
        _add_to_day(day, budget)


def _refuse(counted: Iterable[Counted], day: SmsDay, now: datetime, budget: int) -> None:
    stops = [stop for use, limits in counted if (stop := blocking(use.times, limits, now))]
    if stops:
        wait = max(free for _, free in stops) - now
        if wait <= SOON:
            raise DomainError("sms_too_soon", seconds=math.ceil(wait.total_seconds()))
        raise DomainError("sms_too_many", minutes=math.ceil(wait.total_seconds() / 60))
    if day.count >= budget:
        raise DomainError("sms_paused")


def _add(use: SmsUse, limits: Limits, now: datetime) -> None:
    use.times = [*kept(use.times, limits, now), math.ceil(now.timestamp())]
    use.touched_at = now


def _add_to_day(day: SmsDay, budget: int) -> None:
    day.count += 1
    if alarming(day.count, budget):
        _raise_alarm(day, budget)


def _raise_alarm(day: SmsDay, budget: int) -> None:
    if not day.alarm:
        day.alarm = True
        log.warning("sms_budget_alarm", count=day.count, budget=budget)


def _locked(session: Session, subjects: dict[str, Limits], now: datetime) -> list[Counted]:
    """The counters, held until the transaction ends; in one order, so that no two wait for each other."""
    for subject in sorted(subjects):
        _ensure(session, SmsUse, {"subject": subject, "times": [], "touched_at": now})
    found = session.scalars(
        select(SmsUse)
        .where(SmsUse.subject.in_(subjects))
        .order_by(SmsUse.subject)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return [(use, subjects[use.subject]) for use in found]


def _day(session: Session, day: date) -> SmsDay:
    _ensure(session, SmsDay, {"day": day, "count": 0, "alarm": False})
    return session.get_one(SmsDay, day, with_for_update=True, populate_existing=True)


def _ensure(session: Session, model: type[Base], values: dict[str, object]) -> None:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(model).values(**values).on_conflict_do_nothing())
