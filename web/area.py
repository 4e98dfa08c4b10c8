"""The area that the desk's pages are about: all that the viewer may see, or one county of it.

The choice stands in a cookie and only ever narrows: a county outside the scope is passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from flask import Response, request
from sqlalchemy.orm import Session

from matching.accounts.models import Tenant
from matching.accounts.scope import Scope
from matching.places import regions
from web.extensions import services

COOKIE = "anye_area"


@dataclass(frozen=True)
class Area:
    """Where the viewer looks.

    Args:
        name: in full, 湖南省怀化市中方县; None where the viewer belongs to no prefecture.
        chosen: six digits of the county that was chosen.
        counties: to choose from, code and name; none where the scope is one county anyway.
    """

    name: str | None
    chosen: str | None = None
    counties: tuple[tuple[str, str], ...] = ()


def narrowed(session: Session, scope: Scope) -> tuple[Scope, Area]:
    """The scope as the visitor narrowed it, and its name."""
    if scope.county is not None:
        return scope, Area(regions.full_name(scope.county))
    tenant = session.get(Tenant, scope.tenant_id) if scope.tenant_id is not None else None
    if tenant is None:
        return scope, Area(None)
    whole, counties = regions.full_name(tenant.prefecture), _counties(tenant.prefecture)
    asked = request.cookies.get(COOKIE)
    if asked not in dict(counties):
        return scope, Area(whole, None, counties)
    return replace(scope, county=asked), Area(regions.full_name(asked), asked, counties)


def _counties(prefecture: str) -> tuple[tuple[str, str], ...]:
    below = regions.children(prefecture)
    return tuple((region.code, region.name) for region in below if region.name not in regions.ARTIFICIAL)


def remember(response: Response, county: str) -> None:
    """Keep the choice until the browser is closed; anything that is no county is the whole area."""
    if not re.fullmatch("[0-9]{6}", county):
        response.delete_cookie(COOKIE)
        return
    response.set_cookie(COOKIE, county, httponly=True, secure=services().settings.https, samesite="Lax")
