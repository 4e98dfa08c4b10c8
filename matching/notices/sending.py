"""The two halves of an attempt, each a transaction; the gateway is asked between them.

The failures this is written against: the worker dies after the gateway took the message and before that is
written down (the notice stays ``sending``: whoever finds it asks the gateway, and where that cannot tell, a
person decides); an orphan wakes up late (it cannot begin without its lease, and its token decides whether
its word still counts); the gateway is down, refuses, or does not answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from matching.notices.kinds import Channel, State
from matching.notices.letters import Desk, Letters
from matching.notices.limits import free_for_telling
from matching.notices.models import Notice
from matching.notices.port import (
    Message,
    Sender,
    SenderBusy,
    SenderError,
    SenderRefused,
    SenderUnsure,
)
from matching.notices.rules import MAX_TRIES, after_quiet, pause
from matching.notices.service import announce, end, locked
from matching.notices.words import fitted, placeholders, text


@dataclass(frozen=True)
class Attempt:
    """A message that is about to be handed over, or may have been.

    Args:
        notice_id: its notice.
        token: fencing token of the attempt.
        message: what is sent.
        since: when the attempt began.
        doubtful: an earlier attempt ended without a word; the gateway is only asked.
    """

    notice_id: int
    token: int
    message: Message
    since: datetime
    doubtful: bool


@dataclass(frozen=True)
class Terms:
    """How messages travel here.

    Args:
        budget: messages that may be sent a day.
        look_again: after this long without an answer the gateway is asked what became of a message.
        repeatable: the sender takes two calls with one reference as one message.
    """

    budget: int
    look_again: timedelta
    repeatable: bool


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt: the carrier's name for the message, or why there is none."""

    message_id: str | None = None
    error: SenderError | None = None


def begin(
    desk: Desk, letters: Letters, terms: Terms, notice_id: int, token: int, now: datetime
) -> Attempt | None:
    """Decide about a notice that is due, and write down that it is being sent.

    Args:
        token: of the claim that holds it.

    Returns:
        What to hand over; None when there is nothing to do now.
    """
    notice = desk.session.get(Notice, notice_id, with_for_update=True, populate_existing=True)
    # An early look finds nothing to do: whenever due_at moves, a row of the outbox moves with it.
    if notice is None or notice.channel != Channel.SMS or notice.due_at > now:
        return None
    if notice.state == State.SENDING and not terms.repeatable:
        return _doubt(desk, letters, terms, notice, now)
    if notice.state not in (State.WAITING, State.SENDING):
        return None
    message = _message(desk, letters, notice, now)
    if message is None or _must_wait(desk, notice, message.to, terms.budget, now):
        return None
    notice.state, notice.token, notice.sending_at, notice.reason = State.SENDING, token, now, None
    notice.tries += 1
    return Attempt(notice.id, token, message, now, doubtful=False)


def _message(desk: Desk, letters: Letters, notice: Notice, now: datetime) -> Message | None:
    """What to send; where that cannot be said the notice ends here."""
    if not letters.holds(desk, notice):
        end(notice, State.CANCELLED, "outdated", now)
        return None
    phone = letters.phone(desk, notice)
    values = letters.values(desk, notice, placeholders(notice.kind))
    if values is None:
        end(notice, State.PARKED, "no_values", now)
        return None
    if phone is None:
        _without_phone(letters, notice, now)
        return None
    values = fitted(notice.kind, values)
    return Message(phone, notice.kind, values, text(notice.kind, values), notice.public_id)


def _without_phone(letters: Letters, notice: Notice, now: datetime) -> None:
    """Nobody's phone is required: a person gets a slip of paper, an employer reads it on the page."""
    other = letters.otherwise.get(notice.recipient_kind)
    if other is None:
        end(notice, State.PARKED, "no_phone", now)
        return
    notice.channel, notice.reason = other, None
    if other == Channel.PAGE:
        end(notice, State.SENT, None, now)


def _must_wait(desk: Desk, notice: Notice, phone: str, budget: int, now: datetime) -> bool:
    # What is asked for was counted when it was asked for; a second try was counted at the first.
    if notice.asked_for:
        return False
    due, reason = after_quiet(now), "quiet_hours"
    if due == now and notice.tries == 0:
        free, held = free_for_telling(desk.session, desk.keyring, phone=phone, now=now, budget=budget)
        due, reason = after_quiet(free), held or reason
    if due <= now:
        return False
    _postpone(desk, notice, due, reason, now)
    return True


def _postpone(desk: Desk, notice: Notice, due: datetime, reason: str, now: datetime) -> None:
    notice.due_at, notice.reason = due, reason
    announce(desk.session, notice, now)


def _doubt(desk: Desk, letters: Letters, terms: Terms, notice: Notice, now: datetime) -> Attempt | None:
    began = notice.sending_at or now
    if now < began + terms.look_again:
        # The gateway needs a moment before it can tell what it took.
        _postpone(desk, notice, began + terms.look_again, "gateway_unclear", now)
        return None
    phone = letters.phone(desk, notice)
    if phone is None or notice.token is None:
        end(notice, State.PARKED, "perhaps_sent", now)
        return None
    message = Message(phone, notice.kind, {}, "", notice.public_id)
    return Attempt(notice.id, notice.token, message, began, doubtful=True)


def hand_over(sender: Sender, terms: Terms, attempt: Attempt, now: datetime) -> Outcome:
    """Ask the gateway, outside any transaction."""
    message = attempt.message
    if now >= attempt.since + terms.look_again and not attempt.doubtful:
        # This process slept; by now somebody else may have decided about the notice.
        return Outcome(error=SenderBusy("overslept"))
    try:
        if attempt.doubtful:
            return Outcome(sender.find(message.to, message.reference, attempt.since))
        return Outcome(sender.send(message))
    except SenderError as error:
        return Outcome(error=error)


def settle(desk: Desk, terms: Terms, attempt: Attempt, outcome: Outcome, now: datetime) -> bool:
    """Write down what came of an attempt.

    Returns:
        False when the word of this attempt does not count any more.
    """
    notice = locked(desk.session, attempt.notice_id)
    # A late word is heard as long as no person and no other attempt decided: the truth wins over "perhaps".
    if notice.token != attempt.token or notice.state not in (State.SENDING, State.PARKED):
        return False
    if outcome.message_id is not None:
        notice.message_id, notice.token = outcome.message_id, None
        end(notice, State.SENT, None, now)
    elif attempt.doubtful:
        end(notice, State.PARKED, "perhaps_sent", now)
    else:
        _failed(desk, terms, notice, outcome.error, now)
    return True


def _failed(desk: Desk, terms: Terms, notice: Notice, error: SenderError | None, now: datetime) -> None:
    if isinstance(error, SenderUnsure):
        if notice.state == State.SENDING:
            _postpone(desk, notice, now + terms.look_again, "gateway_unclear", now)
    elif isinstance(error, SenderBusy) and notice.tries < MAX_TRIES:
        notice.state, notice.token, notice.ended_at = State.WAITING, None, None
        due = now + pause(notice.tries)
        _postpone(desk, notice, due if notice.asked_for else after_quiet(due), "gateway_busy", now)
    else:
        reason = error.reason if isinstance(error, SenderRefused) else "gateway_busy"
        notice.token = None
        end(notice, State.PARKED, reason[:80], now)
