"""Form tokens: the same form sent twice makes the same thing once.

A token is a fresh public id, signed, so that it can be given to the row that the form makes: a second sending
finds that row.
"""

from __future__ import annotations

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from matching.db import new_public_id
from matching.errors import DomainError

#: A form may lie open for a working day.
VALID_SECONDS = 12 * 3600


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="form")


def make_token() -> str:
    """A token for one showing of one form."""
    return str(_signer().dumps(new_public_id()))


def open_token(token: str | None) -> str:
    """The public id in a token.

    Raises:
        DomainError: ``form_token_old``: not ours, or too old.
    """
    try:
        return str(_signer().loads(token or "", max_age=VALID_SECONDS))
    except BadData:
        raise DomainError("form_token_old") from None
