"""Organisations and accounts of the demo city, in a tenant of its own that never mixes with real people."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.places import COUNTIES, PREFECTURE
from demo.vacancies import FIRST_EMPLOYER
from matching.accounts.models import Organisation, OrganisationKind, Role, User
from matching.accounts.passwords import random_password
from matching.accounts.scope import OPERATOR
from matching.accounts.service import add_organisation, add_user, ensure_tenant, find_organisation
from matching.accounts.words import ROLES
from matching.bootstrap import Services
from matching.db import transaction

OFFICE = "示例市就业服务中心"
COUNTY_OFFICE = "示例县就业服务中心"
COMPANY = "示例劳务服务公司"
EMPLOYER, EMPLOYER_CODE = FIRST_EMPLOYER
_COUNTY = COUNTIES[0][0]

#: name, kind, region, credit code
ORGANISATIONS = (
    (OFFICE, OrganisationKind.OFFICE, PREFECTURE, None),
    (COUNTY_OFFICE, OrganisationKind.OFFICE, _COUNTY, None),
    (COMPANY, OrganisationKind.COMPANY, _COUNTY, None),
    (EMPLOYER, OrganisationKind.EMPLOYER, _COUNTY, EMPLOYER_CODE),
)
#: login, role, organisation; the administrator too belongs to the demo's tenant and sees no other.
ACCOUNTS = (
    ("demo-admin", Role.ADMINISTRATOR, OFFICE),
    ("demo-prefecture", Role.PREFECTURE, OFFICE),
    ("demo-county", Role.COUNTY, COUNTY_OFFICE),
    ("demo-company", Role.COMPANY, COMPANY),
    ("demo-coordinator", Role.COORDINATOR, COMPANY),
    ("demo-employer", Role.EMPLOYER, EMPLOYER),
    ("demo-auditor", Role.AUDITOR, OFFICE),
)


def set_up(services: Services, file: Path) -> None:
    """Make what is missing of organisations and accounts.

    The passwords are in the file before an account has one, so an interrupted start loses none.

    Args:
        services: the wired services.
        file: the account list, mode 0600.
    """
    passwords = _passwords(file)
    now = services.clock.now()
    with transaction(services.sessions) as session:
        tenant = ensure_tenant(session, PREFECTURE, demo=True)
        organisations: dict[str, Organisation] = {}
        for name, kind, region, code in ORGANISATIONS:
            organisations[name] = find_organisation(session, tenant.id, name) or add_organisation(
                session,
                OPERATOR,
                name=name,
                kind=kind,
                region_code=region,
                credit_code=code,
                now=now,
                demo=True,
            )
        for login, role, name in ACCOUNTS:
            if not _exists(session, login):
                add_user(
                    session,
                    OPERATOR,
                    login=login,
                    name=ROLES[role],
                    role=role,
                    now=now,
                    organisation=organisations[name],
                    password=passwords[login],
                    demo=True,
                )


def _exists(session: Session, login: str) -> bool:
    return session.scalar(select(User.id).where(User.login == login)) is not None


def _passwords(file: Path) -> dict[str, str]:
    """The passwords in the file, new ones for accounts that it lacks."""
    known: dict[str, str] = {}
    if file.exists():
        known = {
            line.split()[0]: line.split()[1] for line in file.read_text("utf-8").splitlines() if line.strip()
        }
    lines = []
    for login, role, name in ACCOUNTS:
        known.setdefault(login, random_password())
        lines.append(f"{login:<18}{known[login]}  {ROLES[role]}({name})\n")
    new = file.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.writelines(lines)
    new.replace(file)
    return known
