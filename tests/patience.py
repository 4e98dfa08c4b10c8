"""How long a test waits before it calls something lost."""

import os

#: Limits are written as they hold on a quiet machine.  A busy one stands still for seconds at a time, which
#: says nothing about the software.  `make test-long` sets 1: there the figures themselves are the matter.
SLACK = float(os.environ.get("ANYE_TEST_SLACK", "4"))


def patient(seconds: float) -> float:
    """A limit of a quiet machine as it is taken here; seconds in and out."""
    return seconds * SLACK
