"""Writing the sheets: row by row, so that a million persons need no more memory than a thousand."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from pathlib import Path

from xlsxwriter import Workbook

from demo import people as households
from demo import vacancies as posts
from demo.places import Settlement, settlements

ROWS_PER_FILE = 50_000
MOST_PEOPLE = 1_000_000

SETTLEMENT_HEADERS = ("安置点名称", "区划代码", "安置方式", "搬迁人数", "经度", "纬度")


@dataclass
class Written:
    """What was written, in the order in which it is imported."""

    settlements: Path
    ledgers: list[Path] = field(default_factory=list)
    vacancies: Path = Path()
    counts: dict[str, int] = field(default_factory=dict)


def vacancies_for(people: int) -> int:
    """How many vacancies a city of so many people gets: 15 per 100 persons, at least 21, at most 20,000."""
    return min(20_000, max(21, round(people * 0.15)))


def generate(
    people: int,
    seed: int,
    as_of: date,
    out_dir: Path,
    *,
    vacancies: int | None = None,
    progress: Callable[[int], None] = lambda _written: None,
) -> Written:
    """Write ``settlements.csv``, ``ledger.xlsx`` and ``vacancies.xlsx``.

    After each 50,000 rows comes another ledger: ``ledger-2.xlsx`` and so on.

    Args:
        people: 1 to 1,000,000 persons.
        seed: any whole number.
        as_of: day of the ledger; vacancies are valid up to 90 days from it.
        out_dir: made where it is missing; files of the same names are replaced.
        vacancies: how many; None for :func:`vacancies_for`.
        progress: told the number of persons written, after every file and every 5,000 rows.

    Raises:
        ValueError: ``people`` out of bounds.
        OSError: the disk is full or may not be written.
    """
    if not 1 <= people <= MOST_PEOPLE:
        raise ValueError(f"people must be 1 to {MOST_PEOPLE:,}")
    out_dir.mkdir(parents=True, exist_ok=True)
    sites = settlements(people, seed)
    written = Written(out_dir / "settlements.csv")
    living: Counter[int] = Counter()
    stream = _counted(households.rows(people, seed, as_of, sites), living, progress)
    for number in range(-(-people // ROWS_PER_FILE)):
        path = out_dir / (f"ledger-{number + 1}.xlsx" if number else "ledger.xlsx")
        _write_sheet(path, "基础台账", households.LEDGER_HEADERS, islice(stream, ROWS_PER_FILE))
        written.ledgers.append(path)
    _write_settlements(written.settlements, sites, living)
    count = vacancies_for(people) if vacancies is None else vacancies
    written.vacancies = out_dir / "vacancies.xlsx"
    _write_sheet(written.vacancies, "岗位", posts.VACANCY_HEADERS, posts.rows(count, seed, as_of, sites))
    written.counts = {"settlements": len(sites), "people": people, "vacancies": count}
    return written


def _counted(
    rows: Iterator[tuple[int, tuple[object, ...]]], living: Counter[int], progress: Callable[[int], None]
) -> Iterator[tuple[object, ...]]:
    for number, (site, cells) in enumerate(rows, 1):
        living[site] += 1
        if number % 5_000 == 0:
            progress(number)
        yield cells


def _write_settlements(path: Path, sites: list[Settlement], living: Counter[int]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(SETTLEMENT_HEADERS)
        for number, site in enumerate(sites):
            way = "集中安置" if site.concentrated else "分散安置"
            sheet.writerow((site.name, site.county, way, living[number], site.longitude, site.latitude))


def _write_sheet(path: Path, name: str, headers: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet(name)
        text, number = sheet.write_string, sheet.write_number
        for line, cells in enumerate(chain((headers,), rows)):
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    text(line, column, cell)
                elif cell is not None:
                    number(line, column, cell)
