"""Matches as pages and commands show them.

The stored list says who; whether the pair still holds, its total and its reasons are worked out anew by the
same scorer, on those pairs only, so a page never shows a reason that is no longer true.  No search call is
needed: pages survive an engine that is down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from matching.accounts.models import Role
from matching.accounts.scope import Scope
from matching.clock import local_day
from matching.errors import NotFound
from matching.pairing import scorer
from matching.pairing.columns import Array
from matching.pairing.loading import load_jobseekers, load_vacancies
from matching.pairing.packed import unpack
from matching.pairing.scorer import near_misses_of_jobseeker, near_misses_of_vacancy
from matching.pairing.sides import PEOPLE, POSTS, Side, World, other, ranked, table
from matching.pairing.store import ColumnStore
from matching.pairing.words import say
from matching.people.models import Jobseeker
from matching.vacancies.models import Vacancy

#: Gives the ids of the other side that are worth scoring for a row: the index's answer to its hard limits.
Recall = Callable[[int], Sequence[int]]


@dataclass(frozen=True)
class ReasonShown:
    """A reason or a question: its points are part of the total."""

    code: str
    points: int
    words: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MissingShown:
    """A limit that is not met."""

    code: str
    words: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Match:
    """One entry of a list.

    Args:
        row_id: the other side's row; what a page shows of it, the page reads itself.
        id: its public id.
        ref: the sheet's number; ``None`` for people.
        title: title of a vacancy; empty for people, whose names are for their own room to mask.
    """

    row_id: int
    id: str
    ref: str | None
    title: str
    total: int
    reasons: tuple[ReasonShown, ...]


@dataclass(frozen=True)
class NearMatch:
    """A pair that fails one limit only; ``total`` is what it would have."""

    row_id: int
    id: str
    ref: str | None
    title: str
    total: int
    missing: tuple[MissingShown, ...]


@dataclass(frozen=True)
class Matches:
    """What there is for one row.

    Args:
        subject: its public id.
        scoring_version: of the points shown.
        as_of: when the stored list was made; ``None``: not yet, this one was made now.
        matches: best first.
        near_misses: best first.
    """

    subject: str
    scoring_version: str
    as_of: datetime | None
    matches: tuple[Match, ...]
    near_misses: tuple[NearMatch, ...]


def matches_for_jobseeker(
    session: Session,
    scope: Scope,
    jobseeker_id: int,
    *,
    store: ColumnStore,
    now: datetime,
    limit: int = 20,
    near_limit: int = 5,
    recall: Recall | None = None,
) -> Matches:
    """The vacancies of a person, with reasons, and what nearly fits.

    Args:
        scope: who is looking; a person outside it is not found.
        store: columns of what is open, for near misses and for a person without a stored list.
        now: the present moment.
        limit, near_limit: at most so many of each.
        recall: narrows what is scored for near misses, and what is scored where no list is stored.

    Raises:
        NotFound: ``jobseeker_unknown``.
    """
    subject = session.scalar(select(Jobseeker.public_id).where(Jobseeker.id == jobseeker_id, visible(scope)))
    if subject is None:
        raise NotFound("jobseeker_unknown")
    day = local_day(now)
    js = load_jobseekers(session, day, ids=[jobseeker_id])
    world = World(js, store.posts(session, now), day, store.weights)
    return _shown(session, PEOPLE, world, subject, limit, near_limit, recall, true())


def matches_for_vacancy(
    session: Session,
    scope: Scope,
    vacancy_id: int,
    *,
    store: ColumnStore,
    now: datetime,
    limit: int = 20,
    near_limit: int = 5,
    recall: Recall | None = None,
) -> Matches:
    """The people for a vacancy, as far as the scope sees them; see :func:`matches_for_jobseeker`.

    Raises:
        NotFound: ``vacancy_unknown``.
    """
    subject = session.scalar(select(Vacancy.public_id).where(Vacancy.id == vacancy_id))
    if subject is None:
        raise NotFound("vacancy_unknown")
    day = local_day(now)
    vs = load_vacancies(session, day, store.weights, ids=[vacancy_id])
    world = World(store.people(session, now), vs, day, store.weights)
    return _shown(session, POSTS, world, subject, limit, near_limit, recall, visible(scope))


def visible(scope: Scope) -> ColumnElement[bool]:
    """The people that an actor may see: its tenant's, its county's by the settlement; a jobseeker's own."""
    if scope.role is Role.JOBSEEKER:
        return Jobseeker.id.in_(scope.member_ids)
    if not scope.sees_people:
        return Jobseeker.id.is_(None)
    seen = true() if scope.tenant_id is None else Jobseeker.tenant_id == scope.tenant_id
    return seen if scope.county is None else seen & (Jobseeker.county == scope.county)


