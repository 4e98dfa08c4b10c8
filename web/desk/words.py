"""The words of the desk for codes: the field's own terms, from the rooms' lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from flask import Flask
from wtforms import SelectChoice

from matching.accounts import words as accounts
from matching.errors import DomainError
from matching.occupations.catalogue import catalogue
from matching.occupations.skills import name as skill_name
from matching.people import words as people
from matching.places import regions
from matching.sheets import words as sheets
from matching.vacancies import words as vacancies
from web.public.phrases import span

#: A fact that nobody stated.
UNSTATED = "未填"

LISTS: dict[str, Mapping[Any, str]] = {
    "sex": people.SEX,
    "id_type": people.ID_TYPE,
    "capacity": people.CAPACITY,
    "education": people.EDUCATION,
    "school": people.SCHOOL,
    "health": people.HEALTH,
    "relation": people.RELATION,
    "willingness": people.WILLINGNESS,
    "work": people.WORK,
    "channel": people.CHANNEL,
    "reach": people.REACH,
    "shifts": people.SHIFT,
    "care": people.CARE,
    "resettlement": people.RESETTLEMENT,
    "monitored": people.MONITORED,
    "classes": people.TARGET,
    "targets": people.TARGET,
    "field": people.FIELDS,
    "kind": vacancies.KIND,
    "state": vacancies.STATE,
    "pay_unit": vacancies.PAY_UNIT,
    "load": vacancies.LOAD,
    "benefits": vacancies.BENEFIT,
    "tags": vacancies.TAG,
    "held": vacancies.HELD,
    "post_field": vacancies.FIELD,
    "sheet": sheets.KINDS,
    "ledger_state": sheets.STATES,
    "level": sheets.LEVELS,
    "organisation_kind": accounts.KINDS,
}


def word(code: Any, name: str) -> str:
    """The word of a code, or of several; an unknown one is shown as it is, none as not stated."""
    if code is None or code == "":
        return UNSTATED
    if isinstance(code, list | tuple | set | frozenset):
        return "、".join(word(one, name) for one in code) or "无"
    return LISTS[name].get(code, str(code))


def options(name: str, *, empty: Any = None) -> list[tuple[str, Any]]:
    """Choices of a code list, with a first one for "not stated" where ``empty`` names it."""
    known = [(str(getattr(code, "value", code)), label) for code, label in LISTS[name].items()]
    return [("", empty), *known] if empty is not None else known


def choices(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """The same for a field of a form."""
    return [SelectChoice(value, label) for value, label in pairs]


def yes_no(value: bool | None) -> str:
    """是 or 否."""
    return UNSTATED if value is None else "是" if value else "否"


def region(code: str | None) -> str:
    """The name of a division with those above it; what no table knows is shown as it is."""
    if not code:
        return UNSTATED
    try:
        return regions.full_name(code)
    except DomainError:
        return code


def place_name(code: str | None) -> str:
    """The short name of a division: 沅陵县."""
    try:
        return regions.get(code).name if code else UNSTATED
    except DomainError:
        return code or UNSTATED


def yuan(cents: int | None) -> str:
    """Money in yuan: 3,500."""
    if cents is None:
        return UNSTATED
    whole, rest = divmod(cents, 100)
    return f"{whole:,}" + (f".{rest:02}".rstrip("0") if rest else "")


def wage(post: Any) -> str:
    """The pay of a vacancy as it was written, else its figures: 2,800–3,500 元/月."""
    facts = post if isinstance(post, Mapping) else _Facts(post)
    figures = span(facts["pay_low_cents"], facts["pay_high_cents"])
    per = f"/{word(facts['pay_unit'], 'pay_unit')}" if facts["pay_unit"] else ""
    return facts["pay_text"] or (f"{figures}{per}" if figures else UNSTATED)


class _Facts:
    def __init__(self, row: Any) -> None:
        self._row = row

    def __getitem__(self, name: str) -> Any:
        return getattr(self._row, name)


def ages(facts: Mapping[str, Any]) -> str:
    """The ages that an employer suggests, with the reason: 18–55 岁,要站着做."""
    low, high = facts["min_age"], facts["max_age"]
    if low and high:
        said = f"{low}–{high} 岁"
    elif low or high:
        said = f"{low} 岁以上" if low else f"{high} 岁以下"
    else:
        return UNSTATED
    return f"{said},{facts['age_reason']}" if facts["age_reason"] else said


def day(value: date | None) -> str:
    """A day as 2026-11-22."""
    return value.isoformat() if value else UNSTATED


def duration(value: timedelta | None) -> str:
    """How long something may still take."""
    if value is None:
        return "正在估算"
    seconds = max(1, int(value.total_seconds()))
    return f"约 {seconds} 秒" if seconds < 90 else f"约 {round(seconds / 60)} 分钟"


def occupation(code: str) -> str:
    """Name and code of an occupation of the classification."""
    known = catalogue()
    return f"{known.name(code)}({code})" if code in known else code


def skills(codes: Iterable[str] | None) -> str:
    """Names of skills or certificates."""
    if codes is None:
        return UNSTATED
    return "、".join(_skill(code) for code in codes) or "无"


def _skill(code: str) -> str:
    try:
        return skill_name(code)
    except DomainError:
        return code


def offered(value: Any, field: str) -> str:
    """A value that a sheet offers, as JSON holds it."""
    if field.endswith("_cents"):
        return yuan(value)
    if isinstance(value, bool):
        return yes_no(value)
    if field in LISTS:
        return word(value, field)
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


FILTERS: dict[str, Callable[..., str]] = {
    "word": word,
    "yes_no": yes_no,
    "region": region,
    "place_name": place_name,
    "yuan": yuan,
    "wage": wage,
    "ages": ages,
    "day": day,
    "duration": duration,
    "occupation": occupation,
    "skill_names": skills,
    "offered": offered,
}


def add_filters(app: Flask) -> None:
    """Give templates these words."""
    for name, made in FILTERS.items():
        app.add_template_filter(made, name)
    app.jinja_env.globals["unstated"] = UNSTATED
