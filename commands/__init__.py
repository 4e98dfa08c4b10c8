"""The doorstep for a terminal: ``flask …``, on the same use cases as pages and workers."""

from __future__ import annotations

from flask import Flask

from commands import finding, frame, imports, installation, keeping, people, sheets, upkeep

COMMANDS = (
    imports.import_settlements,
    imports.import_ledger,
    imports.import_vacancies,
    imports.import_take_back,
    finding.search,
    finding.match,
    finding.coded,
    upkeep.rebuild_index,
    upkeep.verify_index,
    upkeep.outbox,
    keeping.backup,
    keeping.restore,
    sheets.template,
    sheets.demo,
    sheets.demo_remove,
    people.organisation,
    people.user,
    installation.migrate,
    installation.config,
    installation.audit,
)


def register(app: Flask) -> None:
    """Give an application its commands."""
    frame.attach(app)
    for command in COMMANDS:
        app.cli.add_command(command)
