"""topic → what to do about it.  A handler looks at the rows again; nothing comes with the message but ids."""

from __future__ import annotations

from doorbell import ring
from matching.imports import ROOMS
from matching.placements.telling import tell_of_applications
from matching.search import rows
from matching.search.documents import Collection
from matching.sheets import service as sheets
from matching.sheets.intake import read
from matching.sheets.limits import Limits
from workers.context import Handler, Work
from workers.notices import send_notices
from workers.pairing import pair_everything, pair_jobseekers, pair_vacancies


class DocumentRefused(Exception):
    """The engine or the document's own shape refused it: no retry will mend that."""


def index(collection: Collection) -> Handler:
    """Handler that brings the documents of a batch into step with their rows."""

    def handle(work: Work) -> None:
        with work.reading() as session:
            upserts, erasures = rows.documents(session, collection, work.keys)
        report = work.services.search.apply(collection, upserts, erasures)
        # A stale version is no failure: somebody wrote a newer one.  A refused document fails its batch, so
        # that it is tried alone and buried with its reason while the others go through.
        if report.failures:
            raise DocumentRefused(report.failures[0].reason)

    return handle


def read_sheet(work: Work) -> None:
    """Read an uploaded file into checked chunks and make its preview."""
    services = work.services
    settings = services.settings
    limits = Limits(file_bytes=settings.upload_megabytes * 1024**2, rows=settings.upload_rows)
    for ledger_id in work.keys:
        read(services.sessions, services.keyring, services.clock, ROOMS, ledger_id, limits, work.beat)
    # A sheet that needs no confirmation asks for its first chunk in a transaction of its own.
    ring(services, ["sheet.apply"])


def apply_sheet(work: Work) -> None:
    """Apply the next chunk of a confirmed sheet: one message, one chunk, one transaction."""
    services = work.services
    (ledger_id,) = work.keys
    with work.finishing() as session:
        sheets.apply_next(session, services.keyring, services.clock, ROOMS, ledger_id)


def note_applications(work: Work) -> None:
    """Show on both sides' pages what is new about their applications, and send word of what cannot wait."""
    with work.finishing() as session:
        tell_of_applications(session, work.keys, work.services.clock.now())


HANDLERS: dict[str, Handler] = {
    "search.vacancy": index(Collection.VACANCIES),
    "search.jobseeker": index(Collection.JOBSEEKERS),
    "pair.vacancy": pair_vacancies,
    "pair.jobseeker": pair_jobseekers,
    "pair.all": pair_everything,
    "notice.application": note_applications,
    "sheet.read": read_sheet,
    "sheet.apply": apply_sheet,
    "notice.send": send_notices,
}

#: Rows claimed at once (1 where nothing is said).
BATCH = {
    "search.vacancy": 500,
    "search.jobseeker": 500,
    "pair.vacancy": 50,
    "pair.jobseeker": 200,
    "pair.all": 20,
    "notice.application": 100,
}

#: Topics that write the index: the embedded engine has one writer.
EXCLUSIVE = frozenset({"search.vacancy", "search.jobseeker"})
