"""Lists as workbooks: written in memory, audited with their number of rows, and only then sent."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

from flask import Response, g, send_file
from flask_babel import gettext as _

from matching.accounts import audit
from matching.sheets.cells import Cell
from matching.sheets.export import write_xlsx
from web.extensions import services, writing
from web.pages import moment

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def memory_file(name: str) -> BinaryIO:
    """A file that never touches a disk and is gone when it is closed."""
    return os.fdopen(os.memfd_create(name, 0), "w+b")


def send_workbook(file: BinaryIO, name: str) -> Response:
    """Send a written workbook as a download.

    Args:
        name: of the file, without its ending; names no person.
    """
    file.seek(0)
    response = send_file(file, mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx", max_age=0)
    response.headers["Cache-Control"] = "no-store"
    return response


def export(
    action: str,
    subject: str,
    title: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    filters: dict[str, Any] | None = None,
) -> Response:
    """Export a list: who made it and when stands in the file, how many rows in the audit.

    Args:
        action: audit action, for example ``people.exported``.
        subject: kind of the rows.
        filters: names of the filters that were set, for the audit.
    """
    now = services().clock.now()
    file = memory_file("export")
    note = _("Exported by %(name)s (%(login)s) at %(moment)s", name=g.viewer.name, login=g.viewer.login,
             moment=moment(now))  # fmt: skip
    # Written before the audit row: a long list must not hold the database's one write lock.
    count = write_xlsx(file, title, headers, rows, note)
    with writing() as session:
        audit.record(
            session, g.viewer.scope, action, subject, None, now, fields={"rows": count, **(filters or {})}
        )
    return send_workbook(file, f"{title}-{services().clock.today().isoformat()}")
