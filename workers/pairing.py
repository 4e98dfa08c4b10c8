"""Handlers of the three pairing topics."""

from __future__ import annotations

from workers.context import Work


def pair_vacancies(work: Work) -> None:
    """Changed vacancies: their own lists, and the lists of the people they enter or leave."""


def pair_jobseekers(work: Work) -> None:
    """Changed jobseekers: their own lists, and those of the vacancies they enter or leave."""


def pair_everything(work: Work) -> None:
    """After a bulk import: one pass over a tenant's people and all vacancies."""
