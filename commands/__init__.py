"""The doorstep for a terminal: ``flask …``, on the same use cases as pages and workers."""

from __future__ import annotations

from flask import Flask

from commands import frame, imports, installation, people

COMMANDS = (
    imports.import_settlements,
    imports.import_ledger,
    imports.import_vacancies,
    imports.import_take_back,
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
