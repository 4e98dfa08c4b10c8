"""What may be in the way of a start, each said in one sentence."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import socket
from pathlib import Path
from types import TracebackType
from typing import Self

#: Room that the demo, its index and the logs need, in bytes.
LEAST_FREE = 300 * 1024**2


class Problem(Exception):
    """A start that cannot be: the sentence for the user, and the exit code.

    Args:
        sentence: what is wrong and what to do.
        code: 1 something failed, 2 wrong use, 4 something needed is missing or down.
    """

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def prepare_directory(data: Path, least: int = LEAST_FREE) -> None:
    """Make the data directory, readable by its owner only, and see that it can be written.

    Raises:
        Problem: it cannot be made or written, or the disk is (nearly) full.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data / "log").mkdir(exist_ok=True)
        probe = data / ".writable"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        raise Problem(
            f"数据目录 {data} 不能写:{error.strerror}。请检查权限和磁盘,或用 ANYE_DATA 换一个目录。"
        ) from None
    free = shutil.disk_usage(data).free
    if free < least:
        raise Problem(
            f"{data} 所在的磁盘只剩 {free // 1024**2} MB,至少要 {least // 1024**2} MB。请先腾出空间,再启动。"
        )


def check_port(host: str, port: int) -> None:
    """See that nobody listens there.

    Raises:
        Problem: the port is taken, or may not be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            says = _BIND.get(error.errno or 0, "用不了({reason})").format(reason=error.strerror)
            raise Problem(f"{host} 的端口 {port} {says}。请换一个:make run PORT={port + 1}", 2) from None


_BIND = {
    errno.EADDRINUSE: "已经有别的程序在用",
    errno.EACCES: "要管理员才能用",
    errno.EADDRNOTAVAIL: "用不了,这台机器没有这个地址",
}


class OnlyCopy:
    """The right to run on a data directory: a lock that ends with the process, however it ends."""

    def __init__(self, data: Path, address: str) -> None:
        self._path = data / "run.lock"
        self._address = address
        self._file: int | None = None

    def __enter__(self) -> Self:
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            other = os.pread(self._file, 200, 0).decode("utf-8", "replace").strip()
            os.close(self._file)
            raise Problem(
                f"同一个数据目录已经有一个在运行:{other or '正在启动'}。请先停掉它(在它的窗口按 Ctrl-C),"
                "或用 ANYE_DATA 换一个目录。",
                2,
            ) from None
        os.truncate(self._file, 0)
        os.pwrite(self._file, f"{self._address} (进程 {os.getpid()})".encode(), 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.truncate(self._file, 0)
            os.close(self._file)
