"""What index-then-score finds of what the exhaustive pass finds, for each of the seven kinds.

Counted is every candidate whose total reaches that of the 20th, in both directions: the people for a vacancy,
and the vacancies of a kind for a person.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench import city
from bench.harness import Result
from bench.stack import services
from matching.db import transaction
from matching.pairing import bits
from matching.pairing.loading import load_jobseekers, load_vacancies
from matching.pairing.recall import Recall, recall_of_jobseeker, recall_of_vacancy
from matching.pairing.scorer import score_one_jobseeker, score_one_vacancy
from matching.pairing.weights import shipped
from matching.search import rows
from matching.search.documents import Collection
from matching.vacancies.codes import Kind

FULL, QUICK, TINY = 50_000, 4_000, 120
BEST = 20


class Counted:
    """Found and wanted per kind."""

    def __init__(self) -> None:
        self.wanted: dict[str, int] = defaultdict(int)
        self.found: dict[str, int] = defaultdict(int)

    def add(self, kind: str, ids: Any, totals: Any, recalled: Any) -> None:
        """One list: all that pass with their totals, best first, and the ids that came back."""
        if not len(ids):
            return
        best = ids[totals >= totals[min(BEST, len(totals)) - 1]]
        self.wanted[kind] += len(best)
        self.found[kind] += int(np.isin(best, recalled).sum())

    def shares(self) -> dict[str, float]:
        """Recall per kind; nothing wanted is nothing missed."""
        return {kind: self.found[kind] / wanted for kind, wanted in self.wanted.items() if wanted}


def ask(recall: Recall, row: int, times: list[float], sizes: list[int]) -> Any:
    """Ids for one row; how long it took and how many came back are noted."""
    started = time.perf_counter()
    ids = np.array(recall(row), dtype=np.int64)
    times.append((time.perf_counter() - started) * 1000)
    sizes.append(len(ids))
    return ids


def indexed(engine: Any, sessions: Any) -> None:
    """Both collections anew."""
    engine.prepare()
    for collection in Collection:
        build = engine.start_build(collection)
        with transaction(sessions, writes=False) as session:
            build.add(rows.all_documents(session, collection))
        build.seal()
        build.publish()


def sampled(rng: random.Random, items: Iterable[int], count: int) -> list[int]:
    """At most ``count`` of them."""
    every = list(items)
    return rng.sample(every, min(count, len(every)))


def run(folder: Path, size: int, growth: bool = True, sample: int = 15) -> list[Result]:
    """Recall@20 by kind; ``growth`` changes nothing, recall is no time."""
    posts = size * 2 // 5
    data = folder / f"recall-{size}"
    url = city.database(folder / f"city-{size}-{posts}.db", size, posts)
    rng, weights, day = random.Random(4), shipped(), city.NOW.date()
    people, vacancies = Counted(), Counted()
    times: tuple[list[float], list[float]] = ([], [])
    sizes: tuple[list[int], list[int]] = ([], [])
    with services(data, tables=False, ANYE_DATABASE_URL=url) as made:
        indexed(made.search, made.sessions)
        with transaction(made.sessions, writes=False) as session:
            js, vs = load_jobseekers(session, day), load_vacancies(session, day, weights)
            for_vacancy = recall_of_vacancy(session, made.search)
            for_person = recall_of_jobseeker(session, made.search, day)
            for kind in Kind:
                of_kind = np.flatnonzero(vs.kind == bits.KIND[kind])
                for row in sampled(rng, of_kind.tolist(), sample):
                    at, totals = score_one_vacancy(js, vs, row, day.toordinal(), weights, None)
                    recalled = ask(for_vacancy, int(vs.id[row]), times[0], sizes[0])
                    people.add(kind, js.id[at], totals, recalled)
            for row in sampled(rng, range(len(js)), sample * 7):
                at, totals = score_one_jobseeker(js, row, vs, day.toordinal(), weights, None)
                recalled = ask(for_person, int(js.id[row]), times[1], sizes[1])
                for kind in Kind:
                    own = vs.kind[at] == bits.KIND[kind]
                    vacancies.add(kind, vs.id[at][own], totals[own], recalled)
    notes = [
        f"the index takes {median(times[0]):.1f} ms for a vacancy ({median(sizes[0]):,.0f} people come back) "
        f"and {median(times[1]):.1f} ms for a person ({median(sizes[1]):,.0f} vacancies)"
    ]
    results = []
    for name, counted in (("people for a vacancy", people), ("vacancies for a person", vacancies)):
        shares = counted.shares()
        worst = min(shares, key=lambda kind: shares[kind])
        told = ", ".join(f"{kind} {share:.4f}" for kind, share in sorted(shares.items()))
        results.append(
            Result(
                f"recall@20, {name}",
                f"{size:,} × {posts:,}, the worst of {len(shares)} kinds ({worst})",
                1.0,
                shares[worst],
                "",
                0.99,
                at_least=True,
                notes=[told, *notes],
            )
        )
    return results
