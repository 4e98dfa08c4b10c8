"""Columns kept between jobs: in memory while a process lives, in a file for the next one.

Loading 50,000 people from SQL takes a second or two; a snapshot takes milliseconds, and what changed since is
read again by the time it was touched.  A minute of overlap covers transactions that were open then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from matching.clock import local_day
from matching.pairing.columns import Array, Columns, JobseekerColumns, VacancyColumns
from matching.pairing.loading import load_jobseekers, load_vacancies
from matching.pairing.weights import Weights, shipped
from matching.people.models import Jobseeker
from matching.vacancies.codes import State
from matching.vacancies.models import Vacancy

OVERLAP = timedelta(seconds=60)
#: Changed rows after which a new snapshot is written.
WORTH_SAVING = 2_000


@dataclass(frozen=True, eq=False)
class _Kept:
    table: Any
    as_of: datetime
    day: date


class ColumnStore:
    """The columns of everybody and of all open vacancies, brought up to date at each call.

    Args:
        directory: where snapshots lie; ``None``: memory only.  Empty it after restoring a backup (a snapshot
            that does not fit the database is noticed by its number of rows and sum of versions).  Rows that
            were erased since are noticed by their number, in a file as in memory.
        weights: points; a new version makes old snapshots useless.
    """

    def __init__(self, directory: Path | None = None, weights: Weights | None = None) -> None:
        self.weights = weights or shipped()
        self._directory = directory
        self._kept: dict[str, _Kept] = {}

    def people(self, session: Session, now: datetime) -> JobseekerColumns:
        """Everybody, by id."""
        day = local_day(now)
        found: JobseekerColumns = self._current(
            session,
            "people",
            JobseekerColumns,
            Jobseeker,
            now,
            lambda ids: load_jobseekers(session, day, ids=ids),
            true(),
        )
        return found

    def posts(self, session: Session, now: datetime) -> VacancyColumns:
        """All open vacancies, by id; among them may be some that have closed since, marked so."""
        day = local_day(now)

        standing = (Vacancy.state == State.OPEN) & (Vacancy.valid_until >= day)
        found: VacancyColumns = self._current(
            session,
            "posts",
            VacancyColumns,
            Vacancy,
            now,
            lambda ids: load_vacancies(session, day, self.weights, ids=ids),
            standing,
        )
        return found

    def _current(
        self,
        session: Session,
        name: str,
        kind: type[Columns],
        model: Any,
        now: datetime,
        load: Callable[[list[int] | None], Any],
        standing: ColumnElement[bool],
    ) -> Any:
        day = local_day(now)
        kept = self._kept.get(name)
        fresh = kept is None or kept.day != day
        if kept is None or kept.day != day:
            kept = self._from_file(name, kind, day)
        if kept is not None:
            changed = _changed(session, model, kept)
            table = kept.table.replaced(load(changed)) if changed else kept.table
            table = _without_erased(session, table, day, model, standing)
            if not fresh or _fits(session, table, day, model, standing):
                self._keep(name, table, now, day, save=len(changed) > WORTH_SAVING)
                return table
        table = load(None)
        self._keep(name, table, now, day, save=True)
        return table

    def _keep(self, name: str, table: Any, now: datetime, day: date, *, save: bool) -> None:
        self._kept[name] = _Kept(table, now, day)
        if save and self._directory is not None:
            self._directory.mkdir(parents=True, exist_ok=True)
            table.save(self._file(name), self._stamp(day), int(now.timestamp()))

    def _from_file(self, name: str, kind: type[Columns], day: date) -> _Kept | None:
        if self._directory is None:
            return None
        table, taken = kind.saved(self._file(name), self._stamp(day))
        return None if table is None else _Kept(table, datetime.fromtimestamp(taken, UTC), day)

    def _file(self, name: str) -> Path:
        assert self._directory is not None
        return self._directory / f"{name}.npz"

    def _stamp(self, day: date) -> str:
        # Age classes are those of a day, local medians those of the weights.
        return f"{day}/{self.weights.version}"


def _changed(session: Session, model: Any, kept: _Kept) -> list[int]:
    """Ids of rows touched since, but for those that were read at the version they have."""
    rows = session.execute(
        select(model.id, model.version).where(model.touched_at >= kept.as_of - OVERLAP)
    ).all()
    if not rows or not len(kept.table):
        return [row.id for row in rows]
    ids, versions = np.array(rows, dtype=np.int64).T
    at = np.minimum(np.searchsorted(kept.table.id, ids), len(kept.table) - 1)
    read = (kept.table.id[at] == ids) & (kept.table.version[at] == versions)
    return list(ids[~read].tolist())


def _without_erased(
    session: Session, table: Any, day: date, model: Any, standing: ColumnElement[bool]
) -> Any:
    """The table without rows that are gone: nothing says when it went, but they are too many."""
    here = _standing(table, day)
    if np.count_nonzero(here) == session.scalar(select(func.count()).select_from(model).where(standing)):
        return table
    left = np.array(session.scalars(select(model.id).where(standing)).all(), dtype=np.int64)
    return table.take(~here | np.isin(table.id, left))


def _fits(session: Session, table: Any, day: date, model: Any, standing: ColumnElement[bool]) -> bool:
    """Whether a table has as many rows and versions as the database: a restored backup shows here."""
    count, versions = session.execute(
        select(func.count(), func.sum(model.version)).select_from(model).where(standing)
    ).one()
    of_table = table.version[_standing(table, day)]
    return (len(of_table), int(np.sum(of_table, dtype=np.int64))) == (count, int(versions or 0))


def _standing(table: Any, day: date) -> Array:
    """Which rows can be matched at all: everybody, and open vacancies in date."""
    if isinstance(table, VacancyColumns):
        return np.asarray(table.open & (table.valid_until >= day.toordinal()))
    return np.ones(len(table), dtype=bool)
