"""Accounts of jobseekers: a telephone, a code sent to it, and sessions on the server.

Any telephone may ask for a code, so nothing tells whether it has an account already (ASVS 6.3.8).  A code is
six random digits (6.5.4), compared by a keyed digest (6.5.2), bound to the browser that asked (6.6.2),
good once (6.5.1), for five minutes (6.5.5) and five tries (6.6.3).
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.models import AccountSession, OneTimeCode, PhoneAccount, Role
from matching.accounts.queries import Device
from matching.accounts.scope import ANONYMOUS, Scope
from matching.accounts.service import digest
from matching.crypto import Keyring
from matching.errors import DomainError
from matching.notices.kinds import Kind, Party
from matching.notices.limits import count_sms
from matching.notices.service import notify
from matching.sheets.cells import phone as parse_phone
from matching.sheets.problems import CellProblem

DIGITS = 6
CODE_VALID = timedelta(minutes=5)
TRIES = 5
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: S7: codes sent in a span of time, and what is said when there were so many already.
PER_PHONE = ((MINUTE, 1, "code_wait_minute"), (HOUR, 5, "code_wait_hour"), (DAY, 10, "code_wait_day"))
PER_ADDRESS = ((HOUR, 20, "code_wait_hour"),)
#: A session's last use is noted at most this often.
TOUCH_EVERY = HOUR

INDEX_PHONE, SEAL_PHONE = "account.phone", "account.phone"
INDEX_CODE, INDEX_ADDRESS, SEAL_CODE = "account.code", "account.address", "account.code"
_MOBILE = re.compile(r"1[3-9]\d{9}")
#: First sign of an account's token: says in which table to look, so that one look is enough.
TOKEN_MARK = "p."  # noqa: S105

#: Kind of recipient of a code's message: the row of the code, which knows its telephone.
RECIPIENT = "one_time_code"


@dataclass(frozen=True)
class CodeRefused:
    """A code that does not open.

    Args:
        code: ``code_wrong``, or ``code_dead`` when it is spent, too old, or was tried too often.
        left: tries that are left.
    """

    code: str
    left: int = 0


@dataclass(frozen=True)
class Entered:
    """A fresh session of an account: the token goes into the cookie and is stored nowhere."""

    account: PhoneAccount
    token: str


def mobile(text: str) -> str:
    """A mobile number as 11 digits, however it was typed.

    Raises:
        DomainError: ``phone_not_mobile``.
    """
    try:
        found = parse_phone(unicodedata.normalize("NFKC", text)) or ""
    except CellProblem:
        found = ""
    if not _MOBILE.fullmatch(found):
        raise DomainError("phone_not_mobile")
    return found


def request_code(
    session: Session, keyring: Keyring, *, phone: str, address: str, now: datetime, budget: int
) -> str:
    """Send a code to a telephone.

    Args:
        phone: as typed.
        address: the caller's address; only its keyed digest is kept, for a day.
        budget: messages that may be sent a day.

    Returns:
        A token for the browser that asked; without it the code opens nothing.

    Raises:
        DomainError: ``phone_not_mobile``, ``code_wait_minute``, ``code_wait_hour``, ``code_wait_day``,
            and those of :func:`matching.notices.limits.count_sms`.
    """
    number = mobile(phone)
    index, place = keyring.blind(number, INDEX_PHONE), keyring.blind(address, INDEX_ADDRESS)
    # Takes the lock of the audit chain first, so two requests at once cannot both be the last one allowed.
    audit.record(session, ANONYMOUS, "code.requested", "one_time_code", None, now)
    session.execute(delete(OneTimeCode).where(OneTimeCode.created_at < now - DAY))
    session.execute(update(OneTimeCode).where(OneTimeCode.expires_at <= now).values(sealed_code=None))
    _refuse_too_many(session, OneTimeCode.phone_index == index, PER_PHONE, now)
    _refuse_too_many(session, OneTimeCode.address_digest == place, PER_ADDRESS, now)
    code, token = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}", secrets.token_urlsafe(32)
    row = OneTimeCode(
        token_digest=digest(token),
        phone_index=index,
        sealed=keyring.seal(number.encode(), SEAL_CODE),
        sealed_code=keyring.seal(code.encode(), SEAL_CODE),
        code_digest=_code_digest(keyring, token, code),
        address_digest=place,
        created_at=now,
        expires_at=now + CODE_VALID,
    )
    session.add(row)
    session.flush()
    count_sms(session, keyring, phone=number, address=address, now=now, budget=budget)
    to = Party(RECIPIENT, row.id)
    notify(
        session,
        kind=Kind.SIGN_IN_CODE,
        event_key=f"code:{row.id}",
        recipient=to,
        subject=to,
        facts={"minutes": CODE_VALID // MINUTE},
        now=now,
        asked_for=True,
    )
    return token


def phone_of_code(session: Session, keyring: Keyring, code_id: int) -> str | None:
    """The telephone (11 digits) to which a code goes."""
    row = session.get(OneTimeCode, code_id)
    return keyring.open(row.sealed, SEAL_CODE).decode() if row else None


def text_of_code(session: Session, keyring: Keyring, code_id: int) -> str | None:
    """The six digits, as long as they may still be sent; None afterwards."""
    row = session.get(OneTimeCode, code_id)
    return keyring.open(row.sealed_code, SEAL_CODE).decode() if row and row.sealed_code else None


def is_worth_sending(session: Session, code_id: int, now: datetime) -> bool:
    """Whether a code still opens anything."""
    row = session.get(OneTimeCode, code_id)
    return row is not None and _is_alive(row, now)


def _refuse_too_many(
    session: Session,
    whose: ColumnElement[bool],
    limits: tuple[tuple[timedelta, int, str], ...],
    now: datetime,
) -> None:
    for span, most, refusal in limits:
        sent = select(func.count()).select_from(OneTimeCode).where(whose, OneTimeCode.created_at > now - span)
        if (session.scalar(sent) or 0) >= most:
            raise DomainError(refusal)


def _code_digest(keyring: Keyring, token: str, code: str) -> str:
    return keyring.blind(f"{digest(token)}\0{code}", INDEX_CODE)


def asked_number(session: Session, keyring: Keyring, token: str, now: datetime) -> str | None:
    """The telephone to which this browser's code went (11 digits); None when there is none to type."""
    row = session.scalar(select(OneTimeCode).where(OneTimeCode.token_digest == digest(token)))
    if row is None or not _is_alive(row, now):
        return None
    return keyring.open(row.sealed, SEAL_CODE).decode()


