"""Organisations, users, signing in and out."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.models import (
    Organisation,
    OrganisationKind,
    Role,
    SetupToken,
    SignInFailure,
    Tenant,
    User,
    UserSession,
)
from matching.accounts.passwords import hash_password, random_password, verify_password
from matching.accounts.scope import ANONYMOUS, Scope
from matching.errors import DomainError, NotFound
from matching.places import regions

#: Ten wrong passwords in five minutes for one login or one address, then a pause (Warehouse's figures).
FAILURES_ALLOWED = 10
FAILURES_WITHIN = timedelta(minutes=5)
SETUP_VALID = timedelta(days=1)
LOGIN_FORM = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")


def digest(token: str) -> str:
    """Digest under which a random token is stored (hex, 64 characters)."""
    return hashlib.sha256(token.encode()).hexdigest()


def ensure_tenant(session: Session, region_code: str, *, demo: bool = False) -> Tenant:
    """The tenant of a region: its prefecture.

    Raises:
        DomainError: ``region_unknown`` or ``region_without_prefecture``.
    """
    prefecture = regions.prefecture_of(regions.get(region_code).code)
    if prefecture is None:
        raise DomainError("region_without_prefecture", region=region_code)
    tenant = session.scalar(select(Tenant).where(Tenant.prefecture == prefecture, Tenant.demo == demo))
    if tenant is None:
        tenant = Tenant(prefecture=prefecture, name=regions.get(prefecture).name, demo=demo)
        session.add(tenant)
        session.flush()
    return tenant


def add_organisation(
    session: Session,
    scope: Scope,
    *,
    name: str,
    kind: str,
    region_code: str,
    now: datetime,
    credit_code: str | None = None,
    phone: str | None = None,
    demo: bool = False,
) -> Organisation:
    """Make an organisation, and its tenant where it is the first one there.

    Args:
        kind: ``office``, ``company`` or ``employer``.
        region_code: adcode of a prefecture (an office of the whole prefecture) or of a county or below.

    Raises:
        DomainError: ``organisation_name_missing``, ``organisation_kind_unknown``, ``organisation_exists``,
            ``region_unknown``, ``region_without_prefecture``.
    """
    name = " ".join(name.split())
    if not name:
        raise DomainError("organisation_name_missing")
    if kind not in set(OrganisationKind):
        raise DomainError("organisation_kind_unknown", kind=kind)
    tenant = ensure_tenant(session, region_code, demo=demo)
    if find_organisation(session, tenant.id, name) is not None:
        raise DomainError("organisation_exists", organisation=name)
    code = regions.get(region_code).code
    organisation = Organisation(
        tenant_id=tenant.id,
        kind=kind,
        name=name,
        region_code=code,
        county=regions.county_of(code) or tenant.prefecture,
        credit_code=credit_code,
        phone=phone,
        demo=demo,
        created_at=now,
    )
    session.add(organisation)
    session.flush()
    audit.record(session, scope, "organisation.added", "organisation", organisation.id, now)
    return organisation


def find_organisation(session: Session, tenant_id: int, name: str) -> Organisation | None:
    """The tenant's organisation of this exact name."""
    return session.scalar(
        select(Organisation).where(Organisation.tenant_id == tenant_id, Organisation.name == name)
    )


def add_user(
    session: Session,
    scope: Scope,
    *,
    login: str,
    name: str,
    role: str,
    now: datetime,
    organisation: Organisation | None = None,
    password: str | None = None,
    demo: bool = False,
) -> tuple[User, str]:
    """Make a user who signs in.

    Args:
        organisation: required for every role but administrator and auditor.
        password: default: a random one, good until the first sign-in.

    Returns:
        The user and the password in clear, to be shown once.

    Raises:
        DomainError: ``login_form``, ``login_taken``, ``role_unknown``, ``organisation_required``, and those
            of :func:`~matching.accounts.passwords.hash_password`.
    """
    login = login.strip().lower()
    if not LOGIN_FORM.fullmatch(login):
        raise DomainError("login_form")
    if role not in set(Role) - {Role.JOBSEEKER}:  # jobseekers have a telephone, not a password
        raise DomainError("role_unknown", role=role)
    if organisation is None and role not in {Role.ADMINISTRATOR, Role.AUDITOR}:
        raise DomainError("organisation_required", role=role)
    if session.scalar(select(User.id).where(User.login == login)):
        raise DomainError("login_taken", login=login)
    clear = password or random_password()
    user = User(
        login=login,
        name=name.strip() or login,
        role=role,
        tenant_id=organisation.tenant_id if organisation else None,
        organisation_id=organisation.id if organisation else None,
        password_hash=hash_password(clear),
        must_change_password=password is None,
        active=True,
        demo=demo,
        created_at=now,
    )
    session.add(user)
    session.flush()
    audit.record(session, scope, "user.added", "user", user.id, now)
    return user, clear


def scope_of(session: Session, user: User) -> Scope:
    """What a user may see, worked out afresh at every request so that a change holds at once."""
    organisation = session.get(Organisation, user.organisation_id) if user.organisation_id else None
    county = user.county
    if (
        county is None
        and organisation
        and user.role not in {Role.PREFECTURE, Role.AUDITOR, Role.ADMINISTRATOR}
    ):
        # An office of the whole prefecture has the prefecture itself as its county: no limit within it.
        county = None if organisation.county.endswith("00") else organisation.county
    return Scope(
        role=Role(user.role),
        actor=user.public_id,
        tenant_id=user.tenant_id,
        county=county,
        organisation_id=user.organisation_id,
        user_id=user.id,
    )


