"""The account's side of the interface, enough for a mini-program: sign in, apply, follow it, agree or not.

A token in ``Authorization`` says who asks, never a cookie.  Each address names the person for whom it asks,
who has to be one of the account's own: a family shares a telephone.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, g
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

import doorbell
from matching.accounts import phones
from matching.accounts.models import Role
from matching.accounts.phones import Entered
from matching.accounts.scope import Scope
from matching.errors import DomainError, NotFound
from matching.pairing.queries import matches_for_jobseeker
from matching.people import claims, consents
from matching.people.claims import Person
from matching.people.codes import ConsentKind
from matching.placements import queries, service
from matching.vacancies.queries import cards
from web.api import account_shapes as shapes
from web.api import fields
from web.api.parameters import read_body
from web.api.schema import Json
from web.api.views import answer_bad_parameters, as_json
from web.columns import store
from web.errors import show
from web.extensions import csrf, db, services, writing
from web.gate import allowed, opened
from web.me.base import address, prove_again, session_length
from web.me.wanted import OWN
from web.problems import BadParameters
from web.words import sentence

blueprint = Blueprint("account_api", __name__, url_prefix="/api/v1")
# No cookie opens these addresses, so there is no form that somebody else could send in a visitor's name.
csrf.exempt(blueprint)
blueprint.register_error_handler(BadParameters, answer_bad_parameters)

#: Passing on a name and telephone is agreed to by applying, to one employer at a time.
ASKED_APART = tuple(kind for kind in ConsentKind if kind is not ConsentKind.PASS_TO_EMPLOYER)
MATCHES, NEAR_MISSES = 20, 5


@blueprint.post("/codes")
@opened()
def ask_for_code() -> ResponseReturnValue:
    """Send a code; whether the telephone has an account makes no difference to the answer."""
    asked = read_body(fields.PHONE)
    wiring = services()
    try:
        with doorbell.work(wiring) as session:
            ticket = phones.request_code(
                session,
                wiring.keyring,
                phone=asked["phone"],
                address=address(),
                now=wiring.clock.now(),
                budget=wiring.settings.sms_day_budget,
            )
    except DomainError as error:
        return show(422 if error.code == "phone_not_mobile" else 429, sentence(error), error.code)
    return as_json({"ticket": ticket, "valid_seconds": phones.CODE_VALID // timedelta(seconds=1)}, 201)


@blueprint.post("/sessions")
@opened()
def sign_in() -> ResponseReturnValue:
    """A token for a code; a wrong one counts."""
    asked = read_body(fields.CODE)
    wiring = services()
    now = wiring.clock.now()
    with writing() as session:
        entered = phones.enter(
            session,
            wiring.keyring,
            token=asked["ticket"],
            code=asked["code"],
            device=asked["device"] or "",
            now=now,
            valid=session_length(),
            prove_again=prove_again(),
        )
        if isinstance(entered, Entered):
            people = claims.people_of(session, wiring.keyring, entered.account)
            return as_json(
                {
                    "token": entered.token,
                    "valid_until": (now + session_length()).isoformat(),
                    "people": [shapes.person(one) for one in people],
                },
                201,
            )
    return show(403, sentence(DomainError(entered.code)), entered.code)


@blueprint.delete("/sessions")
@allowed(Role.JOBSEEKER)
def sign_out() -> ResponseReturnValue:
    """End the session of this token."""
    with writing() as session:
        phones.sign_out(session, g.viewer.account, g.viewer.token, services().clock.now())
    return "", 204


@blueprint.get("/people")
@allowed(Role.JOBSEEKER)
def people() -> Response:
    """Everybody for whom this account may ask."""
    return as_json({"people": [shapes.person(one) for one in g.viewer.people]})


@blueprint.post("/people")
@allowed(Role.JOBSEEKER)
def link() -> ResponseReturnValue:
    """Link a person by ID number and the ledger's telephone; every miss is answered alike."""
    number = read_body(fields.IDENTITY)["id_number"]
    wiring = services()
    account = g.viewer.account
    try:
        with writing() as session:
            linked = claims.claim(
                session, wiring.keyring, account, number=number, address=address(), now=wiring.clock.now()
            )
            if linked:
                people = claims.people_of(session, wiring.keyring, account)
                return as_json({"people": [shapes.person(one) for one in people]})
    except DomainError as error:
        return show(429 if error.code == "too_many_wrong" else 403, sentence(error), error.code)
    return show(403, gettext("That does not fit. Ask your helper."), "link_refused")


