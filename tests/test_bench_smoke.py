"""Every row of the benchmarks at the smallest size: it still runs, and measures what the table says."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bench import page
from bench.__main__ import ROWS, main, run_row
from bench.harness import Result, exponent, in_turn, quantile, spent, table, watched
from tests.services import service_url

EMBEDDED = ("search", "rebuild", "pairing", "storing", "wording", "estimate")
PRODUCTION = ("search-production", "rebuild-production", "ledger-production")
#: Rows that start servers and workers.
PROCESSES = ("list", "change")


def result(**more: Any) -> Result:
    known: dict[str, Any] = {
        "work": "w",
        "size": "s",
        "floor": 2.0,
        "measured": 3.0,
        "unit": "s",
        "goal": 1.5,
    }
    return Result(**known | more)


def well_measured(results: list[Result]) -> bool:
    return bool(results) and all(each.floor > 0 and each.measured > 0 for each in results)


def test_every_row_is_run_here() -> None:
    assert {*EMBEDDED, *PRODUCTION, *PROCESSES, "ledger", "recall"} == set(ROWS)


@pytest.mark.wide
@pytest.mark.parametrize("name", EMBEDDED)
def test_an_embedded_row_has_figures(name: str, tmp_path: Path) -> None:
    assert well_measured(run_row(name, "tiny", tmp_path))


@pytest.mark.production
@pytest.mark.parametrize("name", PRODUCTION)
def test_a_production_row_has_figures(name: str, tmp_path: Path) -> None:
    service_url("ANYE_DATABASE_URL")
    service_url("ANYE_SEARCH_URL")
    assert well_measured(run_row(name, "tiny", tmp_path))


@pytest.mark.processes
@pytest.mark.parametrize("name", PROCESSES)
def test_a_row_with_processes_has_figures(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / "figures.json"
    assert main(["--scale", "tiny", "--only", name, "--json", str(figures)]) == 0
    (row,) = json.loads(figures.read_text())
    assert min(row["floor"], row["measured"]) > 0
    assert row["work"] in capfd.readouterr().out


@pytest.mark.wide
def test_the_second_import_of_a_ledger_changes_nothing_and_memory_is_looked_at(tmp_path: Path) -> None:
    first, again = run_row("ledger", "tiny", tmp_path)
    assert well_measured([first, again])
    assert again.notes == ["0 changes"]
    assert again.floor == first.measured
    assert first.rss_mib is not None
    assert first.rss_mib > 10


@pytest.mark.wide
def test_recall_is_told_for_each_of_the_seven_kinds_in_both_directions(tmp_path: Path) -> None:
    both = run_row("recall", "tiny", tmp_path)
    assert len(both) == 2
    assert well_measured(both)
    assert all("worst of 7 kinds" in each.size and each.at_least and each.goal == 0.99 for each in both)


def test_growth_is_told_for_people_and_vacancies_apart(tmp_path: Path) -> None:
    from bench import pairing

    (found,) = pairing.run(tmp_path, 160, growth=True)
    assert found.growth.keys() == {"people", "vacancies"}


def test_the_exponent_is_the_power_by_which_time_grows() -> None:
    assert exponent([1, 2, 4], [3, 6, 12]) == 1
    assert exponent([1, 2, 4], [1, 4, 16]) == 2
    assert exponent([1, 2, 4], [5, 5, 5]) == 0


def test_a_quantile_is_the_value_below_which_that_share_lies() -> None:
    assert quantile(list(range(1, 101)), 0.95) == 95
    assert quantile([7.0], 0.95) == 7


@pytest.mark.parametrize(
    ("given", "met"),
    [
        ({}, True),
        ({"measured": 3.1}, False),
        ({"goal": 2, "absolute": True}, False),
        ({"goal": 1.5, "at_least": True}, True),
        ({"goal": 1.6, "at_least": True}, False),
        ({"rss_mib": 600.0, "rss_goal": 512}, False),
        ({"rss_mib": 500.0, "rss_goal": 512}, True),
        ({"rss_goal": 512}, False),
    ],
)
def test_a_goal_is_met_when_every_bound_holds(given: dict[str, Any], met: bool) -> None:
    assert result(**given).met is met


def test_each_side_of_a_comparison_comes_second_every_other_time() -> None:
    order: list[str] = []
    in_turn([lambda: order.append("ours")] * 2, [lambda: order.append("floor")] * 2)
    assert order == ["floor", "ours", "ours", "floor"]


def test_memory_at_its_highest_is_seen_after_it_is_given_back() -> None:
    with watched() as peak:
        low = peak[0]
        block = bytearray(64 * 2**20)
        del block
    assert peak[0] > low + 64


def test_time_of_a_block_is_told_when_it_ends() -> None:
    with spent() as taken:
        sum(range(200_000))
    assert taken.wall > 0


def test_the_table_says_what_misses_its_goal_and_notes_follow_it() -> None:
    text = table([result(), result(work="slow", measured=9.0, notes=["because"])])
    lines = text.splitlines()
    assert "| yes |" in lines[2]
    assert "| NO |" in lines[3]
    assert lines[-1] == "- slow: because"


def test_a_row_measured_anew_takes_the_place_of_its_older_figures_only() -> None:
    old = page.merged({}, {"b": [result()], "a": [result(work="kept")]}, ["a", "b"], date(2026, 1, 1))
    new = page.merged(old, {"b": [result(work="newer")]}, ["a", "b"], date(2026, 1, 2))
    assert list(new) == ["a", "b"]
    text = page.section(json.loads(json.dumps(new)))
    assert "kept" in text
    assert "newer" in text
    assert "2026-01-01" in text
    assert "| w |" not in text


def test_the_page_has_room_for_the_figures_and_shows_those_that_are_kept() -> None:
    shown = page.PAGE.read_text(encoding="utf-8")
    assert page.with_section(shown, page.section(page.kept())) == shown


def test_a_page_without_room_for_figures_is_refused() -> None:
    with pytest.raises(ValueError, match="figures"):
        page.with_section("# nothing here", "")


def test_quick_figures_are_not_written_to_the_page() -> None:
    with pytest.raises(SystemExit):
        main(["--quick", "--write"])
