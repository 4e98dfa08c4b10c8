"""What every answer carries so that a browser helps to protect its user (ASVS 5.0, chapter 3)."""

from __future__ import annotations

import secrets
import socket
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import host_is_trusted

from config.settings import Settings
from matching.crypto import Keyring

YEAR = 31_536_000
MEGABYTE = 1024 * 1024
OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def configured(settings: Settings, keyring: Keyring) -> dict[str, Any]:
    """Flask's configuration, hardened (S2: its defaults have no size limit, insecure cookies, 31 days)."""
    return {
        "SECRET_KEY": keyring.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "MAX_CONTENT_LENGTH": (settings.upload_megabytes + 1) * MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": MEGABYTE // 2,
        "MAX_FORM_PARTS": 300,
        "SESSION_COOKIE_NAME": "__Host-anye_form" if settings.https else "anye_form",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "PREFERRED_URL_SCHEME": "https" if settings.https else "http",
        # A form's token lasts as long as the browser's session: a page left open over lunch still works.
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": settings.https,
        "BABEL_DEFAULT_LOCALE": "zh_Hans",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
    }


def trust_proxies(app: Flask, settings: Settings) -> None:
    """Believe forwarded addresses from exactly the configured number of proxies, by default from none."""
    hops = settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def is_known_host(host: str, settings: Settings) -> bool:
    """Whether pages answer to this name; another one is a trick, or a proxy that is set up wrong.

    Where no name was set, addresses in digits pass too: nobody can be led to them by a name of his own.

    Args:
        host: ``Host`` header, with or without a port.
        settings: with the names.
    """
    if not host_is_trusted(host):  # not even the characters of one
        return False
    name = urlsplit(f"//{host}").hostname or ""
    if name in OWN_NAMES:
        return True
    known = settings.known_hosts
    if not known:
        return _in_digits(name) or name == socket.gethostname().lower()
    return any(name == one.removeprefix(".") or (one[0] == "." and name.endswith(one)) for one in known)


def _in_digits(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def csp_nonce() -> str:
    """The nonce of this answer, for the few small scripts that improve a page."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _policy() -> str:
    script = f"'self' 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else "'self'"
    return (
        f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data:; font-src 'none'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )


def add_headers(response: Response, *, https: bool) -> Response:
    """Set the headers; a view that set one itself keeps it."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
    if https:
        headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains")
    headers.setdefault("Cache-Control", _caching())
    if "request_id" in g:
        headers["X-Request-Id"] = g.request_id
    return response


def _caching() -> str:
    # What a signed-in person saw may name people: it must not come back from the cache of a shared computer.
    closed = g.get("viewer") is not None or request.method not in ("GET", "HEAD")
    return "no-store" if closed else "private, no-cache"
