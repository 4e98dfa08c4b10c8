"""Notices of tests: who is told, a sender that records, and the worker's step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from matching.bootstrap import Services
from matching.db import transaction
from matching.notices.kinds import Kind, Party
from matching.notices.models import Notice
from matching.notices.port import Message
from matching.notices.service import notify
from matching.people.facts import SEAL_MEMBER
from tests import factories
from workers.drain import drain_topic

TOPIC = "notice.send"
PHONE = "13900001234"


def told_member(services: Services, phone: str | None = PHONE) -> Party:
    """Somebody who may be told something."""
    with transaction(services.sessions) as session:
        sealed = services.keyring.seal_facts({"phone": phone}, SEAL_MEMBER) if phone else None
        return Party("member", factories.member(session, sealed=sealed).id)


def tell(services: Services, recipient: Party, event: str = "one", **more: Any) -> int:
    """Write a notice; gives its id."""
    made: dict[str, Any] = {
        "kind": Kind.LINKED,
        "subject": Party("member", recipient.id),
        "facts": {},
        "now": services.clock.now(),
    }
    with transaction(services.sessions) as session:
        return notify(session, event_key=event, recipient=recipient, **{**made, **more}).id


def notice(services: Services, notice_id: int) -> Notice:
    """A notice as it stands."""
    with transaction(services.sessions, writes=False) as session:
        return session.get_one(Notice, notice_id)


def notices(services: Services) -> list[Notice]:
    """All of them, in order."""
    with transaction(services.sessions, writes=False) as session:
        return list(session.scalars(select(Notice).order_by(Notice.id)))


def work(services: Services) -> int:
    """What a worker does now; gives how many rows of the outbox it finished."""
    return drain_topic(services, TOPIC).done


@dataclass
class Carrier:
    """A gateway of the test's own: answers as it is told, and remembers what it took.

    Args:
        answers: called for each message before it is taken; may raise.
    """

    answers: Callable[[Message], None] = lambda message: None
    safe_to_repeat: bool = False
    tells: bool = False
    taken: list[Message] = field(default_factory=list)
    asked: int = 0

    def send(self, message: Message) -> str:
        self.answers(message)
        self.taken.append(message)
        return f"serial-{len(self.taken)}"

    def find(self, to: str, reference: str, since: datetime) -> str | None:
        self.asked += 1
        known = [place for place, one in enumerate(self.taken, 1) if one.reference == reference]
        return f"serial-{known[0]}" if known and self.tells else None


def with_carrier(services: Services, **how: Any) -> Carrier:
    """Put a gateway in the place of the file."""
    made = Carrier(**how)
    services.__dict__["sender"] = made
    return made
