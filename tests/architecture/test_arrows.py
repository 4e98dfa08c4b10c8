"""Which file may know which (the contracts themselves stand in pyproject.toml)."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, python_files


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def imported(path: Path) -> frozenset[str]:
    """Top-level names of everything a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return frozenset(names)


def attributes_called(path: Path) -> set[str]:
    """Names of the methods a file calls."""
    calls = (node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
    return {called.attr for called in calls if isinstance(called, ast.Attribute)}


def test_all_arrows_point_down() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout[checked.stdout.find("Contracts") :]


def test_every_room_has_its_place_in_the_order() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    order = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    placed = {name.strip(" ()") for layer in order for name in layer.replace(":", "|").split("|")}
    rooms = {f"matching.{path.parent.name}" for path in (ROOT / "matching").glob("*/__init__.py")}
    modules = {f"matching.{path.stem}" for path in (ROOT / "matching").glob("[a-z]*.py")}
    assert rooms | modules <= placed


@pytest.mark.parametrize(
    ("library", "adapter"),
    [("elasticsearch", "elastic"), ("elastic_transport", "elastic"), ("tantivy", "embedded")],
)
def test_an_engine_is_known_to_its_adapter_only(library: str, adapter: str) -> None:
    knowing = [path for path in python_files() if library in imported(path)]
    assert [path for path in knowing if not path.name.startswith(adapter)] == []
    assert all(path.parent.name == "search" for path in knowing)


def test_the_gateway_is_known_to_its_adapter_only() -> None:
    knowing = [path for path in python_files() if "tencentcloud" in imported(path)]
    assert [str(path.relative_to(ROOT)) for path in knowing] == ["matching/notices/tencent_sender.py"]


def test_rules_are_pure() -> None:
    impure = {"sqlalchemy", "random", "secrets", "time", "os", "socket", "subprocess", "redis", "requests"}
    for path in python_files("matching"):
        if path.stem == "rules" or path.stem.endswith("_rules"):
            assert impure.isdisjoint(imported(path)), path
            assert {"now", "today"}.isdisjoint(attributes_called(path)), path


def test_only_a_doorstep_commits() -> None:
    committing = [path for path in python_files("matching") if "commit" in attributes_called(path)]
    # db.py is the doorstep's own tool; the embedded index's writer has a commit() of another kind.
    assert {path.name for path in committing} <= {"db.py", "embedded_index.py"}


def test_relationships_point_down_only() -> None:
    assert [path for path in python_files("matching") if "back_populates" in path.read_text("utf-8")] == []
