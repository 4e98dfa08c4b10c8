"""Passwords: argon2id, 8 characters or more, no composition rules, common ones refused (ASVS 6.2)."""

from __future__ import annotations

import secrets
from functools import cache
from importlib import resources

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from matching.errors import DomainError

SHORTEST = 8
LONGEST = 128
_HASHER = PasswordHasher()
#: Verified against when a login is unknown, so that both answers take the same time.  It is the hash of a
#: random value that nobody kept; making one anew at every start would cost half a second.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$4wkKGMstV+mJWQ8zz7BKaA$T4IvkS+QvGmoi+qGhd9WfWevlcxT63j9m0EXDcT+vYY"
#: Without look-alikes, for passwords that are read from paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@cache
def _common() -> frozenset[str]:
    text = resources.files("matching.accounts").joinpath("data/common_passwords.txt").read_text("utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def hash_password(password: str) -> str:
    """Hash a new password.

    Raises:
        DomainError: ``password_short``, ``password_long`` or ``password_common``.
    """
    if len(password) < SHORTEST:
        raise DomainError("password_short", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise DomainError("password_long", longest=LONGEST)
    if password.lower() in _common() or len(set(password)) < 3:
        raise DomainError("password_common")
    return _HASHER.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password fits; an unknown login takes just as long."""
    try:
        return _HASHER.verify(stored or _NOBODY, password[:LONGEST]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def random_password() -> str:
    """A first password: 12 characters, about 59 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(12))
