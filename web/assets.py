"""Static files, served from memory under the digest of their content, and the packing of pages.

An address with the digest may be kept for a year; a new release has new addresses, so there is nothing to
clear.  Nothing is fetched from elsewhere.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, g, request, url_for
from werkzeug.exceptions import NotFound

from web.gate import opened

FOLDER = Path(__file__).parent / "static"
#: Below this a packed page is hardly smaller.
SMALLEST_PACKED = 1_000
PACKED = frozenset(
    {
        *("text/html", "text/css", "text/javascript", "application/json", "image/svg+xml"),
        *("application/xml", "application/atom+xml"),
    }
)


@dataclass(frozen=True)
class Asset:
    """One static file: its digest (hex, 12 characters), bytes as they are and packed, and type."""

    digest: str
    plain: bytes
    packed: bytes
    mimetype: str


def _read(path: Path) -> Asset:
    plain = path.read_bytes()
    mimetype = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(hashlib.sha256(plain).hexdigest()[:12], plain, gzip.compress(plain, 9, mtime=0), mimetype)


def add_assets(app: Flask) -> None:
    """Read the static files and give templates ``asset(name)``."""
    files = {path.name: _read(path) for path in sorted(FOLDER.iterdir()) if path.is_file()}

    @opened(bare=True)
    def asset(digest: str, name: str) -> Response:
        found = files.get(name)
        if found is None:
            raise NotFound
        packed = _takes_gzip() and found.mimetype in PACKED
        response = Response(found.packed if packed else found.plain, mimetype=found.mimetype)
        # While a new release replaces an old one, either may be asked for the other's file.
        current = digest == found.digest
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        return response

    @opened(bare=True)
    def favicon() -> Response:
        return asset(files["mark.svg"].digest, "mark.svg")

    app.add_url_rule("/static/<digest>/<name>", "asset", asset, methods=["GET"])
    app.add_url_rule("/favicon.ico", "favicon", favicon, methods=["GET"])
    app.add_template_global(lambda name: url_for("asset", digest=files[name].digest, name=name), name="asset")


def _takes_gzip() -> bool:
    return "gzip" in request.headers.get("Accept-Encoding", "").lower()


def pack(response: Response) -> Response:
    """Pack a page for a slow line.

    Pages of signed-in people go out as they are: packing a secret together with text that an outsider can
    choose tells the secret by its length (BREACH).
    """
    if (
        response.mimetype not in PACKED
        or response.is_streamed
        or response.direct_passthrough
        or "Content-Encoding" in response.headers
    ):
        return response
    response.headers.add("Vary", "Accept-Encoding")
    if g.get("viewer") is not None or not _takes_gzip():
        return response
    body = response.get_data()
    if len(body) >= SMALLEST_PACKED:
        response.set_data(gzip.compress(body, 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
