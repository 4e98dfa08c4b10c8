"""What a handler holds: keys to look at, sessions to read, and one transaction to finish in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.orm import Session

from doorbell import ring
from matching.bootstrap import Services
from matching.db import transaction
from matching.outbox import lag
from matching.outbox.service import EMITTED, Claim, extend, finish


@dataclass
class Work:
    """One claimed batch.

    Args:
        services: the process's services.
        claim: the rows and their fencing token.
    """

    services: Services
    claim: Claim
    finished: bool = field(default=False, init=False)

    @property
    def keys(self) -> list[int]:
        """What to look at again, each once."""
        return self.claim.keys

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads."""
        with transaction(self.services.sessions, writes=False) as session:
            yield session

    def beat(self, session: Session) -> None:
        """Renew the lease in the transaction of a part of long work.

        Raises:
            LeaseLost: the work is somebody else's by now.
        """
        lease = timedelta(seconds=self.services.settings.lease_seconds)
        extend(session, self.claim, self.services.clock.now() + lease)

    @contextmanager
    def finishing(self) -> Iterator[Session]:
        """The one transaction that changes things: it commits only if the claim still holds.

        Raises:
            LeaseLost: somebody else took the rows meanwhile; nothing of this transaction is kept.
        """
        with transaction(self.services.sessions) as session:
            yield session
            started = finish(session, self.claim)
            lag.note(session, self.claim.topic, started, self.services.clock.now())
        self.finished = True
        topics = session.info.pop(EMITTED, set())
        if topics:
            ring(self.services, topics)


Handler = Callable[[Work], None]
