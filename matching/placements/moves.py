"""What every move has in common: rows locked in one order, version checked, history, event, audit.

Locks are always taken in the order vacancy, applications by number, person, audit; so two who act at once
wait for each other instead of for good.  Therefore audits are collected and written last.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.scope import Scope
from matching.errors import DomainError, StaleVersion
from matching.outbox.events import ApplicationMoved
from matching.outbox.service import emit_many
from matching.placements.codes import Event, Party, Reason, State
from matching.placements.lifecycle import LIVING, moved
from matching.placements.models import Application, ApplicationStep
from matching.vacancies.models import Vacancy

#: The person's yes to the employer.
JOINING = frozenset({Event.APPLY, Event.AGREE})


def lock_vacancy(session: Session, vacancy_id: int) -> Vacancy:
    """The vacancy as it is now, held until the transaction ends."""
    statement = select(Vacancy).where(Vacancy.id == vacancy_id).with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def lock_applications(
    session: Session, *, vacancy_id: int | None = None, people: Collection[int] = ()
) -> list[Application]:
    """Living applications of a vacancy, or of people, as they are now, held until the transaction ends."""
    of_people = Application.jobseeker_id.in_(people)
    whose = of_people if vacancy_id is None else or_(Application.vacancy_id == vacancy_id, of_people)
    statement = (
        select(Application)
        .where(whose, Application.ended_at.is_(None))
        .order_by(Application.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))


def lock_application(session: Session, application_id: int) -> Application:
    """One application as it is now, held until the transaction ends."""
    statement = select(Application).where(Application.id == application_id).with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def check_version(session: Session, application: Application, version: int) -> None:
    """See that nothing happened since the actor looked.

    Raises:
        StaleVersion: ``application_moved``, with the state that was ``seen`` and the one that is ``now``.
    """
    if application.version == version:
        return
    seen = select(ApplicationStep.state).where(
        ApplicationStep.application_id == application.id, ApplicationStep.number == version
    )
    raise StaleVersion("application_moved", seen=session.scalar(seen), now=application.state)


def sent_before(session: Session, form_token: str, person: int, vacancy: int) -> Application | None:
    """The application that the same form made already.

    Raises:
        DomainError: ``form_token_used``: by another person or for another vacancy.
    """
    known = session.scalar(select(Application).where(Application.form_token == form_token))
    if known is not None and (known.jobseeker_id, known.vacancy_id) != (person, vacancy):
        raise DomainError("form_token_used")
    return known


@dataclass
class Moves:
    """The moves of one transaction: applied at once, told of and audited by :meth:`finish`."""

    session: Session
    scope: Scope
    now: datetime
    done: list[tuple[Application, Event, Party, Reason | None]] = field(default_factory=list)

    def move(
        self, application: Application, event: Event, party: Party, reason: Reason | None = None
    ) -> State:
        """Move one application and write its history.

        Raises:
            InvalidTransition: ``invalid_transition``.
        """
        state = moved(State(application.state) if application.version else None, event)
        application.state = state.value
        application.version += 1
        application.touched_at = self.now
        if event in JOINING:
            application.agreed_at = self.now
        application.reason = reason.value if reason else None
        application.ended_at = None if state in LIVING else self.now
        self.session.add(application)
        self.session.flush()
        self.session.add(
            ApplicationStep(
                application_id=application.id,
                number=application.version,
                event=event.value,
                state=state.value,
                party=party.value,
                user_id=None if party is Party.SYSTEM else self.scope.user_id,
                reason=application.reason,
                at=self.now,
            )
        )
        self.done.append((application, event, party, reason))
        return state

    def finish(self) -> None:
        """Tell of every moved application, and audit every move."""
        ids = dict.fromkeys(application.id for application, *_ in self.done)
        emit_many(self.session, ApplicationMoved, ids, self.now)
        for application, event, party, reason in self.done:
            audit.record(
                self.session,
                self.scope,
                f"application.{event}",
                "application",
                application.id,
                self.now,
                fields={"columns": ["state"], "party": party.value},
                reason=reason.value if reason else None,
            )
        self.done.clear()
