"""The steps lead to exactly the tables that the models describe, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from matching import schema
from matching.db import make_engine
from tests.services import scratch_postgres


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.production)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'empty.db'}")
        yield engine
        engine.dispose()
        return
    with scratch_postgres() as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


def differences(engine: Engine) -> list[object]:
    options = {"compare_server_default": True, "render_as_batch": True}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, schema.metadata()))


def test_the_newest_revision_is_exactly_what_the_models_say(empty: Engine) -> None:
    assert schema.pending(empty)
    schema.upgrade(empty)
    assert not schema.pending(empty)
    assert schema.current(empty) == schema.head()
    assert differences(empty) == []


def test_the_comparison_sees_a_missing_index(empty: Engine) -> None:
    schema.upgrade(empty)
    with empty.connect().execution_options(writes=True) as connection:
        connection.execute(text("DROP INDEX ix_outbox_waiting"))
        connection.commit()
    assert differences(empty)


def test_upgrading_twice_changes_nothing(empty: Engine) -> None:
    schema.upgrade(empty)
    with empty.connect().execution_options(writes=True) as connection:
        connection.execute(
            text("INSERT INTO tenants (prefecture, name, demo) VALUES ('431200', '怀化市', false)")
        )
        connection.commit()
    schema.upgrade(empty)
    with empty.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM tenants")).scalar_one() == 1


def test_going_down_leaves_no_table(empty: Engine) -> None:
    schema.upgrade(empty)
    schema.downgrade(empty)
    assert set(inspect(empty).get_table_names()) <= {"alembic_version"}


def test_a_step_that_fails_leaves_nothing_behind(empty: Engine) -> None:
    def fail_half_way() -> None:
        with schema.migrating(empty) as connection:
            connection.execute(text("CREATE TABLE half_done (id integer)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert inspect(empty).get_table_names() == []


def test_foreign_keys_hold_again_after_a_migration(empty: Engine) -> None:
    schema.upgrade(empty)
    if empty.dialect.name == "sqlite":
        with empty.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_there_is_one_newest_revision() -> None:
    assert len(ScriptDirectory(str(schema.SCRIPTS)).get_heads()) == 1
