"""What a new data directory needs: the demo city through the import that users have, or a set-up link.

Each step is noted when it is done, so an interrupted first start goes on where it was, and a later start
imports nothing twice.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from demo import generate
from matching.accounts.service import make_setup_token, setup_open
from matching.bootstrap import Services
from matching.db import transaction
from tools.launcher import demo_setup
from tools.launcher.checks import Problem
from tools.launcher.supervisor import Supervisor

SEED = 20
#: An interrupted import may still be at work when the next start asks for the same one.
BUSY = 5
PATIENCE_SECONDS = 300.0


def say(text: str) -> None:
    """A line for the person in front of the terminal."""
    print(text, file=sys.stderr, flush=True)


@dataclass
class DemoState:
    """The day the demo is relative to, and which steps are done; ``demo.json`` in the data directory."""

    file: Path
    as_of: str
    done: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, data: Path, today: date) -> DemoState:
        """The state on disk, or that of a beginning."""
        file = data / "demo.json"
        if not file.exists():
            return cls(file, today.isoformat())
        try:
            known = json.loads(file.read_text("utf-8"))
            return cls(file, known["as_of"], known["done"])
        except (ValueError, KeyError, TypeError):
            raise Problem(f"{file} 损坏。删除它,演示数据会重新导入(不会重复)。") from None

    def finish(self, step: str) -> None:
        """Note a step as done."""
        self.done.append(step)
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps({"as_of": self.as_of, "done": self.done}) + "\n", encoding="utf-8")
        new.replace(self.file)


def wants_demo(services: Services, data: Path, asked: str) -> bool:
    """Whether this start brings the demo in.

    Args:
        asked: ``1`` or ``0`` as the user said, empty where nothing was said: then an embedded installation
            that nobody uses yet gets it.
    """
    if asked:
        return asked == "1"
    if (data / "demo.json").exists():
        return True
    return not services.settings.database_url and nobody_signs_in(services)


def nobody_signs_in(services: Services) -> bool:
    """Whether no account exists yet."""
    with transaction(services.sessions, writes=False) as session:
        return setup_open(session)


def bring_demo(services: Services, supervisor: Supervisor, data: Path, people: int) -> None:
    """All steps of the demo that are not done yet.

    Args:
        people: size of the demo city, in persons.
    """
    state = DemoState.read(data, services.clock.today())
    sheets = data / "demo"

    def write() -> None:
        generate(people, SEED, date.fromisoformat(state.as_of), sheets)

    steps: dict[str, tuple[str, Callable[[], None]]] = {
        "sheets": ("写出演示台账(人和单位都是编的)", write),
        "accounts": (
            "建立演示组织和账号",
            lambda: demo_setup.set_up(services, data / "demo-accounts.txt"),
        ),
    }
    for name, file, options in (
        ("settlements", "settlements.csv", ()),
        ("ledger", "ledger.xlsx", ()),
        ("vacancies", "vacancies.xlsx", ("--vouch",)),
    ):
        steps[name] = (
            f"导入 {file}",
            lambda name=name, file=file, options=options: _bring_in(  # type: ignore[misc]
                supervisor, f"import-{name}", sheets / file, *options
            ),
        )
    for number, (name, (words, work)) in enumerate(steps.items(), 1):
        if name not in state.done:
            say(f"[{number}/{len(steps)}] {words} …")
            work()
            state.finish(name)


def _bring_in(supervisor: Supervisor, command: str, file: Path, *options: str) -> None:
    """Bring a sheet in with the command that users have."""
    flask = [sys.executable, "-m", "flask", "--app", "wsgi", command, str(file)]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        code, answer = supervisor.run(
            [*flask, "--for", demo_setup.OFFICE, *options, "--yes", "--wait", "--json"]
        )
        if code != BUSY or time.monotonic() > deadline:
            break
        supervisor.watch()
    if code:
        raise Problem(f"演示数据没有导入完({command},退出码 {code})。再启动一次会从这里接着做。")
    say(f"      {_summary(answer)}")


def _summary(answer: str) -> str:
    words = {"rows": "行", "created": "新增", "updated": "更新", "unchanged": "未变", "rejected": "退回"}
    try:
        counts = json.loads(answer)
        return ",".join(f"{word} {counts[key]}" for key, word in words.items())
    except (ValueError, KeyError, TypeError):
        return "完成"


def setup_link(services: Services, address: str) -> str | None:
    """A one-time link for the first administrator; None where somebody can sign in already."""
    with transaction(services.sessions) as session:
        if not setup_open(session):
            return None
        return f"{address}setup/{make_setup_token(session, services.clock.now())}"
