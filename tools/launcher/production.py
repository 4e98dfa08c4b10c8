"""The three services of ``MODE=production`` on this machine, where the settings name no others."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tools.launcher.checks import Problem

URLS = ("ANYE_DATABASE_URL", "ANYE_REDIS_URL", "ANYE_SEARCH_URL")


class OwnServices:
    """The three services of this machine; those that ran before are left running at the end."""

    def __init__(self, root: Path) -> None:
        self._tool = root / "tools" / "services"
        self._env = root / "var" / "services" / "services.env"
        self._root = root
        self._started = False

    def urls(self) -> dict[str, str]:
        """Start what does not run, and give the three addresses.

        Raises:
            Problem: something is missing; the tool has said what and how to get it.
        """
        before = self._run("status", quiet=True) == 0
        if self._run("start"):
            raise Problem(
                "生产模式需要的服务没有启动,原因见上。可以先运行 tools/services install,"
                f"或用 {'、'.join(URLS)} 指向已有的服务。",
                4,
            )
        self._started = not before
        lines = self._env.read_text("utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def end(self) -> None:
        """Stop what :meth:`urls` started."""
        if self._started:
            self._run("stop", quiet=True)

    def _run(self, verb: str, *, quiet: bool = False) -> int:
        sink = subprocess.DEVNULL if quiet else None
        # A session of its own: Ctrl-C while it starts or stops a database must not break that off.
        return subprocess.run(
            [self._tool, verb], cwd=self._root, stdout=sink, stderr=sink, start_new_session=True
        ).returncode
