"""What upper rooms know and this one must not: whose phone it is, what a text says, whether it still holds.

They are handed over as tables, because this room lies below people, accounts and vacancies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from matching.crypto import Keyring
from matching.notices.kinds import Channel
from matching.notices.models import Notice


@dataclass(frozen=True)
class Desk:
    """What a look-up may use.

    Args:
        session: the transaction in which the notice is about to be sent.
        keyring: opens sealed telephone numbers.
        help_line: number that people may ring.
        now: the present moment.
    """

    session: Session
    keyring: Keyring
    help_line: str
    now: datetime


#: Id of the recipient → telephone number in digits, or None.
Address = Callable[[Desk, int], str | None]
#: The notice → what stands at a placeholder, or None when it is not known.
Fill = Callable[[Desk, Notice], str | None]
#: The notice that has just reached somebody: what an upper room notes of that.
Told = Callable[[Desk, Notice], None]
#: The notice → whether it is still worth telling.
Check = Callable[[Desk, Notice], bool]


@dataclass(frozen=True)
class Letters:
    """The tables of look-ups.

    Args:
        addresses: kind of recipient → its phone.
        fills: placeholder (of :data:`matching.notices.words.LONGEST`) → what stands there.
        checks: kind of notice → whether it still holds (a code that ran out is not sent any more).
        told: kind of notice → what is noted once it was told.
        otherwise: kind of recipient → how a notice travels where there is no phone to send it to.
    """

    addresses: Mapping[str, Address]
    fills: Mapping[str, Fill]
    checks: Mapping[str, Check] = field(default_factory=dict)
    told: Mapping[str, Told] = field(default_factory=dict)
    otherwise: Mapping[str, Channel] = field(default_factory=dict)

    def phone(self, desk: Desk, notice: Notice) -> str | None:
        """The recipient's phone."""
        look_up = self.addresses.get(notice.recipient_kind)
        return look_up(desk, notice.recipient_id) if look_up else None

    def values(self, desk: Desk, notice: Notice, names: list[str]) -> dict[str, str] | None:
        """What stands at each placeholder; None when one of them is not known."""
        found = {name: self.fills[name](desk, notice) for name in names if name in self.fills}
        if any(found.get(name) is None for name in names):
            return None
        return {name: str(value) for name, value in found.items()}

    def note_told(self, desk: Desk, notice: Notice) -> None:
        """Note in the rooms above that a notice has reached its recipient, by phone or on paper."""
        note = self.told.get(notice.kind)
        if note is not None:
            note(desk, notice)

    def holds(self, desk: Desk, notice: Notice) -> bool:
        """Whether it is still worth telling."""
        check = self.checks.get(notice.kind)
        return check is None or check(desk, notice)
