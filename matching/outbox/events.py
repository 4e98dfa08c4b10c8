"""Every event as a frozen record of ids, and the table that says which topics hear of it.

An event never carries values: a handler looks at the row again, so order, repeats and delays do not matter.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    """Something happened to the row with this id."""

    id: int


class VacancyChanged(Event):
    """A vacancy was posted, corrected, paused, closed or has expired."""


class VacancyImported(Event):
    """A sheet touched this vacancy; one pass over everything follows, so it is not paired alone."""


class VacancyErased(Event):
    """A vacancy's row is gone and its document has to go."""


class JobseekerChanged(Event):
    """A jobseeker's facts, wishes or work changed."""


class JobseekerImported(Event):
    """A ledger touched this jobseeker; one pass over everything follows."""


class JobseekerErased(Event):
    """A jobseeker's row is gone and the document has to go."""


class JobseekerMerged(Event):
    """A jobseeker's row went into another one: the document has to go, and the place on every list."""


class LedgerReceived(Event):
    """An uploaded sheet is stored and waits to be read."""


class LedgerConfirmed(Event):
    """A sheet may be applied: its next chunk is due."""


class LedgerFinished(Event):
    """A tenant's people or vacancies changed in bulk; the id is the tenant's."""


class NoticeDue(Event):
    """A notice may have to be sent, or looked after."""


class ApplicationMoved(Event):
    """An application began, moved or ended."""


class InterviewAsked(Event):
    """The day of an application's interview is over and both sides are asked what came of it."""


#: event → topics.  Each topic gets its own row, so each side retries alone.
EVENTS: dict[type[Event], tuple[str, ...]] = {
    VacancyChanged: ("search.vacancy", "pair.vacancy"),
    VacancyImported: ("search.vacancy",),
    VacancyErased: ("search.vacancy",),
    JobseekerChanged: ("search.jobseeker", "pair.jobseeker"),
    JobseekerImported: ("search.jobseeker",),
    JobseekerErased: ("search.jobseeker",),
    JobseekerMerged: ("search.jobseeker", "pair.jobseeker"),
    LedgerReceived: ("sheet.read",),
    LedgerConfirmed: ("sheet.apply",),
    LedgerFinished: ("pair.all",),
    NoticeDue: ("notice.send",),
    ApplicationMoved: ("notice.application",),
    InterviewAsked: ("notice.application",),
}

#: topic → the RQ queue whose workers drain it.
QUEUES: dict[str, str] = {
    "search.vacancy": "fast",
    "search.jobseeker": "fast",
    "notice.application": "fast",
    "pair.vacancy": "pair",
    "pair.jobseeker": "pair",
    "pair.all": "bulk",
    "sheet.read": "bulk",
    "sheet.apply": "bulk",
    "notice.send": "fast",
}

TOPICS = tuple(QUEUES)
