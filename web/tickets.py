"""Where to go next, as a signed ticket: an endpoint with its values, never an address.

``redirect('/\\t/evil.example')`` passes the usual checks on addresses and leaves the site (S1), so no address
that came in is ever sent out: the ticket is opened, and the address made anew by ``url_for``.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, request, url_for
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError

#: Hours during which a ticket may be used: a sign-in page left open over a working day still leads back.
VALID_SECONDS = 12 * 3600
LONGEST = 2000


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="next")


def make_ticket() -> str | None:
    """A ticket for the page that is being asked for; None when nothing can be read there."""
    values = readable()
    if values is None:
        return None
    # Names with an underscore steer url_for itself (_external, _scheme, _anchor).
    query = {name: texts for name, texts in request.args.to_dict(flat=False).items() if name[:1] != "_"}
    ticket = str(_signer().dumps([values[0], values[1], query]))
    return ticket if len(ticket) <= LONGEST else str(_signer().dumps([values[0], values[1], {}]))


def readable() -> tuple[str, dict[str, Any]] | None:
    """Endpoint and values of this address if a GET answers there; else None."""
    if request.method in ("GET", "HEAD") and request.endpoint:
        return request.endpoint, dict(request.view_args or {})
    try:
        adapter = current_app.create_url_adapter(request)
        if adapter is None:
            return None
        endpoint, values = adapter.match(method="GET")
    except HTTPException:
        return None
    return endpoint, dict(values)


def open_ticket(ticket: str | None, otherwise: str) -> str:
    """The address on this site that a ticket stands for.

    Args:
        ticket: what came in; anything that this site did not sign counts as none.
        otherwise: endpoint to go to then.
    """
    try:
        endpoint, values, query = _signer().loads(ticket or "", max_age=VALID_SECONDS)
        return url_for(endpoint, **{**query, **values})
    except (BadData, BuildError, ValueError, TypeError):
        return url_for(otherwise)
