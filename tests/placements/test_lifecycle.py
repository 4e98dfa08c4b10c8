"""The table of moves by itself."""

from __future__ import annotations

import pytest

from matching.errors import InvalidTransition
from matching.placements import words
from matching.placements.codes import (
    DECLINING,
    WITHDRAWING,
    Event,
    Origin,
    Outcome,
    Party,
    Reason,
    ReferralState,
    State,
)
from matching.placements.lifecycle import AGREED, LIVING, MAY, MOVES, PENDING, moved, possible

PERSON = frozenset({Party.JOBSEEKER})
BOSS = frozenset({Party.EMPLOYER})


def test_whatever_is_not_in_the_table_is_refused() -> None:
    for state in (None, *State):
        for event in Event:
            if (state, event) in MOVES:
                assert moved(state, event) is MOVES[(state, event)]
            else:
                with pytest.raises(InvalidTransition, match="invalid_transition") as raised:
                    moved(state, event)
                assert raised.value.facts == {"state": state, "event": event}


def test_nothing_moves_once_it_has_ended() -> None:
    assert {state for state, _ in MOVES if state is not None} == LIVING
    assert all(possible(state, frozenset(Party)) == () for state in set(State) - LIVING)


def test_every_state_can_be_reached_and_every_event_has_somebody_to_cause_it() -> None:
    assert set(MOVES.values()) == set(State)
    assert set(MAY) == {event for _, event in MOVES} == set(Event)


def test_a_person_is_hired_only_from_an_agreed_state() -> None:
    assert {state for state, to in MOVES.items() if to is State.HIRED} <= {
        (state, event) for state in AGREED for event in Event
    }


def test_either_side_is_offered_what_is_its_own() -> None:
    assert possible(State.OFFERED, PERSON) == (Event.WITHDRAW, Event.ACCEPT, Event.LEAVE)
    assert possible(State.ASKED, BOSS) == ()
    assert possible(State.HIRED, PERSON) == (Event.DENY,)
    assert possible(State.HIRED, BOSS) == ()
    assert all(Event.FILL not in possible(state, PERSON | BOSS) for state in State)
    assert PENDING < LIVING


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        (words.STATE, State),
        (words.STATE_DESK, State),
        (words.EVENT, Event),
        (words.REASON, Reason),
        (words.PARTY, Party),
        (words.ORIGIN, Origin),
        (words.OUTCOME, Outcome),
        (words.REFERRAL, ReferralState),
    ],
)
def test_every_code_has_words(said: dict[str, str], codes: type) -> None:
    assert set(said) == set(codes)
    assert all(0 < len(words) <= 20 for words in said.values())


def test_no_reason_for_a_no_is_one_the_law_forbids() -> None:
    assert set(DECLINING) | set(WITHDRAWING) <= set(Reason)
    forbidden = ("龄", "性别", "男", "女", "病", "残", "婚", "孕", "族", "户籍")
    assert not [words.REASON[one] for one in Reason if any(sign in words.REASON[one] for sign in forbidden)]
