"""Taking the demo city out, in short transactions, without touching anything real.

What belongs to the demo follows from the tables themselves: rows of a demo tenant, and rows that cannot be
without one of those.  So a table that is added later is not forgotten.  The audit chain stays whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, delete, false, or_, select, tuple_
from sqlalchemy.orm import Session

from matching.accounts.models import Tenant
from matching.outbox.events import Event, JobseekerErased, VacancyErased
from matching.outbox.models import OutboxRow
from matching.outbox.service import emit_erased
from matching.schema import metadata

#: Rows deleted in one transaction; pieces of uploaded files and papers are megabytes each.
ROWS, LARGE_ROWS = 1_000, 20
LARGE = frozenset({"ledger_pieces", "ledger_chunks", "employer_papers"})
TENANT = "tenant_id"
#: Rows that have a document in the index, and what tells the index that they are gone.
ERASED: dict[str, type[Event]] = {"vacancies": VacancyErased, "jobseekers": JobseekerErased}


def demo_tenants(session: Session) -> Sequence[int]:
    """Ids of the demo's tenants."""
    return session.scalars(select(Tenant.id).where(Tenant.demo)).all()


def tables() -> list[Table]:
    """Tables that may hold rows of a tenant, in the order in which they can be emptied."""
    return [table for table in reversed(metadata().sorted_tables) if _belongs(table, [])[1]]


def remove_some(session: Session, table: Table, tenants: Sequence[int], now: datetime) -> int:
    """Delete some of the demo's rows of one table and tell the index of them.

    Returns:
        How many; 0 when none is left.
    """
    keys = list(table.primary_key)
    limit = LARGE_ROWS if table.name in LARGE else ROWS
    found = session.execute(select(*keys).where(_belongs(table, tenants)[0]).order_by(*keys).limit(limit))
    rows = [tuple(row) for row in found]
    if not rows:
        return 0
    chosen = keys[0].in_([row[0] for row in rows]) if len(keys) == 1 else tuple_(*keys).in_(rows)
    session.execute(delete(table).where(chosen))
    if table.name in ERASED:
        emit_erased(session, ERASED[table.name], [row[0] for row in rows], now)
    if table.name == "ledgers":
        # Work on an import that is gone would only be buried.
        ids = [row[0] for row in rows]
        session.execute(delete(OutboxRow).where(OutboxRow.topic.like("sheet.%"), OutboxRow.key.in_(ids)))
    return len(rows)


def _belongs(table: Table, tenants: Sequence[int]) -> tuple[ColumnElement[bool], bool]:
    """The condition for rows of these tenants, and whether a table can hold any."""
    if table.name == Tenant.__tablename__:
        return table.c.id.in_(tenants), True
    if TENANT in table.c:
        return table.c[TENANT].in_(tenants), True
    ways = []
    for column in table.c:
        for key in column.foreign_keys:
            condition, holds = _belongs(key.column.table, tenants)
            if holds and not column.nullable:
                ways.append(column.in_(select(key.column).where(and_(condition))))
    return (or_(*ways), True) if ways else (false(), False)
