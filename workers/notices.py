"""Handler of ``notice.send``: one notice, two transactions, the gateway between them."""

from __future__ import annotations

import structlog

from matching.db import transaction
from matching.letters import LETTERS
from matching.notices.letters import Desk
from matching.notices.sending import begin, hand_over, settle
from workers.context import Work

_log = structlog.get_logger("notices")


def send_notices(work: Work) -> None:
    """Send what is due.  An orphan begins nothing: the lease is checked in the transaction that begins."""
    for notice_id in work.keys:
        _send(work, notice_id)


def _send(work: Work, notice_id: int) -> None:
    services = work.services
    help_line = services.settings.help_line
    with transaction(services.sessions) as session:
        work.beat(session)
        attempt = begin(
            Desk(session, services.keyring, help_line),
            LETTERS,
            notice_id,
            work.claim.token,
            services.clock.now(),
            budget=services.settings.sms_day_budget,
            repeatable=services.sender.safe_to_repeat,
        )
    if attempt is None:
        return
    outcome = hand_over(services.sender, attempt, services.clock.now())
    with transaction(services.sessions) as session:
        counted = settle(Desk(session, services.keyring, help_line), attempt, outcome, services.clock.now())
    _log.info(
        "notice_tried",
        notice=notice_id,
        sent=outcome.message_id is not None,
        reason=outcome.error.reason if outcome.error else None,
        counted=counted,
    )
