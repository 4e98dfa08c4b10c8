"""The frame of every command: its services, where it speaks, and how it ends.

Standard output carries the result only; progress and messages go to standard error.  Whatever fails ends in
one sentence and a number, never in a traceback.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click
import structlog
from flask import Flask, current_app
from flask.cli import AppGroup, ScriptInfo
from redis.exceptions import RedisError

from commands.usage import Usage, as_wrong_use, wants_json
from commands.words import sentence
from config import SettingsError
from config.logs import configure
from matching.bootstrap import Services, open_services
from matching.db import failure_of
from matching.errors import DependencyDown, DomainError, FileRefused
from matching.search.port import RebuildFailed
from matching.sheets.service import SameImportRunning
from web.extensions import EXTENSION

EXTENSION_KEY = "anye_commands"
#: Where a run notes that ``--json`` was typed, even as the value of another option.
AS_JSON = "anye.as_json"
FINDING, WRONG_USE, REFUSED, DOWN, RUNNING = 1, 2, 3, 4, 5


class Finding(DomainError):
    """It was done, or tried, and somebody has to look."""


#: The first class that fits gives the exit code.
EXITS: tuple[tuple[type[DomainError], int], ...] = (
    (SameImportRunning, RUNNING),
    (DependencyDown, DOWN),
    (FileRefused, REFUSED),
    (RebuildFailed, FINDING),
    (Finding, FINDING),
    (DomainError, WRONG_USE),
)
WHY = {
    errno.ENOENT: "没有这个文件或目录",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "这是一个目录",
    errno.ENOTDIR: "路径里有一段不是目录",
    errno.EROFS: "这里只能读",
}
_log = structlog.get_logger("commands")


class Told(Usage):
    """A command or group that tells wrong use in a sentence."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        as_json = wants_json(args)
        try:
            ctx = super().make_context(info_name, args, parent, **extra)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            path = f"{parent.command_path} {info_name}" if parent else str(info_name)
            fail(as_wrong_use(error, self, path), as_json=as_json)
        ctx.meta[AS_JSON] = as_json
        return ctx


class Group(Told, AppGroup):
    """A group of commands: those of ``flask`` itself, or of ``flask organisation`` and the like."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, subcommand_metavar="命令 [参数]…", **more)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """The command of that name; an unknown one is told with the arguments that follow it."""
        return super().get_command(ctx, cmd_name) or _Unknown(cmd_name)


class _Unknown(click.Command):
    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> NoReturn:
        group = parent.command_path if parent else "flask"
        error = DomainError("command_unknown", command=info_name, group=group)
        fail(error, as_json=wants_json(args))


class Spoken(Told):
    """A command that tells every failure in a sentence."""

    allow_extra_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the arguments; what is left over is told in our words."""
        super().parse_args(ctx, args)
        if ctx.args:
            raise click.UsageError("", ctx)
        return ctx.args

    def invoke(self, ctx: click.Context) -> Any:
        if not current_app:
            ctx.with_resource(ctx.ensure_object(ScriptInfo).load_app().app_context())
        mine = services()
        settings = mine.settings
        # A command's own messages say what happened; the log is for what went wrong behind them.
        level = "error" if settings.log_level == "info" else settings.log_level
        configure(level, settings.log_format)
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            fail(as_domain_error(error), as_json=ctx.meta[AS_JSON])
        finally:
            mine.dispose()


def command(name: str, group: click.Group | None = None) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function a command of the product.

    Args:
        name: as it is typed.
        group: the group it belongs to; default: ``flask`` itself.
    """

    def decorate(function: Callable[..., Any]) -> click.Command:
        made = click.command(name, cls=Spoken)(function)
        if group is not None:
            group.add_command(made)
        return made

    return decorate


def as_json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="结果写成一个 JSON 对象")(function)


def attach(app: Flask) -> None:
    """Make the commands ours, with services of their own: their statements may take their time."""
    app.cli = Group(app.name)
    wiring: Services = app.extensions[EXTENSION]
    app.extensions[EXTENSION_KEY] = open_services(wiring.settings, clock=wiring.clock)


def services() -> Services:
    """The services of the running command."""
    found: Services = current_app.extensions[EXTENSION_KEY]
    return found


def say(text: str) -> None:
    """A message for the person in front of the terminal."""
    click.echo(text, err=True)


def answer(result: dict[str, Any], *, as_json: bool, text: Callable[[], str]) -> None:
    """Write the result to standard output.

    Args:
        result: the object of ``--json``.
        text: makes the same for a reader.
    """
    click.echo(json.dumps(result, ensure_ascii=False) if as_json else text())


def end(code: int) -> NoReturn:
    """End with a code after the result was written."""
    raise click.exceptions.Exit(code)


def fail(error: DomainError, *, as_json: bool) -> NoReturn:
    """Say why it was not done, and end with the code of that kind of failure."""
    code = next(number for kind, number in EXITS if isinstance(error, kind))
    message = sentence(error)
    if as_json:
        click.echo(json.dumps({"error": {"code": error.code, "message": message}}, ensure_ascii=False))
    else:
        click.echo(message, err=True)
    end(code)


def as_domain_error(error: Exception) -> DomainError:
    """Put any failure in our terms; what nobody foresaw gets a reference that also stands in the log."""
    if isinstance(error, DomainError):
        return error
    known = failure_of(error)
    if known is not None:
        return DependencyDown(known)
    if isinstance(error, RedisError):
        return DependencyDown("queue_down")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DependencyDown("disk_full")
    if isinstance(error, OSError) and error.filename is not None:
        return FileRefused("file_unreadable", file=error.filename, why=why(error))
    reference = secrets.token_hex(4)
    _log.error("command_failed", reference=reference, exc_info=error)
    return Finding("internal", reference=reference)


class Unusable(click.ClickException):
    """The application cannot start as it is set up."""

    exit_code = WRONG_USE


@contextmanager
def told() -> Iterator[None]:
    """For the start of the application: settings or keys that cannot be used are told, not traced."""
    try:
        yield
    except SettingsError as error:
        raise Unusable(sentence(DomainError("settings", why=str(error)))) from None
    except DomainError as error:
        raise Unusable(sentence(error)) from None


@contextmanager
def file_errors(path: str, code: str = "file_unreadable") -> Iterator[None]:
    """A file that cannot be opened or written is refused with its name."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise FileRefused(code, file=path, why=why(error)) from None


def why(error: OSError) -> str:
    """The reason of the operating system, in words where it is a usual one."""
    return WHY.get(error.errno or 0) or os.strerror(error.errno or errno.EIO)
