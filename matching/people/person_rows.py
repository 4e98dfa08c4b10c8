"""One row of a person sheet: parsed, checked against itself, without any look at the database.

The codes are those of ``docs/data-dictionary.md``; the rules of the ID number are GB 11643-1999.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

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
from matching.people.person_fields import PersonRow, person_families, person_schema
from matching.sheets.cells import Cell, date_of, states_only_month
from matching.sheets.fields import Fields, FieldsReader
from matching.sheets.headers import Match
from matching.sheets.identity import Identity, parse_identity
from matching.sheets.mapping import Mapping
from matching.sheets.problems import CellProblem, Level, Problem
from matching.sheets.reading import Line

__all__ = [
    "CheckedRow",
    "FileChecks",
    "PersonReader",
    "PersonRow",
    "age_on",
    "check_person",
    "person_families",
    "person_schema",
]

ADULT_AGE = 16
#: Monthly income of somebody at work, in cents, outside of which a cell is not believed.
INCOME_RANGE = (100_00, 30_000_00)

#: What a row may be rejected for without a look at the database.
REJECTED = frozenset(
    ["name_missing", "id_checksum", "id_birth_mismatch", "sex_mismatch", "region_unknown", "under_16"]
)

#: Facts of the present work, left out together where the row contradicts itself.
_WORK_FACTS = (
    "work", "work_place", "employer_name", "channel", "industry", "work_start", "work_end", "monthly_income",
    "months_worked",
)  # fmt: skip
_AT_WORK = frozenset([Work.EMPLOYED, Work.SELF_EMPLOYED])
_REGION_PARTS = ("province", "city", "county", "town", "village")
_AREA_WORDS = {
    "in_town": "乡镇内",
    "in_county": "乡镇外县内",
    "in_province": "县外省内",
    "other_province": "省外",
}


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row with its problems; ``row`` is None exactly where one of them rejects it."""

    line: int
    row: PersonRow | None
    problems: tuple[Problem, ...]

    @property
    def rejected(self) -> bool:
        """Whether the row stays out."""
        return self.row is None


def _each(enumeration: Callable[[str], Any]) -> Callable[[tuple[str, ...]], tuple[Any, ...]]:
    return lambda codes: tuple(map(enumeration, codes))


def _is_yes(code: str) -> bool:
    return code == "yes"


#: What makes the final value of a parsed code.
_FINISH: dict[str, Callable[[Any], Any]] = {
    "id_type": IdType,
    "sex": Sex,
    "relation": Relation,
    "resettlement": Resettlement,
    "education": Education,
    "school": School,
    "capacity": Capacity,
    "work": Work,
    "channel": Channel,
    "transfer_way": Channel,
    "willingness": Willingness,
    "reach": Reach,
    "relocated": _is_yes,
    "lifted": _is_yes,
    "monitored": Monitored,
    "low_income": _is_yes,
    "destitute": _is_yes,
    "health": _each(Health),
    "shifts": _each(Shift),
    "care": _each(Care),
}
_RENAMED = {"monthly_income": "monthly_income_cents", "wage_floor": "wage_floor_cents"}
_ROW_FIELDS = frozenset(field.name for field in fields(PersonRow))


class PersonReader:
    """Reads the rows of one matched sheet.

    Args:
        match: the sheet's header as a family reads it.
        today: the day on which ages are reckoned.
    """

    def __init__(self, match: Match, today: date) -> None:
        self._fields = FieldsReader(match, _FINISH)
        self._mapping = match.mapping
        self._titles = match.titles
        self._today = today

    def check(self, line: Line) -> CheckedRow:
        """Parse and check one line."""
        return _RowCheck(self._fields.read(line), self._mapping, self._titles, self._today).result()


def check_person(cells: dict[str, Cell], match: Match, line: int, today: date) -> CheckedRow:
    """Check one row given as header → cell (of a form, say) against a matched header."""
    row = Line(line, [cells.get(name) for name in match.names])
    return PersonReader(match, today).check(row)


