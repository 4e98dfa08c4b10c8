"""Who is looking.  A :class:`Scope` is an argument of every query that returns people."""

from __future__ import annotations

from dataclasses import dataclass

from matching.accounts.models import Role

#: Roles that may see people at all, each within its own area.
SEES_PEOPLE = frozenset(
    {Role.COMPANY, Role.COORDINATOR, Role.COUNTY, Role.PREFECTURE, Role.AUDITOR, Role.ADMINISTRATOR}
)
#: Roles that may change people, settlements, vacancies and bring in sheets.
CHANGES = frozenset({Role.COMPANY, Role.COORDINATOR, Role.COUNTY, Role.PREFECTURE, Role.ADMINISTRATOR})
#: Roles that see the work that got stuck.
OPERATES = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Scope:
    """What one actor may see.

    Args:
        role: what the actor is.
        actor: the user's public id, ``operator`` for a command, ``system`` for a worker.
        tenant_id: the only tenant whose people may be seen; None sees every tenant (the local operator).
        county: 6-digit county the actor is limited to; None means the whole tenant.
        organisation_id: the actor's organisation.
        user_id: the actor's row, None for commands and workers.
        member_ids: of a jobseeker: the people whose own data may be seen, and nobody else's.
    """

    role: Role
    actor: str
    tenant_id: int | None
    county: str | None
    organisation_id: int | None
    user_id: int | None = None
    member_ids: frozenset[int] = frozenset()

    @property
    def sees_people(self) -> bool:
        """Whether any person may be shown to this actor."""
        return self.role in SEES_PEOPLE

    @property
    def changes(self) -> bool:
        """Whether this actor may write at all."""
        return self.role in CHANGES


#: The local operator: every tenant, personal fields masked, audited (issue: commands).
OPERATOR = Scope(Role.ADMINISTRATOR, "operator", None, None, None)
SYSTEM = Scope(Role.ADMINISTRATOR, "system", None, None, None)
#: Somebody who has not signed in.
ANONYMOUS = Scope(Role.JOBSEEKER, "anonymous", None, None, None)
