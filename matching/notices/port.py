"""What a sender is: hands one short message to whoever carries it.  Two adapters, both real."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Message:
    """One message to one phone.

    Args:
        to: telephone number, digits.
        template: kind of the notice; a gateway knows a text of its own for it.
        values: placeholder → what stands there, in the order of the text.
        text: the whole text without the signature.
        reference: the notice's public id, by which it may be found again.
    """

    to: str
    template: str
    values: Mapping[str, str]
    text: str
    reference: str


class SenderError(Exception):
    """A message was not, or perhaps not, taken.

    Args:
        reason: stable code, never a value of the message.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SenderBusy(SenderError):
    """Certainly not taken; later it may be."""


class SenderRefused(SenderError):
    """Certainly not taken, and trying again will not help."""


class SenderUnsure(SenderError):
    """Nobody knows: the answer did not come, or cannot be read."""


class Sender(Protocol):
    """Port to whoever carries messages."""

    #: Whether two calls with one reference are one message.
    safe_to_repeat: bool

    def send(self, message: Message) -> str:
        """Hand a message over.

        Returns:
            The carrier's name for it.

        Raises:
            SenderBusy, SenderRefused, SenderUnsure: see there.
        """
        ...

    def find(self, to: str, reference: str, since: datetime) -> str | None:
        """The carrier's name for a message handed over since then; None: it cannot tell."""
        ...
