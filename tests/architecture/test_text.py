"""Sizes of files and what must not stand in them."""

from __future__ import annotations

import re

from tests.architecture.sources import ROOT, files, python_files

LONGEST = 450
#: Tables of examples may be longer than rules.
LONGEST_TEST = 650
TEXTS = {".py", ".md", ".toml", ".html", ".js", ".css", ".sh", ".txt", ".yaml", ".yml", ".mako", ".cfg", ""}
#: Split, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b")
ELSEWHERE = re.compile(r"(?<![\w.])/(?:wo" r"rk|ro" r"ot|ho" r"me)/\w")


def texts() -> list[tuple[str, str]]:
    found = []
    for path in files():
        if path.suffix in TEXTS and path.stat().st_size < 1_000_000:
            found.append((str(path.relative_to(ROOT)), path.read_text("utf-8", errors="replace")))
    return found


def test_no_file_is_longer_than_a_reader_bears() -> None:
    too_long = {}
    for path in files():
        if path.suffix in {".py", ".js", ".css", ".html"} and "versions" not in path.parts:
            lines = path.read_text("utf-8").count("\n")
            allowed = LONGEST_TEST if path.is_relative_to(ROOT / "tests") else LONGEST
            if lines > allowed:
                too_long[str(path.relative_to(ROOT))] = lines
    assert too_long == {}


def test_nothing_is_left_for_later() -> None:
    assert [name for name, text in texts() if UNFINISHED.search(text)] == []


def test_no_path_of_one_machine_stands_in_the_project() -> None:
    assert [name for name, text in texts() if ELSEWHERE.search(text)] == []


def test_every_module_says_what_it_is_for() -> None:
    bare = [
        path
        for path in python_files()
        if path.stat().st_size and not path.read_text("utf-8").lstrip().startswith(('"""', "#!"))
    ]
    assert bare == []