class _RowCheck:
    """The checks of one row, in the order in which they depend on each other."""

    def __init__(self, read: Fields, mapping: Mapping, titles: dict[str, str], today: date) -> None:
        self.line = read.line
        self.values = read.values
        self.mapping = mapping
        self.titles = titles
        self.today = today
        self.problems: list[Problem] = []
        self.identity: Identity | None = None
        for name, code in read.troubles.items():
            self._trouble(name, code)

    def result(self) -> CheckedRow:
        self._check_name()
        self._check_identity()
        self._check_dates()
        self._derive_work()
        self._check_work()
        self._derive_facts()
        rejected = any(problem.level is Level.REJECTED for problem in self.problems)
        return CheckedRow(self.line, None if rejected else self._row(), tuple(dict.fromkeys(self.problems)))

    def _trouble(self, name: str, code: str) -> None:
        level = Level.REJECTED if code in REJECTED or code == "id_spoiled" else Level.LEFT_OUT
        self._say(level, code, name)

    def _say(self, level: Level, code: str, name: str) -> None:
        code = "id_checksum" if code == "id_spoiled" else code
        title = self.titles.get(name) or self.mapping.headers.get(name, (name,))[0]
        self.problems.append(Problem(level, code, title, self.line))

    def _leave_out(self, code: str, name: str, *also: str) -> None:
        self._say(Level.LEFT_OUT, code, name)
        for gone in (name, *also):
            self.values.pop(gone, None)

    def _check_name(self) -> None:
        if "name" not in self.values and self.mapping.creates == "always":
            self._say(Level.REJECTED, "name_missing", "name")

    def _check_identity(self) -> None:
        values = self.values
        kind = values.get("id_type")
        cell = values.pop("id_number", None)
        try:
            self.identity = parse_identity(cell, resident=kind != IdType.OTHER)
        except CellProblem as problem:
            self._say(Level.REJECTED, problem.code, "id_number")
            return
        if self.identity is None:
            if not (values.get("household_code") and values.get("person_code")):
                self._say(Level.REJECTED, "id_checksum", "id_number")
            self._birth_date()
        else:
            values["id_number"] = self.identity.number
            if kind is None or self.identity.from_certificate:
                values["id_type"] = IdType.DISABILITY if self.identity.from_certificate else IdType.RESIDENT
            self._compare_identity(self.identity)
        self._check_age()

    def _birth_date(self) -> tuple[date | None, bool]:
        """The stated birth date and whether only its month is stated; what cannot be read is left out."""
        cell = self.values.pop("birth_date", None)
        if cell is None:
            return None, False
        stated = self._date("birth_date", cell)
        if stated is not None and stated > self.today:
            self._leave_out("code_unknown", "birth_date")
            stated = None
        if stated is not None:
            self.values["birth_date"] = stated
        return stated, states_only_month(cell)

    def _date(self, name: str, cell: Cell) -> date | None:
        try:
            return date_of(cell)
        except CellProblem as problem:
            self._say(Level.LEFT_OUT, problem.code, name)
            return None

    def _compare_identity(self, identity: Identity) -> None:
        stated, only_month = self._birth_date()
        if identity.birth_date is None:
            return
        born = identity.birth_date
        if stated and (stated.replace(day=1) != born.replace(day=1) if only_month else stated != born):
            self._say(Level.REJECTED, "id_birth_mismatch", "birth_date")
        sex = Sex.MALE if identity.male else Sex.FEMALE
        if self.values.get("sex", sex) != sex:
            self._say(Level.REJECTED, "sex_mismatch", "sex")
        self.values["birth_date"], self.values["sex"] = born, sex

    def _check_age(self) -> None:
        born = self.values.get("birth_date")
        if self.mapping.adults_only and born and age_on(self.today, born) < ADULT_AGE:
            self._say(Level.REJECTED, "under_16", "id_number")

    def _check_dates(self) -> None:
        for name in ("work_start", "work_end"):
            if name in self.values:
                parsed = self._date(name, self.values.pop(name))
                if parsed is not None:
                    self.values[name] = parsed
        start, end = self.values.get("work_start"), self.values.get("work_end")
        if start and end and end < start:
            self._leave_out("end_before_start", "work_end")

    def _derive_work(self) -> None:
        """Sheets without a status column tell it by months, place, employer or income."""
        values = self.values
        if "channel" not in values and "transfer_way" in values:
            values["channel"] = values["transfer_way"]
        area = _AREA_WORDS.get(values.get("work_area", ""))
        if area and "work_place" not in values:
            values["work_place"] = area
        if "work" in values or "work" in self.titles:
            return
        signs = ("months_worked", "monthly_income", "work_place", "employer_name", "channel")
        if any(values.get(name) for name in signs):
            values["work"] = Work.EMPLOYED
        elif values.get("months_worked") == 0:
            values["work"] = Work.UNEMPLOYED

    def _check_work(self) -> None:
        values = self.values
        if values.get("work") not in _AT_WORK:
            return
        income = values.get("monthly_income")
        if income is not None and not INCOME_RANGE[0] <= income <= INCOME_RANGE[1]:
            self._leave_out("income_range", "monthly_income")
        if values.get("capacity") in (Capacity.LOST, Capacity.NONE):
            self._leave_out_work("incapable_but_working")
        elif values.get("school") == School.IN_SCHOOL:
            self._leave_out_work("student_but_working")

    def _leave_out_work(self, code: str) -> None:
        stated = next(
            (name for name in ("work", "months_worked", "work_place") if name in self.titles), "work"
        )
        self._leave_out(code, stated, *_WORK_FACTS)

    def _derive_facts(self) -> None:
        values = self.values
        health = values.get("health")
        if values.get("capacity") == Capacity.WEAK and health == (Health.HEALTHY,):
            self._say(Level.WARNING, "weak_but_healthy", "capacity")
        certificate = values.get("id_type") == IdType.DISABILITY
        if (
            certificate
            or (health and Health.DISABLED in health)
            or values.get("disability") not in (None, "无", "否")
        ):
            values["disabled"] = True
        if values.get("monitored") == Monitored.UNSTABLE:  # 脱贫不稳定户
            values.setdefault("lifted", True)
        if values.get("difficulty_valid") is False:
            values.pop("difficulty", None)
        if any(part in values for part in _REGION_PARTS):
            values["region_parts"] = tuple(values.pop(part, "") for part in _REGION_PARTS)
        if "head_id_number" in values:
            self._check_head(values.pop("head_id_number"))

    def _check_head(self, cell: Cell) -> None:
        try:
            head = parse_identity(cell)
        except CellProblem:
            self._say(Level.LEFT_OUT, "code_unknown", "head_id_number")
            return
        if head:
            self.values["head_id_number"] = head.number

    def _row(self) -> PersonRow:
        values = self.values
        for name, target in _RENAMED.items():
            if name in values:
                values[target] = values.pop(name)
        return PersonRow(**{name: values[name] for name in values.keys() & _ROW_FIELDS})


def age_on(day: date, born: date) -> int:
    """Full years of age on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class FileChecks:
    """What can only be seen across the rows of one file; keeps hashes of keys, never the keys.

    Feed it the rows that passed :class:`PersonReader`, in the file's order.
    """

    def __init__(self) -> None:
        self._persons: set[int] = set()
        self._heads: set[int] = set()

    def see(self, row: PersonRow, line: int) -> Problem | None:
        """``duplicate_in_file`` or ``second_head`` where this row is the later one, else None."""
        key = row.id_number or f"{row.household_code}/{row.person_code}"
        if hash(key) in self._persons:
            return Problem(
                Level.REJECTED, "duplicate_in_file", "身份证号" if row.id_number else "人编号", line
            )
        self._persons.add(hash(key))
        if row.relation is Relation.HEAD and row.household_code:
            if hash(row.household_code) in self._heads:
                self._persons.discard(hash(key))
                return Problem(Level.REJECTED, "second_head", "户主关系", line)
            self._heads.add(hash(row.household_code))
        return None
