"""PostgreSQL from Debian's packages, as a cluster of our own."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

from .place import Place
from .processes import is_quiet, until
from .words import Unavailable, last_line, say

OLDEST_POSTGRES = 15


def postgres_bin(major: str | None = None) -> Path | None:
    """The newest PostgreSQL's programs, or those of the major version that an existing cluster needs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    on_path = shutil.which("initdb")
    for initdb in [*reversed(found), *([Path(on_path).resolve()] if on_path else [])]:
        if not (initdb.parent / "pg_ctl").exists():
            continue
        version = subprocess.run([initdb, "--version"], capture_output=True, text=True).stdout.split()[2]
        here = version.split(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz")
        if here == major or (major is None and int(here) >= OLDEST_POSTGRES):
            return initdb.parent
    return None


class Postgres:
    """A cluster of our own: TCP on loopback only, one role, no superuser log-in."""

    name, label, goodbye = "postgres", "PostgreSQL", signal.SIGINT  # SIGTERM would wait for every client

    def __init__(self, place: Place, fast: bool) -> None:
        self.place, self.fast = place, fast
        known = place.state.get("postgres_home")
        self.drop = drop_privileges(Path(known) if known else None)
        self.home = Path(known or self.choose_home())
        self.cluster = self.home / "cluster"
        self.pid_file = self.cluster / "postmaster.pid"
        self.log = self.home / "server.log"

    def choose_home(self) -> Path:
        """Inside the data directory, or elsewhere where its user may not enter that (a clone in /root)."""
        reach = subprocess.run(["test", "-x", self.place.data], cwd="/", **self.drop)
        if reach.returncode == 0:
            return self.place.data / "postgres"
        home = Path("/var/lib/anye-services") / self.place.digest
        say(f"PostgreSQL's files go to {home}: its user may not enter {self.place.data}")
        return home

    def start(self, port: int) -> None:
        # A killed server's children need a moment to end. Its pid file stands in the way for as long as the
        # pid is taken, if only by the dead server that nobody has reaped.
        until(lambda: is_quiet(self.cluster), "PostgreSQL's processes of last time did not end")
        self.pid_file.unlink(missing_ok=True)
        self.ensure_cluster()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c timezone=UTC"
        options += " -c max_connections=200"
        if self.fast:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        self.run("pg_ctl", "start", "-D", str(self.cluster), "-w", "-s", "-l", str(self.log), "-o", options)

    def ensure_cluster(self) -> None:
        """Makes the cluster where there is none, as a whole or not at all."""
        password = self.place.state["password"]
        if self.cluster.exists():
            if self.place.state.pop("password_is_new", False):
                self.single_user(self.cluster, f"ALTER ROLE anye PASSWORD '{password}'\n")
            return
        new = self.home / "new"
        self.home.mkdir(parents=True, exist_ok=True)
        if self.drop:
            shutil.chown(self.home, self.drop["user"], self.drop["group"])
        shutil.rmtree(new, ignore_errors=True)
        durable = ["--no-sync"] if self.fast else []
        encoding = ["--encoding=UTF8", "--locale=C.UTF-8"]
        self.run("initdb", "-D", str(new), "-U", "postgres", "--auth=trust", *encoding, *durable)
        (new / "pg_hba.conf").write_text("host all anye 127.0.0.1/32 scram-sha-256\n")
        self.single_user(
            new, f"CREATE ROLE anye LOGIN CREATEDB PASSWORD '{password}'\nCREATE DATABASE anye OWNER anye\n"
        )
        new.rename(self.cluster)
        self.place.state.pop("password_is_new", None)

    def single_user(self, cluster: Path, sql: str) -> None:
        self.run("postgres", "--single", "-D", str(cluster), "-c", "exit_on_error=on", "postgres", sql=sql)

    def run(self, program: str, *args: str, sql: str = "") -> None:
        version = self.cluster / "PG_VERSION"
        major = version.read_text().strip() if version.exists() else None
        programs = postgres_bin(major)
        if programs is None:
            wanted = major or f"{OLDEST_POSTGRES} or later"
            raise Unavailable(f"PostgreSQL {wanted} is not installed; tools/services install gets it")
        done = subprocess.run(
            [programs / program, *args], cwd=self.home, input=sql, capture_output=True, text=True, **self.drop
        )
        if done.returncode:
            reason = last_line(done.stderr.replace("Examine the log output.", ""))
            raise Unavailable(f"PostgreSQL's {program} failed: {reason} (log: {self.log})")


def drop_privileges(home: Path | None) -> dict[str, Any]:
    """Arguments for subprocess that run PostgreSQL, which refuses root, as another user.

    That is the owner of the files if there are some: another user may have started these services before.
    """
    if os.geteuid() != 0:
        return {}
    if home and home.exists() and home.stat().st_uid != 0:
        return {"user": home.stat().st_uid, "group": home.stat().st_gid, "extra_groups": []}
    for user in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    raise Unavailable("there is neither a user postgres nor nobody to run PostgreSQL as")
