"""Everything that is stored of a person, as a file to take along (PIPL 45)."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from matching.accounts import audit
from matching.accounts.scope import Scope
from matching.bootstrap import Services
from matching.people import consents, corrections, history, my_data
from matching.people.claims import Person
from matching.people.codes import Channel, ConsentKind, Willingness
from matching.people.words import CHANNEL, CONSENT, FIELDS, WILLINGNESS
from matching.placements.codes import Reason, State
from matching.placements.queries import my_applications
from matching.placements.words import REASON, STATE
from web.desk.history import ACTIONS
from web.pages import moment

Rows = list[dict[str, Any]]


def everything(session: Session, scope: Scope, wiring: Services, person: Person) -> dict[str, Any]:
    """What is stored, by parts; that it was taken along is audited.

    Args:
        session: writes.
        person: proved by the doorstep to be the one signed in.
    """
    now, me = wiring.clock.now(), person.member_id
    about = (session, scope, person.public_id)
    known = my_data.stored(session, scope, wiring.keyring, person.public_id, me=me)
    audit.record(session, scope, "member.downloaded", "member", me, now)
    return {
        "made_at": now,
        "facts": [
            {"group": group, "field": one.field, "name": one.label, "value": one.words, "own": one.own}
            for group, lines in known.groups.items()
            for one in lines
        ],
        "not_shown": list(known.closed),
        "work": _work(session, scope, me),
        "said": [
            {"day": day, "value": WILLINGNESS[Willingness(value)]}
            for day, value in history.willingness_history(session, scope, me)
        ],
        "sources": [
            {
                "sheet": one.family,
                "office": one.organisation,
                "fields": [FIELDS.get(f, f) for f in one.fields],
            }
            for one in history.sources(session, scope, me)
        ],
        "consents": [
            {
                "question": CONSENT[ConsentKind(one.kind)],
                "to": one.receiver,
                "agreed": one.agreed,
                "at": one.given_at,
                "helper": one.helper,
                "taken_back_at": one.withdrawn_at,
            }
            for one in consents.history(*about, me=me)
        ],
        "applications": [
            {
                "post": one.title,
                "employer": one.employer,
                "state": STATE[State(one.state)],
                "reason": REASON[Reason(one.reason)] if one.reason else None,
                "since": one.created_at,
            }
            for one in my_applications(*about, wiring.clock.today(), me=me)
        ],
        "corrections": [
            {**asdict(one), "field": FIELDS[one.field]} for one in corrections.asked(*about, me=me)
        ],
        "looks": [
            {
                "number": one.number,
                "at": one.at,
                "who": one.who,
                "did": ACTIONS[one.action],
                "fields": list(one.fields),
                "for": one.reason,
            }
            for one in my_data.looks(*about, me=me)
        ],
    }


def _work(session: Session, scope: Scope, member_id: int) -> Rows:
    return [
        {**asdict(one), "channel": CHANNEL[Channel(one.channel)] if one.channel else None}
        for one in history.spells(session, scope, member_id)
    ]


def as_json(found: dict[str, Any]) -> str:
    """For machines."""
    return json.dumps(found, ensure_ascii=False, indent=1, default=_plain)


def as_html(found: dict[str, Any]) -> str:
    """To be read: one page that needs nothing from anywhere."""
    return render_template("me/my_data.html", found=found)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value))
