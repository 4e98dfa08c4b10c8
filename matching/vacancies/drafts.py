"""Posts that employers are writing: kept as they stand in the form, lawful or not, until they are sent off.

A draft belongs to an account's hat, so it can be written before the employer is verified; sent off then, its
facts wait sealed and are posted in the transaction that verifies the employer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.models import EmployerAccount
from matching.accounts.scope import Scope
from matching.crypto import Keyring
from matching.errors import DomainError, InvalidTransition, NotFound, StaleVersion
from matching.vacancies.codes import Kind
from matching.vacancies.facts import columns
from matching.vacancies.models import PostDraft, Vacancy
from matching.vacancies.posting import check, place_of_work, refuse_blocked
from matching.vacancies.service import post

SEAL_FORM, SEAL_FACTS = "draft.form", "draft.facts"
#: Kinds that an employer posts itself; public-welfare posts are set up by offices (人社部规〔2019〕17号).
KINDS = tuple(kind for kind in Kind if kind is not Kind.PUBLIC_WELFARE)
MOST = 50
#: Estimates for one draft in an hour.
ESTIMATES, HOUR = 30, timedelta(hours=1)
#: Facts that are days.
_DAYS = ("valid_until", "start_on")

Fields = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft, opened.

    Args:
        fields: what stands in the form, by its fields' names.
        waits: sent off, and to be posted once the employer is verified.
    """

    id: int
    public_id: str
    version: int
    kind: str
    title: str
    fields: Fields
    waits: bool
    touched_at: datetime


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft in a list."""

    public_id: str
    kind: str
    title: str
    waits: bool
    touched_at: datetime


def drafts_of(session: Session, hat_id: int) -> list[DraftLine]:
    """The drafts of one hat, the last touched first."""
    rows = session.scalars(
        select(PostDraft)
        .where(PostDraft.employer_account_id == hat_id)
        .order_by(PostDraft.touched_at.desc(), PostDraft.id.desc())
    )
    return [
        DraftLine(row.public_id, row.kind, row.title, row.waiting is not None, row.touched_at) for row in rows
    ]


def draft_of(session: Session, keyring: Keyring, hat_id: int, public_id: str) -> Draft:
    """One draft of a hat.

    Raises:
        NotFound: ``draft_unknown``.
    """
    row = _row(session, hat_id, public_id)
    return Draft(
        id=row.id,
        public_id=row.public_id,
        version=row.version,
        kind=row.kind,
        title=row.title,
        fields=keyring.open_facts(row.sealed, SEAL_FORM),
        waits=row.waiting is not None,
        touched_at=row.touched_at,
    )


def _row(session: Session, hat_id: int, public_id: str, *, lock: bool = False) -> PostDraft:
    statement = select(PostDraft).where(
        PostDraft.public_id == public_id, PostDraft.employer_account_id == hat_id
    )
    row = session.scalar(statement.with_for_update() if lock else statement)
    if row is None:
        raise NotFound("draft_unknown")
    return row


def start(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    hat_id: int,
    kind: str,
    fields: Fields,
    *,
    public_id: str,
    now: datetime,
) -> PostDraft:
    """Begin a draft, empty or from another post.

    Args:
        public_id: made with the form: pressed twice, one draft.

    Raises:
        DomainError: ``kind_not_for_employers``, ``drafts_enough``.
    """
    if kind not in KINDS:
        raise DomainError("kind_not_for_employers")
    again = session.scalar(
        select(PostDraft).where(PostDraft.public_id == public_id, PostDraft.employer_account_id == hat_id)
    )
    if again is not None:
        return again
    counted = session.scalar(select(func.count()).where(PostDraft.employer_account_id == hat_id)) or 0
    if counted >= MOST:
        raise DomainError("drafts_enough")
    row = PostDraft(
        public_id=public_id,
        employer_account_id=hat_id,
        kind=kind,
        title=_title(fields),
        sealed=keyring.seal_facts(fields, SEAL_FORM),
        created_at=now,
        touched_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(session, scope, "draft.begun", "post_draft", row.id, now)
    return row


def _title(fields: Mapping[str, list[str]]) -> str:
    return (fields.get("title") or [""])[0][:120]


def save(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    hat_id: int,
    public_id: str,
    version: int,
    fields: Fields,
    *,
    now: datetime,
) -> PostDraft:
    """Keep what stands in the form.

    Args:
        version: of the draft as this window has it.

    Raises:
        NotFound: ``draft_unknown``; StaleVersion: ``changed_meanwhile`` (another window saved another text);
        InvalidTransition: ``draft_waits``.
    """
    row = _row(session, hat_id, public_id, lock=True)
    if row.waiting is not None:
        raise InvalidTransition("draft_waits")
    same = keyring.open_facts(row.sealed, SEAL_FORM) == fields
    if row.version != version and not same:
        raise StaleVersion("changed_meanwhile")
    if not same:
        row.sealed, row.title = keyring.seal_facts(fields, SEAL_FORM), _title(fields)
        row.version, row.touched_at = row.version + 1, now
        audit.record(session, scope, "draft.saved", "post_draft", row.id, now)
    return row


def submit(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    hat_id: int,
    public_id: str,
    facts: Mapping[str, Any],
    *,
    today: date,
    now: datetime,
    valid_days: int,
) -> Vacancy | None:
    """Send a draft off: a post, or facts that wait until the employer is verified.

    Args:
        facts: as for :func:`matching.vacancies.service.post`.

    Returns:
        The post; None where it waits.

    Raises:
        NotFound: ``draft_unknown``; and those of :func:`matching.vacancies.service.post`.
    """
    row = _row(session, hat_id, public_id, lock=True)
    stated = {name: value for name, value in facts.items() if value is not None}
    hat = session.get_one(EmployerAccount, hat_id)
    if hat.agency:
        # Whoever posts for another says so (L1: posts passed on name their source).
        stated["source"] = f"受委托:{hat.agency}"
    if scope.organisation_id is None:
        made = columns(keyring, stated, home=hat.county, today=today)
        refuse_blocked(check(made, today=today, county=place_of_work(made), valid_days=valid_days))
        row.waiting, row.touched_at = _sealed(keyring, stated), now
        row.version += 1
        audit.record(session, scope, "draft.sent_off", "post_draft", row.id, now)
        return None
    vacancy = post(
        session,
        scope,
        keyring,
        stated,
        form_token=row.public_id,
        today=today,
        now=now,
        valid_days=valid_days,
    )
    session.delete(row)
    return vacancy


def _sealed(keyring: Keyring, facts: Mapping[str, Any]) -> bytes:
    plain = {name: value.isoformat() if name in _DAYS else value for name, value in facts.items()}
    return keyring.seal_facts(plain, SEAL_FACTS)


def count_estimate(session: Session, scope: Scope, hat_id: int, public_id: str, *, now: datetime) -> None:
    """Note that an estimate is asked for; many small steps put together could point at people.

    Raises:
        NotFound: ``draft_unknown``; DomainError: ``estimates_enough``.
    """
    row = _row(session, hat_id, public_id, lock=True)
    if row.estimates_from is None or row.estimates_from + HOUR <= now:
        row.estimates, row.estimates_from = 0, now
    if row.estimates >= ESTIMATES:
        raise DomainError("estimates_enough", most=ESTIMATES)
    row.estimates += 1
    audit.record(session, scope, "draft.estimated", "post_draft", row.id, now)


def take_back(session: Session, scope: Scope, hat_id: int, public_id: str, *, now: datetime) -> PostDraft:
    """Write on in a draft that was sent off and still waits.

    Raises:
        NotFound: ``draft_unknown``.
    """
    row = _row(session, hat_id, public_id, lock=True)
    row.waiting, row.version, row.touched_at = None, row.version + 1, now
    audit.record(session, scope, "draft.taken_back", "post_draft", row.id, now)
    return row


def discard(session: Session, scope: Scope, hat_id: int, public_id: str, *, now: datetime) -> None:
    """Throw a draft away.

    Raises:
        NotFound: ``draft_unknown``.
    """
    row = _row(session, hat_id, public_id, lock=True)
    audit.record(session, scope, "draft.discarded", "post_draft", row.id, now)
    session.execute(delete(PostDraft).where(PostDraft.id == row.id))


def release(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    hat_id: int,
    *,
    today: date,
    now: datetime,
    valid_days: int,
) -> int:
    """Post what waited for the verification; what cannot be posted any more is a draft again.

    Args:
        scope: of the employer that is verified now.

    Returns:
        How many were posted.
    """
    waiting = session.scalars(
        select(PostDraft)
        .where(PostDraft.employer_account_id == hat_id, PostDraft.waiting.is_not(None))
        .order_by(PostDraft.id)
        .with_for_update()
    ).all()
    posted = 0
    for row in waiting:
        facts = keyring.open_facts(row.waiting, SEAL_FACTS)
        facts |= {name: date.fromisoformat(facts[name]) for name in _DAYS if facts.get(name)}
        row.waiting = None
        row.version += 1
        try:
            post(
                session,
                scope,
                keyring,
                facts,
                form_token=row.public_id,
                today=today,
                now=now,
                valid_days=valid_days,
            )
        except DomainError:
            continue
        session.delete(row)
        posted += 1
    return posted
