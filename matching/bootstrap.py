"""The one place where adapters are chosen: two URLs decide, no other code asks in which mode it runs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from config.settings import Settings
from matching.clock import Clock, SystemClock
from matching.crypto import Keyring, load_keyring
from matching.db import make_engine, make_sessions

if TYPE_CHECKING:
    from matching.notices.port import Sender
    from matching.search.port import SearchEngine

#: Upper bound of one SQL statement, in milliseconds: a page gives up early, a worker may take its time.
WEB_STATEMENT_MS = 5_000
WORK_STATEMENT_MS = 300_000


@dataclass
class Services:
    """Everything a doorstep needs, made on first use and never at import.

    Args:
        settings: the process's settings.
        clock: where time comes from.
        statement_ms: upper bound of one SQL statement on PostgreSQL, in milliseconds.
    """

    settings: Settings
    clock: Clock
    statement_ms: int = WORK_STATEMENT_MS

    @cached_property
    def engine(self) -> Engine:
        """The database."""
        if not self.settings.database_url:
            self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        return make_engine(self.settings.database, statement_timeout_ms=self.statement_ms)

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        """Sessions on :attr:`engine`."""
        return make_sessions(self.engine)

    @cached_property
    def keyring(self) -> Keyring:
        """The keys; made on the first start of an embedded installation, never otherwise."""
        return load_keyring(self.settings.keys_path, create=not self.settings.database_url)

    @cached_property
    def search(self) -> SearchEngine:
        """The search engine behind its port."""
        if self.settings.embedded_search:
            from matching.search.embedded import EmbeddedEngine

            return EmbeddedEngine(self.settings.data_dir / "search")
        # Importing the client costs a third of a second and 70 MiB: only where it is used.
        from matching.search.elastic import ElasticEngine

        return ElasticEngine(
            self.settings.search_url,
            prefix=self.settings.search_prefix,
            search_seconds=self.settings.search_seconds,
        )

    @cached_property
    def sender(self) -> Sender:
        """Who carries messages."""
        if self.settings.sms_sender != "tencent":
            from matching.notices.file_sender import FileSender

            return FileSender(
                self.settings.data_dir / "notices",
                self.clock,
                signature=self.settings.sms_signature,
                console=sys.stdout if self.settings.sms_sender == "console" else None,
            )
        # The gateway's client is imported only where one is configured.
        from matching.notices.tencent_sender import TencentSender

        return TencentSender(
            url=self.settings.sms_url,
            secret_id=self.settings.sms_secret_id,
            secret_key=self.settings.sms_secret_key,
            app_id=self.settings.sms_app_id,
            signature=self.settings.sms_signature,
            templates=dict(self.settings.sms_templates),
            seconds=self.settings.sms_seconds,
        )

    def dispose(self) -> None:
        """Let go of connections, before a fork or at the end."""
        if "engine" in self.__dict__:
            self.engine.dispose()


def open_services(settings: Settings, *, clock: Clock | None = None, web: bool = False) -> Services:
    """Wire the services of one process.

    Args:
        settings: from :func:`config.load`.
        clock: default: the machine's.
        web: True for a process that answers pages: its statements are bounded tightly.
    """
    return Services(settings, clock or SystemClock(), WEB_STATEMENT_MS if web else WORK_STATEMENT_MS)
