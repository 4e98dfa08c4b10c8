"""Decisions about vacancies that need no database."""

from __future__ import annotations

from datetime import date

from matching.errors import InvalidTransition
from matching.vacancies.codes import Held, State

#: Words of work that is not for 16- and 17-year-olds: mines, poison, radiation, the heaviest grade
#: (未成年工特殊保护规定 art. 3; 劳动法 art. 64).
HAZARDOUS_WORDS = (
    "井下",
    "矿",
    "有毒",
    "有害",
    "高空",
    "高处作业",
    "爆破",
    "潜水",
    "放射",
    "粉尘",
    "炉前",
    "架子工",
)

#: (state, event) → state; every other move is refused.
LIFECYCLE: dict[tuple[State, str], State] = {
    (State.DRAFT, "post"): State.OPEN,
    (State.DRAFT, "hold"): State.HELD,
    (State.HELD, "post"): State.OPEN,
    (State.HELD, "close"): State.CLOSED,
    (State.OPEN, "hold"): State.HELD,
    (State.OPEN, "pause"): State.PAUSED,
    (State.OPEN, "close"): State.CLOSED,
    (State.OPEN, "expire"): State.EXPIRED,
    (State.PAUSED, "expire"): State.EXPIRED,
    (State.HELD, "expire"): State.EXPIRED,
    (State.PAUSED, "post"): State.OPEN,
    (State.PAUSED, "hold"): State.HELD,
    (State.PAUSED, "close"): State.CLOSED,
    (State.CLOSED, "post"): State.OPEN,
    (State.CLOSED, "hold"): State.HELD,
    (State.EXPIRED, "post"): State.OPEN,
    (State.EXPIRED, "hold"): State.HELD,
    (State.EXPIRED, "close"): State.CLOSED,
}


def moved(state: str, event: str) -> State:
    """The state after an event.

    Raises:
        InvalidTransition: ``vacancy_move_refused``.
    """
    try:
        return LIFECYCLE[(State(state), event)]
    except KeyError:
        raise InvalidTransition("vacancy_move_refused", state=state, event=event) from None


def state_after_sheet(
    state: str | None, stopped_by: str | None, reasons: list[Held], valid_until: date, today: date
) -> State:
    """The state of a vacancy that a sheet states.

    What a person paused or closed stays so; what only a sheet had left out comes back.
    """
    if state in {State.PAUSED, State.CLOSED, State.DRAFT} and stopped_by != "sheet":
        return State(state)
    if valid_until < today:
        return State.EXPIRED
    return State.HELD if reasons else State.OPEN


def is_hazardous(title: str, content: str | None, load: str | None) -> bool:
    """Whether 16- and 17-year-olds are kept away from it."""
    text = f"{title} {content or ''}"
    return load == "very_heavy" or any(word in text for word in HAZARDOUS_WORDS)
