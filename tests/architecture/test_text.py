"""Sizes of files and what must not stand in them."""

from __future__ import annotations

import re

from tests.architecture.sources import ROOT, files, python_files

LONGEST = 450
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
    suffixes = {".py", ".js", ".css", ".html"}
    lengths = {
        path: path.read_text("utf-8").count("\n")
        for path in files()
        if path.suffix in suffixes and "versions" not in path.parts
    }
    assert {str(path): length for path, length in lengths.items() if length > LONGEST} == {}


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