def _is_alive(row: OneTimeCode, now: datetime) -> bool:
    return row.used_at is None and row.expires_at > now and row.tries < TRIES


def enter(
    session: Session,
    keyring: Keyring,
    *,
    token: str,
    code: str,
    device: str,
    now: datetime,
    valid: timedelta,
    prove_again: timedelta,
) -> Entered | CodeRefused:
    """Open a session with a code; a wrong one is counted here, so the caller commits in either case.

    Args:
        token: from :func:`request_code`, of this browser.
        code: as typed.
        device: short name of the browser, for the list of own devices.
        valid: length of the session.
        prove_again: after so long without a sign-in nothing proved before holds.
    """
    row = session.scalar(
        select(OneTimeCode).where(OneTimeCode.token_digest == digest(token)).with_for_update()
    )
    if row is None or not _is_alive(row, now):
        return CodeRefused("code_dead")
    row.tries += 1
    if not secrets.compare_digest(row.code_digest, _code_digest(keyring, token, typed(code))):
        audit.record(session, ANONYMOUS, "sign_in.failed", "one_time_code", row.id, now)
        return CodeRefused("code_wrong" if row.tries < TRIES else "code_dead", TRIES - row.tries)
    row.used_at, row.sealed_code = now, None
    account = _account_of(session, keyring, row, now)
    return open_session(session, account, device=device, now=now, valid=valid, prove_again=prove_again)


def typed(code: str) -> str:
    """A code without blanks, in plain digits and capitals, however a keyboard made it."""
    return "".join(unicodedata.normalize("NFKC", code[:40]).split()).upper()


def _account_of(session: Session, keyring: Keyring, row: OneTimeCode, now: datetime) -> PhoneAccount:
    account = session.scalar(
        select(PhoneAccount).where(PhoneAccount.phone_index == row.phone_index).with_for_update()
    )
    if account is None:
        number = keyring.open(row.sealed, SEAL_CODE)
        account = PhoneAccount(
            phone_index=row.phone_index, sealed=keyring.seal(number, SEAL_PHONE), created_at=now
        )
        session.add(account)
        session.flush()
    return account


def bare_account(session: Session, now: datetime) -> PhoneAccount:
    """An account without a telephone, for somebody who signs in with helpers' codes."""
    account = PhoneAccount(created_at=now)
    session.add(account)
    session.flush()
    return account


