"""People and vacancies of one city as columns, at any size, for the benchmarks of pairing."""

from __future__ import annotations

import numpy as np

from matching.occupations.catalogue import catalogue, pack
from matching.pairing import bits
from matching.pairing.columns import JobseekerColumns, VacancyColumns

DAY = 739_942
COUNTIES = np.arange(431221, 431234)
AWAY = np.array([440300, 440600, 441900, 330100, 330200, 310100, 350200, 430100])


def people(rows: int, seed: int = 1, settlements: int = 330) -> JobseekerColumns:
    """Jobseekers in 330 settlements of 13 counties; most state no reach, shifts or wage floor."""
    rng = np.random.default_rng(seed)
    js = JobseekerColumns.blank(rows)
    js.id[:] = np.arange(1, rows + 1)
    js.version[:] = 1
    # A ledger comes settlement by settlement.
    home = np.sort(rng.integers(0, settlements, rows))
    points = rng.uniform([109.0, 26.2], [111.0, 29.0], (settlements, 2))
    js.lon[:], js.lat[:] = points[home].T
    js.exact[:] = home % 10 != 0
    js.county[:] = COUNTIES[home % len(COUNTIES)]
    js.prefecture[:] = 431200
    js.detour[:] = 1.6
    js.tenant[:] = 1
    js.looking[:] = rng.choice([1, -1, 0], rows, p=[0.85, 0.1, 0.05])
    js.employed[:] = rng.choice([1, 0, -1], rows, p=[0.55, 0.35, 0.1])
    js.ages[:] = rng.choice(
        [bits.ADULT, bits.ADULT | bits.RETIRED, bits.AGE_16_17, 0], rows, p=[0.9, 0.05, 0.03, 0.02]
    )
    js.classes[:] = (
        1 | (rng.random(rows) < 0.7) * 2 | (rng.random(rows) < 0.2) * 4 | (rng.random(rows) < 0.25) * 32
    )
    js.classes_known[:] = js.classes | 1 | 32
    js.capacity[:] = rng.choice([4, 1, -1], rows, p=[0.8, 0.12, 0.08])
    js.education[:] = rng.choice([-1, 1, 2, 3, 4, 5, 6], rows, p=[0.1, 0.05, 0.3, 0.4, 0.1, 0.04, 0.01])
    js.skills[:] = np.where(
        rng.random(rows) < 0.25, 1 << rng.integers(0, 40, rows) | 1 << rng.integers(0, 40, rows), 0
    )
    js.certificates[:] = np.where(rng.random(rows) < 0.08, 1 << rng.integers(0, 20, rows), 0)
    js.skills_known[:], js.certificates_known[:] = js.skills != 0, js.certificates != 0
    trades = np.array([pack(entry.code) for entry in catalogue()])
    js.occupations[0] = np.where(rng.random(rows) < 0.6, rng.choice(trades[::4], rows), 0)
    js.occupations[1] = np.where(rng.random(rows) < 0.1, rng.choice(trades[::20], rows), 0)
    js.reach[:] = rng.choice([0, 1, 2], rows, p=[0.5, 0.35, 0.15])
    js.reach_m[:] = np.where(js.reach == 1, rng.choice([2_000, 8_000, 40_000], rows), -1)
    js.leaves[:] = rng.choice([-1, 0, 1], rows, p=[0.4, 0.3, 0.3])
    js.wanted[0] = np.where(
        (js.leaves == 1) & (rng.random(rows) < 0.7), rng.choice([440000, 330000, *AWAY], rows), 0
    )
    js.shifts[:] = np.where(rng.random(rows) < 0.4, rng.choice([1, 2, 3, 5, 9, 17, 65], rows), 0)
    js.wage_floor[:] = np.where(rng.random(rows) < 0.4, rng.integers(18, 60, rows) * 10_000, 0)
    js.care[:] = np.where(rng.random(rows) < 0.25, rng.choice([1, 2, 3, 4], rows), 0)
    return js


def vacancies(rows: int, seed: int = 2) -> VacancyColumns:
    """Open vacancies of the seven kinds: two thirds in the city, one third away."""
    rng = np.random.default_rng(seed)
    vs = VacancyColumns.blank(rows)
    vs.id[:] = np.arange(1, rows + 1)
    vs.version[:] = 1
    vs.kind[:] = rng.integers(0, 7, rows)
    vs.open[:] = True
    vs.valid_until[:] = DAY + rng.integers(0, 90, rows)
    vs.posted[:] = DAY - rng.integers(0, 30, rows)
    vs.start[:] = np.where(rng.random(rows) < 0.4, vs.posted + rng.integers(0, 40, rows), 0)
    away = rng.random(rows) < 0.33
    vs.county[:] = np.where(away, 0, rng.choice(COUNTIES, rows))
    vs.prefecture[:] = np.where(away, rng.choice(AWAY, rows), 431200)
    vs.province[:] = vs.prefecture // 10_000 * 10_000
    vs.lon[:] = np.where(away, rng.uniform(113, 121, rows), rng.uniform(109.0, 111.0, rows))
    vs.lat[:] = np.where(away, rng.uniform(22, 31, rows), rng.uniform(26.2, 29.0, rows))
    vs.exact[:] = rng.random(rows) < 0.8
    trades = np.array([pack(entry.code) for entry in catalogue()])
    vs.occupation[:] = np.where(rng.random(rows) < 0.95, rng.choice(trades[::4], rows), 0)
    vs.load[:] = rng.choice([0, 1, 2, 3, 4], rows, p=[0.3, 0.25, 0.3, 0.12, 0.03])
    vs.required_skills[:] = np.where(rng.random(rows) < 0.15, 1 << rng.integers(0, 40, rows), 0)
    vs.preferred_skills[:] = np.where(rng.random(rows) < 0.3, 1 << rng.integers(0, 40, rows), 0)
    vs.certificates[:] = np.where(rng.random(rows) < 0.08, 1 << rng.integers(0, 20, rows), 0)
    vs.education[:] = rng.choice([-1, 2, 3, 4, 5], rows, p=[0.6, 0.1, 0.2, 0.08, 0.02])
    vs.shifts[:] = rng.choice(
        [0, 1, 3, 5, 9, 17, bits.ALL_SHIFTS], rows, p=[0.2, 0.4, 0.1, 0.05, 0.05, 0.15, 0.05]
    )
    vs.pay_low[:] = rng.integers(15, 60, rows) * 10_000
    vs.pay_high[:] = vs.pay_low + rng.integers(0, 20, rows) * 10_000
    vs.median[:] = np.where(away, 450_000, 330_000)
    vs.benefits[:] = rng.integers(0, 16, rows)
    vs.tags[:] = np.where(rng.random(rows) < 0.5, 1 << rng.integers(0, 11, rows), 0)
    vs.targets[:] = np.where(vs.kind == 1, rng.choice([1, 6, 12, 48], rows), 0)
    vs.hazardous[:] = rng.random(rows) < 0.03
    vs.excludes_employed[:] = vs.kind == 1
    return vs
