"""Wrong use of a command, and the words around its help, in the product's own words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from matching.errors import DomainError

JSON = "--json"
#: What click writes into a help text → what stands there.
HEADINGS = {"Options": "选项", "Commands": "命令", "Positional arguments": "参数"}
NOTES = (("[required]", "[必填]"), ("[default: ", "[默认 "))
#: click's name of a type → what has to be written.
FORMS = {"integer": "整数", "float": "数字"}


class Page(click.HelpFormatter):
    """A help page."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line of the use."""
        super().write_usage(prog, args, "用法:")

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        """A part with its heading."""
        with super().section(HEADINGS.get(name, name)):
            yield

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Names and what they mean."""
        super().write_dl([(name, _noted(text)) for name, text in rows], col_max, col_spacing)


def _noted(text: str) -> str:
    for theirs, ours in NOTES:
        text = text.replace(theirs, ours)
    return text


class Context(click.Context):
    """A run of a command whose help is our page."""

    formatter_class = Page


class Usage(click.Command):
    """What commands and groups have in common."""

    context_class = Context

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **{"options_metavar": "[选项]", **more})

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """``--help``."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示这段说明"
        return option


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether ``--json`` stands anywhere before a ``--``."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return JSON in options


def as_wrong_use(error: click.UsageError, command: click.Command, path: str) -> DomainError:
    """What click complains about, in our terms.

    Args:
        error: the complaint.
        command: the command that was typed.
        path: its name as it was typed, ``flask`` included.
    """
    match error:
        case click.NoSuchOption():
            return DomainError("option_unknown", option=error.option_name, command=path)
        case click.MissingParameter(param=click.Parameter() as param):
            return DomainError("value_missing", name=_named(param), command=path)
        case click.BadOptionUsage():
            code = "option_without_value" if _is_flag(error.option_name, command) else "option_needs_value"
            return DomainError(code, option=error.option_name, command=path)
        case click.BadParameter(param=click.Parameter() as param) if param.type.name in FORMS:
            return DomainError("value_form", name=_named(param), form=FORMS[param.type.name])
    return DomainError("wrong_use", command=path)


def _named(param: click.Parameter) -> str:
    return max(param.opts, key=len) if isinstance(param, click.Option) else param.human_readable_name


def _is_flag(name: str, command: click.Command) -> bool:
    return any(isinstance(one, click.Option) and one.is_flag for one in command.params if name in one.opts)
