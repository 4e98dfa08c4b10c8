"""Helpers' one-time codes: six signs, for one person, good once and for a day."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matching.accounts import audit, phones
from matching.accounts.models import PhoneAccount
from matching.accounts.scope import ANONYMOUS, Scope
from matching.accounts.service import note_failure
from matching.crypto import Keyring
from matching.errors import Forbidden
from matching.people.claims import checked_tries, make_link
from matching.people.codes import LinkedBy
from matching.people.models import AccountLink, HelperCode, Member
from matching.people.queries import member_in_scope

HELPER_SIGNS = "346789ACDEFGHJKMNPQRTWXY"  # nothing that looks or sounds like its neighbour
HELPER_LENGTH = 6
HELPER_VALID = timedelta(days=1)
INDEX_HELPER = "helper.code"


def make_helper_code(
    session: Session, scope: Scope, keyring: Keyring, public_id: str, now: datetime
) -> tuple[Member, str]:
    """A one-time code with which one person signs in, to be handed over at once; an older one ends.

    Args:
        public_id: of the member.

    Returns:
        The person, and the code in clear, which is stored nowhere.

    Raises:
        Forbidden: ``not_allowed``. NotFound: ``person_unknown``.
    """
    if not scope.changes:
        raise Forbidden("not_allowed")
    member = member_in_scope(session, scope, public_id)
    session.execute(
        delete(HelperCode).where((HelperCode.member_id == member.id) | (HelperCode.expires_at <= now))
    )
    code = _new_code(session, keyring)
    session.add(
        HelperCode(
            member_id=member.id,
            code_digest=keyring.blind(code, INDEX_HELPER),
            made_by=scope.actor,
            created_at=now,
            expires_at=now + HELPER_VALID,
        )
    )
    audit.record(session, scope, "helper_code.made", "member", member.id, now)
    return member, code


def _new_code(session: Session, keyring: Keyring) -> str:
    while True:
        code = "".join(secrets.choice(HELPER_SIGNS) for _ in range(HELPER_LENGTH))
        taken = select(HelperCode.id).where(HelperCode.code_digest == keyring.blind(code, INDEX_HELPER))
        if session.scalar(taken) is None:
            return code


def redeem(
    session: Session,
    keyring: Keyring,
    *,
    code: str,
    account: PhoneAccount | None,
    address: str,
    now: datetime,
) -> tuple[PhoneAccount, Member] | None:
    """Spend a helper's code: it links its person to the account that asks, or to one without a telephone.

    A miss is counted here, so the caller commits in either case.

    Args:
        code: as typed.
        account: who is signed in; None for a browser that is not.
        address: the caller's address; only its digest is kept.

    Returns:
        None for a code that is unknown, spent or too old: the three are not told apart.

    Raises:
        DomainError: ``too_many_wrong``.
    """
    subjects = checked_tries(session, account, address, now)
    row = session.scalar(
        select(HelperCode)
        .where(
            HelperCode.code_digest == keyring.blind(phones.typed(code), INDEX_HELPER),
            HelperCode.used_at.is_(None),
            HelperCode.expires_at > now,
        )
        .with_for_update()
    )
    if row is None:
        note_failure(session, subjects, now)
        audit.record(session, ANONYMOUS, "link.refused", "helper_code", None, now)
        return None
    row.used_at = now
    member = session.get_one(Member, row.member_id)
    owner = account or _bare_account(session, member, now)
    make_link(session, owner, member, LinkedBy.HELPER, now)
    return owner, member


def _bare_account(session: Session, member: Member, now: datetime) -> PhoneAccount:
    """The account without a telephone that this person used before, else a new one."""
    known = session.scalar(
        select(PhoneAccount)
        .join(AccountLink, AccountLink.account_id == PhoneAccount.id)
        .where(
            AccountLink.member_id == member.id,
            AccountLink.ended_at.is_(None),
            PhoneAccount.phone_index.is_(None),
            PhoneAccount.closed_at.is_(None),
        )
        .order_by(PhoneAccount.id.desc())
        .limit(1)
    )
    return known or phones.bare_account(session, now)
