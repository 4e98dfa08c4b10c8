"""What an account gets as JSON, and the schemas that describe it."""

from __future__ import annotations

from matching.pairing.queries import Match, NearMatch
from matching.people.claims import Person
from matching.people.codes import ConsentKind
from matching.placements.codes import State
from matching.placements.queries import MyApplication
from matching.placements.words import STATE
from matching.vacancies.queries import VacancyCard
from web.api.schema import ID, TEXT, YES_OR_NO, Json, a_list, an_object, maybe, one_of
from web.api.shapes import brief
from web.me.wanted import OWN

_MOMENT = {"type": "string", "format": "date-time"}


def person(one: Person) -> Json:
    """Somebody for whom an account may ask."""
    return {
        "id": one.public_id,
        "name": one.name,
        "jobseeker": one.seeker is not None,
        "matching_on": one.matching_on,
        "unconfirmed": one.waiting,
    }


def match(card: VacancyCard, found: Match) -> Json:
    """A vacancy that fits, with the reasons that speak for it."""
    return {"vacancy": brief(card), "reasons": [one.words for one in found.reasons if one.points > 0]}


def near_miss(card: VacancyCard, found: NearMatch) -> Json:
    """A vacancy that nearly fits, with what is lacking."""
    return {"vacancy": brief(card), "missing": [one.words for one in found.missing]}


def application(one: MyApplication) -> Json:
    """How far an application is, in words, and what the person may say now."""
    return {
        "id": one.public_id,
        "version": one.version,
        "state": one.state,
        "words": STATE[State(one.state)],
        "reason": one.reason,
        "interview_at": one.interview_at.isoformat() if one.interview_at else None,
        "vacancy": {"id": one.vacancy, "title": one.title, "open": one.vacancy_open},
        "employer": one.employer,
        "next": [event.value for event in one.next if event.value in OWN],
        "applied_at": one.created_at.isoformat(),
        "moved_at": one.touched_at.isoformat(),
    }


PERSON = an_object(id=ID, name=TEXT, jobseeker=YES_OR_NO, matching_on=YES_OR_NO, unconfirmed=YES_OR_NO)
_BRIEF = {"$ref": "#/components/schemas/VacancyBrief"}
APPLICATION = an_object(
    id=ID,
    version={"type": "integer", "minimum": 1},
    state=one_of(State),
    words=TEXT,
    reason=maybe("string"),
    interview_at=maybe("string", format="date-time"),
    vacancy=an_object(id=ID, title=TEXT, open=YES_OR_NO),
    employer=TEXT,
    next=a_list({"enum": list(OWN)}),
    applied_at=_MOMENT,
    moved_at=_MOMENT,
)
SCHEMAS = {
    "Ticket": an_object(ticket=TEXT, valid_seconds={"type": "integer", "minimum": 1}),
    "Person": PERSON,
    "People": an_object(people=a_list({"$ref": "#/components/schemas/Person"})),
    "Session": an_object(
        token=TEXT, valid_until=_MOMENT, people=a_list({"$ref": "#/components/schemas/Person"})
    ),
    "Matches": an_object(
        matching_on=YES_OR_NO,
        matches=a_list(an_object(vacancy=_BRIEF, reasons=a_list())),
        near_misses=a_list(an_object(vacancy=_BRIEF, missing=a_list())),
    ),
    "Application": APPLICATION,
    "Applications": an_object(applications=a_list({"$ref": "#/components/schemas/Application"})),
    "Consents": an_object(consents=a_list(an_object(kind=one_of(ConsentKind), agreed=YES_OR_NO))),
}
