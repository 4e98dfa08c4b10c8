"""What a person decides about a notice that got stuck, and that they did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.models import Role
from matching.accounts.scope import Scope
from matching.errors import Forbidden
from matching.notices import queries, service
from matching.notices.models import Notice
from matching.notices.queries import NoticeView

#: A notice belongs to a prefecture, not to a county; who is limited to one does not decide about it.
DECIDE = frozenset({Role.PREFECTURE, Role.ADMINISTRATOR})


class Decision(StrEnum):
    """What happens to a parked notice"""

    RETRY = "retried"  # 再发一次
    ARRIVED = "arrived"  # 已确认送达
    DROP = "dropped"  # 不发了


_ACTS: dict[Decision, Callable[[Session, int, datetime], Notice]] = {
    Decision.RETRY: service.retry,
    Decision.ARRIVED: service.take_as_sent,
    Decision.DROP: service.drop,
}


def parked(session: Session, scope: Scope, *, limit: int = 200, offset: int = 0) -> list[NoticeView]:
    """Notices of the scope's tenant that wait for a decision, oldest first.

    Raises:
        Forbidden: ``not_allowed``.
    """
    return queries.parked(session, _tenant(scope), limit=limit, offset=offset)


def count_parked(session: Session, scope: Scope) -> int:
    """How many of them wait.

    Raises:
        Forbidden: ``not_allowed``.
    """
    return queries.count_parked(session, _tenant(scope))


def decide(session: Session, scope: Scope, public_id: str, decision: Decision, now: datetime) -> Notice:
    """Carry a decision out and write it into the audit chain.

    Raises:
        Forbidden: ``not_allowed``.
        NotFound: ``notice_unknown``.
        DomainError: ``notice_not_parked``.
    """
    notice = _ACTS[decision](session, queries.by_public_id(session, _tenant(scope), public_id).id, now)
    audit.record(session, scope, f"notice.{decision}", "notice", notice.id, now)
    return notice


def _tenant(scope: Scope) -> int | None:
    if scope.role not in DECIDE or scope.county is not None:
        raise Forbidden("not_allowed")
    return scope.tenant_id
