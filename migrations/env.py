"""Runs the steps on the connection that ``matching.schema`` hands over.

The ``alembic`` command gives none; then it is the database of the settings.
"""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from config import load
from matching import schema
from matching.db import UtcDateTime, make_engine


def _render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    # A step is a record of the past and must not change when the type's code does.
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Any) -> None:
    context.configure(
        connection=connection,
        target_metadata=schema.metadata(),
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=_render,
        compare_server_default=True,
        # matching.db says BEGIN itself, so on SQLite too a failed step leaves nothing behind.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    settings = load()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with schema.migrating(make_engine(settings.database)) as connection:
        run(connection)
