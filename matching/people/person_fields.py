"""The fields of a person sheet: how each is read, and the row they make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from matching.people.codes import (
    Capacity,
    Care,
    Channel,
    Education,
    Health,
    IdType,
    Monitored,
    Reach,
    Relation,
    Resettlement,
    School,
    Sex,
    Shift,
    Willingness,
    Work,
)
from matching.sheets.mapping import Field, Mapping, Schema, load_families, load_lists

FAMILIES = Path(__file__).parent / "families"

_HINT_ID = "18 位,文本格式"
PERSON_FIELDS: dict[str, Field] = {
    "settlement_name": Field("text", hint="与系统里的安置点名称一致"),
    "household_code": Field("digits", hint="同一户的成员填同一个编号"),
    "person_code": Field("digits"),
    "name": Field("name", hint="必填"),
    "id_type": Field("code", "id_type"),
    "id_number": Field("raw", hint=_HINT_ID),
    "relation": Field("code", "relation"),
    "phone": Field("phone", hint="手机 11 位,或座机带区号"),
    "household_phone": Field("phone"),
    "head_name": Field("name"),
    "head_id_number": Field("raw", hint=_HINT_ID),
    "household_size": Field("integer", hint="本户人数"),
    "sex": Field("code", "sex"),
    "age": Field("integer", hint="周岁;有身份证号时以身份证号为准"),
    "birth_date": Field("raw"),
    "education": Field("code", "education"),
    "school": Field("code", "school"),
    "capacity": Field("code", "capacity"),
    "skills": Field("items", hint="多项用、隔开"),
    "health": Field("codes", "health", hint="多项用、隔开"),
    "disability": Field("text"),
    "disabled": Field("yes_no"),
    "work": Field("code", "work"),
    "work_place": Field("text", hint="在外务工的填到县"),
    "work_area": Field("code", "work_area"),
    "employer_name": Field("text"),
    "work_start": Field("raw"),
    "work_end": Field("raw"),
    "monthly_income": Field("money", hint="元"),
    "months_worked": Field("integer"),
    "channel": Field("code", "channel"),
    "transfer_way": Field("code", "transfer_way"),
    "industry": Field("text"),
    "willingness": Field("code", "willingness"),
    "training_wish": Field("text", hint="愿意学什么,或不愿意"),
    "reach": Field("code", "reach"),
    "shifts": Field("codes", "shift", hint="多项用、隔开"),
    "wage_floor": Field("money", hint="元/月"),
    "will_leave": Field("yes_no", hint="是 或 否"),
    "wanted_regions": Field("items", hint="多项用、隔开"),
    "care": Field("codes", "care", hint="多项用、隔开;没有填 无"),
    "certificates": Field("items", hint="多项用、隔开"),
    "resettlement": Field("code", "resettlement"),
    "relocated": Field("code", "relocated"),
    "lifted": Field("code", "lifted"),
    "monitored": Field("code", "monitored"),
    "low_income": Field("code", "low_income"),
    "destitute": Field("code", "destitute"),
    "difficulty": Field("text"),
    "difficulty_valid": Field("yes_no"),
    "confirmed_year": Field("integer"),
    "province": Field("text"),
    "city": Field("text"),
    "county": Field("text"),
    "town": Field("text"),
    "village": Field("text"),
    "region_code": Field("region_code"),
    "region_text": Field("text"),
    "address": Field("text"),
    "remark": Field("text"),
}


@cache
def person_schema() -> Schema:
    """Fields and code lists of persons."""
    return Schema("person", PERSON_FIELDS, load_lists(FAMILIES / "codes.toml"))


@cache
def person_families() -> dict[str, Mapping]:
    """The header families that are recognised by themselves, by name."""
    return load_families(FAMILIES, person_schema())


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What one row states about one person.  None (of tuples too) means "not stated", never "no".

    Args:
        id_number: the person's key: 18 characters of a resident number, or another document's number.
        region_parts: names from province down to village, ``""`` where one is not stated.
        monthly_income_cents, wage_floor_cents: integer cents a month.
        care: ``()`` means stated: no care duties.
    """

    id_number: str | None = None
    id_type: IdType | None = None
    name: str | None = None
    sex: Sex | None = None
    birth_date: date | None = None
    age: int | None = None
    household_code: str | None = None
    person_code: str | None = None
    relation: Relation | None = None
    phone: str | None = None
    household_phone: str | None = None
    head_name: str | None = None
    head_id_number: str | None = None
    household_size: int | None = None
    region_code: str | None = None
    region_parts: tuple[str, ...] | None = None
    region_text: str | None = None
    address: str | None = None
    settlement_name: str | None = None
    resettlement: Resettlement | None = None
    relocated: bool | None = None
    education: Education | None = None
    school: School | None = None
    capacity: Capacity | None = None
    skills: tuple[str, ...] | None = None
    health: tuple[Health, ...] | None = None
    disability: str | None = None
    disabled: bool | None = None
    work: Work | None = None
    work_place: str | None = None
    employer_name: str | None = None
    work_start: date | None = None
    work_end: date | None = None
    monthly_income_cents: int | None = None
    months_worked: int | None = None
    channel: Channel | None = None
    industry: str | None = None
    willingness: Willingness | None = None
    training_wish: str | None = None
    reach: Reach | None = None
    shifts: tuple[Shift, ...] | None = None
    wage_floor_cents: int | None = None
    will_leave: bool | None = None
    wanted_regions: tuple[str, ...] | None = None
    care: tuple[Care, ...] | None = None
    certificates: tuple[str, ...] | None = None
    lifted: bool | None = None
    monitored: Monitored | None = None
    low_income: bool | None = None
    destitute: bool | None = None
    difficulty: str | None = None
    difficulty_valid: bool | None = None
    confirmed_year: int | None = None
    remark: str | None = None
