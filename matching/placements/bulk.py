"""The same step for several ticked candidates of one vacancy, with a report for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts.models import Role
from matching.accounts.scope import Scope
from matching.clock import Clock
from matching.crypto import Keyring
from matching.errors import DomainError, Forbidden, StaleVersion
from matching.placements.asking import approach, propose, referral_in_scope
from matching.placements.codes import Event
from matching.placements.models import Application
from matching.placements.moves import lock_applications, lock_vacancy
from matching.placements.parties import own_vacancy
from matching.placements.service import NO_DETAILS, Details, act

#: What may be done to several at once; hiring is among them, its head count holds for each.
IN_BULK = frozenset({Event.INVITE, Event.SET_INTERVIEW, Event.OFFER, Event.HIRE, Event.DECLINE})
MOST_TICKED = 200


@dataclass(frozen=True, slots=True)
class Ticked:
    """A candidate as the page showed her."""

    public_id: str
    version: int


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of one ticked candidate.

    Args:
        code: why nothing was done; None when it was.
        state: her state afterwards; None when she cannot be seen.
        seen: where somebody else was quicker, the state that the page had shown.
        facts: of the refusal, for its sentence.
    """

    public_id: str
    code: str | None
    state: str | None
    seen: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def done(self) -> bool:
        """Whether the step was taken."""
        return self.code is None


class BulkRefused(DomainError):
    """``bulk_refused``: one row could not be done, so none was; ``rows`` says which."""

    def __init__(self, rows: list[RowReport]) -> None:
        super().__init__("bulk_refused", count=sum(not row.done for row in rows))
        self.rows = rows


def act_on_all(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    clock: Clock,
    vacancy: str,
    ticked: Sequence[Ticked],
    event: Event,
    details: Details = NO_DETAILS,
    *,
    together: bool,
) -> list[RowReport]:
    """Take one step for several candidates of one vacancy.

    Args:
        vacancy: public id of a vacancy of the actor's.
        together: True: all or none; False: each that can be.

    Returns:
        One report for each ticked row, in order.

    Raises:
        NotFound: ``vacancy_unknown``. Forbidden: ``not_allowed``. BulkRefused: with ``together``.
        DomainError: ``too_many_ticked``.
    """
    if event not in IN_BULK or (scope.role != Role.EMPLOYER and not scope.changes):
        raise Forbidden("not_allowed")
    if len(ticked) > MOST_TICKED:
        raise DomainError("too_many_ticked", most=MOST_TICKED)
    target = own_vacancy(session, scope, vacancy)
    lock_vacancy(session, target.id)
    concerned = _applications(session, target.id, ticked)
    # All at once and in order, before the first row writes its audit.
    lock_applications(session, vacancy_id=target.id, people={one.jobseeker_id for one in concerned.values()})
    reports = []
    with session.begin_nested():
        for row in ticked:
            reports.append(
                _one(session, scope, keyring, clock, row, row.public_id in concerned, event, details)
            )
        if together and not all(report.done for report in reports):
            raise BulkRefused(reports)
    return reports


def _applications(session: Session, vacancy_id: int, ticked: Sequence[Ticked]) -> dict[str, Application]:
    rows = session.scalars(
        select(Application).where(
            Application.vacancy_id == vacancy_id,
            Application.public_id.in_([row.public_id for row in ticked]),
        )
    )
    return {row.public_id: row for row in rows}


def _one(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    clock: Clock,
    row: Ticked,
    known: bool,
    event: Event,
    details: Details,
) -> RowReport:
    if not known:
        return RowReport(row.public_id, "application_unknown", None)
    try:
        with session.begin_nested():
            done = act(session, scope, keyring, clock, row.public_id, row.version, event, details)
    except DomainError as error:
        state = select(Application.state).where(Application.public_id == row.public_id)
        shown = None if error.code == "application_unknown" else session.scalar(state)
        seen = error.facts.get("seen") if isinstance(error, StaleVersion) else None
        return RowReport(row.public_id, error.code, shown, seen, error.facts)
    return RowReport(row.public_id, None, done.state)


def approach_all(
    session: Session, scope: Scope, clock: Clock, vacancy: str, seekers: Sequence[str], *, form_token: str
) -> list[RowReport]:
    """Ask several people who agreed to be found; each who can be asked is.

    Args:
        vacancy: public id of a vacancy of the actor's.
        seekers: public ids of jobseekers, as masked lines show them.
        form_token: made with the form, at most 40 characters; the same one again asks nobody twice.

    Returns:
        One report for each, in order; ``public_id`` is the jobseeker's.

    Raises:
        NotFound: ``vacancy_unknown``. Forbidden: ``not_allowed``. DomainError: ``too_many_ticked``.
    """
    if scope.role != Role.EMPLOYER and not scope.changes:
        raise Forbidden("not_allowed")
    if len(seekers) > MOST_TICKED:
        raise DomainError("too_many_ticked", most=MOST_TICKED)
    own_vacancy(session, scope, vacancy)

    def one(seeker: str) -> Application:
        return approach(session, scope, clock, vacancy, seeker, form_token=f"{form_token}:{seeker}")

    return _asked(session, seekers, one)


def propose_all(
    session: Session, scope: Scope, clock: Clock, referral: str, people: Sequence[str], *, form_token: str
) -> list[RowReport]:
    """Ask several of the labour company's people for an employer; each who can be asked is.

    Args:
        referral: public id of one that the actor works on.
        people: public ids of members.
        form_token: as for :func:`approach_all`.

    Raises:
        NotFound: ``referral_unknown``. Forbidden: ``not_allowed``. DomainError: ``too_many_ticked``.
    """
    if not scope.changes:
        raise Forbidden("not_allowed")
    if len(people) > MOST_TICKED:
        raise DomainError("too_many_ticked", most=MOST_TICKED)
    referral_in_scope(session, scope, referral)

    def one(person: str) -> Application:
        return propose(session, scope, clock, referral, person, form_token=f"{form_token}:{person}")

    return _asked(session, people, one)


def _asked(session: Session, names: Sequence[str], ask: Callable[[str], Application]) -> list[RowReport]:
    reports = []
    for name in dict.fromkeys(names):
        try:
            with session.begin_nested():
                asked = ask(name)
        except DomainError as error:
            reports.append(RowReport(name, error.code, None, facts=error.facts))
        else:
            reports.append(RowReport(name, None, asked.state))
    return reports
