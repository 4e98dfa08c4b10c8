"""The read side of accounts, as far as a page's frame and one's own account need it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts.models import AuditHead, Tenant, UserSession
from matching.accounts.service import digest


@dataclass(frozen=True, slots=True)
class Device:
    """One of a user's sessions: name of the browser, last use, and whether it is the one that asks."""

    name: str
    seen_at: datetime
    here: bool


def holds_demo(session: Session) -> bool:
    """Whether the installation holds the demo city."""
    return session.scalar(select(Tenant.id).where(Tenant.demo).limit(1)) is not None


def prefectures(session: Session) -> list[str]:
    """Prefectures (6 digits) that this installation serves."""
    return list(session.scalars(select(Tenant.prefecture).distinct().order_by(Tenant.prefecture)))


def last_seen(session: Session, token: str) -> datetime | None:
    """When the session of this token was last noted to be in use."""
    return session.scalar(select(UserSession.seen_at).where(UserSession.token_digest == digest(token)))


def open_devices(session: Session, user_id: int, token: str, now: datetime) -> list[Device]:
    """A user's own sessions that have not ended, last used first.

    Args:
        user_id: whose; only ever the viewer's own.
        token: of the session that asks.
    """
    rows = session.scalars(
        select(UserSession)
        .where(UserSession.user_id == user_id, UserSession.expires_at > now)
        .order_by(UserSession.seen_at.desc())
    )
    return [Device(row.device, row.seen_at, row.token_digest == digest(token)) for row in rows]


def audit_length(session: Session) -> int:
    """Audit events so far, as the head of the chain says."""
    return session.scalar(select(AuditHead.length).where(AuditHead.id == 1)) or 0
