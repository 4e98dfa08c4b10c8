"""How many people a draft fits: a page's answer beside one comparison of every person."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import numpy as np

from bench.harness import Result, quantile
from bench.pairing_world import DAY, people
from matching.crypto import make_keyring
from matching.pairing.estimate import estimate
from matching.pairing.weights import shipped
from matching.vacancies.facts import columns

FULL, QUICK, TINY = 50_000, 5_000, 500
TIMES = 200
GOAL_MS = 150
#: Drafts between which an employer hesitates; every answer is worked out from the form's facts on.
DRAFT = {
    "kind": "support_workshop",
    "occupations": (),
    "content": "缝制成衣,计件。",
    "place": "青云路 8 号",
    "required_skills": ["缝纫"],
    "shifts": ["day"],
    "load": "medium",
    "pay_low_cents": 320_000,
    "pay_high_cents": 450_000,
    "pay_unit": "month",
}
EDUCATION = (None, "primary", "junior", "senior")


def run(folder: Path, size: int, *, growth: bool) -> list[Result]:
    """Milliseconds of the slowest twentieth."""
    js, weights, keyring, day = people(size), shipped(), make_keyring(), date.fromordinal(DAY)
    ours, floor = [], []
    for turn in range(TIMES if growth else 3):
        facts = {**DRAFT, "title": f"平车工{turn}", "education": EDUCATION[turn % len(EDUCATION)]}
        start = time.perf_counter()
        made = columns(keyring, facts, home=f"4312{22 + turn % 9}", today=day)
        estimate(js, made, tenant_id=1, demo=False, day=day, weights=weights)
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        np.count_nonzero(js.education >= turn % len(EDUCATION))
        floor.append(time.perf_counter() - start)
    return [
        Result(
            work="live estimate",
            size=f"{size:,} jobseekers",
            floor=quantile(floor, 0.95) * 1000,
            measured=quantile(ours, 0.95) * 1000,
            unit="ms",
            goal=GOAL_MS,
            absolute=True,
            notes=["p95; floor: one comparison of every person; the columns lie in the page's process"],
        )
    ]
