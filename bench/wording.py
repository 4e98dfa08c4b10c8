"""The screener of post texts beside the bare automaton on the same texts."""

from __future__ import annotations

import csv
from pathlib import Path

from bench.harness import Result, in_turn
from matching.regulations.wording import lexicon, screen

POSTS = Path(__file__).parents[1] / "demo" / "posts.csv"
#: One post in so many says something unlawful.
UNLAWFUL = 25
FULL, QUICK, TINY = 20_000, 2_000, 50


def texts(count: int) -> list[str]:
    """Posts as offices write them, of about 200 characters each."""
    with POSTS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    posts = []
    for number in range(count):
        said = [rows[(number * 7 + step) % len(rows)]["content"] for step in range(12)]
        if number % UNLAWFUL == 0:
            said.insert(number % 10, "限男性,入职交押金三百元")
        posts.append(f"{number}。" + ",".join(said))
    return posts


def run(folder: Path, size: int, *, growth: bool) -> list[Result]:
    """Texts a second: the screener's and the automaton's."""
    automaton = lexicon().automaton
    batch = texts(size)
    chunks = [batch[at : at + 500] for at in range(0, size, 500)]
    ours, floor = in_turn(
        [lambda chunk=chunk: [screen(text) for text in chunk] for chunk in chunks],  # type: ignore[misc]
        [lambda chunk=chunk: [list(automaton.iter(text)) for text in chunk] for chunk in chunks],  # type: ignore[misc]
    )
    each = min(500, size) * 1000
    characters = sum(map(len, batch)) // len(batch)
    return [
        Result(
            work="posting law: words screened",
            size=f"{size:,} posts of {characters} characters",
            floor=each / floor,
            measured=each / ours,
            unit="posts/s",
            goal=0.3,
            at_least=True,
            notes=[f"floor: the bare automaton; one post in {UNLAWFUL} says something unlawful"],
        )
    ]