@blueprint.get("/people/<person>/matches")
@allowed(Role.JOBSEEKER)
def matches(person: str) -> Response:
    """Vacancies that fit a person, and why; empty where matching is switched off (P7)."""
    whom, scope = _spoken_for(person)
    if whom.seeker is None or not whom.matching_on:
        return as_json({"matching_on": False, "matches": [], "near_misses": []})
    wiring = services()
    found = matches_for_jobseeker(
        db.session(),
        scope,
        whom.member_id,
        store=store(),
        now=wiring.clock.now(),
        limit=MATCHES,
        near_limit=NEAR_MISSES,
    )
    ids = [one.row_id for one in found.matches] + [one.row_id for one in found.near_misses]
    shown = {card.id: card for card in cards(db.session(), ids, wiring.clock.today(), wiring.keyring)}
    return as_json(
        {
            "matching_on": True,
            "matches": [shapes.match(shown[one.row_id], one) for one in found.matches if one.row_id in shown],
            "near_misses": [
                shapes.near_miss(shown[one.row_id], one) for one in found.near_misses if one.row_id in shown
            ],
        }
    )


@blueprint.get("/people/<person>/applications")
@allowed(Role.JOBSEEKER)
def applications(person: str) -> Response:
    """A person's applications, the newest move first."""
    whom, scope = _spoken_for(person)
    return as_json({"applications": _applications(db.session(), whom, scope)})


@blueprint.post("/people/<person>/applications")
@allowed(Role.JOBSEEKER)
def apply(person: str) -> ResponseReturnValue:
    """Apply: name and telephone go to this employer."""
    whom, scope = _spoken_for(person)
    asked = read_body(fields.APPLICATION)
    wiring = services()
    with doorbell.work(wiring) as session:
        made = service.apply(
            session,
            scope,
            wiring.clock,
            whom.public_id,
            asked["vacancy"],
            form_token=asked["key"],
            me=whom.member_id,
        ).public_id
        return as_json(_application(session, whom, scope, made), 201)


@blueprint.post("/people/<person>/applications/<application>/events")
@allowed(Role.JOBSEEKER)
def move(person: str, application: str) -> ResponseReturnValue:
    """Withdraw, agree, refuse, accept or deny."""
    whom, scope = _spoken_for(person)
    asked = read_body(fields.EVENT)
    wiring = services()
    with doorbell.work(wiring) as session:
        service.act(
            session,
            scope,
            wiring.keyring,
            wiring.clock,
            application,
            asked["version"],
            OWN[asked["event"]],
            me=whom.member_id,
        )
        return as_json(_application(session, whom, scope, application))


@blueprint.get("/people/<person>/consents")
@allowed(Role.JOBSEEKER)
def agreed(person: str) -> Response:
    """What a person agreed to."""
    whom, _scope = _spoken_for(person)
    return as_json({"consents": _consents(db.session(), whom)})


@blueprint.put("/people/<person>/consents/<kind>")
@allowed(Role.JOBSEEKER)
def agree(person: str, kind: str) -> Response:
    """Agree, refuse, or take a yes back; a no holds at once."""
    whom, scope = _spoken_for(person)
    if kind not in ASKED_APART:
        raise NotFound("consent_unknown")
    question, yes = ConsentKind(kind), read_body(fields.CONSENT)["agreed"]
    now = services().clock.now()
    with doorbell.work(services()) as session:
        member = consents.member_spoken_for(session, scope, whom.public_id, whom.member_id, lock=True)
        if not yes and consents.standing(session, member.id, question):
            consents.withdraw(session, scope, member, question, now=now)
        else:
            consents.answer(session, scope, member, question, agreed=yes, now=now)
        return as_json({"consents": _consents(session, whom)})


def _spoken_for(public_id: str) -> tuple[Person, Scope]:
    for person in g.viewer.people:
        if person.public_id == public_id:
            return person, claims.scope_of(g.viewer.account, person)
    raise NotFound("person_unknown")


def _applications(session: Session, person: Person, scope: Scope) -> list[Json]:
    today = services().clock.today()
    found = queries.my_applications(session, scope, person.public_id, today, me=person.member_id)
    return [shapes.application(one) for one in found]


def _application(session: Session, person: Person, scope: Scope, public_id: str) -> Json:
    return next(one for one in _applications(session, person, scope) if one["id"] == public_id)


def _consents(session: Session, person: Person) -> list[Json]:
    return [
        {"kind": kind.value, "agreed": consents.standing(session, person.member_id, kind)}
        for kind in ASKED_APART
    ]
