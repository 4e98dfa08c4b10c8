"""Random people and vacancies as columns, with every kind of unknown among them."""

from __future__ import annotations

from datetime import date

import numpy as np

from matching.pairing import bits
from matching.pairing.columns import JobseekerColumns, VacancyColumns

TODAY = date(2026, 11, 22)
DAY = TODAY.toordinal()
COUNTIES = np.array([431222, 431223, 431224, 431225, 431226])
OCCUPATIONS = np.array([0, 6050103, 6050104, 6050201, 6290101, 4080204, 4020501, 5010101])


def people(rows: int, seed: int, *, settlements: int = 12) -> JobseekerColumns:
    """``rows`` people of one prefecture in so many settlements, ids from 1."""
    rng = np.random.default_rng(seed)
    js = JobseekerColumns.blank(rows)
    js.id[:] = np.arange(1, rows + 1)
    js.version[:] = rng.integers(1, 9, rows)
    home = rng.integers(0, settlements, rows)
    points = rng.uniform([109.5, 27.2], [110.6, 28.2], (settlements, 2))
    js.lon[:], js.lat[:] = points[home].T
    js.exact[:] = home % 5 != 0
    js.lon[home % 7 == 6] = np.nan
    js.county[:] = COUNTIES[home % len(COUNTIES)]
    js.county[rng.random(rows) < 0.03] = 0
    js.prefecture[:] = 431200
    js.detour[:] = 1.6
    js.tenant[:] = 1
    js.demo[:] = rng.random(rows) < 0.05
    js.looking[:] = rng.choice([1, 1, 1, 0, -1], rows)
    js.employed[:] = rng.choice([1, 0, 0, -1], rows)
    js.ages[:] = rng.choice([0, 1, 2, 4, 4, 4, 4, 12], rows)
    js.classes[:] = rng.choice([0, 1, 3, 17, 33, 9], rows)
    js.classes_known[:] = js.classes | rng.choice([0, 255, 7], rows)
    js.capacity[:] = rng.choice([-1, 0, 1, 4, 4, 4], rows)
    js.education[:] = rng.choice([-1, 1, 2, 3, 4], rows)
    js.skills[:] = rng.choice([0, 0, 0, 1, 3, 6, 1 << 40], rows)
    js.skills_known[:] = (js.skills != 0) | (rng.random(rows) < 0.2)
    js.certificates[:] = rng.choice([0, 0, 0, 1, 2], rows)
    js.certificates_known[:] = (js.certificates != 0) | (rng.random(rows) < 0.2)
    js.occupations[:] = rng.choice(OCCUPATIONS, (3, rows), p=[0.3] + [0.1] * 7)
    js.reach[:] = rng.choice([0, 1, 1, 2], rows)
    js.reach_m[:] = np.where(js.reach == 1, rng.choice([2_000, 8_000, 40_000], rows), -1)
    js.leaves[:] = rng.choice([-1, 0, 1], rows)
    js.wanted[0] = np.where(js.leaves == 1, rng.choice([0, 440000, 330100, 431200], rows), 0)
    js.wanted[1] = np.where(js.wanted[0] > 0, rng.choice([0, 310000], rows), 0)
    js.shifts[:] = rng.choice([0, 1, 2, 3, 4, 64], rows)
    js.wage_floor[:] = rng.choice([0, 200_000, 300_000, 400_000], rows)
    js.care[:] = rng.choice([0, 0, 1, 2, 5], rows)
    return js


def vacancies(rows: int, seed: int) -> VacancyColumns:
    """``rows`` vacancies of all kinds at home and away, ids from 1."""
    rng = np.random.default_rng(seed + 1)
    vs = VacancyColumns.blank(rows)
    vs.id[:] = np.arange(1, rows + 1)
    vs.version[:] = rng.integers(1, 9, rows)
    vs.kind[:] = rng.integers(0, 7, rows)
    vs.open[:] = rng.random(rows) < 0.93
    vs.valid_until[:] = DAY + rng.integers(-2, 90, rows)
    vs.posted[:] = DAY - rng.integers(0, 30, rows)
    vs.start[:] = np.where(rng.random(rows) < 0.4, vs.posted + rng.integers(0, 40, rows), 0)
    away = rng.random(rows) < 0.3
    vs.county[:] = np.where(away, 0, rng.choice(COUNTIES, rows))
    vs.prefecture[:] = np.where(away, rng.choice([440300, 330100, 310100], rows), 431200)
    vs.province[:] = vs.prefecture // 10_000 * 10_000
    vs.lon[:] = np.where(away, 114.0, rng.uniform(109.5, 110.6, rows))
    vs.lat[:] = np.where(away, 22.6, rng.uniform(27.2, 28.2, rows))
    vs.exact[:] = rng.random(rows) < 0.8
    vs.lat[rng.random(rows) < 0.05] = np.nan
    vs.demo[:] = rng.random(rows) < 0.05
    vs.occupation[:] = rng.choice(OCCUPATIONS, rows)
    vs.load[:] = rng.integers(0, 5, rows)
    vs.required_skills[:] = rng.choice([0, 0, 0, 1, 2], rows)
    vs.preferred_skills[:] = rng.choice([0, 0, 1, 7, 1 << 40], rows)
    vs.certificates[:] = rng.choice([0, 0, 0, 1], rows)
    vs.education[:] = rng.choice([-1, -1, 2, 3], rows)
    vs.shifts[:] = rng.choice([0, 1, 3, 4, 8, 16, bits.ALL_SHIFTS], rows)
    vs.pay_low[:] = rng.choice([0, 180_000, 250_000, 350_000, 500_000], rows)
    vs.pay_high[:] = np.where(vs.pay_low > 0, vs.pay_low + rng.choice([0, 80_000], rows), 0)
    vs.median[:] = np.where(away, 450_000, 330_000)
    vs.benefits[:] = rng.choice([0, 1, 2, 4, 5, 15], rows)
    vs.tags[:] = rng.choice([0, 0, 1, 2, 32, 64, 128, 512, 4 + 8], rows)
    vs.targets[:] = rng.choice([0, 0, 0, 1, 12, 16, 48], rows)
    vs.hazardous[:] = rng.random(rows) < 0.1
    vs.excludes_employed[:] = vs.kind == 1
    return vs
