"""The circuit breaker."""

from matching.search.breaker import Breaker


class Hands:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def opened(hands: Hands) -> Breaker:
    breaker = Breaker(failures=3, pause=5.0, clock=hands)
    for _ in range(3):
        assert breaker.admits()
        breaker.failed()
    return breaker


def test_it_opens_after_three_failures_in_a_row_only() -> None:
    breaker = Breaker(failures=3, clock=Hands())
    for _ in range(5):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert breaker.admits()
    assert not opened(Hands()).admits()


def test_after_the_pause_one_may_try_and_the_others_wait() -> None:
    hands = Hands()
    breaker = opened(hands)
    hands.seconds = 4.9
    assert not breaker.admits()
    hands.seconds = 5.0
    assert [breaker.admits() for _ in range(3)] == [True, False, False]


def test_the_luck_of_the_one_decides() -> None:
    hands = Hands()
    breaker = opened(hands)
    hands.seconds = 5.0
    assert breaker.admits()
    breaker.failed()
    hands.seconds = 9.0
    assert not breaker.admits()
    hands.seconds = 10.0
    assert breaker.admits()
    breaker.succeeded()
    assert [breaker.admits() for _ in range(3)] == [True, True, True]


def test_a_try_that_never_ends_blocks_for_one_pause_only() -> None:
    hands = Hands()
    breaker = opened(hands)
    hands.seconds = 5.0
    assert breaker.admits()
    hands.seconds = 10.0
    assert breaker.admits()
