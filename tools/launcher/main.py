"""``make run``: from nothing to an address, and back to nothing."""

from __future__ import annotations

import argparse
import os
import sys
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from alembic.util.exc import CommandError
from sqlalchemy.exc import SQLAlchemyError

from config import Settings, SettingsError, load
from matching import schema
from matching.accounts.words import ERRORS
from matching.bootstrap import Services, open_services
from matching.crypto import load_keyring
from matching.errors import DomainError
from tools.launcher import first_start, valkey
from tools.launcher.checks import OnlyCopy, Problem, check_port, prepare_directory
from tools.launcher.first_start import say
from tools.launcher.production import URLS, OwnServices
from tools.launcher.supervisor import Stopped, Supervisor

ROOT = Path(__file__).resolve().parents[2]
#: name of the log → arguments of ``python -m workers``
WORKERS = {
    "worker-fast": ("--queues", "fast"),
    "worker-bulk": ("--queues", "pair,bulk"),
    "sweep": ("--sweep",),
}
#: Listening there, the pages may be asked for by any of the machine's names and addresses.
EVERYWHERE = ("0.0.0.0", "::")
QUEUE_SECONDS = 30.0
WEB_SECONDS = 60.0


def main(arguments: list[str]) -> int:
    """Run until the user ends it.

    Returns:
        0 ended by the user, 1 something failed, 2 wrong use, 4 something needed is missing.
    """
    options = _parse(arguments)
    try:
        with ExitStack() as stack:
            _run(options, stack)
    except Stopped:
        say("\n已停止。")
        return 0
    except Problem as problem:
        say(str(problem))
        return problem.code
    except SettingsError as error:
        say(f"设置有误:{error}")
        return 2
    except DomainError as error:
        say(ERRORS.get(error.code, error.code).format(**error.facts))
        return 1
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/run")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--mode", choices=("embedded", "production"), default="embedded")
    parser.add_argument("--demo", choices=("", "0", "1"), default="")
    parser.add_argument("--people", type=int, default=2_000, help="size of the demo city")
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace, stack: ExitStack) -> None:
    environ = dict(os.environ)
    production = options.mode == "production"
    if production:
        # Not the embedded installation's directory: its keys and its demo are its own.
        environ.setdefault("ANYE_DATA", str(ROOT / "var" / "production"))
    environ["ANYE_DATA"] = str((ROOT / environ.get("ANYE_DATA", "var")).resolve())
    host = "127.0.0.1" if options.host in EVERYWHERE else options.host
    address = f"http://{f'[{host}]' if ':' in host else host}:{options.port}/"
    data = Path(environ["ANYE_DATA"])
    prepare_directory(data)
    stack.enter_context(OnlyCopy(data, address))
    check_port(options.host, options.port)
    if production and not all(environ.get(name) for name in URLS):
        own = OwnServices(ROOT)
        stack.callback(own.end)
        environ |= own.urls()
    if options.host not in EVERYWHERE:
        environ["ANYE_HOSTS"] = ",".join(filter(None, (environ.get("ANYE_HOSTS"), options.host)))
    settings = load(environ)
    # Database, keys and logs are for the owner only, whatever the directory allows.
    os.umask(0o077)
    supervisor = stack.enter_context(Supervisor(ROOT, data / "log", environ))
    services = open_services(settings)
    stack.callback(services.dispose)
    _start_queue(supervisor, settings)
    _migrate(services)
    # The page first: the workers' imports would take its time on a small machine.
    _start_web(supervisor, options, production=production)
    supervisor.until(
        lambda: _answers(address),
        WEB_SECONDS,
        f"网页服务在 {WEB_SECONDS:.0f} 秒内没有应答,原因见 {data / 'log' / 'web.log'}。",
    )
    for name, arguments in WORKERS.items():
        supervisor.start(name, [sys.executable, "-m", "workers", *arguments])
    _welcome(supervisor, services, data, address, options)
    supervisor.forever()


def _start_queue(supervisor: Supervisor, settings: Settings) -> None:
    """The embedded queue server, unless the settings name another."""
    if settings.redis_url:
        return
    path = settings.queue_socket
    supervisor.start("queue", valkey.command(settings.data_dir, path))
    supervisor.until(
        lambda: valkey.answers(path),
        QUEUE_SECONDS,
        f"队列服务没有启动,原因见 {settings.data_dir / 'log' / 'queue.log'}。",
    )


def _migrate(services: Services) -> None:
    """Bring the database up to date, and see that its keys are there."""
    try:
        fresh = schema.current(services.engine) is None
        if schema.pending(services.engine):
            say("正在准备数据库 …" if fresh else "正在更新数据库 …")
            schema.upgrade(services.engine)
    except CommandError as error:
        raise Problem(f"数据库比这个版本的程序新,或不是它的:{error}") from None
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()
        raise Problem(f"数据库打不开或不能更新:{reason[0] if reason else type(error).__name__}", 4) from None
    # Keys may only be made for a database that holds nothing sealed yet.
    load_keyring(services.settings.keys_path, create=fresh or not services.settings.database_url)


def _start_web(supervisor: Supervisor, options: argparse.Namespace, *, production: bool) -> None:
    host = f"[{options.host}]" if ":" in options.host else options.host
    supervisor.start(
        "web",
        [
            *(sys.executable, "-m", "gunicorn", "wsgi:app"),
            *("--bind", f"{host}:{options.port}"),
            *("--worker-class", "gthread", "--threads", "8"),
            *("--workers", "2" if production else "1"),
            *("--timeout", "60", "--graceful-timeout", "5", "--no-control-socket", "--log-level", "warning"),
        ],
    )


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _welcome(
    supervisor: Supervisor, services: Services, data: Path, address: str, options: argparse.Namespace
) -> None:
    if first_start.wants_demo(services, data, options.demo):
        first_start.bring_demo(services, supervisor, data, options.people)
    say(f"\n安业正在运行:{address}")
    accounts = data / "demo-accounts.txt"
    if accounts.exists():
        say(f"演示账号(只属于这个数据目录,记在 {accounts}):")
        say("".join(f"  {line}\n" for line in accounts.read_text("utf-8").splitlines()).rstrip())
    elif link := first_start.setup_link(services, address):
        say(f"第一次使用,请在一天之内打开这个一次性链接,建立管理员和组织:\n  {link}")
    say("按 Ctrl-C 停止。")
