"""Generations of an index as directories, and the link that says which one serves.

``<root>/<collection>/<generation>/`` holds one tantivy index; ``current`` is a symbolic link to the one that
serves, ``previous`` to the one before it.  A link is replaced by renaming a new one over it, which is atomic.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from tantivy import Index

from matching.search.documents import Collection
from matching.search.embedded_schema import schema_of
from matching.search.port import RebuildFailed, SearchUnavailable

CURRENT, PREVIOUS = "current", "previous"


class Store:
    """The directories of one collection."""

    def __init__(self, root: Path, collection: Collection) -> None:
        self.root = root / collection.value
        self.collection = collection
        self._seen = str(self.root / CURRENT / "meta.json")

    def prepare(self) -> None:
        """Make an empty first generation if nothing serves yet; of two processes at once one wins."""
        if (self.root / CURRENT).exists():
            return
        with contextlib.suppress(FileNotFoundError):
            (self.root / CURRENT).unlink()
        name = self.create()
        try:
            os.symlink(name, self.root / CURRENT)
        except FileExistsError:
            shutil.rmtree(self.root / name)

    def create(self) -> str:
        """A new empty generation; nobody sees it yet."""
        name = f"g{time.time_ns():020d}-{secrets.token_hex(3)}"
        path = self.root / name
        path.mkdir(parents=True)
        Index(schema_of(self.collection), str(path))
        return name

    def open(self, name: str) -> Index:
        """Open a generation; readers of it see commits only when they reload.

        Raises:
            SearchUnavailable: ``search_down`` if it is not there or not readable.
        """
        try:
            index = Index.open(str(self.root / name))
        except (ValueError, OSError) as error:
            raise SearchUnavailable("search_down") from error
        index.config_reader("manual", 0)
        return index

    def serving(self) -> str:
        """Name of the generation that serves.

        Raises:
            SearchUnavailable: ``search_down`` if none does.
        """
        try:
            return os.readlink(self.root / CURRENT)
        except OSError as error:
            raise SearchUnavailable("search_down") from error

    def signature(self) -> tuple[int, int]:
        """Changes with every commit and with every swap; costs one ``stat``."""
        try:
            seen = os.stat(self._seen)
        except OSError as error:
            raise SearchUnavailable("search_down") from error
        return seen.st_ino, seen.st_mtime_ns

    def publish(self, name: str) -> None:
        """Serve ``name``; what served becomes the previous one, the one before that is deleted."""
        old = self.serving()
        self._link(PREVIOUS, old)
        self._link(CURRENT, name)
        self.sweep()

    def roll_back(self) -> str:
        """Exchange current and previous."""
        now = self.serving()
        try:
            before = os.readlink(self.root / PREVIOUS)
        except OSError:
            raise RebuildFailed("no_previous_index") from None
        self._link(CURRENT, before)
        self._link(PREVIOUS, now)
        return before

    def sweep(self, keep: str = "") -> None:
        """Delete every generation that neither serves nor served last."""
        kept = {*self.names(), keep}
        for path in self.root.glob("g*-*"):
            if path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)

    def names(self) -> list[str]:
        """The generation that serves, then the previous one if there is one."""
        found = [self.serving()]
        with contextlib.suppress(OSError):
            previous = os.readlink(self.root / PREVIOUS)
            if (self.root / previous).is_dir():
                found.append(previous)
        return found

    def everything(self) -> list[str]:
        """All generations on disk, the one that serves first."""
        serving = self.serving()
        others = sorted(path.name for path in self.root.glob("g*-*") if path.name != serving)
        return [serving, *others]

    @contextlib.contextmanager
    def rebuild_lock(self) -> Iterator[None]:
        """Held by the one rebuild of this collection; the kernel frees it when its holder dies."""
        with open(self.root / "rebuild.lock", "w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise SearchUnavailable("rebuild_running") from error
            yield

    def _link(self, name: str, target: str) -> None:
        fresh = self.root / f".{name}-{secrets.token_hex(4)}"
        os.symlink(target, fresh)
        os.replace(fresh, self.root / name)
