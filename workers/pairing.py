"""Handlers of the three pairing topics."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from matching.pairing.service import Pairing
from matching.pairing.sides import PEOPLE, POSTS
from matching.pairing.store import ColumnStore
from workers.context import Work


@lru_cache(maxsize=4)
def pairing(directory: Path) -> Pairing:
    """The columns of this process: read once, brought up to date at each call."""
    return Pairing(ColumnStore(directory))


def _of(work: Work) -> Pairing:
    return pairing(work.services.settings.data_dir / "columns")


def pair_vacancies(work: Work) -> None:
    """Changed vacancies: their own lists, and the lists of the people they enter or leave."""
    with work.reading() as session:
        _of(work).look_ahead(session, POSTS, work.keys, work.services.clock.now())
    with work.finishing() as session:
        _of(work).pair_vacancies(session, work.keys, work.services.clock.now())


def pair_jobseekers(work: Work) -> None:
    """Changed jobseekers: their own lists, and those of the vacancies they enter or leave."""
    with work.reading() as session:
        _of(work).look_ahead(session, PEOPLE, work.keys, work.services.clock.now())
    with work.finishing() as session:
        _of(work).pair_jobseekers(session, work.keys, work.services.clock.now())


def pair_everything(work: Work) -> None:
    """After a bulk import: one pass over everybody and all vacancies, however many imports asked for it."""
    _of(work).pair_all(work.services.sessions, work.services.clock)
