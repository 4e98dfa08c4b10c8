from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.places.tables import read_table
from matching.regulations.retirement import retirement_age

TABLE = list(read_table(Path(__file__).parent / "retirement.csv"))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['group']}-{row['born']}")
def test_the_formula_gives_the_published_table(row):
    sex = "male" if row["group"] == "male" else "female"
    age = retirement_age(sex, date.fromisoformat(row["born"] + "-15"), cadre=row["group"] == "cadre")
    assert (age.years, age.months) == (int(row["years"]), int(row["months"]))
    assert age.reached_on.isoformat()[:7] == row["reached"]


@given(st.dates(date(1940, 1, 1), date(2020, 12, 30)), st.sampled_from(["male", "female"]), st.booleans())
def test_nobody_retires_before_an_elder_of_the_same_group(born, sex, cadre):
    younger = retirement_age(sex, date.fromordinal(born.toordinal() + 1), cadre)
    assert younger.reached_on >= retirement_age(sex, born, cadre).reached_on


def test_an_age_reached_in_a_shorter_month_is_reached_on_its_last_day():
    assert retirement_age("female", date(1970, 1, 31), cadre=True).reached_on == date(2025, 2, 28)


def test_a_man_on_a_managerial_post_is_a_man():
    assert retirement_age("male", date(1990, 1, 1), cadre=True) == retirement_age("male", date(1990, 1, 1))


def test_an_unknown_sex_is_refused():
    with pytest.raises(ValueError, match="sex"):
        retirement_age("男", date(1990, 1, 1))
