"""Sealing personal facts, and looking them up without opening them.

Sealed values are AES-256-GCM with the id of their key in front, so keys can be changed one row at a time.
A blind index is a keyed digest: equal input gives equal output, and without the key nothing can be
searched for.  Both follow PIPL article 51 (encryption and de-identification).
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from matching.errors import DomainError

NONCE = 12
KEY_ID = 4
DIGEST = 16


class KeyMissing(DomainError):
    """A sealed value names a key that is not in the key file, or does not open with it."""


@dataclass(frozen=True)
class Keyring:
    """All keys of one installation.

    Args:
        current: id (4 characters) of the key that seals new values.
        keys: key id → 32 bytes.
        index_key: 32 bytes for blind indexes; it never changes, or nothing would be found again.
        secret_key: 32 bytes for cookies and signed tokens.
    """

    current: str
    keys: dict[str, bytes]
    index_key: bytes
    secret_key: bytes
    _ciphers: dict[str, AESGCM] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ciphers", {name: AESGCM(key) for name, key in self.keys.items()})

    def seal(self, plain: bytes, about: str = "") -> bytes:
        """Encrypt; ``about`` binds the value to its place, so it cannot be moved to another column."""
        nonce = os.urandom(NONCE)
        return (
            self.current.encode() + nonce + self._ciphers[self.current].encrypt(nonce, plain, about.encode())
        )

    def open(self, sealed: bytes, about: str = "") -> bytes:
        """Decrypt what :meth:`seal` made.

        Raises:
            KeyMissing: the key is not here, or the value was changed or moved.
        """
        key_id = sealed[:KEY_ID].decode("ascii", "replace")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise KeyMissing("key_missing", key=key_id)
        nonce, body = sealed[KEY_ID : KEY_ID + NONCE], sealed[KEY_ID + NONCE :]
        try:
            return cipher.decrypt(nonce, body, about.encode())
        except InvalidTag as error:
            raise KeyMissing("sealed_value_damaged", key=key_id) from error

    def seal_facts(self, facts: dict[str, Any], about: str = "") -> bytes:
        """Encrypt a small record of facts in one piece."""
        return self.seal(json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode(), about)

    def open_facts(self, sealed: bytes | None, about: str = "") -> dict[str, Any]:
        """The record that :meth:`seal_facts` made; nothing sealed is an empty record."""
        if not sealed:
            return {}
        facts: dict[str, Any] = json.loads(self.open(sealed, about))
        return facts

    def blind(self, value: str, about: str) -> str:
        """Keyed digest of a value (hex, 32 characters), for exact search in the column ``about``."""
        return hmac.digest(self.index_key, f"{about}\0{value}".encode(), "sha256")[:DIGEST].hex()


def make_keyring() -> Keyring:
    """New random keys."""
    return Keyring("k001", {"k001": os.urandom(32)}, os.urandom(32), os.urandom(32))


def load_keyring(path: Path, *, create: bool) -> Keyring:
    """Read the key file.

    Args:
        path: JSON file, mode 0600.
        create: make one when there is none (embedded mode, first start).

    Raises:
        DomainError: ``key_file_missing``, ``key_file_readable_by_others`` or ``key_file_damaged``.
    """
    if not path.exists():
        if not create:
            raise DomainError("key_file_missing", path=str(path))
        _write_keyring(path, make_keyring())
    if path.stat().st_mode & 0o077:
        raise DomainError("key_file_readable_by_others", path=str(path))
    try:
        raw = json.loads(path.read_text())
        keys = {name: base64.b64decode(value) for name, value in raw["keys"].items()}
        return Keyring(
            raw["current"], keys, base64.b64decode(raw["index_key"]), base64.b64decode(raw["secret_key"])
        )
    except (ValueError, KeyError) as error:
        raise DomainError("key_file_damaged", path=str(path)) from error


def _write_keyring(path: Path, ring: Keyring) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(
        {
            "current": ring.current,
            "keys": {name: base64.b64encode(key).decode() for name, key in ring.keys.items()},
            "index_key": base64.b64encode(ring.index_key).decode(),
            "secret_key": base64.b64encode(ring.secret_key).decode(),
        },
        indent=1,
    )
    # Two processes may start at once: the first link wins, the other reads it.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
