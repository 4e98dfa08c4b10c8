"""What a reason mentions: plain figures and codes of one pair, for ``words.py`` and for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from matching.occupations.catalogue import closeness_packed, unpack
from matching.pairing import bits, limits, merits
from matching.pairing.pairs import Pairs
from matching.people.codes import EDUCATION_RANK
from matching.places.distance import walk_minutes
from matching.vacancies.codes import LOAD_RANK

Facts = dict[str, Any]
_LOAD = {rank: str(load) for load, rank in LOAD_RANK.items()}
_EDUCATION = {rank: str(level) for level, rank in EDUCATION_RANK.items()}


def facts_of(code: str, pair: Pairs) -> Facts:
    """The facts of a code for a block of one pair; empty where the sentence needs none."""
    make = FACTS.get(code)
    return make(pair) if make else {}


def _number(column: Any) -> int:
    return int(np.asarray(column).reshape(-1)[0])


def _place(p: Pairs) -> Facts:
    road = _number(p.road)
    if road >= 0:
        km = road / 1000
        return {"km": round(km, 1), "walk_minutes": walk_minutes(km)}
    if bool(np.asarray(limits.same_county(p)).reshape(-1)[0]):
        return {"where": "same_county"}
    near = bool(np.asarray(merits.neighbouring(p)).reshape(-1)[0])
    return {"where": "neighbour_county" if near else "away"}


def _reach(p: Pairs) -> Facts:
    limit = _number(p.j.reach_m)
    return _place(p) | ({"reach_km": limit / 1000} if limit >= 0 else {})


def _occupation(p: Pairs) -> Facts:
    own = np.asarray(p.j.occupations).reshape(-1)
    post = _number(p.v.occupation)
    levels = closeness_packed(own, np.int32(post))
    nearest = int(own[int(np.argmax(levels))])
    return {"own": unpack(nearest), "post": unpack(post), "levels": int(levels.max())}


def _pay(p: Pairs) -> Facts:
    return {
        "low_yuan": _number(p.v.pay_low) // 100,
        "high_yuan": _number(p.v.pay_high) // 100,
        "floor_yuan": _number(p.j.wage_floor) // 100,
    }


def _median(p: Pairs) -> Facts:
    return {"percent": _number(merits.pay_percent(p)), "median_yuan": _number(p.v.median) // 100}


def _shared_shifts(p: Pairs) -> Facts:
    return {"shifts": bits.from_bits(_number(p.j.shifts) & _number(p.v.shifts), bits.SHIFT)}


def _post_shifts(p: Pairs) -> Facts:
    return {"shifts": bits.from_bits(_number(p.v.shifts), bits.SHIFT)}


def _targets(p: Pairs) -> Facts:
    return {"targets": bits.from_bits(_number(p.v.targets), bits.TARGET)}


def _shared_targets(p: Pairs) -> Facts:
    return {"targets": bits.from_bits(_number(p.v.targets) & _number(p.j.classes), bits.TARGET)}


def _load(p: Pairs) -> Facts:
    return {"load": _LOAD.get(_number(p.v.load))}


def _education(p: Pairs) -> Facts:
    return {"education": _EDUCATION.get(_number(p.v.education))}


def _care(p: Pairs) -> Facts:
    return _place(p) | {"care": bits.from_bits(_number(p.j.care), bits.CARE)}


def _destination(p: Pairs) -> Facts:
    return {"prefecture": _number(p.v.prefecture)}


def _benefits(p: Pairs) -> Facts:
    return {"benefits": bits.from_bits(_number(p.v.benefits), bits.BENEFIT)}


FACTS: dict[str, Callable[[Pairs], Facts]] = {
    "eligibility": _targets,
    "ask_eligibility": _targets,
    "target": _shared_targets,
    "capacity": _load,
    "ask_capacity": _load,
    "education": _education,
    "ask_education": _education,
    "shifts": _post_shifts,
    "ask_shifts": _post_shifts,
    "hours": _shared_shifts,
    "wage_floor": _pay,
    "ask_wage_floor": _pay,
    "pay_floor": _pay,
    "pay_median": _median,
    "reach": _reach,
    "ask_reach": _place,
    "ask_distance": _reach,
    "ask_leave": _destination,
    "ask_destination": _destination,
    "near": _place,
    "county": _place,
    "occupation": _occupation,
    "care": _care,
    "destination": _destination,
    "housing": _benefits,
    "meals": _benefits,
}
