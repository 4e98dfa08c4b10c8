"""Time comes in through the door, never from inside a rule.

Services and commands take a :class:`Clock`; rules take the day they are asked about.  Everything stored
is aware and in UTC; days are days in China (a vacancy that is valid until the 22nd ends at midnight there).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """What the rest of the project may ask about time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def today(self) -> date:
        """The present day in China."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.now().astimezone(LOCAL).date()


@dataclass
class FixedClock:
    """A clock that stands still until it is moved: for tests, replays and the demo generator."""

    moment: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 1, 0, tzinfo=UTC))

    def now(self) -> datetime:
        return self.moment

    def today(self) -> date:
        return self.moment.astimezone(LOCAL).date()

    def advance(self, step: timedelta) -> None:
        """Move the clock forward by ``step``."""
        self.moment += step


def local_day(moment: datetime) -> date:
    """The day in China on which an aware moment falls."""
    return moment.astimezone(LOCAL).date()
