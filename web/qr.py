"""An address as a picture that a telephone can scan."""

from __future__ import annotations

from typing import Any

import segno
from flask import url_for
from markupsafe import Markup

from web.extensions import services

#: Width of one module of the picture, in pixels.
MODULE = 6


def public_address(endpoint: str, **values: Any) -> str:
    """An address that a telephone can open: under the public one, else under the one just used."""
    base = services().settings.public_url.rstrip("/")
    return base + url_for(endpoint, **values) if base else url_for(endpoint, _external=True, **values)


def qr(address: str) -> Markup:
    """A picture of an address, drawn in the page itself."""
    made = segno.make(address, error="m", micro=False)
    drawn = made.svg_inline(scale=MODULE, border=4, omitsize=False, svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704 - made here, of lines and numbers
