"""Terms of a contract that a post may state: probation (劳动合同法 art. 19, 20) and dispatch (art. 58)."""

from __future__ import annotations

#: Term of the contract in months, from which on so many months of probation are allowed.
_PROBATION = ((36, 6), (12, 2), (3, 1), (0, 0))
#: Part of the pay agreed on that probation may not fall below.
PROBATION_PERCENT = 80
#: A dispatched worker's contract lasts two years at least.
DISPATCH_MONTHS = 24


def longest_probation_months(term_months: int) -> int:
    """How long probation may last at most.

    Args:
        term_months: of the contract; none under three months has any probation.
    """
    return next(months for least, months in _PROBATION if term_months >= least)


def lowest_probation_cents(pay_cents: int, minimum_cents: int) -> int:
    """What has to be paid in probation at least.

    Args:
        pay_cents: what is agreed on for afterwards, a month.
        minimum_cents: the minimum wage of the place, a month.
    """
    return max(-(-pay_cents * PROBATION_PERCENT // 100), minimum_cents)
