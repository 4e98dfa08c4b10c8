"""The floor: one straight-line function for one person against all vacancies, totals only.

It knows nothing of the product's criteria table; it filters before it scores and looks at each fact once.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from matching.occupations.catalogue import closeness_packed
from matching.pairing.columns import JobseekerColumns, VacancyColumns
from matching.pairing.weights import Weights
from matching.places.distance import haversine_km
from matching.places.regions import NEIGHBOUR_KM


def totals_of_one(  # noqa: C901  (a floor is one straight line)
    js: JobseekerColumns, i: int, vs: VacancyColumns, day: int, w: Weights
) -> tuple[Any, Any]:
    """Places of the vacancies that person ``i`` may take, and their totals."""
    if js.looking[i] == 0 or js.ages[i] & 1:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int32)
    mask = vs.open & (vs.valid_until >= day) & (vs.demo == js.demo[i])
    if js.ages[i] & 2:
        mask &= ~vs.hazardous
    mask &= (vs.targets == 0) | ((vs.targets & (js.classes[i] | ~js.classes_known[i])) != 0)
    if js.capacity[i] >= 0:
        mask &= (vs.load <= js.capacity[i]) & (js.capacity[i] > 0)
    if js.skills_known[i]:
        mask &= (vs.required_skills & ~js.skills[i]) == 0
    if js.certificates_known[i]:
        mask &= (vs.certificates & ~js.certificates[i]) == 0
    if js.education[i] >= 0:
        mask &= vs.education <= js.education[i]
    if js.shifts[i]:
        mask &= (vs.shifts == 0) | ((vs.shifts & js.shifts[i]) != 0)
    if js.wage_floor[i]:
        mask &= (vs.pay_high == 0) | (vs.pay_high >= js.wage_floor[i])
    if js.employed[i] == 1:
        mask &= ~vs.excludes_employed
    own, prefecture = js.county[i], js.prefecture[i]
    in_prefecture = (vs.prefecture == prefecture) | (vs.prefecture == 0) | (prefecture == 0)
    named = js.wanted[:, i][js.wanted[:, i] > 0]
    there = np.zeros(len(vs), dtype=bool)
    for place in named:
        there |= (vs.prefecture == place) | (vs.province == place)
    leaving = (there if len(named) else np.ones(len(vs), dtype=bool)) if js.leaves[i] != 0 else False
    if js.reach[i] != 1:
        mask &= in_prefecture | leaving
    at = np.flatnonzero(mask)
    km = haversine_km(js.lon[i], js.lat[i], vs.lon[at], vs.lat[at])
    known = js.exact[i] & vs.exact[at] & ~np.isnan(km)
    metres = np.rint(np.nan_to_num(km * js.detour[i]) * 1000).astype(np.int32)
    at_home = (vs.county[at] == own) & (own > 0)
    if js.reach[i] == 1:
        no_county = ((own == 0) | (vs.county[at] == 0)) & in_prefecture[at]
        kept = np.where(known, metres <= js.reach_m[i], at_home | no_county)
        kept |= leaving[at] if js.leaves[i] != 0 else False
        at, km, known, metres, at_home = at[kept], km[kept], known[kept], metres[kept], at_home[kept]
    bands = np.append(w.array("distance.points"), np.int32(0))
    total = np.where(known, bands[np.searchsorted(w.array("limits.distance_m"), metres)], 0)
    county = vs.county[at]
    close = (
        (own > 0)
        & (county > 0)
        & (county != own)
        & ((vs.prefecture[at] == prefecture) | (km <= NEIGHBOUR_KM))
    )
    by_county = np.where(close, w["distance.neighbour_county"], 0)
    total += np.where(known, 0, np.where(at_home, w["distance.same_county"], by_county))
    post = vs.occupation[at]
    levels = closeness_packed(js.occupations[0, i], post)
    for slot in (1, 2):
        if js.occupations[slot, i]:
            levels = np.maximum(levels, closeness_packed(js.occupations[slot, i], post))
    total += w.array("occupation.levels")[levels]
    tags, shifts = vs.tags[at], vs.shifts[at]
    total += (((tags & 32) != 0) & (levels == 0)) * w["occupation.taught"]
    if js.skills[i]:
        counted = w.array("skills.counted")
        total += counted[
            np.minimum(np.bitwise_count(vs.preferred_skills[at] & js.skills[i]), len(counted) - 1)
        ]
    if js.skills[i] or js.certificates[i]:
        skills = (vs.required_skills[at] != 0) & ((vs.required_skills[at] & ~js.skills[i]) == 0)
        papers = (vs.certificates[at] != 0) & ((vs.certificates[at] & ~js.certificates[i]) == 0)
        total += (skills | papers) * w["skills.proven"]
    if len(named):
        total += there[at] * w["destination.wanted"]
    low, high = vs.pay_low[at], vs.pay_high[at]
    if js.wage_floor[i]:
        within = np.where(high >= js.wage_floor[i], w["pay.floor_within"], 0)
        total += (high > 0) * np.where(low >= js.wage_floor[i], w["pay.floor_met"], within)
    percent = np.where(high > 0, (low.astype(np.int64) + high) // 2 * 100 // np.maximum(vs.median[at], 1), 0)
    steps = np.append(np.int32(0), w.array("pay.points"))
    total += steps[np.searchsorted(w.array("limits.pay_percent"), percent, side="right")]
    if js.shifts[i]:
        total += ((shifts & js.shifts[i]) != 0) * w["hours.overlap"]
        if js.shifts[i] & 64:
            total += (((tags & 4) != 0) | ((shifts & 64) != 0)) * w["hours.slack_season"]
    if js.care[i]:
        total += (((shifts & 2) != 0) | ((tags & 10) != 0) | (known & (metres <= w["limits.near_m"]))) * w[
            "hours.care"
        ]
    total += ((vs.targets[at] & js.classes[i]) != 0) * w["welcome.target"]
    welcome = (128 if js.classes[i] & 32 else 0) | (64 if js.classes[i] & 16 else 0)
    if welcome:
        total += ((tags & welcome) != 0) * w["welcome.tag"]
    if js.capacity[i] == 1:
        total += (vs.load[at] == 1) * w["welcome.light"]
    benefits = vs.benefits[at]
    total += (((benefits & 4) != 0) & ~at_home) * w["benefits.housing_away"]
    total += ((benefits & 3) != 0) * w["benefits.meals"]
    total += (((benefits & 8) != 0) | ((tags & 512) != 0)) * w["benefits.transport"]
    if js.employed[i] == 0:
        soon = (vs.start[at] > 0) & (vs.start[at] - vs.posted[at] <= w["limits.start_days"])
        total += soon * w["start.soon"]
    return at, total
