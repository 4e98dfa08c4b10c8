"""The life of an application as a table: (state, event) → state, and who may cause which event.

Pure: no rows, no clock.  Whatever is not in the table cannot happen.
"""

from __future__ import annotations

from matching.errors import InvalidTransition
from matching.placements.codes import Event, Party, State

#: Living: the employer sees the person, and there is one for each person and vacancy.
LIVING = frozenset({State.ASKED, State.APPLIED, State.INVITED, State.INTERVIEW, State.OFFERED, State.HIRED})
#: Living, and agreed to by the person (P5): name and telephone may be seen by this employer.
AGREED = LIVING - {State.ASKED}
#: Waiting for an answer of either side: what a hire or a full post ends.
PENDING = LIVING - {State.HIRED}

_TALKING = (State.APPLIED, State.INVITED, State.INTERVIEW)

MOVES: dict[tuple[State | None, Event], State] = {
    (None, Event.ASK): State.ASKED,
    (None, Event.APPLY): State.APPLIED,
    (State.ASKED, Event.APPLY): State.APPLIED,
    (State.ASKED, Event.AGREE): State.APPLIED,
    (State.ASKED, Event.REFUSE): State.REFUSED,
    (State.APPLIED, Event.INVITE): State.INVITED,
    (State.OFFERED, Event.ACCEPT): State.HIRED,
    (State.HIRED, Event.DENY): State.WITHDRAWN,
    (State.HIRED, Event.END): State.LEFT,
    **{(state, Event.SET_INTERVIEW): State.INTERVIEW for state in _TALKING},
    **{(state, Event.OFFER): State.OFFERED for state in _TALKING},
    **{(state, Event.HIRE): State.HIRED for state in (*_TALKING, State.OFFERED)},
    **{(state, Event.DECLINE): State.DECLINED for state in (*_TALKING, State.OFFERED)},
    **{(state, Event.WITHDRAW): State.WITHDRAWN for state in (*_TALKING, State.OFFERED)},
    **{(state, Event.FILL): State.CLOSED_FULL for state in sorted(PENDING)},
    **{(state, Event.LEAVE): State.ELSEWHERE for state in sorted(PENDING)},
    **{(state, Event.MERGE): State.WITHDRAWN for state in sorted(LIVING)},
}

_PERSON = frozenset({Party.JOBSEEKER, Party.HELPER})
_BOSS = frozenset({Party.EMPLOYER, Party.DESK})

MAY: dict[Event, frozenset[Party]] = {
    Event.ASK: _BOSS | {Party.HELPER},
    Event.APPLY: _PERSON,
    Event.AGREE: _PERSON,
    Event.REFUSE: _PERSON,
    Event.WITHDRAW: _PERSON,
    Event.ACCEPT: _PERSON,
    Event.DENY: _PERSON,
    Event.LEAVE: _PERSON | {Party.SYSTEM},
    Event.INVITE: _BOSS,
    Event.SET_INTERVIEW: _BOSS,
    Event.OFFER: _BOSS,
    Event.HIRE: _BOSS,
    Event.DECLINE: _BOSS,
    Event.FILL: frozenset({Party.SYSTEM}),
    Event.END: frozenset({Party.SYSTEM}),
    Event.MERGE: frozenset({Party.SYSTEM}),
}


def moved(state: State | None, event: Event) -> State:
    """The state after an event.

    Args:
        state: None before the application exists.

    Raises:
        InvalidTransition: ``invalid_transition``.
    """
    try:
        return MOVES[(state, event)]
    except KeyError:
        raise InvalidTransition(
            "invalid_transition", state=state and state.value, event=event.value
        ) from None


def possible(state: State, parties: frozenset[Party]) -> tuple[Event, ...]:
    """What these parties may do next, in the order of :class:`Event`."""
    return tuple(event for event in Event if (state, event) in MOVES and MAY[event] & parties)