@dataclass(frozen=True)
class SignedIn:
    """A fresh session: the token goes into the cookie and is stored nowhere."""

    user: User
    token: str


def too_many(session: Session, subjects: Sequence[str], now: datetime, most: int, within: timedelta) -> bool:
    """Whether any of these subjects failed ``most`` times within a span."""
    recent = (
        select(func.count())
        .where(SignInFailure.subject.in_(subjects), SignInFailure.at > now - within)
        .group_by(SignInFailure.subject)
    )
    return any(count >= most for count in session.scalars(recent))


def note_failure(session: Session, subjects: Sequence[str], now: datetime) -> None:
    """Count a failure against each of these subjects (digests), for the limits."""
    session.add_all(SignInFailure(subject=subject, at=now) for subject in subjects)


def sign_in(
    session: Session, *, login: str, password: str, address: str, device: str, now: datetime, valid: timedelta
) -> SignedIn | None:
    """Check a login and password and open a server-side session.

    Args:
        address: the caller's address; only its digest is kept.
        device: short name of the browser, for the list of own sessions.
        valid: length of the session.

    Returns:
        None when login or password is wrong, or the account is off: the three are not told apart.  The
        failure is counted in this transaction, so the caller commits in either case.

    Raises:
        DomainError: ``too_many_tries``.
    """
    login = login.strip().lower()
    subjects = [digest(f"login {login}"), digest(f"address {address}")]
    if too_many(session, subjects, now, FAILURES_ALLOWED, FAILURES_WITHIN):
        raise DomainError("too_many_tries", minutes=int(FAILURES_WITHIN.total_seconds() // 60))
    user = session.scalar(select(User).where(User.login == login))
    fits = verify_password(user.password_hash if user else None, password)
    if user is None or not fits or not user.active:
        note_failure(session, subjects, now)
        audit.record(session, ANONYMOUS, "sign_in.failed", "user", user.id if user else None, now)
        return None
    session.execute(delete(SignInFailure).where(SignInFailure.subject == subjects[0]))
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            user_id=user.id,
            token_digest=digest(token),
            created_at=now,
            seen_at=now,
            expires_at=now + valid,
            device=device[:120],
        )
    )
    audit.record(session, scope_of(session, user), "sign_in", "user", user.id, now)
    return SignedIn(user, token)


def session_user(session: Session, token: str, now: datetime, idle: timedelta) -> User | None:
    """The user of a live session; None when it ended, stood idle too long or the account is off."""
    row = session.scalar(select(UserSession).where(UserSession.token_digest == digest(token)))
    if row is None or row.expires_at <= now or row.seen_at + idle <= now:
        return None
    user = session.get(User, row.user_id)
    return user if user and user.active else None


def touch_session(
    session: Session, token: str, now: datetime, *, every: timedelta = timedelta(minutes=1)
) -> None:
    """Note that a session is in use, at most once a minute so that reading pages does not mean writing."""
    session.execute(
        update(UserSession)
        .where(UserSession.token_digest == digest(token), UserSession.seen_at < now - every)
        .values(seen_at=now)
    )


def sign_out(session: Session, token: str, now: datetime, scope: Scope) -> None:
    """End one session on the server."""
    session.execute(delete(UserSession).where(UserSession.token_digest == digest(token)))
    audit.record(session, scope, "sign_out", "user", scope.user_id, now)


def sign_out_everywhere(session: Session, user_id: int, now: datetime, scope: Scope) -> None:
    """End all sessions of a user."""
    session.execute(delete(UserSession).where(UserSession.user_id == user_id))
    audit.record(session, scope, "sign_out.everywhere", "user", user_id, now)


def change_password(
    session: Session, user_id: int, *, old: str, new: str, scope: Scope, now: datetime
) -> None:
    """Change one's own password; every other session of the user ends.

    Raises:
        NotFound: no such user.
        DomainError: ``password_wrong`` and those of ``hash_password``.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("user_unknown")
    if not verify_password(user.password_hash, old):
        raise DomainError("password_wrong")
    user.password_hash = hash_password(new)
    user.must_change_password = False
    session.execute(delete(UserSession).where(UserSession.user_id == user_id))
    audit.record(session, scope, "password.changed", "user", user_id, now)


def make_setup_token(session: Session, now: datetime) -> str:
    """A one-time token for the first administrator and organisation."""
    token = secrets.token_urlsafe(24)
    session.add(SetupToken(token_digest=digest(token), expires_at=now + SETUP_VALID))
    return token


def setup_open(session: Session) -> bool:
    """Whether nobody can sign in yet."""
    return not session.scalar(select(func.count()).select_from(User))


def use_setup_token(session: Session, token: str, now: datetime) -> None:
    """Spend the token.

    Raises:
        DomainError: ``setup_link_spent`` when it is unknown, used, expired or somebody can already sign in.
    """
    row = session.scalar(
        select(SetupToken)
        .where(
            SetupToken.token_digest == digest(token),
            SetupToken.used_at.is_(None),
            SetupToken.expires_at > now,
        )
        .with_for_update()
    )
    if row is None or not setup_open(session):
        raise DomainError("setup_link_spent")
    row.used_at = now
