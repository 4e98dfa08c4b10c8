"""Mine: what fits me, what I want, what is known of me."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, render_template
from flask.typing import ResponseReturnValue

from matching.accounts.models import Role
from matching.pairing.queries import Matches, matches_for_jobseeker
from matching.people.claims import Person
from matching.places import regions
from matching.places.models import Settlement
from matching.vacancies.queries import VacancyCard, cards
from web.columns import store
from web.extensions import db, services
from web.gate import allowed
from web.me.base import blueprint, with_person
from web.public.filters import Wish
from web.public.home import ask
from web.public.phrases import Place

SHOWN, NEAR, REASONS = 20, 5, 3
#: Names of devices as one says them; what is not listed stands as it is.
DEVICES = {
    "Android": "安卓手机",
    "iPhone": "苹果手机",
    "Windows": "电脑",
    "Mac OS": "苹果电脑",
    "Linux": "电脑",
}


@blueprint.app_template_filter("device")
def device_words(name: str) -> str:
    """A device in everyday words."""
    return next((words for system, words in DEVICES.items() if name.startswith(system)), "别的设备")


@dataclass(frozen=True, slots=True)
class Offer:
    """A post for a person, and why: at most three reasons, or what is lacking."""

    card: VacancyCard
    words: tuple[str, ...]


def place_of(person: Person) -> Place:
    """Where a person lives: the settlement with its point, else the county."""
    site = db.session.get(Settlement, person.settlement_id) if person.settlement_id else None
    if site is None:
        return Place(person.county, regions.get(person.county).name, person.county)
    known = site.point_exact and site.longitude is not None
    return Place(
        site.public_id,
        site.name,
        site.county,
        site.longitude if known else None,
        site.latitude if known else None,
    )


@blueprint.get("/me")
@allowed(Role.JOBSEEKER)
@with_person
def home() -> ResponseReturnValue:
    """The three rows."""
    return render_template("me/home.html", person=g.viewer.person)


@blueprint.get("/me/jobs")
@allowed(Role.JOBSEEKER)
@with_person
def jobs() -> ResponseReturnValue:
    """Posts for me: by what fits, or by distance and date where matching is off (P7)."""
    person: Person = g.viewer.person
    place = place_of(person)
    if person.seeker is None or not person.matching_on or person.paused:
        return render_template("me/jobs.html", person=person, place=place, plain=_nearest(place))
    offers, near = _offers(_matches(person, NEAR))
    return render_template(
        "me/jobs.html",
        person=person,
        place=place,
        offers=offers,
        near=near,
        plain=[] if offers else _nearest(place),
    )


def next_best(person: Person) -> list[Offer]:
    """What to offer somebody whose post is gone: what fits her, else what is near; no limit is dropped."""
    fitting: list[Offer] = []
    if person.seeker is not None and person.matching_on:
        fitting, _ = _offers(_matches(person, 0))
    return fitting or [Offer(card, ()) for card in _nearest(place_of(person))]


def _matches(person: Person, near: int) -> Matches:
    return matches_for_jobseeker(
        db.session(),
        g.viewer.scope,
        person.member_id,
        store=store(),
        now=services().clock.now(),
        limit=SHOWN,
        near_limit=near,
    )


def _nearest(place: Place) -> list[VacancyCard]:
    """By distance, then date; asked for only where there is no list of one's own, which needs no engine."""
    return ask(Wish().query(place)).cards


def _offers(found: Matches) -> tuple[list[Offer], list[Offer]]:
    """What fits and what nearly fits, with cards of what is still open."""
    why = {
        match.row_id: tuple(reason.words for reason in match.reasons if reason.points > 0)[:REASONS]
        for match in found.matches
    }
    lacking = {miss.row_id: tuple(one.words for one in miss.missing) for miss in found.near_misses}
    shown = cards(db.session(), [*why, *lacking], services().clock.today(), services().keyring)
    fitting = [Offer(card, why[card.id]) for card in shown if card.id in why]
    return fitting, [Offer(card, lacking[card.id]) for card in shown if card.id not in why]
