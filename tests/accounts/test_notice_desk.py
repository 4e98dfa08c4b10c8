import pytest
from sqlalchemy import select

from matching.accounts.models import AuditEvent, Role
from matching.accounts.notice_desk import Decision, decide, parked
from matching.accounts.scope import OPERATOR, Scope
from matching.db import transaction
from matching.errors import DomainError, Forbidden, NotFound
from matching.notices import service
from matching.notices.kinds import Party
from tests import factories
from tests.notices.posts import notice, tell
from tests.stack import blank_postgres, blank_sqlite, embedded, stack

__all__ = ["blank_postgres", "blank_sqlite", "embedded", "stack"]


def stuck(services, prefecture="431200"):
    """A parked notice of one tenant; gives its public id and the tenant's id."""
    with transaction(services.sessions) as session:
        tenant_id = factories.tenant(session, prefecture).id
    notice_id = tell(services, Party("member", 7), prefecture, tenant_id=tenant_id)
    with transaction(services.sessions) as session:
        service.park(session, notice_id, services.clock.now())
    return notice(services, notice_id).public_id, tenant_id


def scope(tenant_id, role=Role.PREFECTURE, county=None):
    return Scope(role, "somebody", tenant_id, county, None)


@pytest.mark.parametrize(
    ("decision", "state"),
    [(Decision.RETRY, "waiting"), (Decision.ARRIVED, "sent"), (Decision.DROP, "cancelled")],
)
def test_a_decision_is_carried_out_and_audited(embedded, decision, state):
    public_id, tenant_id = stuck(embedded)
    with transaction(embedded.sessions) as session:
        (view,) = parked(session, scope(tenant_id))
        made = decide(session, scope(tenant_id), view.public_id, decision, embedded.clock.now())
        assert (made.public_id, made.state) == (public_id, state)
        (event,) = session.scalars(select(AuditEvent))
        assert (event.action, event.subject_id, event.actor) == (f"notice.{decision}", made.id, "somebody")
        with pytest.raises(DomainError, match="notice_not_parked"):
            decide(session, scope(tenant_id), public_id, Decision.DROP, embedded.clock.now())


def test_a_desk_decides_about_its_own_tenants_notices_only(stack):
    (mine, tenant_id), (theirs, _) = stuck(stack), stuck(stack, "522300")
    with transaction(stack.sessions) as session:
        assert [view.public_id for view in parked(session, scope(tenant_id))] == [mine]
        with pytest.raises(NotFound):
            decide(session, scope(tenant_id), theirs, Decision.RETRY, stack.clock.now())
        assert len(parked(session, OPERATOR)) == 2


@pytest.mark.parametrize(
    ("role", "county"),
    [(Role.COORDINATOR, "431222"), (Role.COUNTY, "431222"), (Role.AUDITOR, None), (Role.EMPLOYER, None)],
)
def test_nobody_else_decides(embedded, role, county):
    public_id, tenant_id = stuck(embedded)
    with transaction(embedded.sessions) as session:
        for act in (
            lambda: parked(session, scope(tenant_id, role, county)),
            lambda: decide(
                session, scope(tenant_id, role, county), public_id, Decision.DROP, embedded.clock.now()
            ),
        ):
            with pytest.raises(Forbidden):
                act()
