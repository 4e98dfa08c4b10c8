"""Errors that a doorstep may show.

Each carries a stable ``code``; the words for it live in the ``words.py`` of the room that raises it, so a
page, a command and a workbook say the same thing.
"""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """Something a user asked for cannot be done, for a reason that can be said in one sentence.

    Args:
        code: stable name of the reason, listed in a ``words.py``.
        facts: values the sentence mentions (never personal data).
    """

    def __init__(self, code: str, /, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class NotFound(DomainError):
    """No such thing, or not within this scope: the two are not told apart on purpose."""


class Forbidden(DomainError):
    """The thing exists and may be seen, but this role may not do that with it."""


class StaleVersion(DomainError):
    """Somebody else changed the row since it was read."""


class InvalidTransition(DomainError):
    """The lifecycle has no such move from the present state."""


class DependencyDown(DomainError):
    """A database, queue or engine did not answer; trying again later may work."""


class FileRefused(DomainError):
    """A file cannot be taken in as it is."""
