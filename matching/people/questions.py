"""At most eight questions to a jobseeker, those of whose answers matching makes most: each has one answer.

Pure: a choice leads to facts, and the facts that are known lead back to a choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from matching.errors import DomainError
from matching.people.codes import Care, Education, Reach, Shift, Willingness
from matching.people.facts import Facts
from matching.places import regions

#: The answer of somebody who cannot say.
UNKNOWN = "unknown"
#: Of somebody who has done nothing of what is named.
NOTHING = "nothing"
#: Codes of skills that most posts near home ask for, in the order in which they are shown.
SKILLS = (
    *("sewing", "electronics", "cooking", "cleaning", "elder_care", "infant_care", "crop_farming"),
    *("livestock", "bricklaying", "loading", "driving_c1", "guarding", "sales", "handicraft"),
)
#: Yuan a month.
PAY = (2000, 2500, 3000, 4000, 5000)
ROUND_THE_CLOCK = [Shift.DAY.value, Shift.EVENING.value, Shift.NIGHT.value, Shift.ROTATING.value]
ANY_SHIFT = [shift.value for shift in Shift]

#: question → its fields.
FIELDS: dict[str, tuple[str, ...]] = {
    "willing": ("willingness",),
    "reach": ("reach",),
    "hours": ("shifts",),
    "care": ("care",),
    "leave": ("will_leave", "wanted_regions"),
    "pay": ("wage_floor_cents",),
    "skill": ("skills",),
    "school": ("education",),
}
QUESTIONS = tuple(FIELDS)

#: question → choice → facts, where these depend on nothing else.
CHOICES: dict[str, dict[str, Facts]] = {
    "willing": {choice: {"willingness": choice} for choice in (Willingness.YES.value, Willingness.NO.value)},
    "reach": {reach.value: {"reach": reach.value} for reach in Reach},
    "hours": {
        "day": {"shifts": [Shift.DAY.value]},
        "school_hours": {"shifts": [Shift.SCHOOL_HOURS.value]},
        "evening": {"shifts": [Shift.EVENING.value]},
        "rotating": {
            "shifts": [Shift.DAY.value, Shift.EVENING.value, Shift.NIGHT.value, Shift.ROTATING.value]
        },
        "flexible": {"shifts": [Shift.FLEXIBLE.value]},
        "slack_season": {"shifts": [Shift.SLACK_SEASON.value]},
        "any": {"shifts": ANY_SHIFT},
    },
    "care": {
        "none": {"care": []},
        "child": {"care": [Care.CHILD.value]},
        "elder": {"care": [Care.ELDER.value]},
        "both": {"care": [Care.CHILD.value, Care.ELDER.value]},
        "patient": {"care": [Care.PATIENT.value]},
    },
    "pay": {str(yuan): {"wage_floor_cents": yuan * 100} for yuan in PAY},
    "school": {
        level.value: {"education": level.value} for level in Education if level is not Education.PRESCHOOL
    },
}


def choices(question: str, provinces: Iterable[str] = ()) -> tuple[str, ...]:
    """The answers to a question, "don't know" last.

    Args:
        question: of :data:`QUESTIONS`.
        provinces: codes (6 digits) that are offered by name as places to go to.

    Raises:
        DomainError: ``question_unknown``.
    """
    if question not in FIELDS:
        raise DomainError("question_unknown")
    if question == "skill":
        return (*SKILLS, NOTHING, UNKNOWN)
    if question == "leave":
        return ("no", "prefecture", "province", *provinces, "anywhere", UNKNOWN)
    return (*CHOICES[question], UNKNOWN)


def facts_of(question: str, choice: str, *, county: str, known: Mapping[str, Any]) -> Facts:
    """What an answer states.

    Args:
        county: of the person, 6 digits: one's own prefecture and province follow from it.
        known: facts that are stored; a skill is added to those that are known.

    Returns:
        Field → value, None for one that is not stated by it.

    Raises:
        DomainError: ``question_unknown``, ``choice_unknown``.
    """
    if question == "skill":
        return {"skills": _skills(choice, known.get("skills") or ())}
    if question == "leave":
        return _leaving(choice, county)
    try:
        facts = CHOICES[question][choice]
    except KeyError:
        raise DomainError("choice_unknown" if question in FIELDS else "question_unknown") from None
    return deepcopy(facts)


def _skills(choice: str, known: Iterable[str]) -> list[str]:
    if choice == NOTHING:
        return []
    if choice not in SKILLS:
        raise DomainError("choice_unknown")
    return [choice, *(code for code in known if code != choice)]


def _leaving(choice: str, county: str) -> Facts:
    if choice == "no":
        return {"will_leave": False, "wanted_regions": None}
    if choice == "anywhere":
        return {"will_leave": True, "wanted_regions": None}
    own = {"prefecture": regions.prefecture_of, "province": regions.province_of}.get(choice)
    place = own(county) if own else _province(choice)
    if place is None:
        raise DomainError("choice_unknown")
    return {"will_leave": True, "wanted_regions": [place]}


def _province(code: str) -> str | None:
    try:
        known = regions.province_of(code)
    except DomainError:
        return None
    return known if known == code else None


def choice_of(question: str, county: str, known: Mapping[str, Any]) -> str | None:
    """The answer that says what is known; None where nothing is, or no answer says exactly that."""
    if question == "skill":
        return _skill_known(known.get("skills"))
    if all(known.get(name) is None for name in FIELDS[question]):
        return None
    if question == "leave":
        return _leave_known(county, known)
    for choice, facts in CHOICES[question].items():
        if all(_same(known.get(name), value) for name, value in facts.items()):
            return choice
    return None


def _skill_known(skills: list[str] | None) -> str | None:
    if skills is None:
        return None
    if not skills:
        return NOTHING
    return skills[0] if skills[0] in SKILLS else None


def _leave_known(county: str, known: Mapping[str, Any]) -> str | None:
    wanted = known.get("wanted_regions") or []
    if known.get("will_leave") is False:
        return "no"
    if not wanted:
        return "anywhere"
    if len(wanted) > 1:
        return None
    own = {regions.prefecture_of(county): "prefecture", regions.province_of(county): "province"}
    return own.get(wanted[0]) or _province(wanted[0])


def _same(one: Any, other: Any) -> bool:
    if isinstance(other, list):
        return one is not None and sorted(map(str, one)) == sorted(map(str, other))
    return bool(one == other)
