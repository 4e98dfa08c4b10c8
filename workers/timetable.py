"""What happens every day without anybody asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta

import structlog

from doorbell import work
from matching.bootstrap import Services
from matching.clock import local_day
from matching.notices.file_sender import forget_files
from matching.notices.limits import forget_counters
from matching.notices.retention import ROWS, drop_parked_codes, forget_ended
from matching.outbox import lag
from matching.placements import followups
from matching.sheets.service import cancel_abandoned, forget_old
from matching.vacancies import verification
from matching.vacancies.service import expire
from workers.index import rebuild_all, repair_all

_log = structlog.get_logger("timetable")


@dataclass(frozen=True)
class Task:
    """One daily task.

    Args:
        name: stable name.
        at: local time of day from which it is due.
        run: does it; safe to run twice.
    """

    name: str
    at: time
    run: Callable[[Services], None]


def expire_vacancies(services: Services) -> None:
    """Close what was valid until yesterday (public lists leave it out from midnight by themselves)."""
    with work(services) as session:
        count = expire(session, services.clock.today(), services.clock.now())
    _log.info("vacancies_expired", count=count)


def lapse_verifications(services: Services) -> None:
    """Hold the posts of employers whose papers nobody looked at for half a year."""
    today, now = services.clock.today(), services.clock.now()
    with work(services) as session:
        count = verification.lapse(session, today=today, now=now, valid_days=services.settings.valid_days)
    _log.info("verifications_lapsed", count=count)


def forget_uploads(services: Services) -> None:
    """Delete uploaded files and rejected rows when their time is over."""
    before = services.clock.now() - timedelta(days=services.settings.retention_days)
    with work(services) as session:
        abandoned = cancel_abandoned(session, services.clock.now() - timedelta(days=7), services.clock.now())
        emptied = forget_old(session, before)
        lag.forget(session, services.clock.now())
    _log.info("uploads_forgotten", emptied=emptied, cancelled=abandoned)


def forget_messages(services: Services) -> None:
    """Forget who asked for messages and when, once no limit looks at it any more."""
    with work(services) as session:
        forgotten = forget_counters(session, services.clock.now())
        given_up = drop_parked_codes(session, services.clock.now())
    _log.info("sms_counters_forgotten", count=forgotten, codes_given_up=given_up)


def forget_notices(services: Services) -> None:
    """Erase what messages were about, and the files of the file sender, when their time is over."""
    before = services.clock.now() - timedelta(days=services.settings.notice_days)
    emptied, last = 0, ROWS
    while last == ROWS:
        with work(services) as session:
            last = forget_ended(session, before)
        emptied += last
    files = forget_files(services.settings.data_dir / "notices", local_day(before))
    _log.info("notices_forgotten", emptied=emptied, files=files)


def ask_about_interviews(services: Services) -> None:
    """Ask both sides what came of interviews that are over; in the morning, when people may be rung up."""
    with work(services) as session:
        count = followups.ask_about_interviews(session, services.clock)
    _log.info("interviews_asked", count=count)


TASKS = (
    Task("expire", time(0, 0), expire_vacancies),
    Task("lapse", time(0, 10), lapse_verifications),
    Task("rebuild", time(2, 0), rebuild_all),
    Task("verify", time(3, 0), repair_all),
    Task("forget", time(4, 0), forget_uploads),
    Task("forget_messages", time(4, 10), forget_messages),
    Task("forget_notices", time(4, 20), forget_notices),
    Task("interviews", time(9, 0), ask_about_interviews),
)
