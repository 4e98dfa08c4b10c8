"""The way on where nothing was found: work beside it, wider questions with counts, and the nearest posts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from matching.search.around import occupations_around
from matching.vacancies.queries import VacancyCard
from web.extensions import db, services
from web.public import phrases
from web.public.chips import COUNTED, TITLES, Chip, ask, counted
from web.public.filters import CODES, RADII, Wish
from web.public.phrases import Place

NEAREST = 5


@dataclass(frozen=True, slots=True)
class NothingFound:
    """What is offered instead.

    Args:
        beside: occupations around the one that was asked for, with counts.
        wider: the same question with one thing less.
        nearest: the nearest posts from a place, else the newest.
    """

    beside: list[Chip]
    wider: list[Chip]
    nearest: list[VacancyCard]


def nothing_found(wish: Wish, place: Place | None) -> NothingFound:
    """Work out the way on."""
    nearest = ask(replace(Wish().query(place), limit=NEAREST)).cards if wish.narrowed else []
    return NothingFound(_beside(wish, place), _wider(wish, place), nearest)


def _beside(wish: Wish, place: Place | None) -> list[Chip]:
    """Neighbouring occupations under the same filters, else anywhere."""
    if not wish.q:
        return []
    wiring = services()
    for kept in (replace(wish, page=1), Wish(q=wish.q, place=wish.place)):
        names = occupations_around(db.session(), wiring.search, kept.query(place), today=wiring.clock.today())
        chips = counted(((name, replace(kept, q=name, sort="")) for name in names), place)
        if chips:
            return chips
    return []


def _wider(wish: Wish, place: Place | None) -> list[Chip]:
    """How many posts there are without each thing asked for; where that is none, with each thing alone."""
    return counted(_looser(wish), place) or counted(_alone(wish), place)


def _alone(wish: Wish) -> Iterable[tuple[str, Wish]]:
    bare = Wish(place=wish.place)
    if wish.q:
        yield _("only “%(words)s”", words=wish.q), replace(bare, q=wish.q)
    for name, (_field, words) in COUNTED.items():
        for code in getattr(wish, name):
            yield _("only “%(words)s”", words=words[code]), replace(bare, **{name: (code,)})  # type: ignore[arg-type]
    for code in wish.county:
        yield _("only “%(words)s”", words=phrases.county(code)), replace(bare, county=(code,))


def _looser(wish: Wish) -> Iterable[tuple[str, Wish]]:
    first = replace(wish, page=1)
    if wish.q:
        yield _("without “%(words)s”", words=wish.q), replace(first, q="")
    for name in (*CODES, "county"):
        if getattr(wish, name):
            yield _("without “%(words)s”", words=str(TITLES[name])), replace(first, **{name: ()})  # type: ignore[arg-type]
    if wish.pay:
        yield _("with any pay"), replace(first, pay=None)
    if wish.within:
        wider = [km for km in RADII if km > wish.within]
        for km in wider:
            yield _("within %(km)d kilometres", km=km), replace(first, within=km)
        yield _("however far"), replace(first, within=None)
