"""The clock of a complaint, and its moves."""

from __future__ import annotations

from datetime import datetime, timedelta

from matching.casework.codes import CaseState
from matching.clock import LOCAL
from matching.errors import InvalidTransition

#: Somebody looks at it within a day, and it is settled within five working days (a policy, not a law: a
#: complaint has to be handled in time, 人力资源市场暂行条例 第四十条).
ACKNOWLEDGE_WITHIN = timedelta(hours=24)
WORKING_DAYS = 5
SATURDAY = 5

_MOVES = {
    (CaseState.RECEIVED, "acknowledge"): CaseState.ACKNOWLEDGED,
    (CaseState.RECEIVED, "settle"): CaseState.SETTLED,
    (CaseState.ACKNOWLEDGED, "settle"): CaseState.SETTLED,
}


def moved(state: str, event: str) -> CaseState:
    """The state after ``acknowledge`` or ``settle``.

    Raises:
        InvalidTransition: ``complaint_move_refused``.
    """
    try:
        return _MOVES[CaseState(state), event]
    except KeyError as error:
        raise InvalidTransition("complaint_move_refused") from error


def settle_by(received: datetime) -> datetime:
    """The same time of day five working days later in China; Saturdays and Sundays do not count.

    Public holidays are not known here, so the date is never later than the policy allows.
    """
    moment, left = received.astimezone(LOCAL), WORKING_DAYS
    while left:
        moment += timedelta(days=1)
        left -= moment.weekday() < SATURDAY
    return moment.astimezone(received.tzinfo)
