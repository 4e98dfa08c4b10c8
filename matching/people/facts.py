"""A person as one flat record of facts, and the columns that follow from it.

Imports, hand corrections and taking back all go through here, so that what is derived (age classes, indexes,
missing fields, seals) cannot differ between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from matching.crypto import Keyring
from matching.occupations.skills import occupations_of
from matching.people.codes import Relation, Target, Willingness
from matching.people.models import Household, Jobseeker, Member
from matching.people.rules import age_days, is_jobseeker, missing_fields

Facts = dict[str, Any]

SEAL_MEMBER, SEAL_HOUSEHOLD = "member.sealed", "household.sealed"
INDEX_ID, INDEX_LAST4, INDEX_PHONE = "member.id", "member.last4", "member.phone"
#: Facts that stand only in the member's sealed record.
SEALED = ("id_number", "phone", "health", "disability", "disabled", "difficulty")
MEMBER = (
    "name",
    "id_type",
    "sex",
    "birth_date",
    "relation",
    "education",
    "school",
    "capacity",
    "person_code",
)
HOUSEHOLD = ("household_size", "relocated", "resettlement", "lifted", "monitored", "low_income", "destitute")
JOBSEEKER = (
    "work",
    "work_place",
    "training_wish",
    "reach",
    "shifts",
    "wage_floor_cents",
    "will_leave",
    "wanted_regions",
    "care",
    "skills",
    "certificates",
)
#: Words of 就业困难人员类别 that are an eligibility class of their own.
DIFFICULTIES = {
    "失地": Target.LAND_LOSS,
    "连续失业": Target.LONG_UNEMPLOYED,
    "零就业": Target.ZERO_JOB,
    "零转移就业": Target.ZERO_JOB,
    "残疾": Target.DISABLED,
    "最低生活保障": Target.LOW_INCOME,
    "低保": Target.LOW_INCOME,
    "建档立卡": Target.LIFTED,
    "脱贫": Target.LIFTED,
}
#: At most three occupations say what somebody has done or wishes to do.
OCCUPATIONS_KEPT = 3


def stored_facts(
    keyring: Keyring, household: Household, member: Member, jobseeker: Jobseeker | None
) -> Facts:
    """The facts as they stand in the tables (None left out)."""
    facts: Facts = {name: getattr(member, name) for name in MEMBER if name != "person_code"}
    facts["person_code"] = member.code
    facts.update(keyring.open_facts(member.sealed, SEAL_MEMBER))
    facts.update({name: getattr(household, name) for name in HOUSEHOLD if name != "household_size"})
    facts["household_size"] = household.size_stated
    facts.update({"household_phone": keyring.open_facts(household.sealed, SEAL_HOUSEHOLD).get("phone")})
    if jobseeker is not None:
        facts.update({name: getattr(jobseeker, name) for name in JOBSEEKER})
        if jobseeker.willingness != Willingness.UNKNOWN:
            facts["willingness"] = jobseeker.willingness
    return {name: value for name, value in facts.items() if value is not None}


def member_columns(keyring: Keyring, facts: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Columns of ``members`` that follow from the facts."""
    sealed = {name: facts[name] for name in SEALED if facts.get(name) is not None}
    id_number, phone = facts.get("id_number"), facts.get("phone")
    jobseeker = is_jobseeker(facts.get("birth_date"), facts.get("school"), facts.get("capacity"), today)
    return {
        "code": facts.get("person_code"),
        "name": facts.get("name") or "",
        "id_type": facts.get("id_type") or "resident",
        "id_index": keyring.blind(id_number, INDEX_ID) if id_number else None,
        "id_last4_index": keyring.blind(id_number[-4:], INDEX_LAST4) if id_number else None,
        "phone_index": keyring.blind(phone, INDEX_PHONE) if phone else None,
        "sealed": keyring.seal_facts(sealed, SEAL_MEMBER) if sealed else None,
        "sex": facts.get("sex"),
        "birth_date": facts.get("birth_date"),
        "relation": facts.get("relation"),
        "is_head": facts.get("relation") == Relation.HEAD,
        "education": facts.get("education"),
        "school": facts.get("school"),
        "capacity": facts.get("capacity"),
        "missing": missing_fields({**facts, "jobseeker": jobseeker}),
    }


def household_columns(keyring: Keyring, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of ``households`` that follow from the facts of any one member."""
    phone = facts.get("household_phone")
    columns = {name: facts.get(name) for name in HOUSEHOLD if name != "household_size"}
    columns["size_stated"] = facts.get("household_size")
    columns["sealed"] = keyring.seal_facts({"phone": phone}, SEAL_HOUSEHOLD) if phone else None
    return columns


def jobseeker_columns(facts: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Columns of ``jobseekers`` that follow from the facts (its place comes from the household)."""
    days = age_days(facts.get("birth_date"), facts.get("sex"))
    skills = [*(facts.get("skills") or ()), *(facts.get("certificates") or ())]
    columns: dict[str, Any] = {name: _plain(facts.get(name)) for name in JOBSEEKER}
    return {
        **columns,
        "capacity": facts.get("capacity"),
        "education": facts.get("education"),
        "willingness": facts.get("willingness") or Willingness.UNKNOWN,
        "occupations": occupations_of(skills)[:OCCUPATIONS_KEPT] or None,
        "classes": classes(facts),
        "working_age_from": days.working_age_from,
        "adult_from": days.adult_from,
        "older_from": days.older_from,
        "retires_on": days.retires_on,
        "eligible": is_jobseeker(facts.get("birth_date"), facts.get("school"), facts.get("capacity"), today),
    }


def classes(facts: Mapping[str, Any]) -> dict[str, bool]:
    """Eligibility classes of which the facts say whether they hold; silence is not a no.

    The zero-job class depends on the whole household and is set by :mod:`matching.people.zero_job`.
    """
    known: dict[str, bool] = {}
    if facts.get("relocated") is not None:
        known[Target.RELOCATED] = bool(facts["relocated"])
    elif facts.get("resettlement") or facts.get("in_settlement"):
        known[Target.RELOCATED] = True
    if facts.get("lifted") is not None:
        known[Target.LIFTED] = bool(facts["lifted"])
    income = [
        facts.get("low_income"),
        facts.get("destitute"),
        bool(facts["monitored"]) if facts.get("monitored") else None,
    ]
    if any(income):
        known[Target.LOW_INCOME] = True
    elif income[0] is False:
        known[Target.LOW_INCOME] = False
    if facts.get("disabled") is not None:
        known[Target.DISABLED] = bool(facts["disabled"])
    elif facts.get("health"):
        known[Target.DISABLED] = "disabled" in facts["health"]
    for word, target in DIFFICULTIES.items():
        if word in (facts.get("difficulty") or ""):
            known[target] = True
    return known


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
