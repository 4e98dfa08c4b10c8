"""Who fits a post, as its employer may read it: why, in words about the work, and of most people a number.

A reason that the desk reads may say what somebody needs, earns, or is counted as (P1, P5); an employer reads
only what she can do, when, and roughly how far away she lives, and no points, from which the rest could be
worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts.scope import Scope
from matching.clock import local_day
from matching.pairing import scorer
from matching.pairing.loading import load_jobseekers, load_vacancies
from matching.pairing.models import VacancyMatches
from matching.pairing.packed import unpack
from matching.pairing.sides import POSTS, World, ranked
from matching.pairing.weights import Weights
from matching.pairing.words import say
from matching.placements.candidate_queries import Face, count_of_others, new_faces
from matching.placements.parties import own_vacancy

#: Code → what an employer reads; a code that does not stand here is not told.  Distances point at homes.
TOLD: dict[str, str | Callable[[dict[str, Any]], str]] = {
    "near": "住得近",
    "county": "住得不远",
    "occupation": lambda facts: say("occupation", facts),
    "taught": say("taught", {}),
    "nice_skills": say("nice_skills", {}),
    "proven": say("proven", {}),
    "destination": lambda facts: say("destination", facts),
    "hours": lambda facts: say("hours", facts),
    "start": say("start", {}),
    "ask_skills": say("ask_skills", {}),
    "ask_certificates": say("ask_certificates", {}),
    "ask_education": say("ask_education", {}),
    "ask_shifts": say("ask_shifts", {}),
    "ask_reach": say("ask_reach", {}),
}


@dataclass(frozen=True)
class Offered:
    """Somebody who agreed to be found, and why she fits."""

    face: Face
    why: tuple[str, ...]


@dataclass(frozen=True)
class Offers:
    """Who fits a vacancy and has nothing to do with it yet.

    Args:
        faces: those who agreed to be found, best first, masked.
        others: how many did not, as it may be told: a number, or 少于 5.
        as_of: when the list was made; None: not yet, a worker has to come by first.
    """

    faces: tuple[Offered, ...]
    others: str
    as_of: datetime | None


def offers(
    session: Session, scope: Scope, vacancy: str, *, weights: Weights, now: datetime, limit: int = 20
) -> Offers:
    """Who fits a vacancy of the actor's and is not in its pipeline.

    Args:
        vacancy: public id.
        weights: points.
        now: the present moment.
        limit: at most so many faces.

    Raises:
        NotFound: ``vacancy_unknown``.
    """
    target = own_vacancy(session, scope, vacancy)
    stored = session.execute(
        select(VacancyMatches.packed, VacancyMatches.computed_at).where(
            VacancyMatches.vacancy_id == target.id
        )
    ).one_or_none()
    if stored is None:
        return Offers((), count_of_others(session, scope, vacancy, []), None)
    world = _world(session, target.id, unpack(stored.packed)["id"].tolist(), weights, now)
    places, _totals = ranked(world, POSTS, 0, len(world.js))
    fitting = [int(one) for one in world.js.id[places]]
    faces = new_faces(session, scope, vacancy, fitting, limit=limit)
    told = _told(world, [face.jobseeker_id for face in faces])
    return Offers(
        tuple(Offered(face, told[face.jobseeker_id]) for face in faces),
        count_of_others(session, scope, vacancy, fitting),
        stored.computed_at,
    )


def why(
    session: Session, scope: Scope, vacancy: str, jobseeker_id: int, *, weights: Weights, now: datetime
) -> tuple[str, ...]:
    """Why somebody of a vacancy's pipeline fits it, as its employer may read it; nothing where she does not.

    Args:
        vacancy: public id of a vacancy of the actor's.
        jobseeker_id: of a candidate or a face that the caller found within the scope.

    Raises:
        NotFound: ``vacancy_unknown``.
    """
    target = own_vacancy(session, scope, vacancy)
    world = _world(session, target.id, [jobseeker_id], weights, now)
    return _told(world, [jobseeker_id]).get(jobseeker_id, ())


def _world(
    session: Session, vacancy_id: int, people: Sequence[int], weights: Weights, now: datetime
) -> World:
    day = local_day(now)
    js = load_jobseekers(session, day, ids=people)
    return World(js, load_vacancies(session, day, weights, ids=[vacancy_id]), day, weights)


def _told(world: World, people: Sequence[int]) -> dict[int, tuple[str, ...]]:
    rows = {int(one): row for row, one in enumerate(world.js.id)}
    return {
        one: tuple(
            _words(reason.code, reason.facts)
            for reason in scorer.explain(world.js, rows[one], world.vs, 0, world.today, world.weights)
            if reason.code in TOLD
        )
        for one in people
        if one in rows
    }


def _words(code: str, facts: dict[str, Any]) -> str:
    words = TOLD[code]
    return words if isinstance(words, str) else words(facts)
