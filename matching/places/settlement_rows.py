"""One row of a settlement sheet: 安置点名称 区划代码 安置方式 搬迁人数 经度 纬度."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from matching.sheets.fields import FieldsReader
from matching.sheets.headers import Match
from matching.sheets.mapping import Field, Mapping, Schema, load_families, load_lists
from matching.sheets.problems import Level, Problem
from matching.sheets.reading import Line

FAMILIES = Path(__file__).parent / "families"

#: A box around China: coordinates outside of it, swapped ones among them, are not believed.
LONGITUDES, LATITUDES = (73.0, 136.0), (3.0, 54.0)

SETTLEMENT_FIELDS: dict[str, Field] = {
    "name": Field("text", longest=60, hint="必填,县内不重复"),
    "region_code": Field("region_code", hint="必填,6、9 或 12 位"),
    "resettlement": Field("code", "resettlement"),
    "persons": Field("integer"),
    "longitude": Field("decimal", hint="如 110.0012"),
    "latitude": Field("decimal", hint="如 27.5501"),
}


@cache
def settlement_schema() -> Schema:
    """Fields and code lists of settlements."""
    return Schema("settlement", SETTLEMENT_FIELDS, load_lists(FAMILIES / "codes.toml"))


@cache
def settlement_families() -> dict[str, Mapping]:
    """The header families of settlement sheets, by name."""
    return load_families(FAMILIES, settlement_schema())


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """What one row states about one settlement.

    Args:
        resettlement: ``concentrated`` or ``scattered``; None where not stated.
        longitude, latitude: degrees; both or neither.
    """

    name: str
    region_code: str
    resettlement: str | None = None
    persons: int | None = None
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True, slots=True)
class CheckedSettlement:
    """A row with its problems; ``row`` is None exactly where one of them rejects it."""

    line: int
    row: SettlementRow | None
    problems: tuple[Problem, ...]


class SettlementReader:
    """Reads the rows of one matched sheet."""

    def __init__(self, match: Match) -> None:
        self._fields = FieldsReader(match)
        self._match = match

    def check(self, line: Line) -> CheckedSettlement:
        """Parse and check one line."""
        read = self._fields.read(line)
        values, problems = read.values, []
        for name, code in read.troubles.items():
            level = Level.REJECTED if code in ("region_unknown", "too_long") else Level.LEFT_OUT
            problems.append(self._problem(level, code, name, line.number))
        if "name" not in values and "name" not in read.troubles:
            problems.append(self._problem(Level.REJECTED, "name_missing", "name", line.number))
        if "region_code" not in values and "region_code" not in read.troubles:
            problems.append(self._problem(Level.REJECTED, "region_unknown", "region_code", line.number))
        if ("longitude" in values or "latitude" in values) and not _in_china(values):
            problems.append(self._problem(Level.LEFT_OUT, "point_range", "longitude", line.number))
            values.pop("longitude", None)
            values.pop("latitude", None)
        rejected = any(problem.level is Level.REJECTED for problem in problems)
        return CheckedSettlement(line.number, None if rejected else SettlementRow(**values), tuple(problems))

    def _problem(self, level: Level, code: str, name: str, line: int) -> Problem:
        title = self._match.titles.get(name) or self._match.mapping.headers[name][0]
        return Problem(level, code, title, line)


def _in_china(values: dict[str, float]) -> bool:
    longitude, latitude = values.get("longitude", 0.0), values.get("latitude", 0.0)
    return LONGITUDES[0] <= longitude <= LONGITUDES[1] and LATITUDES[0] <= latitude <= LATITUDES[1]
