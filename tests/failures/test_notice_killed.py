"""R18: a worker dies after the gateway took a message and before that was written down.

What would go wrong: its heir sends the message again, and somebody gets the same news twice.
"""

from __future__ import annotations

import pytest

from matching.db import transaction
from matching.notices.kinds import Kind, State
from matching.notices.models import Notice
from matching.people.facts import SEAL_MEMBER
from tests import factories
from tests.failures.plant import Plant, until
from tests.notices.gateway import Gateway, gateway
from tests.notices.posts import PHONE, Party, notice, tell

pytestmark = pytest.mark.processes


def kill_in_the_middle(plant: Plant, far: Gateway) -> Notice:
    """Tell somebody something; kill the job while the gateway holds its answer back; let others go on."""
    services = plant.services
    with transaction(services.sessions) as session:
        sealed = services.keyring.seal_facts({"phone": PHONE}, SEAL_MEMBER)
        person = Party("member", factories.member(session, sealed=sealed).id)
    notice_id = tell(services, person, kind=Kind.LINKED, asked_for=True)
    settings = far.settings(ANYE_SMS_LOOK_SECONDS="3", ANYE_SMS_SECONDS="30", NO_PROXY="127.0.0.1")
    far.silent.clear()
    plant.sweep()
    plant.worker("one", "fast", **settings)
    until(lambda: far.taken, 20, "the gateway has the message")
    assert notice(services, notice_id).state == State.SENDING
    (horse,) = plant.horses()
    horse.kill()
    far.silent.set()
    until(lambda: notice(services, notice_id).ended_at, 30, "somebody else looks after the notice")
    until(lambda: not plant.outbox("notice.send"), 10, "nothing waits any more")
    return notice(services, notice_id)


def test_a_worker_killed_while_it_sends_sends_nothing_twice(plant: Plant) -> None:
    """The gateway cannot tell what became of the message: it waits for a person."""
    with gateway() as far:
        after = kill_in_the_middle(plant, far)
        assert (len(far.taken), len(far.asked)) == (1, 1)
    assert (after.state, after.reason) == (State.PARKED, "perhaps_sent")


def test_a_gateway_that_can_tell_spares_the_person_the_question(small_plant: Plant) -> None:
    """It knows the message by the notice's public id."""
    with gateway() as far:
        far.tells = True
        after = kill_in_the_middle(small_plant, far)
        assert [one["SessionContext"] for one in far.taken] == [after.public_id]
    assert (after.state, after.message_id) == (State.SENT, "5000:1")
