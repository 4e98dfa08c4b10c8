"""The queue server loses everything, or is gone for a while, in the middle of an import.

What would go wrong: a page fails because a bell could not be rung; what was queued is lost with the server;
a worker stays deaf when the server is back.
"""

from __future__ import annotations

import random
import time
from datetime import timedelta

import pytest

from matching.db import transaction
from matching.outbox.service import claim
from tests.failures.plant import Plant, say, until
from tests.failures.test_killed import begun
from tests.failures.writes import Writer, hand_in, settled_office, somebody
from tests.patience import patient
from tests.stack import ledger_of

pytestmark = pytest.mark.processes


#: Writes a second while there is no queue; each is several changes.
RATE = 20


def survive(plant: Plant, *, rows: int, down: float, within: float) -> None:
    """The queue goes away in the middle of an import.

    Args:
        rows: of the import.
        down: seconds without a queue.
        within: seconds after its return in which every kind of waiting work is taken up again.
    """
    office_id = settled_office(plant.services)
    plant.worker("one")
    plant.sweep()
    writer = Writer(plant.services, office_id, random.Random(3))
    ledger_id = hand_in(plant.services, office_id, "ledger", [somebody(n) for n in range(1, rows + 1)])
    writer.people = rows
    begun(plant, "sheet.read")
    plant.queue.client.flushall()
    plant.queue.kill()
    gone = time.monotonic()
    slowest, writes = 0.0, 0
    while time.monotonic() - gone < down:
        if writes > RATE * (time.monotonic() - gone):
            time.sleep(1 / RATE)
            continue
        before, writes = time.monotonic(), writes + 1
        writer.write()
        slowest = max(slowest, time.monotonic() - before)
    writer.hand_in()
    plant.queue.start()
    back = time.monotonic()
    waiting, oldest = len(plant.outbox()), plant.heads()
    until(lambda: not oldest.items() & plant.heads().items(), within, "each kind of work is taken up again")
    taken_up = time.monotonic() - back
    until(lambda: plant.empty(), 10 * within, "everything is done")
    say(
        down_s=down,
        slowest_write_s=round(slowest, 2),
        writes=writes,
        waited=waiting,
        kinds=len(oldest),
        taken_up_s_after=round(taken_up, 1),
        done_s_after=round(time.monotonic() - back, 1),
    )
    writer.check()
    ledger = ledger_of(plant.services, ledger_id)
    assert (ledger.state, ledger.rows, ledger.created) == ("done", rows, rows)
    assert slowest < patient(5)


@pytest.mark.production
def test_writes_and_imports_go_on_while_the_queue_is_gone(large_plant: Plant) -> None:
    """R4: FLUSHALL, then no server, in the middle of an import."""
    survive(large_plant, rows=1_000, down=3, within=60)


@pytest.mark.long
def test_five_minutes_without_a_queue(plant: Plant) -> None:
    """R4 as written: all is queued again within two minutes of its return."""
    survive(plant, rows=20_000, down=300, within=120)


def test_everything_is_rung_for_again_when_the_queue_was_emptied(small_plant: Plant) -> None:
    """R4: the rows alone know what there is to do; nobody writes anything after the loss."""
    office_id = settled_office(small_plant.services)
    ids = [hand_in(small_plant.services, office_id, "ledger", [somebody(n)]) for n in range(1, 6)]
    small_plant.queue.client.flushall()
    with transaction(small_plant.services.sessions) as session:
        lost = claim(session, "sheet.read", 2, small_plant.services.clock.now(), timedelta(seconds=2))
    assert len(lost.rows) == 2
    small_plant.worker("one")
    small_plant.sweep()
    until(lambda: small_plant.empty(), 40, "the sweep finds rows and run-out leases")
    assert {ledger_of(small_plant.services, key).state for key in ids} == {"done"}
