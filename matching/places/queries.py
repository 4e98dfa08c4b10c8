"""Resettlement sites as everybody may see them: names and points, nothing of the people."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.places.models import Settlement


@dataclass(frozen=True, slots=True)
class Site:
    """A resettlement site.

    Args:
        county: 6 digits.
        longitude, latitude: degrees of the site itself; None when only its county is known.
    """

    public_id: str
    name: str
    county: str
    longitude: float | None
    latitude: float | None


def site(session: Session, public_id: str) -> Site | None:
    """The site of this public id."""
    row = session.scalar(select(Settlement).where(Settlement.public_id == public_id))
    return _site(row) if row else None


def sites_in(session: Session, county: str) -> list[Site]:
    """The sites of one county (6 digits), by name."""
    rows = session.scalars(select(Settlement).where(Settlement.county == county).order_by(Settlement.name))
    return [_site(row) for row in rows]


def counties_with_sites(session: Session) -> list[str]:
    """Counties (6 digits) that have a site."""
    return list(session.scalars(select(Settlement.county).distinct().order_by(Settlement.county)))


def _site(row: Settlement) -> Site:
    known = row.point_exact and row.longitude is not None
    return Site(
        row.public_id,
        row.name,
        row.county,
        row.longitude if known else None,
        row.latitude if known else None,
    )