def open_session(
    session: Session,
    account: PhoneAccount,
    *,
    device: str,
    now: datetime,
    valid: timedelta,
    prove_again: timedelta,
) -> Entered:
    """Sign an account in under a new token; whoever calls has proved that it may."""
    if account.last_sign_in_at is not None and account.last_sign_in_at + prove_again <= now:
        account.prove_after = now
    account.last_sign_in_at = now
    token = TOKEN_MARK + secrets.token_urlsafe(32)
    session.add(
        AccountSession(
            account_id=account.id,
            token_digest=digest(token),
            created_at=now,
            seen_at=now,
            expires_at=now + valid,
            device=device[:120],
        )
    )
    audit.record(session, scope_of(account), "sign_in", "phone_account", account.id, now)
    return Entered(account, token)


def scope_of(
    account: PhoneAccount, *, tenant_id: int | None = None, member_ids: frozenset[int] = frozenset()
) -> Scope:
    """What an account may see: the data of these people and of nobody else."""
    return Scope(Role.JOBSEEKER, account.public_id, tenant_id, None, None, member_ids=member_ids)


def number_of(keyring: Keyring, account: PhoneAccount) -> str | None:
    """The account's telephone (11 digits)."""
    return keyring.open(account.sealed, SEAL_PHONE).decode() if account.sealed else None


def live_session(session: Session, token: str, now: datetime) -> tuple[PhoneAccount, AccountSession] | None:
    """The account of a live session; None when it ended or the account was closed."""
    row = session.scalar(select(AccountSession).where(AccountSession.token_digest == digest(token)))
    if row is None or row.expires_at <= now:
        return None
    account = session.get(PhoneAccount, row.account_id)
    return (account, row) if account is not None and account.closed_at is None else None


def signed_in_at(session: Session, token: str, now: datetime) -> datetime | None:
    """When a live session was opened; None when there is none."""
    found = live_session(session, token, now)
    return found[1].created_at if found else None


def touch(session: Session, token: str, now: datetime) -> None:
    """Note that a session is in use, at most once an hour."""
    session.execute(
        update(AccountSession)
        .where(AccountSession.token_digest == digest(token), AccountSession.seen_at < now - TOUCH_EVERY)
        .values(seen_at=now)
    )


def remember_choice(session: Session, token: str, member_id: int | None) -> None:
    """Note in the session who of the family was chosen; the caller has seen that it may be."""
    session.execute(
        update(AccountSession).where(AccountSession.token_digest == digest(token)).values(member_id=member_id)
    )


def remember_employer(session: Session, token: str, employer_account_id: int | None) -> None:
    """Note in the session for which employer the account acts; the caller has seen that it may."""
    session.execute(
        update(AccountSession)
        .where(AccountSession.token_digest == digest(token))
        .values(employer_account_id=employer_account_id)
    )


def devices(session: Session, account_id: int, token: str, now: datetime) -> list[Device]:
    """An account's own sessions that have not ended, last used first.

    Args:
        account_id: whose; only ever the viewer's own.
        token: of the session that asks.
    """
    rows = session.scalars(
        select(AccountSession)
        .where(AccountSession.account_id == account_id, AccountSession.expires_at > now)
        .order_by(AccountSession.seen_at.desc(), AccountSession.id.desc())
    )
    return [Device(row.device, row.seen_at, row.token_digest == digest(token)) for row in rows]


def sign_out(session: Session, account: PhoneAccount, token: str, now: datetime) -> None:
    """End one session on the server."""
    session.execute(delete(AccountSession).where(AccountSession.token_digest == digest(token)))
    audit.record(session, scope_of(account), "sign_out", "phone_account", account.id, now)


def sign_out_everywhere(session: Session, account: PhoneAccount, now: datetime) -> None:
    """End all sessions of an account."""
    session.execute(delete(AccountSession).where(AccountSession.account_id == account.id))
    audit.record(session, scope_of(account), "sign_out.everywhere", "phone_account", account.id, now)


def close(session: Session, account: PhoneAccount, now: datetime) -> None:
    """Close an account: its sessions end and its number is forgotten."""
    sign_out_everywhere(session, account, now)
    account.closed_at, account.phone_index, account.sealed = now, None, None
    audit.record(session, scope_of(account), "account.closed", "phone_account", account.id, now)
