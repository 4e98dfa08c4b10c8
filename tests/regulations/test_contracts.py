import pytest

from matching.regulations.contracts import longest_probation_months, lowest_probation_cents


@pytest.mark.parametrize(
    ("term", "months"), [(0, 0), (2, 0), (3, 1), (11, 1), (12, 2), (35, 2), (36, 6), (120, 6)]
)
def test_probation_is_as_long_as_the_contract_allows(term, months):
    assert longest_probation_months(term) == months


@pytest.mark.parametrize(
    ("pay", "minimum", "least"), [(300_000, 170_000, 240_000), (200_000, 170_000, 170_000), (1, 0, 1)]
)
def test_pay_in_probation_is_eighty_percent_and_never_below_the_minimum(pay, minimum, least):
    assert lowest_probation_cents(pay, minimum) == least
