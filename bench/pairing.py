"""The full pairing pass beside its floor, with equal totals asserted."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.harness import Result, exponent, watched
from bench.pairing_floor import totals_of_one
from bench.pairing_world import DAY, people, vacancies
from matching.pairing.scorer import score_one_jobseeker, score_one_vacancy
from matching.pairing.sweep import full_pass
from matching.pairing.weights import shipped

FULL, QUICK, TINY = 50_000, 2_500, 60
WEIGHTS = shipped()


def measure(n: int, m: int, *, check: int = 500) -> dict[str, Any]:
    """Processor seconds of the pass and of the floor, both on one core.

    The sum of everybody's best 40 totals is compared, and for ``check`` people every total one by one.
    """
    js, vs = people(n), vacancies(m)
    with watched() as peak:
        started = time.process_time()
        of_people, _ = full_pass(js, vs, DAY, WEIGHTS)
        ours = time.process_time() - started
    survivors, floor = 0, 0.0
    sums = np.zeros(n, dtype=np.int64)
    for row in range(n):
        started = time.process_time()
        _, totals = totals_of_one(js, row, vs, DAY, WEIGHTS)
        floor += time.process_time() - started
        survivors += len(totals)
        best = np.partition(totals, len(totals) - 40)[len(totals) - 40 :] if len(totals) > 40 else totals
        sums[row] = best.sum()
    stored = np.add.reduceat(np.append(of_people.entries["total"], 0), of_people.offsets[:-1])
    stored[np.diff(of_people.offsets) == 0] = 0
    assert (stored == sums).all(), "the pass and the floor disagree"
    compare(js, vs, of_people, check)
    return {
        "people": n,
        "vacancies": m,
        "pass_s": round(ours, 3),
        "floor_s": round(floor, 3),
        "ratio": round(ours / floor, 3),
        "survivors_per_person": survivors // n,
        "peak_rss_mib": round(peak[0]),
    }


def compare(js: Any, vs: Any, lists: Any, check: int) -> None:
    """The stored list of some people is the floor's best 40, in order."""
    for row in np.linspace(0, len(js) - 1, min(check, len(js))).astype(int):
        at, totals = totals_of_one(js, row, vs, DAY, WEIGHTS)
        rows, own = score_one_jobseeker(js, row, vs, DAY, WEIGHTS, limit=None)
        assert sorted(zip(at, totals, strict=True)) == sorted(zip(rows, own, strict=True))
        assert lists[row]["id"].tolist() == vs.id[rows[:40]].tolist()
        assert lists[row]["total"].tolist() == own[:40].tolist()


def single(n: int, m: int, tries: int = 50) -> dict[str, float]:
    """Median milliseconds of one person against all vacancies and of one vacancy against all people."""
    js, vs = people(n), vacancies(m)
    person, post = [], []
    for row in range(tries):
        started = time.perf_counter()
        score_one_jobseeker(js, row * n // tries, vs, DAY, WEIGHTS)
        middle = time.perf_counter()
        score_one_vacancy(js, vs, row * m // tries, DAY, WEIGHTS)
        person.append(middle - started)
        post.append(time.perf_counter() - middle)
    return {
        "one_person_ms": round(float(np.median(person)) * 1000, 2),
        "one_vacancy_ms": round(float(np.median(post)) * 1000, 2),
    }


def exponents(n: int, m: int) -> dict[str, float]:
    """Growth of the pass's time in people and in vacancies, over 1×, 2× and 4×."""
    found = {}
    for name, sizes in (
        ("people", [(n * k, m) for k in (1, 2, 4)]),
        ("vacancies", [(n, m * k) for k in (1, 2, 4)]),
    ):
        seconds = []
        for a, b in sizes:
            js, vs = people(a), vacancies(b)
            started = time.process_time()
            full_pass(js, vs, DAY, WEIGHTS)
            seconds.append(time.process_time() - started)
        found[name] = exponent([1, 2, 4], seconds)
    return found


def run(folder: Path, size: int, vacancies_count: int | None = None, growth: bool = True) -> list[Result]:
    """The pass over everybody and everything, best 40 each."""
    posts = vacancies_count or size * 2 // 5
    found = measure(size, posts) | single(size, posts)
    grown = exponents(size // 4, posts // 4) if growth else {}
    return [
        Result(
            "full pairing pass",
            f"{size:,} × {posts:,}, {found['survivors_per_person']} survivors a person",
            found["floor_s"],
            found["pass_s"],
            "s",
            1.5,
            rss_mib=found["peak_rss_mib"],
            rss_goal=1024,
            growth=grown,
            notes=[
                "processor seconds; totals equal the floor's",
                f"one person against all vacancies {found['one_person_ms']} ms",
                f"one vacancy against all people {found['one_vacancy_ms']} ms",
            ],
        )
    ]
