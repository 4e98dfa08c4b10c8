"""Handler of ``notice.send``: one notice, two transactions, the gateway between them."""

from __future__ import annotations

from datetime import timedelta

import structlog

from matching.db import transaction
from matching.letters import LETTERS
from matching.notices.letters import Desk
from matching.notices.models import Notice
from matching.notices.sending import Terms, begin, hand_over, settle
from workers.context import Work

_log = structlog.get_logger("notices")


def send_notices(work: Work) -> None:
    """Send what is due.  An orphan begins nothing: the lease is checked in the transaction that begins."""
    for notice_id in work.keys:
        _send(work, notice_id)


def _send(work: Work, notice_id: int) -> None:
    services = work.services
    settings, sender, now = services.settings, services.sender, services.clock.now
    terms = Terms(
        settings.sms_day_budget, timedelta(seconds=settings.sms_look_seconds), sender.safe_to_repeat
    )
    with transaction(services.sessions) as session:
        work.beat(session)
        desk = Desk(session, services.keyring, settings.help_line, services.clock.now())
        attempt = begin(desk, LETTERS, terms, notice_id, work.claim.token, now())
    if attempt is None:
        return
    outcome = hand_over(sender, terms, attempt, now())
    with transaction(services.sessions) as session:
        desk = Desk(session, services.keyring, settings.help_line, services.clock.now())
        counted = settle(desk, terms, attempt, outcome, now())
        if counted and outcome.message_id is not None:
            LETTERS.note_told(desk, session.get_one(Notice, notice_id))
    _log.info(
        "notice_tried",
        notice=notice_id,
        sent=outcome.message_id is not None,
        reason=outcome.error.reason if outcome.error else None,
        counted=counted,
    )