def _shown(
    session: Session,
    side: Side,
    world: World,
    subject: str,
    limit: int,
    near_limit: int,
    recall: Recall | None,
    seen: ColumnElement[bool],
) -> Matches:
    """Matches of the only row of ``side`` in the world."""
    lists = side.lists
    row_id = int(table(world, side).id[0])
    stored = session.execute(
        select(lists.packed, lists.computed_at).where(side.owner == row_id)
    ).one_or_none()
    candidates = _candidates(session, side, world, row_id, recall, seen)
    listed = candidates if stored is None else _only(side, candidates, unpack(stored.packed)["id"])
    places, totals = ranked(listed, side, 0, limit)
    near = _near(side, candidates, near_limit)
    across = table(listed, other(side))
    named = _names(session, side, [*across.id[places].tolist(), *(miss[0] for miss in near)])
    found = [
        (int(across.id[place]), int(total), int(place)) for place, total in zip(places, totals, strict=True)
    ]
    return Matches(
        subject,
        world.weights.version,
        stored.computed_at if stored else None,
        tuple(
            Match(row, *named[row], total, _reasons(side, listed, place))
            for row, total, place in found
            if row in named
        ),
        tuple(NearMatch(row, *named[row], total, missing) for row, total, missing in near if row in named),
    )


def _candidates(
    session: Session, side: Side, world: World, row_id: int, recall: Recall | None, seen: ColumnElement[bool]
) -> World:
    """The world with only those of the other side that may be shown, and that the index names."""
    across = table(world, other(side))
    keep = np.ones(len(across), dtype=bool)
    if recall is not None:
        keep &= np.isin(across.id, np.array(list(recall(row_id)), dtype=np.int64))
    if side is POSTS:
        keep &= np.isin(
            across.id, np.array(session.scalars(select(Jobseeker.id).where(seen)).all(), dtype=np.int64)
        )
    return _with_across(side, world, across.take(keep))


def _only(side: Side, world: World, ids: Array) -> World:
    across = table(world, other(side))
    return _with_across(side, world, across.take(across.places(np.sort(ids))))


def _with_across(side: Side, world: World, across: Any) -> World:
    js, vs = (world.js, across) if side is PEOPLE else (across, world.vs)
    return World(js, vs, world.day, world.weights)


def _reasons(side: Side, world: World, place: int) -> tuple[ReasonShown, ...]:
    j, v = (0, place) if side is PEOPLE else (place, 0)
    found = scorer.explain(world.js, j, world.vs, v, world.today, world.weights)
    return tuple(ReasonShown(r.code, r.points, say(r.code, r.facts), r.facts) for r in found)


def _near(side: Side, world: World, limit: int) -> list[tuple[int, int, tuple[MissingShown, ...]]]:
    if not limit:
        return []
    args = (world.today, world.weights, limit)
    if side is PEOPLE:
        found = near_misses_of_jobseeker(world.js, 0, world.vs, *args)
    else:
        found = near_misses_of_vacancy(world.js, world.vs, 0, *args)
    ids = table(world, other(side)).id
    return [
        (
            int(ids[n.row]),
            n.total,
            tuple(MissingShown(m.code, say(m.code, m.facts), m.facts) for m in n.missing),
        )
        for n in found
    ]


def _names(session: Session, side: Side, ids: list[int]) -> dict[int, tuple[str, str | None, str]]:
    """Public id, ref and title of rows of the other side; rows that are gone are left out."""
    if side is PEOPLE:
        posts = select(Vacancy.id, Vacancy.public_id, Vacancy.ref, Vacancy.title).where(Vacancy.id.in_(ids))
        return {row: (public_id, ref, title) for row, public_id, ref, title in session.execute(posts)}
    people = select(Jobseeker.id, Jobseeker.public_id).where(Jobseeker.id.in_(ids))
    return {row: (public_id, None, "") for row, public_id in session.execute(people)}
