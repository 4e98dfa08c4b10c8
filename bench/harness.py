"""What all benchmarks share: a result beside its floor, clocks, peaks of memory, exponents, and the table."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any


@dataclass
class Result:
    """One line of the table.

    Args:
        work: what was done, with the mode where there are two.
        size: how much of it, in words.
        floor: what the floor took (or, with ``at_least``, reached).
        measured: the same for the product.
        unit: of both.
        goal: bound of the ratio, or of ``measured`` itself where ``absolute``.
        at_least: the goal is a lower bound.
        absolute: the goal bounds ``measured`` and not the ratio.
        rss_mib, rss_goal: peak memory of the processes that did it, and its bound, where one is set.
        growth: exponent by which ``measured`` grows with each thing that was varied.
        notes: what a reader must know of this line.
    """

    work: str
    size: str
    floor: float
    measured: float
    unit: str
    goal: float
    at_least: bool = False
    absolute: bool = False
    rss_mib: float | None = None
    rss_goal: float | None = None
    growth: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """The product's figure by the floor's."""
        return self.measured / self.floor if self.floor else math.inf

    @property
    def met(self) -> bool:
        """Whether every bound of this line holds."""
        value = self.measured if self.absolute else self.ratio
        within = value >= self.goal if self.at_least else value <= self.goal
        return within and (self.rss_goal is None or (self.rss_mib or math.inf) <= self.rss_goal)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"ratio": round(self.ratio, 3), "met": self.met}


@dataclass
class Spent:
    """Seconds on the wall and seconds of processor time of this process and of children that ended."""

    wall: float = 0.0
    cpu: float = 0.0

    def add(self, other: Spent) -> None:
        """Sum up."""
        self.wall, self.cpu = self.wall + other.wall, self.cpu + other.cpu


@contextmanager
def spent() -> Iterator[Spent]:
    """What the block took; filled in when it ends."""
    taken, wall, cpu = Spent(), time.perf_counter(), _cpu()
    yield taken
    taken.wall, taken.cpu = time.perf_counter() - wall, _cpu() - cpu


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def in_turn(ours: Sequence[Callable[[], Any]], floors: Sequence[Callable[[], Any]]) -> tuple[float, float]:
    """Medians in milliseconds of two lists of calls, made in turn so that both meet the same neighbours.

    Whoever comes second finds warm caches, so each comes second every other time.
    """
    taken: tuple[list[float], list[float]] = ([], [])
    for number, pair in enumerate(zip(ours, floors, strict=True)):
        for side in (0, 1) if number % 2 else (1, 0):
            started = time.perf_counter()
            pair[side]()
            taken[side].append(time.perf_counter() - started)
    return median(taken[0]) * 1000, median(taken[1]) * 1000


def forget_peak() -> None:
    """Start a new high-water mark of this process's memory."""
    with open("/proc/self/clear_refs", "w") as control:
        control.write("5")


def peak_mib() -> float:
    """High-water mark of this process's memory since the start, or since :func:`forget_peak`."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


@contextmanager
def watched() -> Iterator[list[float]]:
    """Peak memory (MiB) of this process and its children together, put into the list when the block ends.

    Looked at every 20 ms; what this process had at its highest counts in any case.
    """
    forget_peak()
    peak, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            peak[0] = max(peak[0], sum(map(_resident, (os.getpid(), *_children(os.getpid())))))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()
        peak[0] = max(peak[0], peak_mib())


def _children(process: int) -> Iterator[int]:
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, task.read_text().split()):
                yield child
                yield from _children(child)


def _resident(process: int) -> float:
    with suppress(OSError, StopIteration, ValueError):
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0.0


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Slope of log(seconds) over log(size): 1 is linear."""
    xs, ys = [math.log(size) for size in sizes], [math.log(max(each, 1e-9)) for each in seconds]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    slope = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)
    return round(slope, 2)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


HEADS = ("work", "size", "floor", "measured", "ratio", "goal", "met", "RSS MiB", "growth")


def line_of(result: Result) -> tuple[str, ...]:
    """A result in the cells of the table."""
    sign = "≥" if result.at_least else "≤"
    goal = f"{sign} {result.goal:g}" + (f" {result.unit}" if result.absolute else " ×")
    rss = "" if result.rss_mib is None else f"{result.rss_mib:.0f}"
    rss += f" (≤ {result.rss_goal:g})" if result.rss_goal else ""
    growth = ", ".join(f"{name} {value:g}" for name, value in result.growth.items())
    return (
        result.work,
        result.size,
        f"{result.floor:.3g} {result.unit}",
        f"{result.measured:.3g} {result.unit}",
        f"{result.ratio:.2f}",
        goal,
        "yes" if result.met else "NO",
        rss,
        growth,
    )


def table(results: Sequence[Result]) -> str:
    """All results as a Markdown table, notes below it."""
    rows = [HEADS, tuple("-" * 3 for _ in HEADS), *map(line_of, results)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    notes = [f"- {result.work}: {note}" for result in results for note in result.notes]
    return "\n".join([*lines, "", *notes])
