"""Soft criteria: how well does it fit?  Whole points, none negative; what is not stated earns nothing."""

from __future__ import annotations

import numpy as np

from matching.occupations.catalogue import closeness_packed
from matching.pairing import bits
from matching.pairing.columns import Array
from matching.pairing.limits import same_county, wanted_place
from matching.pairing.pairs import POINTS_CLOSE, Pairs
from matching.people.codes import Shift, Target
from matching.vacancies.codes import LOAD_RANK, Benefit, Load, Tag


def closest(p: Pairs) -> Array:
    """Levels of the classification (0 to 4) shared with the nearest of the person's occupations."""
    levels: Array = closeness_packed(p.j.occupations, p.v.occupation).max(axis=0)
    return levels


def occupation_points(p: Pairs) -> Array:
    return p.weights.array("occupation.levels")[closest(p)]


def taught_points(p: Pairs) -> Array:
    taught = has(p.v.tags, bits.TAG[Tag.NO_EXPERIENCE]) & (closest(p) == 0)
    return taught * p.weights["occupation.taught"]


def skill_points(p: Pairs) -> Array:
    count = np.bitwise_count(p.j.skills & p.v.preferred_skills)
    points = p.weights.array("skills.counted")
    return points[np.minimum(count, len(points) - 1)]


def proven_points(p: Pairs) -> Array:
    skills = (p.v.required_skills != 0) & ((p.v.required_skills & ~p.j.skills) == 0)
    papers = (p.v.certificates != 0) & ((p.v.certificates & ~p.j.certificates) == 0)
    return (skills | papers) * p.weights["skills.proven"]


def distance_points(p: Pairs) -> Array:
    points = np.append(p.weights.array("distance.points"), np.int32(0))
    known = points[np.searchsorted(p.weights.array("limits.distance_m"), p.road)]
    return np.where(p.road >= 0, known, 0)


def county_points(p: Pairs) -> Array:
    """Where no distance is known the county still is."""
    near = np.where(neighbouring(p), p.weights["distance.neighbour_county"], 0)
    return np.where(p.road >= 0, 0, np.where(same_county(p), p.weights["distance.same_county"], near))


def neighbouring(p: Pairs) -> Array:
    """Another county of the prefecture, or one whose point lies close."""
    both = (p.j.county > 0) & (p.v.county > 0) & (p.j.county != p.v.county)
    return both & ((p.j.prefecture == p.v.prefecture) | (p.road == POINTS_CLOSE))


def destination_points(p: Pairs) -> Array:
    return wanted_place(p) * p.weights["destination.wanted"]


def floor_points(p: Pairs) -> Array:
    stated = (p.j.wage_floor > 0) & (p.v.pay_high > 0)
    high = np.where(p.v.pay_high >= p.j.wage_floor, p.weights["pay.floor_within"], 0)
    return stated * np.where(p.v.pay_low >= p.j.wage_floor, p.weights["pay.floor_met"], high)


def median_points(p: Pairs) -> Array:
    points = np.append(np.int32(0), p.weights.array("pay.points"))
    return points[np.searchsorted(p.weights.array("limits.pay_percent"), pay_percent(p), side="right")]


def pay_percent(p: Pairs) -> Array:
    """Middle of the pay in percent of the local median, 0 where the pay or the median is unknown."""
    middle = (p.v.pay_low.astype(np.int64) + p.v.pay_high) // 2
    return np.where(p.v.pay_high > 0, middle * 100 // np.maximum(p.v.median, 1), 0)


def hours_points(p: Pairs) -> Array:
    return ((p.j.shifts & p.v.shifts) != 0) * p.weights["hours.overlap"]


def care_points(p: Pairs) -> Array:
    return fits_care(p) * p.weights["hours.care"]


def fits_care(p: Pairs) -> Array:
    """Somebody who cares for others finds school or free hours, work to take home, or work close by."""
    tags = bits.TAG[Tag.SCHOOL_HOURS] | bits.TAG[Tag.TAKE_HOME]
    hours = has(p.v.shifts, bits.SHIFT[Shift.SCHOOL_HOURS]) | has(p.v.tags, tags)
    near = (p.road >= 0) & (p.road <= p.weights["limits.near_m"])
    return (p.j.care != 0) & (hours | near)


def season_points(p: Pairs) -> Array:
    slack = bits.SHIFT[Shift.SLACK_SEASON]
    offered = has(p.v.tags, bits.TAG[Tag.SLACK_SEASON]) | has(p.v.shifts, slack)
    return (has(p.j.shifts, slack) & offered) * p.weights["hours.slack_season"]


def target_points(p: Pairs) -> Array:
    return ((p.v.targets & p.j.classes) != 0) * p.weights["welcome.target"]


def welcome_points(p: Pairs) -> Array:
    """Tags that include people and never exclude any."""
    return welcomed(p) * p.weights["welcome.tag"]


def welcomed(p: Pairs) -> Array:
    older = has(p.v.tags, bits.TAG[Tag.OLDER_WELCOME]) & has(p.j.classes, bits.TARGET[Target.OLDER])
    disabled = has(p.v.tags, bits.TAG[Tag.DISABLED_WELCOME]) & has(p.j.classes, bits.TARGET[Target.DISABLED])
    return older | disabled


def light_points(p: Pairs) -> Array:
    light = LOAD_RANK[Load.LIGHT]
    return ((p.j.capacity == light) & (p.v.load == light)) * p.weights["welcome.light"]


def housing_points(p: Pairs) -> Array:
    away = ~same_county(p)
    return (has(p.v.benefits, bits.BENEFIT[Benefit.HOUSING]) & away) * p.weights["benefits.housing_away"]


def meal_points(p: Pairs) -> Array:
    meals = bits.BENEFIT[Benefit.MEALS] | bits.BENEFIT[Benefit.LUNCH]
    return has(p.v.benefits, meals) * p.weights["benefits.meals"]


def transport_points(p: Pairs) -> Array:
    brought = has(p.v.benefits, bits.BENEFIT[Benefit.TRANSPORT])
    return (brought | has(p.v.tags, bits.TAG[Tag.POINT_TO_POINT])) * p.weights["benefits.transport"]


def start_points(p: Pairs) -> Array:
    """Work begins soon after posting and the person has none."""
    soon = (p.v.start > 0) & (p.v.start - p.v.posted <= p.weights["limits.start_days"])
    return (soon & (p.j.employed == 0)) * p.weights["start.soon"]


def has(column: Array, wanted: int) -> Array:
    return (column & wanted) != 0
