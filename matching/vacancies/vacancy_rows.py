"""One row of a vacancy sheet: parsed and checked against itself, without any look at the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from matching.people.codes import Education, Shift
from matching.people.person_fields import FAMILIES as PEOPLE_FAMILIES
from matching.sheets.cells import Cell, compact, date_of
from matching.sheets.fields import Fields, FieldsReader
from matching.sheets.headers import Match
from matching.sheets.mapping import Field, Mapping, Schema, code_list, load_families, load_lists
from matching.sheets.problems import CellProblem, Level, Problem
from matching.sheets.reading import Line
from matching.vacancies.codes import Benefit, Kind, Load, PayUnit, Tag, Target
from matching.vacancies.pay import parse_pay

FAMILIES = Path(__file__).parent / "families"

YOUNGEST = 16
OLDEST = 80
#: A box around China: coordinates outside of it, swapped ones among them, are not believed.
LONGITUDES, LATITUDES = (73.0, 136.0), (3.0, 54.0)

#: Largest whole numbers that are believed.
_WHOLE_NUMBERS = {"pieces_per_day": 100_000, "term_months": 600, "probation_months": 24}

_AT_ONCE = frozenset(
    ["随时", "即日", "即日起", "立即", "立即上岗", "随时上岗", "尽快", "即时", "长期", "面谈", "面议"]
)
_WITH_HOUSING = frozenset(
    ["包吃住", "包吃包住", "食宿全包", "包食宿", "管吃住", "管吃管住", "提供食宿", "吃住全包"]
)

VACANCY_FIELDS: dict[str, Field] = {
    "ref": Field("digits", longest=60, hint="本单位内不重复"),
    "title": Field("text", longest=120, hint="必填"),
    "kind": Field("code", "kind"),
    "employer_name": Field("text", longest=100),
    "credit_code": Field("credit_code", hint="18 位"),
    "contact": Field("text", longest=60),
    "phone": Field("phone", hint="手机 11 位,或座机带区号"),
    "headcount": Field("integer"),
    "content": Field("text", longest=5000),
    "place": Field("text", longest=200),
    "region_code": Field("region_code", hint="6、9 或 12 位"),
    "destination": Field("region_code", hint="劳务协作岗位填输入地,6、9 或 12 位"),
    "longitude": Field("decimal"),
    "latitude": Field("decimal"),
    "pay": Field("text", longest=60, hint="如 3000-4500元/月、120元/天、0.8元/件"),
    "hours_per_day": Field("decimal"),
    "days_per_week": Field("decimal"),
    "hours_permit": Field("text", longest=60, hint="经批准实行特殊工时的才填"),
    "pieces_per_day": Field("integer", hint="计件岗位:一个人一天能做多少件"),
    "using_unit": Field("text", longest=120, hint="劳务派遣岗位必填"),
    "term_months": Field("integer", hint="如 24"),
    "probation_months": Field("integer"),
    "probation_pay": Field("text", longest=60, hint="如 2800元/月"),
    "shifts": Field("codes", "shift", hint="多项用、隔开"),
    "load": Field("code", "load"),
    "required_skills": Field("items", hint="多项用、隔开"),
    "preferred_skills": Field("items", hint="多项用、隔开"),
    "certificates": Field("items", hint="多项用、隔开"),
    "education": Field("code", "required_education", hint="没有要求填 不限"),
    "min_age": Field("integer"),
    "max_age": Field("integer", hint="只作建议,不会因此隐藏岗位"),
    "age_reason": Field("text", longest=200),
    "benefits": Field("raw", "benefit", hint="多项用、隔开"),
    "tags": Field("codes", "tag", hint="多项用、隔开"),
    "targets": Field("codes", "target", hint="多项用、隔开;不限可空着"),
    "start_on": Field("raw", hint="如 2026-12-01"),
    "season": Field("text", longest=60),
    "valid_until": Field("raw", hint="如 2026-12-31,不超过 90 天"),
    "source": Field("text", longest=120),
}


@cache
def vacancy_schema() -> Schema:
    """Fields and code lists of vacancies."""
    own, people = load_lists(FAMILIES / "codes.toml"), load_lists(PEOPLE_FAMILIES / "codes.toml")
    unlimited = {"": ["不限", "无要求", "学历不限", "无", "不限学历"]}
    # 初中及以上 asks for at least 初中: the level named is the one required.
    least = {
        code: [f"{way}{tail}" for way in _spelled(people["education"], code) for tail in ("以上", "及以上")]
        for code in people["education"].canonical
    }
    required = code_list(unlimited, code_list(least, people["education"]))
    return Schema("vacancy", VACANCY_FIELDS, own | {"shift": people["shift"], "required_education": required})


def _spelled(codes: Any, code: str) -> list[str]:
    return [way for way, meant in codes.spellings.items() if meant == code and not way.isdigit()]


@cache
def vacancy_families() -> dict[str, Mapping]:
    """The header families of vacancy sheets, by name."""
    return load_families(FAMILIES, vacancy_schema())


@dataclass(frozen=True, slots=True)
class VacancyRow:
    """What one row states about one vacancy; None means "not stated".

    Args:
        kind: as stated, else assumed from the destination (with a warning).
        pay_text: as written; the pay fields are what was understood of it, in cents per ``pay_unit``.
        negotiable: the text says 面议.
        destination: region code of 输入地区划.
    """

    title: str
    kind: Kind
    ref: str | None = None
    employer_name: str | None = None
    credit_code: str | None = None
    contact: str | None = None
    phone: str | None = None
    headcount: int | None = None
    content: str | None = None
    place: str | None = None
    region_code: str | None = None
    destination: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    pay_text: str | None = None
    pay_low_cents: int | None = None
    pay_high_cents: int | None = None
    pay_unit: PayUnit | None = None
    negotiable: bool = False
    hours_per_day: float | None = None
    days_per_week: float | None = None
    hours_permit: str | None = None
    pieces_per_day: int | None = None
    using_unit: str | None = None
    term_months: int | None = None
    probation_months: int | None = None
    probation_cents: int | None = None
    shifts: tuple[Shift, ...] | None = None
    load: Load | None = None
    required_skills: tuple[str, ...] | None = None
    preferred_skills: tuple[str, ...] | None = None
    certificates: tuple[str, ...] | None = None
    education: Education | None = None
    min_age: int | None = None
    max_age: int | None = None
    age_reason: str | None = None
    benefits: tuple[Benefit, ...] | None = None
    tags: tuple[Tag, ...] | None = None
    targets: tuple[Target, ...] | None = None
    start_on: date | None = None
    season: str | None = None
    valid_until: date | None = None
    source: str | None = None
    #: CSCO-2022 codes of the title with the confidence in the first (0 to 100); worked out, not stated.
    occupations: tuple[str, ...] = ()
    occupation_confidence: int = 0


_ROW_FIELDS = frozenset(field.name for field in fields(VacancyRow))


@dataclass(frozen=True, slots=True)
class CheckedVacancy:
    """A row with its problems; ``row`` is None exactly where one of them rejects it."""

    line: int
    row: VacancyRow | None
    problems: tuple[Problem, ...]


def _each(enumeration: Callable[[str], Any]) -> Callable[[tuple[str, ...]], tuple[Any, ...]]:
    return lambda codes: tuple(map(enumeration, codes))


_FINISH: dict[str, Callable[[Any], Any]] = {
    "kind": Kind,
    "load": Load,
    "education": Education,
    "shifts": _each(Shift),
    "tags": _each(Tag),
    "targets": _each(Target),
}


class VacancyReader:
    """Reads the rows of one matched sheet.

    Args:
        match: the sheet's header as a family reads it.
        today: the day on which validity is judged.
    """

    def __init__(self, match: Match, today: date) -> None:
        self._fields = FieldsReader(match, _FINISH)
        self._match = match
        self._today = today

    def check(self, line: Line) -> CheckedVacancy:
        """Parse and check one line."""
        return _RowCheck(self._fields.read(line), self._match, self._today).result()


class _RowCheck:
    """The checks of one row."""

    def __init__(self, read: Fields, match: Match, today: date) -> None:
        self.line = read.line
        self.values = read.values
        self.match = match
        self.today = today
        self.problems: list[Problem] = []
        for name, code in read.troubles.items():
            self._say(Level.REJECTED if code == "region_unknown" else Level.LEFT_OUT, code, name)

    def result(self) -> CheckedVacancy:
        self._check_title()
        self._check_kind()
        self._check_pay()
        self._check_probation()
        self._check_benefits()
        self._check_days()
        self._check_bounds()
        rejected = any(problem.level is Level.REJECTED for problem in self.problems)
        return CheckedVacancy(
            self.line, None if rejected else self._row(), tuple(dict.fromkeys(self.problems))
        )

    def _say(self, level: Level, code: str, name: str) -> None:
        title = self.match.titles.get(name) or self.match.mapping.headers.get(name, (name,))[0]
        self.problems.append(Problem(level, code, title, self.line))

    def _leave_out(self, code: str, name: str, *also: str) -> None:
        self._say(Level.LEFT_OUT, code, name)
        for gone in (name, *also):
            self.values.pop(gone, None)

    def _check_title(self) -> None:
        if "title" not in self.values:
            self._say(Level.REJECTED, "title_missing", "title")

    def _check_kind(self) -> None:
        if "kind" not in self.values:
            away = "destination" in self.values
            self.values["kind"] = Kind.LABOUR_COOPERATION if away else Kind.ENTERPRISE
            self._say(Level.WARNING, "kind_assumed", "kind")

    def _check_pay(self) -> None:
        written = self.values.pop("pay", None)
        if written is None:
            return
        self.values["pay_text"] = written
        pay = parse_pay(written)
        if pay is None:
            self._leave_out("pay_form", "pay")
            return
        self.values.update(
            pay_low_cents=pay.low_cents,
            pay_high_cents=pay.high_cents,
            pay_unit=pay.unit,
            negotiable=pay.negotiable,
        )

    def _check_probation(self) -> None:
        written = self.values.pop("probation_pay", None)
        pay = parse_pay(written) if written else None
        if written is not None and (pay is None or pay.unit is not PayUnit.MONTH):
            self._leave_out("probation_pay_form", "probation_pay")
        elif pay is not None:
            self.values["probation_cents"] = pay.low_cents or pay.high_cents

    def _check_benefits(self) -> None:
        cell = self.values.pop("benefits", None)
        if cell is None:
            return
        try:
            self.values["benefits"] = _benefits(cell, self.match.mapping)
        except CellProblem as problem:
            self._leave_out(problem.code, "benefits")

    def _check_days(self) -> None:
        for name in ("start_on", "valid_until"):
            cell = self.values.pop(name, None)
            if cell is None or compact(cell) in _AT_ONCE:
                continue
            try:
                self.values[name] = date_of(cell)
            except CellProblem as problem:
                self._leave_out(problem.code, name)
        if self.values.get("valid_until", self.today) < self.today:
            self._say(Level.WARNING, "already_over", "valid_until")

    def _check_bounds(self) -> None:
        values = self.values
        if not 1 <= values.get("headcount", 1) <= 100_000:
            self._leave_out("headcount_range", "headcount")
        for name, most in _WHOLE_NUMBERS.items():
            if not 0 <= values.get(name, 0) <= most:
                self._leave_out("number_range", name)
        if not 0 < values.get("hours_per_day", 8) <= 24:
            self._leave_out("hours_range", "hours_per_day")
        if not 0 < values.get("days_per_week", 5) <= 7:
            self._leave_out("hours_range", "days_per_week")
        least, most = values.get("min_age", YOUNGEST), values.get("max_age", OLDEST)
        if not YOUNGEST <= least <= most <= OLDEST + 20:
            self._leave_out("age_range", "min_age" if "min_age" in values else "max_age", "max_age")
        self._check_point()

    def _check_point(self) -> None:
        longitude, latitude = self.values.get("longitude"), self.values.get("latitude")
        if longitude is None and latitude is None:
            return
        if not in_china(longitude, latitude):
            self._leave_out("point_range", "longitude", "latitude")

    def _row(self) -> VacancyRow:
        return VacancyRow(**{name: self.values[name] for name in self.values.keys() & _ROW_FIELDS})


def _benefits(cell: Cell, mapping: Mapping) -> tuple[Benefit, ...] | None:
    """食宿: 包吃住 means meals and housing; the other values are codes of the list."""
    written = compact(cell)
    both = next((way for way in sorted(_WITH_HOUSING, key=len, reverse=True) if way in written), None)
    rest = mapping.schema.lists["benefit"].codes(written.replace(both, "、") if both else cell)
    if rest is None and not both:
        return None
    found = set(rest or ()) | ({Benefit.MEALS, Benefit.HOUSING} if both else set())
    return tuple(benefit for benefit in Benefit if benefit in found)


def in_china(longitude: float | None, latitude: float | None) -> bool:
    """Whether both coordinates are there and lie in a box around China."""
    if longitude is None or latitude is None:
        return False
    return LONGITUDES[0] <= longitude <= LONGITUDES[1] and LATITUDES[0] <= latitude <= LATITUDES[1]
