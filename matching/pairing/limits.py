"""Hard criteria: may this pair be at all?  And what has to be asked before that is sure.

Unknown is not no: what is not stated passes and is asked for (``ask_…``).
"""

from __future__ import annotations

import numpy as np

from matching.pairing import bits
from matching.pairing.columns import REACH_COMMUTE, REACH_UNKNOWN, Array
from matching.pairing.pairs import Pairs
from matching.vacancies.codes import LOAD_RANK, Load


def same_world(p: Pairs) -> Array:
    """The demo never mixes with real people."""
    return p.j.demo == p.v.demo


def is_open(p: Pairs) -> Array:
    return p.v.open & (p.v.valid_until >= p.day)


def wants_work(p: Pairs) -> Array:
    return p.j.looking != 0


def ask_willing(p: Pairs) -> Array:
    return p.j.looking < 0


def legal_age(p: Pairs) -> Array:
    """Nobody under 16; 16 and 17 not in hazardous work (L6)."""
    young = (p.j.ages & bits.AGE_16_17) != 0
    return ((p.j.ages & bits.UNDER_16) == 0) & ~(young & p.v.hazardous)


def ask_age(p: Pairs) -> Array:
    return p.j.ages == 0


def eligible(p: Pairs) -> Array:
    """The post is for certain classes: one of them holds, or may hold."""
    may_hold = p.j.classes | ~p.j.classes_known
    return (p.v.targets == 0) | ((p.v.targets & may_hold) != 0)


def ask_eligibility(p: Pairs) -> Array:
    return (p.v.targets != 0) & ((p.v.targets & p.j.classes) == 0)


def able(p: Pairs) -> Array:
    """Work capacity carries the load; without any capacity no load does."""
    return (p.j.capacity < 0) | ((p.j.capacity > 0) & (p.j.capacity >= p.v.load))


def ask_capacity(p: Pairs) -> Array:
    return p.j.capacity < 0


def ask_load(p: Pairs) -> Array:
    light = LOAD_RANK[Load.LIGHT]
    return (p.v.load == 0) & (p.j.capacity == light)


def skilled(p: Pairs) -> Array:
    return ~p.j.skills_known | ((p.v.required_skills & ~p.j.skills) == 0)


def ask_skills(p: Pairs) -> Array:
    return ~p.j.skills_known & (p.v.required_skills != 0)


def certified(p: Pairs) -> Array:
    return ~p.j.certificates_known | ((p.v.certificates & ~p.j.certificates) == 0)


def ask_certificates(p: Pairs) -> Array:
    return ~p.j.certificates_known & (p.v.certificates != 0)


def schooled(p: Pairs) -> Array:
    return (p.j.education < 0) | (p.j.education >= p.v.education)


def ask_education(p: Pairs) -> Array:
    return (p.j.education < 0) & (p.v.education >= 0)


def same_county(p: Pairs) -> Array:
    return (p.j.county == p.v.county) & (p.j.county > 0)


def same_prefecture(p: Pairs) -> Array:
    """In the same prefecture, as far as both are known."""
    return (p.j.prefecture == p.v.prefecture) | (p.j.prefecture == 0) | (p.v.prefecture == 0)


def commutes(p: Pairs) -> Array:
    """Home every day: within the stated distance, or within the county where a distance is not known.

    An unknown reach, and one that covers the whole prefecture, pass within the prefecture.
    """
    near = np.where(p.road >= 0, p.road <= p.j.reach_m, same_county(p) | county_unknown(p))
    return np.where(p.j.reach == REACH_COMMUTE, near, same_prefecture(p))


def county_unknown(p: Pairs) -> Array:
    return ((p.j.county == 0) | (p.v.county == 0)) & same_prefecture(p)


def wanted_place(p: Pairs) -> Array:
    """The person named the prefecture or province of the post."""
    there = (p.j.wanted == p.v.prefecture) | (p.j.wanted == p.v.province)
    return ((p.j.wanted > 0) & there).any(axis=0)


def moves(p: Pairs) -> Array:
    """Willing to leave, or never asked, and the destination is accepted (none named: all are)."""
    anywhere = (p.j.wanted == 0).all(axis=0)
    return (p.j.leaves != 0) & (anywhere | wanted_place(p))


def ask_distance(p: Pairs) -> Array:
    return (p.j.reach == REACH_COMMUTE) & (p.road < 0) & commutes(p)


def ask_reach(p: Pairs) -> Array:
    return (p.j.reach == REACH_UNKNOWN) & same_prefecture(p)


def ask_leave(p: Pairs) -> Array:
    return ~commutes(p) & (p.j.leaves < 0)


def ask_destination(p: Pairs) -> Array:
    return ~commutes(p) & (p.j.leaves > 0) & (p.j.wanted == 0).all(axis=0)


def hours_meet(p: Pairs) -> Array:
    return (p.j.shifts == 0) | (p.v.shifts == 0) | ((p.j.shifts & p.v.shifts) != 0)


def ask_shifts(p: Pairs) -> Array:
    return p.j.shifts == 0


def ask_post_shifts(p: Pairs) -> Array:
    return p.v.shifts == 0


def pays_enough(p: Pairs) -> Array:
    return (p.j.wage_floor == 0) | (p.v.pay_high == 0) | (p.v.pay_high >= p.j.wage_floor)


def ask_wage_floor(p: Pairs) -> Array:
    return p.j.wage_floor == 0


def ask_pay(p: Pairs) -> Array:
    return (p.v.pay_high == 0) & (p.j.wage_floor > 0)


def free(p: Pairs) -> Array:
    return ~p.v.excludes_employed | (p.j.employed != 1)


def ask_employed(p: Pairs) -> Array:
    return p.v.excludes_employed & (p.j.employed < 0)
