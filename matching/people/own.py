"""What a person says of herself: the eight questions, answered one by one.

An answer is kept like a correction by hand: no sheet overwrites it later.  That it is her own word stands in
``own_statements``, with the answers of those who cannot say, so that a question is not put twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.scope import Scope
from matching.crypto import Keyring
from matching.errors import DomainError, StaleVersion
from matching.outbox.events import JobseekerChanged
from matching.outbox.service import emit
from matching.people.consents import given_by, member_spoken_for
from matching.people.facts import Facts, stored_facts
from matching.people.models import Household, Jobseeker, Member, OwnStatement
from matching.people.person_writer import PersonWriter
from matching.people.questions import FIELDS, QUESTIONS, UNKNOWN, choice_of, choices, facts_of


@dataclass(frozen=True, slots=True)
class Answer:
    """How one question stands.

    Args:
        choice: the answer that says what is known; None: nothing is, or no answer says exactly that.
        known: facts of the question that are stored.
        said_at: when the person answered; None: never.
        own: what is known is her own word, not an office's.
        mark: of the facts as they were read; goes with the next answer.
    """

    question: str
    choice: str | None
    known: Mapping[str, Any]
    said_at: datetime | None
    own: bool
    mark: str


@dataclass(frozen=True, slots=True)
class Profile:
    """All questions of one person; ``answers`` by question, in their order."""

    county: str
    answers: Mapping[str, Answer]

    @property
    def next(self) -> str | None:
        """The first question that was not answered."""
        return next((name for name, answer in self.answers.items() if answer.said_at is None), None)

    @property
    def begun(self) -> bool:
        """Whether any question was answered."""
        return any(answer.said_at is not None for answer in self.answers.values())


def profile(
    session: Session, scope: Scope, keyring: Keyring, person: str, *, me: int | None = None
) -> Profile:
    """How far a person is with the questions.

    Args:
        person, me: as for :func:`consents.member_spoken_for`.

    Raises:
        NotFound: ``person_unknown``. DomainError: ``not_a_jobseeker``.
    """
    member = member_spoken_for(session, scope, person, me)
    known = _known(session, keyring, member)
    said = select(OwnStatement).where(OwnStatement.member_id == member.id)
    statements = {row.question: row for row in session.scalars(said)}
    answers = {name: _answer(member.county, name, known, statements.get(name)) for name in QUESTIONS}
    return Profile(member.county, answers)


def _known(session: Session, keyring: Keyring, member: Member) -> Facts:
    seeker = session.get(Jobseeker, member.id)
    if seeker is None:
        raise DomainError("not_a_jobseeker")
    return stored_facts(keyring, session.get_one(Household, member.household_id), member, seeker)


def _answer(county: str, question: str, known: Facts, said: OwnStatement | None) -> Answer:
    facts = {name: known[name] for name in FIELDS[question] if name in known}
    choice = choice_of(question, county, facts)
    if said is not None and choice is None and not facts:
        choice = UNKNOWN
    own = said is not None and said.known and said.mark == _mark(question, known)
    return Answer(question, choice, facts, said.said_at if said else None, own, _mark(question, known))


def _mark(question: str, known: Mapping[str, Any]) -> str:
    """A short mark of what is stored for a question: it changes when the facts do."""
    facts = [known.get(name) for name in FIELDS[question]]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def answer_question(
    session: Session,
    scope: Scope,
    keyring: Keyring,
    person: str,
    question: str,
    choice: str,
    mark: str,
    *,
    me: int | None = None,
    today: date,
    now: datetime,
) -> Member:
    """Save one answer; matching hears of what changed.  The same answer again changes nothing.

    "Don't know" takes back what the person said before; what an office knows stays.

    Args:
        person, me: as for :func:`consents.member_spoken_for`; a helper answers in the person's name.
        choice: of :func:`questions.choices`.
        mark: of the answer as the page showed it; what the same hand has said since is no obstacle, so the
            browser's way back works.

    Raises:
        Forbidden: ``not_allowed``. NotFound: ``person_unknown``. StaleVersion: ``changed_meanwhile``.
        DomainError: ``question_unknown``, ``choice_unknown``, ``not_a_jobseeker``.
    """
    by = given_by(scope)
    choices(question)
    member = member_spoken_for(session, scope, person, me, lock=True)
    known = _known(session, keyring, member)
    said = session.get(OwnStatement, (member.id, question))
    before = _mark(question, known)
    own = said is not None and said.known and said.mark == before and said.given_by == by.value
    if choice != UNKNOWN:
        facts = facts_of(question, choice, county=member.county, known=known)
    else:
        facts = dict.fromkeys(FIELDS[question]) if own else {}
    after = _mark(question, {**known, **facts})
    if before not in (mark, after) and not own:
        raise StaleVersion("changed_meanwhile")
    writer = PersonWriter(session, keyring, member, today, now, scope)
    changed = writer.apply(facts)
    _note_by_hand(member, question, {} if choice == UNKNOWN else facts, today, keep=not facts)
    if changed:
        writer.finish()
    statement = said or OwnStatement(member_id=member.id, question=question)
    statement.known, statement.said_at, statement.given_by = choice != UNKNOWN, now, by.value
    statement.mark = after
    session.add(statement)
    session.flush()
    fields = {"columns": sorted(changed), "question": question}
    audit.record(session, scope, "member.answered", "member", member.id, now, fields=fields)
    return member


def _note_by_hand(member: Member, question: str, facts: Facts, today: date, *, keep: bool) -> None:
    """Sheets do not overwrite what was said; taken back, it is theirs to state again."""
    if keep:
        return
    others = {name: day for name, day in member.by_hand.items() if name not in FIELDS[question]}
    member.by_hand = {**others, **dict.fromkeys(facts, today.isoformat())}


def pause(session: Session, jobseeker_id: int, since: date | None, now: datetime) -> bool:
    """Take somebody out of all lists from a day on, or (None) back in; matching hears of it.

    Returns:
        Whether that changed anything.
    """
    seeker = session.get_one(Jobseeker, jobseeker_id, with_for_update=True)
    if (seeker.paused_on is None) == (since is None):
        return False
    seeker.paused_on = since
    seeker.version += 1
    seeker.touched_at = now
    emit(session, JobseekerChanged(seeker.id), now)
    return True


def look_again(session: Session, scope: Scope, person: str, *, me: int | None = None, now: datetime) -> None:
    """The person looks for work again, with or without giving up what she has.

    Args:
        person, me: as for :func:`consents.member_spoken_for`.

    Raises:
        Forbidden: ``not_allowed``. NotFound: ``person_unknown``. DomainError: ``not_a_jobseeker``.
    """
    given_by(scope)
    member = member_spoken_for(session, scope, person, me, lock=True)
    if session.get(Jobseeker, member.id) is None:
        raise DomainError("not_a_jobseeker")
    if pause(session, member.id, None, now):
        audit.record(session, scope, "member.looks_again", "member", member.id, now)
