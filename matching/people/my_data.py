"""What is stored of a person and who looked at it, for the person herself (PIPL 44, 45).

Document numbers and telephones stay masked here as well: one code by SMS opens the page, and a telephone is
lent (decision 0011).  Sensitive facts are shown only while the person's separate consent stands (PIPL 29);
that something is stored is said in any case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.accounts.models import AuditEvent, Organisation
from matching.accounts.scope import Scope
from matching.crypto import Keyring
from matching.occupations import skills
from matching.people import words
from matching.people.codes import ConsentKind
from matching.people.consents import member_spoken_for, standing
from matching.people.facts import stored_facts
from matching.people.masking import mask_id, mask_phone
from matching.people.models import Household, Jobseeker
from matching.people.own import profile
from matching.people.questions import FIELDS as OF_QUESTION
from matching.people.spells import SPELL, open_spell
from matching.places import regions

#: Group → its facts, as the page shows them.
GROUPS: dict[str, tuple[str, ...]] = {
    "person": (
        *("name", "id_type", "id_number", "phone", "sex", "birth_date", "education", "school", "capacity"),
        *("relation",),
    ),
    "household": (
        *("household_phone", "household_size", "relocated", "resettlement", "lifted", "monitored"),
        *("low_income", "destitute"),
    ),
    "work": (
        *("work", "employer_name", "work_place", "channel", "work_start", "monthly_income_cents"),
        *("skills", "certificates", "training_wish"),
    ),
    "wishes": (
        *("willingness", "reach", "shifts", "care", "will_leave", "wanted_regions", "wage_floor_cents"),
    ),
}
SENSITIVE = ("health", "disability", "disabled", "difficulty")
MASKED = {"id_number": mask_id, "phone": mask_phone, "household_phone": mask_phone}
CODES: dict[str, Mapping[Any, str]] = {
    "id_type": words.ID_TYPE,
    "sex": words.SEX,
    "education": words.EDUCATION,
    "school": words.SCHOOL,
    "capacity": words.CAPACITY,
    "relation": words.RELATION,
    "resettlement": words.RESETTLEMENT,
    "monitored": words.MONITORED,
    "work": words.WORK,
    "channel": words.CHANNEL,
    "willingness": words.WILLINGNESS,
    "reach": words.REACH,
    "shifts": words.SHIFT,
    "care": words.CARE,
    "health": words.HEALTH,
}
QUESTION_OF = {field: question for question, fields in OF_QUESTION.items() for field in fields}
#: Audit actions of others that a person may see.
LOOKS = (
    *("member.unmasked", "member.contact_seen", "member.corrected", "member.added", "member.merged"),
    *("conflict.taken", "helper_code.made", "registration.confirmed", "correction.opened"),
)
MOST_LOOKS = 200


@dataclass(frozen=True, slots=True)
class StoredFact:
    """One fact in words.

    Args:
        own: the person's own word; else an office wrote it down.
        question: of the eight, where an answer there changes it at once.
    """

    field: str
    label: str
    words: str
    own: bool
    question: str | None


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything that is stored of a person.

    Args:
        groups: group → facts that are stated.
        closed: names of sensitive facts that are stored and not shown.
    """

    groups: Mapping[str, tuple[StoredFact, ...]]
    closed: tuple[str, ...]


def stored(session: Session, scope: Scope, keyring: Keyring, person: str, *, me: int | None = None) -> Stored:
    """What is stored of a person.

    Args:
        person, me: as for :func:`consents.member_spoken_for`.

    Raises:
        NotFound: ``person_unknown``.
    """
    member = member_spoken_for(session, scope, person, me)
    household = session.get_one(Household, member.household_id)
    seeker = session.get(Jobseeker, member.id)
    facts = stored_facts(keyring, household, member, seeker)
    spell = open_spell(session, seeker.id) if seeker else None
    if spell is not None:
        facts |= {name: getattr(spell, column) for name, column in SPELL.items()}
    answers = profile(session, scope, keyring, person, me=me).answers if seeker else {}
    own = {name for name, answer in answers.items() if answer.own}
    shown = standing(session, member.id, ConsentKind.SENSITIVE)
    groups = {**GROUPS, "sensitive": SENSITIVE} if shown else GROUPS
    found = {group: _lines(names, facts, own) for group, names in groups.items()}
    closed = () if shown else tuple(words.FIELDS[name] for name in SENSITIVE if facts.get(name) is not None)
    return Stored({group: lines for group, lines in found.items() if lines}, closed)


def _lines(names: tuple[str, ...], facts: Mapping[str, Any], own: set[str]) -> tuple[StoredFact, ...]:
    return tuple(
        StoredFact(
            name,
            words.FIELDS[name],
            fact_words(name, facts[name]),
            QUESTION_OF.get(name) in own,
            QUESTION_OF.get(name),
        )
        for name in names
        if facts.get(name) is not None
    )


def fact_words(field: str, value: Any) -> str:
    """A fact in words, masked where it may not be shown in clear."""
    if field in MASKED:
        return MASKED[field](str(value)) or ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if field.endswith("_cents"):
        return f"{value // 100} 元"
    if isinstance(value, (list, tuple)):
        return "、".join(_one(field, each) for each in value) or "无"
    return _one(field, value)


def _one(field: str, value: Any) -> str:
    if field in ("skills", "certificates"):
        return skills.name(value)
    if field == "wanted_regions":
        return regions.get(value).name
    if isinstance(value, date):
        return value.isoformat()
    return CODES.get(field, {}).get(value, str(value))


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at a person's data or changed them.

    The office or employer answers for it (PIPL 44, 45), so it is named and not its clerk, who has a right to
    her own data too; with the number the office finds who it was.

    Args:
        number: of the audit event.
        who: name of the office or employer; None: the operator of the machine.
        fields: names of what was concerned.
        reason: what for, as it was written down.
    """

    number: int
    at: datetime
    who: str | None
    action: str
    fields: tuple[str, ...]
    reason: str | None


def looks(session: Session, scope: Scope, person: str, *, me: int | None = None) -> list[Look]:
    """Who saw or changed a person's data, newest first.

    Args:
        person, me: as for :func:`consents.member_spoken_for`.

    Raises:
        NotFound: ``person_unknown``.
    """
    member = member_spoken_for(session, scope, person, me)
    rows = session.execute(
        select(AuditEvent, Organisation.name)
        .outerjoin(Organisation, Organisation.id == AuditEvent.organisation_id)
        .where(
            AuditEvent.subject_kind == "member",
            AuditEvent.subject_id == member.id,
            AuditEvent.action.in_(LOOKS),
        )
        .order_by(AuditEvent.id.desc())
        .limit(MOST_LOOKS)
    )
    return [
        Look(
            event.id,
            event.at,
            office,
            event.action,
            tuple(words.FIELDS[name] for name in event.fields.get("columns", ()) if name in words.FIELDS),
            event.reason,
        )
        for event, office in rows
    ]
