"""The audit chain: each digest covers the one before, so a changed, removed or re-ordered row shows."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts.models import AuditEvent, AuditHead
from matching.accounts.scope import Scope

START = "0" * 64


def record(
    session: Session,
    scope: Scope,
    action: str,
    subject_kind: str,
    subject_id: int | None,
    now: datetime,
    *,
    fields: dict[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Write one audit event into the transaction of what it reports.

    Args:
        action: stable verb, for example ``jobseeker.corrected`` or ``member.unmasked``.
        fields: names of columns and counts, never values.
        reason: what the actor gave as a reason, where one is asked for.
    """
    head = session.scalar(select(AuditHead).where(AuditHead.id == 1).with_for_update())
    if head is None:
        head = AuditHead(id=1, digest=START, length=0)
        session.add(head)
    event = AuditEvent(
        at=now,
        actor=scope.actor,
        organisation_id=scope.organisation_id,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        fields=fields or {},
        reason=reason,
        digest="",
    )
    event.digest = head.digest = chained(head.digest, event)
    head.length += 1
    session.add(event)
    session.flush()


def chained(previous: str, event: AuditEvent) -> str:
    """Digest of an event and everything before it (hex, 64 characters)."""
    content = [
        event.at.isoformat(),
        event.actor,
        event.organisation_id,
        event.action,
        event.subject_kind,
        event.subject_id,
        event.fields,
        event.reason,
    ]
    text = previous + json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def first_broken(session: Session) -> int | None:
    """Id of the first event that does not fit the chain; 0 when the end is missing; None when all is well."""
    digest, length = START, 0
    for event in session.scalars(
        select(AuditEvent).order_by(AuditEvent.id).execution_options(yield_per=1000)
    ):
        digest = chained(digest, event)
        length += 1
        if digest != event.digest:
            return event.id
    head = session.get(AuditHead, 1)
    expected = (head.digest, head.length) if head else (START, 0)
    return None if (digest, length) == expected else 0
