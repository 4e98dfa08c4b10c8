"""The three services as processes of this machine: Debian's packages and tools/elasticsearch."""

import shutil
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .answers import ANSWERS, redis_answers
from .place import Place
from .postgres import Postgres
from .processes import end, free_port, is_free, pid_in, until
from .words import Unavailable, last_line, say

LAUNCHER = Path(__file__).resolve().parent.parent / "elasticsearch" / "start"


def redis_program() -> str | None:
    return shutil.which("valkey-server") or shutil.which("redis-server")


class Redis:
    """Work waiting in the queue is never evicted and survives a restart."""

    name, label, goodbye = "redis", "Redis", signal.SIGTERM

    def __init__(self, place: Place, fast: bool) -> None:
        self.home = place.data / "redis"
        self.pid_file = self.home / "pid"
        self.log = self.home / "server.log"

    def start(self, port: int) -> None:
        program = redis_program()
        if program is None:
            raise Unavailable("Redis is not installed; tools/services install gets it")
        self.home.mkdir(exist_ok=True)
        settings = f"--port {port} --bind 127.0.0.1 --appendonly yes --maxmemory-policy noeviction"
        with self.log.open("ab") as log:
            server = subprocess.Popen(
                [program, *settings.split(), "--dir", self.home],
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.pid_file.write_text(f"{server.pid}\n")
        until(lambda: server.poll() is not None or redis_answers(port), "Redis did not answer")
        if server.poll() is not None:
            raise Unavailable(f"Redis did not start: {last_line(self.log.read_text())} (log: {self.log})")


class Search:
    """The real server without Docker, by tools/elasticsearch."""

    name, label, goodbye = "search", "Elasticsearch", signal.SIGTERM

    def __init__(self, place: Place, fast: bool) -> None:
        self.home = place.data / "elasticsearch"
        self.pid_file = self.home / "pid"
        self.log = self.home / "server.log"

    def start(self, port: int) -> None:
        done = subprocess.run([LAUNCHER, "-d", str(port), self.home], capture_output=True, text=True)
        if done.returncode:
            raise Unavailable(last_line(done.stderr))


Service = Postgres | Redis | Search


class Local:
    """Debian's packages and our own Elasticsearch launcher."""

    def __init__(self, place: Place, fast: bool = False) -> None:
        self.place = place
        self.services: list[Service] = [kind(place, fast) for kind in (Postgres, Redis, Search)]
        place.state["postgres_home"] = str(self.services[0].home)

    def start(self) -> list[str]:
        """Starts what does not run, all at once; returns one sentence per failure."""
        with ThreadPoolExecutor(len(self.services)) as pool:
            return [failure for failure in pool.map(self.start_one, self.services) if failure]

    def start_one(self, service: Service) -> str | None:
        port = self.place.ports.get(service.name)
        pid = pid_in(service.pid_file)
        if pid and port and ANSWERS[service.name](port):
            say(f"{service.label} already runs on port {port}")
            return None
        try:
            if pid:
                say(f"{service.label} runs but does not answer: starting it again")
                end(pid, service.goodbye)
            self.start_on_free_port(service)
        except (Unavailable, OSError) as error:
            return str(error)
        return None

    def start_on_free_port(self, service: Service) -> None:
        port = self.place.port_for(service.name)
        say(f"{service.label} starts on port {port} …")
        try:
            service.start(port)
        except Unavailable:
            if is_free(port):
                raise
            port = free_port()
            say(f"{service.label}: another program was quicker, port {port} instead …")
            service.start(port)
        self.place.ports[service.name] = port
        until(lambda: ANSWERS[service.name](port), f"{service.label} did not answer")
        say(f"{service.label} is ready")

    def stop(self) -> None:
        with ThreadPoolExecutor(len(self.services)) as pool:
            list(pool.map(self.stop_one, self.services))

    def stop_one(self, service: Service) -> None:
        pid = pid_in(service.pid_file)
        if pid:
            end(pid, service.goodbye)
            say(f"{service.label} stopped")
        service.pid_file.unlink(missing_ok=True)
