"""After the day of an interview both sides are asked, once, what came of it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.scope import SYSTEM, Scope
from matching.clock import Clock
from matching.errors import DomainError, Forbidden
from matching.outbox.events import InterviewAsked
from matching.outbox.service import emit_many
from matching.placements.codes import Outcome, Party, Side, State
from matching.placements.models import Application, InterviewQuestion
from matching.placements.parties import find, parties_of

#: An interview is over some hours after it began.
OVER_AFTER = timedelta(hours=3)
SIDE_OF = {
    Party.JOBSEEKER: Side.JOBSEEKER,
    Party.HELPER: Side.JOBSEEKER,
    Party.EMPLOYER: Side.EMPLOYER,
    Party.DESK: Side.EMPLOYER,
}


def ask_about_interviews(session: Session, clock: Clock, *, limit: int = 1000) -> int:
    """Ask both sides about interviews that are over and were not asked about; safe to run twice.

    Returns:
        How many interviews were asked about.
    """
    asked = select(InterviewQuestion.id).where(
        InterviewQuestion.application_id == Application.id,
        InterviewQuestion.interview == Application.interviews,
    )
    over = session.scalars(
        select(Application)
        .where(
            Application.state == State.INTERVIEW,
            Application.interview_at <= clock.now() - OVER_AFTER,
            ~asked.exists(),
        )
        .order_by(Application.id)
        .limit(limit)
        .with_for_update()
    ).all()
    for application in over:
        session.add_all(
            InterviewQuestion(
                application_id=application.id,
                interview=application.interviews,
                side=side.value,
                asked_at=clock.now(),
            )
            for side in Side
        )
    emit_many(session, InterviewAsked, [one.id for one in over], clock.now())
    if over:
        fields = {"count": len(over)}
        audit.record(session, SYSTEM, "interviews.asked", "application", None, clock.now(), fields=fields)
    return len(over)


def answer_interview(
    session: Session,
    scope: Scope,
    clock: Clock,
    public_id: str,
    side: Side,
    answer: Outcome,
    *,
    me: int | None = None,
) -> InterviewQuestion:
    """Note what one side says came of the last interview; a second answer corrects the first.

    The answer moves nothing: whoever was hired or declined is so by that step.

    Args:
        public_id: of the application.

    Raises:
        NotFound: ``application_unknown``. Forbidden: ``not_allowed``. DomainError: ``not_asked``.
    """
    application = find(session, scope, public_id, me)
    sides = {SIDE_OF.get(party) for party in parties_of(session, scope, application, me)}
    if side not in sides:
        raise Forbidden("not_allowed")
    question = session.scalar(
        select(InterviewQuestion)
        .where(InterviewQuestion.application_id == application.id, InterviewQuestion.side == side)
        .order_by(InterviewQuestion.interview.desc())
        .limit(1)
        .with_for_update()
    )
    if question is None:
        raise DomainError("not_asked")
    question.answer, question.answered_at = answer.value, clock.now()
    question.answered_by = scope.user_id
    fields = {"columns": ["answer"], "side": side.value}
    audit.record(
        session, scope, "interview.answered", "application", application.id, clock.now(), fields=fields
    )
    return question
